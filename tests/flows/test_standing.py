"""Spam and blocks: what becomes of the conversation, and of all that their customer writes from then on."""

import pytest

from switchboard.conversation import Conversation, Mark, Status
from switchboard.errors import ForbiddenError, RefusedError
from switchboard.events import ConversationMarked
from switchboard.flows import desk, standing
from tests.world import CUSTOMER, World

LEAD = desk.Caller("lea", is_lead=True)


def newest(world: World) -> Conversation:
    return max(world.all_conversations(), key=lambda known: known.number)


def held(world: World, mark: Mark) -> tuple[desk.Caller, str]:
    ann = world.agent("ann")
    world.text("buy watches")
    world.settle()
    world.provider.taken.clear()
    identifier = world.only().id
    standing.hold(ann, identifier, mark, world.board)
    return ann, identifier


def test_spam_ends_the_conversation_and_gives_the_slot_back(world: World) -> None:
    held(world, "spam")
    assert (world.only().status, world.only().mark, world.free("ann")) == (Status.RESOLVED, "spam", 5)


def test_holding_twice_is_holding_once(world: World) -> None:
    ann, identifier = held(world, "spam")
    before = world.only()
    assert standing.hold(ann, identifier, "spam", world.board) == before
    assert world.free("ann") == 5


def test_a_spammers_further_messages_go_to_the_queue_for_spam_without_acknowledgement(world: World) -> None:
    world.with_policy(spam="returns")
    held(world, "spam")
    world.text("fire! buy more watches")
    world.settle()
    known = newest(world)
    assert (known.number, known.queue, known.priority, known.reasons) == (2, "returns", "low", ("spam",))
    assert known.why == ("an agent marked this customer as spam",)
    assert world.provider.taken == []


def test_who_is_no_spammer_any_more_is_routed_and_acknowledged_like_anybody(world: World) -> None:
    world.with_policy(spam="returns")
    ann, identifier = held(world, "spam")
    standing.lift(ann, identifier, "spam", world.board)
    standing.lift(ann, identifier, "spam", world.board)
    world.text("hello")
    world.settle()
    assert (newest(world).queue, newest(world).mark, len(world.provider.taken)) == ("support", None, 1)


def test_it_may_be_lifted_where_their_next_message_lies_and_is_announced_there(world: World) -> None:
    ann, _ = held(world, "spam")
    world.text("where is my order?")
    world.settle()
    world.published.clear()
    standing.lift(ann, newest(world).id, "spam", world.board)
    world.settle()
    assert [event.mark for event in world.published if isinstance(event, ConversationMarked)] == [None]
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert contact.mark is None


def test_a_blocked_customers_messages_are_recorded_and_reach_nobody(world: World) -> None:
    held(world, "blocked")
    sid = world.text("let me in")
    world.text("let me in", sid=sid)
    world.settle()
    known = world.only()
    assert (known.status, known.owner, world.free("ann")) == (Status.RESOLVED, None, 5)
    assert [entry.text for entry in world.entries(known) if entry.author == "customer"] == ["buy watches", "let me in"]
    assert world.provider.taken == []


def test_what_a_blocked_customer_writes_to_another_account_is_over_as_it_opens(world: World) -> None:
    held(world, "blocked")
    world.text("let me in", account="acme-returns")
    world.settle()
    other = next(known for known in world.all_conversations() if known.account == "acme-returns")
    assert (other.status, other.mark, other.owner, len(world.entries(other))) == (Status.RESOLVED, "blocked", None, 1)
    assert world.provider.taken == []


def test_only_a_lead_lifts_a_block_and_then_they_are_served_again(world: World) -> None:
    ann, identifier = held(world, "blocked")
    with pytest.raises(ForbiddenError, match="lead"):
        standing.lift(ann, identifier, "blocked", world.board)
    with pytest.raises(ForbiddenError, match="lead"):
        standing.hold(ann, identifier, "spam", world.board)
    standing.lift(LEAD, identifier, "blocked", world.board)
    world.text("hello again")
    world.settle()
    assert (newest(world).number, newest(world).owner) == (2, "ann")


def test_what_came_while_they_were_blocked_is_not_answered_by_a_late_copy(world: World) -> None:
    _, identifier = held(world, "blocked")
    sid = world.text("let me in")
    standing.lift(LEAD, identifier, "blocked", world.board)
    world.text("let me in", sid=sid)
    assert world.only().status is Status.RESOLVED


def test_lifting_spam_lifts_no_block(world: World) -> None:
    ann, identifier = held(world, "blocked")
    standing.lift(ann, identifier, "spam", world.board)
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert (contact.mark, world.only().mark) == ("blocked", "blocked")


def test_whom_we_hold_for_something_is_not_written_to(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.text(account="acme-returns")
    other = next(known for known in world.all_conversations() if known.account == "acme-sms")
    mine = next(known for known in world.all_conversations() if known.account == "acme-returns")
    standing.hold(ann, other.id, "blocked", world.board)
    with pytest.raises(RefusedError, match="lift that first"):
        desk.reply(ann, mine.id, "hi", "k", world.board)


def test_who_only_sees_it_holds_nobody(world: World) -> None:
    world.agent("ann")
    world.text()
    with pytest.raises(ForbiddenError):
        standing.hold(world.agent("bob"), world.only().id, "spam", world.board)
