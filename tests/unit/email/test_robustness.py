"""Whatever the bytes: no exception, a valid event, the same twice, and time that grows with the length."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.channels.email.addresses import mailboxes
from switchboard.channels.email.mail import read
from switchboard.channels.email.parse import parse_mail
from switchboard.channels.email.words import decode, parameters
from switchboard.message import INBOUND, as_plain
from tests.growth import grows_no_faster

HEAD = b"From: a@b.example\r\nTo: support@brand.example\r\n"

NAMES = st.sampled_from(
    ["From", "To", "Cc", "Subject", "Date", "Content-Type", "Content-Transfer-Encoding", "References", "In-Reply-To"]
)
BITS = st.sampled_from(
    [
        *("multipart/mixed; boundary=b", "multipart/alternative; boundary=b", "text/html", "message/rfc822", "base64"),
        *(
            "text/plain; charset=",
            "application/ms-tnef",
            "text/calendar",
            "=?utf-8?q?",
            "?=",
            "<",
            ">",
            "@",
            '"',
            "(",
            ",",
        ),
        *(";", "\r\n ", "\r\n", "--b", "--b--", "a@b.example", "quoted-printable", "utf-16", "\0", "ü", " "),
    ]
)
VALUES = st.lists(BITS, max_size=8).map("".join)
FIELDS = st.tuples(NAMES, VALUES).map(lambda field: f"{field[0]}: {field[1]}\r\n")
MAILS = st.tuples(
    st.lists(FIELDS, max_size=8).map("".join), st.lists(st.one_of(BITS, FIELDS), max_size=20).map("".join)
)


def check(raw: bytes) -> None:
    [event] = parse_mail(raw)
    assert event.auto is None or event.auto.reason != "malformed"  # nothing had to be caught
    plain = as_plain(event)
    assert as_plain(INBOUND.validate_python(plain)) == plain
    assert [as_plain(again) for again in parse_mail(raw)] == [plain]


@given(st.binary(max_size=2000))
@settings(max_examples=100)
def test_EM_7_any_bytes_are_an_event(raw: bytes) -> None:
    check(raw)


@given(MAILS)
@settings(max_examples=300)
def test_EM_7_any_nearly_well_formed_mail_is_an_event(parts: tuple[str, str]) -> None:
    check("\r\n".join(parts).encode())


@given(st.text(max_size=300))
def test_EM_7_any_text_is_an_address_list(text: str) -> None:
    for party in mailboxes(text):
        assert party.address


@given(st.text(max_size=300))
def test_EM_10_any_text_is_a_header(text: str) -> None:
    decode(text)
    parameters(text)


def _parts(n: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * n


def _levels(n: int) -> bytes:
    return HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(n))


def _many(name: bytes, value: bytes, n: int) -> bytes:
    """A value spread over fields of the size that is read whole."""
    whole = value * (n // len(value))
    return HEAD + b"".join(name + whole[i : i + 15_000] + b"\r\n" for i in range(0, len(whole), 15_000)) + b"\r\nx"


ADVERSARIES: dict[str, Callable[[int], bytes]] = {
    "parts": lambda n: _parts(n // 8),
    "levels": lambda n: _levels(n // 50),
    "messages": lambda n: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * (n // 32),
    "recipients": lambda n: _many(b"Cc: ", b"u@a.example, ", n),
    "spaced recipients": lambda n: _many(b"Cc: ", b"u@a.example ", n),
    "parentheses": lambda n: _many(b"Cc: ", b"(", n),
    "angles": lambda n: _many(b"Cc: ", b"<", n),
    "quotes": lambda n: _many(b"Cc: ", b'"', n),
    "dots": lambda n: _many(b"From: ", b"a.", n),
    "names without addresses": lambda n: _many(b"Cc: ", b"a b, ", n),
    "references": lambda n: _many(b"References: ", b"<a@b> ", n),
    "encoded words": lambda n: _many(b"Cc: ", b"=?utf-8?b?//8=?= =?ascii?q?a?= ", n),
    "open encoded words": lambda n: _many(b"Cc: ", b"=?a?q?", n),
    "parameters": lambda n: HEAD + b"Content-Type: text/plain" + b";a*1=b" * (n // 6) + b"\r\n\r\nx",
    "header lines": lambda n: HEAD + b"A: b\r\n" * (n // 6) + b"\r\nx",
    "folds": lambda n: HEAD + b"A: b\r\n" + b" \r\n" * (n // 3) + b"\r\nx",
    "eight-bit headers": lambda n: _many(b"Cc: ", b"\xe4\xf6\xfc ", n),
    "boundaries": lambda n: HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--" * (n // 2),
    "guessed boundaries": lambda n: HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + b"--a\n" * (n // 4),
    "base64 in pieces": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"AAAA=\r\n" * (n // 7),
    "carriage returns": lambda n: HEAD + b"\r\n" + b"\r" * n,
    "flowed": lambda n: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n> " * (n // 5),
    "quote marks": lambda n: HEAD + b"\r\n" + b"> " * (n // 2),
    "forwards": lambda n: HEAD + b"Subject: Fwd: x\r\n\r\n" + b"From: a\n" * (n // 8),
    "attributes of a tag": lambda n: HEAD + b"Content-Type: text/html\r\n\r\n<a " + b"a=b " * (n // 4),
    "tags": lambda n: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * (n // 5),
    "tnef": lambda n: HEAD + b'Content-Type: application/ms-tnef\r\n\r\nx\x9f>"\0\0' + b"\2\3\x90" + b"\0" * n,
    "bytes": lambda n: HEAD + b"Content-Type: text/plain\r\n\r\n" + bytes(range(128, 256)) * (n // 128),
}


@pytest.mark.parametrize("name", ADVERSARIES)
def test_EM_6_time_grows_with_the_length(name: str) -> None:
    assert grows_no_faster(ADVERSARIES[name], parse_mail)


@pytest.mark.parametrize("name", ADVERSARIES)
def test_EM_7_an_adversary_is_an_event_like_any_other(name: str) -> None:
    check(ADVERSARIES[name](20_000))


def test_EM_6_twenty_thousand_parts_are_not_looked_at_one_by_one() -> None:
    assert len(list(read(_parts(20_000)).parts())) <= 500
