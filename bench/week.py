"""A simulated week under the router and under simpler ways, at loads of 80, 97 and 120 %.

The traffic is made from a seed: customers by day and night as they really write (a morning and an afternoon peak),
agents in two shifts; work is answered in opening hours only. Every way sees the same customers and the same agents,
who take as long whatever the way.
"""

import math
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from bench.report import save, show_table
from sandbox.progress import step
from switchboard.decisions import Seen
from switchboard.policy import Policy, Priority
from switchboard.routing import Case, Choice, Lane, Presence, Waiting, objection
from switchboard.whatif.figures import Figures, of_run, spoken
from switchboard.whatif.model import Discipline, simulate
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
_ORDER = {priority: n for n, priority in enumerate(Priority)}


def main() -> None:
    """Play each way at each load, show, save."""
    found = {}
    for load in LOADS:
        made, known = traffic(load), policy()
        with step(f"{load:.0%} load, {len(made.jobs):,} waits"):
            figures = [of_run(name, simulate(made, known, discipline=way), known, SUNDAY) for name, way in WAYS.items()]
        _show(load, figures)
        found[f"{load:.0%}"] = {one.title: _told(one) for one in figures}
    save("week", found)


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
    main()
