"""Whether a customer gets an acknowledgement, in which language, and its words.

The decision is a table (rule AK-2): the first row that applies keeps silent and gives its reason. Decide again right
before sending, with what is known then (AK-5). The words are fixed texts per language in `templates/`, filled with
nothing but the brand, the promise, the opening hours and the conversation's reference (AK-4, SEC-14); nothing that a
customer wrote gets in. They always fit one segment of a text message.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from string import Template

from switchboard import gsm7
from switchboard.hours import Hours, zone_info
from switchboard.promise import Promise

DAILY_LIMIT = 3
"""Acknowledgements to one customer in 24 hours, over all conversations (X-15)."""

REPEATS = 2
"""Acknowledgements of the same words within `REPEATING`; a third is a machine's (X-15)."""

REPEATING = timedelta(minutes=10)
STALE = timedelta(hours=24)
DEFAULT_LANGUAGE = "en"
BRAND_LIMIT = 40
"""Septets of a brand; a longer one is cut."""

REFERENCE = re.compile(r"[A-Za-z0-9._#-]{1,32}")

_TEMPLATES = Path(__file__).parent / "templates"
_PLACEHOLDERS = {"brand", "thanks", "time", "zone", "weekday", "day", "month", "reference"}
_OCCASIONS = {"today", "tomorrow", "weekday", "date", "unknown"}
_WEEK = 7
_WORD = re.compile(r"[^\W\d_]+")
_READ_AT_MOST = 2000
_WORD_WEIGHT = 2


@dataclass(frozen=True)
class Situation:
    """What is known when an acknowledgement is due.

    `acks_today` counts those to this customer in the last 24 hours, this one excluded; `repeats` those of the last ten
    minutes that acknowledged the very same words; `age` is how long ago the customer wrote.
    """

    kind: str
    consent_stopped: bool
    already_acknowledged: bool
    answered: bool
    conversation_open: bool
    recipient_ok: bool
    undeliverable: bool
    acks_today: int
    repeats: int
    enabled: bool
    age: timedelta


@dataclass(frozen=True)
class Decision:
    """Send or keep silent, and the code of the reason."""

    send: bool
    reason: str


_SILENT: tuple[tuple[str, Callable[[Situation], bool]], ...] = (
    ("not_a_message", lambda situation: situation.kind != "message"),
    ("opted_out", lambda situation: situation.consent_stopped),
    ("disabled", lambda situation: not situation.enabled),
    ("already_acknowledged", lambda situation: situation.already_acknowledged),
    ("already_answered", lambda situation: situation.answered),
    ("resolved", lambda situation: not situation.conversation_open),
    ("no_reply_address", lambda situation: not situation.recipient_ok),
    ("suppressed", lambda situation: situation.undeliverable),
    ("repeating", lambda situation: situation.repeats >= REPEATS),
    ("rate_limited", lambda situation: situation.acks_today >= DAILY_LIMIT),
    ("stale", lambda situation: situation.age > STALE),
)


def decide(situation: Situation) -> Decision:
    """Return the first reason to keep silent, in the table's order, else `first_message`."""
    silent = next((reason for reason, applies in _SILENT if applies(situation)), None)
    return Decision(send=False, reason=silent) if silent else Decision(send=True, reason="first_message")


