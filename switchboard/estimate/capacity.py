"""Planned capacity of a queue over time: from its roster, or else from its hours and who was there lately.

A slot is room for one conversation. Instants are seconds since 1970.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from switchboard.estimate.statistics import Staffing
from switchboard.hours import Hours, Interval, timeline, zone_info

_SECONDS_PER_HOUR = 3600
_SECONDS_PER_WEEK = 7 * 24 * _SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class Shift:
    """Slots that are there from `starts` until `ends`: an agent's, or a team's."""

    starts: datetime
    ends: datetime
    slots: float


@dataclass(frozen=True, slots=True)
class Duty:
    """Slots that a weekly roster plans for a part of a weekday (Monday is 0), by the wall clock of the hours' zone."""

    weekday: int
    interval: Interval
    slots: float


@dataclass(frozen=True)
class Capacity:
    """From `times[i]` on there are `slots[i]`; by then, `came[i]` slots in all have come on shift.

    Before the first time there are none. A change of shift shows in `came` even where it leaves `slots` as it was:
    who comes is free, who leaves takes no more. Where it is not `is_planned`, it is taken from who was there lately.
    """

    times: tuple[float, ...]
    slots: tuple[float, ...]
    came: tuple[float, ...]
    is_planned: bool = True

    @classmethod
    def of_shifts(cls, shifts: Iterable[Shift]) -> "Capacity":
        """A roster's."""
        changes: dict[float, tuple[float, float]] = {}
        for shift in shifts:
            for at, coming, leaving in (
                (shift.starts.timestamp(), shift.slots, 0.0),
                (shift.ends.timestamp(), 0.0, shift.slots),
            ):
                came, left = changes.get(at, (0.0, 0.0))
                changes[at] = (came + coming, left + leaving)
        times = sorted(changes)
        slots = accumulate(changes[at][0] - changes[at][1] for at in times)
        return cls(tuple(times), tuple(slots), tuple(accumulate(changes[at][0] for at in times)))

    @cached_property
    def _worked(self) -> tuple[float, ...]:
        spans = (level * (end - start) for (start, end), level in zip(pairwise(self.times), self.slots, strict=False))
        return tuple(accumulate(spans, initial=0.0))

    def at(self, at: float) -> float:
        """Slots planned at an instant."""
        index = bisect_right(self.times, at) - 1
        return self.slots[index] if index >= 0 else 0.0

    def until(self, at: float) -> tuple[float, float]:
        """Slot-seconds, and slots that came on shift, up to an instant and including it."""
        index = bisect_right(self.times, at) - 1
        if index < 0:
            return 0.0, 0.0
        return self._worked[index] + self.slots[index] * (at - self.times[index]), self.came[index]

    def coming(self, at: float) -> float:
        """Slots that come on shift at this very instant."""
        index = bisect_right(self.times, at) - 1
        if index < 0 or self.times[index] != at:
            return 0.0
        return self.came[index] - (self.came[index - 1] if index else 0.0)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is ever there."""
        return not any(self.slots)


def planned_capacity(hours: Hours, roster: tuple[Duty, ...], now: datetime) -> Capacity:
    """The plan of a weekly roster, as far as it is open: holidays and other closed dates have nobody."""
    return _planned(hours, roster, int(now.timestamp() // _SECONDS_PER_WEEK))


@lru_cache(maxsize=256)
def _planned(hours: Hours, roster: tuple[Duty, ...], week: int) -> Capacity:
    table = timeline(hours, datetime.fromtimestamp(week * _SECONDS_PER_WEEK, UTC))
    zone = zone_info(hours.zone)
    shifts = []
    for opens, closes in zip(table.opens, table.closes, strict=True):
        opening, closing = datetime.fromtimestamp(opens, zone), datetime.fromtimestamp(closes, zone)
        for ahead in range((closing.date() - opening.date()).days + 1):
            day = opening.date() + timedelta(days=ahead)
            midnight = datetime.combine(day, time())
            for duty in roster:
                starts, ends = (
                    (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)
                    for minute in (duty.interval.start, duty.interval.end)
                )
                starts, ends = max(starts, opening), min(ends, closing)
                if duty.weekday == day.weekday() and starts < ends:
                    shifts.append(Shift(starts, ends, duty.slots))
    return Capacity.of_shifts(shifts)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A timeline's stretches cut at the full hours of its zone's clock; each piece with its weekday and hour."""

    times: tuple[float, ...]
    hours: tuple[tuple[int, int] | None, ...]
    """None from a closing on."""


def usual_capacity(hours: Hours, staffing: Staffing, now: datetime) -> Capacity:
    """The plan where there is no roster: each open hour has the slots that were there at that hour of the week lately.

    As long as that weekday was not seen, those at that hour of other days. Empty as long as nobody was ever seen.
    Computed once per week from the same staffing.
    """
    return _usual(hours, staffing, int(now.timestamp() // _SECONDS_PER_WEEK))


@lru_cache(maxsize=64)
def _usual(hours: Hours, staffing: Staffing, week: int) -> Capacity:
    usual = staffing.usual()
    if usual is None:
        return Capacity((), (), (), is_planned=False)
    grid = _grid(hours, week)
    expected = staffing.expected(usual)
    slots = tuple([0.0 if hour is None else expected[hour] for hour in grid.hours])
    came = accumulate([max(0.0, after - before) for before, after in pairwise((0.0, *slots))])
    return Capacity(grid.times, slots, tuple(came), is_planned=False)


@lru_cache(maxsize=256)
def _grid(hours: Hours, week: int) -> _Grid:
    """Computed once per week, like the timeline that it follows."""
    table = timeline(hours, datetime.fromtimestamp(week * _SECONDS_PER_WEEK, UTC))
    zone = zone_info(hours.zone)
    times: list[float] = []
    cells: list[tuple[int, int] | None] = []
    for opens, closes in zip(table.opens, table.closes, strict=True):
        at = opens
        while at < closes:
            local = datetime.fromtimestamp(at, zone)
            times.append(at)
            cells.append((local.weekday(), local.hour))
            at += _SECONDS_PER_HOUR - (local.minute * 60 + local.second)
        times.append(closes)
        cells.append(None)
    return _Grid(tuple(times), tuple(cells))
