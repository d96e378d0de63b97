"""Which parts of a mail are its text, and which are files (rules EM-8, EM-11, EM-18)."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from switchboard.channels.email import flowed, html, tnef
from switchboard.channels.email.mail import Mail, Part

LARGEST_TEXT = 256 * 1024
"""Characters of text that are kept; nobody wrote more by hand."""
DEGRADED_TEXT = 16 * 1024
"""Characters of text that are kept of a mail over a limit (rule EM-6)."""

_STUB_SHARE = 0.2
_STUB_HTML = 200
_READABLE = frozenset({"text/plain", "text/html"})
_READABLE_ALONE = _READABLE | {"text/enriched", "text/richtext", "text/markdown"}
"""What is the text where it comes first, and a file beside another text."""
_MARKED_UP = frozenset({"text/html", "text/enriched", "text/richtext"})
_ALTERNATIVE_FORMS = frozenset({"text/x-amp-html", "text/watch-html"})
"""Further forms of the same text for some programs: neither text nor files for us."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the text, in plain form, as HTML, or both."""

    plain: str | None = None
    html: str | None = None

    @property
    def text(self) -> str:
        """The plain form, unless it is no more than a hint to look at the HTML."""
        if self.html is None:
            return self.plain or ""
        if self.plain is not None and len(self.html) <= _STUB_HTML and self.plain.strip():
            return self.plain
        rendered = html.to_text(self.html)
        is_stub = self.plain is None or len(self.plain.strip()) < _STUB_SHARE * len(rendered.strip())
        return rendered if is_stub and rendered.strip() else (self.plain or rendered)


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail, section by section, and its files in order."""

    sections: tuple[Section, ...]
    files: tuple[Part, ...]
    certain: bool = True

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join(text for section in self.sections if (text := section.text).strip()).rstrip("\n")

    @property
    def html(self) -> str | None:
        """All of it as the sender's HTML, unsanitised; None where there is none."""
        if all(section.html is None for section in self.sections):
            return None
        return "\n".join(_as_html(section) for section in self.sections)


def read(mail: Mail, *, open_files: bool = True) -> Body:
    """Choose; `open_files` says whether containers may be looked into (not where a virus was found, rule EM-3)."""
    reader = _Reader(open_files=open_files)
    sections = reader.sections(mail.root, is_first=True, is_related=False)
    return Body(tuple(sections), tuple(reader.files), certain=reader.certain)


class _Reader:
    """Walks the tree once; RFC 8621 §4.1.4 is the model."""

    def __init__(self, *, open_files: bool) -> None:
        self.files: list[Part] = []
        self.certain = True
        self._open_files = open_files

    def sections(self, part: Part, *, is_first: bool, is_related: bool) -> list[Section]:
        if part.is_multipart and part.children:
            return self._of_multipart(part)
        if part.is_multipart:
            return []
        if _is_text(part, is_first=is_first, is_related=is_related):
            return [self._section(part)]
        if self._open_files and tnef.is_tnef(part) and (inside := tnef.unwrap(part)):
            return self._of_tnef(inside)
        if part.content_type not in _ALTERNATIVE_FORMS:
            self.files.append(part)
        return []

    def _of_multipart(self, part: Part) -> list[Section]:
        if part.content_type == "multipart/alternative":
            return self._of_alternative(part.children)
        is_related = part.content_type == "multipart/related"
        children = _root_first(part) if is_related else part.children
        return [
            section
            for index, child in enumerate(children)
            for section in self.sections(child, is_first=index == 0, is_related=is_related)
        ]

    def _of_alternative(self, children: Iterable[Part]) -> list[Section]:
        """Join the forms of one text: those without HTML, and those with it. Several of a kind are all kept."""
        forms = [found for child in children if (found := self.sections(child, is_first=True, is_related=False))]
        rich = [section for form in forms if _has_html(form) for section in form]
        plain = [section for form in forms if not _has_html(form) for section in form]
        if not plain or not rich:
            return plain or rich
        return [Section("\n".join(section.text for section in plain), "\n".join(map(_as_html, rich)))]

    def _of_tnef(self, inside: Iterable[Part]) -> list[Section]:
        sections = []
        for part in inside:
            if part.disposition is None:
                sections.append(self._section(part))
            else:
                self.files.append(part)
        return sections

    def _section(self, part: Part) -> Section:
        self.certain &= part.decoded.certain
        text = part.text[:LARGEST_TEXT]
        if part.content_type in _MARKED_UP:
            return Section(html=text)
        if part.params.get("format", "").lower() == "flowed":
            text = flowed.unflow(text, delete_space=part.params.get("delsp", "").lower() == "yes")
        return Section(plain=text)


def _has_html(form: Iterable[Section]) -> bool:
    return any(section.html is not None for section in form)


def _is_text(part: Part, *, is_first: bool, is_related: bool) -> bool:
    if part.content_type not in (_READABLE_ALONE if is_first else _READABLE) or part.disposition == "attachment":
        return False
    return is_first or (not is_related and part.filename is None)


def _root_first(part: Part) -> tuple[Part, ...]:
    """The root of a multipart/related is the first part, or the one that `start` names (RFC 2387)."""
    start = part.params.get("start", "").strip("<> ")
    root = next((child for child in part.children if start and child.content_id == start), part.children[0])
    return (root, *(child for child in part.children if child is not root))


def _as_html(section: Section) -> str:
    return section.html if section.html is not None else f"<pre>{escape(section.plain or '')}</pre>"
