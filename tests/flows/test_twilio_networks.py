"""WhatsApp through Twilio, from the webhook's event to the answer: identity, window and opt-out are a customer's."""

import pytest

from switchboard.channels import Account, Request
from switchboard.channels.sms import CHANNEL
from switchboard.conversation import Entry
from switchboard.errors import RefusedError
from switchboard.flows import desk
from switchboard.message import DeliveryStatus
from tests.world import World

OURS, NUMBER, USER_ID = "whatsapp:+15550100300", "whatsapp:+15551230001", "whatsapp:ID.4566123"
ACCOUNT = "acme-wa"


@pytest.fixture
def whatsapp(world: World) -> World:
    """A team with an account on WhatsApp, and ann at her desk."""
    sms = world.policy.accounts["acme-sms"]
    ours = sms.model_copy(update={"address": OURS, "registration": None})
    world.with_policy(accounts={**world.policy.accounts, ACCOUNT: ours})
    world.agent("ann")
    return world


def write(world: World, body: str = "hello", sender: str = NUMBER, sid: str = "SM1") -> None:
    form = f"MessageSid={sid}&From={sender}&To={OURS}&Body={body}&ExternalUserId={USER_ID}&ProfileName=Ada"
    request = Request("POST", "https://m.example/sms/acme-wa", {}, form.replace("+", "%2B").encode())
    (event,) = CHANNEL.parse(request, Account(ACCOUNT, OURS))
    world.route(event)


def reply(world: World, key: str = "k") -> Entry:
    entry, _ = desk.reply(desk.Caller("ann"), world.only().id, "On its way.", key, world.board)
    return entry


def test_TW_13_answers_go_to_the_number_of_a_customer_who_is_known_by_their_id(whatsapp: World) -> None:
    write(whatsapp)
    whatsapp.settle()
    reply(whatsapp)
    whatsapp.settle()
    assert [sent.recipient for sent in whatsapp.provider.taken] == [NUMBER, NUMBER]
    assert {sent.sender for sent in whatsapp.provider.taken} == {OURS}
    assert whatsapp.only().address == USER_ID


def test_TW_13_a_customer_who_hides_their_number_is_the_same(whatsapp: World) -> None:
    write(whatsapp)
    write(whatsapp, "It is me again", sender=USER_ID, sid="SM2")
    assert len(whatsapp.entries(whatsapp.only())) == 2
    reply(whatsapp)
    whatsapp.settle()
    assert whatsapp.provider.taken[-1].recipient == USER_ID


def test_TW_14_after_a_day_an_agent_is_told_that_the_window_is_closed(whatsapp: World) -> None:
    write(whatsapp)
    whatsapp.later(hours=24, minutes=1)
    with pytest.raises(RefusedError, match="wrote too long ago"):
        reply(whatsapp)


def test_TW_14_what_waited_for_longer_than_the_window_is_not_sent(whatsapp: World) -> None:
    write(whatsapp)
    entry = reply(whatsapp)
    whatsapp.later(hours=24, minutes=1)
    whatsapp.settle()
    assert whatsapp.provider.taken == []
    known = whatsapp.conversations.entry(entry.thread, entry.id)
    assert known
    assert (known.status, known.code) == (DeliveryStatus.FAILED, "window")


def test_TW_14_a_number_has_no_window(whatsapp: World) -> None:
    whatsapp.text()
    whatsapp.later(hours=25)
    reply(whatsapp)
    whatsapp.settle()
    assert whatsapp.provider.taken[-1].text == "On its way."


def test_TW_15_stop_is_kept_by_us_where_nobody_else_does(whatsapp: World) -> None:
    write(whatsapp)
    entry = reply(whatsapp)
    write(whatsapp, "STOP", sender=USER_ID, sid="SM2")
    whatsapp.settle()
    assert whatsapp.provider.taken == []
    known = whatsapp.conversations.entry(entry.thread, entry.id)
    assert known
    assert (known.status, known.code) == (DeliveryStatus.FAILED, "opted_out")
    with pytest.raises(RefusedError, match="opted out"):
        reply(whatsapp, "again")


def test_TW_15_a_stop_is_not_answered(whatsapp: World) -> None:
    write(whatsapp, "STOP")
    whatsapp.settle()
    assert (whatsapp.provider.taken, whatsapp.all_conversations()) == ([], [])
