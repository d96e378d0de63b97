"""A simulated week under the router and under simpler ways, at loads of 80, 97 and 120 %.

The traffic is made from a seed: customers by day and night as they really write (a morning and an afternoon peak),
agents in two shifts; work is answered in opening hours only. Every way sees the same customers and the same agents,
who take as long whatever the way. Under the router the lowest class must wait no longer than `week_bound` says: the
exit code is 1 if any message did. Each load is drawn as `results/week-80.svg` and so on.
"""

import math
import random
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bench.report import RESULTS, save, show_table
from bench.week_bound import Bounded, Capacity, bounds, capacity_of, discounted_load
from bench.week_plot import Spread, Way, draw
from sandbox.progress import step
from switchboard.decisions import Seen
from switchboard.policy import Policy, Priority
from switchboard.routing import Case, Choice, Lane, Presence, Waiting, objection
from switchboard.whatif.figures import Figures, of_run, spoken
from switchboard.whatif.model import Discipline, Outcome, Run, simulate
from switchboard.whatif.traffic import Effort, Job, Traffic
from tests.decided import policy

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SUNDAY = MONDAY + timedelta(days=7)
LOADS = (0.80, 0.97, 1.20)
SHIFTS = ((9, 18, 6), (11, 18, 4))
"""From, to (hours of working days), and how many agents."""
UNITS, ANSWER, HOLD = 3, 4.0, 12.0
"""Conversations at a time per agent, and medians in minutes: until the answer, and until the slot is free."""
SPREAD = 0.7
"""Of the logarithm of a duration: a tenth takes more than twice the median."""
CLASSES = {Priority.URGENT: 4, Priority.HIGH: 16, Priority.NORMAL: 65, Priority.LOW: 15}
BY_NIGHT = 0.05
"""The share that comes at any hour."""
EVERY = timedelta(minutes=15)
_WEEKS = 20
_ORDER = {priority: n for n, priority in enumerate(Priority)}


def main() -> int:
    """Play each way at each load, show, draw, save; returns 1 if the lowest class waited longer than it can."""
    found, broken = {}, 0
    for load in LOADS:
        made, known = traffic(load), policy()
        with step(f"{load:.0%} load, {len(made.jobs):,} waits"):
            runs = {name: simulate(made, known, discipline=way) for name, way in WAYS.items()}
        figures = [of_run(name, run, known, SUNDAY) for name, run in runs.items()]
        lowest = list(lowest_class(runs["switchboard"].outcomes, known))
        broken += sum(one.waited > one.bound for one in lowest)
        _show(load, figures)
        _show_lowest(load, runs, lowest, known)
        _draw(load, runs, figures, max(one.bound for one in lowest), known)
        worst = max(lowest, key=lambda one: one.waited)
        found[f"{load:.0%}"] = {one.title: _told(one) for one in figures} | {
            "lowest class": {"longest hours": worst.waited, "its bound": worst.bound, "broken": broken}
        }
    save("week", found)
    return 1 if broken else 0


def lowest_class(outcomes: Sequence[Outcome], known: Policy, until: datetime = SUNDAY) -> Iterator[Bounded]:
    """The waits of the lowest class under the router, each with its bound."""
    return bounds(outcomes, known, "support", _capacity(), MONDAY, until)


def _capacity() -> Capacity:
    """Slots by business time, for weeks on end, so that no bound lies beyond."""
    opens, closes = min(since for since, _, _ in SHIFTS), max(until for _, until, _ in SHIFTS)
    day = [(3600.0, _slots(hour)) for hour in range(opens, closes)]
    return capacity_of(day * 5 * _WEEKS)


def _slots(hour: int) -> float:
    return float(sum(agents for since, until, agents in SHIFTS if since <= hour < until) * UNITS)


