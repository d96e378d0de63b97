"""Deleting at Twilio, against its double."""

from collections.abc import Iterator

import pytest

from sandbox.double import serving
from sandbox.twilio import Account, Line, Text, Twilio
from switchboard.channels import Eraser
from switchboard.channels.sms import CHANNEL
from switchboard.errors import SendThrottledError, SendUnknownError
from tests.unit.test_sms_send import CUSTOMER, KEY, KEY_SECRET, OURS, SECRET, SID, SOON, TOKEN, answering


@pytest.fixture
def twilio() -> Twilio:
    return Twilio([Account(SID, TOKEN, lines=[Line(OURS, "Support")], api_keys={KEY: KEY_SECRET})])


@pytest.fixture
def base_url(twilio: Twilio) -> Iterator[str]:
    with serving(twilio) as base_url:
        yield base_url


def eraser(base_url: str) -> Eraser:
    assert CHANNEL.forget
    return CHANNEL.forget(SECRET, base_url, SOON)


def received(twilio: Twilio, *media: str) -> Text:
    twilio.add_phone(CUSTOMER, "Ada")
    account, _line = twilio.line(OURS) or (None, None)
    assert account
    return twilio._record(account, CUSTOMER, OURS, "Hi", "inbound", "received", media=media)


def test_TW_11_a_message_is_deleted_with_its_files(base_url: str, twilio: Twilio) -> None:
    text, other = received(twilio, "image/png", "image/gif"), received(twilio)
    eraser(base_url).forget(text.sid)
    assert twilio.state.texts == [other]
    assert text.media_sids == {}


def test_TW_11_what_is_gone_is_done(base_url: str, twilio: Twilio) -> None:
    text = received(twilio, "image/png")
    for _ in range(2):
        eraser(base_url).forget(text.sid)
    assert twilio.state.texts == []


def test_TW_11_what_is_still_on_its_way_is_deleted_later(base_url: str, twilio: Twilio) -> None:
    text = received(twilio)
    text.status = "sending"
    with pytest.raises(SendThrottledError) as caught:
        eraser(base_url).forget(text.sid)
    assert (caught.value.code, caught.value.retryable) == ("20009", True)


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"])
def test_TW_11_what_twilio_did_not_confirm_is_to_be_repeated(raw: bytes) -> None:
    with answering(raw) as base_url, pytest.raises(SendUnknownError) as caught:
        eraser(base_url).forget("SM1")
    assert caught.value.retryable


def test_TW_11_wrong_credentials_are_no_success(base_url: str, twilio: Twilio) -> None:
    text = received(twilio)
    assert CHANNEL.forget
    with pytest.raises(SendThrottledError):
        CHANNEL.forget({**SECRET, "api_key_secret": "0" * 32}, base_url, SOON).forget(text.sid)
    assert twilio.state.texts == [text]
