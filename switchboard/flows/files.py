"""What belongs to a message and lies in the bucket: the whole of its content, and its files, for whom it may concern.

Who that is, the caller has found out: `desk.read_message` shows a message only to who may see its conversation.
"""

import unicodedata
from dataclasses import dataclass

from switchboard.conversation import Entry
from switchboard.errors import NotFoundError, RefusedError
from switchboard.filetype import extension
from switchboard.message import Attachment, Content
from switchboard.ports import MediaStore, RawStore

CLEAN = "NO_THREATS_FOUND"
INFECTED = "THREATS_FOUND"
LONGEST_NAME = 150
OUTGOING = "outgoing/"
"""Where the files of our own messages lie: they were scanned before they were sent."""
_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Control and direction characters, and what is no character."""


@dataclass(frozen=True, slots=True)
class Released:
    """A file that may be downloaded: by anybody who has the `url`, for a few minutes."""

    url: str
    filename: str
    content_type: str
    size: int | None


def whole_of(entry: Entry, raw: RawStore) -> Content:
    """The whole content of a message, where the timeline has only its new text; raises `NotFoundError`."""
    if entry.content is None:
        return Content(text=entry.text)
    try:
        return Content.model_validate_json(raw.fetch(entry.content))
    except NotFoundError:
        raise NotFoundError("the whole of this message is gone: it is kept for 400 days") from None


def release(entry: Entry, n: int, store: MediaStore, *, scanned: bool) -> Released:
    """Hand out a message's n-th file; `scanned` says that it must have been found clean first (rule SEC-10).

    Raises `NotFoundError` if there is none, `RefusedError` with the reason if it can't be had, or not yet.
    """
    file = entry.attachments[n] if 0 <= n < len(entry.attachments) else None
    if file is None:
        raise NotFoundError("the message has no such file")
    if file.refusal:
        raise RefusedError(f"refused: {file.refusal}")
    if file.key is None:
        raise RefusedError("not fetched yet: try again in a moment")
    if scanned and not file.key.startswith(OUTGOING):
        must_be_clean(store.verdict(file.key))
    filename = name_of(file, n)
    return Released(store.link(file.key, filename), filename, file.sniffed_type or file.content_type, file.size)


def name_of(file: Attachment, n: int) -> str:
    """A name to save a file under: its sender's without folders and what can't be seen, else a number."""
    return plain_name(file.filename or "") or f"file-{n + 1}{extension(file.sniffed_type or file.content_type)}"


def plain_name(given: str) -> str:
    """A name without folders and what can't be seen; empty if nothing is left of it."""
    name = given.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if unicodedata.category(c) not in _UNFIT).strip(" .")[:LONGEST_NAME]


def must_be_clean(verdict: str | None) -> None:
    """Raise `RefusedError` unless the scan for malware has passed a file."""
    if verdict is None:
        raise RefusedError("not scanned yet: try again in a minute")
    if verdict == INFECTED:
        raise RefusedError("refused: malware")
    if verdict != CLEAN:
        raise RefusedError("refused: it can't be scanned for malware")
