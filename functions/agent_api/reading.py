"""The agents' API: what the caller has read, and what they have begun to write."""

from functions.agent_api import reading_views as views
from functions.agent_api.edge import Tag
from functions.agent_api.operations import operation
from switchboard import wiring
from switchboard.bookmark import Draft
from switchboard.flows import reading
from switchboard.flows.desk import Caller


@operation("PUT", "/conversations/{conversation_id}/read")
def put_read(who: Caller, conversation_id: str, said: views.ReadBody) -> views.ReadView:
    """Say that one has read a conversation, as it is or until a message's time; an earlier one makes it unread."""
    return views.ReadView(unread=reading.mark_read(who, conversation_id, said.until, wiring.board()))


@operation("PUT", "/conversations/{conversation_id}/draft")
def put_draft(who: Caller, conversation_id: str, seen: Tag, said: views.DraftBody) -> views.DraftTagView:
    """Keep what one has begun to write; an empty draft is none."""
    return views.DraftTagView.of(reading.keep_draft(who, conversation_id, said.draft, seen, wiring.board()))


@operation("DELETE", "/conversations/{conversation_id}/draft")
def delete_draft(who: Caller, conversation_id: str, seen: Tag) -> views.DraftTagView:
    """Give up what one has begun to write."""
    return views.DraftTagView.of(reading.keep_draft(who, conversation_id, Draft(), seen, wiring.board()))


@operation("GET", "/me/drafts")
def get_drafts(who: Caller, asked: views.DraftsQuery) -> views.DraftsView:
    """Where the caller has begun to write something, the newest first, page by page."""
    found, cursor = reading.drafts(who, asked.cursor, asked.limit, wiring.board())
    return views.DraftsView(items=tuple(map(views.DraftedView.with_draft, found)), cursor=cursor)
