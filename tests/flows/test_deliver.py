"""Outbound messages go in their order, and each at most once for all that can be known."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard import conversation as transition
from switchboard.consent import ConsentState
from switchboard.conversation import Entry
from switchboard.errors import (
    ConflictError,
    NotYetError,
    OptedOutError,
    SecretMissingError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.flows import desk
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.deliver import ACK_VALID, ATTEMPT, deliver, report
from switchboard.message import ConsentChange, Delivery, DeliveryReport, DeliveryStatus, Party
from tests.doubles import Overridden, raising
from tests.world import BASE_URL, CUSTOMER, World

REFUSED = SendRefusedError("30003", "unreachable")
OPTED_OUT = OptedOutError("21610", "opted out")
THROTTLED = SendThrottledError("429", "too many")
UNKNOWN = SendUnknownError("timeout", "no answer")


def acknowledged(world: World) -> str:
    """A conversation of ann's whose acknowledgement is yet to be sent."""
    world.agent("ann")
    world.text()
    known = world.only()
    acknowledge(known.thread, known.number, world.board)
    return f"ack.{known.number}"


def replied(world: World, text: str = "done", key: str = "k") -> str:
    """The same with a reply that is yet to be sent, and no acknowledgement."""
    if not world.all_conversations():
        world.agent("ann")
        world.text()
    entry, _ = desk.reply(desk.Caller("ann"), world.only().id, text, key, world.board)
    return entry.id


def send(world: World, entry_id: str) -> str:
    known = world.only()
    return deliver(known.thread, known.number, entry_id, world.board, lambda *_: world.provider, BASE_URL)


def entry_of(world: World, entry_id: str) -> Entry:
    entry = world.conversations.entry(world.only().thread, entry_id)
    assert entry
    return entry


def status(world: World, entry_id: str) -> DeliveryStatus | None:
    return entry_of(world, entry_id).status


def change_consent(world: World, kind: Any) -> None:
    world.route(
        ConsentChange(
            channel="sms", account="acme-sms", provider_id="SM77", sender=Party(address=CUSTOMER), kind=kind, wording=""
        )
    )


def test_a_message_is_sent_with_everything_that_its_reports_must_echo(world: World) -> None:
    entry_id = replied(world, "It is on its way.")
    assert send(world, entry_id) == "sent"
    (sent,) = world.provider.taken
    known = world.only()
    assert (sent.sender, sent.recipient, sent.text) == ("+15550100100", CUSTOMER, "It is on its way.")
    assert sent.status_callback == f"{BASE_URL}/sms/acme-sms?conversation={known.id}&message={entry_id}"
    assert sent.valid_for is None
    assert entry_of(world, entry_id).provider_id == "SM1"


def test_an_acknowledgement_is_not_worth_delivering_for_ever(world: World) -> None:
    send(world, acknowledged(world))
    assert world.provider.taken[0].valid_for == ACK_VALID


def test_what_is_sent_is_not_sent_again(world: World) -> None:
    entry_id = replied(world)
    send(world, entry_id)
    assert send(world, entry_id) == "already_settled"
    assert len(world.provider.taken) == 1


@pytest.mark.parametrize("place", [("acme-sms.nobody", 1, "ack.1"), ("", 1, "nothing")])
def test_what_does_not_exist_is_not_sent(world: World, place: tuple[str, int, str]) -> None:
    world.text()
    thread, number, entry_id = place
    thread = thread or world.only().thread
    assert deliver(thread, number, entry_id, world.board, lambda *_: world.provider, BASE_URL) == "unknown_message"


# -- order ------------------------------------------------------------------------------------------


def test_an_earlier_message_goes_first_whichever_is_asked_for(world: World) -> None:
    replied(world, "one", "k1")
    assert send(world, replied(world, "two", "k2")) == "sent"
    assert [sent.text for sent in world.provider.taken] == ["one", "two"]


def test_a_message_waits_until_the_one_before_it_is_settled(world: World) -> None:
    first, second = replied(world, "one", "k1"), replied(world, "two", "k2")
    world.provider.raising = [THROTTLED]
    with pytest.raises(SendThrottledError):
        send(world, second)
    assert [status(world, entry_id) for entry_id in (first, second)] == [DeliveryStatus.QUEUED] * 2
    assert world.provider.taken == []


