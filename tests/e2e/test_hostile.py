"""What anybody on the internet can send to a webhook: the right status, an empty answer, nothing kept, one count."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import httpx
import pytest

from sandbox.lines import credentials
from tests.e2e.lab import Lab

LIMIT = 64 * 1024
"""Bytes of a text's webhook (rule SEC-4)."""
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def _flip(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _flipped_body(lab: Lab) -> httpx.Response:
    form = lab.fields("pay 100 please")
    raw = urlencode(form).encode()
    return lab.webhook(_flip(raw, raw.index(b"100")), signature=lab.signature(form))


def _flipped_signature(lab: Lab) -> httpx.Response:
    form = lab.fields()
    return lab.webhook(form, signature=_flip(lab.signature(form).encode(), 3).decode())


def _flipped_query(lab: Lab) -> httpx.Response:
    form = lab.fields()
    return lab.webhook(form, query="?conversation=b", signature=lab.signature(form, query="?conversation=a"))


def _no_signature(lab: Lab) -> httpx.Response:
    url = f"{lab.outputs['PublicBaseUrl']}/sms/acme-sms"
    return lab.http.post(url, data=lab.fields())


def _another_tenants_token(lab: Lab) -> httpx.Response:
    form = lab.fields()
    return lab.webhook(form, signature=lab.signature(form, token=credentials("acme-returns")["auth_token"]))


def _another_accounts_path(lab: Lab) -> httpx.Response:
    form = lab.fields()
    return lab.webhook(form, account="acme-returns", signature=lab.signature(form, "acme-sms"))


def _SEC_13_signed_by_one_tenant_about_another(lab: Lab) -> httpx.Response:
    ours = lab.fields(account="acme-returns") | {"AccountSid": credentials("acme-sms")["account_sid"]}
    return lab.webhook(ours, account="acme-returns")


def _SEC_13_to_a_number_that_is_not_this_accounts(lab: Lab) -> httpx.Response:
    return lab.webhook(lab.fields() | {"To": "+15550109999"})


def _an_account_that_does_not_exist(lab: Lab) -> httpx.Response:
    return lab.webhook(lab.fields(), account="nobody")


def _truncated(lab: Lab) -> httpx.Response:
    form = lab.fields("a long story")
    return lab.webhook(urlencode(form).encode()[:-20], signature=lab.signature(form))


def _not_utf_8(lab: Lab) -> httpx.Response:
    form = lab.fields()
    return lab.webhook(urlencode(form).encode() + b"&x=\xff\xfe", signature=lab.signature(form))


def _TW_2_json_that_its_hash_signs_but_that_names_no_account(lab: Lab) -> httpx.Response:
    body = b'{"Body": "hello"}'
    query = f"?bodySHA256={hashlib.sha256(body).hexdigest()}"
    return lab.webhook(body, query=query, headers={"content-type": "application/json"})


def _json_unsigned(lab: Lab) -> httpx.Response:
    return lab.webhook(b'{"Body": "hello"}', signature="", headers={"content-type": "application/json"})


def _X_11_signed_for_the_host_that_its_headers_claim(lab: Lab) -> httpx.Response:
    form = lab.fields()
    signature = lab.signature(form, base_url="https://evil.example")
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"}
    return lab.webhook(form, signature=signature, headers=headers)


def _ten_kilobytes_of_query(lab: Lab) -> httpx.Response:
    form = lab.fields()
    return lab.webhook(form, query=f"?x={'a' * 10_240}", signature=lab.signature(form))


def _a_get_that_nobody_signed(lab: Lab) -> httpx.Response:
    return lab.webhook(b"", method="GET", query=f"?{urlencode(lab.fields())}", signature="")


Attack = Callable[[Lab], httpx.Response]
FORGED: list[Attack] = [
    _flipped_body,
    _flipped_signature,
    _flipped_query,
    _no_signature,
    _another_tenants_token,
    _another_accounts_path,
    _SEC_13_signed_by_one_tenant_about_another,
    _SEC_13_to_a_number_that_is_not_this_accounts,
    _truncated,
    _not_utf_8,
    _TW_2_json_that_its_hash_signs_but_that_names_no_account,
    _json_unsigned,
    _X_11_signed_for_the_host_that_its_headers_claim,
    _ten_kilobytes_of_query,
    _a_get_that_nobody_signed,
]


def _leaves_nothing_but_a_count(lab: Lab, attack: Attack, status: int, metric: str) -> None:
    before, counted = lab.settled(), lab.metric("ingest_sms", metric)
    answer = attack(lab)
    assert (answer.status_code, answer.content) == (status, b"")
    lab.wait_for(lambda: lab.metric("ingest_sms", metric) == counted + 1, f"one more {metric}")
    lab.await_quiet()
    assert lab.kept() == before


@pytest.mark.parametrize("attack", FORGED, ids=lambda attack: attack.__name__.strip("_"))
def test_X_2_what_is_not_verified_is_refused_with_403_and_counted_and_leaves_nothing(lab: Lab, attack: Attack) -> None:
    _leaves_nothing_but_a_count(lab, attack, 403, "SignatureFailed")


def test_X_2_an_account_that_does_not_exist_is_refused_like_a_forgery(lab: Lab) -> None:
    _leaves_nothing_but_a_count(lab, _an_account_that_does_not_exist, 403, "Refused")


def test_SEC_4_more_than_64_kilobytes_are_refused_with_413_though_they_are_signed(lab: Lab) -> None:
    form = lab.fields("a" * LIMIT)
    _leaves_nothing_but_a_count(lab, lambda lab: lab.webhook(form), 413, "Refused")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_X_2_a_method_that_providers_do_not_use_is_refused_with_405(lab: Lab, method: str) -> None:
    form = lab.fields()
    _leaves_nothing_but_a_count(lab, lambda lab: lab.webhook(form, method=method), 405, "Refused")


def test_X_11_a_genuine_delivery_is_taken_whatever_its_headers_claim(lab: Lab) -> None:
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-original-url": "/sms/acme-returns"}
    answer = lab.webhook(lab.fields(), headers=headers)
    assert (answer.status_code, answer.text) == (200, EMPTY_TWIML)
    lab.wait_for(lab.conversation_of, "the conversation")


def test_SEC_2_the_same_bytes_again_after_the_first_had_their_effect_have_none(lab: Lab) -> None:
    form = lab.fields()
    assert lab.webhook(form).status_code == 200
    lab.wait_for(lab.phone, "the acknowledgement")
    before = lab.settled()
    again = lab.webhook(form)
    assert (again.status_code, again.text) == (200, EMPTY_TWIML)
    lab.await_quiet()
    assert lab.kept() == before
    assert len(lab.phone()) == 1


def _unparseable(lab: Lab, body: str = "can you read this?") -> dict[str, str]:
    """Genuine, and about no message at all."""
    return {name: value for name, value in lab.fields(body).items() if not name.endswith("Sid") or name == "AccountSid"}


def _quarantined(lab: Lab) -> list[dict[str, object]]:
    return lab.agent("dee", online=False).quarantine("acme-sms")


def test_X_2_a_verified_delivery_that_nobody_understands_is_shown_to_a_lead_with_its_raw_bytes(lab: Lab) -> None:
    form = _unparseable(lab)
    answer = lab.webhook(form)
    assert (answer.status_code, answer.text) == (200, EMPTY_TWIML)
    (item,) = lab.wait_for(lambda: _quarantined(lab), "the quarantined item")
    raw = urlencode(form).encode()
    assert (item["account"], item["channel"], item["reason"], item["size"]) == (
        "acme-sms",
        "sms",
        "no_message_sid",
        len(raw),
    )
    shown = lab.call("dee", "GET", f"quarantine/acme-sms/{item['quarantine_id']}")
    assert base64.b64decode(shown.json()["raw_base64"]) == raw
    assert lab.all_conversations() == []


def test_who_does_not_lead_sees_nothing_of_the_quarantine(lab: Lab) -> None:
    lab.webhook(_unparseable(lab))
    (item,) = lab.wait_for(lambda: _quarantined(lab), "the quarantined item")
    for path in ("quarantine/acme-sms", f"quarantine/acme-sms/{item['quarantine_id']}"):
        refused = lab.call("ann", "GET", path)
        assert refused.status_code == 403
        assert str(item["quarantine_id"]) not in refused.text


def test_a_quarantined_delivery_that_comes_again_is_the_same_item(lab: Lab) -> None:
    form = _unparseable(lab)
    assert {lab.webhook(form).status_code for _ in range(3)} == {200}
    lab.wait_for(lambda: _quarantined(lab), "the quarantined item")
    lab.await_quiet()
    assert len(_quarantined(lab)) == 1


def test_X_2_in_a_storm_every_verified_delivery_becomes_one_message_or_one_quarantined_item(lab: Lab) -> None:
    valid = [lab.fields(f"message {n}", sender=f"+1555126{n % 8:04d}") for n in range(24)]
    unparseable = [_unparseable(lab, f"what is {n}?") for n in range(6)]
    forged = [lab.fields(f"forged {n}") for n in range(12)]
    calls = [partial(lab.deliver, form) for form in [*valid, *unparseable]] * 3
    calls += [partial(lab.deliver, form, signature=lab.signature(form, token="0" * 32)) for form in forged]
    assert lab.at_once(calls) == [200] * 3 * 30 + [403] * 12

    def messages() -> list[str]:
        return sorted(entry.text for entry in lab.all_entries() if entry.author == "customer")

    lab.wait_for(lambda: len(messages()) >= 24 and len(_quarantined(lab)) >= 6, "everything to arrive")
    lab.await_quiet()
    assert messages() == sorted(form["Body"] for form in valid)
    assert {str(item["quarantine_id"]) for item in _quarantined(lab)} == {
        hashlib.sha256(urlencode(form).encode()).hexdigest()[:32] for form in unparseable
    }
    assert len(lab.all_conversations()) == 8
