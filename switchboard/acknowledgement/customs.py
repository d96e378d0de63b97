"""How people of a language and country write times, days and counts: CLDR's rules, by Babel.

Digits are 0 to 9 everywhere. Only what composes acknowledgements imports this: Babel costs 20 ms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location

from switchboard.hours import MINUTES_PER_DAY, Hours, Interval

_A_MONDAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Customs:
    """One locale's. Instants are aware datetimes in the zone that they are to be written in."""

    locale: Locale

    @property
    def is_rtl(self) -> bool:
        """Whether it is written from right to left."""
        return bool(self.locale.text_direction == "rtl")

    def clock(self, at: datetime | time) -> str:
        """Such as 14:30 or 2:30 PM; no line ends before PM."""
        written = format_time(at, "short", tzinfo=at.tzinfo, locale=self.locale)
        return "\u00a0".join(written.split())

    def hour(self, at: datetime | time) -> int:
        """The hour as it is written: 1 of 1:30 PM."""
        return int(re.search(r"\d+", self.clock(at))[0])  # type: ignore[index]  # every time has digits

    def weekday(self, day: date) -> str:
        """Such as Monday."""
        return format_date(day, "EEEE", locale=self.locale)

    def day(self, day: date) -> str:
        """Such as 4 December."""
        return str(format_skeleton("MMMMd", day, locale=self.locale))

    def city(self, zone: str) -> str:
        """What a zone is called after, such as New York; UTC is itself."""
        if "/" not in zone or zone.startswith("Etc/"):
            return zone.rpartition("/")[2]
        return get_timezone_location(zone, locale=self.locale, return_city=True)

    def plural(self, count: int) -> str:
        """CLDR's class of a count: `one`, `two`, `few`, `many`, `zero` or `other`."""
        return str(self.locale.plural_form(count))

    @property
    def plurals(self) -> frozenset[str]:
        """The classes that counts of this language may have."""
        return frozenset(self.locale.plural_form.tags) | {"other"}

    def week(self, hours: Hours) -> Iterator[str]:
        """Opening hours by the week: neighbouring days that are alike are one line, those that are closed none."""
        for intervals, days in groupby(range(len(hours.weekly)), key=hours.weekly.__getitem__):
            if intervals:
                first, *_, last = [self._short_day(day) for day in days for _ in (0, 1)]
                named = first if first == last else f"{first}\u2013{last}"
                yield f"{named} {', '.join(map(self._interval, intervals))}"

    def _short_day(self, weekday: int) -> str:
        return format_date(date.fromordinal(_A_MONDAY.toordinal() + weekday), "EEE", locale=self.locale)

    def _interval(self, interval: Interval) -> str:
        ends = (divmod(minute % MINUTES_PER_DAY, 60) for minute in (interval.start, interval.end))
        return "\u2013".join(self.clock(time(*end)) for end in ends)


@lru_cache(maxsize=32)
def customs_of(language: str, usual: str) -> Customs:
    """Return those of a tag with a country, such as en-US; without one, or for an unknown one, the usual ones."""
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Customs(Locale.parse(usual))
    return Customs(locale if locale.territory else Locale.parse(usual))


def abbreviation(at: datetime) -> str:
    """A zone's, such as EST, else its offset from UTC."""
    name = at.tzname() or ""
    return name if name.isalpha() else f"UTC{name}"
