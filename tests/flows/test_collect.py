"""Mail's way in: what a notice tells of reaches the bus whole, however large, broken or infected it is."""

import json
import tracemalloc
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels.email import tags
from switchboard.channels.email.threading import reply_address
from switchboard.errors import BusRefusedError, NotFoundError, SecretMissingError, UnavailableError
from switchboard.events import Event, MessageQuarantined, MessageReceived
from switchboard.flows.collect import HEAD, Collected, collect
from switchboard.message import Content, DeliveryReport, DeliveryStatus, Message, Received, Unhandled
from switchboard.policy import load_policy
from tests.world import MONDAY, ROOT

POLICY = load_policy(ROOT / "policy.yaml")
ACCOUNT, OURS = "acme-email", "support@acme.example"
KEY = f"mail/{ACCOUNT}/m1"
MAIL_KEY, NEXT_KEY = "k" * 64, "n" * 64
ENTRY = 256 * 1024
"""Bytes that EventBridge takes."""
PLAIN = f"From: Jane <jane@customer.example>\r\nTo: {OURS}\r\nSubject: Hi\r\n\r\nWhere is my order?\r\n"
VIRUS = "X-SES-Spam-Verdict: PASS\r\nX-SES-Virus-Verdict: FAIL\r\nX-SES-RECEIPT: x\r\n"


@dataclass
class Office:
    """The ports of mail's way in, remembering what reached them."""

    mail: dict[str, bytes] = field(default_factory=dict)
    secrets: list[dict[str, str]] = field(default_factory=lambda: [{"mail_key": NEXT_KEY}, {"mail_key": MAIL_KEY}])
    bus_is_down: bool = False
    bucket_is_down: bool = False
    secrets_are_down: bool = False
    published: list[Event] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    largest_read: int = 0

    def of(self, account: str) -> Sequence[dict[str, str]]:
        if self.secrets_are_down:
            raise UnavailableError("out of reach")
        if not self.secrets:
            raise SecretMissingError("no value yet")
        return self.secrets

    def refresh(self, account: str) -> bool:
        return False

    def publish(self, events: Sequence[Event]) -> None:
        if self.bus_is_down:
            raise BusRefusedError("out of reach")
        assert all(len(event.model_dump_json(exclude_none=True).encode()) < ENTRY for event in events)
        self.published.extend(events)

    def keep(self, key: str, raw: bytes) -> None:
        if self.bucket_is_down:
            raise UnavailableError("out of reach")
        self.kept[key] = raw

    def size(self, key: str) -> int:
        return len(self.fetch(key))

    def fetch(self, key: str) -> bytes:
        if self.bucket_is_down:
            raise UnavailableError("out of reach")
        if key not in self.mail:
            raise NotFoundError("gone")
        self.largest_read = max(self.largest_read, len(self.mail[key]))
        return self.mail[key]

    def fetch_head(self, key: str, length: int) -> bytes:
        self.largest_read = max(self.largest_read, length)
        return self.mail[key][:length]

    def take(self, notice: object, **changes: Any) -> Sequence[Collected]:
        return collect(
            notice if isinstance(notice, str) else json.dumps(notice),
            policy=POLICY,
            secrets=self,
            bus=self,
            store=self,
            clock=lambda: MONDAY,
            **changes,
        )

    def receive(self, raw: str | bytes, key: str = KEY, **changes: Any) -> Received:
        """Store a mail, take its notice, and return what was published."""
        self.mail[key] = raw.encode() if isinstance(raw, str) else raw
        self.take(stored(key, len(self.mail[key])), **changes)
        (event,) = self.published
        assert isinstance(event, MessageReceived)
        return event.message

    def message(self, raw: str | bytes, **changes: Any) -> Message:
        found = self.receive(raw, **changes)
        assert isinstance(found, Message)
        return found

    def quarantined(self) -> MessageQuarantined:
        (event,) = self.published
        assert isinstance(event, MessageQuarantined)
        return event


def record(key: str, size: int | None = None, at: str = "2026-11-02T08:59:00.000Z") -> dict[str, Any]:
    described = {"key": key, **({} if size is None else {"size": size})}
    return {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": at,
        "s3": {"bucket": {"name": "raw"}, "object": described},
    }


def stored(key: str, size: int | None = None) -> dict[str, Any]:
    """The bucket's notice of one mail."""
    return {"Records": [record(key, size)]}


