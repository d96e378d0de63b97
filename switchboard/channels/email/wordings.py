"""The wordings of mail programs, from wordings.toml, as patterns and tables."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_UNSPACED = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)  # scripts without spaces between words


@cache
def table(section: str) -> Mapping[str, tuple[str, ...]]:
    """Read a section: casefolded words by language. `headers.from` names a section within a section."""
    found = _file()
    for name in section.split("."):
        found = found[name]
    return {language: tuple(map(str.casefold, words)) for language, words in found.items()}


@cache
def words(section: str) -> frozenset[str]:
    """Return the casefolded words of all languages."""
    return frozenset(word for words in table(section).values() for word in words)


@cache
def pattern(section: str) -> re.Pattern[str]:
    """Compile what finds a section's words in casefolded text: whole words, where a script spaces its words."""
    spaced = {word for word in words(section) if not _UNSPACED.search(word)}
    unspaced = words(section) - spaced
    return re.compile(rf"(?<!\w)(?:{_any_of(spaced)})(?!\w)" + (f"|{_any_of(unspaced)}" if unspaced else ""))


@cache
def header_fields() -> Mapping[str, str]:
    """Map each name of a mail's header to the field that it most likely stands for."""
    return {word: field for field in ("copy", "to", "subject", "sent", "from") for word in words(f"headers.{field}")}


def _any_of(found: Iterable[str]) -> str:
    longest_first = sorted(found, key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, longest_first))


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("wordings.toml").read_text(encoding="utf-8"))
