"""What is kept of decisions and of what came of them: enough to tell, to replay and to try otherwise. No text.

A claim and its `Decision` are one transaction. What is committed besides (where a conversation was placed, answered,
let go) is derived from the conversations table's stream; agents' comings and goings are noted as they happen.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal, TypeAlias

from pydantic import TypeAdapter

from switchboard.conversation import Conversation, Decision, conversation_id
from switchboard.instant import Instant
from switchboard.policy import Priority
from switchboard.routing import Agent, Case, Presence

KEPT = timedelta(days=90)
NAMED = 12
"""Candidates whose verdicts are kept by name; of further ones only how many there were of each."""


ASKED = "had room and was first"
"""The verdict on an agent who asked for work and was given what was first: nobody was compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A message put a conversation where it is: a new one, one that waits again, or one that is more pressing now.

    `message_id` finds the text, as long as it is kept. `repeats` is left out: it can be read from `reasons`.
    """

    thread: str
    number: int
    revision: int
    at: Instant
    effect: Literal["opened", "returned", "raised"]
    message_id: str
    account: str
    channel: str
    language: str
    queue: str
    priority: Priority
    skills: tuple[str, ...]
    reasons: tuple[str, ...]
    why: tuple[str, ...]
    score: int
    policy: str
    since: Instant
    """The customer's oldest message that waits for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An agent answered what they were given the conversation for; further answers while they hold it are not kept."""

    thread: str
    number: int
    revision: int
    at: Instant
    agent_id: str
    since: Instant
    first: bool
    response_seconds: float
    """Business time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """An agent's slot was given back: `to` is what became of the conversation."""

    thread: str
    number: int
    revision: int
    at: Instant
    agent_id: str
    assigned_at: Instant
    cost: int
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A person gave a conversation to an agent, or took it: nothing was decided."""

    thread: str
    number: int
    revision: int
    at: Instant
    agent_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An agent came, rests or left, with what they could then take."""

    agent_id: str
    at: Instant
    presence: Presence
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    units: int


Step: TypeAlias = Placed | Given | Answered | Freed
"""Something committed in a conversation's life."""
Record: TypeAlias = Decision | Step | Seen


def name_of(record: Decision | Step) -> str:
    """The id of the conversation that a record is about."""
    return conversation_id(record.thread, record.number)


def pack(case: Case) -> str:
    """All that a decision was made from as compact JSON: what is None is left out."""
    return _cases().dump_json(case, exclude_none=True).decode()


def unpack(text: str) -> Case:
    """Return what `pack` wrote; raises `ValueError` for what is none."""
    return _cases().validate_json(text)


@cache
def _cases() -> TypeAdapter[Case]:
    """Built on first use: most functions decide nothing."""
    return TypeAdapter(Case)


def abridge(considered: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, int], ...]]:
    """Return the first verdicts by name and, of all further ones, how many there were of each."""
    beyond = Counter(verdict for _, verdict in considered[NAMED:])
    return tuple(considered[:NAMED]), tuple(sorted(beyond.items()))


def was_asked_for(decision: Decision) -> bool:
    """Whether the agent asked for work, so that nobody was compared."""
    return [verdict for _, verdict in decision.considered] == [ASKED]


def gist(decision: Decision) -> tuple[str, dict[str, int]]:
    """Return what must differ for another "nobody" to be news: the policy, and how many there were of each verdict."""
    verdicts = Counter(verdict for _, verdict in decision.considered)
    verdicts.update(dict(decision.others))
    return decision.policy, dict(verdicts)


def seen(agent: Agent, at: Instant) -> Seen:
    """An agent as of now."""
    return Seen(
        agent_id=agent.agent_id,
        at=at,
        presence=agent.presence,
        queues=agent.queues,
        skills=agent.skills,
        units=agent.units,
    )


def steps_of(before: Conversation | None, after: Conversation, at: Instant) -> Iterator[Step]:
    """Return what a committed change says that decisions need beside them."""
    if effect := _effect(before, after):
        yield _placed(after, at, effect)
    if before is None:
        return
    if after.answers > before.answers and after.answer and _was_given_for_it(before):
        yield Answered(
            thread=after.thread,
            number=after.number,
            revision=after.revision,
            at=at,
            agent_id=after.answer.agent_id,
            since=before.awaiting_since or before.opened_at,
            first=after.answer.first,
            response_seconds=after.answer.response_seconds,
        )
    if before.owner and before.assigned_at and after.owner != before.owner:
        yield Freed(
            thread=after.thread,
            number=after.number,
            revision=after.revision,
            at=at,
            agent_id=before.owner,
            assigned_at=before.assigned_at,
            cost=before.cost,
            to=after.status.value,
        )
    if after.owner and after.owner != before.owner and after.assigned_by:
        yield Given(
            thread=after.thread,
            number=after.number,
            revision=after.revision,
            at=at,
            agent_id=after.owner,
            by=after.assigned_by,
        )


def _was_given_for_it(held: Conversation) -> bool:
    """Whether what is unanswered was said before its agent got the conversation."""
    return bool(held.awaiting_since and held.assigned_at and held.awaiting_since <= held.assigned_at)


def _effect(before: Conversation | None, after: Conversation) -> Literal["opened", "returned", "raised"] | None:
    if before is None:
        return "opened"
    if before.waiting_since is None and after.waiting_since and after.queued_reason == "customer_returned":
        return "returned"
    is_raised = after.priority is not before.priority or after.score > before.score
    return "raised" if is_raised else None


def _placed(after: Conversation, at: Instant, effect: Literal["opened", "returned", "raised"]) -> Placed:
    return Placed(
        thread=after.thread,
        number=after.number,
        revision=after.revision,
        at=at,
        effect=effect,
        message_id=after.heard[-1].message_id if after.heard else "",
        account=after.account,
        channel=after.channel,
        language=after.language,
        queue=after.queue,
        priority=after.priority,
        skills=after.skills,
        reasons=after.reasons,
        why=after.why,
        score=after.score,
        policy=after.policy,
        since=after.awaiting_since or after.opened_at,
    )
