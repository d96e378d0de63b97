"""The new text of a mail, without what its author quoted and without their signature (rules EM-13, EM-18, EM-19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from switchboard.channels.email import headlines, markup, quotes, signatures
from switchboard.channels.email.html import to_text
from switchboard.channels.email.quotes import Origin


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is what its author wrote this time. Every line with text on it is in exactly one of the three."""

    text: str
    quoted: str
    signature: str


def split(text: str, html: str | None = None) -> Reply:
    """Split a mail's plain text, or its HTML where that marks its quotes or is all there is.

    Nothing is taken from a mail that would have nothing left: then all of it is its text (rule EM-18).
    """
    if html:
        text = _better(text, html)
    lines = [part for line in text.splitlines() for part in headlines.separate(line)]
    clean = [headlines.clean(line) for line in lines]
    new, quoted, signature = _sorted(clean)
    if not any(clean[i] for i in new):
        return Reply(_join(lines, clean, range(len(lines))), "", "")
    return Reply(*(_join(lines, clean, numbers) for numbers in (new, quoted, signature)))


def _better(plain: str, html: str) -> str:
    """Prefer the HTML where it marks its quotes or its signature: structure can be relied on, rules only mostly."""
    if plain.strip() and len(html) > markup.LARGEST:
        return plain
    rendered = to_text(html)
    marked = any(line.startswith("> ") or line == "-- " for line in rendered.splitlines())
    return rendered if marked or not plain.strip() else plain


def _sorted(clean: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
    """Sort the numbers of the lines into new, quoted and signature."""
    new: list[int] = []
    quoted: list[int] = []
    signature: list[int] = []
    banner = signatures.banner_end(clean)
    signature.extend(range(banner))
    origins = quotes.origins(clean[banner:])
    for origin, group in groupby(range(banner, len(clean)), key=lambda i: origins[i - banner]):
        run = list(group)
        if origin is Origin.QUOTED:
            quoted += run
        elif origin is Origin.FORWARDED:
            new += run
        else:
            end = signatures.start([clean[i] for i in run])
            new += run[:end]
            signature += run[end:]
    return new, quoted, signature


def _join(lines: Sequence[str], clean: Sequence[str], numbers: Sequence[int]) -> str:
    return "\n".join(lines[i].rstrip() if clean[i] else "" for i in numbers).strip("\n")
