"""The end of an agent's shift: a last call before it, and nothing left with them after it."""

from datetime import datetime, timedelta

from switchboard.errors import RefusedError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, me, set_presence
from switchboard.flows.dispatch import has_room
from switchboard.routing import Agent, Presence

LONGEST_SHIFT = timedelta(hours=24)


def set_shift(caller: Caller, until: datetime | None, board: Board) -> Agent:
    """Say when the caller's shift ends, or that it has no end (None), which also ends a last call.

    Raises `RefusedError` for an end that is over or more than a day away.
    """
    now, before = board.clock(), me(caller, board)
    if until is not None and not now < until <= now + LONGEST_SHIFT:
        raise RefusedError("a shift ends within the next 24 hours: name another time, or null for no end")
    agent = board.agents.set_shift(caller.agent_id, until)
    if agent.presence is Presence.OFFLINE:
        return agent
    present = set_presence(caller, before.presence, board)
    if present.presence is Presence.ONLINE:
        has_room(caller.agent_id, board)
    return board.agents.get(caller.agent_id) or present
