"""The wordings of `lexicons/*.toml`, compiled into one trie over words.

A phrase is what customers write, with `...` for up to five words between, `#` for a number and `#name` for any word
of the list `name` under `[words]`. Besides the kinds of `meanings.toml`: `[context]` has phrases that take the meaning
from what is around them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from switchboard.urgency.meanings import Signal, meanings
from switchboard.urgency.words import plain, split

Context: TypeAlias = Literal["not_before", "not_after", "apart", "harmless", "general"]
"""What a phrase of `[context]` does: negates what follows or what precedes it closely; keeps a negation from reaching
across it ("and"); is a near-miss by itself ("fire extinguisher"); or shows that its sentence asks or tells something in
general ("do you sell")."""

SHARED = "every"
"""The lexicon of what all languages write: emoji, numbers, abbreviations."""

NUMBER = "#"

_FOLDER = Path(__file__).parent / "lexicons"
_LOUD_POINTS = 20
_LOUD_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a wording means, in the languages that have it, and how near a negation must be to count there."""

    meaning: Signal | Context
    languages: frozenset[str]
    reach: int
    is_loud: bool

    def counts_in(self, language: str | None) -> bool:
        """Whether to heed it in a text of this language: of other languages' only what can't be mistaken.

        People mix languages, and a short text's language is often a guess. So what changes a priority by itself, and is
        long enough to be no word of another language, counts everywhere. Contexts come along: they only take effect on
        phrases of their own language.
        """
        return self.is_loud or language in self.languages or SHARED in self.languages


@dataclass(slots=True)
class Node:
    """A place in the trie: the phrases that end here, and where each further word leads."""

    phrases: dict[Signal | Context, Phrase] = field(default_factory=dict)
    following: dict[str, "Node"] = field(default_factory=dict)
    gap: "Node | None" = None

    def add(self, wording: Sequence[Sequence[str]], phrase: Phrase) -> None:
        """Put a phrase at the end of its wording: runs of words with gaps between."""
        node = self
        for number, run in enumerate(wording):
            if number:
                node.gap = node = node.gap or Node()
            for word in run:
                node = node.following.setdefault(word, Node())
        if known := node.phrases.get(phrase.meaning):
            phrase = replace(phrase, languages=phrase.languages | known.languages)
        node.phrases[phrase.meaning] = phrase


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a lexicon of their own."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml") if path.stem != SHARED))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages' wordings, with the lists that each word is on."""

    root: Node
    lists: Mapping[str, tuple[str, ...]]

    def keys(self, word: str) -> tuple[str, ...]:
        """What a word may stand for in a phrase: itself, a number, any word of its lists."""
        return (word, NUMBER) if word.isdecimal() else (word, *self.lists.get(word, ()))


@cache
def lexicon() -> Lexicon:
    """Return all lexicons, compiled on first use."""
    root, lists = Node(), dict[str, tuple[str, ...]]()
    for language in (SHARED, *languages()):
        table = tomllib.loads(plain((_FOLDER / f"{language}.toml").read_text(encoding="utf-8")))
        reach = table.pop("reach")
        for name, words in table.pop("words", {}).items():
            lists |= {word: (*lists.get(word, ()), _list(language, name)) for word in words}
        for kind, groups in table.items():
            for group, wordings in groups.items():
                meaning = _meaning(kind, group)
                for written in wordings:
                    wording = [[_key(language, word) for word in split(run)] for run in written.split("...")]
                    root.add(wording, Phrase(meaning, frozenset({language}), reach, _is_loud(meaning, wording)))
    return Lexicon(root, lists)


def _key(language: str, word: str) -> str:
    is_list = word.startswith(NUMBER) and word != NUMBER
    return _list(language, word.removeprefix(NUMBER)) if is_list else word


def _list(language: str, name: str) -> str:
    return f"#{language}.{name}"


def _meaning(kind: str, group: str) -> Signal | Context:
    if kind == "context":
        return next(context for context in get_args(Context) if context == group)
    return meanings()[kind, group]


def _is_loud(meaning: Signal | Context, wording: Sequence[Sequence[str]]) -> bool:
    if isinstance(meaning, str):
        return True
    words = [word for run in wording for word in run]
    return abs(meaning.points) >= _LOUD_POINTS and (len(words) > 1 or len(words[0]) >= _LOUD_LETTERS)
