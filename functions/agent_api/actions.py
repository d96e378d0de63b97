"""The agents' API: what people do with a conversation by hand, and opening one."""

from functions.agent_api import views
from functions.agent_api.edge import Key
from functions.agent_api.operations import Made, operation
from functions.agent_api.views import ConversationView, MessageView
from switchboard import wiring
from switchboard.flows import assignments, outreach, remarks, standing
from switchboard.flows.assignments import Target
from switchboard.flows.desk import Caller


@operation("POST", "/conversations")
def post_conversation(who: Caller, once: Key, said: views.OpeningBody) -> Made[ConversationView]:
    """Write to a customer first."""
    known, _, is_new = outreach.begin(who, said.account, said.address, said.text, said.subject, once, wiring.board())
    return Made(ConversationView.of(known), is_new)


@operation("POST", "/conversations/{conversation_id}/assign", leads=True, conditional=True)
def post_assign(who: Caller, conversation_id: str, said: views.AssignBody) -> ConversationView:
    """Give a conversation to an agent."""
    return ConversationView.of(assignments.assign(who, conversation_id, said.agent_id, wiring.board()))


@operation("POST", "/conversations/{conversation_id}/take", conditional=True)
def post_take(who: Caller, conversation_id: str) -> ConversationView:
    """Take over a conversation of one's queues."""
    return ConversationView.of(assignments.take(who, conversation_id, wiring.board()))


@operation("POST", "/conversations/{conversation_id}/transfer", conditional=True)
def post_transfer(who: Caller, conversation_id: str, once: Key, said: views.TransferBody) -> ConversationView:
    """Pass a conversation on to an agent or a queue, with a note."""
    target = Target(agent_id=said.agent_id, queue=said.queue)
    known, _, _ = assignments.transfer(who, conversation_id, target, said.note, once, wiring.board())
    return ConversationView.of(known)


@operation("POST", "/conversations/{conversation_id}/snooze", conditional=True)
def post_snooze(who: Caller, conversation_id: str, said: views.SnoozeBody) -> ConversationView:
    """Put a conversation aside for a while."""
    return ConversationView.of(assignments.snooze(who, conversation_id, said.until, wiring.board()))


@operation("POST", "/conversations/{conversation_id}/reopen", conditional=True)
def post_reopen(who: Caller, conversation_id: str) -> ConversationView:
    """Take up again what was resolved."""
    return ConversationView.of(assignments.reopen(who, conversation_id, wiring.board()))


@operation("POST", "/conversations/{conversation_id}/notes")
def post_note(who: Caller, conversation_id: str, once: Key, said: views.NoteBody) -> Made[MessageView]:
    """Write an internal note."""
    entry, is_new = remarks.note(who, conversation_id, said.text, said.mentions, once, wiring.board())
    return Made(MessageView.of(entry), is_new)


@operation("PUT", "/conversations/{conversation_id}/tags", conditional=True)
def put_tags(who: Caller, conversation_id: str, said: views.TagsBody) -> ConversationView:
    """Replace the tags."""
    return ConversationView.of(remarks.tag(who, conversation_id, said.tags, wiring.board()))


@operation("PUT", "/conversations/{conversation_id}/place", conditional=True)
def put_place(who: Caller, conversation_id: str, said: views.PlaceBody) -> ConversationView:
    """Change queue or priority."""
    return ConversationView.of(remarks.place(who, conversation_id, said.queue, said.priority, wiring.board()))


@operation("PUT", "/conversations/{conversation_id}/spam", conditional=True)
def put_spam(who: Caller, conversation_id: str) -> ConversationView:
    """End it and hold its customer for a spammer."""
    return ConversationView.of(standing.hold(who, conversation_id, "spam", wiring.board()))


@operation("DELETE", "/conversations/{conversation_id}/spam")
def delete_spam(who: Caller, conversation_id: str) -> ConversationView:
    """Its customer is no spammer."""
    return ConversationView.of(standing.lift(who, conversation_id, "spam", wiring.board()))


@operation("PUT", "/conversations/{conversation_id}/block", conditional=True)
def put_block(who: Caller, conversation_id: str) -> ConversationView:
    """End it and block its customer."""
    return ConversationView.of(standing.hold(who, conversation_id, "blocked", wiring.board()))


@operation("DELETE", "/conversations/{conversation_id}/block", leads=True)
def delete_block(who: Caller, conversation_id: str) -> ConversationView:
    """Lift the block."""
    return ConversationView.of(standing.lift(who, conversation_id, "blocked", wiring.board()))
