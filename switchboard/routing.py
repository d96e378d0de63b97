"""Which waiting conversation is next, and which agent gets it. Pure: the seed is an argument, the answer replays.

Order: the urgent lane first, then the largest age in business time over the target of its priority (Van Mieghem 2003:
it minimises the worst lateness, and nothing starves); last, what is held beyond its counterparty's budget. Agent:
whoever knows the customer if they can, else the less loaded of two drawn at random (Mitzenmacher 2000: safe on stale
information), the longest idle as tie-break.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from switchboard.conversation import Conversation
from switchboard.instant import Instant
from switchboard.policy import Policy, Priority
from switchboard.skills import missing, relaxed, satisfies

DRAWN = 2
"""How many able agents are drawn at random before the least loaded is taken."""
DRAWN_OF_FEW = 3
SMALL_TEAM = 20
"""Below this many free agents one more is drawn: there is less chance in it, and few routers to collide with."""


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
    held: Mapping[str, int] = field(default_factory=dict)
    """Conversations that they hold, by channel."""
    caps: Mapping[str, int] = field(default_factory=dict)
    """How many of a channel they may hold at once, where that isn't the policy's default."""
    presence: Presence = Presence.OFFLINE
    due_at: Instant | None = None
    """When the agent counts as gone, without another heartbeat. Of one who is offline: work may be left to hand on."""
    idle_since: Instant | None = None
    """When the agent last took or gave back work, or came back from being away."""
    shift_until: Instant | None = None
    """When the agent's shift ends, if they said so: no new work shortly before, and none is left with them after."""

    @property
    def load(self) -> float:
        """The busy share of the capacity."""
        return 1 - self.free / self.units if self.units else 1.0


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """A line of conversations that the same agents can take: first come, first served."""

    queue: str
    skills: tuple[str, ...]
    priority: Priority
    held: bool = False
    """A line behind all others, of what is beyond its counterparty's budget of places (`flood`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A waiting conversation as the index shows it; it may be stale."""

    thread: str
    number: int
    lane: Lane
    since: datetime


def lane_of(conversation: Conversation) -> Lane:
    """The line in which a conversation waits."""
    return Lane(conversation.queue, conversation.skills, conversation.priority, conversation.held)


# -- order ----------------------------------------------------------------------------------------


def pressure(waiting: Waiting, policy: Policy, now: datetime) -> float:
    """Age over target, both in business time: 1 is due now."""
    age = policy.hours_of(waiting.lane.queue).elapsed(waiting.since, now)
    return age / policy.target(waiting.lane.queue, waiting.lane.priority)


def rank(heads: Iterable[Waiting], policy: Policy, now: datetime) -> list[Waiting]:
    """The order in which an agent who may take all of these is to be offered them: the same for any order of input."""

    def key(waiting: Waiting) -> tuple[bool, bool, float, datetime, str, int]:
        is_later = waiting.lane.priority is not Priority.URGENT
        late = pressure(waiting, policy, now)
        return (waiting.lane.held, is_later, -late, waiting.since, waiting.thread, waiting.number)

    return sorted(heads, key=key)


# -- who may --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked of whoever takes a conversation, at one moment: the longer it waits, the less."""

    queues: tuple[str, ...]
    """Whose agents may take it: its own queue, then those that it has overflowed into by now."""
    skills: tuple[str, ...]
    """What is still required of the lane's skills."""
    cost: int
    """Units of capacity that it takes."""
    cap: int | None = None
    """Conversations of this channel that an agent without a cap of their own may hold; None for no limit."""
    sticky: timedelta | None = None
    """How long after the customer was with an agent that agent goes first; None is for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that the choice of an agent depends on. Recorded, it replays: `decide(case)` is the same, bit for bit.

    Candidates carry no names: a record of decisions outlives people's time in the team.
    """

    thread: str
    number: int
    lane: Lane
    channel: str
    waiting_since: Instant
    at: Instant
    policy: str
    """The policy's hash."""
    seed: str
    terms: Terms
    candidates: tuple[Agent, ...]
    team: int
    """Agents who were listed as free, counted up to `SMALL_TEAM`."""
    last_agent: str | None = None
    last_agent_at: Instant | None = None
    """When the customer was last with them."""
    passed_over: str | None = None


def cap_of(agent: Agent, case: Case) -> int | None:
    """How many conversations of the case's channel this candidate may hold at once; None for no limit."""
    return agent.caps.get(case.channel, case.terms.cap)


def objection(agent: Agent, case: Case) -> str | None:
    """Why this agent can't take the conversation now; None if they can."""
    if agent.presence is not Presence.ONLINE:
        return f"is {agent.presence}"
    if set(case.terms.queues).isdisjoint(agent.queues):
        return "is not in the queue"
    if lacking := missing(agent.skills, case.terms.skills):
        return f"lacks {', '.join(lacking)}"
    return _fullness(agent, case) or ("just let it lapse" if agent.agent_id == case.passed_over else None)


def _fullness(agent: Agent, case: Case) -> str | None:
    if agent.free < case.terms.cost:
        return "has no free capacity"
    cap = cap_of(agent, case)
    is_capped = cap is not None and agent.held.get(case.channel, 0) >= cap
    return f"has as many of {case.channel} as one may" if is_capped else None


