"""The language of a message, short ones too; none where it can't be told.

fastText's model of 176 languages (NOTICE.md), asked only about those that customers are likely to write. What a text
says in numbers, addresses and links has no language and is left out.
"""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasttext.FastText import _FastText  # type: ignore[import-untyped]  # ships no types

LIKELY = frozenset(
    {
        *("af", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et"),
        *("eu", "fa", "fi", "fr", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka"),
        *("kk", "km", "kn", "ko", "ky", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "ne", "nl"),
        *("no", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te"),
        *("th", "tl", "tr", "uk", "ur", "uz", "vi", "zh"),
    }
)
"""BCP 47 primary tags, spelt as the model spells them."""

_MODEL = Path(__file__).parent / "lid.176.ftz"
_READ_AT_MOST = 2000
_LANGUAGES = 176
_FEWEST_LETTERS = 3
_LEAST_CERTAINTY = 0.2  # of all languages: the model gives English 0.12 for what it knows nothing of
_LEAST_SHARE = 0.5  # of the candidates
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")  # scripts where two signs are a word
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0eff\u1780-\u17d3"  # of letters that are words' parts, too
_NOT_WORDS = re.compile(rf"https?://\S{{1,500}}|www\.\S{{1,500}}|\S{{1,64}}@\S{{1,255}}|[^\w\s'\u2019{_MARKS}]|[\d_]")


def language_of(text: str, candidates: Collection[str] = LIKELY) -> str | None:
    """Return which of the candidates a text is written in; None where it is too short, or could be several."""
    words = " ".join(_NOT_WORDS.sub(" ", text[:_READ_AT_MOST]).lower().split())
    if _letters(words) < _FEWEST_LETTERS:
        return None
    scores = {language: score for language, score in _scores(words) if language in candidates}
    best = max(scores, key=scores.__getitem__, default=None)
    if best is None or scores[best] < max(_LEAST_CERTAINTY, _LEAST_SHARE * sum(scores.values())):
        return None
    return best


def _letters(words: str) -> int:
    return sum(character.isalpha() for character in words) + len(_DENSE.findall(words))


def _scores(words: str) -> list[tuple[str, float]]:
    labels, scores = _model().predict(words, k=_LANGUAGES)
    return [(label.removeprefix("__label__"), score) for label, score in zip(labels, scores, strict=True)]


@cache
def _model() -> "_FastText":
    """Load the model on first use: 25 ms and 14 MB that only those who ask for a language pay."""
    from fasttext import load_model  # type: ignore[import-untyped]  # noqa: PLC0415  # no types; lazy on purpose

    return load_model(str(_MODEL))
