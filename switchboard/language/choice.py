"""In which of an account's languages to tell a customer something."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from switchboard.language import language_of

DEFAULT_LANGUAGE = "en"

_MARKS = Path(__file__).with_name("marks.toml")
_WORD = re.compile(r"[^\W\d_]+")
_READ_AT_MOST = 2000
_WORD_WEIGHT = 2


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a language is told from the others of `marks.toml`: common words, and letters."""

    words: frozenset[str]
    letters: frozenset[str]


def choose_language(text: str, offered: Sequence[str]) -> str:
    """Return which of the languages offered, BCP 47 tags, a customer writes; the first where none is told.

    What `language_of` can't tell is told by common words, which count twice a letter's weight, so that an accent alone
    decides nothing.
    """
    default = offered[0] if offered else DEFAULT_LANGUAGE
    told = language_of(text, {_primary(tag) for tag in offered})
    if found := next((tag for tag in offered if _primary(tag) == told), None):
        return found
    folded = text[:_READ_AT_MOST].casefold()
    scores = {tag: _score(folded, marks()[_primary(tag)]) for tag in offered if _primary(tag) in marks()}
    best = max(scores, key=scores.__getitem__, default=default)
    return best if scores.get(best, 0) > max(scores.get(default, 0), _WORD_WEIGHT - 1) else default


@cache
def marks() -> Mapping[str, Marks]:
    """Return what languages are told by, by primary tag."""
    source = tomllib.loads(_MARKS.read_text(encoding="utf-8"))
    return {tag: Marks(frozenset(each["words"].split()), frozenset(each["letters"])) for tag, each in source.items()}


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _score(folded: str, known: Marks) -> int:
    hits = sum(word in known.words for word in _WORD.findall(folded))
    return _WORD_WEIGHT * hits + len(known.letters.intersection(folded))
