"""Outlook's TNEF (`winmail.dat`, MS-OXTNEF): the text and the files inside (rule EM-11).

Read by us because the library for it loops for hours on a count of four billion properties and copies what remains at
each attribute. Every count here is bounded by the bytes that are there.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from switchboard.channels.email import charset, rtf, words
from switchboard.channels.email.mail import Headers, Part
from switchboard.filetype import sniff

MOST_FILES = 50
_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_PROPERTIES = 2000
_MOST_ATTRIBUTES = 5000

# Attributes (MS-OXTNEF 2.1.3.2): the message's, then the attachment's.
_BODY, _PROPERTIES, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_FILE_STARTS, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005

# Properties (MS-OXPROPS), of the message and of an attachment.
_PLAIN, _HTML, _COMPRESSED_RTF, _INTERNET_CODE_PAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_DATA, _NAME, _LONG_NAME, _MIME_TYPE, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712

_MULTIPLE, _NAMED = 0x1000, 0x8000
_UNICODE = 0x001F
_FIXED_SIZES = {  # in bytes, padded to four
    0x0000: 4, 0x0001: 0, 0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4,
    0x0014: 8, 0x0040: 8, 0x0048: 16,
}  # fmt: skip
_VARIABLE = frozenset({0x000D, 0x001E, 0x001F, 0x0102})
_UTF_8 = 65001


@dataclass(slots=True)
class _File:
    title: bytes = b""
    data: bytes = b""
    properties: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Content:
    code_page: int = 1252
    body: bytes = b""
    properties: Mapping[int, bytes] = field(default_factory=dict)
    files: list[_File] = field(default_factory=list)


def is_tnef(part: Part) -> bool:
    """Tell whether a part is one: by type or by name, and by its first bytes."""
    named = part.content_type in _TYPES or (part.filename or "").lower() == "winmail.dat"
    return named and part.payload.startswith(_SIGNATURE)


def unwrap(part: Part) -> tuple[Part, ...]:
    """Return what is inside as parts: the text where there is one, then the files. Empty if it can't be read."""
    try:
        content = _read(memoryview(part.payload))
    except struct.error:
        return ()
    return (*_text(content), *(_as_part(file, content) for file in content.files[:MOST_FILES]))


def _read(data: memoryview) -> _Content:
    content = _Content()
    for attribute, value in _attributes(data):
        if attribute == _CODE_PAGE and len(value) >= 4:  # noqa: PLR2004  # a number of four bytes
            content.code_page = _number(value, 0)
        elif attribute == _BODY:
            content.body = bytes(value)
        elif attribute == _PROPERTIES:
            content.properties = _properties(value)
        elif attribute == _FILE_STARTS:
            content.files.append(_File())
        elif content.files:
            _add(content.files[-1], attribute, value)
    return content


def _add(file: _File, attribute: int, value: memoryview) -> None:
    if attribute == _FILE_TITLE:
        file.title = bytes(value)
    elif attribute == _FILE_DATA:
        file.data = bytes(value)
    elif attribute == _FILE_PROPERTIES:
        file.properties = _properties(value)


def _attributes(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Each attribute's id and value: level (1 byte), id (2), type (2), length (4), value, checksum (2)."""
    position = len(_SIGNATURE) + 2
    for _ in range(_MOST_ATTRIBUTES):
        if position + 9 > len(data):
            return
        attribute, _, length = struct.unpack_from("<HHI", data, position + 1)
        start = position + 9
        yield attribute, data[start : start + length]
        position = start + length + 2


def _properties(data: memoryview) -> dict[int, bytes]:
    """Each property's value; a list that ends too early gives what came before."""
    found: dict[int, bytes] = {}
    position = 4
    try:
        for _ in range(min(_number(data, 0), _MOST_PROPERTIES)):
            kind, name = struct.unpack_from("<HH", data, position)
            position = _after_name(data, position + 4) if name & _NAMED else position + 4
            value, position = _value(data, position, kind)
            found.setdefault(name, _as_utf8(value) if kind & ~_MULTIPLE == _UNICODE else value)
    except struct.error:
        pass
    return found


def _after_name(data: memoryview, position: int) -> int:
    """Pass over a named property's GUID and its number or name."""
    is_number = _number(data, position + 16) == 0
    return position + 24 if is_number else _padded(position + 24, _number(data, position + 20))


def _value(data: memoryview, position: int, kind: int) -> tuple[bytes, int]:
    """Return the first value of a property, and where the next property starts."""
    basic = kind & ~_MULTIPLE
    if basic in _FIXED_SIZES:
        count = _number(data, position) if kind & _MULTIPLE else 1
        start = position + 4 if kind & _MULTIPLE else position
        return bytes(data[start : start + _FIXED_SIZES[basic]]), start + count * _FIXED_SIZES[basic]
    if basic not in _VARIABLE:
        raise struct.error("a type of property that there isn't")
    first, after = b"", position + 4
    for index in range(min(_number(data, position), _MOST_PROPERTIES)):
        length = _number(data, after)
        first = bytes(data[after + 4 : after + 4 + length]) if index == 0 else first
        after = _padded(after + 4, length)
    return first, after


def _padded(start: int, length: int) -> int:
    return start + length + -length % 4


def _number(data: memoryview, position: int) -> int:
    return int(struct.unpack_from("<I", data, position)[0])


def _as_utf8(value: bytes) -> bytes:
    return value.decode("utf-16-le", "replace").encode("utf-8", "replace")


def _text(content: _Content) -> tuple[Part, ...]:
    """Return the body in the best form that there is; Outlook puts most into compressed RTF."""
    code_page = _internet_code_page(content)
    if html := content.properties.get(_HTML, b"").rstrip(b"\0"):
        return (_body("text/html", charset.decode(html, code_page).text),)
    plain = (content.properties.get(_PLAIN) or content.body).rstrip(b"\0")
    text = charset.decode(plain, None if charset.is_utf8(plain) else code_page).text
    if not text.strip():
        text = rtf.to_text(rtf.decompress(content.properties.get(_COMPRESSED_RTF, b"")))
    return (_body("text/plain", text),) if text.strip() else ()


def _internet_code_page(content: _Content) -> str:
    raw = content.properties.get(_INTERNET_CODE_PAGE, b"")
    number = int.from_bytes(raw[:4], "little") if raw else content.code_page
    return "utf-8" if number == _UTF_8 else f"cp{number}"


def _body(content_type: str, text: str) -> Part:
    return Part(Headers(), text.encode("utf-8", "replace"), content_type, {"charset": "utf-8"})


def _as_part(file: _File, content: _Content) -> Part:
    named = file.properties.get(_LONG_NAME) or file.properties.get(_NAME) or file.title
    declared = file.properties.get(_MIME_TYPE, b"").rstrip(b"\0").decode("ascii", "replace").strip().lower()
    content_id = file.properties.get(_CONTENT_ID, b"").rstrip(b"\0").decode("ascii", "replace").strip(" <>")
    name = charset.decode(named.rstrip(b"\0"), None if charset.is_utf8(named) else f"cp{content.code_page}").text
    data = file.data or file.properties.get(_DATA, b"")
    return Part(
        headers=Headers(),
        body=data,
        content_type=declared if "/" in declared else sniff(data) or "application/octet-stream",
        disposition="attachment",
        filename=words.filename(name),
        content_id=content_id or None,
    )
