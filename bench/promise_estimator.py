"""How good are the promises? The estimator in simulated weeks, beside what most products announce.

    python -m bench.promise_estimator --sim simulator.py [--scenario steady …] [--seeds 12] [--first 101]

The simulator is a file of its own, not part of this repository: Python (with numpy) that has `scenarios()` and
`Sim(scenario, seed)` whose `run()` asks estimators to `announce`, tells them what they may `observe`, and leaves both
on its messages; `score(messages, names, scenario)`; and `MovingAverage` and `MovingAverageBT` to compare with. Its
time is seconds since a Monday 00:00. Seeds 1 and 2 are for trying things out; results are of others.
"""

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.report import Points, save, save_points, show_table
from switchboard.estimate.announcement import Bound, Knowledge, announce
from switchboard.estimate.backlog import Backlog, Place, line, moved
from switchboard.estimate.capacity import Capacity, usual_capacity
from switchboard.estimate.lessons import learned_at_arrival, learned_at_assignment, learned_at_reply
from switchboard.estimate.memory import Memory
from switchboard.estimate.spoken import round_up
from switchboard.estimate.statistics import (
    ARRIVALS,
    ARRIVALS_TAU,
    CALIBRATION_TAU,
    PACE,
    PACE_TAU,
    REPLIES,
    REPLIES_TAU,
    STAFFING,
    STAFFING_TAU,
    Calibration,
    Demand,
    Pace,
    ReplyTimes,
    Staffing,
    calibration,
)
from switchboard.hours import Hours, Interval, timeline
from switchboard.policy import Priority

ORDER = "hybrid"
"""The simulator's word for our order: the urgent first, then the largest age over target."""

LEVEL = 0.9
REFRESHED = timedelta(minutes=10)
"""How long a process keeps what it has read of who is usually there."""

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
PRIORITIES = tuple(Priority)
MEASURES = {
    "coverage": "coverage",
    "worst class": "cov_worst_class",
    "pinball, h": "pinball_h",
    "width, h": "width_h",
    "width, business h": "width_bt_h",
    "announced / actual": "ratio_med",
    "bad day": "cov_day_p10",
    "first 48 h": "cold_coverage",
}
_MINUTE, _DAY = 60.0, 86400.0
_DOTS = 700


@dataclass
class Switchboard:
    """The project's estimator with its statistics in memory, in the simulator's terms."""

    hours: Hours
    plans: Sequence[Capacity] | None
    """One per queue; None to do with opening hours and who is there."""
    name: str = "Switchboard"
    memory: Memory = field(default_factory=Memory)
    sums: dict[str, dict[str, float]] = field(default_factory=dict)
    """What waits, by queue."""
    usual: dict[int, tuple[datetime, Staffing]] = field(default_factory=dict)
    told: Bound | None = None
    cpu: float = 0.0

    def announce(self, state: Any) -> float:  # noqa: ANN401  # the simulator's
        began = time.process_time()
        now = instant(state.t)
        bound = announce(
            PRIORITIES[state.k],
            str(state.ch),
            self._backlog(state, now),
            self._capacity(state.q, state.online, now),
            self._knowledge(state.q, state.k, now),
            {each: timedelta(seconds=target) for each, target in zip(PRIORITIES, state.target_bt, strict=True)},
            self.hours,
            LEVEL,
            now,
        )
        self.cpu += time.process_time() - began
        if bound is None:
            raise RuntimeError("the simulator's hours never open again: give it a later end")
        self.told = bound
        state.note.update(told=bound, online=state.online)
        return (bound.at - now).total_seconds()

    def point(self, state: Any) -> float:  # noqa: ANN401  # the simulator's
        told: Bound = state.note["told"]
        return (told.point - instant(state.t)).total_seconds()

    def observe(self, kind: str, seconds: float, message: Any) -> None:  # noqa: ANN401  # the simulator's
        queue, priority, note = str(message.q), PRIORITIES[message.k], message.note[self.name]
        at, arrived, remembered = instant(seconds), instant(message.arr), note["told"].remembered
        place = Place(queue, priority, arrived)
        if kind == "arrive":
            self._move(None, place)
        elif kind in {"start", "abandon"}:
            self._move(place, None)
        if kind == "arrive":
            self.memory.add(learned_at_arrival(queue, priority, note["online"], self.hours, at))
        elif kind == "start" and remembered:
            capacity = self._capacity(message.q, note["online"], at)
            self.memory.add(learned_at_assignment(queue, remembered, arrived, capacity, at))
        elif kind == "respond" and remembered:
            assigned = instant(message.start)
            self.memory.add(
                learned_at_reply(queue, priority, str(message.ch), remembered, arrived, assigned, self.hours, at)
            )

    def _backlog(self, state: Any, now: datetime) -> Backlog:  # noqa: ANN401  # the simulator's
        """As it is deployed: from sums over what waits; whoever finds a free slot is with an agent by then."""
        table, sums = timeline(self.hours, now), self.sums.get(str(state.q), {})
        lines = {priority: line(sums, priority) for priority in PRIORITIES}
        waiting = {priority: one.count for priority, one in lines.items()}
        if state.free > sum(waiting.values()):
            return Backlog({}, {}, 1.0, state.online)
        return Backlog(waiting, {priority: one.age(table, now) for priority, one in lines.items()}, 0.0, state.online)

    def _move(self, before: Place | None, after: Place | None) -> None:
        for tally in moved(before, after):
            sums = self.sums.setdefault(tally.queue, {})
            for name, amount in tally.amounts.items():
                sums[name] = sums.get(name, 0.0) + amount

    def _capacity(self, queue: int, online: float, now: datetime) -> Capacity:
        """As it is deployed: from a roster, else from who was there lately, or is there now."""
        if self.plans is not None:
            return self.plans[queue]
        if queue not in self.usual or now >= self.usual[queue][0]:
            days = [self.memory.read(str(queue), item, STAFFING_TAU, now) for item in STAFFING]
            self.usual[queue] = now + REFRESHED, Staffing.of(days)
        return usual_capacity(self.hours, self.usual[queue][1].seeing(online, now), now)

    def _knowledge(self, queue: int, rank: int, now: datetime) -> Knowledge:
        known = str(queue)
        return Knowledge(
            Pace.of(self.memory.read(known, PACE, PACE_TAU, now)),
            ReplyTimes.of(self.memory.read(known, REPLIES, REPLIES_TAU, now)),
            Demand.of(self.memory.read(known, ARRIVALS, ARRIVALS_TAU, now)),
            Calibration.of(self.memory.read(None, calibration(PRIORITIES[rank]), CALIBRATION_TAU, now)),
        )


