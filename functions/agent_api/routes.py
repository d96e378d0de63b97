"""The agents' API: oneself, reading, answering, resolving; and what leads see. What else one does is in actions.py."""

import base64
from http import HTTPStatus
from urllib.parse import unquote

from functions.agent_api import views
from functions.agent_api.edge import Answer, WrongBodyError, api, body, caller, key, lead, show, show_all
from switchboard import wiring
from switchboard.channels import channel
from switchboard.erasure import is_code
from switchboard.errors import NotFoundError
from switchboard.flows import desk, erasures, files, hindsight, shifts

LONGEST_NUMBER = 3
QUARANTINE_LIMIT = 100
QUARANTINE_PREFIX = "quarantine/"
"""Where bytes lie that may be looked at. Mail stays among mail: it may hold a virus (rule EM-3)."""


@api.get("/me")
def get_me() -> Answer:
    """The caller."""
    return show(views.AgentView.of(desk.me(caller(), wiring.board())))


@api.put("/me/presence")
def put_presence() -> Answer:
    """Say online, away or offline; online again is the heartbeat."""
    said = body(views.PresenceBody).presence
    return show(views.AgentView.of(desk.set_presence(caller(), said, wiring.board())))


@api.put("/me/shift")
def put_shift() -> Answer:
    """Say when one's shift ends, or that it has no end."""
    until = body(views.ShiftBody).until
    return show(views.AgentView.of(shifts.set_shift(caller(), until, wiring.board())))


@api.get("/me/conversations")
def get_conversations() -> Answer:
    """The caller's conversations, the longest waiting first."""
    return show_all(desk.my_conversations(caller(), wiring.board()), views.ConversationView.of)


@api.get("/conversations/<conversation_id>")
def get_conversation(conversation_id: str) -> Answer:
    """A conversation with its messages."""
    return show(views.TimelineView.made(*desk.read(caller(), conversation_id, wiring.board())))


@api.get("/conversations/<conversation_id>/why")
def get_why(conversation_id: str) -> Answer:
    """Why a conversation is where it is, in sentences; `?not=` asks why it wasn't somebody, by name or id."""
    asked = (api.current_event.query_string_parameters or {}).get("not")
    return show_all(hindsight.why(caller(), conversation_id, asked, wiring.board()), views.SentenceView.of)


@api.get("/conversations/<conversation_id>/messages/<message_id>")
def get_message(conversation_id: str, message_id: str) -> Answer:
    """One message with the whole of its content."""
    entry = desk.read_message(caller(), conversation_id, unquote(message_id), wiring.board())
    return show(views.WholeMessageView.made(entry, files.whole_of(entry, wiring.raw())))


@api.get("/conversations/<conversation_id>/messages/<message_id>/attachments/<n>")
def get_attachment(conversation_id: str, message_id: str, n: str) -> Answer:
    """Where a file can be downloaded for a while, once it may be."""
    number = int(n) if n.isascii() and n.isdigit() and len(n) <= LONGEST_NUMBER else -1
    entry = desk.read_message(caller(), conversation_id, unquote(message_id), wiring.board())
    is_scanned = bool(wiring.setting("SCAN_MEDIA"))
    return show(views.ReleasedView.of(files.release(entry, number, wiring.media(), scanned=is_scanned)))


@api.post("/conversations/<conversation_id>/replies")
def post_reply(conversation_id: str) -> Answer:
    """Answer the customer. `Idempotency-Key` is required: the same key again returns the first answer."""
    once, text = key(), body(views.ReplyBody).text
    entry, is_new = desk.reply(caller(), conversation_id, text, once, wiring.board())
    return show(views.MessageView.of(entry), HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.post("/conversations/<conversation_id>/resolve")
def post_resolve(conversation_id: str) -> Answer:
    """End a conversation."""
    leave = body(views.ResolveBody).leave_unanswered
    return show(
        views.ConversationView.of(desk.resolve(caller(), conversation_id, wiring.board(), leave_unanswered=leave))
    )


@api.get("/quarantine/<account>")
def get_quarantine(account: str) -> Answer:
    """What an account received and nobody could understand, the newest first; for leads."""
    lead()
    return show_all(wiring.quarantine().list(account, QUARANTINE_LIMIT), views.QuarantinedView.of)


@api.get("/quarantine/<account>/<quarantine_id>")
def get_quarantined(account: str, quarantine_id: str) -> Answer:
    """One of them with its raw bytes; for leads."""
    lead()
    item = wiring.quarantine().get(account, quarantine_id)
    if item is None:
        raise NotFoundError("nothing of this id is in quarantine")
    is_shown = item.key.startswith(QUARANTINE_PREFIX)
    raw = base64.b64encode(wiring.raw().fetch(item.key)).decode() if is_shown else None
    return show(views.QuarantinedBytesView(**views.QuarantinedView.of(item).model_dump(), raw_base64=raw))


@api.post("/erasures")
def post_erasure() -> Answer:
    """Have a customer erased everywhere; for leads. Asking again is asking once."""
    who, asked = lead(), body(views.ErasureBody)
    if asked.channel not in {account.channel for account in wiring.policy().accounts.values()}:
        raise WrongBodyError("channel: none of our accounts has it")
    address = channel(asked.channel).contact(asked.address)
    taken = erasures.ask_for(address, f"agent:{who.agent_id}", wiring.office())
    return show(views.ErasureView.of(taken), HTTPStatus.ACCEPTED)


@api.get("/erasures/<code>")
def get_erasure(code: str) -> Answer:
    """How far a request got; for leads."""
    lead()
    known = wiring.erasures().get(code) if is_code(code) else None
    if known is None:
        raise NotFoundError("there is no such request")
    return show(views.ErasureView.of(known))
