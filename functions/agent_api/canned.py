"""The agents' API: canned responses, as they are written and as they read in a conversation."""

from functions.agent_api import settings_views as views
from functions.agent_api.edge import Tag
from functions.agent_api.operations import Made, operation
from switchboard import wiring
from switchboard.flows import canned
from switchboard.flows.desk import Caller


@operation("GET", "/canned")
def get_canned(who: Caller, asked: views.CannedQuery) -> views.CannedPageView:
    """Canned responses of the caller's queues, page by page; a lead's are all."""
    found = canned.offered(who, asked.cursor, asked.limit, wiring.board(), wiring.team_settings())
    return views.CannedPageView.of(found)


@operation("GET", "/conversations/{conversation_id}/canned")
def get_canned_here(who: Caller, conversation_id: str, asked: views.CannedQuery) -> views.FilledPageView:
    """Canned responses for one conversation, in its language where there is a text, with the variables filled in."""
    board, settings = wiring.board(), wiring.team_settings()
    return views.FilledPageView.of(canned.filled_in(who, conversation_id, asked.cursor, asked.limit, board, settings))


@operation("POST", "/settings/canned", leads=True)
def post_canned(who: Caller, said: views.NewCannedBody) -> Made[views.CannedView]:
    """Add a canned response. The same again is the one there is."""
    written, is_new = canned.write(who, said.canned(said.shortcut), wiring.board(), wiring.team_settings())
    return Made(views.CannedView.of(written), is_new)


@operation("GET", "/settings/canned/{shortcut}", leads=True)
def get_one_canned(shortcut: str) -> views.CannedView:
    """One as it is written, with its ETag."""
    return views.CannedView.of(canned.one(shortcut, wiring.team_settings()))


@operation("PUT", "/settings/canned/{shortcut}", leads=True)
def put_canned(who: Caller, shortcut: str, seen: Tag, said: views.CannedBody) -> views.CannedView:
    """Replace a canned response. Its shortcut stays."""
    written = canned.rewrite(who, said.canned(shortcut), seen, wiring.board(), wiring.team_settings())
    return views.CannedView.of(written)


@operation("DELETE", "/settings/canned/{shortcut}", leads=True)
def delete_canned(who: Caller, shortcut: str, seen: Tag) -> views.RemovedView:
    """Remove a canned response."""
    canned.remove(who, shortcut, seen, wiring.board(), wiring.team_settings())
    return views.RemovedView(shortcut=shortcut)
