"""What can lie in the router's queue, and the flow that each calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from switchboard.conversation import Status, split_id
from switchboard.events import ConversationQueued, MessageQuarantined, MessageReceived
from switchboard.flood import source_named
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, offer_work
from switchboard.flows.held import fill
from switchboard.flows.recount import recount
from switchboard.flows.route import route
from switchboard.flows.sweep import sweep
from switchboard.ports import Quarantine

BEHIND = timedelta(seconds=30)
"""A queue whose messages wait so long has no time for what can wait."""
SWEPT = timedelta(seconds=30)
"""Sweeps that have piled up in the queue are one sweep: none begins so soon after another."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task, for the log and the metrics."""

    outcome: str
    conversation_id: str | None = None
    metrics: Mapping[str, int] = field(default_factory=dict)


def handle(
    task: str, detail: Mapping[str, Any], board: Board, quarantine: Quarantine, late: timedelta = timedelta(0)
) -> Done:
    """Do one task of the router's queue, which is so late; raises `ValueError` for one that nobody knows."""
    match task:
        case MessageReceived.DETAIL_TYPE:
            outcome = route(MessageReceived.model_validate(detail), board)
            return Done(outcome, metrics={"Routed": 1, **({"Held": 1} if outcome == "held" else {})})
        case MessageQuarantined.DETAIL_TYPE:
            quarantine.add(MessageQuarantined.model_validate(detail))
            return Done("quarantined", metrics={"Quarantined": 1})
        case ConversationQueued.DETAIL_TYPE:
            queued = ConversationQueued.model_validate(detail)
            return _offer(queued.conversation_id, board, again=True)
        case "dispatch.again":
            return _look_again(detail, board, late)
        case "sweep.due":
            is_first = board.queues.begin_sweep(board.clock(), SWEPT)
            return _sweep(board, late) if is_first else Done("swept_already")
        case "recount.due":
            found = recount(board)
            return Done("recounted", metrics={"LinesRecounted": found.lines, "AgentsRecounted": found.agents})
        case _:
            raise ValueError(f"unknown task {task!r} in the router's queue")


def _look_again(detail: Mapping[str, Any], board: Board, late: timedelta) -> Done:
    """The second look at one side of a hand-over, or at what is due."""
    if "conversation_id" in detail:
        return _offer(detail["conversation_id"], board, again=False)
    if "agent_id" in detail:
        return Done(f"{len(offer_work(detail['agent_id'], board))}_taken")
    if "source" in detail:
        return Done("filled", metrics={"Placed": fill(source_named(detail["source"]), board)})
    return _sweep(board, late)


def _sweep(board: Board, late: timedelta) -> Done:
    """Do what time brings; the repair waits while messages do."""
    is_behind = late > BEHIND
    swept = sweep(board, repair=not is_behind)
    counts = {"Lapsed": swept.lapsed, "AgentsGone": swept.gone, "Repaired": swept.repaired, "Placed": swept.placed}
    return Done("swept_due_only" if is_behind else "swept", metrics=counts)


def _offer(conversation_id: str, board: Board, *, again: bool) -> Done:
    known = board.conversations.get(*split_id(conversation_id))
    if known is None or known.status is not Status.WAITING:
        return Done("not_waiting", conversation_id)
    return Done(find_agent(known, board, again=again).status, conversation_id)
