"""What no webhook brought is found in the provider's list, once, and everything known is left alone (rule X-3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.aws.cursors import DynamoCursors
from switchboard.channels import Account, Listed
from switchboard.consent import ConsentState
from switchboard.errors import BusRefusedError, SecretMissingError, SendThrottledError
from switchboard.events import MessageReceived
from switchboard.flows.reconcile import LONGEST, MOST_SLICES, OVERLAP, SLICE, YOUNG, Reconciler, reconcile, slices
from switchboard.message import Attachment, ConsentChange, Message, Party
from switchboard.ports import Cursor
from tests.doubles import raising
from tests.world import CUSTOMER, MONDAY, World

SMS, RETURNS = "acme-sms", "acme-returns"
PICTURE = Attachment(url="https://api.twilio.com/x", content_type="image/png")


@dataclass
class Provider:
    """A provider that lists what it was told, and remembers what it was asked for."""

    listed: list[Listed] = field(default_factory=list)
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def received(self, account: Account, since: datetime, until: datetime) -> Iterable[Listed]:
        self.asked.append((since, until))
        return [one for one in self.listed if since <= one.at < until and one.event.account == account.key]

    def files(self, provider_id: str) -> tuple[Attachment, ...]:
        return (PICTURE,)


@dataclass
class Desk:
    """A world with a provider's list beside it; what is put on the bus reaches the router when the test says so."""

    world: World
    provider: Provider = field(default_factory=Provider)

    def __post_init__(self) -> None:
        self.cursors = DynamoCursors(self.world.client, "queues")
        self.begin()

    def begin(self, ago: timedelta = timedelta(hours=1)) -> None:
        """Let every account have been compared an hour ago, and been ours for a month."""
        for account in (SMS, RETURNS):
            cursor = Cursor(begun=MONDAY - timedelta(days=30), until=self.world.now - ago)
            self.cursors.put(account, cursor)

    @property
    def parts(self) -> Reconciler:
        world = self.world
        return Reconciler(
            policy=world.policy,
            conversations=world.conversations,
            customers=world.board.customers,
            cursors=self.cursors,
            bus=world,
            clock=world.clock,
            connect=lambda *_: self.provider,
        )

    def lists(self, text: str = "hello", sid: str = "SM1", minutes_ago: float = 10, **more: bool) -> Listed:
        """Let the provider have received a text."""
        common = {"channel": "sms", "account": SMS, "provider_id": sid, "to": (Party(address="+15550100100"),)}
        kind = {"STOP": "opt_out", "HELP": "help"}.get(text)
        event = (
            ConsentChange(kind=kind, wording=text, sender=Party(address=CUSTOMER), **common)
            if kind
            else Message(text=text, sender=Party(address=CUSTOMER), **common)
        )
        one = Listed(event, self.world.now - timedelta(minutes=minutes_ago), **more)
        self.provider.listed.append(one)
        return one

    def found(self) -> int:
        return sum(one.found for one in reconcile(self.parts))

    def published(self) -> list[MessageReceived]:
        return [event for event in self.world.published if isinstance(event, MessageReceived)]

    def route(self) -> None:
        for event in self.published():
            self.world.now, now = event.at, self.world.now
            self.world.route(event.message)
            self.world.now = now


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_X_3_a_lost_text_is_put_on_the_bus_as_its_webhook_would_have_done_it(desk: Desk) -> None:
    lost = desk.lists()
    assert desk.found() == 1
    assert desk.published() == [MessageReceived(at=lost.at, message=lost.event)]


def test_X_3_a_text_that_came_is_left_alone(desk: Desk) -> None:
    desk.lists()
    desk.world.text(sid="SM1")
    assert desk.found() == 0
    assert desk.published() == []


def test_X_3_another_text_of_a_known_customer_is_found(desk: Desk) -> None:
    desk.world.text(sid="SM0")
    desk.lists()
    assert desk.found() == 1


def test_X_3_a_found_text_is_in_the_conversation_once_though_its_webhook_comes_late(desk: Desk) -> None:
    desk.lists()
    desk.found()
    desk.route()
    desk.world.text(sid="SM1")
    (known,) = desk.world.all_conversations()
    assert [entry.id for entry in desk.world.entries(known)] == ["SM1"]
    assert desk.found() == 0


def test_X_3_what_is_on_its_way_is_not_put_on_the_bus_again(desk: Desk) -> None:
    desk.lists()
    assert [desk.found(), desk.found()] == [1, 0]


def test_X_3_what_was_found_is_forgotten_with_the_overlap(desk: Desk) -> None:
    desk.lists()
    desk.found()
    desk.world.later(hours=3)
    desk.found()
    cursor = desk.cursors.get(SMS)
    assert cursor
    assert cursor.handed_over == {}


def test_X_3_a_young_text_is_left_to_its_webhook(desk: Desk) -> None:
    desk.lists(minutes_ago=1.9)
    assert desk.found() == 0
    desk.world.later(minutes=1)
    assert desk.found() == 1


