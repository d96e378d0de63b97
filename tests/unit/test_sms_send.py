"""The sender against the double of Twilio, through the SDK and a real socket."""

import json
import logging
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Thread

import pytest

from sandbox.double import Fault, serving
from sandbox.twilio import Account, Line, Twilio
from switchboard.channels import Sender
from switchboard.channels.sms import CHANNEL
from switchboard.errors import (
    OptedOutError,
    SecretMissingError,
    SendError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.message import DeliveryStatus, Outgoing

SID, TOKEN = "AC" + "1" * 32, "2" * 32
KEY, KEY_SECRET = "SK" + "3" * 32, "4" * 32
OURS, CUSTOMER = "+15005550006", "+15005550101"
SECRET = {"account_sid": SID, "auth_token": TOKEN, "api_key": KEY, "api_key_secret": KEY_SECRET}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOON = timedelta(seconds=10)
OUTGOING = Outgoing(
    account="support-us",
    sender=OURS,
    recipient=CUSTOMER,
    text="Canary: your order is on its way ✈",
    conversation_id="support-us.c1.1",
    message_id="ack",
    valid_for=3600,
)


@pytest.fixture
def twilio() -> Twilio:
    seconds = count()
    return Twilio(
        [Account(SID, TOKEN, lines=[Line(OURS, "Support")], api_keys={KEY: KEY_SECRET})],
        now=lambda: NOON + timedelta(seconds=next(seconds)),
    )


@pytest.fixture
def base_url(twilio: Twilio) -> Iterator[str]:
    with serving(twilio) as base_url:
        yield base_url


@pytest.fixture
def sender(base_url: str) -> Sender:
    return CHANNEL.connect(SECRET, base_url, SOON)


def failure(sender: Sender, outgoing: Outgoing = OUTGOING) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(outgoing)
    return caught.value


def test_a_message_is_sent(sender: Sender, twilio: Twilio) -> None:
    sent = sender.send(OUTGOING)
    [text] = twilio.state.texts
    assert (text.sender, text.recipient, text.body) == (OURS, CUSTOMER, OUTGOING.text)
    assert (sent.provider_id, sent.at, sent.status, sent.segments) == (text.sid, NOON, DeliveryStatus.QUEUED, 1)


def test_TW_9_the_status_callback_goes_along(sender: Sender, twilio: Twilio) -> None:
    callback = "http://127.0.0.1:9/sms/support-us?conversation=a&message=b"
    sender.send(OUTGOING.model_copy(update={"status_callback": callback}))
    assert twilio.state.texts[0].status_callback == callback


def test_TW_9_the_validity_goes_along(sender: Sender) -> None:
    assert failure(sender, OUTGOING.model_copy(update={"valid_for": 36_001})).code == "21624"


def test_without_an_api_key_the_auth_token_sends(base_url: str, twilio: Twilio) -> None:
    secret = {"account_sid": SID, "auth_token": TOKEN, "api_key": "", "api_key_secret": "REPLACE_ME"}
    CHANNEL.connect(secret, base_url, SOON).send(OUTGOING)
    assert len(twilio.state.texts) == 1


@pytest.mark.parametrize(
    "secret",
    [{}, {"account_sid": SID}, {"auth_token": TOKEN}, {"account_sid": SID, "auth_token": "REPLACE_ME"}],
)
def test_X_13_without_credentials_nothing_is_sent(secret: dict[str, str]) -> None:
    with pytest.raises(SecretMissingError):
        CHANNEL.connect(secret, None, SOON)


def test_TW_6_an_opted_out_recipient_has_an_error_of_its_own(sender: Sender, twilio: Twilio) -> None:
    twilio.state.stopped.add((OURS, CUSTOMER))
    error = failure(sender)
    assert isinstance(error, OptedOutError)
    assert error.code == "21610"


def test_a_refusal_carries_twilios_code_and_is_for_good(sender: Sender) -> None:
    error = failure(sender, OUTGOING.model_copy(update={"recipient": "0171"}))
    assert isinstance(error, SendRefusedError)
    assert (error.code, error.retryable) == ("21211", False)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("throttled", SendThrottledError, "20429"),
        ("error", SendUnknownError, "20500"),
        ("error_after_accept", SendUnknownError, "20500"),
    ],
)
def test_TW_8_a_failure_says_whether_anything_may_be_out(
    sender: Sender, twilio: Twilio, fault: Fault, kind: type[SendError], code: str
) -> None:
    twilio.fail_next(fault)
    error = failure(sender)
    assert (type(error), error.code, error.retryable) == (kind, code, True)


def test_TW_8_no_answer_in_time_is_unknown_and_can_be_found(base_url: str, twilio: Twilio) -> None:
    sender = CHANNEL.connect(SECRET, base_url, timedelta(seconds=0.2))
    twilio.fail_next("timeout_after_accept")
    assert isinstance(failure(sender), SendUnknownError)
    found = CHANNEL.connect(SECRET, base_url, SOON).find(OUTGOING, NOON)
    assert [sent.provider_id for sent in found] == [twilio.state.texts[0].sid]


