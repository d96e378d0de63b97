"""A text as the words that its sender wrote: folded, in sentences and clauses, without what was quoted below."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

SENTENCE, CLAUSE, QUOTE = ".", ",", '"'
"""What stands between words. No phrase runs over the first two."""

_MOST_WORDS = 2000
_MOST_CHARACTERS = 20_000
_LONGEST_QUOTATION = 20

_DENSE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # kana and kanji: no spaces, so each sign is a word
_VOWEL_SIGNS = "\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963"  # Devanagari's, which are no letters to Unicode
_WORD = re.compile(
    rf"""
    (?P<sentence> [!?\u3002\u061f\u0964]+ | \.+(?=[\s")]|$) | \n\s*\n )
    | (?P<clause> [,;:()\[\]|\u3001\u060c\u061b\u2013\u2014] | (?<=\s)-(?=\s) )
    | (?P<quote> ["\u201c\u201d\u201e\u00ab\u00bb\u300c-\u300f] )
    | [{_DENSE}] | \#[a-z]* | \d+ | (?:[^\W\d_{_DENSE}]|[{_VOWEL_SIGNS}])+ | [\u2600-\u27bf\U0001f000-\U0001faff]
    """,
    re.VERBOSE,
)
_MARKS = {"sentence": SENTENCE, "clause": CLAUSE, "quote": QUOTE}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0f\ufeff]")
_CONTRACTION = re.compile(r"['\u2019\u02bc`\u00b4](?=(?:t|s|m|d|re|ve|ll)\b)")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")

_SIGNATURE = re.compile(r"--|_{5,}|-{2,} ?\w[\w ]{0,40}-{2,}")
_ATTRIBUTION = re.compile(r"(?=.*(?:\d{4}|\d:\d\d))(?:on|am|le|el|il|op|em) .{6,200}:", re.IGNORECASE)  # has a date
_REPLY = re.compile(r"(re|aw|antw|sv|fwd?|wg|tr|rv|r|i|enc|doorst)\s?:", re.IGNORECASE)


def fold(text: str) -> str:
    """Strip a text of case, accents and width, which don't matter to what is said."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """Return the folded words with `SENTENCE`, `CLAUSE` and `QUOTE` between them; 2,000 at most.

    >>> words_of("DON'T panic, pleeease!")
    ['dont', 'panic', ',', 'please', '.']
    """
    return split(plain(text[:_MOST_CHARACTERS]))


def plain(text: str) -> str:
    """Fold a text, and strip it of what else hides a word: invisible signs, "don't" for "dont", letters drawn out."""
    return _DRAWN_OUT.sub(r"\1", _CONTRACTION.sub("", _INVISIBLE.sub("", fold(text))))


def split(text: str) -> list[str]:
    """Return the words of a text that is plain already."""
    return [_MARKS.get(found.lastgroup or "") or found[0] for found in islice(_WORD.finditer(text), _MOST_WORDS)]


def own_words(text: str) -> str:
    """Leave out quoted lines, and a signature or an earlier mail below: a text should come without, but might not."""
    kept: list[str] = []
    for line in text[:_MOST_CHARACTERS].splitlines():
        bare = line.strip()
        if kept and (_SIGNATURE.fullmatch(bare) or _ATTRIBUTION.fullmatch(bare)):
            break
        if not bare.startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def own_subject(subject: str | None) -> str:
    """Leave out the subject of an answer: it repeats what somebody wrote before."""
    return "" if subject is None or _REPLY.match(subject.lstrip()) else subject


def quoted(words: Sequence[str]) -> frozenset[int]:
    """Return the positions of words between two quotation marks that are not far apart."""
    marks = [at for at, word in enumerate(words) if word == QUOTE]
    inside: set[int] = set()
    while len(marks) > 1:
        opening, closing = marks[0], marks[1]
        is_quotation = closing - opening <= _LONGEST_QUOTATION
        inside |= set(range(opening + 1, closing)) if is_quotation else set()
        marks = marks[2:] if is_quotation else marks[1:]
    return frozenset(inside)
