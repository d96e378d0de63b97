"""A message as Messenger and Instagram take it: words, or a file by its URL, never both.

https://developers.facebook.com/docs/messenger-platform/reference/send-api#attachment
"""

from typing import Any

from switchboard.message import Outgoing

_KINDS = {"image", "video", "audio"}


def content_of(outgoing: Outgoing, text: str) -> dict[str, Any]:
    """What a message says: its text as cut for the network, or its one file."""
    if not outgoing.files:
        return {"text": text}
    (file,) = outgoing.files
    kind = file.content_type.partition("/")[0]
    payload = {"url": file.url, "is_reusable": False}
    return {"attachment": {"type": kind if kind in _KINDS else "file", "payload": payload}}
