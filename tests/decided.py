"""Cases, decisions and recorded traffic, made from a seed: for replays, models and their benchmarks."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from switchboard.conversation import Decision
from switchboard.decisions import Answered, Freed, Placed, Record, Seen, abridge, pack
from switchboard.policy import Policy, Priority, read_policy
from switchboard.routing import Agent, Case, Lane, Presence, Terms, decide

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SKILLS = ("billing", "returns", "returns:3", "spanish")


def cases(count: int, seed: int = 1) -> Iterator[Case]:
    """Cases of every kind: small teams and large, absent and full agents, skills, caps, last agents."""
    chance = random.Random(seed)
    for number in range(count):
        at = MONDAY + timedelta(seconds=number)
        lane = Lane(
            "support", tuple(sorted(chance.sample(("billing", "returns"), chance.randrange(3)))), Priority.NORMAL
        )
        agents = tuple(_agent(f"agent{n:02d}", chance, at) for n in range(chance.choice((0, 1, 3, 9, 25))))
        yield Case(
            thread=f"acme-sms.c{number}",
            number=1,
            lane=lane,
            channel="sms",
            waiting_since=at - timedelta(seconds=chance.randrange(7200)),
            at=at,
            policy="0123456789ab",
            seed=f"{chance.randrange(10**9)}",
            terms=Terms(
                queues=chance.choice((("support",), ("support", "returns"))),
                skills=lane.skills,
                cost=chance.choice((1, 1, 2)),
                cap=chance.choice((None, 3)),
                sticky=chance.choice((None, timedelta(hours=1))),
            ),
            candidates=agents,
            team=len(agents),
            last_agent=chance.choice((None, "agent01")),
            last_agent_at=at - timedelta(minutes=chance.randrange(120)),
            passed_over=chance.choice((None, "agent02")),
        )


def _agent(agent_id: str, chance: random.Random, at: datetime) -> Agent:
    return Agent(
        agent_id=agent_id,
        name="",
        queues=chance.choice((("support",), ("returns",), ("returns", "support"))),
        skills=tuple(sorted(chance.sample(SKILLS, 2))) if chance.random() < 0.5 else ("billing", "returns"),
        units=6,
        free=chance.randrange(-1, 7),
        held={"sms": chance.randrange(5)},
        presence=chance.choice((Presence.ONLINE, Presence.ONLINE, Presence.ONLINE, Presence.AWAY)),
        idle_since=at - timedelta(milliseconds=chance.randrange(10**7)),
    )


def decided(case: Case) -> Decision:
    """What is recorded of a case whose first choice could be taken."""
    choice = decide(case)
    considered, others = abridge(choice.considered)
    return Decision(
        thread=case.thread,
        number=case.number,
        agent_id=choice.order[0] if choice.order else None,
        at=case.at,
        seed=case.seed,
        policy=case.policy,
        considered=considered,
        others=others,
        order=choice.order,
        case=pack(case),
    )


def policy(**changes: object) -> Policy:
    """One queue, open on working days; `support` has a target per priority."""
    day = ["09:00-18:00"]
    document = {
        "brands": {"acme": {"name": "Acme"}},
        "hours": {"office": {"zone": "UTC", "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), day)}},
        "queues": {
            "support": {"hours": "office", "targets": {"urgent": "10m", "high": "30m", "normal": "2h", "low": "8h"}}
        },
        "accounts": {"acme-sms": {"channel": "sms", "address": "+15550100100", "brand": "acme", "queue": "support"}},
        **changes,
    }
    return read_policy(document)


def traffic(waits: int, agents: int, *, load: float = 0.9, seed: int = 1, units: int = 3) -> Iterator[Record]:
    """A working day's records from 9:00 on: agents come, customers write at random, each was answered when it came.

    `load` is the share of the agents' capacity that the work takes in eight hours.
    """
    chance = random.Random(seed)
    start = MONDAY.replace(hour=9)
    for n in range(agents):
        yield Seen(
            agent_id=f"agent{n:02d}",
            at=start,
            presence=Presence.ONLINE,
            queues=("support",),
            skills=(),
            units=units,
        )
    mean = load * agents * units * 8 * 3600 / waits
    for number in range(waits):
        at = start + timedelta(seconds=round(chance.uniform(0, 8 * 3600), 3))
        yield from _life(number, at, timedelta(seconds=round(chance.expovariate(1 / mean), 3)), chance)


def _life(number: int, at: datetime, hold: timedelta, chance: random.Random) -> Iterator[Record]:
    thread = f"acme-sms.c{number}"
    priority = chance.choices(list(Priority), (5, 20, 65, 10))[0]
    agent = "agent00"
    yield Placed(
        thread=thread,
        number=1,
        revision=1,
        at=at,
        effect="opened",
        message_id=f"SM{number}",
        account="acme-sms",
        channel="sms",
        language="en",
        queue="support",
        priority=priority,
        skills=(),
        reasons=(),
        why=(),
        score=0,
        policy=policy().hash,
        since=at,
    )
    yield Answered(
        thread=thread,
        number=1,
        revision=3,
        at=at + hold / 2,
        agent_id=agent,
        since=at,
        first=True,
        response_seconds=hold.seconds / 2,
    )
    yield Freed(
        thread=thread, number=1, revision=4, at=at + hold, agent_id=agent, assigned_at=at, cost=1, to="resolved"
    )
