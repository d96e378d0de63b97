"""Where an author's text ends and what stands below each of their mails begins.

Signatures below "-- ", a closing with a name, the line of a phone ("Sent from my iPhone"), a list's footer and a
disclaimer; and a gateway's warning above. Thanks with a name are content. In doubt a line is text.
"""

# ruff: noqa: RUF001  # typographic dashes and quotes are what is looked for
import re
from collections.abc import Callable, Sequence

from switchboard.channels.email import headlines, wordings

_MOST_LINES = 20  # with text, of a signature
_MOST_PARTS = 6  # a closing, a phone's line and a disclaimer may stand below each other
_DELIMITERS = frozenset({"--", "—", "–", "---", "__", "-- -"})
_CONTACT = re.compile(
    r"https?://|www\.|[^\s@<>]{1,64}@[\w-]{1,63}\.\w"
    r"|(?<!\d)\+?\(?\d{2,5}[ )./-]{1,2}\d{2,5}[ ./-]?\d{2}|\b(?:tel|fon|fax|phone|mob)\b"
)
_NAMED = re.compile(r"(?:[-–—/~] ?)[^\W\d_][\w'’-]{0,30}(?: [^\W\d_][\w'’.-]{0,30}){0,2}")
_POSTSCRIPT = re.compile(r"p\.? ?s\.?\b", re.IGNORECASE)
_LINK = re.compile(r"\s*(?:<[^<>]{0,300}>|\[[^\[\]]{0,300}\]|\([^()]{0,300}\)|https?://\S{1,300})\s*$")
_SENTENCE_ENDS = (".", "?", "!", "。", "！", "？")


def banner_end(lines: Sequence[str]) -> int:
    """Count the lines of a gateway's warning above the text ("CAUTION: this mail came from outside")."""
    first = next((i for i, line in enumerate(lines) if line), 0)
    end = next((i for i in range(first, len(lines)) if not lines[i]), len(lines))
    paragraph = " ".join(lines[first : min(end, first + 8)]).casefold()
    return end if len(paragraph) < 600 and wordings.pattern("caution").search(paragraph) else 0  # noqa: PLR2004


def start(lines: Sequence[str]) -> int:
    """Find the line of a stretch of new, clean text at which the signature begins; its length where there is none."""
    end = _trimmed(lines, len(lines))
    for _ in range(_MOST_PARTS):
        shorter = min((part(lines, end) for part in _PARTS), default=end)
        if shorter == end:
            break
        end = _trimmed(lines, shorter)
    return end if _trimmed(lines, len(lines)) > end else len(lines)


def _delimited(lines: Sequence[str], end: int) -> int:
    """Recognise "-- ", and a row of dashes above somebody's address and number."""
    texts = 0
    for i in range(end - 1, -1, -1):
        line = lines[i]
        if line in _DELIMITERS and not _is_prose(_first(lines[i + 1 : end])):
            return i
        if headlines.is_rule(line) and texts and _is_card(lines[i + 1 : end]):
            return i
        texts += bool(line)
        if texts > _MOST_LINES:
            break
    return end


def _closed(lines: Sequence[str], end: int) -> int:
    """Recognise "Kind regards" with a name and short lines below."""
    texts = 0
    for i in range(end - 1, -1, -1):
        if _is_closing(lines[i]) and _stands_apart(lines, i) and _is_signed(lines[i + 1 : end]):
            return i
        texts += bool(lines[i])
        if texts > _MOST_LINES:
            break
    return end


def _phoned(lines: Sequence[str], end: int) -> int:
    """Recognise "Sent from my iPhone", with the name above it or an app's line below."""
    for i in range(end - 1, max(end - 4, -1), -1):
        if _is_mobile(lines[i]):
            named = i > 1 and not lines[i - 2] and any(lines[: i - 2]) and _is_name(lines[i - 1])
            return i - 1 if named else i
    return end


def _dashed(lines: Sequence[str], end: int) -> int:
    """Recognise a last line such as "-Ann" or "/John"."""
    alone = any(lines[: end - 1]) and (not lines[end - 2] or lines[end - 2].endswith(_SENTENCE_ENDS))
    bullets = sum(line.startswith(lines[end - 1][:1]) for line in lines[max(end - 6, 0) : end]) > 1
    return end - 1 if alone and not bullets and _NAMED.fullmatch(lines[end - 1]) else end


def _disclaimed(lines: Sequence[str], end: int) -> int:
    """Recognise a last paragraph that speaks of confidentiality and recipients, but not a first one."""
    first = end
    while first > 0 and lines[first - 1] and end - first < _MOST_LINES:
        first -= 1
    paragraph = " ".join(lines[first:end]).casefold()
    return first if first > 0 and _is_disclaimer(paragraph) else end


_PARTS: tuple[Callable[[Sequence[str], int], int], ...] = (_delimited, _closed, _phoned, _dashed, _disclaimed)


def _trimmed(lines: Sequence[str], end: int) -> int:
    while end > 0 and not lines[end - 1]:
        end -= 1
    return end


def _first(lines: Sequence[str]) -> str:
    return next((line for line in lines if line), "")


def _is_card(lines: Sequence[str]) -> bool:
    return any(_CONTACT.search(line.casefold()) for line in lines) and not any(map(_is_prose, lines))


def _is_closing(line: str) -> bool:
    if not line or len(line) > 80:  # noqa: PLR2004  # two languages, "Med venlig hilsen / Best regards"
        return False
    closings = wordings.words("closings")
    return all(part.strip(" ,.!-–—:") in closings for part in re.split(r" ?[/|] ?", line.casefold()))


def _stands_apart(lines: Sequence[str], at: int) -> bool:
    above = lines[at - 1] if at else ""
    return not above or lines[at].endswith(",") or above.endswith(_SENTENCE_ENDS)


def _is_signed(lines: Sequence[str]) -> bool:
    below = [line for line in lines if line]
    if not below:
        return True
    return _is_name(below[0]) and not any(_is_prose(line) or _POSTSCRIPT.match(line) for line in below)


def _is_name(line: str) -> bool:
    return 0 < len(line.split()) <= 6 and len(line) <= 60 and not line.endswith(("?", "!", ":", ";", "。"))  # noqa: PLR2004


def _is_prose(line: str) -> bool:
    """Tell a sentence from a line of a signature."""
    words = line.split()
    small = sum(word[0].islower() for word in words)
    if _CONTACT.search(line.casefold()):
        return len(words) > 20  # noqa: PLR2004
    return small * 2 > len(words) and (len(words) > 8 or (len(words) > 3 and line.endswith(_SENTENCE_ENDS)))  # noqa: PLR2004


def _is_mobile(line: str) -> bool:
    bare = (_LINK.sub("", line) or line).casefold().strip(" .!()[]")
    if not bare or len(bare) > 80 or "," in bare:  # noqa: PLR2004
        return False
    found = wordings.pattern("mobile").search(bare)
    if not found:
        return False
    others = len((bare[: found.start()] + bare[found.end() :]).split())
    return others <= 6 and (found.start() <= 2 or found.end() == len(bare) or others <= 2)  # noqa: PLR2004


def _is_disclaimer(paragraph: str) -> bool:
    if len(paragraph) < 80:  # noqa: PLR2004
        return False
    return any(sum(stem in paragraph for stem in stems) > 2 for stems in wordings.table("disclaimer").values())  # noqa: PLR2004
