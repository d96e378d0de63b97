"""What stands in a LINE message: its words, and its file by reference.

A file's `url` is `line-content:{message id}`. Whoever fetches gets
`https://api-data.line.me/v2/bot/message/{id}/content` with the account's token, before LINE deletes it. A file that
LINE doesn't keep has its sender's URL, which is only fetched from allowed hosts (rule LN-6).
"""

from collections.abc import Callable, Mapping
from typing import Any

from switchboard.channels.inbound import LONGEST_FILENAME
from switchboard.channels.payload import child, items, need, number, text
from switchboard.message import Attachment

_FILES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/x-m4a", "file": "application/octet-stream"}


def attachments_of(message: dict[str, Any]) -> tuple[Attachment, ...]:
    """The file of a message, if it is one."""
    kind, provider = text(message, "type"), child(message, "contentProvider")
    if kind not in _FILES:
        return ()
    external = text(provider, "originalContentUrl") if text(provider, "type") == "external" else ""
    return (
        Attachment(
            url=external or f"line-content:{need(message, 'id')}",
            content_type=_FILES[kind],
            filename=text(message, "fileName")[:LONGEST_FILENAME] or None,
            size=number(message, "fileSize"),
        ),
    )


def words_of(message: dict[str, Any]) -> str:
    """What a message says; a place or a sticker is put into words."""
    kind = text(message, "type")
    if kind in _FILES:
        return ""
    read = _WORDS.get(kind)
    return read(message) if read else f"[unsupported {kind or 'message'}]"


def is_understood(message: dict[str, Any]) -> bool:
    """Whether all of a message is in its words and attachments."""
    return text(message, "type") in {*_FILES, *_WORDS}


def _text(message: dict[str, Any]) -> str:
    return text(message, "text")


def _location(message: dict[str, Any]) -> str:
    place = f"[location] {message.get('latitude')},{message.get('longitude')}"
    return "\n".join(filter(None, [place, text(message, "title"), text(message, "address")]))


def _sticker(message: dict[str, Any]) -> str:
    """What is written on it, else what it is about; a sticker has no file to fetch."""
    keywords = [word for word in items(message, "keywords") if isinstance(word, str)]
    return text(message, "text") or f"[sticker] {', '.join(keywords[:3])}".strip()


_WORDS: Mapping[str, Callable[[dict[str, Any]], str]] = {"text": _text, "location": _location, "sticker": _sticker}
