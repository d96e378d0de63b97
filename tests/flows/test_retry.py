"""What is in quarantine is read again as it would be read today, and counts once however often that is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest

from switchboard import quarantine as transition
from switchboard.channels import Account, all_channels
from switchboard.errors import BusRefusedError, NotFoundError, SecretMissingError, UnavailableError
from switchboard.events import Event, MessageQuarantined, MessageReceived
from switchboard.flows.receive import read
from switchboard.flows.retry import Means, retry
from switchboard.message import DeliveryReport, Message
from switchboard.quarantine import Quarantined, State
from tests.contract.samples import FOLDERS, files_in, samples_of
from tests.doubles import Overridden
from tests.world import CUSTOMER, MONDAY, World

OURS = "+15550100100"
TEXT = {"MessageSid": f"SM{'1' * 32}", "AccountSid": f"AC{'0' * 32}", "From": CUSTOMER, "To": OURS, "Body": "hello"}
KEY = "quarantine/acme-sms/q1"


@dataclass
class Desk:
    """Everything that reading again takes; what lies in the bucket is in `raw`."""

    world: World
    raw: dict[str, bytes] = field(default_factory=dict)
    published: list[Event] = field(default_factory=list)
    bus_is_down: bool = False
    bucket_is_down: bool = False

    def of(self, account: str) -> Sequence[dict[str, str]]:
        raise SecretMissingError("none")

    def refresh(self, account: str) -> bool:
        return False

    def publish(self, events: Sequence[Event]) -> None:
        if self.bus_is_down:
            raise BusRefusedError("out of reach")
        self.published.extend(events)

    def keep(self, key: str, raw: bytes) -> None:
        self.raw[key] = raw

    def size(self, key: str) -> int:
        return len(self.fetch(key))

    def fetch(self, key: str) -> bytes:
        if self.bucket_is_down:
            raise UnavailableError("out of reach")
        if key not in self.raw:
            raise NotFoundError("gone")
        return self.raw[key]

    def fetch_head(self, key: str, length: int) -> bytes:
        return self.fetch(key)[:length]

    @property
    def means(self) -> Means:
        return Means(
            policy=self.world.policy,
            secrets=self,
            bus=self,
            store=self,
            quarantine=self.world.quarantine,
            clock=self.world.clock,
        )

    def put_aside(self, raw: bytes, key: str = KEY, **changes: Any) -> None:
        """A delivery came an hour ago and was not understood then."""
        item = MessageQuarantined(
            at=MONDAY,
            **{
                "account": "acme-sms",
                "channel": "sms",
                "quarantine_id": "q1",
                "reason": "no_body",
                "key": key,
                "size": len(raw),
                **changes,
            },
        )
        self.raw[key] = raw
        self.world.quarantine.add(item)
        self.world.later(hours=1)

    def retry(self, account: str = "acme-sms") -> str:
        return retry(account, "q1", self.means)

    def item(self, account: str = "acme-sms") -> Quarantined:
        found = self.world.quarantine.get(account, "q1")
        assert found
        return found

    def route(self) -> None:
        """All that was published so far reaches the router."""
        for event in self.published:
            assert isinstance(event, MessageReceived)
            self.world.route(event.message)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_what_is_understood_today_is_on_the_bus_as_of_when_it_came(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    assert desk.retry() == "message"
    (event,) = desk.published
    assert isinstance(event, MessageReceived)
    assert (event.at, event.message.provider_id) == (MONDAY, TEXT["MessageSid"])
    done = desk.item()
    assert (done.state, done.outcome, done.retried_at) == (State.RETRIED, "message", desk.world.now)


def test_reading_it_twice_publishes_it_once(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    assert [desk.retry(), desk.retry()] == ["message", "settled"]
    assert len(desk.published) == 1


def test_whoever_dies_after_publishing_does_it_again_and_it_is_one_message(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    desk.retry()
    known = desk.item()
    desk.world.quarantine.save(known, replace(known, state=State.OPEN, outcome=None, retried_at=None))
    assert desk.retry() == "message"
    assert len(desk.published) == 2
    desk.route()
    assert [entry.text for entry in desk.world.entries(desk.world.only())] == ["hello"]


def test_what_is_still_not_understood_stays_with_the_reason_of_today(desk: Desk) -> None:
    desk.put_aside(b"Body=hello")
    assert desk.retry() == "quarantined:no_message_sid"
    assert (desk.item().state, desk.item().reason, desk.published) == (State.OPEN, "no_message_sid", [])


def test_a_refusal_of_the_bus_leaves_it_for_the_next_try(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    desk.bus_is_down = True
    with pytest.raises(BusRefusedError):
        desk.retry()
    assert desk.item().retried_at is None
    desk.bus_is_down = False
    assert desk.retry() == "message"


def test_bytes_that_have_expired_are_the_reason_from_then_on(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    desk.raw.clear()
    assert desk.retry() == "quarantined:bytes_expired"
    assert desk.item().reason == "bytes_expired"


def test_a_bucket_out_of_reach_is_tried_again(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    desk.bucket_is_down = True
    with pytest.raises(UnavailableError):
        desk.retry()


def test_what_was_dismissed_or_was_never_there_is_left_alone(desk: Desk) -> None:
    assert desk.retry() == "settled"
    desk.put_aside(urlencode(TEXT).encode())
    known = desk.item()
    desk.world.quarantine.save(known, transition.dismiss(known, "dee", desk.world.now))
    assert (desk.retry(), desk.published) == ("settled", [])


def test_whoever_dismisses_it_while_it_is_read_has_the_last_word(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode())
    real = desk.world.quarantine

    def dismissed_meanwhile(before: Quarantined, after: Quarantined) -> Quarantined:
        real.save(before, transition.dismiss(before, "dee", desk.world.now))
        return real.save(before, after)

    means = replace(desk.means, quarantine=Overridden(real, save=dismissed_meanwhile))
    assert retry("acme-sms", "q1", means) == "settled"
    assert desk.item().state is State.DISMISSED


def test_an_account_that_is_none_of_ours_any_more_is_the_reason(desk: Desk) -> None:
    desk.put_aside(urlencode(TEXT).encode(), account="gone", key="quarantine/gone/q1")
    assert desk.retry("gone") == "quarantined:unknown_account"


def test_a_report_keeps_what_it_is_about_by_the_query_beside_its_body(desk: Desk) -> None:
    report = {**TEXT, "From": OURS, "To": CUSTOMER, "MessageStatus": "delivered"}
    desk.put_aside(urlencode(report).encode(), query="conversation=c1&message=m1")
    assert desk.retry() == "delivery_status"
    (event,) = desk.published
    assert isinstance(event, MessageReceived)
    assert isinstance(event.message, DeliveryReport)
    assert (event.message.conversation_id, event.message.message_id) == ("c1", "m1")


SOCIAL = sorted(name for name, found in all_channels().items() if found.transport == "social")


@pytest.mark.parametrize("name", SOCIAL)
def test_every_channels_deliveries_are_read_again_as_they_were_read_at_first(desk: Desk, name: str) -> None:
    account, found = f"acme-{name}", all_channels()[name]
    ours = Account(account, desk.world.policy.accounts[account].address)
    for sample in samples_of(name, files_in(FOLDERS / name / "samples")):
        desk.published.clear()
        request = sample.request
        first = read(request, ours, found, MONDAY)
        quarantine_id = sample.name[-30:]
        desk.put_aside(
            request.body,
            account=account,
            channel=name,
            key=f"quarantine/{account}/{quarantine_id}",
            quarantine_id=quarantine_id,
        )
        assert retry(account, quarantine_id, desk.means) == first.outcome
        assert desk.published == list(first.events)


# -- mail ------------------------------------------------------------------------------------------

MAIL_KEY = "mail/acme-email/m1"
MAIL = b"From: Jane <jane@customer.example>\r\nTo: support@acme.example\r\nSubject: Hi\r\n\r\nWhere is it?\r\n"
INFECTED = b"X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: FAIL\r\nX-SES-RECEIPT: x\r\n" + MAIL
OF_MAIL = {"account": "acme-email", "channel": "email", "reason": "unknown_account"}


def test_a_mail_is_read_again_where_it_lies(desk: Desk) -> None:
    desk.put_aside(MAIL, MAIL_KEY, **OF_MAIL)
    assert desk.retry("acme-email") == "message"
    (event,) = desk.published
    assert isinstance(event, MessageReceived)
    assert isinstance(event.message, Message)
    assert (event.message.provider_id, event.message.raw, event.at) == ("m1", MAIL_KEY, MONDAY)


def test_a_mail_that_came_inside_its_notice_is_read_again_too(desk: Desk) -> None:
    desk.put_aside(MAIL, "content/acme-email/m1.eml", **OF_MAIL)
    assert desk.retry("acme-email") == "message"


def test_EM_3_a_mail_with_a_virus_is_not_opened_however_often_one_asks(desk: Desk) -> None:
    desk.put_aside(INFECTED, MAIL_KEY, **OF_MAIL)
    assert desk.retry("acme-email") == "quarantined:virus"
    desk.raw.clear()  # from now on not even its head is read
    assert desk.retry("acme-email") == "quarantined:virus"
    assert not [event for event in desk.published if isinstance(event, MessageReceived)]


def test_a_notice_that_is_understood_today_brings_its_mail(desk: Desk) -> None:
    desk.raw[MAIL_KEY] = MAIL
    described = {"bucket": {"name": "raw"}, "object": {"key": MAIL_KEY, "size": len(MAIL)}}
    notice = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": described}]}).encode()
    desk.put_aside(notice, "quarantine/unknown/q1", account="unknown", channel="email", reason="unknown_notice")
    assert desk.retry("unknown") == "message"


@pytest.mark.parametrize(("notice", "reason"), [(b"{}", "unknown_notice"), (b"\xff", "notice_is_no_json")])
def test_a_notice_that_nobody_understands_today_either_stays(desk: Desk, notice: bytes, reason: str) -> None:
    desk.put_aside(notice, "quarantine/unknown/q1", account="unknown", channel="email", reason="unknown_notice")
    assert desk.retry("unknown") == f"quarantined:{reason}"
    assert desk.item("unknown").reason == reason


def test_a_mail_that_is_gone_is_told_so(desk: Desk) -> None:
    desk.put_aside(MAIL, MAIL_KEY, **OF_MAIL)
    desk.raw.clear()
    assert desk.retry("acme-email") == "quarantined:bytes_expired"
