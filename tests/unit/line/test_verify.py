"""Whether LINE signed a request, and for this account."""

import base64
import hmac
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.line import CHANNEL
from switchboard.channels.line.verify import is_signed

SECRET, PREVIOUS = "0" * 31 + "1", "0" * 31 + "2"
OURS = Account("support", "U1")
BODY = b'{"destination":"U1","events":[]}'


def signed(body: bytes = BODY, secret: str = SECRET) -> Request:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, sha256)).decode()
    return Request("POST", "", {"x-line-signature": signature}, body)


def verify(request: Request, *secrets: str, account: Account = OURS) -> bool:
    return CHANNEL.verify(request, account, [{"channel_secret": secret} for secret in secrets or [SECRET]])


def test_SEC_1_the_published_vector_is_verified() -> None:
    request = Request("POST", "", {"x-line-signature": "yt62KvDkOj4JYxomMeFi7W1CdW+sMCn21saWWDRjye4="}, BODY)
    assert is_signed(request, "channelsecret")


def test_LN_1_a_ping_is_verified() -> None:
    assert verify(signed())


@given(st.data())
def test_SEC_1_one_flipped_bit_is_refused(data: st.DataObject) -> None:
    flipped = bytearray(BODY)
    flipped[data.draw(st.integers(0, len(BODY) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert not verify(replace(signed(), body=bytes(flipped)))


@pytest.mark.parametrize("headers", [{}, {"x-line-signature": ""}, {"x-line-signature": "\ud800"}])
def test_SEC_1_a_missing_signature_is_refused(headers: dict[str, str]) -> None:
    assert not verify(replace(signed(), headers=headers))


def test_SEC_12_the_previous_secret_still_verifies() -> None:
    assert verify(signed(secret=PREVIOUS), SECRET, PREVIOUS)


def test_LN_1_a_delivery_for_another_bot_is_refused() -> None:
    assert not verify(signed(), account=Account("other", "U2"))


def test_LN_1_the_signature_is_checked_before_the_body_is_read() -> None:
    assert verify(signed(b"no json"))  # and quarantined
    assert not verify(Request("POST", "", {}, b"no json"))


@pytest.mark.parametrize("secret", ["", "REPLACE_ME", "g" * 32])
def test_X_13_an_empty_or_placeholder_secret_verifies_nothing(secret: str) -> None:
    assert not verify(signed(secret=secret), secret)
    assert not CHANNEL.verify(signed(), OURS, [])
    assert not is_signed(signed(secret=""), "")


@given(st.binary(), st.text())
def test_X_12_a_verifier_never_raises(body: bytes, header: str) -> None:
    assert verify(Request("POST", "", {"x-line-signature": header}, body)) is False
