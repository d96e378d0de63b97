"""Mail finds its exchange by what can be believed, and nobody gets into somebody else's."""

from collections.abc import Sequence
from typing import Any

import pytest

from switchboard.conversation import Conversation, Status
from switchboard.errors import RefusedError, SendUnknownError
from switchboard.flows import desk
from switchboard.message import (
    Automation,
    Delivery,
    DeliveryReport,
    DeliveryStatus,
    Message,
    Outgoing,
    Party,
    Thread,
)
from switchboard.policy import AccountPolicy, Priority
from tests.world import World

ACCOUNT, OURS = "acme-mail", "help@acme.example"
JANE, MALLORY, BOSS = "Jane@Customer.example", "mallory@elsewhere.example", "boss@customer.example"
OF_SES = "0100019a-c0ffee-000001"


@pytest.fixture
def world(world: World) -> World:
    account = AccountPolicy(channel="email", address=OURS, brand="acme", queue="support", languages=("en", "es"))
    world.with_policy(accounts={**world.policy.accounts, ACCOUNT: account})
    return world


def a_mail(number: int = 1, sender: str = JANE, **changes: Any) -> Message:
    known: dict[str, Any] = {
        "channel": "email",
        "account": ACCOUNT,
        "provider_id": f"ses{number}",
        "sender": Party(address=sender),
        "to": (Party(address=OURS),),
        "subject": "Where is my order?",
        "text": f"Where is order {number}?",
        "thread": Thread(message_id=f"{number}@customer.example"),
        "auto": Automation(answer_to=sender),
    }
    return Message(**{**known, **changes})


def answering(*identifiers: str, number: int = 2, **changes: Any) -> Message:
    thread = Thread(message_id=f"{number}@customer.example", in_reply_to=identifiers[0], references=identifiers[1:])
    return a_mail(number, **{"thread": thread, **changes})


def conversations(world: World) -> list[Conversation]:
    return sorted(world.all_conversations(), key=lambda known: (known.opened_at, known.thread))


def sent(world: World) -> list[Outgoing]:
    return world.provider.taken


def said(world: World, known: Conversation) -> Sequence[str]:
    return [entry.id for entry in world.entries(known) if entry.direction == "inbound"]


def test_a_mail_opens_a_conversation_with_its_subject_and_who_takes_part(world: World) -> None:
    world.route(a_mail(cc=(Party(address=BOSS),)))
    known = world.only()
    assert known.subject == "Where is my order?"
    assert known.participants == ("jane@customer.example", BOSS)
    assert known.address == JANE


def test_two_mails_about_two_things_are_two_conversations_of_one_customer(world: World) -> None:
    world.route(a_mail(1))
    world.route(a_mail(2))
    one, other = conversations(world)
    assert one.customer_id == other.customer_id
    assert one.thread != other.thread


def test_EM_20_an_answer_to_our_mail_joins_its_conversation(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail())
    world.settle()
    world.provider.taken.clear()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    (entry,) = [entry for entry in world.entries(world.only()) if entry.author == "agent"]
    world.route(answering(f"{entry.provider_id}@eu-west-1.amazonses.com"))
    assert said(world, world.only()) == ["ses1", "ses2"]


def test_EM_20_an_answer_to_the_customers_own_mail_joins_it(world: World) -> None:
    world.route(a_mail())
    world.route(answering("1@customer.example"))
    assert said(world, world.only()) == ["ses1", "ses2"]


def test_EM_20_the_newest_reference_that_is_known_decides(world: World) -> None:
    world.route(a_mail(1))
    world.route(a_mail(2))
    world.route(answering("unknown@x", "1@customer.example", "2@customer.example", "other@x", number=3))
    home = next(known for known in conversations(world) if "ses3" in said(world, known))
    assert "ses2" in said(world, home)


def test_EM_20_our_signed_mark_comes_before_what_the_mail_refers_to(world: World) -> None:
    world.route(a_mail(1))
    world.route(a_mail(2))
    marked = next(known for known in conversations(world) if "ses1" in said(world, known))
    thread = Thread(message_id="3@x", in_reply_to="2@customer.example", token=marked.id)
    world.route(a_mail(3, thread=thread))
    assert set(said(world, marked)) == {"ses1", "ses3"}


def test_EM_20_a_mark_of_another_account_leads_nowhere(world: World) -> None:
    world.text()
    (texted,) = world.all_conversations()
    world.route(a_mail(thread=Thread(token=texted.id)))
    assert said(world, texted) != ["ses1"]
    assert len(world.all_conversations()) == 2


def test_EM_20_a_subject_alone_joins_nothing(world: World) -> None:
    world.route(a_mail(1))
    world.route(a_mail(2, subject="Re: Where is my order?"))
    assert len(world.all_conversations()) == 2


def test_EM_21_somebody_else_s_answer_is_only_linked(world: World) -> None:
    world.route(a_mail())
    mine = world.only()
    world.later(minutes=1)
    world.route(answering("1@customer.example", sender=MALLORY))
    _, other = conversations(world)
    assert said(world, mine) == ["ses1"]
    assert (other.possibly, other.address) == (mine.id, MALLORY)


