"""Each minute: what only time brings, and the repair of whatever an event missed, which is counted."""

from dataclasses import dataclass
from datetime import timedelta

from switchboard.conversation import Status
from switchboard.errors import ConflictError
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, has_room
from switchboard.flows.release import lapse, release_all
from switchboard.routing import Presence

LIMIT = 100
"""Items of a kind handled per sweep. If that many were due there may be more, and another sweep follows at once."""
HEADS = 3
"""Conversations offered per lane: whoever takes one looks for more by themselves."""
SETTLING = timedelta(seconds=10)
"""Younger waits are still in the hands of the event that made them."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did. `repaired` counts conversations that waited although an agent was free: it should stay 0."""

    lapsed: int = 0
    gone: int = 0
    repaired: int = 0


def sweep(board: Board) -> Swept:
    """Lapse leases, lingers and silences; take work from agents who are gone; find waiting work that nobody offered."""
    now = board.clock()
    due, overdue = board.conversations.due(now, LIMIT), board.agents.due(now, LIMIT)
    lapsed = [pair for at in due if (pair := lapse(at, board))]
    for before, after in lapsed:
        if after.status is Status.WAITING:
            find_agent(after, board)
        if before.owner:
            has_room(before.owner, board)
    gone = sum(_let_go(agent_id, board) for agent_id in overdue)
    if LIMIT in {len(due), len(overdue)}:
        board.router_queue.look_again({"due": "more"}, timedelta(0))
    return Swept(lapsed=len(lapsed), gone=gone, repaired=_repair(board))


def _let_go(agent_id: str, board: Board) -> bool:
    """Hand on the work of an agent who went offline or whose heartbeat is overdue, until there is none left.

    Who had work is looked at once more a minute later: an index may not have shown all of it.
    """
    agent = board.agents.get(agent_id)
    if agent is None or agent.due_at is None or agent.due_at > board.clock():
        return False
    is_news = agent.presence is not Presence.OFFLINE
    try:
        if is_news:
            board.agents.mark_gone(agent)
    except ConflictError:
        return False  # a heartbeat came meanwhile
    if not release_all(agent_id, "agent_gone", board):
        board.agents.clear_due(agent)
    return is_news


def _repair(board: Board) -> int:
    repaired = 0
    for queue in board.policy.queues:
        for lane in board.queues.lanes(queue):
            for waiting in board.conversations.heads(lane, HEADS):
                current = board.conversations.get(waiting.thread, waiting.number)
                if current is None or current.status is not Status.WAITING or board.clock() - waiting.since < SETTLING:
                    continue
                repaired += find_agent(current, board, again=False).status is not Status.WAITING
    return repaired
