"""The sender against the double of LINE, through a real socket."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sandbox.double import Fault, serving
from sandbox.line import Channel, Line
from switchboard.channels.line import CHANNEL
from switchboard.channels.line.send import REPLY_WITHIN, LineSender, connect, retry_key
from switchboard.errors import SecretMissingError, SendError, SendThrottledError, SendUnknownError
from switchboard.instant import system_clock
from switchboard.message import Outgoing

OURS, CUSTOMER = "U1", "U101canary"
SECRET, SOON = {"channel_access_token": "canary-token-" + "x" * 40}, timedelta(seconds=5)
OUTGOING = Outgoing(
    account="support",
    sender=OURS,
    recipient=CUSTOMER,
    text="Canary: your parcel is on its way ✈",
    conversation_id="support.c1.1",
    message_id="ack",
)


@pytest.fixture
def line() -> Line:
    return Line([Channel(OURS, "0" * 32, SECRET["channel_access_token"])])


@pytest.fixture
def sender(line: Line) -> Iterator[LineSender]:
    with serving(line) as base_url:
        yield connect(SECRET, base_url, SOON)


def failure(sender: LineSender, outgoing: Outgoing = OUTGOING) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(outgoing)
    shown = f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"
    assert not any(secret in shown for secret in ("anary", "127.0.0.1"))
    return caught.value


def bodies(line: Line) -> list[str]:
    return [note.body for note in line.notes]


def test_a_text_is_pushed(sender: LineSender, line: Line) -> None:
    sent = sender.send(OUTGOING)
    [note] = line.notes
    assert (note.id, note.customer, note.body) == (sent.provider_id, CUSTOMER, OUTGOING.text)


def test_LN_2_the_retry_key_is_the_messages_own() -> None:
    assert retry_key(OUTGOING) == retry_key(OUTGOING.model_copy(update={"text": "other"}))
    assert retry_key(OUTGOING) != retry_key(OUTGOING.model_copy(update={"message_id": "m2"}))
    assert retry_key(OUTGOING) != retry_key(OUTGOING.model_copy(update={"conversation_id": "support.c1.2"}))


def test_LN_2_a_push_that_is_repeated_arrives_once(sender: LineSender, line: Line) -> None:
    line.fail_next("error_after_accept")
    assert isinstance(failure(sender), SendUnknownError)
    assert sender.send(OUTGOING).provider_id == line.notes[0].id
    assert bodies(line) == [OUTGOING.text]


def an_acknowledgement(token: str, asked_at: datetime, *, automatic: bool = True) -> Outgoing:
    return OUTGOING.model_copy(update={"automatic": automatic, "reply_token": token, "asked_at": asked_at})


def test_LN_2_an_acknowledgement_uses_a_fresh_reply_token(sender: LineSender, line: Line) -> None:
    line.give_reply_token("token", OURS, CUSTOMER)
    sender.send(an_acknowledgement("token", system_clock()))
    assert bodies(line) == [OUTGOING.text]
    line.fail_next("error")  # only a push would meet this
    assert isinstance(failure(sender), SendUnknownError)


def test_LN_2_a_used_reply_token_gives_way_to_a_push(sender: LineSender, line: Line) -> None:
    sender.send(an_acknowledgement("used", system_clock()))
    assert bodies(line) == [OUTGOING.text]


def test_LN_2_a_stale_reply_token_is_left_alone(sender: LineSender, line: Line) -> None:
    line.give_reply_token("token", OURS, CUSTOMER)
    sender.send(an_acknowledgement("token", system_clock() - REPLY_WITHIN))
    assert line.reply_token(OURS, CUSTOMER) == "token"
    assert bodies(line) == [OUTGOING.text]


def test_LN_2_an_answer_is_pushed_since_only_a_push_may_be_repeated(sender: LineSender, line: Line) -> None:
    line.give_reply_token("token", OURS, CUSTOMER)
    sender.send(an_acknowledgement("token", system_clock(), automatic=False))
    assert line.reply_token(OURS, CUSTOMER) == "token"
    assert bodies(line) == [OUTGOING.text]


def test_a_text_is_cut_to_5000_code_units(sender: LineSender, line: Line) -> None:
    sender.send(OUTGOING.model_copy(update={"text": "a" + "😀" * 3000}))
    assert bodies(line) == ["a" + "😀" * 2499]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("throttled", SendThrottledError), ("error", SendUnknownError)],
)
def test_a_failure_says_whether_anything_may_be_out(
    sender: LineSender, line: Line, fault: Fault, kind: type[SendError]
) -> None:
    line.fail_next(fault)
    assert type(failure(sender)) is kind


def test_no_answer_in_time_is_unknown(line: Line) -> None:
    with serving(line) as base_url:
        line.fail_next("timeout_after_accept")
        assert isinstance(failure(connect(SECRET, base_url, timedelta(seconds=0.2))), SendUnknownError)


def test_without_a_connection_nothing_is_sent() -> None:
    assert isinstance(failure(connect(SECRET, "http://127.0.0.1:9", SOON)), SendThrottledError)


def test_a_refused_token_is_tried_again_later(line: Line) -> None:
    with serving(line) as base_url:
        error = failure(connect({"channel_access_token": "y" * 40}, base_url, SOON))
    assert isinstance(error, SendThrottledError)
    assert error.code == "401"


@pytest.mark.parametrize("token", ["", "REPLACE_ME"])
def test_X_13_without_credentials_nothing_is_sent(token: str) -> None:
    with pytest.raises(SecretMissingError):
        CHANNEL.connect({"channel_access_token": token}, None, SOON)


def test_line_cannot_be_asked_what_it_sent(sender: LineSender) -> None:
    assert list(sender.find(OUTGOING, system_clock())) == []
