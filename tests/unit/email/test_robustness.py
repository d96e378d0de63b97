"""Whatever the bytes: no exception, a valid event, the same twice, and time that grows with the length."""

import sys
from base64 import encodebytes
from collections.abc import Callable
from quopri import encodestring
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.channels.email.addresses import mailboxes
from switchboard.channels.email.mail import Mail, read
from switchboard.channels.email.parse import parse_mail
from switchboard.channels.email.words import decode, parameters
from switchboard.message import INBOUND, as_plain
from tests.growth import grows_no_faster
from tests.hostile_mail import ADVERSARIES, parts

NAMES = st.sampled_from([
    "From", "To", "Cc", "Reply-To", "Return-Path", "Subject", "Date", "Message-ID", "References", "In-Reply-To",
    "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "Auto-Submitted", "List-Id",
    "X-SES-Receipt", "X-Failed-Recipients",
])  # fmt: skip
BITS = st.sampled_from([
    "multipart/mixed; boundary=b", "multipart/alternative; boundary=b", "multipart/report; boundary=b", "text/html",
    "message/rfc822", "message/delivery-status", "message/feedback-report", "base64", "text/plain; charset=",
    "application/ms-tnef", "application/zip", "text/calendar", "=?utf-8?q?", "?=", "<", ">", "@", '"', "(", ",", ";",
    "\r\n ", "\r\n", "--b", "--b--", "a@b.example", "quoted-printable", "utf-16", "\0", "\ud800", "\u202e", "ü", " ",
    "Final-Recipient: rfc822; a@b.c", "550 5.1.1", "> ", "-- ", "On 1.1.2026 10:00 a@b.c wrote:", "PK\x03\x04",
    "----- Forwarded message -----", "<blockquote type=cite>", "<div id=divRplyFwdMsg>", '{"mail":',
])  # fmt: skip
VALUES = st.lists(BITS, max_size=8).map("".join)
FIELDS = st.tuples(NAMES, VALUES).map(lambda field: f"{field[0]}: {field[1]}\r\n")
NEARLY_MAILS = st.tuples(
    st.lists(FIELDS, max_size=8).map("".join), st.lists(st.one_of(BITS, FIELDS), max_size=20).map("".join)
).map(lambda halves: "\r\n".join(halves).encode("utf-8", "surrogatepass"))

CHARSETS = st.sampled_from([
    "utf-8", "us-ascii", "iso-8859-1", "windows-1251", "iso-2022-jp", "shift_jis", "gb2312", "big5", "euc-kr", "utf-16",
    "utf-7", "x-unknown", "",
])  # fmt: skip
TYPES = st.sampled_from([
    "text/plain", "text/plain; format=flowed; delsp=yes", "text/html", "text/calendar; method=REPLY", "message/rfc822",
    "message/delivery-status", "text/rfc822-headers", "application/ms-tnef", "application/zip; name=a.zip", "image/png",
])  # fmt: skip
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": encodebytes,
    "quoted-printable": encodestring,
    "8bit": bytes,
    "x-uuencode": bytes,
    "odd": bytes,
}
MULTIPARTS = st.sampled_from(["mixed", "alternative", "related", "report", "signed", "digest"])


@st.composite
def leaves(draw: st.DrawFn) -> bytes:
    """A part with a text in a charset and an encoding, which the part may say or not."""
    charset = draw(CHARSETS)
    text = draw(st.one_of(st.text(max_size=60), NEARLY_MAILS.map(lambda raw: raw.decode("utf-8", "replace"))))
    data = text.encode(charset if charset not in {"x-unknown", ""} else "utf-8", "replace")
    encoding = draw(st.sampled_from(list(ENCODINGS)))
    head = f"Content-Type: {draw(TYPES)}; charset={draw(st.just(charset) | CHARSETS)}\r\n"
    return f"{head}Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + ENCODINGS[encoding](data)


def _multipart(kind: str, boundary: str, inside: list[bytes]) -> bytes:
    separator = f"\r\n--{boundary}".encode()
    pieces = b"".join(separator + b"\r\n" + part for part in inside)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"; report-type=delivery-status\r\n'
    return head.encode() + b"\r\n" + pieces + separator + b"--\r\n"


TREES = st.recursive(
    leaves(),
    lambda inside: st.builds(
        _multipart, MULTIPARTS, st.sampled_from(["a", "a--", "b", "=_b"]), st.lists(inside, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def structured(draw: st.DrawFn) -> bytes:
    """A well-formed mail into which something was then put, or from which something was taken."""
    head = "".join(draw(st.lists(FIELDS, max_size=6))).encode("utf-8", "surrogatepass")
    raw = b"From: Jane <jane@customer.example>\r\n" + head + draw(TREES)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(start + 40, len(raw))))
        raw = raw[:start] + draw(st.binary(max_size=12)) + raw[end:]
    return raw


def _fail(mail: Mail, account: str) -> None:
    """Stand where exceptions are caught, so that one shows as the cause of this."""
    raise AssertionError("reading a mail raised")


def check(raw: bytes) -> None:
    with patch.object(sys.modules[parse_mail.__module__], "_degraded", _fail):
        [event] = parse_mail(raw)
        [again] = parse_mail(raw)
    plain = as_plain(event)
    assert as_plain(INBOUND.validate_python(plain)) == plain
    assert as_plain(INBOUND.validate_json(INBOUND.dump_json(event))) == plain
    assert as_plain(again) == plain


@given(st.binary(max_size=2000))
@settings(max_examples=100)
def test_EM_7_any_bytes_are_an_event(raw: bytes) -> None:
    check(raw)


@given(NEARLY_MAILS)
@settings(max_examples=300)
def test_EM_7_any_nearly_well_formed_mail_is_an_event(raw: bytes) -> None:
    check(raw)


@given(structured())
@settings(max_examples=200, deadline=None)
def test_EM_7_a_mail_of_any_structure_charset_and_encoding_is_an_event(raw: bytes) -> None:
    check(raw)


@given(st.text(max_size=300))
def test_EM_7_any_text_is_an_address_list(text: str) -> None:
    for party in mailboxes(text):
        assert party.address


@given(st.text(max_size=300))
def test_EM_10_any_text_is_a_header(text: str) -> None:
    decode(text)
    parameters(text)


@pytest.mark.parametrize("name", ADVERSARIES)
def test_EM_6_time_grows_with_the_length(name: str) -> None:
    assert grows_no_faster(ADVERSARIES[name], parse_mail)


@pytest.mark.parametrize("name", ADVERSARIES)
def test_EM_7_an_adversary_is_an_event_like_any_other(name: str) -> None:
    check(ADVERSARIES[name](20_000))


def test_EM_6_twenty_thousand_parts_are_not_looked_at_one_by_one() -> None:
    assert len(list(read(parts(20_000)).parts())) <= 500
