"""Who has a conversation, decided by people: assigned, taken over, passed on, put aside, taken up again.

What a person decides is written whatever the capacity, in one transaction with the units of both sides.
"""

from dataclasses import dataclass
from datetime import datetime

from switchboard import actions
from switchboard.conversation import Conversation, Entry, Status
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find, find_again, holder_of, me, must_be_as_seen
from switchboard.flows.dispatch import find_agent, has_room
from switchboard.flows.places import leave
from switchboard.policy import QueuePolicy
from switchboard.routing import Agent, Presence, lane_of


@dataclass(frozen=True, slots=True)
class Target:
    """Where a conversation is passed on to: an agent, else a queue."""

    agent_id: str | None = None
    queue: str | None = None


def assign(caller: Caller, conversation_id: str, agent_id: str, board: Board) -> Conversation:
    """Give a conversation to an agent: for leads, whoever has it and whatever that agent's queues and capacity are.

    Assigning it twice is assigning it once. Raises `RefusedError` for an agent who is offline.
    """
    if not caller.is_lead:
        raise ForbiddenError("only a lead may assign conversations: take it over yourself, or ask one")
    return _hand(caller, conversation_id, agent_id, board)


def take(caller: Caller, conversation_id: str, board: Board) -> Conversation:
    """Take over a conversation of one's own queues, whoever has it; taking it twice is taking it once."""
    known = find(caller, conversation_id, board)
    if not caller.is_lead and known.queue not in me(caller, board).queues:
        raise ForbiddenError("it is in none of your queues: ask its agent or a lead to transfer it to you")
    return _hand(caller, conversation_id, caller.agent_id, board)


def _hand(caller: Caller, conversation_id: str, agent_id: str, board: Board) -> Conversation:
    def attempt() -> tuple[Conversation, str | None]:
        known = find(caller, conversation_id, board)
        if known.owner == agent_id:
            return known, None
        must_be_as_seen(caller, known)
        present(agent_id, board)
        now = board.clock()
        changed = board.conversations.change(known, _given(known, agent_id, caller, now, board), now)
        leave(known, board)
        return changed, known.owner

    changed, freed = board.settle(attempt)
    if freed:
        has_room(freed, board)
    return changed


def transfer(
    caller: Caller, conversation_id: str, target: Target, text: str, key: str, board: Board
) -> tuple[Conversation, Entry, bool]:
    """Pass a conversation on with a note for whoever gets it; returns both, and whether this call did it.

    In a queue it waits at its age. An agent who is offline gets nothing that nobody would see: `RefusedError`. The same
    key again returns what was done first.
    """

    def attempt() -> tuple[Conversation, Entry, Conversation | None]:
        known = find_again(caller, conversation_id, board)
        now = board.clock()
        note = actions.note(known, f"transfer.{known.number}.{key}", caller.agent_id, text, (), now)
        if written := board.conversations.entry(note.thread, note.id):
            return known, written, None
        if not caller.is_lead and holder_of(known) != caller.agent_id:
            raise ForbiddenError("only its agent or a lead may transfer a conversation: take it over first")
        must_be_as_seen(caller, known)
        after = _passed_on(known, target, caller, now, board)
        return board.conversations.change(known, after, now, note), note, known

    changed, note, before = board.settle(attempt)
    if before is None:
        return changed, note, False
    if changed.status is Status.WAITING:
        changed = find_agent(changed, board)
    if before.owner and before.owner != changed.owner:
        has_room(before.owner, board)
    return changed, note, True


def _passed_on(known: Conversation, target: Target, caller: Caller, now: datetime, board: Board) -> Conversation:
    if target.queue is not None:
        skills = queue_named(target.queue, board).skills
        after = actions.pass_on(known, target.queue, skills, caller.agent_id, now, board.policy.times.lease)
        board.queues.add_lane(lane_of(after))
        return after
    if target.agent_id is None:
        raise UnfitError("name an agent or a queue to transfer it to")
    if target.agent_id == known.owner:
        raise RefusedError("this agent has it already: transfer it to somebody else")
    present(target.agent_id, board)
    return _given(known, target.agent_id, caller, now, board)


def _given(known: Conversation, agent_id: str, caller: Caller, now: datetime, board: Board) -> Conversation:
    policy = board.policy
    cost, hours = policy.cost(known.channel), policy.hours_of(known.queue)
    return actions.assign(known, agent_id, caller.agent_id, now, cost, hours, policy.times)


def snooze(caller: Caller, conversation_id: str, until: datetime, board: Board) -> Conversation:
    """Put a conversation aside until then, or until its customer writes; its agent gets room for another meanwhile."""

    def attempt() -> tuple[Conversation, str | None]:
        known = find(caller, conversation_id, board)
        if not caller.is_lead and holder_of(known) != caller.agent_id:
            raise ForbiddenError("only its agent or a lead may snooze a conversation: take it over first")
        if known.status is Status.SNOOZED and known.due_at == until:
            return known, None
        must_be_as_seen(caller, known)
        now = board.clock()
        after = actions.snooze(known, until, caller.agent_id, now)
        board.queues.add_lane(lane_of(after))
        return board.conversations.change(known, after, now), known.owner

    changed, freed = board.settle(attempt)
    if freed:
        has_room(freed, board)
    return changed


def reopen(caller: Caller, conversation_id: str, board: Board) -> Conversation:
    """Take up again what one resolved, or any as a lead; reopening it twice is reopening it once.

    Only a thread's newest conversation: what the customer writes next belongs there.
    """

    def attempt() -> Conversation:
        known = find(caller, conversation_id, board)
        if known.owner == caller.agent_id:
            return known
        if not caller.is_lead and known.last_agent != caller.agent_id:
            raise ForbiddenError("only its last agent or a lead may reopen a conversation")
        must_be_as_seen(caller, known)
        newest = board.conversations.latest(known.thread)
        if newest and newest.number != known.number:
            raise RefusedError("the customer has a newer conversation: answer them there")
        present(caller.agent_id, board)
        policy, now = board.policy, board.clock()
        cost, hours = policy.cost(known.channel), policy.hours_of(known.queue)
        after = actions.reopen(known, caller.agent_id, now, cost, hours, policy.times)
        return board.conversations.change(known, after, now)

    return board.settle(attempt)


def present(agent_id: str, board: Board) -> Agent:
    """An agent who is there; raises `NotFoundError`, or `RefusedError` for one who is offline."""
    agent = board.agents.get(agent_id)
    if agent is None:
        raise NotFoundError("there is no such agent")
    if agent.presence is Presence.OFFLINE:
        raise RefusedError("this agent is offline: choose one who is there, or transfer it to a queue")
    return agent


def queue_named(queue: str, board: Board) -> QueuePolicy:
    """A queue of the policy; raises `UnfitError`."""
    if queue not in board.policy.queues:
        raise UnfitError(f"queue: there is none of this name: use one of {', '.join(board.policy.queues)}")
    return board.policy.queues[queue]
