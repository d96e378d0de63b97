"""A mail taken apart: headers, parts, envelope. Everything else in this folder builds on these shapes.

`read` is a splitter of our own, because the standard library's parser raises on some headers, recurses on deep nesting
and is quadratic in the number of parts (measured: 20,000 parts of 0.7 MB take seven seconds). Here each byte is looked
at once per level of nesting, of which there are at most `MOST_LEVELS`; nothing raises, whatever the bytes (rule EM-7).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from switchboard.channels.email import charset, transfer, words
from switchboard.channels.email.verdicts import Verdicts

# Rule EM-6: what is over a limit is left out and the mail is flagged `malformed`; it is routed all the same.
MOST_HEADER_BYTES = 256 * 1024
MOST_FIELD_BYTES = 16 * 1024
MOST_HEADER_LINES = 1000
MOST_PARTS = 500
MOST_LEVELS = 30

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_FOLD = re.compile(r"(?:\r\n|\r|\n)(?=[ \t])|\r\n|\r|\n")
_MBOX_LINE = re.compile(rb">?From [^\r\n]*(?:\r\n|\n|\r)")
_LEADING_BLANK_LINES = re.compile(rb"(?:[ \t]*[\r\n])+")
_SEPARATOR = re.compile(rb"^--([^\s][^\r\n]{0,200}?)[ \t]*\r?\ncontent-", re.MULTILINE | re.IGNORECASE)
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_FORGOTTEN_SEMICOLON = re.compile(r"^([\w.+-]+/[\w.+-]+)\s+(?=[\w-]+\s?=)", re.ASCII)
_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
_DIGEST = "multipart/digest"


class Field(NamedTuple):
    """One header field. `raw` is the value's bytes as they came, folds and all."""

    name: str
    raw: bytes


