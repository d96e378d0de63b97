"""What a text says of danger, fraud, outages, feeling and hurry: found by wording, with near-misses left out."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate, chain, takewhile

from switchboard.urgency.lexicon import SHARED, Cue, Meaning, Phrase, keys, lexicon
from switchboard.urgency.meanings import GRAVE, LOWERING, Kind, Signal, meanings
from switchboard.urgency.words import CLAUSE, QUOTE, SENTENCE, own_subject, own_words, quoted, words_of

_TOPICAL: frozenset[Kind] = GRAVE | {"urgency", "deadline"}
"""What a sentence can be about in general: "what does urgent shipping cost". Feelings are the writer's own."""

_ASKED: frozenset[Kind] = frozenset({"urgency", "deadline"})
"""What isn't meant where it is asked about: "do you deliver tomorrow"."""

_TAKEN_FOR = {"ne": "hi", "mr": "hi", "af": "nl", "gl": "pt"}
"""Languages without a lexicon that detection says of short texts in one with: Nepali and Marathi of Hindi."""

_GAP = 5  # words that "..." stands for, at most
_TOGETHER = 12  # words between the cues of a situation, at most
_OPENING = 2  # words before a clause begins to ask: "hi, so do you sell"
_NEIGHBOURS = 8  # of each cue's matches that are looked at on either side
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
    primary = _primary(language)
    found = {signal.kind: signal for signal in sorted(_meant(words, primary), key=_weight)}
    raises = bool(found.keys() - LOWERING)
    if "thanks" in found and (raises or not _ends_a_matter(found["thanks"], own, words)):
        del found["thanks"]
    if raises and _is_loud(own):
        found["emphasis"] = meanings()["emphasis", "loud"]
    return tuple(sorted(found.values(), key=_weight, reverse=True))


def _primary(language: str | None) -> str | None:
    """The language without its region; of one that short texts are mistaken for, the one that they are in."""
    code = language.partition("-")[0].lower() if language else None
    return _TAKEN_FOR.get(code or "", code)


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
    found = list(_matches(words, language))
    matches = _longest((match for match in found if not _is_part(match.phrase.meaning)), language)
    surroundings = _Surroundings(words)
    for match in (*matches, *(match for match in found if match.phrase.meaning == "asks")):
        surroundings.add(match)
    in_quotes = quoted(words)
    for match in matches:
        signal = match.phrase.meaning
        if not isinstance(signal, Signal) or (signal.kind not in GRAVE and match.at[0] in in_quotes):
            continue
        if not surroundings.take_away(match, signal):
            yield signal
    meaningless = {at for match in matches if _is_meaningless(match.phrase.meaning) for at in match.at}
    cues = [match for match in found if isinstance(match.phrase.meaning, Cue) and meaningless.isdisjoint(match.at)]
    for parts, signal in _situations(cues, words):
        if not surroundings.is_supposed(parts):
            yield signal


def _is_part(meaning: Meaning) -> bool:
    """Whether a phrase takes no words from others: it only helps to tell a situation."""
    return meaning == "asks" or isinstance(meaning, Cue)


def _is_meaningless(meaning: Meaning) -> bool:
    """Whether a phrase keeps its words from being part of a situation."""
    return meaning == "harmless" or (isinstance(meaning, Signal) and meaning.kind in LOWERING)


def _matches(words: Sequence[str], language: str | None) -> Iterator[_Match]:
    keys_at = [keys(word, language) for word in words]
    for start in range(len(words)):
        yield from (match for match in _follow(0, words, keys_at, start, ()) if _counts(match.phrase, language))


def _counts(phrase: Phrase, language: str | None) -> bool:
    """Whether to heed a phrase; cues also where the language is unknown, as they mean nothing alone."""
    return phrase.counts_in(language) or (language not in lexicon().spelling and isinstance(phrase.meaning, Cue))


def _follow(
    node: int, words: Sequence[str], keys_at: Sequence[Sequence[str]], position: int, at: tuple[int, ...]
) -> Iterator[_Match]:
    """The phrases that end at this node or go on from it. Few: a gap is short, and a phrase has one or two."""
    known = lexicon()
    yield from (_Match(known.phrases[number], at) for number in known.ends[node])
    starts = [(node, position)]
    if gap := known.gaps[node]:
        reached = _until_mark(words, range(position, min(position + _GAP + 1, len(words))))
        starts += [(gap, start) for start in reached]
    for origin, start in starts:
        if start < len(words):
            following = known.following[origin]
            for key in keys_at[start]:
                if key in following:
                    yield from _follow(following[key], words, keys_at, start + 1, (*at, start))


