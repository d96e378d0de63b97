"""Every language, channel and situation on one page, for people who write the texts: `python -m switchboard preview`.

The tests render the same list, so that what is shown is what is checked.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

from switchboard import gsm7
from switchboard.acknowledgement.compose import compose
from switchboard.acknowledgement.telling import Composed, Telling, Tone, Voice
from switchboard.acknowledgement.texts import languages, texts_in
from switchboard.estimate.spoken import Kind, Spoken
from switchboard.hours import Hours, Interval

CHANNELS: Mapping[str, str] = {"sms": "Text message", "messenger": "Social networks", "email": "Mail"}

_PAGE = Path(__file__).with_name("preview.html")
_PHONE, _LINK = "+1 555 010 0199", "https://acme.example/now"
_HOURS = Hours(
    "America/New_York",
    ((Interval(8 * 60, 12 * 60), Interval(13 * 60, 18 * 60)),) * 4 + ((Interval(8 * 60, 16 * 60),), (), ()),
    {date(2026, 11, 26): ()},
)
_TUESDAY = datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
_TUESDAY_NIGHT = datetime(2026, 11, 25, 1, tzinfo=UTC)
_HOLIDAY = datetime(2026, 11, 26, 15, tzinfo=UTC)


def _spoken(kind: Kind, at: datetime, minutes: int | None = None) -> Spoken:
    return Spoken(kind, at, at.date(), minutes)


_WITHIN = _spoken("within", datetime(2026, 11, 24, 15, 25, tzinfo=UTC), 15)
_TODAY = _spoken("today", datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
_TOMORROW = _spoken("tomorrow", datetime(2026, 11, 25, 15, tzinfo=UTC))
_WEEKDAY = _spoken("weekday", datetime(2026, 11, 30, 14, 30, tzinfo=UTC))
_DATE = _spoken("date", datetime(2026, 12, 4, 21, tzinfo=UTC))

SITUATIONS: Mapping[str, Mapping[str, Any]] = {
    "Within minutes": {"spoken": _WITHIN},
    "Today": {"spoken": _TODAY},
    "Tomorrow": {"spoken": _TOMORROW},
    "On a weekday": {"spoken": _WEEKDAY},
    "On a date": {"spoken": _DATE},
    "Nothing to promise": {"spoken": None},
    "A customer whose name an agent confirmed": {"spoken": _TODAY, "first_name": "Zoé"},
    "A customer whose time zone is known": {"spoken": _TODAY, "zone": "Asia/Kolkata"},
    "Closed": {"spoken": _spoken("tomorrow", datetime(2026, 11, 25, 15, tzinfo=UTC)), "now": _TUESDAY_NIGHT},
    "Closed, nothing to promise": {"spoken": None, "now": _TUESDAY_NIGHT},
    "A holiday": {"spoken": _spoken("tomorrow", datetime(2026, 11, 27, 15, tzinfo=UTC)), "now": _HOLIDAY},
    "An upset customer": {"spoken": _TODAY, "upset": True},
    "An upset customer, closed": {"spoken": _WEEKDAY, "upset": True, "now": _TUESDAY_NIGHT},
    "A matter of safety": {"spoken": _WITHIN, "safety": True},
    "A matter of safety, on a holiday": {"spoken": _WEEKDAY, "safety": True, "upset": True, "now": _HOLIDAY},
    "Safety by link": {"spoken": _TODAY, "safety": True, "link": True},
    "A machine must say so": {"spoken": _TODAY, "discloses": True},
    "A promise renewed": {"spoken": _TOMORROW, "kind": "renewal"},
    "Renewed, known and upset": {"spoken": _TOMORROW, "kind": "renewal", "upset": True, "first_name": "Zoé"},
}


@dataclass(frozen=True, slots=True)
class Example:
    """What one customer would read."""

    language: str
    tone: Tone
    channel: str
    situation: str
    telling: Telling
    composed: Composed


def examples(brand: str = "Acme") -> Iterator[Example]:
    """Every language in every tone, on each kind of channel, in each situation."""
    for language in languages():
        for tone in get_args(Tone):
            for situation in SITUATIONS:
                for channel in CHANNELS:
                    told = telling(situation, channel, language, tone, brand)
                    yield Example(language, tone, channel, situation, told, compose(told))


def telling(situation: str, channel: str, language: str, tone: Tone = "formal", brand: str = "Acme") -> Telling:
    """The facts of a situation."""
    facts: dict[str, Any] = {"kind": "first", "now": _TUESDAY, **SITUATIONS[situation]}
    safety = _LINK if facts.pop("link", False) else _PHONE
    return Telling(
        channel=channel,
        language=language,
        voice=Voice(brand, tone, safety),
        hours=_HOURS,
        reference="K3V9Q2-1",
        **facts,
    )


def page() -> str:
    """The page of the files as they are now, complete in itself: it fetches nothing. Raises `TextError`."""
    texts_in.cache_clear()
    languages.cache_clear()
    shown = [_shown(example) for example in examples()]
    data = json.dumps({"channels": CHANNELS, "examples": shown}, ensure_ascii=False, separators=(",", ":"))
    return _PAGE.read_text(encoding="utf-8").replace("{{data}}", data.replace("<", "\\u003c"))


def _shown(example: Example) -> dict[str, Any]:
    texts, text = texts_in(example.language, example.tone), example.composed.text
    is_sms = example.channel == "sms"
    return {
        "language": example.language,
        "name": texts.name,
        "direction": "rtl" if texts.customs.is_rtl else "ltr",
        "tone": example.tone,
        "channel": example.channel,
        "situation": example.situation,
        "text": text,
        "html": example.composed.html,
        "length": (gsm7.septets(text) if gsm7.is_gsm7(text) else len(text)) if is_sms else len(text),
        "segments": gsm7.segments(text) if is_sms else None,
    }