@dataclass(frozen=True)
class Wording:
    """One language's file in `templates/`."""

    thanks: str
    nameless: str
    disclosure: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    open: Mapping[str, Template]
    closed: Mapping[str, Template]
    words: frozenset[str]
    letters: frozenset[str]


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are texts for."""
    return tuple(sorted(path.name.split(".")[1] for path in _TEMPLATES.glob("acknowledgement.*.toml")))


def wording_of(text: str) -> str:
    """Return a digest of what somebody wrote, by which the same words are known again; not of whose they are."""
    return sha256(" ".join(text.casefold().split()).encode("utf-8", "replace")).hexdigest()[:16]


def choose_language(text: str, offered: Sequence[str]) -> str:
    """Return which of an account's languages a customer writes; the first one offered where nothing speaks for another.

    Common words count twice a letter's weight, so that a name with an accent alone decides nothing.
    """
    default = offered[0] if offered else DEFAULT_LANGUAGE
    known = [language for language in offered if language in languages()]
    folded = text[:_READ_AT_MOST].casefold()
    scores = {language: _score(folded, wording(language)) for language in known}
    best = max(known, key=scores.__getitem__, default=default)
    return best if scores.get(best, 0) > max(scores.get(default, 0), _WORD_WEIGHT - 1) else default


def render(
    language: str,
    brand: str,
    promise: Promise | None,
    *,
    hours: Hours,
    now: datetime,
    reference: str,
    discloses: bool = False,
) -> str:
    """Return the acknowledgement's text: one GSM-7 segment, whatever the brand.

    One that `discloses` is a sentence longer: it says that a machine wrote it (rule FB-2).

    Where it would be longer, the thanks are left out, then the brand is cut. ValueError if there are no texts in the
    language, or the reference isn't one to print (1 to 32 of A-Z a-z 0-9 . _ # -).
    """
    if not REFERENCE.fullmatch(reference):
        raise ValueError("the reference can't be printed: use 1 to 32 characters of A-Z a-z 0-9 . _ # -")
    words = wording(language)
    texts = words.open if hours.is_open(now) else words.closed
    template = texts[_occasion(promise, hours, now)]
    values = {"reference": reference, **_time_values(promise, hours, words)}
    text = _fitted(template, values, brand, words)
    return f"{text} {words.disclosure}" if discloses else text


def _fitted(template: Template, values: Mapping[str, str], brand: str, words: Wording) -> str:
    name = _printable(brand) or words.nameless
    text = _fill(template, {**values, "brand": name, "thanks": words.thanks})
    if gsm7.septets(text) <= gsm7.SINGLE_SEPTETS:
        return text
    room = gsm7.SINGLE_SEPTETS - gsm7.septets(_fill(template, {**values, "brand": "x", "thanks": ""})) + 1
    return _fill(template, {**values, "brand": _cut(name, room), "thanks": ""})


@lru_cache(maxsize=16)
def wording(language: str) -> Wording:
    """Read one language's file; ValueError names what is missing from it."""
    if language not in languages():
        raise ValueError(
            f"no texts in {language!r}: offer one of {', '.join(languages())}, or add a file to templates/"
        )
    source = tomllib.loads((_TEMPLATES / f"acknowledgement.{language}.toml").read_text(encoding="utf-8"))
    return Wording(
        thanks=source["thanks"],
        nameless=source["nameless"],
        disclosure=source["disclosure"],
        weekdays=tuple(source["weekdays"]),
        months=tuple(source["months"]),
        open=_texts(language, source["open"]),
        closed=_texts(language, source["closed"]),
        words=frozenset(source["recognise"]["words"].split()),
        letters=frozenset(source["recognise"]["letters"]),
    )


def _texts(language: str, source: Mapping[str, str]) -> Mapping[str, Template]:
    texts = {occasion: Template(text) for occasion, text in source.items()}
    if texts.keys() != _OCCASIONS:
        raise ValueError(f"texts in {language!r}: write exactly one each for {', '.join(sorted(_OCCASIONS))}")
    for occasion, template in texts.items():
        named = set(template.get_identifiers())
        if not (template.is_valid() and {"reference"} <= named <= _PLACEHOLDERS):
            raise ValueError(
                f"text {occasion!r} in {language!r}: name $reference, and of the others only "
                + ", ".join(f"${name}" for name in sorted(_PLACEHOLDERS))
            )
    return texts


def _score(folded: str, words: Wording) -> int:
    hits = sum(word in words.words for word in _WORD.findall(folded))
    return _WORD_WEIGHT * hits + len(words.letters.intersection(folded))


def _occasion(promise: Promise | None, hours: Hours, now: datetime) -> str:
    if promise is None:
        return "unknown"
    zone = zone_info(hours.zone)
    days = (promise.at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days >= _WEEK:
        return "date"
    return ("today", "tomorrow")[max(days, 0)] if days <= 1 else "weekday"


def _time_values(promise: Promise | None, hours: Hours, words: Wording) -> dict[str, str]:
    if promise is None:
        return {}
    local = promise.at.astimezone(zone_info(hours.zone))
    abbreviation = local.tzname() or ""
    return {
        "time": f"{local:%H:%M}",
        "zone": abbreviation if abbreviation.isalpha() else f"UTC{abbreviation}",
        "weekday": words.weekdays[local.weekday()],
        "day": str(local.day),
        "month": words.months[local.month - 1],
    }


def _printable(brand: str) -> str:
    """Return the brand in the alphabet of text messages; empty if nothing of it can be read."""
    plain = _cut(" ".join(gsm7.transliterate(brand[: gsm7.SINGLE_SEPTETS]).split()), BRAND_LIMIT)
    return plain if any(character.isalnum() for character in plain) else ""


def _cut(text: str, limit: int) -> str:
    while gsm7.septets(text) > limit:
        text = text[:-1]
    return text.rstrip()


def _fill(template: Template, values: Mapping[str, str]) -> str:
    return " ".join(gsm7.transliterate(template.safe_substitute(values)).split())
