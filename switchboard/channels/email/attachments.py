"""The files of a mail: what they are called, what they are, and whether the text shows them (rules EM-8, EM-16)."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from switchboard.channels.email import archives, words
from switchboard.channels.email.mail import Part
from switchboard.filetype import sniff
from switchboard.message import Attachment

MOST = 50
"""Files that are kept of one mail (rule EM-6)."""

_ZIP = "application/zip"
_CONTAINED = {  # office files are containers that only a look inside would tell apart: their declared type stands
    _ZIP: re.compile(r"application/(?:vnd\.openxmlformats|vnd\.oasis|java-archive|epub|vnd\.android|zip|x-zip)"),
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
    that can run, under another type; `is_bomb` that it is an archive which declares more than may be unpacked.
    """

    attachment: Attachment
    part: Part
    sniffed: str | None = None
    is_bomb: bool = False

    @property
    def is_disguised(self) -> bool:
        return self.sniffed in _MAY_RUN and self.sniffed != self.attachment.content_type


def describe(parts: Iterable[Part], sender_html: str | None, *, open_files: bool = True) -> tuple[File, ...]:
    """Describe the first `MOST` files; without `open_files` no byte of them is decoded (rule EM-3)."""
    shown = frozenset(name.lower() for name in _CID.findall(sender_html or ""))
    return tuple(_file(part, shown, open_files=open_files) for part in list(parts)[:MOST])


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
    sniffed = sniff(data)
    is_bomb = sniffed == _ZIP and archives.is_bomb(data)
    return File(attachment, part, _disagreeing(part.content_type, sniffed), is_bomb)


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