def test_X_3_a_list_that_shows_a_text_late_does_not_lose_it(desk: Desk) -> None:
    assert desk.found() == 0
    desk.lists(minutes_ago=100)
    assert desk.found() == 1


def test_X_3_a_lost_stop_takes_effect_at_the_time_it_was_sent(desk: Desk) -> None:
    desk.world.text(sid="SM0")
    stop = desk.lists("STOP")
    desk.found()
    desk.route()
    contact = desk.world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert contact.consent(SMS).state is ConsentState.STOPPED
    assert contact.consent(SMS).since == stop.at


@pytest.mark.parametrize("word", ["STOP", "HELP"])
def test_X_3_the_audit_trail_tells_which_keywords_came(desk: Desk, word: str) -> None:
    keyword = desk.lists(word)
    desk.world.route(keyword.event)
    assert desk.found() == 0


def test_X_3_a_yes_that_lifted_a_stop_has_come(desk: Desk) -> None:
    desk.world.route(desk.lists("STOP", "SM1", minutes_ago=20).event)
    desk.world.text("YES", sid="SM2")
    desk.lists("YES", "SM2")
    assert desk.found() == 0


def test_X_3_files_are_asked_for_only_of_what_was_lost(desk: Desk) -> None:
    desk.lists("", "SM1", has_files=True)
    desk.lists("", "SM2", has_files=True)
    desk.world.text(sid="SM2")
    desk.found()
    (event,) = desk.published()
    assert isinstance(event.message, Message)
    assert event.message.attachments == (PICTURE,)


def test_X_3_the_oldest_is_put_on_the_bus_first(desk: Desk) -> None:
    desk.lists(sid="SM2", minutes_ago=5)
    desk.lists(sid="SM1", minutes_ago=9)
    desk.found()
    assert [event.message.provider_id for event in desk.published()] == ["SM1", "SM2"]


def test_X_3_what_came_before_the_number_was_ours_is_left_alone(desk: Desk) -> None:
    desk.world.client.delete_item(TableName="queues", Key={"queue": {"S": f"account#{SMS}"}, "item": {"S": "cursor"}})
    desk.lists(minutes_ago=10)
    assert desk.found() == 0
    desk.world.later(minutes=10)
    desk.lists(sid="SM2", minutes_ago=5)
    assert desk.found() == 1


def test_X_3_one_accounts_error_is_not_anothers(desk: Desk) -> None:
    desk.lists()

    def connect(_channel: str, account: str) -> Provider:
        if account == RETURNS:
            raise SendThrottledError("20003", "credentials not accepted")
        return desk.provider

    done = {one.account: one for one in reconcile(replace(desk.parts, connect=connect))}
    assert isinstance(done[RETURNS].failure, SendThrottledError)
    assert (done[SMS].failure, done[SMS].found) == (None, 1)


def test_X_3_an_account_without_credentials_is_no_failure(desk: Desk) -> None:
    done = reconcile(replace(desk.parts, connect=raising(SecretMissingError("no value yet"))))
    assert [one.failure for one in done] == [None, None]


def test_X_3_what_the_bus_refused_is_found_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.lists()
    with monkeypatch.context() as patch:
        patch.setattr(desk.world, "publish", raising(BusRefusedError("out of reach")))
        (failed,) = [one for one in reconcile(desk.parts) if one.failure]
        assert failed.account == SMS
    assert desk.found() == 1


def test_X_3_a_gap_is_made_up_for_run_by_run_the_furthest_behind_first(desk: Desk) -> None:
    desk.begin(timedelta(days=1))
    desk.cursors.put(RETURNS, Cursor(begun=MONDAY - timedelta(days=30), until=desk.world.now - YOUNG))
    desk.lists(minutes_ago=23 * 60)
    desk.lists(sid="SM2", minutes_ago=60)
    assert [one.account for one in reconcile(desk.parts)] == [SMS, RETURNS]
    assert [event.message.provider_id for event in desk.published()] == ["SM1"]
    assert desk.found() + desk.found() == 1


def test_only_channels_whose_provider_keeps_a_list_are_compared(desk: Desk) -> None:
    assert {one.account for one in reconcile(desk.parts)} == {SMS, RETURNS}


@given(
    begun=st.timedeltas(timedelta(0), timedelta(days=60)),
    behind=st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_X_3_what_is_listed_is_without_gaps_and_ends_two_minutes_ago(begun: timedelta, behind: timedelta) -> None:
    cursor = Cursor(begun=MONDAY - YOUNG - begun, until=MONDAY - YOUNG - min(behind, begun))
    spans = list(slices(cursor, MONDAY))
    assert len(spans) <= MOST_SLICES
    assert all(timedelta(0) < until - since <= SLICE for since, until in spans)
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    if spans:
        assert spans[0][0] >= max(cursor.begun, MONDAY - LONGEST)
        assert spans[0][0] <= max(cursor.begun, MONDAY - LONGEST, MONDAY - YOUNG - OVERLAP)
        assert spans[-1][1] == MONDAY - YOUNG or len(spans) == MOST_SLICES