def traffic(load: float, seed: int = 1) -> Traffic:
    """A week's customers and agents; `load` is the share of the agents' time that the work takes."""
    chance = random.Random(seed)  # noqa: S311  # a week that comes again, not secrecy
    hours = sum((until - since) * agents for since, until, agents in SHIFTS) * 5
    mean = HOLD * math.exp(SPREAD**2 / 2) / 60
    jobs = [_job(number, at, chance) for number, at in enumerate(_arrivals(round(load * hours * UNITS / mean), chance))]
    return Traffic(since=MONDAY, until=SUNDAY, jobs=tuple(jobs), shifts=tuple(sorted(_shifts(), key=lambda s: s.at)))


def _arrivals(count: int, chance: random.Random) -> list[datetime]:
    """Working days, most between nine and six, with peaks at ten and at three; a twentieth comes by night."""
    found = []
    for _ in range(count):
        hour = chance.uniform(0, 24) if chance.random() < BY_NIGHT else chance.gauss(chance.choice((10.5, 15.0)), 1.6)
        at = MONDAY + timedelta(days=chance.randrange(5), hours=min(max(hour, 0), 23.99))
        found.append(at.replace(microsecond=0))
    return sorted(found)


def _job(number: int, at: datetime, chance: random.Random) -> Job:
    slow = math.exp(chance.gauss(0, SPREAD))
    return Job(
        thread=f"acme-sms.c{number}",
        number=1,
        since=at,
        account="acme-sms",
        channel="sms",
        lane=Lane("support", (), chance.choices(list(CLASSES), list(CLASSES.values()))[0]),
        effort=Effort(timedelta(minutes=ANSWER * slow), timedelta(minutes=HOLD * slow)),
    )


def _shifts() -> Iterator[Seen]:
    for day in range(5):
        for n, (since, until, agents) in enumerate(SHIFTS):
            for agent in range(agents):
                for hour, presence in ((since, Presence.ONLINE), (until, Presence.AWAY)):
                    yield Seen(
                        agent_id=f"agent{n}{agent}",
                        at=MONDAY + timedelta(days=day, hours=hour),
                        presence=presence,
                        queues=("support",),
                        skills=(),
                        units=UNITS,
                    )


# -- simpler ways ---------------------------------------------------------------------------------


def first_come(heads: Iterable[Waiting], _policy: Policy, _now: datetime) -> list[Waiting]:
    """Whoever wrote first."""
    return sorted(heads, key=lambda waiting: (waiting.since, waiting.thread))


def strictly(heads: Iterable[Waiting], _policy: Policy, _now: datetime) -> list[Waiting]:
    """The more pressing class first, whatever the others have waited."""
    return sorted(heads, key=lambda waiting: (_ORDER[waiting.lane.priority], waiting.since, waiting.thread))


def in_turn(case: Case) -> Choice:
    """Round robin: whoever got something longest ago, however busy they are."""
    able = [agent for agent in case.candidates if objection(agent, case) is None]
    able.sort(key=lambda agent: (agent.idle_since or case.at, agent.agent_id))
    return Choice(tuple(agent.agent_id for agent in able), ())


WAYS = {
    "switchboard": Discipline(),
    "first come, first served": Discipline(order=first_come),
    "strict priority": Discipline(order=strictly),
    "round robin": Discipline(order=first_come, choose=in_turn),
    "every 15 minutes": Discipline(order=first_come, every=EVERY),
}


def _show(load: float, figures: list[Figures]) -> None:
    head = (
        "",
        *(f"{priority}: {name}" for priority in Priority for name in ("90% within", "missed")),
        "all missed",
        "worst",
    )
    rows = [
        (
            one.title,
            *(
                cell
                for priority in Priority
                for cell in (spoken(one.waits[priority].quantile(0.9)), f"{one.waits[priority].missed_share:.1%}")
            ),
            f"{one.all.missed_share:.1%}",
            f"{_worst(one):.1f}",
        )
        for one in figures
    ]
    show_table(f"{load:.0%} load, business time until the answer", head, rows)


