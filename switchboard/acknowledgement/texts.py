"""The texts of `templates/`, one file per language, which people edit who don't program.

What is wrong in a file is a `TextError` that names the file, the line and the remedy. `$name` is the only thing that is
filled in, and the names are fixed (rule SEC-14).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any, NoReturn

from switchboard import gsm7
from switchboard.acknowledgement.customs import Customs, customs_of
from switchboard.acknowledgement.telling import Tone
from switchboard.errors import SwitchboardError

DEFAULT_LANGUAGE = "en"
TEMPLATES = Path(__file__).parent / "templates"

_SAID = {
    "hello": "name",
    "thanks": "brand?",
    "upset": "",
    "apology": "",
    "closed": "",
    "holiday": "",
    "opens_today": "time",
    "opens_tomorrow": "time",
    "opens_weekday": "weekday time",
    "opens_date": "weekday? date time",
    "within": "minutes",
    "today": "time",
    "tomorrow": "time",
    "weekday": "weekday time",
    "date": "weekday? date",
    "date_time": "weekday? date time",
    "unknown": "",
    "safety_phone": "contact",
    "safety_link": "contact",
    "disclosure": "",
    "reference": "reference",
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "chat": _SAID,
    "sms": {**_SAID, "brand": "brand", "nameless": "", "zone": "time zone"},
    "mail": {"greeting": "name", "nameless": "", "closing": "", "hours": "city", "zone": "time city"},
}
"""The lines of each table of a file, with the names that each must have; those with a "?" it may have."""

_PLURAL = "within"
_OVERRIDES = "friendly"
_TOP = {"language", "customs", "joint", "clock", *TABLES, _OVERRIDES}
_HEADER = re.compile(r"\s*\[([a-z.]+)\]")
_KEY = re.compile(r"\s*([a-z_]+)\s*=")


class TextError(SwitchboardError):
    """A file of texts can't be used; its message says where and why, and what to do."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's sentences in one tone, by table and line; `joint` stands between two of them."""

    language: str
    name: str
    customs: Customs
    joint: str
    clock: Mapping[str, Template]
    """How a time of day stands in a sentence, by the plural class of its hour: Spanish has "la 1:30", "las 2:30"."""
    sentences: Mapping[tuple[str, str], Template]
    counted: Mapping[tuple[str, str], Template]
    """The promise in minutes, by table and plural class."""

    @property
    def is_gsm7(self) -> bool:
        """Whether text messages in it use the alphabet with 160 characters to the segment."""
        return "?" not in gsm7.transliterate(self.sentences["sms", "unknown"].template)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the tags of the languages that there are texts in."""
    return tuple(sorted(path.stem for path in TEMPLATES.glob("*.toml")))


@lru_cache(maxsize=32)
def texts_in(language: str, tone: Tone) -> Texts:
    """Return the texts for a BCP 47 tag: those of the country, else of the language, else English ones."""
    offered = (language, language.partition("-")[0].lower(), DEFAULT_LANGUAGE)
    found = next(tag for tag in offered if tag in languages())
    return read_texts(TEMPLATES / f"{found}.toml", tone, language)


