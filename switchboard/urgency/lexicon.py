"""The wordings of `lexicons/*.toml`, compiled into one trie over words.

A phrase is what customers write, with `...` for up to five words between, `#` for a number, `#name` for any word of
the list `name` under `[words]` and `burn*` for any word that begins so. `[cues]` has lists of phrases that mean nothing
alone; `[situations]` says what they mean near each other in a sentence, in any order ("burning + device").
`[context]` has phrases that take the meaning from what is around them.

Compiling takes a third of a second, so that functions carry the result (`lexicon.json`, written by `write_compiled`
when they are bundled); where it is missing the wordings are compiled on first use.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from switchboard.urgency.meanings import Signal, meanings
from switchboard.urgency.words import plain, split

Context: TypeAlias = Literal["not_before", "not_after", "apart", "harmless", "general", "asks"]
"""What a phrase of `[context]` does: negates what follows or what precedes it closely; keeps a negation from reaching
across it ("and"); is a near-miss by itself ("fire extinguisher"); shows that its sentence asks or tells something in
general ("do you sell"); or begins a clause that asks or supposes, and so describes no situation ("can i", "if")."""

SHARED = "every"
"""The lexicon of what all languages write: emoji, numbers, abbreviations."""

NUMBER = "#"
ANY_ENDING = "*"

_HERE = Path(__file__).parent
_FOLDER = _HERE / "lexicons"
_COMPILED = "lexicon.json"
_LOUD_POINTS = 20
_LOUD_LETTERS = 6
_SHORTEST_STEM = 3
_MISSPELT_LETTERS = range(6, 20)
"""How long a word is that is recognised when it is misspelt."""
_LONG = 9


@dataclass(frozen=True, slots=True)
class Cue:
    """Part of a situation, which means something only near its other parts."""

    name: str


Meaning: TypeAlias = Signal | Cue | Context


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a wording means, in the languages that have it, and how near a negation must be to count there."""

    meaning: Meaning
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


@dataclass(frozen=True, slots=True)
class Situation:
    """What it means that several cues stand near each other; `others` without the one it is looked up by."""

    others: tuple[str, ...]
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages' wordings. A node of the trie is a number; 0 is the root."""

    following: Sequence[Mapping[str, int]]
    """Of each node: where each further word leads."""
    gaps: Sequence[int]
    """Of each node: where it goes on after a gap; 0 if it doesn't."""
    ends: Sequence[Sequence[int]]
    """Of each node: the numbers of the phrases that end there."""
    phrases: Sequence[Phrase]
    lists: Mapping[str, Sequence[str]]
    stems: frozenset[str]
    situations: Mapping[str, Sequence[Situation]]
    spelling: Mapping[str, frozenset[str]]
    """Each language's words that are long enough to be recognised when they are misspelt."""

    def keys(self, word: str, language: str | None) -> tuple[str, ...]:
        """What a word may stand for in a phrase: itself, a number, a word that begins so, any word of its lists."""
        if word.isdecimal():
            return word, NUMBER
        meant = self._meant(word, language)
        stems = (word[:end] + ANY_ENDING for end in range(_SHORTEST_STEM, len(meant) + 1) if meant[:end] in self.stems)
        keys = (meant, *stems)
        return tuple(key for each in keys for key in (each, *self.lists.get(each, ())))

    def _meant(self, word: str, language: str | None) -> str:
        """The word that is meant by a misspelt one."""
        ours = self.spelling.get(language or "")
        known = tuple(self.spelling.values()) if ours is None else (ours,)
        if len(word) not in _MISSPELT_LETTERS or not word.isascii() or any(word in words for words in known):
            return word
        return next((slip for slip in _slips(word) if any(slip in words for words in known)), word)


@cache
def lexicon() -> Lexicon:
    """Return all lexicons: as they were compiled when the function was bundled, or compiled now."""
    path = _HERE / _COMPILED
    return _load(json.loads(path.read_text(encoding="utf-8")) if path.exists() else _compiled())


@lru_cache(maxsize=20_000)
def keys(word: str, language: str | None) -> tuple[str, ...]:
    """Return what a word may stand for, remembered: most words of most messages are the same few."""
    return lexicon().keys(word, language)


def write_compiled(folder: Path) -> None:
    """Write what `lexicon` reads into a copy of this package's folder."""
    (folder / _COMPILED).write_text(json.dumps(_compiled(), ensure_ascii=False, separators=(",", ":")), "utf-8")


def _slips(word: str) -> Iterator[str]:
    """What a word is that a single slip of a finger made this one: two letters swapped, one doubled or not.

    In a long word also a letter too many or one missing; in a shorter one that often makes another word ("contact",
    "contract"). The first letter is taken for right.
    """
    cuts = [(word[:at], word[at:]) for at in range(1, len(word))]
    for before, after in cuts:
        yield before + after[1] + after[0] + after[2:] if len(after) > 1 else word
        yield before + before[-1] + after
        if before[-1] == after[0]:
            yield before + after[1:]
    if len(word) >= _LONG:
        for before, after in cuts:
            yield before + after[1:]
            yield from (before + letter + after for letter in "abcdefghijklmnopqrstuvwxyz")


