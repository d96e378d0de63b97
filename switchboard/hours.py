"""Business time: when a queue is open, how much open time lies between two instants, and the inverse.

An instant is open when the wall clock of the hours' zone shows a time inside one of that local date's intervals. All
else follows from this, and time is what really passes: open all day, the autumn day of 25 hours has 25 business
hours, the spring day 23; a wall-clock time that occurs twice counts twice; a date that a zone skipped has none.

Arguments are aware datetimes in any zone (ValueError otherwise), results are UTC.

Whoever asks for many instants at once, as an estimate does, takes a `timeline`: the same as a table of some weeks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 1440
HORIZON = timedelta(days=731)
"""How far `after`, `next_opening` and `next_closing` look ahead before they answer that it never happens."""

TABLED_BEFORE = timedelta(days=14)
TABLED_AFTER = timedelta(days=28)
"""A timeline reaches at least this far back and ahead of the instant it is asked for."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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
        first, last = start.date() + _DAY, end.date()
        if first >= last:
            return self._open_time(start, end)
        days = (first + n * _DAY for n in range((last - first).days))
        inner = sum((self._whole_day(day) for day in days), timedelta())
        return self._open_time(start, _midnight(first)) + inner + self._open_time(_midnight(last), end)

    def _open_time(self, start: datetime, end: datetime) -> timedelta:
        return sum((closes - opens for opens, closes in self.open_between(start, end)), timedelta())

    def _whole_day(self, day: date) -> timedelta:
        """Open time of a UTC day, kept: a dispatch asks for the age of each head of each lane, however old."""
        if day not in self._whole_days:
            self._whole_days[day] = self._open_time(_midnight(day), _midnight(day + _DAY))
        return self._whole_days[day]

    @cached_property
    def _whole_days(self) -> dict[date, timedelta]:
        return {}

    def after(self, start: datetime, work: timedelta) -> datetime | None:
        """Return the earliest instant at which `work` has passed since `start`: `start` itself for none at all.

        It may be a closing instant. None if that much doesn't pass within the horizon; ValueError if negative.
        """
        if work < timedelta():
            raise ValueError("business time to add is negative: give zero or more")
        start = _utc(start)
        if not work:
            return start
        for opens, closes in self.open_between(start, start + HORIZON):
            if work <= closes - opens:
                return opens + work
            work -= closes - opens
        return None

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the earliest open instant at or after `at`: `at` itself while open. None if none in the horizon."""
        at = _utc(at)
        return next((opens for opens, _ in self.open_between(at, at + HORIZON)), None)

    def next_closing(self, at: datetime) -> datetime | None:
        """Return the earliest closed instant at or after `at`: `at` itself if closed. None if none in the horizon."""
        at = _utc(at)
        closing, end = at, at + HORIZON
        for opens, closes in self.open_between(at, end):
            if opens > closing:
                break
            closing = closes
        return closing if closing < end else None

    def open_between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches from `start` to `end` in order. One may be cut at a UTC midnight or a clock change."""
        start, end = _utc(start), _utc(end)
        day = start.date()
        while day <= end.date():
            for since, until, offset in _offsets(self.zone, day):
                yield from self._open_within(max(start, since), min(end, until), offset)
            day += _DAY

    def _intervals(self, day: date) -> tuple[Interval, ...]:
        return self.exceptions.get(day, self.weekly[day.weekday()])

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


@dataclass(frozen=True, slots=True)
class Timeline:
    """Business time of some weeks as a function and its inverse. Instants are seconds since 1970.

    A stretch runs from `opens[i]` to `closes[i]`; `passed[i]` business seconds of the table lie before it. Outside the
    table it is closed.
    """

    opens: tuple[float, ...]
    closes: tuple[float, ...]
    passed: tuple[float, ...]

    def business(self, at: float) -> float:
        """Business seconds from the table's start to an instant."""
        index = bisect_right(self.opens, at) - 1
        return self.passed[index] + min(at, self.closes[index]) - self.opens[index] if index >= 0 else 0.0

    def clock(self, business: float) -> float | None:
        """The earliest instant at which that many business seconds have passed; None after the table's end.

        It may be a closing instant. For none at all it is the first opening.
        """
        index = bisect_left(self.passed, business) - 1
        if index < 0:
            return self.opens[0] if self.opens else None
        at = self.opens[index] + business - self.passed[index]
        return at if at <= self.closes[index] else None

    def closing(self, at: float) -> float:
        """When the stretch that an instant is in closes; the instant itself where it is closed."""
        index = bisect_right(self.opens, at) - 1
        return max(at, self.closes[index]) if index >= 0 else at


def timeline(hours: Hours, around: datetime) -> Timeline:
    """Return the table that an instant lies well inside of; it is computed once per week."""
    return _timeline(hours, (_utc(around) - _UNIX_EPOCH) // _WEEK)


@lru_cache(maxsize=256)
def _timeline(hours: Hours, week: int) -> Timeline:
    start = _UNIX_EPOCH + week * _WEEK
    opens: list[float] = []
    closes: list[float] = []
    passed: list[float] = []
    for opened, closed in hours.open_between(start - TABLED_BEFORE, start + _WEEK + TABLED_AFTER):
        if closes and closes[-1] == opened.timestamp():
            closes[-1] = closed.timestamp()
            continue
        passed.append(passed[-1] + closes[-1] - opens[-1] if passed else 0.0)
        opens.append(opened.timestamp())
        closes.append(closed.timestamp())
    return Timeline(tuple(opens), tuple(closes), tuple(passed))


def zone_info(zone: str) -> ZoneInfo:
    """Return the IANA zone of that name; ValueError if there is none."""
    try:
        return ZoneInfo(zone)
    except (LookupError, ValueError, OSError) as error:  # OSError: "America" is a folder of the database
        raise ValueError(f"unknown time zone {zone!r}: use an IANA name such as 'America/New_York'") from error


def is_zone(zone: str) -> bool:
    """Whether there is an IANA zone of that name."""
    try:
        zone_info(zone)
    except ValueError:
        return False
    return True


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


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
