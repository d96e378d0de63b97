"""Agents' consoles: a ticket, the connection that it opens, what is watched over it, and catching up on what it missed.

Presence has nothing to do with it: an agent is there while their heartbeats come (`desk.set_presence`), connected or
not, and a connection that ends changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field, ValidationError

from switchboard.errors import ForbiddenError
from switchboard.flows import desk
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.flows.looking import Exchange, leave, look
from switchboard.message import Model
from switchboard.ports import Consoles
from switchboard.push import (
    MOST,
    TICKET_LIFE,
    Change,
    Connection,
    Ticket,
    changes,
    cursor_of,
    read_from,
    topic_of,
)

MOST_WATCHED = 20
"""Queues that one console watches."""
LONGEST_ID = 400
"""Characters of a conversation's id, several times those of any."""
PONG = {"type": "pong"}
REFUSED = {
    "type": "refused",
    "detail": 'send {"action": "ping"}, {"action": "watch", "queues": ["…"]}, or {"action": "look", '
    '"conversation_id": "…", "typing": false}',
}


class Said(Model):
    """What a console says over its connection."""

    action: str = Field(max_length=10)
    queues: tuple[str, ...] = Field(default=(), max_length=MOST_WATCHED)
    conversation_id: str | None = Field(default=None, min_length=1, max_length=LONGEST_ID)
    typing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What happened since a cursor, and the next one. With `reset` the feed can't say: load everything anew."""

    cursor: str
    reset: bool
    changes: Sequence[Change] = ()


def queues_of(caller: Caller, board: Board) -> tuple[str, ...]:
    """The queues that somebody may watch: their own, and a lead all; raises `NotFoundError` for a stranger."""
    return tuple(sorted(board.policy.queues)) if caller.is_lead else desk.me(caller, board).queues


def issue(caller: Caller, text: str, board: Board, consoles: Consoles) -> Ticket:
    """Have a random text open one connection for the caller, within half a minute.

    It is as old as what it says: whoever loses a queue from now on has it voided (`end`).
    """
    as_of = caller.as_of or board.clock()
    ticket = Ticket(agent_id=caller.agent_id, queues=queues_of(caller, board), expires_at=as_of + TICKET_LIFE)
    consoles.issue(text, ticket)
    return ticket


def open_console(connection_id: str, ticket: Ticket, at: datetime, consoles: Consoles) -> bool:
    """A handshake with a ticket takes place; whether the ticket is still good.

    The connection is written down before that is asked, and `end` does it the other way round: one sees the other.
    """
    consoles.connect(
        Connection(connection_id=connection_id, agent_id=ticket.agent_id, queues=ticket.queues, connected_at=at)
    )
    voided_at = consoles.voided_at(ticket.agent_id)
    if voided_at is None or ticket.issued_at > voided_at:
        return True
    consoles.disconnect(connection_id)
    return False


def end(agent_id: str, exchange: Exchange, queues: Collection[str] | None = None) -> None:
    """Tell somebody nothing any more over what they opened when other queues were theirs, or at all if none are named.

    Tickets from before open nothing, connections are forgotten, by which nothing is sent over them, and cut off if
    the gateway can be reached. Whose console it still is connects anew, with a ticket for what is theirs now.
    """
    exchange.consoles.void(agent_id, exchange.clock())
    for connection in exchange.consoles.consoles_of(agent_id):
        if queues is None or set(connection.queues) != set(queues):
            leave(connection.connection_id, exchange)
            exchange.sockets.close(connection.connection_id)


def hear(connection_id: str, body: str, exchange: Exchange) -> str:
    """Answer what a console says; returns what that was, as a code."""
    try:
        said = Said.model_validate_json(body)
    except ValidationError:
        said = Said(action="")
    if said.action == "look":
        return look(connection_id, said.conversation_id, exchange, typing=said.typing)
    if said.action == "ping":
        exchange.consoles.hear(connection_id, exchange.clock())
        exchange.sockets.post(connection_id, PONG)
    elif said.action == "watch":
        watching = exchange.consoles.watch(connection_id, said.queues)
        exchange.sockets.post(connection_id, {"type": "watching", "queues": list(watching)})
    else:
        exchange.sockets.post(connection_id, REFUSED)
        return "refused"
    return said.action


def catch_up(caller: Caller, cursor: str, queues: Sequence[str], board: Board, consoles: Consoles) -> Missed:
    """What happened to the caller's conversations, and in these queues, since a cursor: again within the overlap.

    Raises `ForbiddenError` for a queue that isn't theirs.
    """
    if queues and not set(queues) <= set(queues_of(caller, board)):
        raise ForbiddenError("queues: name your own only; GET /agent/me shows which they are")
    now = board.clock()
    begin, following = read_from(cursor, now), cursor_of(now)
    if begin is None:
        return Missed(cursor=following, reset=True)
    found: list[Change] = []
    for topic in [topic_of(agent_id=caller.agent_id), *(topic_of(queue=queue) for queue in queues)]:
        notes = consoles.notes(topic, begin, MOST + 1)
        if len(notes) > MOST:
            return Missed(cursor=following, reset=True)
        found += changes(topic, notes)
    return Missed(cursor=following, reset=False, changes=found)