@dataclass
class Spoken:
    """What is said of another's bound: the same, rounded up. It is asked right after the other."""

    exact: Switchboard
    name: str = "Switchboard, as spoken"

    def announce(self, state: Any) -> float:  # noqa: ANN401  # the simulator's
        now = instant(state.t)
        if self.exact.told is None:
            raise RuntimeError("nothing was told yet: put this after the estimator that it rounds")
        return (round_up(self.exact.told.at, self.exact.hours, now).at - now).total_seconds()

    def point(self, state: Any) -> float:  # noqa: ANN401  # the simulator's
        return self.exact.point(state) if "told" in state.note else float(state.note["bound"])

    def observe(self, kind: str, seconds: float, message: Any) -> None:  # noqa: ANN401  # the simulator's
        """Nothing: the other one learns."""


def instant(seconds: float) -> datetime:
    """The simulator's time."""
    return MONDAY + timedelta(seconds=seconds)


def make(sim: Any) -> list[Any]:  # noqa: ANN401  # the simulator's
    """Return our estimators for one simulation: with its roster and without, each also as spoken."""
    hours = hours_of(sim.cal)
    planned = Switchboard(hours, [plan_of(capacity) for capacity in sim.cap])
    usual = Switchboard(hours, None, "Switchboard, no roster")
    return [planned, Spoken(planned), usual]


def hours_of(calendar: Any) -> Hours:  # noqa: ANN401  # the simulator's
    """Read the opening hours of the calendar's first week."""
    weekly: list[list[Interval]] = [[] for _ in range(7)]
    corners = list(zip(calendar.T, calendar.B, strict=True))
    for (start, before), (end, after) in pairwise(corners):
        if after > before and start < 7 * _DAY:
            day, since = divmod(start, _DAY)
            weekly[int(day)].append(Interval(int(since / _MINUTE), int((end - day * _DAY) / _MINUTE)))
    return Hours("UTC", tuple(map(tuple, weekly)))


def plan_of(capacity: Any) -> Capacity:  # noqa: ANN401  # the simulator's
    """Read a queue's planned slots."""
    start = MONDAY.timestamp()
    return Capacity(tuple(start + at for at in capacity.T), tuple(capacity.S), tuple(capacity.Ia))


@dataclass(frozen=True)
class Run:
    """One simulation: measures by estimator, CPU milliseconds per announcement, and what was promised to whom."""

    scenario: str
    seed: int
    found: Mapping[str, Mapping[str, float]]
    milliseconds: Mapping[str, float]
    dots: Sequence[tuple[float, float, float]]
    """Day of the scored week, hours promised (as spoken) and hours taken, of the largest class of one queue."""


