"""A parsed HTML mail as lines of plain text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchboard.channels.email import quotation

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_SKIPPED = frozenset({"head", "script", "style", "title", "object", "audio", "video", "select", "textarea", "input"})
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"})
_ON_ITS_LINE = _APART | {
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "div", "dt", "figure", "footer",
    "form", "header", "hr", "li", "main", "nav", "section", "summary", "tr",
}  # fmt: skip
_RULE = "_" * 32
_MOST_LEVELS = 5  # of quotes and of lists that are shown
_LONGEST_LINK = 500
_LONGEST_EMOJI = 4


def render(tree: "LexborHTMLParser") -> str:
    """Write a tree as text: quotations marked with ">", signatures below "-- ", a table's row on a line."""
    page = _Page()
    stack: list[tuple[LexborNode, _Element | None]] = [(tree.body, None)] if tree.body else []
    while stack:
        node, left = stack.pop()
        if left:
            page.leave(left)
        elif node.is_text_node:
            page.write(node.text_content or "")
        elif node.is_element_node:
            element = _Element(node.tag or "", node.attributes)
            if not element.hidden:
                page.enter(element)
                stack.append((node, element))
                stack.extend((child, None) for child in reversed([*_children(node)]))
    return page.finished()


def _children(node: "LexborNode") -> Iterator["LexborNode"]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    attributes: Mapping[str, str | None]

    @property
    def hidden(self) -> bool:
        style = self.attributes.get("style")
        return self.tag in _SKIPPED or "hidden" in self.attributes or bool(style and _HIDDEN.search(style))

    @property
    def stands_apart(self) -> bool:
        """Whether blank lines are around it; Word gives its paragraphs no margin."""
        return self.tag in _APART and "MsoNormal" not in (self.attributes.get("class") or "")


class _Page:
    """Lines as they are written, and what is open at the pen."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._lists: list[int | None] = []  # the number of the last item; None where items have dashes
        self._links: list[int] = []  # where in the line the text of an open link begins
        self._verbatim = 0
        self._between = ""  # what separates a table's cell from the one before
        self._signed = False

    def enter(self, element: _Element) -> None:
        """Begin an element: break the line before it, and note what it changes."""
        tag = element.tag
        if tag in _ON_ITS_LINE:
            self._end_line()
            self._set_apart(element)
        if element.attributes:
            self._mark(element)
        if tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag in {"td", "th"} and self._line:
            self._between = " | "
        elif tag == "a":
            self._links.append(len(self._line))
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "hr" and not (self._lines and self._lines[-1].endswith(_RULE)):
            self.write(_RULE)
        elif tag == "img":
            self._emoji(element.attributes.get("alt") or "")

    def leave(self, element: _Element) -> None:
        """End an element: undo what it changed, and break the line after it."""
        tag = element.tag
        if tag == "br":
            self._end_line(forced=True)
        elif tag in {"ul", "ol"}:
            self._lists.pop()
        elif tag == "a":
            self._link(self._links.pop(), element.attributes.get("href") or "")
        elif tag == "pre":
            self._verbatim -= 1
        quote = quotation.is_quote(tag, element.attributes)
        if tag in _ON_ITS_LINE or quote:
            self._end_line()
            self._unquote(quote)
            self._set_apart(element)

    def write(self, text: str) -> None:
        """Write text, its spaces folded unless they count."""
        if self._verbatim:
            first, *others = text.splitlines() or [""]
            self._line.append(first)
            for other in others:
                self._end_line(forced=True)
                self._line.append(other)
            return
        text = _SPACES.sub(" ", text)
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self._line.append(self._between + text)
            self._between = ""

    def finished(self) -> str:
        """Return all that was written."""
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _mark(self, element: _Element) -> None:
        """Note that a quote or a signature begins."""
        attributes = element.attributes
        if quotation.is_quote(element.tag, attributes) or quotation.begins_quote(attributes):
            self._end_line()
            self._quotes += 1
        elif not self._quotes and not self._signed and quotation.is_signature(attributes):
            self._end_line()
            self._signed = True
            self._lines.append("-- ")

    def _unquote(self, levels: int) -> None:
        if levels and self._lines and not self._lines[-1].strip("> "):
            self._lines.pop()
        self._quotes -= levels

    def _set_apart(self, element: _Element) -> None:
        nested = element.tag in {"ul", "ol"} and self._lists
        if element.stands_apart and not nested:
            self._blank_line()

    def _end_line(self, *, forced: bool = False) -> None:
        text = "".join(self._line).rstrip()
        self._line, self._between = [], ""
        self._links = [0 for _ in self._links]
        if text:
            self._lines.append(self._quoted(text))
        elif forced:
            self._blank_line()

    def _blank_line(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._quoted(""))

    def _quoted(self, text: str) -> str:
        return ("> " * min(self._quotes, _MOST_LEVELS) + text).rstrip() if self._quotes else text

    def _item(self) -> None:
        mark = "- "
        if self._lists and self._lists[-1] is not None:
            self._lists[-1] += 1
            mark = f"{self._lists[-1]}. "
        self._line.append("  " * (min(len(self._lists), _MOST_LEVELS) - 1) + mark)

    def _link(self, start: int, href: str) -> None:
        """Write where a link leads, if its text doesn't say so."""
        scheme, _, rest = href.partition(":")
        if scheme.lower() not in {"http", "https", "mailto"} or len(href) > _LONGEST_LINK:
            return
        target = rest.partition("?")[0] if scheme.lower() == "mailto" else href
        text = "".join(self._line[start:]).strip().casefold()
        if text and rest.strip("/").casefold() not in text and target.casefold() not in text:
            self.write(f" <{target}>")

    def _emoji(self, alt: str) -> None:
        """Write an emoji that was sent as a picture."""
        if len(alt) <= _LONGEST_EMOJI and not alt.isascii():
            self.write(alt)
