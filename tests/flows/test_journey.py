"""A text's whole way, in one process."""

from switchboard.conversation import Status
from switchboard.flows import desk
from switchboard.message import DeliveryStatus
from tests.world import CUSTOMER, World


def test_a_text_is_routed_acknowledged_answered_and_delivered(world: World) -> None:
    ann = world.agent("ann")
    world.text("hello, where is my order?")
    world.settle()
    known = world.only()
    assert known.status is Status.ASSIGNED
    assert known.owner == "ann"
    assert known.acknowledgement
    assert known.acknowledgement.sent
    assert [sent.recipient for sent in world.provider.taken] == [CUSTOMER]
    world.later(minutes=2)
    desk.reply(ann, known.id, "It is on its way.", "k1", world.board)
    world.settle()
    assert [sent.text for sent in world.provider.taken][1:] == ["It is on its way."]
    assert [entry.status for entry in world.entries(known)] == [None, DeliveryStatus.SENT, DeliveryStatus.SENT]
    after = world.only()
    assert after.awaiting_since is None
    assert after.answer
    assert after.answer.response_seconds == 120
    assert after.answer.promise_kept
    desk.resolve(ann, known.id, world.board, leave_unanswered=False)
    assert world.free("ann") == 5
