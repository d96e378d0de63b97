"""The agents' API: what people do with a conversation by hand, and opening one."""

from http import HTTPStatus

from functions.agent_api import views
from functions.agent_api.edge import Answer, api, body, caller, key, show
from switchboard import wiring
from switchboard.conversation import Conversation, Mark
from switchboard.flows import assignments, outreach, remarks, standing
from switchboard.flows.assignments import Target


def _shown(known: Conversation) -> Answer:
    return show(views.ConversationView.of(known))


def _written(*, is_new: bool) -> HTTPStatus:
    return HTTPStatus.CREATED if is_new else HTTPStatus.OK


@api.post("/conversations")
def post_conversation() -> Answer:
    """Write to a customer first."""
    once, said = key(), body(views.OpeningBody)
    known, _, is_new = outreach.begin(
        caller(), said.account, said.address, said.text, said.subject, once, wiring.board()
    )
    return show(views.ConversationView.of(known), _written(is_new=is_new))


@api.post("/conversations/<conversation_id>/assign")
def post_assign(conversation_id: str) -> Answer:
    """Give a conversation to an agent; for leads."""
    agent_id = body(views.AssignBody).agent_id
    return _shown(assignments.assign(caller(), conversation_id, agent_id, wiring.board()))


@api.post("/conversations/<conversation_id>/take")
def post_take(conversation_id: str) -> Answer:
    """Take over a conversation of one's queues."""
    return _shown(assignments.take(caller(), conversation_id, wiring.board()))


@api.post("/conversations/<conversation_id>/transfer")
def post_transfer(conversation_id: str) -> Answer:
    """Pass a conversation on, with a note."""
    once, said = key(), body(views.TransferBody)
    target = Target(agent_id=said.agent_id, queue=said.queue)
    known, _, _ = assignments.transfer(caller(), conversation_id, target, said.note, once, wiring.board())
    return _shown(known)


@api.post("/conversations/<conversation_id>/snooze")
def post_snooze(conversation_id: str) -> Answer:
    """Put a conversation aside for a while."""
    until = body(views.SnoozeBody).until
    return _shown(assignments.snooze(caller(), conversation_id, until, wiring.board()))


@api.post("/conversations/<conversation_id>/reopen")
def post_reopen(conversation_id: str) -> Answer:
    """Take up again what was resolved."""
    return _shown(assignments.reopen(caller(), conversation_id, wiring.board()))


@api.post("/conversations/<conversation_id>/notes")
def post_note(conversation_id: str) -> Answer:
    """Write an internal note."""
    once, said = key(), body(views.NoteBody)
    entry, is_new = remarks.note(caller(), conversation_id, said.text, said.mentions, once, wiring.board())
    return show(views.MessageView.of(entry), _written(is_new=is_new))


@api.put("/conversations/<conversation_id>/tags")
def put_tags(conversation_id: str) -> Answer:
    """Replace the tags."""
    return _shown(remarks.tag(caller(), conversation_id, body(views.TagsBody).tags, wiring.board()))


@api.put("/conversations/<conversation_id>/place")
def put_place(conversation_id: str) -> Answer:
    """Change queue or priority."""
    said = body(views.PlaceBody)
    return _shown(remarks.place(caller(), conversation_id, said.queue, said.priority, wiring.board()))


@api.put("/conversations/<conversation_id>/spam")
def put_spam(conversation_id: str) -> Answer:
    """Hold its customer for a spammer."""
    return _held(conversation_id, "spam")


@api.delete("/conversations/<conversation_id>/spam")
def delete_spam(conversation_id: str) -> Answer:
    """They are none."""
    return _lifted(conversation_id, "spam")


@api.put("/conversations/<conversation_id>/block")
def put_block(conversation_id: str) -> Answer:
    """Block its customer."""
    return _held(conversation_id, "blocked")


@api.delete("/conversations/<conversation_id>/block")
def delete_block(conversation_id: str) -> Answer:
    """Lift the block; for leads."""
    return _lifted(conversation_id, "blocked")


def _held(conversation_id: str, mark: Mark) -> Answer:
    return _shown(standing.hold(caller(), conversation_id, mark, wiring.board()))


def _lifted(conversation_id: str, mark: Mark) -> Answer:
    return _shown(standing.lift(caller(), conversation_id, mark, wiring.board()))
