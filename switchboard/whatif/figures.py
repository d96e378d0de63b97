"""A run in figures: answers by class, targets missed, and what each agent did."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from switchboard.policy import Policy, Priority
from switchboard.routing import Lane
from switchboard.whatif.model import Run
from switchboard.whatif.traffic import Traffic

_UNITS = ((3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Waits:
    """How answers of one class did. Seconds are business time; `missed` counts also who still waits past the target."""

    seconds: tuple[float, ...]
    """Of what was answered, in order of size."""
    unanswered: int
    missed: int

    @property
    def count(self) -> int:
        """All who waited."""
        return len(self.seconds) + self.unanswered

    @property
    def missed_share(self) -> float:
        """Missed targets per wait; 0 of none."""
        return self.missed / self.count if self.count else 0.0

    def quantile(self, level: float) -> float | None:
        """What `level` of the answered waited at most; None without answers."""
        if not self.seconds:
            return None
        return self.seconds[min(len(self.seconds) - 1, int(level * len(self.seconds)))]


@dataclass(frozen=True, slots=True)
class Load:
    """What an agent did: conversations taken, and the busy share of their capacity while they were there."""

    taken: int
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """One column of a comparison."""

    title: str
    waits: dict[Priority, Waits]
    loads: dict[str, Load]

    @property
    def all(self) -> Waits:
        """Every class together."""
        waits = self.waits.values()
        seconds = sorted(second for one in waits for second in one.seconds)
        return Waits(tuple(seconds), sum(one.unanswered for one in waits), sum(one.missed for one in waits))


def of_run(title: str, run: Run, policy: Policy, until: datetime) -> Figures:
    """Sum up what a model did; an answer that it schedules past the end was not given."""
    ended = [
        (one.job.since, one.lane, one.answered_at if one.answered_at and one.answered_at < until else None)
        for one in run.outcomes
    ]
    agents = sorted(run.present.keys() | run.taken.keys())
    loads = {agent: Load(run.taken[agent], _share(run.busy[agent], run.present[agent])) for agent in agents}
    return Figures(title, _waits(ended, policy, until), loads)


def of_record(title: str, traffic: Traffic, policy: Policy) -> Figures:
    """Sum up what really was."""
    ended = [(job.since, job.raises[-1][1] if job.raises else job.lane, job.answered_at) for job in traffic.jobs]
    taken: dict[str, int] = defaultdict(int)
    for job in traffic.jobs:
        if job.agent_id:
            taken[job.agent_id] += 1
    loads = {agent: Load(number) for agent, number in sorted(taken.items())}
    return Figures(title, _waits(ended, policy, traffic.until), loads)


def _share(busy: float, present: float) -> float | None:
    return busy / present if present else None


def _waits(
    ended: Iterable[tuple[datetime, Lane, datetime | None]], policy: Policy, until: datetime
) -> dict[Priority, Waits]:
    seconds: dict[Priority, list[float]] = {priority: [] for priority in Priority}
    unanswered, missed = dict.fromkeys(Priority, 0), dict.fromkeys(Priority, 0)
    for since, lane, answered_at in ended:
        waited = policy.hours_of(lane.queue).elapsed(since, answered_at or until)
        if answered_at:
            seconds[lane.priority].append(waited.total_seconds())
        else:
            unanswered[lane.priority] += 1
        missed[lane.priority] += waited > policy.target(lane.queue, lane.priority)
    return {one: Waits(tuple(sorted(seconds[one])), unanswered[one], missed[one]) for one in Priority}


def rows(columns: Sequence[Figures]) -> list[tuple[str, ...]]:
    """A table of classes, each with the runs below each other; the first row is the head."""
    classes: list[tuple[str, list[Waits]]] = [
        *((str(priority), [figures.waits[priority] for figures in columns]) for priority in Priority),
        ("all", [figures.all for figures in columns]),
    ]
    return [
        ("", "", "waits", "half within", "90% within", "missed"),
        *(
            (name if n == 0 else "", columns[n].title, *_cells(one))
            for name, waits in classes
            if any(one.count for one in waits)
            for n, one in enumerate(waits)
        ),
    ]


def agent_rows(columns: Sequence[Figures]) -> list[tuple[str, ...]]:
    """A table of agents, the runs side by side."""
    agents = sorted({agent for figures in columns for agent in figures.loads})
    nothing = Load(0)
    return [
        ("", *(f"{figures.title}" for figures in columns)),
        *((agent, *(_said(figures.loads.get(agent, nothing)) for figures in columns)) for agent in agents),
    ]


def _cells(waits: Waits) -> tuple[str, str, str, str]:
    return f"{waits.count:,}", spoken(waits.quantile(0.5)), spoken(waits.quantile(0.9)), f"{waits.missed_share:.1%}"


def _said(load: Load) -> str:
    share = "" if load.share is None else f" at {load.share:.0%}"
    return f"{load.taken:,} taken{share}"


def spoken(seconds: float | None) -> str:
    """Seconds in the largest unit that they fill; `-` for none."""
    if seconds is None:
        return "-"
    scale, unit = next((pair for pair in _UNITS if seconds >= pair[0]), _UNITS[-1])
    return f"{seconds / scale:.1f}".removesuffix(".0") + f" {unit}"
