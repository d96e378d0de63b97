"""The live floor: how long each queue's lines are and how its promises turned out, and who is there.

What is read grows with the policy's queues and lanes, not with the backlog, and with the page of a team.
"""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from switchboard.errors import UnfitError
from switchboard.estimate.coverage import DAYS
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.flows.inbox import queues_of
from switchboard.policy import Priority
from switchboard.ports import Stop
from switchboard.routing import Agent

COUNTED = 100
"""Conversations counted per lane: a line that is longer has `is_more`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A queue's lines of one priority: how many wait, or more, and since when the oldest."""

    priority: Priority
    count: int
    is_more: bool
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue now. `promised` first answers were due lately, `kept` of them came in time."""

    queue: str
    is_open: bool
    waiting: tuple[Standing, ...]
    promised: int
    kept: int


@dataclass(frozen=True, slots=True)
class Team:
    """A page of a queue's agents, by id. `cursor` asks for what follows; None where that is nothing."""

    agents: list[Agent]
    cursor: str | None


def survey(caller: Caller, board: Board) -> list[QueueState]:
    """The caller's queues; a lead's are all."""
    return [_look(queue, board) for queue in queues_of(caller, None, board)]


def _look(queue: str, board: Board) -> QueueState:
    now = board.clock()
    lanes = board.queues.lanes(queue)
    lines = {lane: board.conversations.walk(lane, None, COUNTED) for lane in lanes}
    covered = board.estimates.coverage(queue, now, DAYS)
    return QueueState(
        queue=queue,
        is_open=board.policy.hours_of(queue).is_open(now),
        waiting=tuple(
            _standing(priority, [stops for lane, stops in lines.items() if lane.priority is priority])
            for priority in Priority
        ),
        promised=sum(one.count for one in covered),
        kept=sum(one.kept for one in covered),
    )


def _standing(priority: Priority, lines: list[list[Stop]]) -> Standing:
    return Standing(
        priority,
        count=sum(map(len, lines)),
        is_more=any(len(stops) == COUNTED for stops in lines),
        oldest=min((stops[0].at for stops in lines if stops), default=None),
    )


def team(caller: Caller, queue: str, cursor: str | None, limit: int, board: Board) -> Team:
    """Who answers in a queue of the caller's; raises `UnfitError` for a cursor that is none."""
    queues_of(caller, queue, board)
    after = _decode(cursor) if cursor else None
    agents = board.agents.members(queue, after, limit)
    return Team(agents, _encode(agents[-1].agent_id) if len(agents) == limit else None)


def colleagues(caller: Caller, cursor: str | None, limit: int, board: Board) -> Team:
    """Who is in one of the caller's queues, themselves included; a lead's are all. Raises `UnfitError` as above."""
    after = _decode(cursor) if cursor else None
    agents = board.agents.colleagues(queues_of(caller, None, board), after, limit)
    return Team(agents, _encode(agents[-1].agent_id) if len(agents) == limit else None)


def _encode(agent_id: str) -> str:
    return urlsafe_b64encode(agent_id.encode()).decode()


def _decode(cursor: str) -> str:
    try:
        return b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except ValueError:
        raise UnfitError("cursor: it is none of this list's: use the one of the page before, or begin anew") from None
