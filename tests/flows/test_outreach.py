"""An agent writes first."""

import pytest

from switchboard.conversation import Conversation, Entry, Status
from switchboard.errors import ForbiddenError, RefusedError, UnfitError
from switchboard.flows import desk, outreach, standing
from switchboard.message import ConsentChange, Message, Party
from switchboard.routing import Presence
from tests.world import CUSTOMER, World

LEAD = desk.Caller("lea", is_lead=True)


def begin(
    who: desk.Caller, world: World, address: str = CUSTOMER, account: str = "acme-sms", key: str = "k"
) -> tuple[Conversation, Entry, bool]:
    return outreach.begin(who, account, address, "your order is here", None, key, world.board)


def opt_out(world: World) -> None:
    world.route(
        ConsentChange(
            channel="sms", account="acme-sms", provider_id="SM9", sender=Party(address=CUSTOMER), kind="opt_out"
        )
    )


def whatsapp(world: World, sender: str = "15551230001") -> None:
    world.route(
        Message(
            channel="whatsapp", account="acme-whatsapp", provider_id="w1", sender=Party(address=sender), text="hello"
        )
    )


def test_an_agent_opens_a_conversation_that_is_theirs_and_sent_and_not_acknowledged(world: World) -> None:
    ann = world.agent("ann")
    known, entry, is_new = begin(ann, world)
    assert is_new
    assert (known.status, known.owner, known.number, entry.position) == (Status.ASSIGNED, "ann", 1, 1)
    assert (known.awaiting_since, world.free("ann")) == (None, 4)
    world.settle()
    assert [sent.text for sent in world.provider.taken] == ["your order is here"]


def test_the_customers_answer_belongs_to_it(world: World) -> None:
    ann = world.agent("ann")
    begin(ann, world)
    world.text("great, when?")
    assert (world.only().owner, world.only().awaiting_since) == ("ann", world.now)


def test_the_same_key_opens_once_and_a_number_may_be_written_in_any_way(world: World) -> None:
    ann = world.agent("ann")
    known, entry, _ = begin(ann, world)
    again, same, is_new = begin(ann, world, address="+1 (555) 123-0001")
    assert (again.id, same, is_new, world.free("ann")) == (known.id, entry, False, 4)


def test_who_has_an_open_conversation_is_written_to_there(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    with pytest.raises(RefusedError, match="take that one over"):
        begin(ann, world)


def test_after_a_resolution_the_next_number_is_opened(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    assert begin(ann, world)[0].number == 2


def test_who_opted_out_bounced_or_is_blocked_is_not_written_to(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    opt_out(world)
    with pytest.raises(RefusedError, match="START"):
        begin(ann, world)
    standing.hold(ann, world.only().id, "blocked", world.board)
    with pytest.raises(RefusedError, match="lift"):
        begin(ann, world)


def test_a_window_that_is_closed_or_never_was_open_is_refused(world: World) -> None:
    ann = world.agent("ann")
    with pytest.raises(RefusedError, match="must write first"):
        begin(ann, world, "15551230001", "acme-whatsapp")
    whatsapp(world)
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    world.later(hours=23)
    desk.set_presence(ann, Presence.ONLINE, world.board)
    begin(ann, world, "15551230001", "acme-whatsapp")
    world.later(hours=2)
    desk.resolve(ann, world.all_conversations()[-1].id, world.board, leave_unanswered=True)
    with pytest.raises(RefusedError, match="too long ago"):
        begin(ann, world, "15551230001", "acme-whatsapp", key="k2")


def test_mail_begins_an_exchange_with_a_subject_in_which_the_customer_takes_part(world: World) -> None:
    ann = world.agent("ann")
    known, _, _ = begin(ann, world, "Mia@Customers.example", "acme-email")
    other, _, _ = begin(ann, world, "Mia@Customers.example", "acme-email", key="k2")
    assert known.thread != other.thread
    assert (known.subject, known.participants) == ("Acme", ("mia@customers.example",))


@pytest.mark.parametrize(("address", "account"), [("72345", "acme-sms"), ("mia", "acme-email"), ("@", "acme-email")])
def test_what_is_no_address_is_refused(world: World, address: str, account: str) -> None:
    with pytest.raises(UnfitError, match="address"):
        begin(world.agent("ann"), world, address, account)


def test_the_account_must_be_of_ones_queues_and_exist(world: World) -> None:
    ann = world.agent("ann", queues=("support",))
    with pytest.raises(ForbiddenError, match="queue"):
        begin(ann, world, account="acme-returns")
    with pytest.raises(UnfitError, match="acme-sms"):
        begin(ann, world, account="nowhere")


def test_who_is_offline_opens_nothing(world: World) -> None:
    with pytest.raises(RefusedError, match="offline"):
        begin(world.agent("ann", online=False), world)
    assert world.all_conversations() == []
