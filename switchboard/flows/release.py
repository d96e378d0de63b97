"""Take conversations from agents, and see to both sides of it."""

from dataclasses import replace
from datetime import datetime

from switchboard import conversation as transition
from switchboard.conversation import Conversation, QueuedReason, Status
from switchboard.errors import ConflictError
from switchboard.flows.board import Board
from switchboard.flows.dispatch import due_of, find_agent
from switchboard.routing import Presence


def release_all(agent_id: str, reason: QueuedReason, board: Board) -> int:
    """An agent is gone: whatever they owed goes to the next one. Returns how many conversations they lost."""
    owned = [_release(at, agent_id, reason, board) for at in board.conversations.owned(agent_id)]
    released = [conversation for conversation in owned if conversation]
    for conversation in released:
        if conversation.status is Status.WAITING:
            find_agent(conversation, board)
    return len(released)


def _release(at: tuple[str, int], agent_id: str, reason: QueuedReason, board: Board) -> Conversation | None:
    def attempt() -> Conversation | None:
        known = board.conversations.get(*at)
        agent = board.agents.get(agent_id)
        if known is None or known.owner != agent_id or agent is None or agent.presence is not Presence.OFFLINE:
            return None  # taken from them already, or they are back
        now = board.clock()
        return board.conversations.free(known, transition.release(known, reason, now, board.policy.times.resolve), now)

    return board.settle(attempt)


def lapse(at: tuple[str, int], board: Board) -> tuple[Conversation, Conversation] | None:
    """Do to a conversation what time alone does to it; returns it before and after, or None if nothing was due."""
    known = board.conversations.get(*at)
    now, times = board.clock(), board.policy.times
    after = transition.lapse(known, now, times.lease, times.resolve) if known else None
    if after and after.status is Status.WAITING:
        after = due_of(after, board)
    if known is None:
        return None
    try:
        if after is None:
            if known.check_at and known.check_at <= now and not _waits_for_renewal(known, now):
                board.conversations.save(known, replace(known, check_at=None))  # looked at too soon: it is filed anew
            return None
        refiled = replace(after, check_at=None)
        if known.owner:
            return known, board.conversations.free(known, refiled, now)
        return known, board.conversations.save(known, refiled)
    except ConflictError:
        return None  # somebody just answered, released or resolved it


def _waits_for_renewal(known: Conversation, now: datetime) -> bool:
    """Whether it is due for its promise, which `promises` looks at."""
    return known.promise_due_at is not None and known.promise_due_at <= now
