"""Business time: when a queue is open, how much open time lies between two instants, and the inverse.

An instant is open when the wall clock of the hours' zone shows a time inside one of that local date's intervals. All
else follows from this, and time is what really passes: open all day, the autumn day of 25 hours has 25 business
hours, the spring day 23; a wall-clock time that occurs twice counts twice; a date that a zone skipped has none.

Arguments are aware datetimes in any zone (ValueError otherwise), results are UTC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 1440
HORIZON = timedelta(days=731)
"""How far `after`, `next_opening` and `next_closing` look ahead before they answer that it never happens."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Interval:
    """Open from `start` until before `end`, in minutes since local midnight; 1440 is the next midnight."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_PER_DAY:
            raise ValueError(
                f"interval {self.start}-{self.end}: use minutes since midnight with 0 <= start < end <= 1440, "
                "and two intervals for hours that run past midnight"
            )


@dataclass(frozen=True)
class Hours:
    """Weekly opening hours in an IANA zone; an exception replaces a local date's hours, `()` closes it.

    `weekly` has seven entries, Monday first. The intervals of a day are in order and don't overlap. ValueError names
    what is wrong and the remedy.
    """

    zone: str
    weekly: tuple[tuple[Interval, ...], ...]
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        zone_info(self.zone)
        if len(self.weekly) != len(_WEEKDAYS):
            raise ValueError(
                f"weekly hours have {len(self.weekly)} days: give seven, Monday first, () for a closed day"
            )
        for day, intervals in (*zip(_WEEKDAYS, self.weekly, strict=True), *self.exceptions.items()):
            if any(later.start < earlier.end for earlier, later in pairwise(intervals)):
                raise ValueError(f"intervals of {day} overlap or are out of order: list them from early to late")

    @classmethod
    def always(cls, zone: str = "UTC") -> "Hours":
        """Open around the clock: business time is clock time, and `zone` only says how to write it."""
        return cls(zone, ((Interval(0, MINUTES_PER_DAY),),) * len(_WEEKDAYS))

    def is_open(self, at: datetime) -> bool:
        local = _utc(at).astimezone(zone_info(self.zone))
        minute = local.hour * 60 + local.minute
        return any(interval.start <= minute < interval.end for interval in self._intervals(local.date()))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the business time from `start` to `end`: negative where `end` is earlier, so that it adds up."""
        start, end = _utc(start), _utc(end)
        if end < start:
            return -self.elapsed(end, start)
        return sum((closes - opens for opens, closes in self._open_between(start, end)), timedelta())

    def after(self, start: datetime, work: timedelta) -> datetime | None:
        """Return the earliest instant at which `work` has passed since `start`: `start` itself for none at all.

        It may be a closing instant. None if that much doesn't pass within the horizon; ValueError if negative.
        """
        if work < timedelta():
            raise ValueError("business time to add is negative: give zero or more")
        start = _utc(start)
        if not work:
            return start
        for opens, closes in self._open_between(start, start + HORIZON):
            if work <= closes - opens:
                return opens + work
            work -= closes - opens
        return None

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the earliest open instant at or after `at`: `at` itself while open. None if none in the horizon."""
        at = _utc(at)
        return next((opens for opens, _ in self._open_between(at, at + HORIZON)), None)

    def next_closing(self, at: datetime) -> datetime | None:
        """Return the earliest closed instant at or after `at`: `at` itself if closed. None if none in the horizon."""
        at = _utc(at)
        closing, end = at, at + HORIZON
        for opens, closes in self._open_between(at, end):
            if opens > closing:
                break
            closing = closes
        return closing if closing < end else None

    def _intervals(self, day: date) -> tuple[Interval, ...]:
        return self.exceptions.get(day, self.weekly[day.weekday()])

    def _open_between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches from `start` to `end` (UTC) in order. One may be cut at a UTC midnight or a clock change."""
        day = start.date()
        while day <= end.date():
            for since, until, offset in _offsets(self.zone, day):
                yield from self._open_within(max(start, since), min(end, until), offset)
            day += _DAY

    def _open_within(self, start: datetime, end: datetime, offset: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches where the offset is constant, so that the wall clock runs evenly."""
        if start >= end:
            return
        day, last = (start + offset).date(), (end + offset).date()
        while day <= last:
            midnight = datetime.combine(day, time(), UTC) - offset
            for interval in self._intervals(day):
                opens = max(start, midnight + timedelta(minutes=interval.start))
                closes = min(end, midnight + timedelta(minutes=interval.end))
                if opens < closes:
                    yield opens, closes
            day += _DAY


def zone_info(zone: str) -> ZoneInfo:
    """Return the IANA zone of that name; ValueError if there is none."""
    try:
        return ZoneInfo(zone)
    except (LookupError, ValueError, OSError) as error:  # OSError: "America" is a folder of the database
        raise ValueError(f"unknown time zone {zone!r}: use an IANA name such as 'America/New_York'") from error


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without a zone is ambiguous: pass an aware datetime")
    return at.astimezone(UTC)


@lru_cache(maxsize=8192)
def _offsets(zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the UTC offsets in force during a UTC day, each with since when and until when.

    No zone changes its clocks twice within one UTC day, so unequal ends mean one change: bisect for its second.
    """
    info = zone_info(zone)
    start = datetime.combine(day, time(), UTC)
    end = start + _DAY
    before, after = _offset(info, start), _offset(info, end - _SECOND)
    if before == after:
        return ((start, end, before),)
    low, high = 0, 86_400 - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(info, start + middle * _SECOND) == before else (low, middle)
    change = start + high * _SECOND
    return (start, change, before), (change, end, after)


def _offset(info: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(info).utcoffset()
    return offset if offset is not None else timedelta()