def received(recipients: Sequence[str] = (OURS,), **more: Any) -> dict[str, Any]:
    """SES's own notice of one mail."""
    return {
        "notificationType": "Received",
        "mail": {"messageId": "m1", "source": "jane@customer.example"},
        "receipt": {"timestamp": "2026-11-02T08:59:00.000Z", "recipients": list(recipients), **more.pop("receipt", {})},
        **more,
    }


# -- what comes and where it goes --------------------------------------------------------------------


def test_EM_1_a_mail_that_was_stored_is_on_the_bus_with_the_key_of_its_bytes() -> None:
    office = Office()
    message = office.message(PLAIN)
    assert (message.account, message.provider_id, message.raw) == (ACCOUNT, "m1", KEY)
    assert (message.sender.address, message.subject, message.text.strip()) == (
        "jane@customer.example",
        "Hi",
        "Where is my order?",
    )
    assert office.kept == {}, "all of it travels"


def test_EM_1_every_mail_of_a_notice_is_taken_and_percent_signs_are_undone() -> None:
    office = Office()
    keys = [f"mail/{ACCOUNT}/a+b", "mail/acme-returns-email/c"]
    office.mail = dict.fromkeys(keys, PLAIN.encode())
    taken = office.take({"Records": [record(keys[0].replace("+", "%2B"), 5), record(keys[1], 5)]})
    assert [each.outcome for each in taken] == ["message", "message"]
    messages = [event.message for event in office.published if isinstance(event, MessageReceived)]
    assert [message.account for message in messages] == [ACCOUNT, "acme-returns-email"]
    assert [message.raw for message in messages] == keys


def test_EM_1_a_test_or_set_up_notice_brings_nothing() -> None:
    office = Office()
    assert office.take({"Service": "Amazon S3", "Event": "s3:TestEvent"}) == []
    assert office.take(stored(f"mail/{ACCOUNT}/AMAZON_SES_SETUP_NOTIFICATION")) == []
    assert (office.published, office.kept) == ([], {})


@pytest.mark.parametrize("recipient", [OURS, "Support+c.abc.def@ACME.example", "support@acme.example."])
def test_EM_1_without_a_key_the_envelopes_recipients_say_whose_it_is(recipient: str) -> None:
    office = Office(mail={KEY: PLAIN.encode()})
    office.take(received(["else@acme.example", recipient]))
    (event,) = office.published
    assert isinstance(event, MessageReceived)
    assert (event.message.account, event.message.raw) == (ACCOUNT, KEY)


def test_EM_1_a_mail_inside_its_notice_is_kept_and_taken() -> None:
    office = Office()
    encoded = received(content=b64encode(PLAIN.encode()).decode(), receipt={"action": {"encoding": "BASE64"}})
    office.take({"Type": "Notification", "TopicArn": "arn:x", "Message": json.dumps(encoded)})
    (event,) = office.published
    assert isinstance(event, MessageReceived)
    assert event.message.raw == f"content/{ACCOUNT}/m1.eml"
    assert office.kept == {f"content/{ACCOUNT}/m1.eml": PLAIN.encode()}


@pytest.mark.parametrize("notice", ["no json", "{}", '{"Records": [{}]}', "[" * 9999, "\udcff"])
def test_EM_1_a_notice_that_nobody_understands_is_quarantined_with_its_bytes(notice: str) -> None:
    office = Office()
    (taken,) = office.take(notice)
    item = office.quarantined()
    assert taken.metrics == ("Quarantined",)
    assert office.kept == {item.key: notice.encode("utf-8", "replace")}
    assert (item.account, item.channel, item.size) == ("unknown", "email", len(notice))
    assert item.key.startswith("quarantine/unknown/")


def test_a_mail_for_an_account_that_is_gone_is_quarantined_where_it_lies() -> None:
    office = Office()
    (taken,) = office.take(stored("mail/closed/m1", len(PLAIN)))
    item = office.quarantined()
    assert taken.outcome == "quarantined:unknown_account"
    assert (item.account, item.key, item.size) == ("closed", "mail/closed/m1", len(PLAIN))
    assert office.kept == {}


def test_a_mail_of_an_account_of_another_channel_is_for_nobody() -> None:
    office = Office(mail={"mail/acme-sms/m1": PLAIN.encode()})
    assert office.take(stored("mail/acme-sms/m1", 5))[0].outcome == "quarantined:unknown_account"


def test_a_mail_that_lies_nowhere_and_is_for_nobody_is_quarantined_by_its_notice() -> None:
    office = Office()
    assert office.take(received(["else@acme.example"]))[0].outcome == "quarantined:unknown_account"
    assert list(office.kept) == [office.quarantined().key]


