"""Each minute: what only time brings, and the repair of whatever an event missed, which is counted."""

from dataclasses import dataclass, replace
from datetime import timedelta

from switchboard.conversation import Conversation, Status
from switchboard.decisions import seen, unpack
from switchboard.errors import ConflictError
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, has_room
from switchboard.flows.held import fill_all
from switchboard.flows.recount import count_online
from switchboard.flows.release import lapse, release_all
from switchboard.priority import aged
from switchboard.routing import Lane, Presence, terms_of

LIMIT = 100
"""Items of a kind handled per sweep. If that many were due there may be more, and another sweep follows at once."""
HEADS = 25
MISSES = 3
"""Conversations read per lane, and how many that nobody takes end the lane: those behind ask for no less."""
SETTLING = timedelta(seconds=10)
"""Younger waits, and agents who are free for less, are still in the hands of the event that made them so."""
DELAY = timedelta(minutes=2)
"""What waiting alone has brought for less is a sweep's ordinary work."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did. `repaired` counts what had been overlooked, see `_was_overlooked`: it should stay 0.

    `placed` were held, and got a place that had become free without an event.
    """

    lapsed: int = 0
    gone: int = 0
    repaired: int = 0
    placed: int = 0


def sweep(board: Board, *, repair: bool = True) -> Swept:
    """Lapse leases, lingers and silences; take work from agents who are gone; find waiting work that nobody offered.

    Without `repair` only what is due: the rest can wait while the router is behind.
    """
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
    if not repair:
        return Swept(lapsed=len(lapsed), gone=gone)
    placed = fill_all(board)
    return Swept(lapsed=len(lapsed), gone=gone, repaired=_repair(board), placed=placed)


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
            board.decisions.record([seen(replace(agent, presence=Presence.OFFLINE), board.clock())])
            count_online(None, agent_id, board)
    except ConflictError:
        return False  # a heartbeat came meanwhile
    if not release_all(agent_id, "agent_gone", board):
        board.agents.clear_due(agent)
    return is_news


def _repair(board: Board) -> int:
    """Offer the head of each lane once more, and all behind it while they are taken."""
    lanes = [lane for queue in board.policy.queues for lane in board.queues.lanes(queue)]
    rested: set[str] = set()
    return sum(_repair_lane(lane, rested, board) for lane in lanes)


def _repair_lane(lane: Lane, rested: set[str], board: Board) -> int:
    taken, repaired, missed = 0, 0, 0
    heads = board.conversations.heads(lane, HEADS)
    for waiting in heads:
        current = board.conversations.get(waiting.thread, waiting.number)
        if current is None or current.status is not Status.WAITING or board.clock() - waiting.since < SETTLING:
            continue
        if find_agent(current, board, again=False).status is Status.WAITING:
            missed += 1
        else:
            taken += 1
            repaired += _was_overlooked(current, rested, board)
        if missed == MISSES:
            return repaired
    if taken and len(heads) == HEADS:
        board.router_queue.look_again({"due": "more"}, timedelta(0))
    return repaired


def _was_overlooked(waited: Conversation, rested: set[str], board: Board) -> bool:
    """Whether a conversation that just found an agent should have found one before.

    Not if its terms were others a moment ago, because of its waiting or of a new policy; not if the agent has only
    been free for a moment. `rested` are those whom this sweep found free for longer: it gives them more than one.
    """
    now = board.clock()
    if waited.policy != board.policy.hash or aged(waited, board.policy, now):
        return False
    if terms_of(waited, board.policy, now) != terms_of(waited, board.policy, now - DELAY):
        return False
    decision = board.decisions.latest(waited.id)
    if decision is None:
        return False
    rested |= {
        agent.agent_id
        for agent in unpack(decision.case).candidates
        if agent.idle_since is None or now - agent.idle_since >= SETTLING
    }
    return decision.agent_id in rested
