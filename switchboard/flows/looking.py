"""Who looks at a conversation at this moment, and who types there, for those who look at it, too.

Each writes down first that they look, then reads who else does: of two who come at once one sees the other and tells
both. A console that goes without a word lapses, and whoever else looks finds out when they next say that they do.
"""

from dataclasses import dataclass

from switchboard.conversation import split_id
from switchboard.flows.desk import Caller, may_see
from switchboard.ports import Clock, Consoles, Conversations, Reached, Sockets
from switchboard.push import LOOK_REST, MOST_LOOKERS, OPENING, Connection, Look, others

NOT_SEEN = {"type": "refused", "detail": "there is no such conversation, or not for you: look at one of your own lists"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What talking to consoles takes."""

    conversations: Conversations
    consoles: Consoles
    sockets: Sockets
    clock: Clock


def look(connection_id: str, conversation_id: str | None, exchange: Exchange, *, typing: bool) -> str:
    """A console shows a conversation, or none any more; returns what came of it, as a code."""
    connection = exchange.consoles.connection(connection_id)
    if connection is None:
        return "gone"
    before, now = connection.look, exchange.clock()
    after = Look(conversation_id=conversation_id, typing=typing, at=now) if conversation_id else None
    if after and not after.is_due(before):
        return "looks_still"
    if after and not _may_look(connection, after, exchange):
        after = None
        exchange.sockets.post(connection_id, NOT_SEEN)
    if (before or after) and exchange.consoles.look(connection, after):
        _tell_of(connection_id, before, after, exchange)
    return "looks" if after else "looks_away"


def _may_look(connection: Connection, wanted: Look, exchange: Exchange) -> bool:
    """As the API has it: own conversations, and those of the queues that the ticket was for, which are all a lead's.

    Whoever begins or ends to type has just been asked.
    """
    before = connection.look
    if before and before.conversation_id == wanted.conversation_id and wanted.at - before.at < LOOK_REST:
        return True
    try:
        known = exchange.conversations.get(*split_id(wanted.conversation_id))
    except ValueError:
        return False
    return known is not None and may_see(Caller(connection.agent_id), known, connection.queues)


def _tell_of(connection_id: str, before: Look | None, after: Look | None, exchange: Exchange) -> None:
    if before and (after is None or before.conversation_id != after.conversation_id):
        tell(before.conversation_id, exchange)
    if after:
        tell(after.conversation_id, exchange, only=None if after.is_news(before) else connection_id)


def leave(connection_id: str, exchange: Exchange) -> None:
    """A console is gone: those who look at the same conversation are told."""
    connection = exchange.consoles.disconnect(connection_id)
    if connection and connection.look:
        tell(connection.look.conversation_id, exchange)


def tell(conversation_id: str, exchange: Exchange, only: str | None = None) -> None:
    """Tell those who look at a conversation, or only one console, who else does: again if some are found to be gone."""
    now = exchange.clock()
    lookers = exchange.consoles.lookers(conversation_id, MOST_LOOKERS)
    told = [one for one in lookers if one.look and one.look.lasts(now) and only in {None, one.connection_id}]
    gone = [one for one in told if _post(conversation_id, one, lookers, exchange) is Reached.GONE]
    former = [one for one in gone if now - one.connected_at > OPENING]
    for one in former:
        exchange.consoles.disconnect(one.connection_id)
    if former and only is None:
        tell(conversation_id, exchange)


def _post(conversation_id: str, one: Connection, lookers: list[Connection], exchange: Exchange) -> Reached:
    agents = others(lookers, one.agent_id, exchange.clock())
    said = {"type": "looking", "conversation_id": conversation_id, "agents": agents}
    return exchange.sockets.post(one.connection_id, said)
