"""Text inside headers: encoded words (RFC 2047), parameters (RFC 2045 and 2231) and file names (rule EM-10).

All of it is scanned from left to right once, whatever is in it.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from switchboard.channels.email import charset, transfer

_CHARSET = re.compile(r"[^?\s]{0,60}\?([bBqQ])\?")
_BETWEEN_WORDS = re.compile(r"\s*")
_TOKEN = re.compile(r"[^\s=;\"]+")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*?)")
_MOST_SECTIONS = 100
_MOST_PARAMETERS = 100
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")

LONGEST_FILENAME = 150
LONGEST_SUBJECT = 998
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})
"""Categories of characters that no file name needs: controls, direction overrides, surrogates, line separators."""


class _Word(NamedTuple):
    """An encoded word's charset and bytes, or (charset None) plain text in UTF-8."""

    charset: str | None
    raw: bytes


def decode(text: str) -> str:
    """Decode the encoded words of an unfolded header. What is no well-formed word stays as it is."""
    if "=?" not in text:
        return text
    return "".join(_texts(_scan(text)))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Take `value; name=value; …` apart; the first of a repeated parameter counts, names are lower-case."""
    main, *rest = _split(value)
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for item in rest[:_MOST_PARAMETERS]:
        name, equals, content = item.partition("=")
        found = _SECTION.fullmatch(name.strip().lower())
        if equals and found:
            number = min(int(found.group(2) or 0), _MOST_SECTIONS)
            sections.setdefault(found.group(1), {}).setdefault(number, (_unquoted(content), bool(found.group(3))))
    return main.strip(), {name: _joined(found) for name, found in sections.items()}


def storable(text: str) -> str:
    """Replace what no store and no JSON takes: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def line(text: str, longest: int) -> str:
    """Make one storable line of a text, of at most so many characters."""
    return storable(" ".join(text.split()))[:longest].rstrip()


def filename(name: str) -> str | None:
    """Make a name that is safe to show and to save under: no folders, no control or direction characters."""
    base = re.split(r"[\\/]", name)[-1]
    clean = "".join(c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c) not in _UNFIT)
    clean = clean.strip(" .\t")
    if len(clean) <= LONGEST_FILENAME:
        return clean or None
    stem, dot, extension = clean.rpartition(".")
    if dot and len(extension) <= 10:  # noqa: PLR2004  # longer than any extension that tells a type
        return stem[: LONGEST_FILENAME - len(extension) - 1] + dot + extension
    return clean[:LONGEST_FILENAME]


def _scan(text: str) -> Iterator[_Word]:
    """Find the words and what stands between; white space between two words doesn't count."""
    position, after_word = 0, False
    search = 0
    while True:
        at = text.find("=?", search)
        head = _CHARSET.match(text, at + 2) if at >= 0 else None
        end = text.find("?=", head.end()) if head else -1
        if at < 0 or (head and end < 0):
            break
        if head is None:
            search = at + 2
            continue
        between = text[position:at]
        if between and not (after_word and between.isspace()):
            yield _Word(None, between.encode("utf-8", "surrogatepass"))
        name = text[at + 2 : head.end() - 3]
        yield _Word(name or "utf-8", _word_bytes(head.group(1), text[head.end() : end]))
        position = search = end + 2
        after_word = True
    if position < len(text):
        yield _Word(None, text[position:].encode("utf-8", "surrogatepass"))


def _word_bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "surrogatepass")
    if encoding in "bB":
        return transfer.base64(raw)
    return _HEX.sub(lambda found: bytes([int(found.group(1), 16)]), raw.replace(b"_", b" "))


def _texts(scanned: Iterator[_Word]) -> Iterator[str]:
    """Decode runs of one charset together: some senders split a character over two words."""
    name: str | None = None
    run: list[bytes] = []
    for word in scanned:
        if run and (name or "").lower() != (word.charset or "").lower():
            yield _text(name, b"".join(run))
            run = []
        name = word.charset
        run.append(word.raw)
    if run:
        yield _text(name, b"".join(run))


def _text(name: str | None, raw: bytes) -> str:
    if name is None:
        return raw.decode("utf-8", "surrogatepass")
    return re.sub(r"\r\n|[\r\n]", " ", charset.decode_word(raw, name))  # a word must not start a header line


def _split(value: str) -> list[str]:
    """Split at the semicolons outside of quotes."""
    items, start, quoted, position = [], 0, False, 0
    for found in re.finditer(r'\\.|"|;', value, re.DOTALL):
        position = found.start()
        if found.group() == '"':
            quoted = not quoted
        elif found.group() == ";" and not quoted:
            items.append(value[start:position])
            start = position + 1
    return [*items, value[start:]]


def _unquoted(content: str) -> str:
    content = content.strip()
    if content.startswith('"'):
        inner = re.match(r'"((?:[^"\\]|\\.)*)', content, re.DOTALL)
        return re.sub(r'\\(["\\])', r"\1", inner.group(1)) if inner else content.strip('"')
    return content


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """Put a parameter's sections together; those marked with `*` are percent-encoded in the first one's charset."""
    ordered = [sections[number] for number in sorted(sections)]
    if not any(encoded for _, encoded in ordered):
        return decode("".join(content for content, _ in ordered))
    first, is_encoded = ordered[0]
    name, _, rest = first.partition("'") if is_encoded else ("", "", first)
    ordered[0] = (rest.partition("'")[2] if is_encoded and "'" in rest else first, is_encoded)
    raw = b"".join(
        unquote_to_bytes(content) if encoded else content.encode("utf-8", "surrogatepass")
        for content, encoded in ordered
    )
    return charset.decode(raw, name or None).text
