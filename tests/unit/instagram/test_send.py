"""The sender against the double of Meta, through a real socket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.double import Fault, serving
from sandbox.meta import App, Line, Meta
from switchboard.channels import Sender
from switchboard.channels.instagram import CHANNEL
from switchboard.errors import (
    SecretMissingError,
    SendError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.message import DeliveryStatus, Outgoing

SECRET = {"app_secret": "0" * 32, "access_token": "canary-token-" + "x" * 30}
OURS, CUSTOMER = "17841400000000001", "200000000000001"
SOON = timedelta(seconds=5)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OUTGOING = Outgoing(
    account="support",
    sender=OURS,
    recipient=CUSTOMER,
    text="Canary: your parcel is on its way ✈",
    conversation_id="support.c1.1",
    message_id="ack",
)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meta(clock: Clock) -> Meta:
    app = App(SECRET["app_secret"], SECRET["access_token"], [Line("instagram", OURS)])
    meta = Meta(app, now=clock)
    meta.record_inbound(CUSTOMER, OURS, "Where is it?")
    return meta


@pytest.fixture
def sender(meta: Meta) -> Iterator[Sender]:
    with serving(meta) as base_url:
        yield CHANNEL.connect(SECRET, base_url, SOON)


def failure(sender: Sender, outgoing: Outgoing = OUTGOING) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(outgoing)
    shown = f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"
    assert not any(secret in shown for secret in ("anary", CUSTOMER, OURS, "127.0.0.1"))
    return caught.value


def test_a_text_is_sent(sender: Sender, meta: Meta) -> None:
    sent = sender.send(OUTGOING)
    [note] = [note for note in meta.notes if not note.inbound]
    assert (note.id, note.customer, note.body) == (sent.provider_id, CUSTOMER, OUTGOING.text)
    assert sent.status is DeliveryStatus.SENT


def test_MT_6_a_wrong_app_secret_proves_nothing(sender: Sender, meta: Meta) -> None:
    with serving(meta) as base_url:
        other = CHANNEL.connect(SECRET | {"app_secret": "1" * 32}, base_url, SOON)
        assert failure(other).code == "100"


def test_MT_6_a_refused_token_is_tried_again_later(sender: Sender, meta: Meta) -> None:
    with serving(meta) as base_url:
        error = failure(CHANNEL.connect(SECRET | {"access_token": "y" * 40}, base_url, SOON))
    assert isinstance(error, SendThrottledError)
    assert error.code == "190"


def test_FB_1_outside_of_the_window_nothing_is_sent(sender: Sender, clock: Clock) -> None:
    clock.now += timedelta(hours=24, seconds=1)
    error = failure(sender)
    assert isinstance(error, SendRefusedError)
    assert (error.code, error.retryable) == ("window", False)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("throttled", SendThrottledError),
        ("error", SendUnknownError),
        ("error_after_accept", SendUnknownError),
    ],
)
def test_a_failure_says_whether_anything_may_be_out(
    sender: Sender, meta: Meta, fault: Fault, kind: type[SendError]
) -> None:
    meta.fail_next(fault)
    assert type(failure(sender)) is kind
    sender.send(OUTGOING)


def test_no_answer_in_time_is_unknown(meta: Meta) -> None:
    with serving(meta) as base_url:
        meta.fail_next("timeout_after_accept")
        impatient = CHANNEL.connect(SECRET, base_url, timedelta(seconds=0.2))
        assert isinstance(failure(impatient), SendUnknownError)
    assert [note.body for note in meta.notes if not note.inbound] == [OUTGOING.text]


def test_without_a_connection_nothing_is_sent() -> None:
    nobody = CHANNEL.connect(SECRET, "http://127.0.0.1:9", SOON)
    error = failure(nobody)
    assert isinstance(error, SendThrottledError)
    assert error.code == "unreachable"


@pytest.mark.parametrize(
    "secret", [{}, {"app_secret": "0" * 32}, {"access_token": "x" * 40}, SECRET | {"app_secret": "REPLACE_ME"}]
)
def test_X_13_without_credentials_nothing_is_sent(secret: dict[str, str]) -> None:
    with pytest.raises(SecretMissingError):
        CHANNEL.connect(secret, None, SOON)


def test_meta_cannot_be_asked_what_it_sent(sender: Sender) -> None:
    assert list(sender.find(OUTGOING, NOON)) == []


def test_IG_1_a_text_is_cut_to_1000_bytes_between_characters(sender: Sender, meta: Meta) -> None:
    sender.send(OUTGOING.model_copy(update={"text": "a" + "ä" * 600}))
    assert meta.notes[-1].body == "a" + "ä" * 499


def test_someone_who_is_not_available_is_blocked(sender: Sender, meta: Meta) -> None:
    meta.blocked.add((OURS, CUSTOMER))
    assert failure(sender).code == "blocked"
