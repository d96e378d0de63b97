"""What a text says of danger, fraud, outages, feeling and hurry: found by wording, with near-misses left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, takewhile

from switchboard.urgency.lexicon import SHARED, Node, Phrase, lexicon
from switchboard.urgency.meanings import GRAVE, LOWERING, Kind, Signal, meanings
from switchboard.urgency.words import CLAUSE, QUOTE, SENTENCE, own_subject, own_words, quoted, words_of

_TOPICAL: frozenset[Kind] = GRAVE | {"urgency", "deadline"}
"""What a sentence can be about in general: "what does urgent shipping cost". Feelings are the writer's own."""

_GAP = 5  # words that "..." stands for, at most
_MARKS = frozenset({SENTENCE, CLAUSE, QUOTE})
_BRIEF = 8  # words: in a longer text a thank-you is politeness
_FEWEST_CAPITALS = 10
_SHOUTED = 0.7  # share of letters


def read(text: str, language: str | None, subject: str | None = None) -> tuple[Signal, ...]:
    """Return a text's signals, the weightiest of each kind, the most pressing first; of its first 2,000 words.

    The language is a BCP 47 tag. Where it is unknown, or has no lexicon, only strong wordings of two words or six
    letters count, in any language. An earlier mail's subject ("Re: …") says nothing new and is not read.
    """
    own = f"{own_subject(subject)}\n\n{own_words(text)}".strip()
    words = words_of(own)
    primary = language.partition("-")[0].lower() if language else None
    found = {signal.kind: signal for signal in sorted(_meant(words, primary), key=_weight)}
    raises = bool(found.keys() - LOWERING)
    if "thanks" in found and (raises or not _ends_a_matter(found["thanks"], own, words)):
        del found["thanks"]
    if raises and _is_loud(own):
        found["emphasis"] = meanings()["emphasis", "loud"]
    return tuple(sorted(found.values(), key=_weight, reverse=True))


def _weight(signal: Signal) -> tuple[int, str, str]:
    return abs(signal.points), signal.kind, signal.evidence


def _ends_a_matter(thanks: Signal, text: str, words: Sequence[str]) -> bool:
    """Whether a text is no more than grateful: one that asks something, or goes on, is polite."""
    asks = any(mark in text for mark in "?\uff1f\u061f")
    is_brief = sum(word not in _MARKS for word in words) <= _BRIEF
    return not asks and (is_brief or thanks != meanings()["thanks", "brief"])


def _is_loud(text: str) -> bool:
    capitals, small = sum(map(str.isupper, text)), sum(map(str.islower, text))
    return "!!" in text or capitals >= max(_FEWEST_CAPITALS, _SHOUTED * (capitals + small))


@dataclass(frozen=True, slots=True)
class _Match:
    """A phrase found in a text, and where its words stand."""

    phrase: Phrase
    at: tuple[int, ...]


def _meant(words: Sequence[str], language: str | None) -> Iterator[Signal]:
    """The signals that are neither negated, nor only talked about, nor somebody else's feelings."""
    matches = _longest(_matches(words, language), language)
    surroundings = _Surroundings(words)
    for match in matches:
        surroundings.add(match)
    in_quotes = quoted(words)
    for match in matches:
        signal = match.phrase.meaning
        if not isinstance(signal, Signal) or (signal.kind not in GRAVE and match.at[0] in in_quotes):
            continue
        if not surroundings.take_away(match, signal):
            yield signal


def _matches(words: Sequence[str], language: str | None) -> Iterator[_Match]:
    for start in range(len(words)):
        yield from (match for match in _follow(lexicon().root, words, start, ()) if match.phrase.counts_in(language))


def _follow(node: Node, words: Sequence[str], position: int, at: tuple[int, ...]) -> Iterator[_Match]:
    """The phrases that end at this node or go on from it. Few: a gap is short, and a phrase has one or two."""
    yield from (_Match(phrase, at) for phrase in node.phrases.values())
    yield from _step(node, words, position, at)
    if node.gap:
        for start in _until_mark(words, range(position, min(position + _GAP + 1, len(words)))):
            yield from _step(node.gap, words, start, at)


def _step(node: Node, words: Sequence[str], position: int, at: tuple[int, ...]) -> Iterator[_Match]:
    if position >= len(words):
        return
    for key in lexicon().keys(words[position]):
        if known := node.following.get(key):
            yield from _follow(known, words, position + 1, (*at, position))


def _longest(matches: Iterable[_Match], language: str | None) -> list[_Match]:
    """Of phrases that share words the one with more of them: "not urgent at all" is none of its parts.

    Of two meanings of the same phrase the one in the text's language. A word like the German "nicht", which negates in
    both directions, counts for both.
    """
    taken: set[int] = set()
    kept: list[_Match] = []
    for match in sorted(matches, key=lambda match: (-len(match.at), match.at, language not in match.phrase.languages)):
        is_same = bool(kept) and kept[-1].at == match.at and not isinstance(match.phrase.meaning, Signal)
        if is_same or taken.isdisjoint(match.at):
            taken.update(match.at)
            kept.append(match)
    return kept


def _until_mark(words: Sequence[str], positions: Iterable[int]) -> Iterator[int]:
    return takewhile(lambda position: words[position] not in {SENTENCE, CLAUSE}, positions)


class _Surroundings:
    """The phrases that take meaning from others, by where they do it and for which languages."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._sentences = list(accumulate(int(word == SENTENCE) for word in words))
        self._general: dict[int, frozenset[str]] = {}
        self._apart: dict[int, frozenset[str]] = {}
        self._negating: dict[int, frozenset[str]] = {}
        self._negated_by: dict[int, frozenset[str]] = {}

    def add(self, match: _Match) -> None:
        """Take note of what a context does; a signal has no effect on others."""
        first, last, languages = match.at[0], match.at[-1], match.phrase.languages
        if match.phrase.meaning == "general":
            sentence = self._sentences[first]
            self._general[sentence] = languages | self._general.get(sentence, frozenset())
        elif match.phrase.meaning == "apart":
            self._apart[first] = languages
        elif match.phrase.meaning == "not_before":
            self._negating[last] = languages
        elif match.phrase.meaning == "not_after":
            self._negated_by[first] = languages

    def take_away(self, match: _Match, signal: Signal) -> bool:
        """Whether a signal is negated in its clause, or its sentence is a general one, in the signal's language."""
        first, last = match.at[0], match.at[-1]
        before = self._near(range(first - 1, -1, -1), match.phrase)
        after = self._near(range(last + 1, len(self._words)), match.phrase)
        within = range(first, last)
        is_general = signal.kind in _TOPICAL and _speaks(match.phrase, self._general.get(self._sentences[first]))
        return (
            is_general
            or any(_speaks(match.phrase, self._negating.get(at)) for at in chain(before, within))
            or any(_speaks(match.phrase, self._negated_by.get(at)) for at in chain(within, after))
        )

    def _near(self, positions: Sequence[int], phrase: Phrase) -> Iterator[int]:
        """As far as a negation reaches: some words, in a clause, up to an "and"."""
        in_clause = _until_mark(self._words, positions[: phrase.reach])
        return takewhile(lambda at: not _speaks(phrase, self._apart.get(at)), in_clause)


def _speaks(phrase: Phrase, languages: frozenset[str] | None) -> bool:
    """Whether a context is of a phrase's language: "no" negates nothing that is French."""
    return bool(languages) and (SHARED in phrase.languages or not phrase.languages.isdisjoint(languages or ()))
