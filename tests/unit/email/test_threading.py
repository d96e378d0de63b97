"""To which conversation a mail belongs."""

import pytest

from switchboard.channels.email.mail import Envelope, read
from switchboard.channels.email.parse import Ours, parse_mail
from switchboard.channels.email.threading import (
    MOST_REFERENCES,
    marks_of,
    reply_address,
    subject_tag,
    thread_of,
    without_tags,
)
from switchboard.message import Thread

KEY, OLD_KEY = b"k" * 32, b"o" * 32
SUPPORT = "support@brand.example"
IDS = ["support-eu.3f2a9c.12", "Support.ABC.1", "x.y.1", "a.ü.1"]


def tagged(conversation: str, key: bytes = KEY) -> str:
    address = reply_address(SUPPORT, conversation, key)
    assert address is not None
    return address


def test_EM_20_the_ids_of_the_exchange_are_read_without_brackets() -> None:
    raw = b"Message-ID: <a@x>\nIn-Reply-To: <b@x> (note)\nReferences: <c@x>\n <b@x>\n\n"
    assert thread_of(read(raw)) == Thread(message_id="a@x", in_reply_to="b@x", references=("c@x", "b@x"))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"", None),
        (b"In-Reply-To:\n", None),
        (b"In-Reply-To: a@x\n", "a@x"),
        (b"In-Reply-To: Your message of Monday <a@x>\n", "a@x"),
        (b"In-Reply-To: <a@x> <b@x>\n", "a@x"),
        (b"In-Reply-To: <" + b"a" * 2000 + b"@x>\n", None),
    ],
)
def test_EM_20_a_sloppy_in_reply_to_is_read(header: bytes, found: str | None) -> None:
    assert thread_of(read(b"Subject: x\n" + header + b"\n")).in_reply_to == found


def test_EM_20_of_many_references_the_first_and_the_newest_are_kept() -> None:
    raw = b"References: " + b" ".join(b"<%d@x>" % n for n in range(500)) + b"\n\n"
    references = thread_of(read(raw)).references
    assert (len(references), references[0], references[-1]) == (MOST_REFERENCES, "0@x", "499@x")


@pytest.mark.parametrize("conversation", IDS)
def test_EM_20_a_signed_address_names_its_conversation(conversation: str) -> None:
    envelope = Envelope(recipients=(tagged(conversation).upper(),))
    assert marks_of(read(b"\n\n", envelope), [OLD_KEY, KEY]).token == conversation


@pytest.mark.parametrize("conversation", IDS)
def test_EM_20_a_signed_subject_names_its_conversation(conversation: str) -> None:
    raw = f"Subject: Re: Hello {subject_tag(conversation, KEY)}\n\n".encode()
    assert marks_of(read(raw), [KEY]).token == conversation


def test_EM_20_the_envelope_counts_before_the_subject() -> None:
    raw = f"Subject: {subject_tag('b.b.2', KEY)}\n\n".encode()
    assert marks_of(read(raw, Envelope(recipients=(tagged("a.a.1"),))), [KEY]).token == "a.a.1"


def test_EM_20_the_token_is_in_the_event() -> None:
    raw = f"From: jane@customer.example\nTo: {tagged('a.a.1')}\n\nHi".encode()
    [event] = parse_mail(raw, ours=Ours(keys=(KEY,)))
    assert event.thread is not None
    assert event.thread.token == "a.a.1"


def test_EM_20_a_subject_alone_belongs_nowhere() -> None:
    assert thread_of(read(b"Subject: Re: Where is my order?\n\n"), [KEY]) == Thread()


def test_EM_21_a_forged_mark_is_told_and_counts_for_nothing() -> None:
    forged = tagged("a.a.1", b"other key")
    raw = f"From: jane@customer.example\nTo: {forged}\n\nHi".encode()
    assert marks_of(read(raw), [KEY]).forged
    [event] = parse_mail(raw, ours=Ours(keys=(KEY,)))
    assert event.thread is not None
    assert event.thread.token is None
    assert "forged_token" in event.flags


@pytest.mark.parametrize("position", range(3))
def test_EM_21_no_byte_of_a_mark_can_be_changed(position: int) -> None:
    local, _, domain = tagged("a.a.1").partition("@")
    place = len("support+c.") + position * 2
    changed = local[:place] + ("b" if local[place] != "b" else "c") + local[place + 1 :]
    assert marks_of(read(b"\n\n", Envelope(recipients=(f"{changed}@{domain}",))), [KEY]).token is None


def test_EM_21_without_a_key_nothing_is_signed_and_nothing_believed() -> None:
    with pytest.raises(ValueError, match="empty key"):
        reply_address(SUPPORT, "a.a.1", b"")
    assert marks_of(read(b"\n\n", Envelope(recipients=(tagged("a.a.1"),))), [b""]).token is None


def test_an_address_longer_than_mail_allows_gets_no_tag() -> None:
    assert reply_address(SUPPORT, "a" * 60 + ".b.1", KEY) is None


def test_replies_do_not_collect_tags() -> None:
    assert without_tags(f"Re: Hi {subject_tag('a.a.1', KEY)} {subject_tag('a.a.2', KEY)}") == "Re: Hi"
