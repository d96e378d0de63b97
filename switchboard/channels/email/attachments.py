"""The files of a mail: what they are called, what they are, and whether the text shows them (rules EM-8, EM-16)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from switchboard.channels.email import words
from switchboard.channels.email.mail import Part
from switchboard.message import Attachment

MOST = 50
"""Files that are kept of one mail (rule EM-6)."""

_SNIFFED = 512
_SIGNATURES = (  # what a file begins with, and where
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"#!", "text/x-shellscript"),
)
_MARKUP = re.compile(rb"\s{0,200}<(?:!doctype html|html|head|body|script|svg)\b", re.IGNORECASE)
_CONTAINED = {  # office files are containers that only a look inside would tell apart: their declared type stands
    "application/zip": re.compile(
        r"application/(?:vnd\.openxmlformats|vnd\.oasis|java-archive|epub|vnd\.android|zip|x-zip)"
    ),
    "application/x-ole-storage": re.compile(r"application/(?:msword|vnd\.ms-|vnd\.visio|x-msi)"),
}
_MAY_RUN = frozenset(
    {"application/vnd.microsoft.portable-executable", "application/x-elf", "text/x-shellscript", "text/html"}
)
_CID = re.compile(r"""cid:([^"'\s>)]{1,250})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a mail: the description that travels, and the part that holds its bytes.

    `sniffed` is the type that its first bytes tell, None where they tell none. `is_disguised` says that it is something
    that can run, under another type.
    """

    attachment: Attachment
    part: Part
    sniffed: str | None = None

    @property
    def is_disguised(self) -> bool:
        return self.sniffed in _MAY_RUN and self.sniffed != self.attachment.content_type


def describe(parts: Iterable[Part], sender_html: str | None, *, open_files: bool = True) -> tuple[File, ...]:
    """Describe the first `MOST` files; without `open_files` no byte of them is decoded (rule EM-3)."""
    shown = frozenset(name.lower() for name in _CID.findall(sender_html or ""))
    return tuple(_file(part, shown, open_files=open_files) for part in list(parts)[:MOST])


def sniff(data: bytes) -> str | None:
    """Tell a type by the first bytes."""
    head = data[:_SNIFFED]
    for offset, mark, content_type in _SIGNATURES:
        if head.startswith(mark, offset):
            return content_type
    return "text/html" if _MARKUP.match(head) else None


def _file(part: Part, shown: Collection[str], *, open_files: bool) -> File:
    name = part.filename or _name_of_message(part)
    is_inline = part.content_id is not None and part.content_id.lower() in shown
    if not open_files:
        return File(Attachment(content_type=part.content_type, filename=name, inline=is_inline), part)
    data = part.payload
    attachment = Attachment(
        content_type=part.content_type,
        filename=name,
        size=len(data),
        sha256=sha256(data).hexdigest(),
        inline=is_inline or _is_decoration(part),
    )
    return File(attachment, part, _disagreeing(part.content_type, sniff(data)))


def _is_decoration(part: Part) -> bool:
    """Tell whether a nameless picture has an id to be shown by; one that nothing shows counts if it is small."""
    return (
        part.content_id is not None
        and part.disposition != "attachment"
        and part.content_type.startswith("image/")
        and len(part.payload) <= LARGEST_DECORATION
    )


LARGEST_DECORATION = 20 * 1024
"""Bytes up to which a picture with an id that the text doesn't show is still taken for part of the design."""


def _disagreeing(declared: str, sniffed: str | None) -> str | None:
    """Return the sniffed type, unless it is only the container of what is declared."""
    contained = _CONTAINED.get(sniffed or "")
    return declared if contained is not None and contained.match(declared) else sniffed


def _name_of_message(part: Part) -> str | None:
    """Name a mail that came as a file after its subject, as mail programs do."""
    if not part.children or part.is_multipart:
        return None
    subject = part.children[0].headers.get("subject") or "message"
    return words.filename(f"{subject[:100].replace('/', '-')}.eml")
