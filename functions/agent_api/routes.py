"""The agents' API: oneself, reading, answering, resolving. What else one does by hand is in actions.py."""

from http import HTTPStatus
from pathlib import Path

from functions.agent_api import reading_views, views
from functions.agent_api.edge import JSON, Answer, Key, api
from functions.agent_api.operations import Made, operation
from functions.agent_api.uploads import completed_by
from switchboard import wiring
from switchboard.flows import desk, files, hindsight, reading, shifts
from switchboard.flows.desk import Caller
from switchboard.flows.limits import limits_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
"""Made by `make docs`, and part of the function's bundle."""


@api.get("/openapi.json")
def get_document() -> Answer:
    """What this API offers, as an OpenAPI document."""
    return Answer(HTTPStatus.OK, JSON, DOCUMENT.read_text("utf-8"))


@operation("GET", "/me")
def get_me(who: Caller) -> views.AgentView:
    """The caller: queues, skills, capacity, presence."""
    return views.AgentView.of(desk.me(who, wiring.board()))


@operation("PUT", "/me/presence")
def put_presence(who: Caller, said: views.PresenceBody) -> views.AgentView:
    """Say online, away or offline; online again is the heartbeat."""
    return views.AgentView.of(desk.set_presence(who, said.presence, wiring.board()))


@operation("PUT", "/me/shift")
def put_shift(who: Caller, said: views.ShiftBody) -> views.AgentView:
    """Say when one's shift ends, or that it has no end."""
    return views.AgentView.of(shifts.set_shift(who, said.until, wiring.board()))


@operation("GET", "/me/conversations")
def get_my_conversations(who: Caller) -> reading_views.ConversationsView:
    """The caller's conversations, the longest waiting first."""
    mine = reading.kept(who, desk.my_conversations(who, wiring.board()), wiring.board())
    return reading_views.ConversationsView(items=tuple(map(reading_views.ListedView.made, mine)))


@operation("GET", "/conversations/{conversation_id}")
def get_conversation(who: Caller, conversation_id: str) -> reading_views.TimelineView:
    """A conversation with its messages, what the caller has begun to write, and what an answer may be."""
    known, entries, chosen = desk.read(who, conversation_id, wiring.board())
    kept = reading.opened(who, known, entries, wiring.board())
    return reading_views.TimelineView.of_all(kept, entries, chosen, limits_of(known, wiring.board()))


@operation("GET", "/conversations/{conversation_id}/why")
def get_why(who: Caller, conversation_id: str, asked: views.WhyQuery) -> views.WhyView:
    """Why a conversation is where it is, in sentences."""
    told = hindsight.why(who, conversation_id, asked.asked, wiring.board())
    return views.WhyView(items=tuple(map(views.SentenceView.of, told)))


@operation("GET", "/conversations/{conversation_id}/messages/{message_id}")
def get_message(who: Caller, conversation_id: str, message_id: str) -> views.WholeMessageView:
    """One message with the whole of its content."""
    entry = desk.read_message(who, conversation_id, message_id, wiring.board())
    return views.WholeMessageView.made(entry, files.whole_of(entry, wiring.raw()))


@operation("GET", "/conversations/{conversation_id}/messages/{message_id}/attachments/{n}")
def get_attachment(who: Caller, conversation_id: str, message_id: str, n: int) -> views.ReleasedView:
    """Where a file can be downloaded for a while, once it may be."""
    entry = desk.read_message(who, conversation_id, message_id, wiring.board())
    is_scanned = bool(wiring.setting("SCAN_MEDIA"))
    return views.ReleasedView.of(files.release(entry, n, wiring.media(), scanned=is_scanned))


@operation("POST", "/conversations/{conversation_id}/replies", conditional=True)
def post_reply(who: Caller, conversation_id: str, once: Key, said: views.ReplyBody) -> Made[views.MessageView]:
    """Answer the customer. The same key again returns the first answer."""
    complete = completed_by(who, said.attachments, said.cc)
    entry, is_new = desk.reply(who, conversation_id, said.text, once, wiring.board(), complete)
    return Made(views.MessageView.of(entry), is_new)


@operation("POST", "/conversations/{conversation_id}/resolve", conditional=True)
def post_resolve(who: Caller, conversation_id: str, said: views.ResolveBody) -> views.ConversationView:
    """End a conversation."""
    resolved = desk.resolve(who, conversation_id, wiring.board(), leave_unanswered=said.leave_unanswered)
    return views.ConversationView.of(resolved)
