"""HTML as a row of tags and texts, read in linear time: what bounds a document before a parser sees it (rule EM-17)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

LARGEST = 256 * 1024  # letters that are read of a document
_MOST_TAGS = 12_000
_MOST_ATTRIBUTES = 200
_DEEPEST = 120
_DEEPEST_FORMATTING = 12  # a parser opens each of them again in each paragraph
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});?")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s*\n")
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
})  # fmt: skip
_RAW = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"})
_DROPPED = frozenset({"svg", "math", "template", "frameset", "frame", "plaintext"})
_CLOSED_BY_NEXT = frozenset({
    "p", "li", "td", "th", "tr", "dd", "dt", "option", "tbody", "thead", "tfoot", "colgroup", "html", "head",
    "body",
})  # fmt: skip
_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
_BREAKING = frozenset({
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "li", "ol", "p", "pre", "section", "table", "tr", "ul",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening or closing tag, as it stands."""

    name: str
    source: str

    @property
    def closes(self) -> bool:
        return self.source.startswith("</")


def tame(html: str) -> str:
    """Cut a document down to what a parser can take: its size, depth and attributes. No text in it is lost."""
    kept: list[str] = []
    depth = _Depth()
    tags = 0
    for token in _tokens(html[:LARGEST]):
        if isinstance(token, str):
            kept.append(token)
            continue
        tags += 1
        if tags > _MOST_TAGS:
            kept.append(" ")
        elif token.name in _DROPPED or _has_too_many_attributes(token.source):
            continue
        elif depth.admits(token):
            kept.append(token.source)
        elif token.name in _BREAKING:
            kept.append("<br>")
    return "".join(kept)


def strip(html: str) -> str:
    """Take the tags out, crudely: what a document's text is when nothing better works."""
    parts = (
        token if isinstance(token, str) else "\n" if token.name in _BREAKING else " "
        for token in _tokens(html[:LARGEST])
    )
    text = _ENTITY.sub(lambda entity: unescape(entity[0]), "".join(parts))
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _tokens(html: str) -> Iterator[str | Tag]:
    """Read tags and texts, without comments, scripts and styles. What never closes is text, so that none is lost."""
    lower = html.lower() if len(html.lower()) == len(html) else html
    unclosed: set[str] = set()
    at = 0
    while at < len(html):
        opening = html.find("<", at)
        if opening < 0:
            yield html[at:]
            return
        if opening > at:
            yield html[at:opening]
        at = opening
        if html.startswith("<!--", at):
            at = _after("-->", lower, at + 4, unclosed) or at + 4
            continue
        tag = _TAG.match(html, at)
        if not tag and html[at + 1 : at + 2] not in {"!", "?", "/"}:
            yield "&lt;"
            at += 1
            continue
        end = _after(">", lower, at + 1, unclosed)
        if end is None:
            yield "&lt;"
            at += 1
            continue
        if tag:
            name = tag[1].lower()
            token = Tag(name, html[at:end])
            if name in _RAW:
                raw_end = None if token.closes else _after(f"</{name}", lower, end, unclosed)
                end = (_after(">", lower, raw_end, unclosed) or raw_end) if raw_end else end
            else:
                yield token
        at = end


def _after(text: str, html: str, start: int, missing: set[str]) -> int | None:
    """Return where the text ends. What was once sought in vain is not sought again: that would be quadratic."""
    if text in missing:
        return None
    found = html.find(text, start)
    if found < 0:
        missing.add(text)
        return None
    return found + len(text)


class _Depth:
    """How many elements are open; a closing tag counts only for an element of its name."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._elements = 0
        self._formatting = 0

    def admits(self, tag: Tag) -> bool:
        """Tell whether a tag may stay, and count it."""
        if tag.name in _VOID or tag.name in _CLOSED_BY_NEXT:
            return True
        if tag.closes:
            return self._close(tag.name)
        formatting = tag.name in _FORMATTING
        if self._elements >= _DEEPEST or (formatting and self._formatting >= _DEEPEST_FORMATTING):
            return False
        self._count(tag.name, 1)
        return True

    def _close(self, name: str) -> bool:
        if not self._open[name]:
            return False
        self._count(name, -1)
        return True

    def _count(self, name: str, change: int) -> None:
        self._open[name] += change
        self._elements += change
        self._formatting += change * (name in _FORMATTING)


def _has_too_many_attributes(source: str) -> bool:
    if len(source) < 2 * _MOST_ATTRIBUTES:
        return False
    names = _QUOTED.sub(" ", source).replace("/", " ")
    return max(len(names.split()), names.count("=")) > _MOST_ATTRIBUTES
