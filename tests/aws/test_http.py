"""HTTP API events as channels see them: exact bytes, and nothing believed but the query."""

import base64
from typing import Any

import pytest

from switchboard.aws.http import request_of
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


def test_header_names_are_lower_case() -> None:
    event = aws_events.webhook("acme-sms", b"", headers={"X-Twilio-Signature": "AbC="})
    assert request_of(event, BASE, "/").headers["x-twilio-signature"] == "AbC="


def test_base64_of_nothing_is_nothing() -> None:
    event = {**aws_events.webhook("acme-sms", b""), "isBase64Encoded": True, "body": base64.b64encode(b"").decode()}
    assert request_of(event, BASE, "/").body == b""