def test_a_refused_message_does_not_hold_up_the_next(world: World) -> None:
    first, second = replied(world, "one", "k1"), replied(world, "two", "k2")
    world.provider.raising = [REFUSED]
    assert send(world, second) == "sent"
    assert (status(world, first), entry_of(world, first).code) == (DeliveryStatus.FAILED, "30003")


# -- consent ----------------------------------------------------------------------------------------


def test_TW_6_an_opt_out_that_the_provider_knows_of_is_believed(world: World) -> None:
    entry_id = replied(world)
    world.provider.raising = [OPTED_OUT]
    assert send(world, entry_id) == "failed"
    assert entry_of(world, entry_id).code == "21610"
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert contact.consent("acme-sms").state is ConsentState.STOPPED


def test_AK_5_a_reply_to_who_opted_out_meanwhile_is_not_sent(world: World) -> None:
    entry_id = replied(world)
    change_consent(world, "opt_out")
    assert send(world, entry_id) == "failed"
    assert entry_of(world, entry_id).code == "opted_out"
    assert world.provider.taken == []


def test_AK_5_under_suspicion_an_agent_may_write_and_a_machine_may_not(world: World) -> None:
    ack_id = acknowledged(world)
    world.text("please stop texting me")
    reply_id = replied(world)
    assert send(world, reply_id) == "sent"
    assert (status(world, ack_id), entry_of(world, ack_id).code) == (DeliveryStatus.FAILED, "opt_out_suspected")


def test_AK_5_an_acknowledgement_that_comes_after_the_answer_is_not_sent(world: World) -> None:
    ack_id = acknowledged(world)
    reply_id = replied(world)
    assert send(world, reply_id) == "sent"
    assert entry_of(world, ack_id).code == "already_answered"
    assert len(world.provider.taken) == 1


def test_AK_5_an_acknowledgement_that_comes_after_the_end_is_not_sent(world: World) -> None:
    ack_id = acknowledged(world)
    known = world.only()
    world.conversations.free(known, transition.resolve(known, world.now, leave_unanswered=True), world.now)
    assert send(world, ack_id) == "failed"


def test_an_address_without_a_contact_has_not_opted_out(world: World) -> None:
    entry_id = replied(world)
    customers: Any = Overridden(world.board.customers, contact=lambda _: None)
    world.board = replace(world.board, customers=customers)
    assert send(world, entry_id) == "sent"


# -- what goes wrong --------------------------------------------------------------------------------


def test_a_throttled_message_is_queued_again_and_sent_by_a_retry(world: World) -> None:
    entry_id = replied(world)
    world.provider.raising = [THROTTLED]
    with pytest.raises(SendThrottledError):
        send(world, entry_id)
    assert status(world, entry_id) is DeliveryStatus.QUEUED
    assert send(world, entry_id) == "sent"


def test_without_credentials_nothing_is_attempted(world: World) -> None:
    ack_id = acknowledged(world)
    known = world.only()
    with pytest.raises(SecretMissingError):
        deliver(known.thread, 1, ack_id, world.board, raising(SecretMissingError("none")), BASE_URL)
    assert status(world, ack_id) is DeliveryStatus.QUEUED


def test_AK_3_an_acknowledgement_with_an_unknown_result_is_unknown_and_never_repeated(world: World) -> None:
    ack_id = acknowledged(world)
    world.provider.raising = [UNKNOWN]
    assert send(world, ack_id) == "unknown"
    world.later(minutes=5)
    assert send(world, ack_id) == "already_settled"
    assert world.provider.taken == []


@pytest.mark.parametrize("took_it", [True, False])
def test_a_reply_with_an_unknown_result_is_looked_for_before_it_is_repeated(world: World, *, took_it: bool) -> None:
    entry_id = replied(world)
    world.provider.raising, world.provider.after_taking = [UNKNOWN], took_it
    with pytest.raises(SendUnknownError):
        send(world, entry_id)
    with pytest.raises(NotYetError):
        send(world, entry_id)
    world.later(seconds=ATTEMPT.total_seconds())
    assert send(world, entry_id) == "sent"
    assert len(world.provider.taken) == 1


