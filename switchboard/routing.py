"""Which waiting conversation is next, and which agent gets it. Pure: the seed is an argument, the answer replays.

Order: the urgent lane first, then the largest age in business time over the target of its priority (Van Mieghem 2003:
it minimises the worst lateness, and nothing starves). Agent: the customer's last one if free, else the less loaded of
two drawn at random (Mitzenmacher 2000: safe on stale information), the longest idle as tie-break.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from switchboard.instant import Instant
from switchboard.policy import Policy, Priority

DRAWN = 2
"""How many agents are drawn at random before the less loaded is taken."""


class Presence(StrEnum):
    """What an agent says of themselves, or what a missing heartbeat says for them."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who answers. `units` is the capacity, `free` what is left of it; free is negative after a cap is lowered."""

    agent_id: str
    name: str
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    units: int
    free: int
    presence: Presence = Presence.OFFLINE
    due_at: Instant | None = None
    """When the agent counts as gone, without another heartbeat. Of one who is offline: work may be left to hand on."""
    idle_since: Instant | None = None
    """When the agent last took or gave back work."""


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """A line of conversations that the same agents can take: first come, first served."""

    queue: str
    skills: tuple[str, ...]
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A waiting conversation as the index shows it; it may be stale."""

    thread: str
    number: int
    lane: Lane
    since: datetime


def pressure(waiting: Waiting, policy: Policy, now: datetime) -> float:
    """Age over target, both in business time: 1 is due now."""
    age = policy.hours_of(waiting.lane.queue).elapsed(waiting.since, now)
    return age / policy.target(waiting.lane.queue, waiting.lane.priority)


def rank(heads: Iterable[Waiting], policy: Policy, now: datetime) -> list[Waiting]:
    """The order in which an agent who may take all of these is to be offered them."""

    def key(waiting: Waiting) -> tuple[bool, float, datetime]:
        return (waiting.lane.priority is not Priority.URGENT, -pressure(waiting, policy, now), waiting.since)

    return sorted(heads, key=key)


def may_take(agent: Agent, lane: Lane) -> bool:
    """Whether an agent belongs to a lane's queue and can do what it asks."""
    return lane.queue in agent.queues and set(lane.skills) <= set(agent.skills)


def objection(agent: Agent, lane: Lane, cost: int, passed_over: str | None) -> str | None:
    """Why this agent can't take a conversation of this lane now; None if it can."""
    if agent.presence is not Presence.ONLINE:
        return f"is {agent.presence}"
    if lane.queue not in agent.queues:
        return "is not in the queue"
    if missing := set(lane.skills) - set(agent.skills):
        return f"lacks {', '.join(sorted(missing))}"
    if agent.free < cost:
        return "has no free capacity"
    if agent.agent_id == passed_over:
        return "just let it lapse"
    return None


@dataclass(frozen=True, slots=True)
class Choice:
    """Agents to try, best first, and what was said of each that was looked at."""

    agents: tuple[Agent, ...]
    considered: tuple[tuple[str, str], ...]


def choose(
    candidates: Sequence[Agent], lane: Lane, cost: int, last: str | None, passed_over: str | None, seed: str
) -> Choice:
    """Rank candidates for a conversation. The same arguments give the same answer, bit for bit."""
    objections = {agent.agent_id: objection(agent, lane, cost, passed_over) for agent in candidates}
    able = sorted((agent for agent in candidates if objections[agent.agent_id] is None), key=lambda a: a.agent_id)
    random.Random(seed).shuffle(able)  # noqa: S311  # fairness that replays, not secrecy
    drawn, others = sorted(able[:DRAWN], key=_load), able[DRAWN:]
    order = [*drawn, *others]
    order.sort(key=lambda agent: agent.agent_id != last)
    reasons = {agent.agent_id: _praise(agent, last, agent in drawn) for agent in order}
    considered = tuple((agent.agent_id, objections[agent.agent_id] or reasons[agent.agent_id]) for agent in candidates)
    return Choice(tuple(order), considered)


def _load(agent: Agent) -> tuple[float, str, str]:
    share = 1 - agent.free / agent.units if agent.units else 1.0
    return (share, agent.idle_since.isoformat() if agent.idle_since else "", agent.agent_id)


def _praise(agent: Agent, last: str | None, drawn: bool) -> str:  # noqa: FBT001  # a fact about the agent, not a switch
    if agent.agent_id == last:
        return "spoke with the customer last"
    load = f"{agent.units - agent.free} of {agent.units} units taken"
    return f"drawn at random, {load}" if drawn else f"not drawn, {load}"