def test_what_needs_nothing_done_is_published_by_its_kind() -> None:
    head = f"From: j@c.example\r\nTo: {OURS}\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n"
    answer = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
    assert isinstance(Office().receive(head + answer), Unhandled)


# -- verdicts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [VIRUS + PLAIN, VIRUS + PLAIN + "x" * 3000])
def test_EM_3_a_virus_is_quarantined_where_it_lies_and_nothing_of_it_is_kept_elsewhere(raw: str) -> None:
    office = Office(mail={KEY: raw.encode()})
    (taken,) = office.take(stored(KEY, len(raw)), largest=3000)
    item = office.quarantined()
    assert (taken.outcome, item.reason, item.key, item.size) == ("quarantined:virus", "virus", KEY, len(raw))
    assert office.kept == {}


def test_EM_3_a_virus_in_a_mail_that_nothing_else_can_be_read_of_is_one_all_the_same() -> None:
    office = Office(mail={KEY: VIRUS.encode() + b"From: \xff\xfe=?x?q?\r\nContent-Type: multipart/mixed\r\n\r\n\0"})
    assert office.take(stored(KEY, 9))[0].outcome == "quarantined:virus"


def test_EM_3_the_notices_verdict_counts_before_the_headers() -> None:
    office = Office(mail={KEY: PLAIN.encode()})
    assert office.take(received(receipt={"virusVerdict": {"status": "FAIL"}}))[0].outcome == "quarantined:virus"


def test_EM_3_a_verdict_that_the_sender_wrote_is_none() -> None:
    office = Office()
    assert isinstance(office.receive("X-SES-RECEIPT: x\r\nX-SES-Virus-Verdict: FAIL\r\n" + PLAIN), Message)


def test_EM_3_spam_is_routed_and_flagged() -> None:
    message = Office().message("X-SES-Spam-Verdict: FAIL\r\nX-SES-RECEIPT: x\r\n" + PLAIN)
    assert "spam" in message.flags


# -- our marks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [MAIL_KEY, NEXT_KEY])
def test_EM_20_a_reply_to_our_signed_address_names_its_conversation(key: str) -> None:
    signed = reply_address(OURS, f"{ACCOUNT}.c1.1", key.encode())
    message = Office().message(PLAIN.replace(f"To: {OURS}", f"To: {signed}"))
    assert message.thread
    assert message.thread.token == f"{ACCOUNT}.c1.1"
    assert "forged_token" not in message.flags


def test_EM_21_a_forged_mark_is_flagged_and_names_nothing() -> None:
    forged = reply_address(OURS, f"{ACCOUNT}.c1.1", b"somebody's")
    message = Office().message(PLAIN.replace(f"To: {OURS}", f"To: {forged}"))
    assert message.thread
    assert message.thread.token is None
    assert "forged_token" in message.flags


@pytest.mark.parametrize("secrets", [[], [{}], [{"mail_key": ""}]])
def test_X_13_without_a_key_no_mark_is_believed_and_the_mail_is_taken(secrets: list[dict[str, str]]) -> None:
    signed = reply_address(OURS, f"{ACCOUNT}.c1.1", MAIL_KEY.encode())
    message = Office(secrets=secrets).message(PLAIN.replace(f"To: {OURS}", f"To: {signed}"))
    assert message.thread
    assert message.thread.token is None


# -- sizes -------------------------------------------------------------------------------------------


def test_EM_4_of_a_mail_over_the_limit_only_the_head_is_read() -> None:
    office = Office()
    message = office.message(PLAIN + "x" * HEAD * 2, largest=HEAD)
    assert office.largest_read == HEAD
    assert (message.text, message.subject, "oversize" in message.flags) == ("", "Hi", True)
    assert message.raw == KEY


def test_EM_4_a_mail_at_the_limit_is_read_whole() -> None:
    message = Office().message(PLAIN, largest=len(PLAIN))
    assert "oversize" not in message.flags


def test_EM_4_where_the_notice_tells_no_size_the_bucket_is_asked_first() -> None:
    office = Office(mail={KEY: (PLAIN + "x" * HEAD * 2).encode()})
    (taken,) = office.take(stored(KEY), largest=HEAD)
    assert taken == Collected("message", is_degraded=True)
    assert taken.metrics == ("Received", "Degraded")