def test_AK_3_an_acknowledgement_whose_attempt_died_is_not_repeated(world: World) -> None:
    ack_id = acknowledged(world)
    world.provider.raising = [InterruptedError()]
    with pytest.raises(InterruptedError):
        send(world, ack_id)
    world.later(seconds=31)
    assert send(world, ack_id) == "unknown"
    assert entry_of(world, ack_id).code == "interrupted"
    assert world.provider.taken == []


def test_AK_3_an_acknowledgement_that_went_out_before_its_attempt_died_is_found(world: World) -> None:
    ack_id = acknowledged(world)
    world.provider.raising, world.provider.after_taking = [InterruptedError()], True
    with pytest.raises(InterruptedError):
        send(world, ack_id)
    world.later(seconds=31)
    assert send(world, ack_id) == "sent"
    assert len(world.provider.taken) == 1


def test_while_another_process_sends_nobody_else_does(world: World) -> None:
    entry_id = replied(world)
    lost = raising(ConflictError("somebody was first"))
    conversations: Any = Overridden(world.conversations, advance=lost)
    world.board = replace(world.board, conversations=conversations)
    with pytest.raises(NotYetError):
        send(world, entry_id)
    assert world.provider.taken == []


def test_a_report_that_is_faster_than_the_answer_to_the_send_stands(world: World) -> None:
    entry_id = replied(world)
    real = world.provider.send

    def send_and_hear(outgoing: Any) -> Any:
        sent = real(outgoing)
        tell(world, entry_id, DeliveryStatus.DELIVERED)
        return sent

    world.provider.send = send_and_hear  # type: ignore[method-assign]  # this once
    assert send(world, entry_id) == "delivered"
    assert status(world, entry_id) is DeliveryStatus.DELIVERED


# -- reports ----------------------------------------------------------------------------------------


def tell(world: World, entry_id: str | None, told: DeliveryStatus, code: str | None = None, **changes: Any) -> str:
    fields: dict[str, Any] = {"conversation_id": world.only().id, "message_id": entry_id, **changes}
    reported = DeliveryReport(
        channel="sms",
        account="acme-sms",
        provider_id="SM1:x",
        sender=Party(address="x"),
        delivery=Delivery(status=told, reason=code),
        **fields,
    )
    return report(reported, world.board)


def test_X_7_a_report_is_recorded_with_its_code(world: World) -> None:
    entry_id = replied(world)
    send(world, entry_id)
    assert tell(world, entry_id, DeliveryStatus.UNDELIVERED, code="30005") == "undelivered"
    assert (status(world, entry_id), entry_of(world, entry_id).code) == (DeliveryStatus.UNDELIVERED, "30005")


def test_X_7_reports_never_move_down(world: World) -> None:
    entry_id = replied(world)
    send(world, entry_id)
    assert tell(world, entry_id, DeliveryStatus.DELIVERED) == "delivered"
    assert tell(world, entry_id, DeliveryStatus.SENT) == "known_already"
    assert tell(world, entry_id, DeliveryStatus.FAILED) == "known_already"
    assert status(world, entry_id) is DeliveryStatus.DELIVERED


def test_a_report_tells_what_became_of_an_unknown_send(world: World) -> None:
    ack_id = acknowledged(world)
    world.provider.raising = [UNKNOWN]
    send(world, ack_id)
    assert tell(world, ack_id, DeliveryStatus.DELIVERED) == "delivered"


@pytest.mark.parametrize("changes", [{"conversation_id": None}, {"message_id": None}, {"message_id": "nothing"}])
def test_a_report_on_what_we_did_not_send_is_not_ours(world: World, changes: dict[str, Any]) -> None:
    entry_id = replied(world)
    assert tell(world, entry_id, DeliveryStatus.DELIVERED, **changes) == "not_ours"


def test_a_report_on_an_inbound_message_is_not_ours(world: World) -> None:
    sid = world.text()
    assert tell(world, sid, DeliveryStatus.DELIVERED) == "not_ours"