def test_EM_21_a_stolen_mark_lets_nobody_in(world: World) -> None:
    world.route(a_mail())
    mine = world.only()
    world.route(a_mail(2, sender=MALLORY, thread=Thread(token=mine.id)))
    assert said(world, mine) == ["ses1"]


def test_EM_21_whoever_was_copied_takes_part(world: World) -> None:
    world.route(a_mail(cc=(Party(address="Boss@customer.example"),)))
    world.route(answering("1@customer.example", sender=BOSS))
    assert said(world, world.only()) == ["ses1", "ses2"]
    assert [entry.sender.address for entry in world.entries(world.only()) if entry.sender] == [JANE, BOSS]


def test_an_answer_after_resolution_opens_the_next_conversation_of_the_exchange(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail())
    desk.reply(ann, world.only().id, "done", "k", world.board)
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=False)
    world.later(days=1)
    world.route(answering("1@customer.example"))
    first, second = conversations(world)
    assert (second.thread, second.number) == (first.thread, 2)


def test_a_redelivered_mail_stays_in_the_exchange_that_it_began(world: World) -> None:
    world.route(answering("9@customer.example", number=1))  # the mail that it answers comes later
    world.route(a_mail(9))
    before = conversations(world)
    world.route(answering("9@customer.example", number=1))
    assert conversations(world) == before


def test_a_copy_of_a_mail_that_came_as_another_delivery_joins_it_and_says_so(world: World) -> None:
    world.route(a_mail(1))
    copy = a_mail(2, text="Where is order 1?", thread=Thread(message_id="1@customer.example"))
    world.route(copy)
    world.settle()
    assert [entry.flags for entry in world.entries(world.only()) if entry.direction == "inbound"] == [
        (),
        ("duplicate",),
    ]
    assert len(sent(world)) == 1


def test_other_words_under_a_known_id_are_no_copy(world: World) -> None:
    world.route(a_mail(1))
    world.route(a_mail(2, thread=Thread(message_id="1@customer.example")))
    assert [entry.flags for entry in world.entries(world.only())] == [(), ()]


def test_EM_21_nobody_gets_in_by_writing_somebody_else_s_message_id(world: World) -> None:
    world.route(a_mail(1))
    world.route(a_mail(2, sender=MALLORY, thread=Thread(message_id="1@customer.example")))
    assert len(world.all_conversations()) == 2


def test_EM_18_a_subject_has_its_say_in_routing(world: World) -> None:
    world.route(a_mail(subject="URGENT: refund", text="Please see above."))
    assert (world.only().queue, world.only().priority) == ("returns", Priority.HIGH)


def test_EM_3_spam_waits_last_in_its_own_queue_and_is_not_acknowledged(world: World) -> None:
    world.with_policy(spam="returns")
    world.route(a_mail(flags=("spam",), auto=Automation(may_reply=False, reason="spam")))
    world.settle()
    assert (world.only().queue, world.only().priority) == ("returns", Priority.LOW)
    assert sent(world) == []


# -- answers -----------------------------------------------------------------------------------------


def test_EM_22_an_acknowledgement_is_marked_as_a_machines_and_threaded(world: World) -> None:
    world.route(a_mail(thread=Thread(message_id="1@customer.example", references=("0@customer.example",))))
    world.settle()
    (ack,) = sent(world)
    assert ack.automatic
    assert (ack.subject, ack.thread) == (
        "Where is my order?",
        Thread(message_id="1@customer.example", references=("0@customer.example",)),
    )
    assert ack.cc == ()


def test_AK_1_an_acknowledgement_goes_where_the_mail_proves_it_may(world: World) -> None:
    world.route(a_mail(auto=Automation(answer_to="bounces@customer.example"), flags=("unverified",)))
    world.settle()
    assert [ack.recipient for ack in sent(world)] == ["bounces@customer.example"]


def test_AK_1_without_such_an_address_nothing_is_acknowledged(world: World) -> None:
    world.route(a_mail(auto=Automation(answer_to=None)))
    world.settle()
    told = world.only().acknowledgement
    assert told
    assert (told.sent, told.reason) == (False, "no_reply_address")


def test_an_answer_goes_to_the_sender_and_copies_everybody_else(world: World) -> None:
    ann = world.agent("ann")
    to = (Party(address="help+c.x.y@acme.example"), Party(address=BOSS), Party(address=JANE.upper()))
    world.route(a_mail(to=to, cc=(Party(address="boss@CUSTOMER.example"), Party(address="aunt@home.example"))))
    world.settle()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    answer = sent(world)[-1]
    assert (answer.recipient, answer.cc) == (JANE, (BOSS, "aunt@home.example"))
    assert not answer.automatic


def test_an_answer_refers_to_the_newest_mail(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail())
    world.later(minutes=1)
    world.route(answering("1@customer.example"))
    world.settle()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    answer = sent(world)[-1]
    assert answer.thread
    assert answer.thread.message_id == "2@customer.example"


