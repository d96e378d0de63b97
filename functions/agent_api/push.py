"""The agents' API: what a console needs to be told things, and to find out what it missed. docs/push.md says how."""

from datetime import datetime
from http import HTTPStatus

from pydantic import Field

from functions.agent_api.operations import operation
from functions.agent_api.views import Query, View
from switchboard import wiring
from switchboard.flows import consoles
from switchboard.flows.desk import Caller


class TicketView(View):
    """Opens one connection: `url` + `?ticket=` + `ticket`."""

    ticket: str
    url: str
    expires_at: datetime


class ChangeView(View):
    """All that happened to a conversation: kinds of events, and when. `queue` is whose view it is in; null is mine."""

    conversation_id: str
    queue: str | None
    events: dict[str, datetime]


class FeedQuery(Query):
    """`GET /agent/feed`."""

    cursor: str = Field(default="", max_length=1000, description="of the answer before; empty to begin")
    queues: str = Field(default="", max_length=1000, description="queues that one looks at, separated by commas")


class FeedView(View):
    """What happened since a cursor, and the next one. With `reset` load everything anew: the feed can't say."""

    cursor: str
    reset: bool
    changes: list[ChangeView]


@operation("POST", "/push/ticket", status=HTTPStatus.CREATED)
def post_ticket(who: Caller) -> TicketView:
    """A ticket for one connection, within half a minute."""
    text = wiring.new_ticket()
    ticket = consoles.issue(who, text, wiring.board(), wiring.consoles())
    return TicketView(ticket=text, url=wiring.setting("PUSH_URL"), expires_at=ticket.expires_at)


@operation("GET", "/feed")
def get_feed(who: Caller, asked: FeedQuery) -> FeedView:
    """What happened since a cursor, to the caller's conversations and in some queues."""
    queues = [queue for queue in asked.queues.split(",") if queue]
    missed = consoles.catch_up(who, asked.cursor, queues, wiring.board(), wiring.consoles())
    changes = [
        ChangeView(conversation_id=one.conversation_id, queue=one.queue, events=dict(one.events))
        for one in missed.changes
    ]
    return FeedView(cursor=missed.cursor, reset=missed.reset, changes=changes)
