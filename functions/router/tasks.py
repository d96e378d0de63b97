"""What can lie in the router's queue, and the flow that each calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from switchboard.conversation import Status, split_id
from switchboard.events import ConversationQueued, MessageQuarantined, MessageReceived
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, offer_work
from switchboard.flows.route import route
from switchboard.flows.sweep import sweep
from switchboard.ports import Quarantine


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task, for the log and the metrics."""

    outcome: str
    conversation_id: str | None = None
    metrics: Mapping[str, int] = field(default_factory=dict)


def handle(task: str, detail: Mapping[str, Any], board: Board, quarantine: Quarantine) -> Done:
    """Do one task of the router's queue; raises `ValueError` for one that nobody knows."""
    match task:
        case MessageReceived.DETAIL_TYPE:
            outcome = route(MessageReceived.model_validate(detail), board)
            return Done(outcome, metrics={"Routed": 1})
        case MessageQuarantined.DETAIL_TYPE:
            quarantine.add(MessageQuarantined.model_validate(detail))
            return Done("quarantined", metrics={"Quarantined": 1})
        case ConversationQueued.DETAIL_TYPE:
            queued = ConversationQueued.model_validate(detail)
            return _offer(queued.conversation_id, board, again=True)
        case "dispatch.again":
            return _look_again(detail, board)
        case "sweep.due":
            return _sweep(board)
        case _:
            raise ValueError(f"unknown task {task!r} in the router's queue")


def _look_again(detail: Mapping[str, Any], board: Board) -> Done:
    """The second look at one side of a hand-over, or at what is due."""
    if "conversation_id" in detail:
        return _offer(detail["conversation_id"], board, again=False)
    if "agent_id" in detail:
        return Done(f"{len(offer_work(detail['agent_id'], board))}_taken")
    return _sweep(board)


def _sweep(board: Board) -> Done:
    swept = sweep(board)
    return Done("swept", metrics={"Lapsed": swept.lapsed, "AgentsGone": swept.gone, "Repaired": swept.repaired})


def _offer(conversation_id: str, board: Board, *, again: bool) -> Done:
    known = board.conversations.get(*split_id(conversation_id))
    if known is None or known.status is not Status.WAITING:
        return Done("not_waiting", conversation_id)
    return Done(find_agent(known, board, again=again).status, conversation_id)
