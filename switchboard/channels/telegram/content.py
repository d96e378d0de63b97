"""What stands in a Telegram message: its words, and its files by reference.

A file's `url` is `telegram-file:{file_id}`. Whoever fetches asks `getFile` for its path, then gets
`https://api.telegram.org/file/bot{token}/{path}`: a URL with the token in it, never to be stored or logged (rule TG-1).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from switchboard.channels.inbound import LONGEST_FILENAME
from switchboard.channels.payload import child, ident, items, number, text
from switchboard.message import Attachment

_FILES = {
    "animation": "video/mp4",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "document": "application/octet-stream",
}
"""Kinds of files and their types where a message names none."""
_NOTICE_ENDINGS = (
    *("_created", "_changed", "_closed", "_reopened", "_edited"),
    *("_hidden", "_unhidden", "_started", "_ended"),
)
_NOTICES = {
    *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo"),
    *("migrate_to_chat_id", "migrate_from_chat_id", "pinned_message", "connected_website", "write_access_allowed"),
    *("successful_payment", "refunded_payment", "users_shared", "chat_shared", "passport_data", "web_app_data"),
    *("proximity_alert_triggered", "boost_added", "chat_background_set", "giveaway", "giveaway_winners"),
    *("giveaway_completed", "video_chat_scheduled", "video_chat_participants_invited"),
}
"""Fields of what Telegram puts into a chat by itself (rule TG-5 among it)."""


def is_notice(message: dict[str, Any]) -> bool:
    """Whether Telegram itself wrote this, about the chat."""
    return any(name in _NOTICES or name.endswith(_NOTICE_ENDINGS) for name in message)


def is_understood(message: dict[str, Any]) -> bool:
    """Whether a message has any content that we know."""
    return not {"text", "photo", *_FILES, *_READERS}.isdisjoint(message)


def words_of(message: dict[str, Any]) -> str:
    """What a message says; what comes without words (a place, a card, a poll) is put into lines."""
    if "venue" in message:  # has a location as well
        message = {name: value for name, value in message.items() if name != "location"}
    described = [read(child(message, name)) for name, read in _READERS.items() if name in message]
    said = [text(message, "text"), text(message, "caption"), *described]
    return "\n".join(filter(None, said)) or ("" if is_understood(message) else "[unsupported message]")


def attachments_of(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """The file of a message, if it has one. A GIF comes as an animation and, for old readers, as a document again."""
    sizes = [size for size in items(message, "photo") if isinstance(size, dict)]
    if sizes:
        return _attachment(max(sizes, key=lambda size: number(size, "width") or 0), "image/jpeg")
    if "sticker" in message:
        sticker = child(message, "sticker")
        return _attachment(sticker, _sticker_type(sticker))
    kind = next((kind for kind in _FILES if kind in message), None)
    return _attachment(child(message, kind), _FILES[kind]) if kind else ()


def _attachment(file: dict[str, Any], content_type: str) -> tuple[Attachment, ...]:
    file_id = ident(file, "file_id")
    if file_id is None:
        return ()
    return (
        Attachment(
            url=f"telegram-file:{file_id}",
            content_type=text(file, "mime_type") or content_type,
            filename=text(file, "file_name")[:LONGEST_FILENAME] or None,
            size=number(file, "file_size"),
        ),
    )


def _sticker_type(sticker: dict[str, Any]) -> str:
    if sticker.get("is_video") is True:
        return "video/webm"
    return "application/x-tgsticker" if sticker.get("is_animated") is True else "image/webp"


def _place(location: dict[str, Any]) -> str:
    return f"[location] {location.get('latitude')},{location.get('longitude')}"


def _venue(venue: dict[str, Any]) -> str:
    return _lines([_place(child(venue, "location")), text(venue, "title"), text(venue, "address")])


def _contact(contact: dict[str, Any]) -> str:
    name = " ".join(filter(None, [text(contact, "first_name"), text(contact, "last_name")]))
    return ", ".join(filter(None, [f"[contact] {name}", text(contact, "phone_number")]))


def _poll(poll: dict[str, Any]) -> str:
    options = [text(child({"": option}, ""), "text") for option in items(poll, "options")]
    return _lines([f"[poll] {text(poll, 'question')}", *options])


def _dice(dice: dict[str, Any]) -> str:
    return f"{text(dice, 'emoji')} {number(dice, 'value') or ''}".strip()


def _emoji(sticker: dict[str, Any]) -> str:
    return text(sticker, "emoji")


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(filter(None, lines))


_READERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "location": _place,
    "venue": _venue,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "sticker": _emoji,
}
