"""One acknowledgement per opening, a promise that can be kept, and silence where a customer wants none."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard import conversation as transition
from switchboard.conversation import Conversation, Entry
from switchboard.errors import ConflictError
from switchboard.flows import desk, identity
from switchboard.flows.acknowledge import acknowledge
from switchboard.message import Automation, DeliveryStatus, Message, Party
from tests.doubles import Overridden, raising
from tests.world import CUSTOMER, MONDAY, World


def acknowledge_only(world: World) -> str:
    known = world.only()
    return acknowledge(known.thread, known.number, world.board)


def acknowledgements(world: World, known: Conversation) -> list[Entry]:
    return [entry for entry in world.entries(known) if entry.kind == "acknowledgement"]


def override(world: World, **methods: Any) -> None:
    conversations: Any = Overridden(world.conversations, **methods)
    world.board = replace(world.board, conversations=conversations)


def test_a_new_conversation_is_acknowledged_with_a_promise_in_the_customers_language(world: World) -> None:
    world.text("hola, ¿dónde está mi pedido?")
    assert acknowledge_only(world) == "first_message"
    known = world.only()
    assert known.acknowledgement
    assert known.acknowledgement.promised_at
    assert known.acknowledgement.promised_at > MONDAY
    (entry,) = acknowledgements(world, known)
    assert (entry.author, entry.position, entry.status) == ("system", 1, DeliveryStatus.QUEUED)
    assert "Acme" in entry.text
    assert known.reference in entry.text
    assert "Gracias" in entry.text


def test_AK_3_a_conversation_is_acknowledged_once_however_often_it_is_asked(world: World) -> None:
    world.text()
    assert acknowledge_only(world) == "first_message"
    assert acknowledge_only(world) == "already_acknowledged"
    assert len(acknowledgements(world, world.only())) == 1


def test_AK_3_a_crash_before_the_write_sends_none_twice(world: World) -> None:
    world.text()
    override(world, write=raising(InterruptedError()))
    with pytest.raises(InterruptedError):
        acknowledge_only(world)
    world.board = replace(world.board, conversations=world.conversations)
    assert acknowledge_only(world) == "first_message"
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert len(contact.acknowledged) == 1
    assert len(acknowledgements(world, world.only())) == 1


def test_AK_3_who_loses_the_race_to_acknowledge_sends_nothing(world: World) -> None:
    world.text()
    known = world.only()

    def be_late(before: Conversation, after: Conversation, entry: Entry) -> Conversation:
        world.board = replace(world.board, conversations=world.conversations)
        acknowledge_only(world)
        return world.conversations.write(before, after, entry)

    methods: Any = Overridden(world.conversations, write=be_late)
    assert (
        acknowledge(known.thread, known.number, replace(world.board, conversations=methods)) == "already_acknowledged"
    )
    assert len(acknowledgements(world, known)) == 1


def test_an_unknown_conversation_is_not_acknowledged(world: World) -> None:
    assert acknowledge("acme-sms.nobody", 1, world.board) == "unknown_conversation"


def test_X_15_a_customer_gets_three_acknowledgements_a_day(world: World) -> None:
    reasons = []
    for _ in range(5):
        world.text()
        known = max(world.all_conversations(), key=lambda found: found.number)
        reasons.append(acknowledge(known.thread, known.number, world.board))
        known = max(world.all_conversations(), key=lambda found: found.number)
        world.conversations.save(known, transition.resolve(known, world.now, leave_unanswered=True))
        world.later(hours=7)
    assert reasons == ["first_message"] * 3 + ["rate_limited", "first_message"]


def test_X_15_the_budget_is_over_all_of_our_numbers(world: World) -> None:
    for account in ("acme-sms", "acme-returns"):
        world.text(account=account)
    for known in world.all_conversations():
        acknowledge(known.thread, known.number, world.board)
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert len(contact.acknowledged) == 2


def test_AK_5_nothing_is_promised_after_the_answer(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "done", "k", world.board)
    assert acknowledge_only(world) == "already_answered"
    assert acknowledgements(world, world.only()) == []


def test_nothing_is_promised_after_resolution(world: World) -> None:
    world.text()
    world.conversations.save(world.only(), transition.resolve(world.only(), world.now, leave_unanswered=True))
    assert acknowledge_only(world) == "resolved"


def test_nothing_is_promised_a_day_late(world: World) -> None:
    world.text()
    world.later(hours=25)
    assert acknowledge_only(world) == "stale"


def test_a_sender_that_is_no_number_is_not_acknowledged(world: World) -> None:
    world.text(sender="ACMEBANK")
    assert acknowledge_only(world) == "no_reply_address"


def test_an_account_may_do_without(world: World) -> None:
    account = world.policy.accounts["acme-sms"].model_copy(update={"acknowledge": False})
    world.with_policy(accounts={**world.policy.accounts, "acme-sms": account})
    world.text()
    assert acknowledge_only(world) == "disabled"


def test_where_hours_never_come_again_no_time_is_promised(world: World) -> None:
    hours = world.policy.hours["every-day"].model_copy(update={"weekly": {}})
    document = world.policy.model_copy(update={"hours": {**world.policy.hours, "every-day": hours}})
    world.policy = type(document).model_validate_json(document.model_dump_json())
    world.board = replace(world.board, policy=world.policy)
    world.text()
    assert acknowledge_only(world) == "first_message"
    told = world.only().acknowledgement
    assert told
    assert (told.promised_at, told.samples) == (None, 0)


def test_a_contact_that_changes_meanwhile_is_read_again(world: World) -> None:
    world.text()
    calls: list[int] = []

    def count(contact: Any, acknowledged: Any, wordings: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ConflictError("changed")
        world_customers.count_acknowledgement(contact, acknowledged, wordings)

    world_customers = world.board.customers
    customers: Any = Overridden(world_customers, count_acknowledgement=count)
    world.board = replace(world.board, customers=customers)
    assert acknowledge_only(world) == "first_message"
    assert len(calls) == 2


def test_AK_2_what_no_machine_may_answer_is_routed_and_not_acknowledged(world: World) -> None:
    world.agent("ann")
    sender = Party(address=CUSTOMER)
    auto = Automation(generated=True, may_reply=False, reason="standby")
    world.route(Message(channel="sms", account="acme-sms", provider_id="SM1", sender=sender, text="hi", auto=auto))
    world.settle()
    known = world.only()
    assert known.owner == "ann"
    assert known.acknowledgement
    assert (known.acknowledgement.sent, known.acknowledgement.reason) == (False, "standby")
    assert world.provider.taken == []


def told(world: World, text: str) -> str:
    world.text(text)
    acknowledge_only(world)
    (entry,) = acknowledgements(world, world.only())
    return entry.text


def test_an_upset_customer_is_not_thanked(world: World) -> None:
    text = told(world, "This is absolutely unacceptable, I am furious!!! Worst service ever.")
    assert "We are sorry for the trouble." in text
    assert "Thank" not in text


def test_whoever_writes_of_danger_is_told_how_to_reach_us_faster(world: World) -> None:
    brand = world.board.policy.brands["acme"].model_copy(update={"safety": {"en": "+1 555 010 0199"}})
    policy = world.board.policy.model_copy(update={"brands": {"acme": brand}})
    world.board = replace(world.board, policy=policy)
    assert "In danger? Call +1 555 010 0199." in told(world, "The charger caught fire and there is smoke everywhere")


def test_AK_4_a_confirmed_first_name_is_used_and_nothing_that_the_customer_wrote(world: World) -> None:
    world.text("Hello, I am Mallory, see https://evil.example $brand")
    identity.describe(desk.Caller("lea", is_lead=True), world.only().customer_id, "Ana", None, world.board)
    acknowledge_only(world)
    (entry,) = acknowledgements(world, world.only())
    assert entry.text.startswith("Acme: Hello Ana. Thank you for your message. ")
    assert "evil" not in entry.text
    assert "Mallory" not in entry.text
    assert entry.language == "en"
