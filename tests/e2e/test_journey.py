"""The whole way on the deployed template, with IAM enforced: a customer's phone, the API, and the phone again."""

from sandbox.api import AgentApi
from switchboard.conversation import Conversation, Status
from switchboard.message import DeliveryStatus
from tests.e2e.lab import CUSTOMER, Lab


def _mine(ann: AgentApi, lab: Lab) -> dict[str, object]:
    return lab.wait_for(lambda: next(iter(ann.conversations()), None), "a conversation to be assigned") or {}


def _assigned(lab: Lab, customer: str = CUSTOMER) -> Conversation:
    def look() -> Conversation | None:
        known = lab.conversation_of(customer)
        return known if known and known.status is Status.ASSIGNED else None

    found = lab.wait_for(look, "a conversation to be assigned")
    assert found
    return found


def test_a_text_is_acknowledged_assigned_answered_and_delivered_in_one_conversation(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("Hello, where is my order?")
    mine = _mine(ann, lab)
    lab.wait_for(lambda: len(lab.phone()) >= 1, "the acknowledgement")
    assert "Acme" in lab.phone()[0]
    conversation_id = str(mine["conversation_id"])
    ann.reply(conversation_id, "It is on its way.")
    lab.wait_for(lambda: "It is on its way." in lab.phone(), "the answer on the phone")
    lab.text("Thank you! When?")

    def texts() -> list[dict[str, str]]:
        messages = ann.conversation(conversation_id)["messages"]
        return messages if len(messages) == 4 and messages[2]["status"] == "delivered" else []

    shown = lab.wait_for(texts, "four messages in one conversation")
    assert [(m["author"], m["kind"], m["status"]) for m in shown] == [
        ("customer", "message", None),
        ("system", "acknowledgement", "delivered"),
        ("agent", "message", "delivered"),
        ("customer", "message", None),
    ]
    assert len(lab.phone()) == 2, "one acknowledgement, one answer"
    assert ann.conversation(conversation_id)["decision"]["considered"], "the decision explains itself"


def test_a_spanish_text_is_acknowledged_in_spanish(lab: Lab) -> None:
    lab.text("Hola, ¿dónde está mi pedido? Necesito ayuda, por favor")
    lab.wait_for(lab.phone, "the acknowledgement")
    assert "Gracias" in lab.phone()[0]


def test_work_waits_until_an_agent_comes_online_and_then_is_offered_at_once(lab: Lab) -> None:
    lab.text("hello")
    lab.wait_for(lab.conversation_of, "the conversation")
    lab.await_quiet()
    known = lab.conversation_of()
    assert known
    assert known.status is Status.WAITING
    ann = lab.agent("ann")
    assert [mine["conversation_id"] for mine in ann.conversations()] == [known.id]


def test_a_silent_agents_conversation_moves_on_to_the_next(lab: Lab) -> None:
    ann, dee = lab.agent("ann"), lab.agent("dee", online=False)
    lab.text("hello")
    known = _assigned(lab)
    dee.set_presence("online")
    lab.let_time_pass(known)
    lab.sweep()
    moved = _mine(dee, lab)
    assert moved["conversation_id"] == known.id
    assert ann.conversations() == []
    assert ann.me()["free"] == ann.me()["units"]


def test_an_agent_who_goes_offline_hands_their_work_on(lab: Lab) -> None:
    ann, dee = lab.agent("ann"), lab.agent("dee", online=False)
    lab.text("hello")
    known = _assigned(lab)
    dee.set_presence("online")
    ann.set_presence("offline")
    assert _mine(dee, lab)["conversation_id"] == known.id
    assert ann.conversations() == []


def test_resolving_gives_the_slot_to_the_next_in_line(lab: Lab) -> None:
    lab.add_agent("solo", units=1)
    lab.text("first")
    first = _assigned(lab)
    lab.text("second", sender="+15551230002")
    lab.wait_for(lambda: lab.conversation_of("+15551230002"), "the second conversation")
    lab.await_quiet()
    from switchboard.flows import desk  # noqa: PLC0415  # an agent in this process, on the deployed tables

    desk.resolve(desk.Caller("solo"), first.id, lab.board, leave_unanswered=True)
    assert _assigned(lab, "+15551230002").owner == "solo"


def test_a_message_after_the_end_opens_the_next_conversation_with_an_acknowledgement_of_its_own(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("hello")
    first = _assigned(lab)
    lab.wait_for(lab.phone, "the acknowledgement")
    ann.reply(first.id, "Solved.")
    ann.resolve(first.id)
    lab.text("one more thing")

    def second() -> Conversation | None:
        known = lab.conversation_of()
        return known if known and known.number == 2 and known.acknowledgement else None

    known = lab.wait_for(second, "the second conversation")
    assert known
    assert known.thread == first.thread
    lab.wait_for(lambda: len(lab.phone()) == 3, "two acknowledgements and an answer")


def test_TW_4_a_stop_is_not_a_ticket_and_ends_automation(lab: Lab) -> None:
    lab.text("STOP")
    lab.wait_for(lambda: lab.customers.contact(f"sms:{CUSTOMER}"), "the consent's record")
    lab.await_quiet()
    contact = lab.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert not contact.consent("acme-sms").allows_replies
    assert lab.all_conversations() == []


def test_delivery_reports_reach_the_message_they_are_about(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("hello")
    known = _assigned(lab)
    reply = ann.reply(known.id, "Hi!")
    reached = lab.wait_for(
        lambda: lab.conversations.entry(known.thread, reply["message_id"]), "the answer in the timeline"
    )
    assert reached

    def delivered() -> bool:
        entry = lab.conversations.entry(known.thread, reply["message_id"])
        return bool(entry and entry.status is DeliveryStatus.DELIVERED)

    lab.wait_for(delivered, "the delivery report")