def _situations(cues: Sequence[_Match], words: Sequence[str]) -> Iterator[tuple[list[_Match], Signal]]:
    """What cues mean that stand near each other in a sentence, in any order; each with the nearest of the others."""
    sentences = _numbered(words)
    places: dict[str, list[_Match]] = {}
    for cue in cues:
        places.setdefault(_name(cue), []).append(cue)
    for cue in cues:
        for situation in lexicon().situations.get(_name(cue), ()):
            nearest = [_nearest(cue, places.get(other, ()), sentences) for other in situation.others]
            others = [other for other in nearest if other is not None]
            if len(others) == len(situation.others) and isinstance(situation.phrase.meaning, Signal):
                yield [cue, *others], situation.phrase.meaning


def _name(cue: _Match) -> str:
    return cue.phrase.meaning.name if isinstance(cue.phrase.meaning, Cue) else ""


def _nearest(cue: _Match, others: Sequence[_Match], sentences: Sequence[int]) -> _Match | None:
    """The nearest match of another cue in the same sentence that shares no word; they are in order of their place."""
    place = bisect(others, cue.at[0], key=lambda other: other.at[0])
    near = [
        other
        for other in others[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS]
        if abs(other.at[0] - cue.at[0]) <= _TOGETHER
        and sentences[other.at[0]] == sentences[cue.at[0]]
        and set(other.at).isdisjoint(cue.at)
    ]
    return min(near, key=lambda other: abs(other.at[0] - cue.at[0]), default=None)


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


def _numbered(words: Sequence[str]) -> list[int]:
    """The number of the sentence that each word is in."""
    return list(accumulate(int(word == SENTENCE) for word in words))


def _clauses(words: Sequence[str]) -> list[int]:
    """Where the clause begins that each word is in."""
    starts = (at + 1 if word in {SENTENCE, CLAUSE} else 0 for at, word in enumerate(words))
    return list(accumulate(starts, max))


class _Surroundings:
    """The phrases that take meaning from others, by where they do it and for which languages."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._sentences = _numbered(words)
        self._clauses = _clauses(words)
        self._asking: dict[int, list[_Match]] = {}
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
        elif match.phrase.meaning == "asks":
            if first - self._clauses[first] <= _OPENING:
                self._asking.setdefault(self._clauses[first], []).append(match)
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
        is_general = signal.kind in _TOPICAL and self._speaks_generally(match)
        is_asked = (signal.kind in _ASKED or (signal.kind in GRAVE and len(match.at) == 1)) and self._is_asked(match)
        return (
            is_general
            or is_asked
            or any(_speaks(match.phrase, self._negating.get(at)) for at in chain(before, within))
            or any(_speaks(match.phrase, self._negated_by.get(at)) for at in chain(within, after))
        )

    def is_supposed(self, parts: Sequence[_Match]) -> bool:
        """Whether a situation is negated, asked or told in general, or supposed, in any of its parts."""
        own = {at for part in parts for at in part.at}
        return any(
            self._speaks_generally(part) or self._is_asked(part) or self._is_negated(part, own) for part in parts
        )

    def _speaks_generally(self, part: _Match) -> bool:
        return _speaks(part.phrase, self._general.get(self._sentences[part.at[0]]))

    def _is_asked(self, part: _Match) -> bool:
        """Whether the clause has begun to ask or to suppose before this, in the same language."""
        asking = self._asking.get(self._clauses[part.at[0]], ())
        return any(ask.at[0] <= part.at[0] and _speaks(part.phrase, ask.phrase.languages) for ask in asking)

    def _is_negated(self, part: _Match, own: AbstractSet[int]) -> bool:
        before = self._near(range(part.at[0] - 1, -1, -1), part.phrase)
        after = self._near(range(part.at[-1] + 1, len(self._words)), part.phrase)
        return any(_speaks(part.phrase, self._negating.get(at)) for at in before if at not in own) or any(
            _speaks(part.phrase, self._negated_by.get(at)) for at in after if at not in own
        )

    def _near(self, positions: Sequence[int], phrase: Phrase) -> Iterator[int]:
        """As far as a negation reaches: some words, in a clause, up to an "and"."""
        in_clause = _until_mark(self._words, positions[: phrase.reach])
        return takewhile(lambda at: not _speaks(phrase, self._apart.get(at)), in_clause)


def _speaks(phrase: Phrase, languages: frozenset[str] | None) -> bool:
    """Whether a context is of a phrase's language: "no" negates nothing that is French."""
    return bool(languages) and (SHARED in phrase.languages or not phrase.languages.isdisjoint(languages or ()))
