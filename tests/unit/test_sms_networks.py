"""WhatsApp and RCS through Twilio: the same webhook, with more in it."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from switchboard.channels import Account, Request
from switchboard.channels.sms import CHANNEL
from switchboard.channels.sms.parse import parse
from switchboard.errors import UnparseableError
from switchboard.message import Attachment, ConsentChange, Message, Party, Received, Thread

OURS, CUSTOMER, USER_ID = "whatsapp:+15005550006", "whatsapp:+15005550101", "whatsapp:ID.4566123"
ACCOUNT = Account("support-whatsapp", OURS)
INBOUND = {
    "MessageSid": "SM0123456789abcdef0123456789abcdef",
    "From": CUSTOMER,
    "To": OURS,
    "Body": "Hi",
    "ProfileName": "Ada",
    "WaId": "15005550101",
    "MessageType": "text",
    "SmsStatus": "received",
}


def read(fields: Mapping[str, str]) -> Received:
    [event] = parse(Request("POST", "https://m.example/sms/x", {}, urlencode(fields).encode()), ACCOUNT)
    return event


def message(**changes: str) -> Message:
    event = read(INBOUND | changes)
    assert isinstance(event, Message)
    return event


def test_a_text_on_whatsapp_is_a_message_with_its_senders_name() -> None:
    event = message()
    assert (event.sender, event.text) == (Party(address=CUSTOMER, name="Ada"), "Hi")
    assert event.to == (Party(address=OURS),)


def test_TW_13_a_customer_is_known_by_their_id_and_answered_at_their_number() -> None:
    event = message(ExternalUserId=USER_ID)
    assert event.sender == Party(address=USER_ID, name="Ada")
    assert event.from_mailboxes == (Party(address=USER_ID), Party(address=CUSTOMER))
    assert event.reply_to == (Party(address=CUSTOMER),)
    assert event.auto
    assert (event.auto.may_reply, event.auto.answer_to) == (True, CUSTOMER)


@pytest.mark.parametrize("sender", [USER_ID, ""])
def test_TW_13_a_customer_without_a_number_is_known_by_their_id(sender: str) -> None:
    fields = INBOUND | {"From": sender, "ExternalUserId": USER_ID}
    event = read({name: value for name, value in fields.items() if name != "WaId"})
    assert isinstance(event, Message)
    assert (event.sender.address, event.reply_to, event.auto) == (USER_ID, (), None)


def test_TW_13_without_an_id_the_number_will_do() -> None:
    assert message(From="").sender.address == CUSTOMER


def test_TW_13_nobody_at_all_is_unparseable() -> None:
    with pytest.raises(UnparseableError, match="no_from"):
        read(INBOUND | {"From": "", "WaId": ""})


def test_TW_13_an_opt_out_is_of_the_same_customer_as_their_messages() -> None:
    event = read(INBOUND | {"ExternalUserId": USER_ID, "Body": "STOP"})
    assert isinstance(event, ConsentChange)
    assert event.sender.address == USER_ID


@pytest.mark.parametrize("network", ["whatsapp", "rcs"])
@pytest.mark.parametrize(("word", "kind"), [("STOP", "opt_out"), ("arrêt", "opt_out"), ("START", "opt_in")])
def test_TW_15_keywords_count_on_networks_that_filter_nothing(network: str, word: str, kind: str) -> None:
    fields = {"From": f"{network}:+15005550101", "To": f"{network}:acme", "Body": word}
    event = read(INBOUND | fields)
    assert isinstance(event, ConsentChange)
    assert (event.kind, event.wording) == (kind, word)


def test_TW_15_a_button_that_says_stop_counts_too() -> None:
    assert read(INBOUND | {"Body": "", "ButtonText": "Stop", "ButtonPayload": "stop"}).kind == "opt_out"


def test_a_buttons_words_are_the_customers() -> None:
    fields = {name: value for name, value in INBOUND.items() if name != "Body"}
    event = read(fields | {"ButtonText": "Talk to somebody", "ButtonPayload": "agent"})
    assert isinstance(event, Message)
    assert event.text == "Talk to somebody"


def test_a_place_is_put_into_words() -> None:
    place = {"Latitude": "52.52", "Longitude": "13.405", "Label": "Office", "Address": "1 Main St"}
    assert message(**place, Body="").text == "[location] 52.52,13.405\nOffice, 1 Main St"
    assert message(**place).text == "Hi\n[location] 52.52,13.405\nOffice, 1 Main St"


@pytest.mark.parametrize("field", ["Forwarded", "FrequentlyForwarded"])
def test_what_was_forwarded_says_so(field: str) -> None:
    assert message(**{field: "true"}).flags == ("forwarded",)
    assert message(**{field: "false"}).flags == ()


def test_an_answer_names_what_it_answers() -> None:
    assert message(OriginalRepliedMessageSid="SM1").thread == Thread(in_reply_to="SM1")


def test_a_picture_on_whatsapp_stays_a_reference() -> None:
    event = message(Body="", MediaUrl0="https://api.twilio.com/x", MediaContentType0="image/jpeg")
    assert event.attachments == (Attachment(url="https://api.twilio.com/x", content_type="image/jpeg"),)


@pytest.mark.parametrize(
    ("ours", "window"),
    [
        (OURS, timedelta(hours=24)),
        ("messenger:1234", timedelta(hours=24)),
        ("rcs:acme_agent", None),
        ("+15005550006", None),
    ],
)
def test_TW_14_the_window_is_a_matter_of_our_address(ours: str, window: timedelta | None) -> None:
    assert CHANNEL.window_of(ours) == window


@pytest.mark.parametrize(
    ("address", "reachable"),
    [(CUSTOMER, True), (USER_ID, True), ("rcs:+15005550101", True), ("whatsapp:", False), ("fax:+15005550101", False)],
)
def test_an_address_on_a_network_can_be_answered(address: str, reachable: bool) -> None:  # noqa: FBT001  # a column
    assert CHANNEL.is_reachable(address) is reachable
