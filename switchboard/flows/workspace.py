"""What a console needs to know before it shows anything: who one is, and which queues one sees."""

from dataclasses import dataclass

from switchboard.errors import NotFoundError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.routing import Agent


@dataclass(frozen=True, slots=True)
class OpenQueue:
    """A queue, whether it is open now, and the time zone of its hours."""

    queue: str
    is_open: bool
    zone: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """The caller, who is no agent if they only lead, and the queues that they see: theirs, or all for a lead."""

    caller: Caller
    agent: Agent | None
    queues: tuple[OpenQueue, ...]


def workspace(caller: Caller, board: Board) -> Workspace:
    """The caller's, from one read; raises `NotFoundError` for whom no lead has added."""
    agent = board.agents.get(caller.agent_id)
    if agent is None and not caller.is_lead:
        raise NotFoundError("no agent with this sign-in: a lead must add them first")
    names = board.policy.queues if caller.is_lead or agent is None else agent.queues
    return Workspace(caller, agent, tuple(_look(queue, board) for queue in names))


def _look(queue: str, board: Board) -> OpenQueue:
    hours = board.policy.hours_of(queue)
    return OpenQueue(queue, hours.is_open(board.clock()), hours.zone)
