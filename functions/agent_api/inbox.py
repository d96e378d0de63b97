"""The agents' API: lists of conversations, search in them, and the live floor."""

from functions.agent_api import reading_views, views
from functions.agent_api.operations import operation
from switchboard import wiring
from switchboard.flows import floor, inbox, reading
from switchboard.flows.desk import Caller
from switchboard.flows.inbox import Filters, Page


@operation("GET", "/conversations")
def get_conversations(who: Caller, asked: views.ConversationsQuery) -> reading_views.ConversationPageView:
    """A view's conversations, page by page."""
    names = ("queue", "channel", "priority", "tag", "status", "owner")
    filters = Filters(**{name: getattr(asked, name) for name in names})
    return _shown(who, inbox.browse(who, asked.view, filters, asked.cursor, asked.limit, wiring.board()))


@operation("POST", "/search")
def post_search(who: Caller, asked: views.SearchBody) -> reading_views.ConversationPageView:
    """Conversations of a customer, or in which something was said."""
    filters = Filters(queue=asked.queue, channel=asked.channel, status=asked.status)
    page = inbox.search(who, asked.customer, asked.text, filters, asked.cursor, asked.limit, wiring.board())
    return _shown(who, page)


def _shown(who: Caller, page: Page) -> reading_views.ConversationPageView:
    kept = reading.kept(who, page.conversations, wiring.board())
    return reading_views.ConversationPageView(items=tuple(map(reading_views.ListedView.made, kept)), cursor=page.cursor)


@operation("GET", "/queues")
def get_queues(who: Caller) -> views.QueuesView:
    """The caller's queues, or all for a lead: what waits in each, since when, and how promises turned out."""
    return views.QueuesView(items=tuple(map(views.QueueView.of, floor.survey(who, wiring.board()))))


@operation("GET", "/queues/{queue}/agents")
def get_team(who: Caller, queue: str, asked: views.TeamQuery) -> views.TeamView:
    """Who answers in a queue, page by page: presence and load."""
    return views.TeamView.of(floor.team(who, queue, asked.cursor, asked.limit, wiring.board()))
