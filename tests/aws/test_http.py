"""HTTP API events as channels see them: exact bytes, and nothing believed but the query."""

import base64
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.aws.http import answer, request_of
from switchboard.channels import Account, Channel, Request, all_channels
from switchboard.flows.receive import Verdict
from tests import aws_events

BASE = "https://switchboard.example"


def test_X_10_a_base64_body_is_the_exact_bytes() -> None:
    raw = bytes(range(256))
    request = request_of(aws_events.webhook("acme-sms", raw, base64=True), BASE, "/sms/acme-sms")
    assert request.body == raw


def test_X_10_a_plain_body_is_its_utf_8() -> None:
    event = {**aws_events.webhook("acme-sms", b""), "body": "Body=h\u00e9llo \U0001f44b"}
    assert request_of(event, BASE, "/").body == "Body=h\u00e9llo \U0001f44b".encode()


@pytest.mark.parametrize("missing", ["body", "headers", "rawQueryString", "isBase64Encoded"])
def test_what_is_absent_is_empty(missing: str) -> None:
    event = aws_events.webhook("acme-sms", b"Body=x")
    del event[missing]
    request = request_of(event, BASE, "/sms/acme-sms")
    assert request.url == f"{BASE}/sms/acme-sms"


def test_X_11_no_header_changes_the_url() -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    event: dict[str, Any] = aws_events.webhook("acme-sms", b"", headers=forged)
    event["requestContext"] |= {"domainName": "evil.example", "path": "/evil"}
    assert request_of(event, BASE, "/sms/acme-sms").url == f"{BASE}/sms/acme-sms"


def test_X_11_the_query_stays_byte_for_byte() -> None:
    query = "b=2&a=1+1&a=%2B%20&empty="
    event = aws_events.webhook("acme-sms", b"", query=query)
    assert request_of(event, BASE, "/sms/acme-sms").url == f"{BASE}/sms/acme-sms?{query}"


def asked(channel: Channel, challenge: str, word: str = "a-verify-token-1") -> dict[str, Any] | None:
    """How a GET with the right word is answered; None if it is refused."""
    query = urlencode({"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": challenge})
    request = Request("GET", f"{BASE}/social/{channel.name}/x?{query}", {}, b"")
    assert channel.handshake
    body = channel.handshake(request, Account("x", "1"), [{"verify_token": word}])
    return answer(Verdict(HTTPStatus.OK, "handshake", body=body), channel) if body is not None else None


SHAKING_HANDS = [channel for channel in all_channels().values() if channel.handshake]


@pytest.mark.parametrize("channel", SHAKING_HANDS, ids=lambda channel: channel.name)
def test_SEC_3_a_challenge_is_echoed_as_plain_text_and_nothing_may_sniff_another_type(channel: Channel) -> None:
    told = asked(channel, "1158201444")
    assert told
    assert told["body"] == "1158201444"
    assert told["headers"] == {"content-type": "text/plain", "x-content-type-options": "nosniff"}


@pytest.mark.parametrize("challenge", ["<script>", '{"a": 1}', "", "a b", "a\r\nb", "1" * 65, "\u0661", "a%0a", "='"])
@pytest.mark.parametrize("channel", SHAKING_HANDS, ids=lambda channel: channel.name)
def test_SEC_3_no_other_alphabet_and_no_greater_length_is_echoed(channel: Channel, challenge: str) -> None:
    assert asked(channel, challenge) is None


@given(st.text())
def test_SEC_3_whatever_is_asked_only_a_narrow_challenge_is_echoed(challenge: str) -> None:
    told = asked(SHAKING_HANDS[0], challenge)
    assert told is None or re.fullmatch(r"[0-9A-Za-z_-]{1,64}", told["body"])


def test_header_names_are_lower_case() -> None:
    event = aws_events.webhook("acme-sms", b"", headers={"X-Twilio-Signature": "AbC="})
    assert request_of(event, BASE, "/").headers["x-twilio-signature"] == "AbC="


def test_base64_of_nothing_is_nothing() -> None:
    event = {**aws_events.webhook("acme-sms", b""), "isBase64Encoded": True, "body": base64.b64encode(b"").decode()}
    assert request_of(event, BASE, "/").body == b""
