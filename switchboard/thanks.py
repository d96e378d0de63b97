"""Messages that close a matter and ask nothing: "ok thanks!", a thumb. After a resolution they open nothing.

A message must be nothing else: each word is one that people use to close, in one language. What is missed opens a
conversation, which costs a glance; what is taken for thanks and was not would leave a customer without an answer. The
words stand in `thanks.toml`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LONGEST = 120
"""Characters: whoever writes more has something to say."""

_EVERY = "every"
_ASKS = re.compile("[?\uff1f\u061f\u00bf]")
_APOSTROPHES = re.compile("['\u2019\u02bc`\u00b4]")
_PLAIN_SIGNS = re.compile("[\u200b-\u200d\u2060\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_WORDS = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963])+|\d+|[^\w\s]")
"""Words, numbers, and each other sign by itself: an emoji, a currency."""
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class _Wording:
    closing: frozenset[str]
    along: frozenset[str]


def is_thanks(text: str, language: str | None) -> bool:
    """Whether a message only thanks, agrees or says goodbye.

    `language` is its BCP 47 tag; where it is unknown, or has no list, every language's words are tried, each by itself.

    >>> is_thanks("Thank you so much!! 👍🏽", "en"), is_thanks("thanks, but it still doesn't work", "en")
    (True, False)
    """
    if len(text) > LONGEST or _ASKS.search(text):
        return False
    words = _words(text)
    known = _wordings()
    primary = (language or "").partition("-")[0].lower()
    tried = [known[primary]] if primary in known and primary != _EVERY else list(known.values())
    return any(_closes(words, wording) for wording in tried)


def _closes(words: list[str], wording: _Wording) -> bool:
    return any(word in wording.closing for word in words) and all(
        word in wording.closing or word in wording.along for word in words
    )


def _words(text: str) -> list[str]:
    """Words without case, accents and shades of skin, and letters that are drawn out; punctuation says nothing."""
    decomposed = unicodedata.normalize("NFKD", _PLAIN_SIGNS.sub("", _APOSTROPHES.sub("", text))).casefold()
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    found = _WORDS.findall(unicodedata.normalize("NFC", _DRAWN_OUT.sub(r"\1", plain)))
    return [word for word in found if not unicodedata.category(word[0]).startswith("P")]


@cache
def _wordings() -> dict[str, _Wording]:
    """All languages' words, read on first use; what is shared is in each."""
    tables = tomllib.loads(Path(__file__).with_name("thanks.toml").read_text(encoding="utf-8"))
    shared = _spelt(tables[_EVERY]["closing"])
    return {
        language: _Wording(_spelt(table["closing"]) | shared, _spelt(table["along"]))
        for language, table in tables.items()
    }


def _spelt(words: Iterable[str]) -> frozenset[str]:
    return frozenset(spelt for word in words for spelt in ("".join(_words(word)),) if spelt)
