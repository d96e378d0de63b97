"""What of a message travels, and what lies in our bucket: an event of the bus is at most 256 KB, a mail 40 MB."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, TypeVar

from pydantic_core import to_json

from switchboard.message import Content, DeliveryReport, Message, Received

LONGEST_TEXT = 32 * 1024
"""Characters of a text that travel: as much as rules and agents read at a glance."""
LARGEST = 240 * 1024
"""Bytes of JSON: EventBridge takes 256 KB, of which the envelope needs some."""

# What each part of a larger one may have, in bytes of JSON. Beside them there are only fields whose length the parser
# bounds (names, a subject, three ids), with less than 32 KB however they are written: the sum is below `LARGEST`.
_TEXT = 96 * 1024
_PARTIES = 8 * 1024
_REFERENCES = 24 * 1024
_FILES = 48 * 1024
_RECIPIENTS = 48 * 1024

Part = TypeVar("Part")


def abridge(message: Received) -> tuple[Received, Content | None]:
    """Return a message as it travels, and its whole content where that doesn't travel with it.

    A text that is cut is flagged `shortened`, and so is what is still too large: then recipients, references and files
    are left out from the end. The raw bytes have them all.
    """
    if not isinstance(message, Message):
        return message.model_copy(update=_cuts(message)), None
    whole = Content(text=message.text, full_text=message.full_text, quoted=message.quoted, html=message.html)
    light = message.model_copy(update={"full_text": None, "quoted": None, "html": None})
    if len(light.text) > LONGEST_TEXT:
        light = light.model_copy(update={"text": light.text[:LONGEST_TEXT], "flags": _shortened(light)})
    light = light.model_copy(update=_cuts(light))
    is_whole = not whole.html and not whole.quoted and whole.full_text in {None, whole.text}
    return light, None if is_whole and light.text == whole.text else whole


def _cuts(message: Received) -> dict[str, Any]:
    """The fields that have to change for a message to be within `LARGEST`; none if it is."""
    if _size(message) <= LARGEST:
        return {}
    cuts: dict[str, Any] = {"flags": _shortened(message)}
    for name in ("from_mailboxes", "to", "cc", "reply_to"):
        cuts[name] = _first(getattr(message, name), _PARTIES)
    if message.thread:
        newest = _first(message.thread.references[::-1], _REFERENCES)[::-1]  # what is answered tells more than the rest
        cuts["thread"] = message.thread.model_copy(update={"references": newest})
    if isinstance(message, Message):
        text, lengths = message.text, range(1, len(message.text) + 1)
        fitting = bisect_right(lengths, _TEXT, key=lambda length: _size(text[:length]))
        cuts |= {"text": text[:fitting], "attachments": _first(message.attachments, _FILES)}
    if isinstance(message, DeliveryReport):
        cuts["delivery_recipients"] = _first(message.delivery_recipients, _RECIPIENTS)
    return cuts


def _shortened(message: Received) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*message.flags, "shortened")))


def _first(parts: Sequence[Part], limit: int) -> Sequence[Part]:
    """As many of the parts, from the first on, as have together at most so many bytes."""
    return parts[: bisect_right(list(accumulate(map(_size, parts))), limit)]


def _size(part: object) -> int:
    return len(to_json(part, exclude_none=True))
