"""How many promises held: counted with each first answer, by day, queue, channel and priority.

What counts is the bound as it is said, rounded up, whether anybody was told or not.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from switchboard.estimate.decay import Tally
from switchboard.policy import Priority

DAYS = 7
"""Over which coverage is reported."""
KEPT_FOR = timedelta(days=40)

FIRST_EDGE, BIN_WIDTH, EDGE_COUNT = -3.0, 0.125, 57
"""Of what was announced over what came true, as a logarithm: from a twentieth to sixty times."""
SOFTENING = 60.0
"""Seconds added to both: a minute or none are the same."""

_EDGES = tuple(FIRST_EDGE + BIN_WIDTH * index for index in range(EDGE_COUNT))
_PREFIX = "coverage#"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A first answer against what was expected of it; both durations are business seconds from the opening."""

    queue: str
    channel: str
    priority: Priority
    at: datetime
    kept: bool
    announced: float
    actual: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Outcomes of some days, summed up; `ratio` is the median of announced over actual."""

    queue: str
    channel: str
    priority: Priority
    count: int
    kept: int
    ratio: float

    @property
    def share(self) -> float:
        """How many of the promises held."""
        return self.kept / self.count


def counted(outcome: Outcome) -> Tally:
    """What an outcome adds."""
    ratio = math.log((outcome.announced + SOFTENING) / (max(outcome.actual, 0.0) + SOFTENING))
    amounts = {"count": 1.0, f"b{bisect_left(_EDGES, ratio)}": 1.0, **({"kept": 1.0} if outcome.kept else {})}
    item = f"{_item(outcome.at.date())}#{outcome.priority}#{outcome.channel}"
    return Tally(outcome.queue, item, amounts, expires=outcome.at + KEPT_FOR)


def items_of(now: datetime, days: int = DAYS) -> tuple[str, str]:
    """The first and the last name that items of the last days, today included, may have."""
    today = now.date()
    return _item(today - timedelta(days=days - 1)), f"{_item(today)}~"


def report(queue: str, items: Mapping[str, Mapping[str, float]]) -> list[Coverage]:
    """Sum up a queue's items by priority and channel, the most pressing first."""
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for item, amounts in items.items():
        _, _, priority, channel = item.split("#", 3)
        known = sums.setdefault((priority, channel), {})
        for name, amount in amounts.items():
            known[name] = known.get(name, 0.0) + amount
    order = list(Priority)
    return sorted(
        (_summed(queue, Priority(priority), channel, known) for (priority, channel), known in sums.items()),
        key=lambda one: (order.index(one.priority), one.channel),
    )


def by_priority(reports: Iterable[Coverage]) -> dict[Priority, tuple[int, int]]:
    """How many there were of each priority, and how many were kept, over all queues and channels."""
    sums: dict[Priority, tuple[int, int]] = {}
    for one in reports:
        count, kept = sums.get(one.priority, (0, 0))
        sums[one.priority] = (count + one.count, kept + one.kept)
    return {priority: sums[priority] for priority in Priority if priority in sums}


def _item(day: date) -> str:
    return f"{_PREFIX}{day.isoformat()}"


def _summed(queue: str, priority: Priority, channel: str, amounts: Mapping[str, float]) -> Coverage:
    weights = [amounts.get(f"b{index}", 0.0) for index in range(EDGE_COUNT + 1)]
    middle = bisect_left(list(accumulate(weights)), math.fsum(weights) / 2)
    ratio = math.exp(_EDGES[0] + BIN_WIDTH * (middle - 0.5))
    return Coverage(queue, channel, priority, round(amounts.get("count", 0.0)), round(amounts.get("kept", 0.0)), ratio)
