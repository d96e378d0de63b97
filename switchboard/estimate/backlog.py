"""What waits in a queue, and how much of it is served before a message that arrives now.

The order is routing's: the urgent first, then the largest age over target. So a class with a longer target loses its
place to who arrives when it has waited for a while, and one with a shorter target overtakes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.estimate.statistics import Rates
from switchboard.policy import Priority


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a queue looks like at an arrival, the arrival itself excluded.

    `ages` are of the longest waiting of each priority, in business seconds. `free` and `online` are slots of those who
    are there: `free` of those who take this queue's messages at once, `online` all that the plan counts.
    """

    waiting: Mapping[Priority, int]
    ages: Mapping[Priority, float]
    free: float
    online: float


@dataclass(frozen=True, slots=True)
class Ahead:
    """Messages to be taken up to and including this one, as a function of how long it has waited by then.

    `certain` ones, those that overtake per open and per closed second of the wait, and the aged: pairs of how many
    there are and after how many open seconds none is ahead any more.
    """

    certain: float
    per_open: float
    per_closed: float
    aged: tuple[tuple[float, float], ...]

    def after(self, opened: float, closed: float) -> float:
        """Messages after a wait of so many open and closed seconds."""
        aged = sum(count * (1 - opened / gone) for count, gone in self.aged if opened < gone)
        return self.certain + self.per_open * opened + self.per_closed * closed + aged


def ahead(priority: Priority, backlog: Backlog, rates: Rates, targets: Mapping[Priority, float]) -> Ahead:
    """Sum up who is served before a message of this priority; `targets` are in business seconds."""
    certain = 1.0 - backlog.free
    per_open = per_closed = 0.0
    aged = []
    for other in (priority,) if priority is Priority.URGENT else Priority:
        count = backlog.waiting.get(other, 0)
        lead = 1.0 if other is Priority.URGENT else 1 - targets[other] / targets[priority]
        if lead >= 0:
            certain += count
        elif count:
            aged.append((float(count), backlog.ages.get(other, 0.0) / -lead))
        if lead > 0 and other is not priority:
            per_open += lead * rates.open.get(other, 0.0)
            per_closed += lead * rates.closed.get(other, 0.0)
    return Ahead(certain, per_open, per_closed, tuple(aged))
