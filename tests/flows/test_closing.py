"""What a customer writes after a resolution: thanks open nothing, anything else goes on with the same agent."""

from datetime import timedelta

import pytest

from switchboard.conversation import Status
from switchboard.flows import assignments, desk
from switchboard.message import Attachment, Message, Party
from switchboard.routing import Presence
from tests.world import CUSTOMER, World


def resolved(world: World) -> desk.Caller:
    ann = world.agent("ann")
    world.text()
    world.settle()
    desk.reply(ann, world.only().id, "here you are", "k", world.board)
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=False)
    world.settle()
    world.provider.taken.clear()
    world.later(minutes=1)
    return ann


@pytest.mark.parametrize("words", ["Thanks!", "ok", "👍", "¡Muchas gracias!", "Merci beaucoup"])
def test_thanks_are_recorded_on_what_was_resolved_and_open_nothing(world: World, words: str) -> None:
    resolved(world)
    world.text(words)
    world.settle()
    known = world.only()
    assert (known.status, known.owner, known.awaiting_since) == (Status.RESOLVED, None, None)
    assert world.entries(known)[-1].text == words
    assert world.provider.taken == []


def test_a_redelivered_thank_you_has_its_effect_once(world: World) -> None:
    resolved(world)
    sid = world.text("thanks")
    before = world.only()
    world.text("thanks", sid=sid)
    assert world.only() == before


@pytest.mark.parametrize("words", ["thanks, but it still doesn't work", "thanks?", "ok and when?", "👎"])
def test_what_says_more_opens_a_conversation_with_the_same_agent(world: World, words: str) -> None:
    resolved(world)
    world.agent("bob", units=50)
    world.text(words)
    newest = max(world.all_conversations(), key=lambda known: known.number)
    assert (newest.number, newest.owner) == (2, "ann")


def test_thanks_with_a_file_are_looked_at(world: World) -> None:
    resolved(world)
    world.route(
        Message(
            channel="sms",
            account="acme-sms",
            provider_id="MM1",
            sender=Party(address=CUSTOMER),
            text="thanks",
            attachments=(Attachment(url="https://api.twilio.com/x"),),
        )
    )
    assert len(world.all_conversations()) == 2


def test_thanks_long_after_open_a_conversation(world: World) -> None:
    resolved(world)
    world.later(days=4)
    world.text("thanks")
    assert len(world.all_conversations()) == 2


def test_thanks_from_somebody_new_are_a_message_like_any(world: World) -> None:
    world.text("thanks")
    assert world.only().status is Status.WAITING


def test_thanks_in_an_open_conversation_are_a_message_like_any(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "does Tuesday suit you?", "k", world.board)
    world.text("ok great")
    assert world.only().awaiting_since == world.now


def test_if_the_last_agent_is_not_there_it_is_routed_anew_at_its_age(world: World) -> None:
    ann = resolved(world)
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    world.agent("bob")
    world.text("it broke again")
    newest = max(world.all_conversations(), key=lambda known: known.number)
    assert (newest.owner, newest.awaiting_since) == ("bob", world.now)


def test_a_snooze_that_is_longer_than_memory_comes_back_to_its_agent_all_the_same(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    assignments.snooze(ann, world.only().id, world.now + timedelta(days=30), world.board)
    world.later(days=30)
    for n in range(5):
        world.agent(f"bob{n}", units=50)
    desk.set_presence(ann, Presence.ONLINE, world.board)
    world.sweep()
    assert world.only().owner == "ann"
