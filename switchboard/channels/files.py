"""Files that we send: which anybody may be sent, which of them a channel takes, and how they share its messages.

Nothing here does I/O. What a network takes stands in its folder's `CHANNEL`; what it doesn't take as a file goes as a
link to it, where the channel says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from switchboard.errors import UnfitError
from switchboard.filetype import sniff
from switchboard.message import Outgoing, OutgoingFile

MEGABYTE = 1_000_000
LINKED = 25 * MEGABYTE
"""Bytes of a file that goes as a link."""

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/gzip": ("gz",),
    "application/msword": ("doc",),
    "application/pdf": ("pdf",),
    "application/rtf": ("rtf",),
    "application/vnd.ms-excel": ("xls",),
    "application/vnd.ms-powerpoint": ("ppt",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/zip": ("zip",),
    "audio/aac": ("aac",),
    "audio/amr": ("amr",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/mpeg": ("mp3",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/wav": ("wav",),
    "image/gif": ("gif",),
    "image/heic": ("heic",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/tiff": ("tif", "tiff"),
    "image/webp": ("webp",),
    "text/calendar": ("ics",),
    "text/csv": ("csv",),
    "text/plain": ("txt", "log", "md"),
    "text/vcard": ("vcf",),
    "video/3gpp": ("3gp",),
    "video/mp4": ("mp4",),
    "video/quicktime": ("mov",),
    "video/webm": ("webm",),
}
"""All that may be sent, with how its name may end. What a browser or a computer would run is none of it."""

_OLE, _ZIP = "application/x-ole-storage", "application/zip"
_BY_ITS_BYTES: Mapping[str, frozenset[str | None]] = {
    **{kind: frozenset({_OLE}) for kind in ENDINGS if kind == "application/msword" or ".ms-" in kind},
    **{kind: frozenset({_ZIP}) for kind in ENDINGS if "officedocument" in kind or "opendocument" in kind},
    **{kind: frozenset({kind}) for kind in ENDINGS if kind.startswith("image/") or kind in {"application/pdf", _ZIP}},
    **{kind: frozenset({None}) for kind in ENDINGS if kind.startswith("text/")},
    **{kind: frozenset({kind, "video/mp4", None}) for kind in ENDINGS if kind.startswith(("audio/", "video/"))},
    "image/heic": frozenset({"image/heic", "image/heif"}),
}
"""What the bytes of a type may be found to be; of the others just what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What files a channel takes from us; sizes are in bytes.

    `taken` are the types that go as files, with the most that one may have. With `links`, everything else that may be
    sent, and what is larger, goes as a link in a text of its own. `together` is how many files fit into one message,
    `with_words` whether the words go along with the first of them.
    """

    taken: Mapping[str, int]
    most: int = 10
    total: int = 10 * LINKED
    together: int = 1
    with_words: bool = False
    links: bool = True

    def takes(self, content_type: str, size: int) -> bool:
        """Whether it goes as a file."""
        return size <= self.taken.get(content_type, 0)

    def limit_of(self, content_type: str) -> int:
        """The most that a file of this type may have, as a file or as a link; 0 if it can't be sent."""
        if content_type not in ENDINGS:
            return 0
        return max(self.taken.get(content_type, 0), LINKED if self.links else 0)


def every(limit: int, *kinds: str) -> dict[str, int]:
    """Types with their limit: those that begin so, or all that may be sent."""
    return dict.fromkeys((known for known in ENDINGS if known.startswith(kinds or "")), limit)


def check(filename: str, content_type: str, size: int, rule: Files) -> None:
    """Raise `UnfitError`, which names the remedy, for what may not be sent, or not on this channel."""
    endings = ENDINGS.get(content_type)
    if endings is None:
        raise UnfitError(
            "content_type: files of this type are not sent, since they may do harm or can't be told from what does: "
            "send a PDF, a picture, a document or a ZIP"
        )
    stem, _, ending = filename.lower().rpartition(".")
    if not stem or ending not in endings:
        raise UnfitError(f"filename: it must end like its type: .{', .'.join(endings)}")
    check_size(content_type, size, rule)


def check_size(content_type: str, size: int, rule: Files) -> None:
    """The same for the size alone."""
    limit = rule.limit_of(content_type)
    if size > limit:
        raise UnfitError(f"size: this channel takes {limit / MEGABYTE:g} MB of such a file: make it smaller")


def check_bytes(head: bytes, content_type: str) -> str | None:
    """Return what the first bytes say it is; raise `UnfitError` if that is not what it was said to be."""
    found = sniff(head)
    if found not in _BY_ITS_BYTES.get(content_type, {content_type}):
        raise UnfitError("attachments: a file is not what its type says: save it as what it is, and upload it again")
    return found


def split(outgoing: Outgoing, rule: Files) -> list[Outgoing]:
    """The messages that words and files become, in the order in which they are sent: words, files, links."""
    taken = [file for file in outgoing.files if rule.takes(file.content_type, file.size)]
    linked = [file for file in outgoing.files if file not in taken]
    batches = [tuple(taken[n : n + rule.together]) for n in range(0, len(taken), rule.together)]
    first = [(outgoing.text, batches.pop(0) if rule.with_words and batches else ())] if outgoing.text else []
    said = [*first, *(("", batch) for batch in batches), *((_link(file), ()) for file in linked)]
    return list(_numbered(outgoing, said))


def _link(file: OutgoingFile) -> str:
    return f"{file.filename}\n{file.link}"


def _numbered(outgoing: Outgoing, said: Sequence[tuple[str, tuple[OutgoingFile, ...]]]) -> Iterator[Outgoing]:
    """Each with a name of its own, by which its reports are told apart: the last has the message's."""
    for n, (text, files) in enumerate(said, 1):
        mark = "" if n == len(said) else f"{PART}{n}"
        callback = outgoing.status_callback + mark if outgoing.status_callback else None
        changes = {"text": text, "files": files, "message_id": outgoing.message_id + mark, "status_callback": callback}
        yield outgoing.model_copy(update=changes)


PART = "~"
"""Between a message's id and the number of a part that isn't its last."""


def whole(message_id: str) -> tuple[str, bool]:
    """The message that an id is of, and whether it is of a part that isn't its last.

    >>> whole("reply.1.k~1"), whole("reply.1.k")
    (('reply.1.k', True), ('reply.1.k', False))
    """
    name, part, _ = message_id.partition(PART)
    return name, bool(part)