def test_an_answer_goes_to_reply_to_if_the_sender_is_proven(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail(reply_to=(Party(address="jane@private.example"),)))
    world.settle()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    assert sent(world)[-1].recipient == "jane@private.example"


def test_EM_5_a_forger_cannot_divert_an_answer_by_reply_to(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail(reply_to=(Party(address=MALLORY),), flags=("unverified",)))
    world.settle()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    assert sent(world)[-1].recipient == JANE


# -- what becomes of them ----------------------------------------------------------------------------


def a_report(**changes: Any) -> DeliveryReport:
    known = {"channel": "email", "account": ACCOUNT, "provider_id": "event1"}
    return DeliveryReport(**{**known, **changes})


BOUNCE = Delivery(status=DeliveryStatus.BOUNCED, hard=True, dsn="5.1.1", recipient="jane@customer.example")


def test_EM_14_a_report_finds_its_message_by_the_id_that_ses_gave_it(world: World) -> None:
    world.route(a_mail())
    world.settle()
    (ack,) = [entry for entry in world.entries(world.only()) if entry.author == "system"]
    world.route(a_report(delivery=BOUNCE, original_id=f"{ack.provider_id}@email.amazonses.com"))
    (ack,) = [entry for entry in world.entries(world.only()) if entry.author == "system"]
    assert ack.status is DeliveryStatus.BOUNCED


@pytest.mark.parametrize(
    ("delivery", "reason"),
    [(BOUNCE, "bounced"), (BOUNCE.model_copy(update={"status": DeliveryStatus.COMPLAINED}), "complained")],
)
def test_EM_25_an_address_that_bounced_or_complained_gets_nothing_more(
    world: World, delivery: Delivery, reason: str
) -> None:
    ann = world.agent("ann")
    world.route(a_mail())
    world.settle()
    world.route(a_report(delivery=delivery))
    contact = world.board.customers.contact("email:jane@customer.example")
    assert contact
    assert contact.undeliverable == reason
    with pytest.raises(RefusedError):
        desk.reply(ann, world.only().id, "On its way.", "k", world.board)


def test_EM_25_what_was_written_before_the_bounce_is_not_sent_after_it(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail())
    world.settle()
    world.provider.taken.clear()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.route(a_report(delivery=BOUNCE))
    world.settle()
    assert sent(world) == []
    (answer,) = [entry for entry in world.entries(world.only()) if entry.author == "agent"]
    assert (answer.status, answer.code) == (DeliveryStatus.FAILED, "suppressed")


def test_EM_25_a_copy_to_a_suppressed_address_is_left_out(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail(cc=(Party(address=BOSS),)))
    world.route(a_report(delivery=BOUNCE.model_copy(update={"recipient": BOSS})))
    world.settle()
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    assert sent(world)[-1].cc == ()


def test_EM_25_a_bounce_by_mail_is_not_taken_at_its_word(world: World) -> None:
    world.route(a_report(delivery=BOUNCE, flags=("unverified",)))
    assert world.board.customers.contact("email:jane@customer.example") is None


def test_EM_25_whoever_writes_can_be_reached_again(world: World) -> None:
    world.route(a_report(delivery=BOUNCE))
    world.route(a_mail())
    world.settle()
    assert [ack.recipient for ack in sent(world)] == [JANE]


def test_EM_25_a_complaint_stays_whoever_writes(world: World) -> None:
    world.route(a_report(delivery=BOUNCE.model_copy(update={"status": DeliveryStatus.COMPLAINED})))
    world.route(a_mail())
    world.settle()
    told = world.only().acknowledgement
    assert told
    assert told.reason == "suppressed"


def test_EM_26_an_answer_of_unknown_fate_is_not_sent_again(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_mail())
    world.settle()
    world.provider.taken.clear()
    world.provider.raising, world.provider.after_taking = [SendUnknownError("500", "cut")], True
    desk.reply(ann, world.only().id, "On its way.", "k", world.board)
    world.settle()
    world.later(minutes=5)
    world.settle()
    assert len(sent(world)) == 1
    assert world.only().status is Status.ASSIGNED


def test_X_15_the_same_words_again_and_again_fall_silent(world: World) -> None:
    for number in range(1, 5):
        world.route(a_mail(number, text="I am a machine."))
        world.settle()
        world.later(minutes=1)
    reasons = [known.acknowledgement.reason for known in conversations(world) if known.acknowledgement]
    assert reasons == ["first_message", "first_message", "repeating", "repeating"]


def test_X_15_two_of_us_wired_to_each_other_fall_silent(world: World) -> None:
    """Each acknowledgement of one comes to the other as a customer's mail, by a relay that drops every header."""
    number = 1
    world.route(a_mail(number))
    for _ in range(20):
        world.settle()
        answers, world.provider.taken[:] = list(world.provider.taken), []
        if not answers:
            break
        for answer in answers:
            number += 1
            world.route(a_mail(number, text=answer.text))
            world.later(seconds=30)
    assert number <= 4
