"""Rich text as Outlook packs it into TNEF: decompressed (MS-OXRTFCP), and as plain text. Linear, never raises."""

import re
import struct

from switchboard.channels.email import charset

LONGEST = 256 * 1024
"""Bytes of RTF that are looked at."""

_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_HEADER = 16
_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE
)
_BREAKS = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n\n", "page": "\n\n", "tab": "\t", "cell": "\t"}
_CHARACTERS = {
    "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c",
    "rdblquote": "\u201d", "bullet": "\u2022", "emspace": " ", "enspace": " ",
}  # fmt: skip
_NOT_TEXT = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "listtable", "rsidtbl",
     "generator", "themedata", "fldinst", "htmltag", "mhtmltag", "xmlnstbl", "latentstyles", "datastore"}
)  # fmt: skip


def decompress(packed: bytes) -> bytes:
    """Undo LZFu; what is not packed so, or is cut off, gives what can be had of it."""
    if len(packed) < _HEADER:
        return b""
    length, kind = struct.unpack_from("<I4s", packed, 4)
    if kind == b"MELA":
        return packed[_HEADER : _HEADER + min(length, LONGEST)]
    return _unpacked(packed, min(length, LONGEST)) if kind == b"LZFu" else b""


def to_text(raw: bytes) -> str:
    """Return the text without formatting. RTF that Outlook made of HTML loses its tags, which it keeps as `htmltag`."""
    return _Reader().read(raw[:LONGEST].decode("latin-1"))


def _unpacked(packed: bytes, length: int) -> bytes:
    """Each control byte says of the next eight tokens whether they are a byte or a reference into the last 4 KB."""
    out = bytearray(_PRELOADED)
    wanted, position = len(out) + length, _HEADER
    while position < len(packed) and len(out) < wanted:
        control = packed[position]
        position += 1
        for bit in range(8):
            if position >= len(packed) or len(out) >= wanted:
                break
            if not control >> bit & 1:
                out.append(packed[position])
                position += 1
                continue
            reference = int.from_bytes(packed[position : position + 2], "big")
            position += 2
            if not _copy(out, reference >> 4, (reference & 0xF) + 2):
                return bytes(out[len(_PRELOADED) : wanted])
    return bytes(out[len(_PRELOADED) : wanted])


def _copy(out: bytearray, offset: int, count: int) -> bool:
    """Repeat what stands at a place of the window; false at the end mark, which refers to the place to write next."""
    distance = (len(out) - offset) % _WINDOW
    if distance == 0:
        return False
    for _ in range(count):
        out.append(out[-distance] if distance <= len(out) else 0x20)
    return True


class _Reader:
    """Walks the tokens once, remembering per group whether it is text at all."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._bytes = bytearray()
        self._charset = "cp1252"
        self._hidden = False
        self._groups: list[tuple[bool, int]] = []
        self._skip_after_unicode = 1
        self._to_skip = 0

    def read(self, text: str) -> str:
        for found in _TOKEN.finditer(text):
            word, number, code, symbol, brace, plain = found.groups()
            if code is None:
                self._flush()
            if brace:
                self._group(brace)
            elif word:
                self._word(word.lower(), number)
            elif symbol:
                self._symbol(symbol)
            elif code:
                self._byte(int(code, 16))
            elif plain:
                self._plain(plain)
        self._flush()
        joined = "".join(self._out).strip()
        return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")  # pairs written apart

    def _group(self, brace: str) -> None:
        self._to_skip = 0
        if brace == "{":
            self._groups.append((self._hidden, self._skip_after_unicode))
        elif self._groups:
            self._hidden, self._skip_after_unicode = self._groups.pop()

    def _word(self, word: str, number: str | None) -> None:
        if word in _NOT_TEXT:
            self._hidden = True
        elif word == "htmlrtf":
            self._hidden = number != "0"  # formatting that doubles what the HTML tags say
        elif word == "ansicpg" and number:
            self._charset = "utf-8" if number == "65001" else f"cp{number}"
        elif word == "uc" and number:
            self._skip_after_unicode = max(0, min(int(number), 10))
        elif word == "u" and number:
            self._unicode(int(number))
        else:
            self._write(_BREAKS.get(word) or _CHARACTERS.get(word, ""))

    def _unicode(self, number: int) -> None:
        self._to_skip = self._skip_after_unicode
        self._write(chr(number % 0x10000))

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._hidden = self._hidden or bool(self._groups)
        else:
            self._write({"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n", "-": ""}.get(symbol, symbol))

    def _byte(self, value: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif not self._hidden:
            self._bytes.append(value)

    def _plain(self, text: str) -> None:
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        self._write(text[skipped:])

    def _write(self, text: str) -> None:
        if not self._hidden:
            self._out.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(charset.decode(bytes(self._bytes), self._charset).text)
            self._bytes.clear()
