"""How long the lowest class can wait under the router's rule, from what was in front of each message.

The rule serves whoever has waited longest in multiples of their class's target, urgent ones first. So of a class with
target t only what came within the first 1 - t/T of a wait can overtake one with target T: a message that waits w is
overtaken by arrivals of w·(1 - t/T), and by urgent ones of the whole w. While it waits nobody able is idle. So it waits
no longer than the team needs for that work: the least w with

    capacity(w)  >=  work in hand and in front at its arrival  +  sum over classes of work that came in w·(1 - t/T)

With steady arrivals, where a class takes the share r of the capacity, w <= (work in front) / (1 - R) of the team's
time, R = sum of r·(1 - t/T), urgent ones with 1. R is below the load, as the lowest class itself counts nothing. So:

- below a load of 1 the work in front is that of a stable queue, and the wait is finite, however long the week;
- above it the work in front grows as long as the overload lasts, and every wait with it; yet while R < 1 by no more
  than the factor 1 / (1 - R), and every class but the urgent one is late in proportion to its target. (Strict priority
  has the shares of all higher classes in place of R: as soon as they are 1, the lowest class is not served at all.)

`bounds` computes the first inequality for each message as it came, with no assumption about arrivals.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from switchboard.policy import Policy, Priority
from switchboard.whatif.model import Outcome

_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a team can do: slot-seconds by seconds of business time, from points between which it is even."""

    seconds: Sequence[float]
    slot_seconds: Sequence[float]

    def at(self, second: float) -> float:
        """Slot-seconds until then."""
        return _between(second, self.seconds, self.slot_seconds)

    def when(self, slot_seconds: float) -> float:
        """The second of business time at which so many slot-seconds are over; beyond the last point, never."""
        return _between(slot_seconds, self.slot_seconds, self.seconds)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A message's wait for an agent, or how long it has waited so far, and the bound; business hours."""

    waited: float
    bound: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A class: when its messages came and were taken, in order, with the work that they brought until then."""

    overtakes: float
    """Of a wait, the share within which who comes overtakes."""
    came: Sequence[float]
    came_work: Sequence[float]
    taken: Sequence[float]
    taken_work: Sequence[float]

    def work(self, since: float, until: float) -> float:
        """The work of those who came until one time and were not taken until the other."""
        return self.came_work[bisect_right(self.came, until)] - self.taken_work[bisect_right(self.taken, since)]


def discounted_load(shares: Mapping[Priority, float], targets: Mapping[Priority, timedelta], load: float) -> float:
    """R of the bound: the load with each class's share as far as it can overtake the lowest class."""
    return load * sum(share * _overtakes(priority, targets) for priority, share in shares.items())


def bounds(
    outcomes: Sequence[Outcome], policy: Policy, queue: str, capacity: Capacity, since: datetime, until: datetime
) -> Iterator[Bounded]:
    """The wait of each message of the lowest class, with its bound. All are of one queue and cost a unit."""
    hours, targets = policy.hours_of(queue), policy.queues[queue].targets

    def business(at: datetime) -> float:
        return hours.elapsed(since, at).total_seconds()

    came = {id(one): business(one.job.since) for one in outcomes}
    taken = {id(one): business(one.assigned_at) for one in outcomes if one.assigned_at}
    lines = [
        _line([one for one in outcomes if one.lane.priority is priority], came, taken, _overtakes(priority, targets))
        for priority in Priority
    ]
    in_hand = [(taken[id(one)], one.job.effort.hold.total_seconds()) for one in outcomes if id(one) in taken]
    for one in outcomes:
        if one.lane.priority is Priority.LOW:
            at = came[id(one)]
            left = sum(max(0.0, hold - (at - began)) for began, hold in in_hand if began <= at)
            bound = _longest(at, left, lines, capacity)
            yield Bounded((taken.get(id(one), business(until)) - at) / 3600, bound / 3600)


def _longest(at: float, left: float, lines: Sequence[_Line], capacity: Capacity) -> float:
    """The least wait after which the team has done all that could come first: approached from below."""
    begun, wait = capacity.at(at), 0.0
    for _ in range(_ROUNDS):
        first = left + sum(line.work(at, at + wait * line.overtakes) for line in lines)
        longer = capacity.when(begun + first) - at
        if longer <= wait:
            break
        wait = longer
    return wait


def _line(members: Sequence[Outcome], came: Mapping[int, float], taken: Mapping[int, float], overtakes: float) -> _Line:
    arrivals = sorted((came[id(one)], one.job.effort.hold.total_seconds()) for one in members)
    starts = sorted((taken[id(one)], one.job.effort.hold.total_seconds()) for one in members if id(one) in taken)
    return _Line(
        overtakes,
        [at for at, _ in arrivals],
        list(accumulate((work for _, work in arrivals), initial=0.0)),
        [at for at, _ in starts],
        list(accumulate((work for _, work in starts), initial=0.0)),
    )


def _overtakes(priority: Priority, targets: Mapping[Priority, timedelta]) -> float:
    return 1.0 if priority is Priority.URGENT else 1 - targets[priority] / targets[Priority.LOW]


def _between(value: float, along: Sequence[float], of: Sequence[float]) -> float:
    place = bisect_left(along, value)
    if place >= len(along):
        return float("inf")
    if place == 0:
        return of[0]
    (low, high), (first, last) = along[place - 1 : place + 1], of[place - 1 : place + 1]
    return first + (last - first) * (value - low) / (high - low)


def capacity_of(steps: Sequence[tuple[float, float]]) -> Capacity:
    """Capacity from pairs of a length in seconds of business time and the slots that there are meanwhile."""
    seconds = list(accumulate((length for length, _ in steps), initial=0.0))
    slots = list(accumulate((length * slots for length, slots in steps), initial=0.0))
    assert all(low < high for low, high in pairwise(slots)), "somebody is there at all times"  # noqa: S101  # of a bench
    return Capacity(seconds, slots)
