"""Mail's HTML: as readable text that tells quotes and signatures, and safe to show (rules EM-17, EM-19).

Every parser has an input that takes it quadratic time or makes it lose the text, so none sees a document before
`markup.tame` has cut it down, and what still fails is stripped of its tags and kept.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from switchboard.channels.email import markup

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

from switchboard.channels.email.layout import render

_LARGEST_IMAGE = 64 * 1024  # letters of a data: URL
_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_REMOTE_IMAGE = re.compile(r"(?:remote:)?(https://[^\s\"'<>]{1,2000})", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)
_DANGEROUS_STYLE = re.compile(r"url|expression|import|[\\@<>&]", re.IGNORECASE)
_SAFE_STYLES = frozenset({
    "background-color", "border-left", "color", "direction", "font-style", "font-weight", "padding-left", "text-align",
    "text-decoration", "vertical-align", "white-space",
})  # fmt: skip
_SAFE_TAGS = frozenset({
    "a", "abbr", "b", "big", "blockquote", "br", "center", "code", "dd", "del", "div", "dl", "dt", "em", "font", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span", "strike",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
})  # fmt: skip
_SAFE_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "align"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan", "valign"},
    "th": {"colspan", "rowspan", "valign"},
}


def to_text(html: str) -> str:
    """Read HTML as plain text, as a good mail program would have written it beside.

    Quotations are marked with ">" and a signature with "-- ". Hidden text is left out. A document with text never
    comes out empty.
    """
    return _or_stripped(html, lambda: render(_parse(html)))


_MOST_REFERENCES = 5_000
_WIDE_AMPERSAND = "\uff06"


def _few_references(html: str) -> str:
    """Leave the first few thousand ampersands: the sanitiser takes ever longer over each further one."""
    first = html.split("&", _MOST_REFERENCES)
    if len(first) <= _MOST_REFERENCES:
        return html
    return "&".join(first[:-1]) + "&" + first[-1].replace("&", _WIDE_AMPERSAND)


def sanitise(html: str) -> str:
    """Make HTML safe to show: no scripts, forms, remote content or styles that leave their place.

    A picture from elsewhere stays as `remote:https://…`: it loads nowhere, and who wants to see it can tell from where.
    """
    import nh3  # noqa: PLC0415  # a cold start does not pay for it

    try:
        return nh3.clean(
            _few_references(markup.tame(html)),
            tags=set(_SAFE_TAGS),
            clean_content_tags={"script", "style", "title"},
            attributes=_SAFE_ATTRIBUTES,
            attribute_filter=_safe_value,
            url_schemes={"http", "https", "mailto", "tel", "cid", "data", "remote"},  # `_safe_value` says which where
            url_relative="deny",
            link_rel="noopener noreferrer nofollow",
            filter_style_properties=set(_SAFE_STYLES),
        )
    except Exception:  # noqa: BLE001  # whatever a parser stumbles over, people must be able to read the mail
        return nh3.clean_text(markup.strip(html))


def _parse(html: str) -> "LexborHTMLParser":
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415  # a cold start does not pay for it

    return LexborHTMLParser(markup.tame(html))


def _or_stripped(html: str, read: Callable[[], str]) -> str:
    try:
        text = read()
    except Exception:  # noqa: BLE001  # whatever a parser stumbles over, the text must not be lost
        text = ""
    return text if text.strip() else markup.strip(html)


def _safe_value(tag: str, attribute: str, value: str) -> str | None:
    """Return an attribute's value if it can neither fetch anything nor leave its place."""
    if attribute == "src":
        return _picture(value) if tag == "img" else None
    if attribute == "href":
        return value if _LINK.match(value.strip()) else None
    if attribute == "style":
        return None if _DANGEROUS_STYLE.search(value) else value
    return value


def _picture(source: str) -> str | None:
    """Keep a picture of the mail's own; one from elsewhere becomes `remote:https://…`, which no browser fetches."""
    embedded = len(source) <= _LARGEST_IMAGE and _DATA_IMAGE.fullmatch(source)
    if embedded or source.lower().startswith("cid:"):
        return source
    remote = _REMOTE_IMAGE.fullmatch(source.strip())
    return f"remote:{remote[1]}" if remote else None
