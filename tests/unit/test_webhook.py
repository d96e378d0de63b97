"""Calling an operator's webhook: signed, checked like everything that goes out, and told safely (SEC-8)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from urllib3.exceptions import ConnectTimeoutError

from switchboard.errors import SendRefusedError, SendThrottledError
from switchboard.web.call import Webhook
from switchboard.web.guard import Target

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL, KEY, PUBLIC = "https://hooks.example/alerts?token=s3cret", b"key", "93.184.216.34"


@dataclass
class Receiver:
    """Answers with a status, or fails; remembers what it was sent."""

    status: int = 200
    error: Exception | None = None
    calls: list[tuple[str, Target, Mapping[str, str], bytes]] = field(default_factory=list)

    def post(self, address: str, target: Target, headers: Mapping[str, str], body: bytes) -> int:
        self.calls.append((address, target, headers, body))
        if self.error:
            raise self.error
        return self.status


def call(receiver: Receiver, url: str = URL, address: str = PUBLIC) -> None:
    Webhook(url, KEY, receiver.post, lambda _host: [address]).call(b'{"count": 1}', "a1", NOON)


def test_a_call_is_signed_over_its_time_and_body_and_has_an_id_of_its_own() -> None:
    receiver = Receiver()
    call(receiver)
    ((address, target, headers, body),) = receiver.calls
    assert (address, target.url, body) == (PUBLIC, URL, b'{"count": 1}')
    seconds = int(NOON.timestamp())
    expected = hmac.new(KEY, f"{seconds}.".encode() + body, sha256).hexdigest()
    assert headers["switchboard-signature"] == f"t={seconds},v1={expected}"
    assert headers["switchboard-id"] == "a1"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_SEC_8_nothing_but_the_public_internet_is_called(address: str) -> None:
    receiver = Receiver()
    with pytest.raises(SendRefusedError):
        call(receiver, address=address)
    assert receiver.calls == []


@pytest.mark.parametrize("url", ["http://hooks.example/", "https://u:p@hooks.example/", "https://x"])
def test_SEC_8_only_an_https_URL_of_a_host_is_called(url: str) -> None:
    with pytest.raises(SendRefusedError):
        call(Receiver(), url)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_receiver_that_is_busy_is_called_again(status: int) -> None:
    with pytest.raises(SendThrottledError):
        call(Receiver(status))


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
def test_SEC_8_a_redirect_is_not_followed_and_a_refusal_is_final(status: int) -> None:
    with pytest.raises(SendRefusedError):
        call(Receiver(status))


def test_what_is_out_of_reach_is_called_again_and_told_without_its_URL() -> None:
    with pytest.raises(SendThrottledError) as caught:
        call(Receiver(error=ConnectTimeoutError(None, URL)))
    assert "s3cret" not in str(caught.value)
    assert caught.value.__context__ is None
