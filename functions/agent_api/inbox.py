"""The agents' API: lists of conversations, search in them, and the live floor."""

from functions.agent_api import views
from functions.agent_api.operations import operation
from switchboard import wiring
from switchboard.flows import floor, inbox
from switchboard.flows.desk import Caller
from switchboard.flows.inbox import Filters


@operation("GET", "/conversations")
def get_conversations(who: Caller, asked: views.ConversationsQuery) -> views.ConversationPageView:
    """A view's conversations, page by page."""
    names = ("queue", "channel", "priority", "tag", "status", "owner")
    filters = Filters(**{name: getattr(asked, name) for name in names})
    return views.ConversationPageView.of(
        inbox.browse(who, asked.view, filters, asked.cursor, asked.limit, wiring.board())
    )


@operation("POST", "/search")
def post_search(who: Caller, asked: views.SearchBody) -> views.ConversationPageView:
    """Conversations of a customer, or in which something was said."""
    filters = Filters(queue=asked.queue, channel=asked.channel, status=asked.status)
    return views.ConversationPageView.of(
        inbox.search(who, asked.customer, asked.text, filters, asked.cursor, asked.limit, wiring.board())
    )


@operation("GET", "/queues")
def get_queues(who: Caller) -> views.QueuesView:
    """The caller's queues, or all for a lead: what waits in each, since when, and how promises turned out."""
    return views.QueuesView(items=tuple(map(views.QueueView.of, floor.survey(who, wiring.board()))))


@operation("GET", "/queues/{queue}/agents")
def get_team(who: Caller, queue: str, asked: views.TeamQuery) -> views.TeamView:
    """Who answers in a queue, page by page: presence and load."""
    return views.TeamView.of(floor.team(who, queue, asked.cursor, asked.limit, wiring.board()))
