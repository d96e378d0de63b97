"""What the three Meta channels share: signatures, the handshake, erasure, the window."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.messenger import CHANNEL as MESSENGER
from switchboard.channels.meta import (
    appsecret_proof,
    erasure_answer,
    handshake,
    is_signed,
    user_to_erase,
    window_of,
)

APP, PREVIOUS, OTHER = "0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "3"
WORD = "a-verify-token-1"
SECRET = {"app_secret": APP, "verify_token": WORD, "access_token": "x" * 40}
PAGE = Account("support-page", "100000000000001")
URL = "https://messages.example.com/social/messenger/support-page"
BODY = json.dumps({"object": "page", "entry": [{"id": PAGE.address, "messaging": []}], "t": "ä"}).encode()


def signed(body: bytes = BODY, app_secret: str = APP) -> Request:
    signature = hmac.digest(app_secret.encode(), body, sha256).hex()
    return Request("POST", URL, {"x-hub-signature-256": f"sha256={signature}"}, body)


def ask(**changes: str) -> Request:
    query = {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "1158201444"} | {
        f"hub.{name}": value for name, value in changes.items()
    }
    return Request("GET", f"{URL}?{urlencode(query)}", {}, b"")


def test_X_10_the_published_vector_is_verified_over_the_raw_bytes() -> None:
    body = rb'{"object":"page","t":"\u00e4"}'
    header = "sha256=6602ec1df0cb5220f96867496c4255e084350e2691a5c2afab2f05fa4708b3a4"
    assert is_signed(Request("POST", URL, {"x-hub-signature-256": header}, body), "appsecret")
    reserialised = json.dumps(json.loads(body), ensure_ascii=False).encode()
    assert not is_signed(Request("POST", URL, {"x-hub-signature-256": header}, reserialised), "appsecret")


def test_SEC_1_a_signed_delivery_is_verified() -> None:
    assert MESSENGER.verify(signed(), PAGE, [SECRET])


@given(st.data())
def test_SEC_1_one_flipped_bit_is_refused(data: st.DataObject) -> None:
    flipped = bytearray(BODY)
    flipped[data.draw(st.integers(0, len(BODY) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert not MESSENGER.verify(replace(signed(), body=bytes(flipped)), PAGE, [SECRET])


@pytest.mark.parametrize("header", ["", "sha256=", "sha256=ä", "sha1=00", "\ud800", "0" * 64])
def test_SEC_1_a_wrong_signature_is_refused(header: str) -> None:
    assert not MESSENGER.verify(replace(signed(), headers={"x-hub-signature-256": header}), PAGE, [SECRET])


def test_SEC_1_a_missing_signature_is_refused() -> None:
    assert not MESSENGER.verify(replace(signed(), headers={}), PAGE, [SECRET])


def test_SEC_12_the_previous_secret_still_verifies() -> None:
    assert MESSENGER.verify(signed(app_secret=PREVIOUS), PAGE, [SECRET, SECRET | {"app_secret": PREVIOUS}])


def test_MT_2_another_apps_signature_is_refused() -> None:
    assert not MESSENGER.verify(signed(app_secret=OTHER), PAGE, [SECRET])


def test_SEC_13_a_delivery_for_another_page_is_refused() -> None:
    assert not MESSENGER.verify(signed(), Account("other", "100000000000002"), [SECRET])


@pytest.mark.parametrize("account", ["", "REPLACE_ME", "g" * 32, None])
def test_X_13_an_empty_or_placeholder_secret_verifies_nothing(account: str) -> None:
    assert not MESSENGER.verify(signed(app_secret=account or ""), PAGE, [{"app_secret": account}])
    assert not MESSENGER.verify(signed(), PAGE, [])
    assert not is_signed(signed(app_secret=""), "")


def test_X_2_a_signed_delivery_that_cannot_be_read_is_verified_so_that_it_is_quarantined() -> None:
    assert MESSENGER.verify(signed(b"no json"), PAGE, [SECRET])


@given(st.binary(), st.text(), st.text())
def test_X_12_a_verifier_never_raises(body: bytes, header: str, url: str) -> None:
    assert MESSENGER.verify(Request("POST", url, {"x-hub-signature-256": header}, body), PAGE, [SECRET]) is False


def test_MT_1_the_challenge_is_echoed_to_whoever_knows_the_token() -> None:
    assert handshake(ask(), PAGE, [SECRET]) == "1158201444"
    assert handshake(ask(), PAGE, [{"verify_token": "another-word-of-16"}, SECRET]) == "1158201444"


@pytest.mark.parametrize(
    "changes",
    [
        {"verify_token": "another-word-of-16"},
        {"verify_token": ""},
        {"verify_token": "ä"},
        {"mode": "unsubscribe"},
        {"challenge": "<script>"},
        {"challenge": "1" * 65},
        {"challenge": ""},
    ],
)
def test_MT_1_anything_else_is_refused(changes: dict[str, str]) -> None:
    assert handshake(ask(**changes), PAGE, [SECRET]) is None


def test_MT_1_only_a_get_is_a_handshake() -> None:
    assert handshake(replace(ask(), method="POST"), PAGE, [SECRET]) is None


@pytest.mark.parametrize("token", ["", "REPLACE_ME", None])
def test_X_13_a_placeholder_token_shakes_no_hands(token: str) -> None:
    assert handshake(ask(verify_token=token or ""), PAGE, [{"verify_token": token}]) is None


def erasure(payload: object = None, app_secret: str = APP) -> bytes:
    wanted = {"user_id": "218471", "algorithm": "HMAC-SHA256", "issued_at": 1795000000} if payload is None else payload
    encoded = base64.urlsafe_b64encode(json.dumps(wanted).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(app_secret.encode(), encoded, sha256)).rstrip(b"=")
    return urlencode({"signed_request": (signature + b"." + encoded).decode()}).encode()


def test_MT_5_a_deletion_callback_names_whom_to_erase() -> None:
    assert user_to_erase(erasure(), [SECRET]) == "218471"
    assert user_to_erase(erasure(app_secret=PREVIOUS), [SECRET, {"app_secret": PREVIOUS}]) == "218471"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"signed_request=",
        b"signed_request=a.b.c",
        erasure(app_secret=OTHER),
        erasure({"user_id": "1", "algorithm": "none"}),
        erasure([]),
        erasure({"algorithm": "HMAC-SHA256"}),
        erasure().replace(b"signed_request=", b"signed_request=A"),
    ],
)
def test_MT_5_a_forged_or_unreadable_deletion_callback_names_nobody(body: bytes) -> None:
    assert user_to_erase(body, [SECRET]) is None


@given(st.binary())
def test_MT_5_no_bytes_erase_or_raise(body: bytes) -> None:
    assert user_to_erase(b"signed_request=" + body, [SECRET]) is None


def test_MT_5_the_answer_says_where_to_look_and_under_which_code() -> None:
    told = json.loads(erasure_answer("0123abcd", "https://messages.example.com"))
    assert told == {"url": "https://messages.example.com/erasure/0123abcd", "confirmation_code": "0123abcd"}


def test_MT_6_the_proof_is_metas() -> None:
    assert appsecret_proof("token", "secret") == hmac.new(b"secret", b"token", sha256).hexdigest()


def test_WA_3_the_window_closes_a_day_after_the_customers_last_message() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert window_of(noon) == noon + timedelta(hours=24)


def test_FB_1_the_window_counts_a_day_also_after_an_ad() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert window_of(noon) - noon == timedelta(days=1)


def test_SEC_4_a_delivery_may_have_three_megabytes() -> None:
    assert MESSENGER.body_limit == 3 * 1024 * 1024
