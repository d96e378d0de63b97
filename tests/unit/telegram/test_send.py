"""The sender against the double of Telegram, through a real socket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.double import Fault, serving
from sandbox.telegram import Bot, Telegram
from switchboard.channels import Sender
from switchboard.channels.telegram import CHANNEL
from switchboard.errors import SecretMissingError, SendError, SendRefusedError, SendThrottledError, SendUnknownError
from switchboard.message import Outgoing

TOKEN, BOT, CUSTOMER = "123456789:canary-token-" + "x" * 22, "123456789", "5005550101"
SECRET, SOON = {"token": TOKEN, "secret_token": "s" * 16}, timedelta(seconds=5)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OUTGOING = Outgoing(
    account="support",
    sender="@example_bot",
    recipient=CUSTOMER,
    text="Canary: <b>your parcel</b> is on its _way_ ✈",
    conversation_id="support.c1.1",
    message_id="ack",
)


@pytest.fixture
def telegram() -> Telegram:
    telegram = Telegram([Bot(TOKEN, "s" * 16)], now=lambda: NOON)
    telegram.record_inbound(CUSTOMER, BOT, "Where is it?")
    return telegram


@pytest.fixture
def sender(telegram: Telegram) -> Iterator[Sender]:
    with serving(telegram) as base_url:
        yield CHANNEL.connect(SECRET, base_url, SOON)


def failure(sender: Sender, outgoing: Outgoing = OUTGOING) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(outgoing)
    shown = f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"
    assert not any(secret in shown for secret in ("anary", CUSTOMER, BOT, "127.0.0.1"))
    return caught.value


def test_TG_6_a_text_is_sent_as_it_is(sender: Sender, telegram: Telegram) -> None:
    sent = sender.send(OUTGOING)
    note = telegram.notes[-1]
    assert (note.customer, note.body) == (CUSTOMER, OUTGOING.text)
    assert (sent.provider_id, sent.at) == (f"{CUSTOMER}:{note.id}", NOON)


def test_TG_6_a_text_is_cut_to_4096_code_units(sender: Sender, telegram: Telegram) -> None:
    sender.send(OUTGOING.model_copy(update={"text": "a" + "😀" * 3000}))
    assert telegram.notes[-1].body == "a" + "😀" * 2047


def test_TG_4_someone_who_stopped_the_bot_is_blocked(sender: Sender, telegram: Telegram) -> None:
    telegram.blocked.add((BOT, CUSTOMER))
    error = failure(sender)
    assert isinstance(error, SendRefusedError)
    assert error.code == "blocked"


def test_a_chat_that_there_is_not_is_refused(sender: Sender) -> None:
    error = failure(sender, OUTGOING.model_copy(update={"recipient": "7"}))
    assert isinstance(error, SendRefusedError)
    assert error.code == "400"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("throttled", SendThrottledError), ("error", SendUnknownError), ("error_after_accept", SendUnknownError)],
)
def test_a_failure_says_whether_anything_may_be_out(
    sender: Sender, telegram: Telegram, fault: Fault, kind: type[SendError]
) -> None:
    telegram.fail_next(fault)
    assert type(failure(sender)) is kind


def test_no_answer_in_time_is_unknown(telegram: Telegram) -> None:
    with serving(telegram) as base_url:
        telegram.fail_next("timeout_after_accept")
        assert isinstance(failure(CHANNEL.connect(SECRET, base_url, timedelta(seconds=0.2))), SendUnknownError)


def test_TG_1_no_error_shows_the_token_in_the_url() -> None:
    error = failure(CHANNEL.connect(SECRET, "http://127.0.0.1:9", SOON))
    assert isinstance(error, SendThrottledError)
    assert error.code == "unreachable"


def test_a_refused_token_is_tried_again_later(telegram: Telegram) -> None:
    with serving(telegram) as base_url:
        error = failure(CHANNEL.connect(SECRET | {"token": TOKEN[:-1] + "y"}, base_url, SOON))
    assert isinstance(error, SendThrottledError)
    assert error.code == "401"


@pytest.mark.parametrize("token", ["", "REPLACE_ME", "123:short"])
def test_X_13_without_credentials_nothing_is_sent(token: str) -> None:
    with pytest.raises(SecretMissingError):
        CHANNEL.connect({"token": token}, None, SOON)


def test_telegram_cannot_be_asked_what_it_sent(sender: Sender) -> None:
    assert list(sender.find(OUTGOING, NOON)) == []