def read_texts(path: Path, tone: Tone = "formal", language: str = "") -> Texts:
    """Read one file, with the customs of the language's country if it names one; raises `TextError`."""
    source = path.read_text(encoding="utf-8")
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise TextError(f'{path.name}: {error}: write each line as name = "text"') from error
    return _File(path, source, document).texts(tone, language)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    source: str
    document: Mapping[str, Any]

    def texts(self, tone: Tone, language: str) -> Texts:
        for name in self.document.keys() - _TOP:
            self._refuse("", name, f"is unknown: use only {', '.join(sorted(_TOP))}")
        customs = self._customs(language)
        tables = self._tables(customs, friendly=tone == _OVERRIDES)
        sentences = {(table, key): text for table, lines in tables.items() for key, text in lines.items()}
        counted = {table: sentences.pop((table, _PLURAL)) for table in TABLES if (table, _PLURAL) in sentences}
        return Texts(
            language=self.path.stem,
            name=self._top("language"),
            customs=customs,
            joint=self.document.get("joint", " "),
            clock=self._clock(customs),
            sentences={where: Template(text) for where, text in sentences.items()},
            counted={
                (table, plural): Template(text) for table, texts in counted.items() for plural, text in texts.items()
            },
        )

    def _customs(self, language: str) -> Customs:
        own = self._top("customs")
        is_ours = language.partition("-")[0].lower() == self.path.stem.partition("-")[0]
        return customs_of(language if is_ours else self.path.stem, own)

    def _clock(self, customs: Customs) -> Mapping[str, Template]:
        clock = self.document.get("clock", "$time")
        by_class = dict.fromkeys(customs.plurals, clock) if isinstance(clock, str) else clock
        self._check_counted("", "clock", by_class, "time", customs)
        return {plural: Template(text) for plural, text in by_class.items()}

    def _tables(self, customs: Customs, *, friendly: bool) -> Mapping[str, Mapping[str, Any]]:
        overrides = self.document.get(_OVERRIDES, {})
        for table in overrides.keys() - TABLES.keys():
            self._refuse(_OVERRIDES, table, f"is unknown: use {', '.join(TABLES)}")
        tables = {}
        for table, lines in TABLES.items():
            usual, other = self.document.get(table, {}), overrides.get(table, {})
            self._check(table, usual, lines, customs)
            for key in lines.keys() - usual.keys():
                self._refuse(table, key, "is missing: add it, as in en.toml")
            self._check(f"{_OVERRIDES}.{table}", other, lines, customs)
            tables[table] = {**usual, **other} if friendly else usual
        return tables

    def _check(self, table: str, given: Mapping[str, Any], lines: Mapping[str, str], customs: Customs) -> None:
        for key, text in given.items():
            if key not in lines:
                self._refuse(table, key, f"is unknown: use {', '.join(lines)}")
            if key == _PLURAL:
                self._check_counted(table, key, text, f"{lines[key]}?", customs)
            else:
                self._check_sentence(table, key, text, lines[key])

    def _check_counted(self, table: str, key: str, classes: object, names: str, customs: Customs) -> None:
        if not isinstance(classes, dict) or classes.keys() != customs.plurals:
            needed = ", ".join(f'{plural} = "…"' for plural in sorted(customs.plurals))
            self._refuse(table, key, f"needs a text for each plural of this language: write {{{needed}}}")
        for text in classes.values():
            self._check_sentence(table, key, text, names)

    def _check_sentence(self, table: str, key: str, text: object, names: str) -> None:
        if not isinstance(text, str) or not text.strip():
            self._refuse(table, key, "is no text: write a sentence in quotes")
        template = Template(text)
        if not template.is_valid():
            self._refuse(table, key, "has a $ that names nothing: remove it, or write $$ for the sign itself")
        needed = {name for name in names.split() if not name.endswith("?")}
        allowed = {name.removesuffix("?") for name in names.split()}
        named = set(template.get_identifiers())
        if not needed <= named <= allowed:
            remedy = f"name {', '.join(f'${name}' for name in sorted(allowed))}" if allowed else "remove them"
            said = ", ".join(f"${name}" for name in sorted(named)) or "nothing"
            self._refuse(table, key, f"fills in {said}: {remedy}")

    def _top(self, key: str) -> str:
        found = self.document.get(key)
        if not isinstance(found, str) or not found:
            self._refuse("", key, "is missing: write it in quotes at the top, as in en.toml")
        return found

    def _refuse(self, table: str, key: str, problem: str) -> NoReturn:
        named = f"[{table}] {key}" if table else key
        raise TextError(f"{self.path.name}:{self._line(table, key)}: {named} {problem}")

    def _line(self, table: str, key: str) -> int:
        """Where a line stands, else its table, else the first."""
        current, header = "", 1
        for number, line in enumerate(self.source.splitlines(), start=1):
            if found := _HEADER.match(line):
                current = found[1]
                header = number if current == table else header
            elif (found := _KEY.match(line)) and current == table and found[1] == key:
                return number
        return header
