"""What waits in a queue, and how much of it is served before a message that arrives now.

The order is routing's: the urgent first, then the largest age over target. So a class with a longer target loses its
place to who arrives when it has waited for a while, and one with a shorter target overtakes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from switchboard.estimate.decay import Tally
from switchboard.estimate.statistics import Rates
from switchboard.hours import Timeline
from switchboard.policy import Priority

NOW = "now"
"""The item of what a queue looks like: sums over what waits in it by priority, and who is there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation waits, and since when."""

    queue: str
    priority: Priority
    since: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What waits of a priority in a queue, as sums that additions keep: how many, and their seconds since 1970."""

    count: float = 0.0
    since: float = 0.0

    def without(self, since: datetime) -> "Line":
        """The others in it."""
        return Line(self.count - 1, self.since - since.timestamp()) if self.count > 1 else Line()

    def age(self, table: Timeline, now: datetime) -> float:
        """Business seconds that its first has waited: in an even line twice what all of it has on average."""
        if self.count <= 0:
            return 0.0
        at = now.timestamp()
        oldest = min(2 * self.since / self.count - at, at)
        return table.business(at) - table.business(oldest)


def moved(before: Place | None, after: Place | None) -> tuple[Tally, ...]:
    """What it adds that a conversation waits elsewhere now, or not any more."""
    if before == after:
        return ()
    left = [_counted(before, -1)] if before else []
    return (*left, *([_counted(after, 1)] if after else []))


def _counted(place: Place, times: int) -> Tally:
    named = {f"waiting_{place.priority}": times, f"since_{place.priority}": times * place.since.timestamp()}
    return Tally(place.queue, NOW, named)


def line(sums: Mapping[str, float], priority: Priority) -> Line:
    """Read a priority's line from the sums of its queue; never below none, whatever an interrupted count left."""
    count = sums.get(f"waiting_{priority}", 0.0)
    return Line(count, sums.get(f"since_{priority}", 0.0)) if count > 0 else Line()


def recounted(queue: str, priority: Priority, sums: Mapping[str, float], waiting: Iterable[datetime]) -> Tally | None:
    """What corrects a line's sums by those who really wait in it; None where there is nothing to correct.

    A conversation that is just on its way into the sums, or out of them, makes a difference that corrects itself. So
    only that much is corrected which the count before this one missed as well; `missed` keeps it for the next.
    """
    since = [at.timestamp() for at in waiting]
    had, had_since = sums.get(f"waiting_{priority}", 0.0), sums.get(f"since_{priority}", 0.0)
    missing, before = len(since) - had, sums.get(f"missed_{priority}", 0.0)
    lasting = min(missing, before, key=abs) if missing * before > 0 else 0.0
    count = had + lasting
    mean = sum(since) / len(since) if since else 0.0
    amounts = {
        f"waiting_{priority}": lasting,
        f"since_{priority}": round(max(count, 0.0) * mean - had_since, 3) if since or count <= 0 else 0.0,
        f"missed_{priority}": missing - lasting - before,
    }
    changed = {name: amount for name, amount in amounts.items() if amount}
    return Tally(queue, NOW, changed) if changed else None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a queue looks like at an arrival, the arrival itself excluded.

    `ages` are of the longest waiting of each priority, in business seconds. `free` and `online` are slots of those who
    are there: `free` of those who take this queue's messages at once, `online` all that the plan counts.
    """

    waiting: Mapping[Priority, float]
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


def older(priority: Priority, age: float, backlog: Backlog, targets: Mapping[Priority, float]) -> Backlog:
    """The backlog that is left for a message which has waited for `age` business seconds itself.

    Whoever is to be served before it has waited longer relative to their target; ages are spread evenly in each line.
    """
    waiting = {}
    for other, count in backlog.waiting.items():
        as_old = age * targets[other] / targets[priority]
        oldest = backlog.ages.get(other, 0.0)
        is_first = as_old <= 0 or (other is Priority.URGENT and other is not priority)
        waiting[other] = count if is_first else count * max(0.0, 1 - as_old / oldest) if oldest > 0 else 0.0
    return replace(backlog, waiting=waiting)