def _show_lowest(load: float, runs: Mapping[str, Run], lowest: Sequence[Bounded], known: Policy) -> None:
    rows = [
        (name, max(_hours(one, one.assigned_at, known) for one in run.outcomes if one.lane.priority is Priority.LOW))
        for name, run in runs.items()
    ]
    worst = max(lowest, key=lambda one: one.waited)
    shares = {priority: weight / sum(CLASSES.values()) for priority, weight in CLASSES.items()}
    discounted = discounted_load(shares, known.queues["support"].targets, load)
    show_table(f"{load:.0%} load, the lowest class's longest wait for an agent, business hours", ("", "hours"), rows)
    print(f"\n  Under switchboard it could be {worst.bound:.1f}: {discounted:.0%} of the capacity can overtake it.")
    print(
        f"  Longest of all bounds {max(one.bound for one in lowest):.1f}; waits are {_tightness(lowest):.0%} of theirs."
    )


def _tightness(lowest: Sequence[Bounded]) -> float:
    return sum(one.waited for one in lowest) / (sum(one.bound for one in lowest) or 1)


def _hours(outcome: Outcome, until: datetime | None, known: Policy) -> float:
    """Business hours since it came; of what still waits, until the week's end."""
    ended = until if until and until < SUNDAY else SUNDAY
    return known.hours_of("support").elapsed(outcome.job.since, ended).total_seconds() / 3600


def _draw(load: float, runs: Mapping[str, Run], figures: Sequence[Figures], bound: float, known: Policy) -> None:
    ways = [
        Way(one.title, {str(p): _spread(run, p, one, known) for p in Priority}, _backlog(run.outcomes))
        for (run, one) in zip(runs.values(), figures, strict=True)
    ]
    RESULTS.mkdir(exist_ok=True)
    picture = draw(f"A week at {load:.0%} load", ways, bound)
    path = RESULTS / f"week-{load * 100:.0f}.svg"
    path.write_text(picture, encoding="utf-8")
    print(f"  → {path.relative_to(RESULTS.parents[1])}")


def _spread(run: Run, priority: Priority, figures: Figures, known: Policy) -> Spread:
    hours = sorted(_hours(one, one.answered_at, known) for one in run.outcomes if one.lane.priority is priority)
    half, most = (hours[int(level * (len(hours) - 1))] for level in (0.5, 0.9))
    return Spread(half, most, hours[-1], figures.waits[priority].missed_share)


def _backlog(outcomes: Sequence[Outcome]) -> list[tuple[float, int]]:
    """How many waited for an agent, each hour of the week."""
    came = sorted(one.job.since for one in outcomes)
    taken = sorted(one.assigned_at for one in outcomes if one.assigned_at)
    hours = (MONDAY + timedelta(hours=hour) for hour in range(7 * 24 + 1))
    return [((at - MONDAY) / timedelta(hours=1), bisect_right(came, at) - bisect_right(taken, at)) for at in hours]


def _worst(figures: Figures) -> float:
    """Of the class that fares worst, what 99 % were answered within, in targets: how unfair it gets."""
    known = policy()
    late = ((waits.quantile(0.99) or 0.0, priority) for priority, waits in figures.waits.items())
    return max(seconds / known.target("support", priority).total_seconds() for seconds, priority in late)


def _told(figures: Figures) -> dict[str, dict[str, float | int | None]]:
    classes = {**{str(priority): waits for priority, waits in figures.waits.items()}, "all": figures.all}
    return {
        name: {
            "waits": waits.count,
            "p50 seconds": waits.quantile(0.5),
            "p90 seconds": waits.quantile(0.9),
            "missed": round(waits.missed_share, 4),
        }
        for name, waits in classes.items()
    } | {"worst": {"targets": round(_worst(figures), 2)}}


if __name__ == "__main__":
    sys.exit(main())