def run(simulator: Path, name: str, seed: int, order: str) -> Run:
    """Simulate, with the baselines of the same file."""
    file = _load(simulator)
    scenario = replace(file.scenarios()[name], order=order)
    sim = file.Sim(scenario, seed)
    ours = make(sim)
    sim.est = [
        *ours,
        file.MovingAverageBT(sim.cal, n=100, by_class=True, q=LEVEL, name="rolling P90 per class, business time"),
        file.MovingAverage(50, name="moving average of 50"),
    ]
    messages = sim.run()
    names = [each.name for each in sim.est]
    found = file.score(messages, names, scenario)
    cold = file.score(messages, names, scenario, t0=0.0, t1=2 * _DAY)
    for each in names:
        found[each]["cold_coverage"] = cold[each]["coverage"]
    week = scenario.warmup_weeks * 7 * _DAY
    dots = [
        ((message.arr - week) / _DAY, message.note[ours[1].name]["bound"] / 3600, (message.resp - message.arr) / 3600)
        for message in messages
        if message.resp and message.q == 0 and PRIORITIES[message.k] is Priority.NORMAL
        if week <= message.arr < week + 7 * _DAY
    ]
    took = {each.name: each.cpu / len(messages) * 1000 for each in ours if isinstance(each, Switchboard)}
    thin = max(1, len(dots) // _DOTS)
    return Run(name, seed, found, took, dots[::thin])


@lru_cache(maxsize=1)
def _load(path: Path) -> Any:  # noqa: ANN401  # the simulator
    spec = importlib.util.spec_from_file_location("simulator", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file: name the simulator's")
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulator"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Run every scenario and seed in two processes, show, draw, save."""
    asked = _arguments()
    if asked.sim is None:
        print(
            "promise_estimator is skipped: it needs a simulator of a support desk, which is no part of this "
            "repository.\nRun it with --sim FILE, in an environment with numpy and requirements/runtime.txt; "
            "bench/promise_estimator.py says what the file must have.",
            file=sys.stderr,
        )
        return 2
    names = asked.scenario or list(_load(asked.sim).scenarios())
    seeds = range(asked.first, asked.first + asked.seeds)
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for done in _runs(asked.sim, names, seeds, asked.order, asked.processes):
        runs[done.scenario].append(done)
        print(f"\r  {done.scenario} {done.seed} ", end="", file=sys.stderr, flush=True)
    _show(runs)
    for name, of_scenario in runs.items():
        first = min(of_scenario, key=lambda each: each.seed)
        save_points(
            f"promise_estimator_{name}",
            f"{name}, seed {first.seed}: hours to the answer of normal messages over the week",
            _points(first),
        )
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.promise_estimator", description="Simulate our promises.")
    parser.add_argument("--sim", type=Path, help="the simulator, a Python file")
    parser.add_argument("--scenario", nargs="*", help="only these")
    parser.add_argument("--seeds", type=int, default=12, help="how many")
    parser.add_argument("--first", type=int, default=101, help="the first of them")
    parser.add_argument("--order", default=ORDER, help="in which the simulator serves: ours unless you say another")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _runs(simulator: Path, names: Sequence[str], seeds: Sequence[int], order: str, processes: int) -> Iterator[Run]:
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(run, simulator, name, seed, order) for name in names for seed in seeds]
        for job in jobs:
            yield job.result()


def _show(runs: Mapping[str, Sequence[Run]]) -> None:
    every = [each for of_scenario in runs.values() for each in of_scenario]
    estimators = list(every[0].found)
    show_table(
        f"Means of {len(runs)} scenarios and {len(every)} runs",
        ("estimator", *MEASURES),
        [(name, *(f"{_mean(every, name, key):.3f}" for key in MEASURES.values())) for name in estimators],
    )
    for name in estimators[:3]:
        show_table(
            f"{name}, by scenario",
            ("scenario", *MEASURES),
            [
                (scenario, *(f"{_mean(some, name, key):.3f}" for key in MEASURES.values()))
                for scenario, some in runs.items()
            ],
        )
    took = {
        name: round(statistics.median(each.milliseconds[name] for each in every), 3) for name in every[0].milliseconds
    }
    print("\n  CPU per announcement: " + ", ".join(f"{name} {ms:.3f} ms" for name, ms in took.items()))
    kept = {name: {label: _mean(every, name, key) for label, key in MEASURES.items()} for name in estimators}
    by_scenario = {
        scenario: {name: {label: _mean(some, name, key) for label, key in MEASURES.items()} for name in estimators}
        for scenario, some in runs.items()
    }
    save("promise_estimator", {"means": kept, "scenarios": by_scenario, "ms": took, "runs": len(every)})


def _mean(runs: Sequence[Run], name: str, key: str) -> float:
    return round(statistics.fmean(each.found[name][key] for each in runs), 3)


def _points(first: Run) -> Sequence[Points]:
    promised = [(day, promised) for day, promised, _ in first.dots]
    kept = [(day, taken) for day, promised, taken in first.dots if taken <= promised]
    late = [(day, taken) for day, promised, taken in first.dots if taken > promised]
    return [Points("promised", "#3465a4", promised), Points("kept", "#4e9a06", kept), Points("late", "#cc0000", late)]


if __name__ == "__main__":
    sys.exit(main())
