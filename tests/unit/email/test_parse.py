"""A mail as the one event that it is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from switchboard.channels import Account, Request, channel
from switchboard.channels.email import CHANNEL, dates
from switchboard.channels.email.mail import Envelope
from switchboard.channels.email.parse import NOBODY, parse_mail
from switchboard.errors import SecretMissingError
from switchboard.message import Message, as_plain

SAMPLES = Path(__file__).parents[3] / "switchboard/channels/email/samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.eml"))
ACCOUNT = Account("support-eu", "support@brand.example")
HEAD = b"From: Jane <jane@customer.example>\r\nTo: support@brand.example\r\nSubject: Hi\r\n"


def parsed(raw: bytes, envelope: Envelope | None = None, *, is_head: bool = False) -> Message:
    [event] = parse_mail(raw, envelope, account="support-eu", is_head=is_head)
    assert isinstance(event, Message)
    return event


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_the_expected_events(name: str) -> None:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    expected: Any = json.loads((SAMPLES / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert [as_plain(event) for event in CHANNEL.parse(Request("POST", "", {}, raw), ACCOUNT)] == expected


def test_there_are_samples() -> None:
    assert {"plain", "html_only", "multipart", "forwarded", "winmail", "bounce", "forged_verdict"} <= set(NAMES)


def test_the_provider_id_is_the_one_of_ses() -> None:
    assert parsed(HEAD + b"\r\nHi", Envelope(provider_id="m1")).provider_id == "m1"


def test_without_one_it_is_a_digest_that_is_the_same_for_the_same_bytes() -> None:
    assert parsed(HEAD + b"\r\nHi").provider_id == parsed(HEAD + b"\r\nHi").provider_id
    assert parsed(HEAD + b"\r\nHi").provider_id != parsed(HEAD + b"\r\nHo").provider_id


@pytest.mark.parametrize(
    ("head", "address"),
    [
        (b"From: jane@customer.example", "jane@customer.example"),
        (b"Sender: jane@customer.example", "jane@customer.example"),
        (b"From: nobody\r\nReturn-Path: <jane@customer.example>", "jane@customer.example"),
        (b"Subject: x", NOBODY),
    ],
)
def test_a_sender_is_whoever_the_mail_names(head: bytes, address: str) -> None:
    assert parsed(head + b"\r\n\r\nHi").sender.address == address


def test_the_envelope_names_a_sender_where_the_mail_does_not() -> None:
    assert parsed(b"Subject: x\r\n\r\nHi", Envelope(sender="jane@customer.example")).sender.name is None
    assert parsed(b"From: Somebody\r\n\r\nHi").sender.name == "Somebody"


def test_EM_4_of_a_mail_too_large_only_the_head_is_read() -> None:
    event = parsed(HEAD + b"\r\nthe beginn", is_head=True)
    assert (event.sender.address, event.subject, event.text) == ("jane@customer.example", "Hi", "")
    assert "oversize" in event.flags


def test_EM_6_of_a_mail_over_a_limit_the_first_text_is_kept() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nhello world\r\n" * 5000
    event = parsed(raw)
    assert "malformed" in event.flags
    assert event.text.startswith("hello world")
    assert len(event.full_text or "") <= 16 * 1024


def test_EM_7_a_failure_while_reading_the_text_keeps_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise RecursionError

    monkeypatch.setattr("switchboard.channels.email.body.read", fail)
    event = parsed(HEAD + b"\r\nHello")
    assert (event.text, event.subject) == ("Hello", "Hi")
    assert "malformed" in event.flags


def test_EM_7_a_failure_while_reading_a_header_keeps_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_value: str) -> None:
        raise IndexError

    monkeypatch.setattr("switchboard.channels.email.addresses.mailboxes", fail)
    event = parsed(HEAD + b"\r\nHello", Envelope(provider_id="m1", sender="jane@customer.example"))
    assert (event.text, event.sender.address, event.flags) == ("Hello", "jane@customer.example", ("malformed",))
    assert event.auto is not None
    assert not event.auto.may_reply


def test_EM_18_the_new_text_the_whole_text_and_the_quote_are_kept_apart() -> None:
    event = parsed(HEAD + b"\r\nThanks.\r\n\r\nOn Mon, 1 Jan 2026, Bob <bob@b.example> wrote:\r\n> Done.\r\n")
    assert event.text == "Thanks."
    assert event.quoted is not None
    assert "> Done." in event.quoted
    assert event.full_text is not None
    assert "Thanks." in event.full_text
    assert "> Done." in event.full_text


def test_EM_18_a_mail_that_is_all_quote_is_its_own_text() -> None:
    event = parsed(HEAD + b"\r\n> Done.\r\n")
    assert event.text == event.full_text
    assert event.text


def test_the_copies_are_kept() -> None:
    event = parsed(HEAD + b"Cc: Bob <bob@b.example>, ann@b.example\r\nReply-To: j@b.example\r\n\r\nHi")
    assert [party.address for party in event.cc] == ["bob@b.example", "ann@b.example"]
    assert [party.address for party in event.reply_to] == ["j@b.example"]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Sat, 21 Nov 2026 10:30:00 +0100", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("21 Nov 2026 10:30 GMT (comment)", datetime(2026, 11, 21, 10, 30, tzinfo=UTC)),
        ("Sat, 21 Nov 2026 23:59:60 -0000", datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)),
        ("Sat, 32 Nov 2026 10:30:00 +0100", None),
        ("Sat, 21 Nov 99999 10:30:00 +0100", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(written: str | None, instant: datetime | None) -> None:
    assert dates.read(written) == instant


def test_no_webhook_brings_mail() -> None:
    assert not CHANNEL.verify(Request("POST", "", {}, b""), ACCOUNT, [{"a": "b"}])
    assert channel("email") is CHANNEL


def test_mail_is_not_sent_with_a_secret() -> None:
    with pytest.raises(SecretMissingError):
        CHANNEL.connect({}, None, timedelta(seconds=1))
