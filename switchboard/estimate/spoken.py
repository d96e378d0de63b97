"""A bound as a time worth saying aloud: rounded up, never into closed time, the coarser the farther.

Fine grains promise a precision that nobody needs (Yu, Allon, Bassamboo 2017); a late answer costs more than a late
promise, so it is always up.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from switchboard.hours import Hours, zone_info

SOON, SOON_GRAIN = timedelta(minutes=30), timedelta(minutes=5)
NEAR, NEAR_GRAIN = timedelta(hours=2), timedelta(minutes=15)
FAR_GRAIN = timedelta(minutes=30)
BEFORE_CLOSING = timedelta(minutes=30)
"""What would be said of the last half hour is said of the closing time."""
BUSINESS_DAYS_TIMED = 3
"""Open days ahead for which a time of day is said, and not the date alone."""

_DAY = timedelta(days=1)
_WEEK = 7


Kind = Literal["within", "today", "tomorrow", "weekday", "date"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """`within` is said in `minutes`; `today`, `tomorrow` and `weekday` with a time of day, `date` without one.

    `at` (UTC) is what is promised by that, `day` its date in the hours' zone.
    """

    kind: Kind
    at: datetime
    day: date
    minutes: int | None = None


def round_up(bound: datetime, hours: Hours, now: datetime) -> Spoken:
    """Return what to say of a bound, which is an open instant or a closing one, as `announce` gives it.

    The result is never earlier, and also open or closing.
    """
    return _within(bound, hours, now) or _on_date(bound, hours, now) or _by_the_clock(bound, hours, now)


def _within(bound: datetime, hours: Hours, now: datetime) -> Spoken | None:
    grains = max(-((now - bound) // SOON_GRAIN), 1)
    wait = grains * SOON_GRAIN
    if wait > SOON or hours.elapsed(now, now + wait) < wait:
        return None
    return Spoken("within", now + wait, _date(now + wait, hours), wait // timedelta(minutes=1))


def _on_date(bound: datetime, hours: Hours, now: datetime) -> Spoken | None:
    day, today = _date(bound, hours), _date(now, hours)
    away = (day - today).days
    opening = sum(bool(hours.elapsed(*_ends(today + ahead * _DAY, hours))) for ahead in range(1, min(away, _WEEK) + 1))
    if away < _WEEK and opening <= BUSINESS_DAYS_TIMED:
        return None
    *_, (_, last) = (bound, bound), *hours.open_between(bound, _ends(day, hours)[1])
    return Spoken("date", last, day)


def _by_the_clock(bound: datetime, hours: Hours, now: datetime) -> Spoken:
    is_near = bound - now <= NEAR and hours.elapsed(now, bound) == bound - now
    at = _on_the_grain(bound, hours, NEAR_GRAIN if is_near else FAR_GRAIN)
    at = _closing_between(bound, at + BEFORE_CLOSING, hours) or at
    day = _date(at, hours)
    kinds: dict[int, Kind] = {0: "today", 1: "tomorrow"}
    return Spoken(kinds.get((day - _date(now, hours)).days, "weekday"), at, day)


def _closing_between(bound: datetime, until: datetime, hours: Hours) -> datetime | None:
    """When it closes, from an open or closing instant on, if that is soon. Looked for no further: it may be never."""
    closing = bound
    for opens, closes in hours.open_between(bound, until):
        if opens > closing:
            break
        closing = closes
    return closing if closing < until else None


def _on_the_grain(at: datetime, hours: Hours, grain: timedelta) -> datetime:
    local = at.astimezone(zone_info(hours.zone))
    return at + -timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % grain


def _date(at: datetime, hours: Hours) -> date:
    return at.astimezone(zone_info(hours.zone)).date()


def _ends(day: date, hours: Hours) -> tuple[datetime, datetime]:
    """A local date's midnights."""
    zone = zone_info(hours.zone)
    return datetime.combine(day, time(), zone), datetime.combine(day + _DAY, time(), zone)
