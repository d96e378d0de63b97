"""What Twilio lists of a number's messages, against its double: the same events as the webhooks would have made."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from sandbox.double import serving
from sandbox.twilio import Account as TwilioAccount
from sandbox.twilio import Line, Text, Twilio
from switchboard.channels import Account, History, Listed, Request
from switchboard.channels.sms import CHANNEL
from switchboard.errors import SendThrottledError, SendUnknownError
from tests.unit.test_sms_send import CUSTOMER, KEY, KEY_SECRET, NOON, OURS, SECRET, SID, SOON, TOKEN, answering

ACCOUNT, OTHER = Account("support-us", OURS), "+15005550007"
WHATSAPP = "whatsapp:+15005550006"
HOUR = timedelta(hours=1)


@pytest.fixture
def twilio() -> Twilio:
    lines = [Line(OURS, "Support"), Line(OTHER, "Sales"), Line(WHATSAPP, "Support")]
    return Twilio([TwilioAccount(SID, TOKEN, lines=lines, api_keys={KEY: KEY_SECRET})])


@pytest.fixture
def base_url(twilio: Twilio) -> Iterator[str]:
    with serving(twilio) as base_url:
        yield base_url


@pytest.fixture
def history(base_url: str) -> History:
    return history_at(base_url)


def history_at(base_url: str) -> History:
    assert CHANNEL.history
    return CHANNEL.history(SECRET, base_url, SOON)


def received(
    twilio: Twilio, at: datetime = NOON, body: str = "Hi", to: str = OURS, media: tuple[str, ...] = ()
) -> Text:
    (account,) = twilio.accounts.values()
    if CUSTOMER not in twilio.state.phones:
        twilio.add_phone(CUSTOMER, "Ada")
    text = twilio._record(account, CUSTOMER, to, body, "inbound", "received", media=media)
    text.created = text.sent = at
    return text


def listed(history: History, since: datetime = NOON - HOUR, until: datetime = NOON + HOUR) -> list[Listed]:
    return list(history.received(ACCOUNT, since, until))


@pytest.mark.parametrize("body", ["Hi \u2602", "", "STOP", "help", "Yes"])
def test_X_3_a_listed_text_is_the_event_that_its_webhook_makes(history: History, twilio: Twilio, body: str) -> None:
    text = received(twilio, body=body)
    webhook = Request("POST", "https://m.example/sms/support-us", {}, urlencode(twilio._inbound_fields(text)).encode())
    assert [one.event for one in listed(history)] == CHANNEL.parse(webhook, ACCOUNT)


def test_X_3_its_files_are_those_of_the_webhook_and_asked_for_apart(history: History, twilio: Twilio) -> None:
    text = received(twilio, media=("image/png", "video/mp4"))
    webhook = Request("POST", "https://m.example/sms/support-us", {}, urlencode(twilio._inbound_fields(text)).encode())
    [event], [one] = CHANNEL.parse(webhook, ACCOUNT), listed(history)
    assert one.has_files
    assert event == one.event.model_copy(update={"attachments": history.files(text.sid)})


def test_X_3_a_listed_text_has_the_time_at_which_it_came(history: History, twilio: Twilio) -> None:
    received(twilio, NOON + timedelta(seconds=7))
    assert [one.at for one in listed(history)] == [NOON + timedelta(seconds=7)]


def test_X_3_the_list_ends_before_its_end(history: History, twilio: Twilio) -> None:
    first, second = received(twilio, NOON), received(twilio, NOON + HOUR)
    early, late = listed(history, NOON, NOON + HOUR), listed(history, NOON + HOUR, NOON + 2 * HOUR)
    assert [one.event.provider_id for one in early] == [first.sid]
    assert [one.event.provider_id for one in late] == [second.sid]


def test_X_3_every_page_is_read(history: History, twilio: Twilio) -> None:
    for _ in range(1001):
        received(twilio)
    assert len(listed(history)) == 1001


def test_X_14_neither_our_own_texts_nor_those_to_other_numbers_are_listed(history: History, twilio: Twilio) -> None:
    (account,) = twilio.accounts.values()
    received(twilio, to=OTHER)
    for direction in ("inbound", "outbound-api"):
        own = twilio._record(account, OURS, OURS, "Hi", direction, "received")
        own.created = own.sent = NOON
    assert listed(history) == []


def test_X_3_networks_whose_lists_do_not_say_who_wrote_are_left_out(history: History, twilio: Twilio) -> None:
    twilio.add_phone(f"whatsapp:{CUSTOMER}", "Ada")
    received(twilio, to=WHATSAPP)
    assert list(history.received(Account("wa", WHATSAPP), NOON - HOUR, NOON + HOUR)) == []


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"])
def test_X_3_a_list_that_can_not_be_had_is_no_empty_list(raw: bytes) -> None:
    with answering(raw) as base_url, pytest.raises(SendUnknownError):
        listed(history_at(base_url))
    with answering(raw) as base_url, pytest.raises(SendUnknownError):
        history_at(base_url).files("SM1")


def test_X_3_wrong_credentials_are_no_empty_list(base_url: str) -> None:
    assert CHANNEL.history
    history = CHANNEL.history({**SECRET, "api_key_secret": "0" * 32}, base_url, SOON)
    with pytest.raises(SendThrottledError):
        listed(history)