@dataclass(frozen=True)
class Headers:
    """Header fields in the order they came; names match in any case, and a name may occur more than once."""

    fields: tuple[Field, ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[str, list[bytes]]:
        found: dict[str, list[bytes]] = {}
        for name, raw in self.fields:
            found.setdefault(name.lower(), []).append(raw)
        return found

    def get(self, name: str) -> str | None:
        """The first field of that name for reading: unfolded, encoded words decoded (rule EM-10)."""
        raw = self._by_name.get(name.lower())
        return None if raw is None else self._readable(raw[0])

    def all(self, name: str) -> tuple[str, ...]:
        """Every field of that name, as `get` gives one."""
        return tuple(self._readable(raw) for raw in self._by_name.get(name.lower(), ()))

    def wire(self, name: str) -> tuple[str, ...]:
        """Every field of that name unfolded but with its encoded words: what is to be taken apart before decoding."""
        return tuple(self._unfolded(raw) for raw in self._by_name.get(name.lower(), ()))

    def items(self) -> Iterator[tuple[str, str]]:
        """All fields in order, as `get` gives them."""
        return ((name, self._readable(raw)) for name, raw in self.fields)

    def above(self, name: str) -> "Headers":
        """The fields before the first of that name; none at all where there is no such field."""
        names = [field.name.lower() for field in self.fields]
        return Headers(self.fields[: names.index(name.lower())] if name.lower() in names else ())

    @cached_property
    def _charset(self) -> str:
        """What the fields are in that are neither ASCII nor UTF-8 (RFC 6532), guessed from all of them at once."""
        return charset.guess(b"\n".join(field.raw for field in self.fields if not charset.is_utf8(field.raw)))

    def _unfolded(self, raw: bytes) -> str:
        text = raw.decode("utf-8") if charset.is_utf8(raw) else raw.decode(self._charset, "replace")
        return _FOLD.sub("", text) if "\n" in text or "\r" in text else text

    def _readable(self, raw: bytes) -> str:
        return words.decode(self._unfolded(raw))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_name

    def __len__(self) -> int:
        return len(self.fields)


@dataclass(frozen=True)
class Envelope:
    """What the receiving server says of a mail, which no sender can write into it.

    `sender` is the MAIL FROM: empty for the null sender, None where it is not known. `recipients` are the RCPT TO that
    are ours.
    """

    provider_id: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    received_at: datetime | None = None
    verdicts: Verdicts | None = None


@dataclass(frozen=True)
class Part:
    """A node of the MIME tree.

    `content_type` and `disposition` are lower-case; a type that is missing or no type is `text/plain`. `params` are
    those of Content-Type, names lower-case, values decoded. `filename` is sanitised (rule EM-10), `content_id` is
    without its angle brackets. `body` is as transferred, `payload` what it stands for. The children of a multipart are
    its parts; the one child of a `message/rfc822` is the message inside.
    """

    headers: Headers
    body: bytes
    content_type: str = "text/plain"
    params: Mapping[str, str] = field(default_factory=dict)
    disposition: str | None = None
    filename: str | None = None
    content_id: str | None = None
    children: tuple["Part", ...] = ()

    @cached_property
    def payload(self) -> bytes:
        """The bytes with their transfer encoding undone; what can't be decoded is kept as it is (rule EM-9)."""
        return transfer.decode(self.body, self.headers.get("content-transfer-encoding"))

    @cached_property
    def decoded(self) -> charset.Text:
        """The payload as text, and whether its charset was certain."""
        declared = self.params.get("charset")
        if declared is None and self.content_type == "text/html":
            declared = charset.declared_in_html(self.payload)
        return charset.decode(self.payload, declared)

    @property
    def text(self) -> str:
        r"""The payload as text, line ends as `\n`."""
        return self.decoded.text

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Mail:
    """A mail as it came. `malformed` says that it broke a limit or its structure, and something may be missing."""

    headers: Headers
    envelope: Envelope | None
    root: Part
    raw: bytes
    malformed: bool = False

    def parts(self) -> Iterator[Part]:
        """Every part, except what is inside messages that this one carries."""
        return _outside_messages(self.root)


def read(raw: bytes, envelope: Envelope | None = None) -> Mail:
    """Take a mail apart. Never raises; linear in the length."""
    reader = _Reader()
    root = reader.entity(_without_preface(raw), level=0, default_type="text/plain")
    return Mail(root.headers, envelope, root, raw, malformed=reader.over_limit)


def _outside_messages(part: Part) -> Iterator[Part]:
    yield part
    if part.is_multipart:
        for child in part.children:
            yield from _outside_messages(child)


def _without_preface(raw: bytes) -> bytes:
    """Drop what stands before the first header in some stores: blank lines, and the "From " line of an mbox."""
    start = 0
    for pattern in (_LEADING_BLANK_LINES, _MBOX_LINE):
        found = pattern.match(raw, start)
        start = found.end() if found else start
    return raw[start:] if _FIELD.match(raw, start) else raw


class _Reader:
    """Splits one mail, counting its parts."""

    def __init__(self) -> None:
        self.over_limit = False
        self._parts = 0

    def entity(self, raw: bytes, level: int, default_type: str) -> Part:
        self._parts += 1
        headers, body = self._headers(raw)
        content_type, params = _content_type(headers, default_type)
        disposition, disposition_params = words.parameters(next(iter(headers.wire("content-disposition")), ""))
        name = disposition_params.get("filename") or params.get("name")
        part = Part(
            headers=headers,
            body=body,
            content_type=content_type,
            params=params,
            disposition=disposition.lower() or None,
            filename=words.filename(name) if name else None,
            content_id=(headers.get("content-id") or "").strip().strip("<>") or None,
        )
        return self._with_children(part, level)

    def _with_children(self, part: Part, level: int) -> Part:
        if part.is_multipart:
            return self._split(part, level)
        if part.content_type in _MESSAGE_TYPES and self._may_go_deeper(level):
            inner = self.entity(_without_preface(part.payload), level + 1, "text/plain")
            return _with(part, children=(inner,))
        return part

    def _split(self, part: Part, level: int) -> Part:
        boundary = part.params.get("boundary") or _guessed_boundary(part.body)
        pieces = list(islice(_pieces(part.body, boundary), MOST_PARTS + 1)) if boundary else []
        if not pieces and (guess := _guessed_boundary(part.body)):
            pieces = list(islice(_pieces(part.body, guess), MOST_PARTS + 1))
        if not pieces:  # the text must not get lost with the boundary
            return _with(part, content_type="text/plain") if part.body.strip() else part
        if not self._may_go_deeper(level):
            return part
        default_type = "message/rfc822" if part.content_type == _DIGEST else "text/plain"
        return _with(part, children=tuple(self._entities(pieces, level + 1, default_type)))

    def _entities(self, pieces: list[bytes], level: int, default_type: str) -> Iterator[Part]:
        for piece in pieces:
            if self._parts >= MOST_PARTS:
                self.over_limit = True
                return
            yield self.entity(piece, level, default_type)

    def _may_go_deeper(self, level: int) -> bool:
        self.over_limit |= level >= MOST_LEVELS
        return level < MOST_LEVELS

    def _headers(self, raw: bytes) -> tuple[Headers, bytes]:
        """Take the header block off. A line that is no header starts the body, unless a header comes right after it."""
        fields: list[list[bytes]] = []
        position = lines = 0
        while position < len(raw):
            line = _line(raw, position)
            if not line.strip() and not (line and fields and _goes_on(raw, _next_line(raw, position))):
                position = _next_line(raw, position)
                break
            starts_field = _FIELD.match(line)
            if starts_field is None and not (fields and _continues(raw, position, line)):
                break
            lines += 1
            position = _next_line(raw, position)
            if lines > MOST_HEADER_LINES or position > MOST_HEADER_BYTES:
                self.over_limit = True
                position = _end_of_headers(raw, position)
                break
            if starts_field:
                fields.append([line])
            else:
                fields[-1].append(b"\n" + line)
        return Headers(tuple(self._field(b"".join(lines)) for lines in fields)), raw[position:]

    def _field(self, line: bytes) -> Field:
        name, _, folded = line.partition(b":")
        value = folded.strip()
        self.over_limit |= len(value) > MOST_FIELD_BYTES
        return Field(name.decode("ascii", "replace").strip(), value[:MOST_FIELD_BYTES])


def _with(part: Part, *, content_type: str | None = None, children: tuple[Part, ...] = ()) -> Part:
    """Copy with what is only known after the body was looked at; cached values must not come along."""
    return Part(
        part.headers,
        part.body,
        content_type or part.content_type,
        part.params,
        part.disposition,
        part.filename,
        part.content_id,
        children,
    )


def _line(raw: bytes, position: int) -> bytes:
    found = _LINE.match(raw, position)
    return found.group(1) if found else b""


def _next_line(raw: bytes, position: int) -> int:
    found = _LINE.match(raw, position)
    return found.end() if found else len(raw)


def _continues(raw: bytes, position: int, line: bytes) -> bool:
    """Tell whether a line that starts no field belongs to the one before: folded, or stray between two headers."""
    return line[:1] in b" \t" or _FIELD.match(raw, _next_line(raw, position)) is not None


def _goes_on(raw: bytes, position: int) -> bool:
    """Tell whether headers go on below a line of spaces, which is then a fold (RFC 5322 §4.2), and not their end."""
    line = _line(raw, position)
    return bool(line.strip()) and (line[:1] in b" \t" or _FIELD.match(line) is not None)


def _end_of_headers(raw: bytes, position: int) -> int:
    ends = [(raw.find(mark, position), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    return min((at + length for at, length in ends if at >= 0), default=len(raw))


def _content_type(headers: Headers, default: str) -> tuple[str, Mapping[str, str]]:
    written = next(iter(headers.wire("content-type")), None)
    if written is None:
        return default, {}
    value, params = words.parameters(_FORGOTTEN_SEMICOLON.sub(r"\1; ", written, count=1))
    return value.lower() if _TYPE.fullmatch(value) else "text/plain", params


def _guessed_boundary(body: bytes) -> str | None:
    """The boundary that the body seems to have: the first line of the form `--x` with a Content- header below it."""
    found = _SEPARATOR.search(body)
    return found.group(1).decode("latin-1") if found else None


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """What stands between the lines `--boundary`; the line end before such a line belongs to it."""
    mark = b"--" + boundary.encode("utf-8", "surrogateescape").rstrip()
    body = _with_closing_line(body, mark)
    start: int | None = None
    inner_ends = 0
    for at, end, closes in _separators(body, mark):
        if at < inner_ends:
            continue
        if closes and start is not None and (inner := _inner_end(body, max(start, inner_ends), at, mark)):
            inner_ends = inner
            continue
        if start is not None:
            yield _without_last_line_end(body[start:at])
        start = None if closes else end
    if start is not None and start < len(body):
        yield body[start:]


def _inner_end(body: bytes, start: int, at: int, mark: bytes) -> int | None:
    """Return where a multipart ends whose separator is our closing line, since the innermost counts; None if none is.

    Boundaries that differ by a final `--` are seen: the line `--a--` closes `a` and separates the parts of `a--`.
    """
    declared = re.search(
        rb"boundary=[\"']?" + re.escape(mark[2:]) + rb"--(?:[\"'\s;]|$)", body[start:at], re.IGNORECASE
    )
    if declared is None:
        return None
    closing = body.find(mark + b"----", at)
    return closing + len(mark) + 4 if closing >= 0 else len(body)


def _with_closing_line(body: bytes, mark: bytes) -> bytes:
    """Put the closing separator onto a line of its own where the text ran into it."""
    trimmed = body.rstrip()
    at = len(trimmed) - len(mark) - 2
    if at > 0 and trimmed.endswith(mark + b"--") and body[at - 1] not in b"\r\n":
        return body[:at] + b"\n" + body[at:]
    return body


def _separators(body: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where each separator line starts and ends, and whether it is the closing one."""
    at = body.find(mark)
    while at >= 0:
        tail_at = at + len(mark)
        tail = _LINE.match(body, tail_at) if at == 0 or body[at - 1] in b"\r\n" else None
        rest = tail.group(1).strip() if tail else None
        if tail is not None and rest in (b"", b"--"):
            yield at, tail.end(), rest == b"--"
            tail_at = tail.end()
        at = body.find(mark, tail_at)


def _without_last_line_end(piece: bytes) -> bytes:
    for end in (b"\r\n", b"\n", b"\r"):
        if piece.endswith(end):
            return piece[: -len(end)]
    return piece
