"""Bytes to text (rule EM-9): byte order mark, then what is declared, then UTF-8, then a guess. Nothing raises."""

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDER: Mapping[str, str] = {  # mail says the left and means the right, which contains it
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_ALIASES: Mapping[str, str] = {  # names that Python doesn't know
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "x-windows-949": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "cp-850": "cp850",
    "ansi_x3.110-1983": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
}
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "undefined"})
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,40})""", re.IGNORECASE)
_META_WITHIN = 2048
_SAMPLE = 8 * 1024
"""Bytes that the detector is shown: it costs about a millisecond for each two kilobytes."""
_CLEAR = 0.3
"""The confidence from which on the detector is believed."""


class Text(NamedTuple):
    """Decoded text; `certain` is false where the charset had to be guessed and characters may be wrong."""

    text: str
    certain: bool


def decode(raw: bytes, declared: str | None = None) -> Text:
    r"""Return the text with line ends as `\n`."""
    found = _decoded(raw, declared)
    return Text(found.text.replace("\r\n", "\n").replace("\r", "\n"), found.certain)


def decode_word(raw: bytes, declared: str) -> str:
    """Return an encoded word's text; too little to guess from, so what doesn't fit its charset is replaced."""
    encoding = codec(declared)
    found = _strict(raw, encoding) or _strict(raw, "utf-8")
    return found.text if found else raw.decode(encoding or "cp1252", "replace")


def is_utf8(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8, as ASCII is too."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def guess(raw: bytes) -> str:
    """Return the charset that bytes other than UTF-8 most likely are in."""
    from chardet import detect  # noqa: PLC0415  # a twentieth of a second that only mail without a charset pays

    found = detect(raw[:_SAMPLE])
    named = found["encoding"] if (found["confidence"] or 0) >= _CLEAR else None
    return (codec(named) if named else None) or "cp1252"


def declared_in_html(raw: bytes) -> str | None:
    """Return the charset of a `<meta>` near the start."""
    found = _META.search(raw[:_META_WITHIN])
    return found.group(1).decode("ascii", "replace") if found else None


@lru_cache(maxsize=256)
def codec(name: str) -> str | None:
    """Return Python's name for a charset as mail writes it, widened to what is meant; None where there is none."""
    cleaned = name.strip().strip("\"'").lower().split("*")[0]
    try:
        found = codecs.lookup(_ALIASES.get(cleaned, cleaned)).name
        "x".encode(found)  # refuses what turns bytes into bytes
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found in _NO_CHARSETS else _WIDER.get(found, found)


def _decoded(raw: bytes, declared: str | None) -> Text:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return Text(raw.decode(encoding, "replace"), certain=True)
    return _strict(raw, codec(declared) if declared else None) or _strict(raw, "utf-8") or _guessed(raw, declared)


def _strict(raw: bytes, encoding: str | None) -> Text | None:
    if encoding is None:
        return None
    try:
        return Text(raw.decode(encoding), certain=True)
    except (UnicodeError, ValueError):
        return None


def _guessed(raw: bytes, declared: str | None = None) -> Text:
    found = _strict(raw, guess(raw))
    if found is not None:
        return Text(found.text, certain=False)
    return Text(raw.decode((codec(declared) if declared else None) or "cp1252", "replace"), certain=False)