# -- compiling ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Trie:
    """The wordings while they are put together."""

    following: list[dict[str, int]] = field(default_factory=lambda: [{}])
    gaps: list[int] = field(default_factory=lambda: [0])
    ends: list[dict[str, tuple[list[str], int, bool]]] = field(default_factory=lambda: [{}])
    """Of each node: per meaning its languages, reach and loudness."""

    def add(self, wording: Sequence[Sequence[str]], meaning: str, language: str, reach: int, *, is_loud: bool) -> None:
        """Put a phrase at the end of its wording: runs of words with gaps between."""
        node = 0
        for number, run in enumerate(wording):
            if number:
                self.gaps[node] = self.gaps[node] or self._grow()
                node = self.gaps[node]
            for word in run:
                node = self.following[node].get(word) or self.following[node].setdefault(word, self._grow())
        languages, _, _ = self.ends[node].setdefault(meaning, ([], reach, is_loud))
        if language not in languages:
            languages.append(language)

    def _grow(self) -> int:
        self.following.append({})
        self.gaps.append(0)
        self.ends.append({})
        return len(self.following) - 1

    def plain(self) -> dict[str, Any]:
        """The trie of nothing that JSON lacks; phrases that mean the same share a number."""
        numbers: dict[tuple[str, tuple[str, ...], int, bool], int] = {}
        ends = [
            [
                numbers.setdefault((meaning, tuple(languages), reach, is_loud), len(numbers))
                for meaning, (languages, reach, is_loud) in ending.items()
            ]
            for ending in self.ends
        ]
        return {"following": self.following, "gaps": self.gaps, "ends": ends, "phrases": list(numbers)}


@cache
def _compiled() -> dict[str, Any]:
    """The lexicons as plain data."""
    import tomllib  # noqa: PLC0415  # a deployed function has them compiled, and pays for no parser

    trie, lists, situations, spelling = _Trie(), dict[str, list[str]](), [], dict[str, list[str]]()
    for path in sorted(_FOLDER.glob("*.toml")):
        language = path.stem
        table = tomllib.loads(plain(path.read_text(encoding="utf-8")))
        reach = table.pop("reach")
        for name, words in table.pop("words", {}).items():
            for word in words:
                lists.setdefault(word, []).append(_named(language, name))
        for name, written in table.pop("cues", {}).items():
            for wording in _wordings(language, written):
                trie.add(wording, f"cue {_named(language, name)}", language, reach, is_loud=False)
        for meaning, written in _groups(table.pop("situations", {})):
            for together in written:
                cues = [_named(language, name) for name in together.split(" + ")]
                situations.append([cues, meaning, language, reach])
        for meaning, written in _groups(table):
            for wording in _wordings(language, written):
                trie.add(wording, meaning, language, reach, is_loud=_is_loud(meaning, wording))
        spelling[language] = sorted(_spelled(path))
    starts = {*lists, *(word for following in trie.following for word in following)}
    return {
        **trie.plain(),
        "lists": lists,
        "stems": sorted(word.removesuffix(ANY_ENDING) for word in starts if word.endswith(ANY_ENDING)),
        "situations": situations,
        "spelling": spelling,
    }


def _groups(table: Mapping[str, Mapping[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    for kind, groups in table.items():
        yield from ((f"{kind} {group}", written) for group, written in groups.items())


def _wordings(language: str, phrases: Iterable[str]) -> Iterator[list[list[str]]]:
    for phrase in phrases:
        yield [[_key(language, word) for word in _split(run)] for run in phrase.split("...")]


def _split(run: str) -> Iterator[str]:
    """The words of a phrase; a "*" stays with what it ends."""
    for piece in run.split():
        *words, last = split(piece)
        yield from words
        yield last + ANY_ENDING if piece.endswith(ANY_ENDING) else last


def _key(language: str, word: str) -> str:
    is_list = word.startswith(NUMBER) and word != NUMBER
    return _named(language, word.removeprefix(NUMBER)) if is_list else word


def _named(language: str, name: str) -> str:
    return f"#{language}.{name}"


def _is_loud(meaning: str, wording: Sequence[Sequence[str]]) -> bool:
    found = _meaning(meaning)
    if not isinstance(found, Signal):
        return True
    words = [word for run in wording for word in run]
    return abs(found.points) >= _LOUD_POINTS and (len(words) > 1 or len(words[0]) >= _LOUD_LETTERS)


def _spelled(path: Path) -> set[str]:
    lines = plain(path.read_text(encoding="utf-8")).splitlines()
    words = {word for line in lines if not line.startswith("#") for word in split(line)}
    return {word for word in words if word.isascii() and word.isalpha() and len(word) in _MISSPELT_LETTERS}


# -- loading --------------------------------------------------------------------------------------


def _load(compiled: Mapping[str, Any]) -> Lexicon:
    situations: dict[str, list[Situation]] = {}
    for (cue, *others), meaning, language, reach in compiled["situations"]:
        phrase = _phrase(meaning, (language,), reach, is_loud=False)
        situations.setdefault(cue, []).append(Situation(tuple(others), phrase))
    return Lexicon(
        following=compiled["following"],
        gaps=compiled["gaps"],
        ends=compiled["ends"],
        phrases=[
            _phrase(meaning, languages, reach, is_loud=loud) for meaning, languages, reach, loud in compiled["phrases"]
        ],
        lists=compiled["lists"],
        stems=frozenset(compiled["stems"]),
        situations=situations,
        spelling={language: frozenset(words) for language, words in compiled["spelling"].items()},
    )


def _phrase(meaning: str, languages: Iterable[str], reach: int, *, is_loud: bool) -> Phrase:
    return Phrase(_meaning(meaning), frozenset(languages), reach, is_loud)


def _meaning(written: str) -> Meaning:
    kind, _, group = written.partition(" ")
    if kind == "cue":
        return Cue(group)
    if kind == "context":
        return next(context for context in get_args(Context) if context == group)
    return meanings()[kind, group]