def test_EM_4_the_largest_mail_is_read_in_a_few_times_its_size() -> None:
    raw = b"From: j@c.example\r\n\r\n" + b"hello, this is a line of text\r\n" * (8 * 1024 * 1024 // 31)
    office = Office(mail={KEY: raw})
    tracemalloc.start()
    office.take(stored(KEY, len(raw)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * len(raw)


# -- what travels and what lies in the bucket --------------------------------------------------------


def content_of(office: Office, message: Message) -> Content:
    assert message.content
    return Content.model_validate_json(office.kept[message.content])


def test_what_a_reply_quotes_lies_in_the_bucket_and_its_new_text_travels() -> None:
    office = Office()
    raw = PLAIN.replace("\r\n\r\nWhere", "\r\n\r\nYes, please.\r\n\r\nOn Mon, 2 Nov 2026 Acme wrote:\r\n> Where")
    message = office.message(raw)
    assert (message.text.strip(), message.quoted, message.full_text) == ("Yes, please.", None, None)
    assert message.content == f"content/{ACCOUNT}/m1"
    whole = content_of(office, message)
    assert whole.quoted
    assert "> Where is my order?" in (whole.full_text or "")
    assert "shortened" not in message.flags


def test_html_lies_in_the_bucket() -> None:
    office = Office()
    message = office.message(PLAIN.replace("Subject", "Content-Type: text/html\r\nSubject"))
    assert message.html is None
    assert content_of(office, message).html


def test_of_a_very_long_text_the_beginning_travels() -> None:
    office = Office()
    message = office.message(PLAIN + "A line of this very long text.\r\n" * 5000)
    assert len(message.text) == 32 * 1024
    assert "shortened" in message.flags
    assert len(content_of(office, message).text) > 32 * 1024


@pytest.mark.parametrize("letter", ["\x01", "漢", "\U0001f600", '"', "a"])
def test_a_text_is_never_too_large_for_the_bus_however_it_is_written(letter: str) -> None:
    office = Office()
    head = "".join(f"To: {number}@customer.example\r\n" for number in range(900))
    raw = f"Content-Type: text/plain; charset=utf-8\r\n{head}{PLAIN}{(letter * 500 + chr(10)) * 100}"
    message = office.message(raw)
    assert message.text.startswith("Where is my order?")
    assert content_of(office, message).text.startswith(message.text)


def test_a_mail_to_twenty_thousand_is_not_too_large_for_the_bus() -> None:
    office = Office()
    fields = ("To", "Cc", "Reply-To", "From")
    lines = [f"{fields[n % 4]}: " + ", ".join(f"{n}.{m}@c.example" for m in range(800)) for n in range(16)]
    message = office.message("\r\n".join([*lines, PLAIN]))
    assert message.to
    assert message.text.strip() == "Where is my order?"


def test_a_hundred_references_of_the_longest_kind_are_not_too_large_for_the_bus_and_the_newest_stay() -> None:
    office = Office()
    ids = [f"{n:03}{chr(1) * 500}@x" for n in range(100)]
    fields = "".join(f"References: <{identifier}>\r\n" for identifier in ids)
    message = office.message(fields + f"In-Reply-To: <{ids[-1]}>\r\n" + PLAIN)
    assert message.thread
    assert message.thread.references[-1] == ids[-1]
    assert "shortened" in message.flags
    assert message.raw, "the raw bytes have them all"


@given(st.binary(max_size=3000), st.sampled_from([VIRUS, "", "X-SES-RECEIPT: x\r\n"]))
def test_EM_7_nothing_in_a_mail_makes_it_fail(noise: bytes, head: str) -> None:
    office = Office(mail={KEY: head.encode() + noise})
    assert len(office.take(stored(KEY, len(noise)))) == 1
    assert len(office.published) == 1


@pytest.mark.parametrize("field", ["From", "To", "Subject", "Message-ID", "References", "Reply-To", "Date", "X-Other"])
@pytest.mark.parametrize("value", ["=?utf-7?Q?+2AA-?= <a@b.c>", "=?utf-16?B?2AA=?=", "\udcff\ud800<x@y>", "<\x00\x01>"])
def test_EM_7_no_header_makes_an_event_that_cannot_be_written(field: str, value: str) -> None:
    raw = f"{field}: {value}\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n".encode(
        "utf-8", "surrogatepass"
    )
    assert Office().receive(raw).raw == KEY


# -- what became of mail that we sent ----------------------------------------------------------------

BOUNCE: dict[str, Any] = {
    "eventType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [{"emailAddress": "jane@customer.example", "diagnosticCode": "550 5.1.1 user unknown"}],
        "timestamp": "2026-11-02T08:58:00.000Z",
        "feedbackId": "f1",
    },
    "mail": {
        "messageId": "ses-1",
        "source": OURS,
        "tags": {"conversation": [tags.encode(f"{ACCOUNT}.c1.1")], "message": [tags.encode("reply.1.k")]},
    },
}


@pytest.mark.parametrize("wrap", [False, True])
def test_EM_25_a_bounce_is_a_report_on_the_message_that_we_sent(wrap: bool) -> None:  # noqa: FBT001  # a table's column
    office = Office()
    notice = {"Type": "Notification", "TopicArn": "arn:x", "Message": json.dumps(BOUNCE)} if wrap else BOUNCE
    assert office.take(notice) == [Collected("delivery_status")]
    (event,) = office.published
    assert isinstance(event, MessageReceived)
    assert isinstance(event.message, DeliveryReport)
    assert (event.message.delivery.status, event.message.delivery.hard) == (DeliveryStatus.BOUNCED, True)
    assert (event.message.conversation_id, event.message.message_id) == (f"{ACCOUNT}.c1.1", "reply.1.k")


def test_EM_25_an_event_on_somebody_elses_mail_is_quarantined() -> None:
    office = Office()
    foreign = {**BOUNCE, "mail": {"messageId": "ses-1", "source": "x@else.example"}}
    assert office.take(foreign)[0].outcome == "quarantined:unknown_account"
    assert office.kept == {office.quarantined().key: json.dumps(foreign).encode()}


def test_EM_25_that_a_mail_was_sent_or_opened_is_passed_over() -> None:
    office = Office()
    assert office.take({**BOUNCE, "eventType": "Open"}) == []
    assert office.published == []


# -- again and again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [PLAIN, VIRUS + PLAIN, PLAIN.replace("Subject", "Content-Type: text/html\r\nSubject"), "", "From: x\r\n\r\n"]
)
def test_X_9_the_same_notice_has_the_same_effect_each_time(raw: str) -> None:
    office = Office(mail={KEY: raw.encode()})
    first = office.take(stored(KEY, len(raw)))
    kept = dict(office.kept)
    assert office.take(stored(KEY, len(raw))) == first
    assert office.published[0] == office.published[1]
    assert office.kept == kept


def test_a_mail_counts_from_when_it_came_and_never_from_the_future() -> None:
    office = Office(mail={KEY: PLAIN.encode()})
    office.take({"Records": [record(KEY, 5, at=when) for when in ("2026-11-23T14:00:00.000Z", "2026-11-30T00:00:00Z")]})
    assert [event.at for event in office.published] == [MONDAY - timedelta(hours=1), MONDAY]


@pytest.mark.parametrize("broken", ["bus_is_down", "bucket_is_down", "secrets_are_down"])
def test_X_1_what_is_out_of_reach_lets_the_notice_come_again(broken: str) -> None:
    html = PLAIN.replace("Subject", "Content-Type: text/html\r\nSubject")
    office = Office(mail={KEY: html.encode()})
    setattr(office, broken, True)
    with pytest.raises(UnavailableError):
        office.take(stored(KEY, len(html)))
    assert office.published == []
    setattr(office, broken, False)
    assert office.take(stored(KEY, len(html))) == [Collected("message")]


def test_a_mail_that_is_gone_is_for_a_person_to_look_at() -> None:
    with pytest.raises(NotFoundError):
        Office().take(stored(KEY, 5))


# -- our own alerts to agents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        f"From: alerts@acme.example\r\nTo: {OURS}\r\nAuto-Submitted: auto-generated\r\n",
        f"From: Ann <ann@acme.example>\r\nTo: Alerts <Alerts@acme.example>, {OURS}\r\nSubject: Re: A conversation\r\n",
    ],
    ids=["an alert", "an answer to one"],
)
def test_AK_2_an_alert_of_ours_or_an_answer_to_one_opens_no_conversation(
    head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerting = POLICY.alerts.model_copy(update={"sender": "alerts@acme.example"})
    monkeypatch.setattr(f"{__name__}.POLICY", POLICY.model_copy(update={"alerts": alerting}))
    office = Office(mail={KEY: f"{head}\r\nLook.\r\n".encode()})
    office.take(stored(KEY, len(office.mail[KEY])))
    assert office.quarantined().reason == "own_alert"
