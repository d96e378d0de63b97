"""When planned slots have taken in all that is ahead of a message: its turn.

A busy slot takes a message every `pace` seconds, one that comes on shift takes one at once. Presence scales the plan
until today's closing: it is how much of what is planned now is really there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from switchboard.estimate.backlog import Ahead
from switchboard.estimate.capacity import Capacity
from switchboard.hours import Timeline

LEAST_PRESENCE, MOST_PRESENCE = 0.15, 1.3
PRESENCE_LASTS = 12 * 3600.0
"""Seconds for which presence says something where the hours don't close."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Messages that a plan takes in since an instant. `presence` holds until `today`."""

    capacity: Capacity
    since: float
    pace: float
    presence: float
    today: float

    def by(self, at: float) -> float:
        """Messages taken in by an instant; those that slots take that come on shift right then are included."""
        if at <= self.today:
            return self.presence * self._planned(self.since, at)
        return self.presence * self._planned(self.since, self.today) + self._planned(self.today, at)

    def coming(self, at: float) -> float:
        """Messages that slots take that come on shift at this very instant."""
        return self.capacity.coming(at) * (self.presence if at <= self.today else 1.0)

    def _planned(self, start: float, end: float) -> float:
        worked, came = growth(self.capacity, start, end)
        return worked / self.pace + came


def turn(ahead: Ahead, intake: Intake, table: Timeline) -> float | None:
    """Return the first instant at which the intake reaches what is ahead; None if it doesn't within the table.

    Between two stops both sides are straight lines, so that crossings are found exactly: more ahead is never earlier,
    more slots are never later.
    """
    since, opened = intake.since, table.business(intake.since)

    def missing(at: float, taken: float) -> float:
        waited = table.business(at) - opened
        return ahead.after(waited, at - since - waited) - taken

    if missing(since, 0.0) <= 0:
        return since
    start = _no_earlier(ahead, intake)
    short = missing(start, intake.by(start))
    for stop in _stops(ahead, intake, table, start):
        coming = intake.coming(stop)
        left = missing(stop, intake.by(stop) - coming)
        if left <= 0:
            return start + (stop - start) * short / (short - left)
        if left <= coming:
            return stop
        start, short = stop, left - coming
    return None


def _no_earlier(ahead: Ahead, intake: Intake) -> float:
    """A stop at which not even those are taken in who are certainly ahead: none before need be looked at."""
    times = intake.capacity.times
    index = bisect_left(times, ahead.certain, lo=bisect_right(times, intake.since), key=intake.by)
    return max(intake.since, times[index - 1]) if index else intake.since


def _stops(ahead: Ahead, intake: Intake, table: Timeline, start: float) -> Iterator[float]:
    """Instants after `start` at which either side bends or jumps, in order."""
    opened = table.business(intake.since)
    bends = sorted(at for _, gone in ahead.aged if (at := table.clock(opened + gone)) is not None and at > start)
    edges = (intake.capacity.times, table.opens, table.closes)
    return merge(bends, *(times[bisect_right(times, start) :] for times in edges))


def growth(capacity: Capacity, start: float, end: float) -> tuple[float, float]:
    """Slot-seconds, and slots that come on shift, after `start` and up to and including `end`."""
    (worked_before, came_before), (worked, came) = capacity.until(start), capacity.until(end)
    return worked - worked_before, came - came_before


def presence(capacity: Capacity, online: float, now: float, closing: float) -> float:
    """How much of what is planned now is there, between bounds; 1 while closed, and where nothing is planned."""
    planned = capacity.at(now)
    if closing <= now or planned <= 0:
        return 1.0
    return min(max(online / planned, LEAST_PRESENCE), MOST_PRESENCE)