def may_take(agent: Agent, queues: Iterable[str], skills: Iterable[str]) -> bool:
    """Whether an agent belongs to one of the queues and can do what is asked, free or not."""
    return not set(queues).isdisjoint(agent.queues) and satisfies(agent.skills, skills)


def queues_for(lane: Lane, since: datetime, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Whose agents may take what has waited in this lane since then: its own queue first, then where it overflowed."""
    return policy.queues_for(lane.queue, _waited(lane, since, policy, now))


def skills_for(lane: Lane, since: datetime, policy: Policy, now: datetime) -> tuple[str, ...]:
    """What is still asked of whoever takes it."""
    return relaxed(lane.skills, policy.relaxation(lane.queue, _waited(lane, since, policy, now)))


def next_step(lane: Lane, since: datetime, policy: Policy, now: datetime) -> datetime | None:
    """When waiting alone next lets more agents take it; None if it never does."""
    threshold = policy.next_step(lane.queue, _waited(lane, since, policy, now))
    return policy.hours_of(lane.queue).after(since, threshold) if threshold else None


def easiest_skills(lane: Lane, policy: Policy) -> tuple[str, ...]:
    """What is still asked of this lane's agents however long a conversation waits."""
    return relaxed(lane.skills, policy.relaxation(lane.queue, timedelta.max))


def _waited(lane: Lane, since: datetime, policy: Policy, now: datetime) -> timedelta:
    return policy.hours_of(lane.queue).elapsed(since, now)


def terms_of(conversation: Conversation, policy: Policy, now: datetime) -> Terms:
    """What is asked of whoever takes this conversation now."""
    lane, since = lane_of(conversation), conversation.waiting_since or conversation.opened_at
    return Terms(
        queues=queues_for(lane, since, policy, now),
        skills=skills_for(lane, since, policy, now),
        cost=policy.cost(conversation.channel),
        cap=policy.cap(conversation.channel),
        sticky=policy.times.sticky,
    )


def _recorded(agent: Agent, channel: str, policy: Policy) -> Agent:
    """An agent as a case carries them: without a name, and with what their own cap comes to."""
    own = agent.caps.get(channel)
    cap = policy.cap(channel, own) if own is not None else None
    return replace(agent, name="", caps={} if cap is None else {channel: cap})


def case_of(conversation: Conversation, candidates: Sequence[Agent], policy: Policy, seed: str, now: datetime) -> Case:
    """The case of a conversation that waits, with the candidates as they were read."""
    return Case(
        thread=conversation.thread,
        number=conversation.number,
        lane=lane_of(conversation),
        channel=conversation.channel,
        waiting_since=conversation.waiting_since or conversation.opened_at,
        at=now,
        policy=policy.hash,
        seed=seed,
        terms=terms_of(conversation, policy, now),
        candidates=tuple(_recorded(agent, conversation.channel, policy) for agent in candidates),
        team=min(len(candidates), SMALL_TEAM),
        last_agent=conversation.last_agent,
        last_agent_at=conversation.last_agent_at,
        passed_over=conversation.passed_over,
    )


# -- choice ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """Agents to try, best first, and what was said of each that was looked at."""

    order: tuple[str, ...]
    considered: tuple[tuple[str, str], ...]


def decide(case: Case) -> Choice:
    """Rank the candidates for a conversation. The same case gives the same choice, bit for bit."""
    objections = {agent.agent_id: objection(agent, case) for agent in case.candidates}
    able = [agent for agent in case.candidates if objections[agent.agent_id] is None]
    sticky, drawn, rest = _drawn(able, case)
    praise = {agent.agent_id: f"not drawn, {_taken(agent)}" for agent in rest}
    praise |= {agent.agent_id: f"drawn at random, {_taken(agent)}" for agent in drawn}
    praise |= {agent.agent_id: "spoke with the customer last" for agent in sticky}
    said = ((agent.agent_id, objections[agent.agent_id] or praise[agent.agent_id]) for agent in case.candidates)
    return Choice(tuple(agent.agent_id for agent in (*sticky, *drawn, *rest)), tuple(said))


def _drawn(able: Sequence[Agent], case: Case) -> tuple[list[Agent], list[Agent], list[Agent]]:
    """Who knows the customer, the drawn from the least loaded on, and the rest in the order of the draw."""
    sticky = [agent for agent in able if agent.agent_id == case.last_agent and _still_sticks(case)]
    lots = sorted((agent for agent in able if agent not in sticky), key=lambda agent: agent.agent_id)
    random.Random(case.seed).shuffle(lots)  # noqa: S311  # fairness that replays, not secrecy
    count = DRAWN_OF_FEW if case.team < SMALL_TEAM else DRAWN
    return sticky, sorted(lots[:count], key=_business), lots[count:]


def _still_sticks(case: Case) -> bool:
    if case.terms.sticky is None or case.last_agent_at is None:
        return True
    return case.at - case.last_agent_at <= case.terms.sticky


def _business(agent: Agent) -> tuple[float, str, str]:
    return (agent.load, agent.idle_since.isoformat() if agent.idle_since else "", agent.agent_id)


def _taken(agent: Agent) -> str:
    return f"{agent.units - agent.free} of {agent.units} units taken"