def test_TW_8_nothing_is_retried_by_the_sdk(sender: Sender, twilio: Twilio) -> None:
    twilio.fail_next("error", times=2)
    failure(sender)
    assert len(twilio.faults) == 1


def refusing(status: int, code: int) -> bytes:
    body = json.dumps({"code": code, "message": f"Canary {CUSTOMER}", "status": status}).encode()
    return b"HTTP/1.1 %d No\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


@pytest.mark.parametrize(
    ("status", "code", "kind", "name"),
    [
        (400, 63016, SendRefusedError, "window"),
        (400, 63018, SendThrottledError, "63018"),
        (429, 63018, SendThrottledError, "63018"),
        (400, 63024, SendRefusedError, "63024"),
        (400, 63032, SendRefusedError, "63032"),
    ],
)
def test_TW_14_what_whatsapp_refuses_says_whether_later_may_help(
    status: int, code: int, kind: type[SendError], name: str
) -> None:
    with answering(refusing(status, code)) as base_url:
        error = failure(CHANNEL.connect(SECRET, base_url, SOON), OUTGOING)
    assert (type(error), error.code) == (kind, name)


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A server that reads a request, answers with these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(raw)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n<>",
        b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_TW_8_an_answer_that_says_nothing_is_unknown(raw: bytes) -> None:
    with answering(raw) as base_url:
        assert isinstance(failure(CHANNEL.connect(SECRET, base_url, SOON)), SendUnknownError)


def test_TW_8_what_never_connected_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    error = failure(CHANNEL.connect(SECRET, base_url, SOON))
    assert isinstance(error, SendThrottledError)
    assert error.code == "unreachable"


def test_rotated_credentials_do_not_lose_a_message(base_url: str) -> None:
    sender = CHANNEL.connect(SECRET | {"api_key_secret": "0" * 32}, base_url, SOON)
    error = failure(sender)
    assert isinstance(error, SendThrottledError)
    assert error.code == "20003"


def test_TW_8_a_message_that_is_not_there_is_not_found(sender: Sender) -> None:
    assert sender.find(OUTGOING, NOON) == []


def test_TW_8_another_text_is_not_it(sender: Sender) -> None:
    sender.send(OUTGOING.model_copy(update={"text": OUTGOING.text + " "}))
    assert sender.find(OUTGOING, NOON) == []


def test_TW_8_another_recipient_is_not_it(sender: Sender) -> None:
    sender.send(OUTGOING.model_copy(update={"recipient": "+15005550102"}))
    assert sender.find(OUTGOING, NOON) == []


def test_TW_8_the_same_text_of_before_is_not_it(sender: Sender) -> None:
    sent = sender.send(OUTGOING)
    assert sender.find(OUTGOING, sent.at + timedelta(seconds=1)) == []


def test_TW_8_a_message_of_the_same_second_is_found_though_twilio_drops_fractions(sender: Sender) -> None:
    sent = sender.send(OUTGOING)
    assert sender.find(OUTGOING, sent.at + timedelta(milliseconds=900)) != []


def test_TW_8_it_is_found_in_any_time_zone_and_behind_a_page_of_others(base_url: str, sender: Sender) -> None:
    sent = sender.send(OUTGOING)
    for number in range(51):
        sender.send(OUTGOING.model_copy(update={"text": str(number)}))
    east = NOON.astimezone(tz=datetime.strptime("+0900", "%z").tzinfo)
    found = sender.find(OUTGOING, east)
    assert [each.provider_id for each in found] == [sent.provider_id]


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n{}"])
def test_TW_8_when_twilio_can_not_be_asked_it_stays_unknown(raw: bytes) -> None:
    with answering(raw) as base_url, pytest.raises(SendUnknownError):
        CHANNEL.connect(SECRET, base_url, SOON).find(OUTGOING, NOON)


def test_SEC_11_neither_text_nor_number_nor_secret_is_in_an_error_or_a_log(
    sender: Sender, twilio: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sender.send(OUTGOING)
    error = failure(sender, OUTGOING.model_copy(update={"sender": "+15005550099"}))
    shown = "".join(traceback.format_exception(error)) + caplog.text
    assert "Canary" not in shown
    assert not any(secret in shown for secret in (CUSTOMER, "+15005550099", "%2B1500", TOKEN, KEY_SECRET))
    assert error.__context__ is None


def test_receiving_does_not_import_the_sdks_client() -> None:
    script = (
        "import sys\n"
        "from switchboard.channels.sms import CHANNEL\n"
        "print([name for name in ('twilio.rest', 'requests', 'twilio.http') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)  # ours
    assert done.stdout.strip() == "[]"
