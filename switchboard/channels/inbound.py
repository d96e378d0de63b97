"""What the channels with JSON webhooks have in common when they make events of a delivery."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from switchboard.channels.payload import digest, ident, key
from switchboard.consent import keyword
from switchboard.errors import UnparseableError
from switchboard.message import Attachment, Automation, ConsentChange, Message, Party, Received, Unhandled

MOST_UPDATES = 1000
"""Events in one delivery: Meta's largest batch (rule SEC-6)."""
_TOO_MANY = "too_many_updates"
LONGEST_NAME = 200
LONGEST_FILENAME = 150


def read_each(
    elements: Sequence[Any], read: Callable[[dict[str, Any]], Iterable[Received]], common: dict[str, Any]
) -> list[Received]:
    """Read every element by itself, so that one that can't be read doesn't lose its siblings (rule X-8).

    Such a one becomes an `unknown` event, flagged `malformed`: whoever stores deliveries keeps the raw bytes of one
    with that flag. An element that says nothing we know is an `unknown` without the flag (rule X-7).
    """
    found: list[Received] = []
    for element in elements:
        found.extend(_read(element, read, common))
        check_count(found)
    return found


def check_count(updates: Sequence[object]) -> None:
    """Raise `UnparseableError` if there are more updates than any provider puts into a delivery."""
    if len(updates) > MOST_UPDATES:
        raise UnparseableError(_TOO_MANY)


def _read(
    element: Any,  # noqa: ANN401  # any JSON
    read: Callable[[dict[str, Any]], Iterable[Received]],
    common: dict[str, Any],
) -> list[Received]:
    if not isinstance(element, dict):
        return [unknown(element, common, "malformed")]
    try:
        return list(read(element)) or [unknown(element, common)]
    except UnparseableError as error:
        if error.reason == _TOO_MANY:
            raise
    except ValidationError:
        pass
    return [unknown(element, common, "malformed")]


def unknown(element: object, common: dict[str, Any], *flags: str) -> Unhandled:
    """An event that nothing is known of but that it came."""
    own_id = ident(element, "id") if isinstance(element, dict) else None
    return Unhandled(kind="unknown", provider_id=key("unknown", own_id, digest(element)), flags=flags, **common)


def said(words: str, attachments: tuple[Attachment, ...], common: dict[str, Any]) -> Message | ConsentChange:
    """What a customer wrote: a message, or a keyword that changes consent if it is nothing else (rule TW-4)."""
    asked = None if attachments or "group" in common.get("flags", ()) else keyword(words)
    if asked is not None:
        return ConsentChange(kind=asked, wording=words, **common)
    return Message(text=words, attachments=attachments, **common)


def party(address: str, name: str = "") -> Party:
    """Somebody, with a name if they have one."""
    return Party(address=address, name=name.strip()[:LONGEST_NAME] or None)


def silent(reason: str) -> Automation:
    """A person wrote, and no machine may answer."""
    return Automation(may_reply=False, reason=reason)
