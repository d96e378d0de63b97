"""What stands in a message of any type: its words, and its files by reference.

A file's `url` is `whatsapp-media:{id}`: Meta's own URLs live five minutes, the id seven days. Whoever fetches asks
`GET /{id}` with the account's token for a URL, and gets that with the token too (rule WA-9).
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from switchboard.channels.inbound import LONGEST_FILENAME
from switchboard.channels.payload import child, ident, items, number, read_object, text
from switchboard.errors import UnparseableError
from switchboard.message import Attachment

_MEDIA = ("image", "video", "audio", "document", "sticker", "voice")
_SHA256_BYTES = 32


def attachments_of(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """The file of a message, if it is one."""
    kind = text(message, "type")
    media = child(message, kind) if kind in _MEDIA else {}
    media_id = ident(media, "id")
    if media_id is None:
        return ()
    return (
        Attachment(
            url=f"whatsapp-media:{media_id}",
            content_type=text(media, "mime_type") or "application/octet-stream",
            filename=text(media, "filename")[:LONGEST_FILENAME] or None,
            size=number(media, "file_size"),
            sha256=_hex(text(media, "sha256")),
        ),
    )


def words_of(message: dict[str, Any]) -> str:
    """What a message says; what comes without words (a place, a card, an order) is put into lines."""
    kind = text(message, "type")
    if kind in _MEDIA:
        return text(child(message, kind), "caption")
    read = _READERS.get(kind)
    return read(message) if read else _unsupported(message)


def is_understood(message: dict[str, Any]) -> bool:
    """Whether all of a message is in its words and attachments."""
    return text(message, "type") in {*_MEDIA, *_READERS}


def _unsupported(message: dict[str, Any]) -> str:
    """Name what the API doesn't pass on (polls, view-once pictures …), or what is newer than this code."""
    what = text(child(message, "unsupported"), "type") or text(message, "type").removeprefix("unsupported")
    return f"[unsupported {what or 'message'}]"


def _text(message: dict[str, Any]) -> str:
    return text(child(message, "text"), "body")


def _button(message: dict[str, Any]) -> str:
    """A press on a template's button: it shows in the chat as the customer's own words."""
    return text(child(message, "button"), "text")


def _interactive(message: dict[str, Any]) -> str:
    reply = child(message, "interactive")
    answered = child(reply, "nfm_reply")
    if answered:
        return _lines([text(answered, "body"), *_form(text(answered, "response_json"))])
    return text(child(reply, "button_reply"), "title") or text(child(reply, "list_reply"), "title")


def _form(filled_in: str) -> Iterable[str]:
    """A flow's answers, a line each; its token is none of the customer's."""
    try:
        answers = read_object(filled_in.encode())
    except UnparseableError:
        return []
    return [f"{name}: {value}" for name, value in answers.items() if name != "flow_token"]


def _location(message: dict[str, Any]) -> str:
    place = child(message, "location")
    named = ", ".join(filter(None, [text(place, "name"), text(place, "address")]))
    return _lines([f"[location] {place.get('latitude')},{place.get('longitude')}", named, text(place, "url")])


def _contacts(message: dict[str, Any]) -> str:
    cards = [card for card in items(message, "contacts") if isinstance(card, dict)]
    return _lines([_card(card) for card in cards])


def _card(card: dict[str, Any]) -> str:
    phones = [text(child({"": phone}, ""), "phone") for phone in items(card, "phones")]
    mails = [text(child({"": mail}, ""), "email") for mail in items(card, "emails")]
    return ", ".join(filter(None, [f"[contact] {text(child(card, 'name'), 'formatted_name')}", *phones, *mails]))


def _order(message: dict[str, Any]) -> str:
    order = child(message, "order")
    rows = [child({"": row}, "") for row in items(order, "product_items")]
    return _lines([text(order, "text"), "[order]", *(_row(row) for row in rows)])


def _row(row: dict[str, Any]) -> str:
    price = f"{row.get('item_price')} {text(row, 'currency')}".strip()
    return f"{row.get('quantity')} x {ident(row, 'product_retailer_id')}, {price}"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(filter(None, lines))


_READERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
}


def _hex(encoded: str) -> str | None:
    """Meta tells SHA-256 in base64."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == _SHA256_BYTES else None
