import json
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.sms.parse import parse
from switchboard.errors import UnparseableError
from switchboard.message import (
    Attachment,
    ConsentChange,
    DeliveryReport,
    DeliveryStatus,
    Message,
    Party,
    Received,
    Unhandled,
)

OURS, CUSTOMER = "+15005550006", "+15005550101"
ACCOUNT = Account("support-us", OURS)
URL = "https://messages.example.com/sms/support-us"
SID = "SM0123456789abcdef0123456789abcdef"
INBOUND = {"MessageSid": SID, "From": CUSTOMER, "To": OURS, "Body": "Hi", "NumMedia": "0", "SmsStatus": "received"}
CALLBACK = {"MessageSid": SID, "From": OURS, "To": CUSTOMER, "MessageStatus": "delivered", "SmsStatus": "delivered"}


def read(fields: Mapping[str, str], url: str = URL) -> Received:
    [event] = parse(Request("POST", url, {}, urlencode(fields).encode()), ACCOUNT)
    return event


def reason(body: bytes) -> str:
    with pytest.raises(UnparseableError) as caught:
        parse(Request("POST", URL, {}, body), ACCOUNT)
    return caught.value.reason


def test_a_text_becomes_a_message() -> None:
    assert read(INBOUND) == Message(
        channel="sms",
        account="support-us",
        provider_id=SID,
        sender=Party(address=CUSTOMER),
        to=(Party(address=OURS),),
        text="Hi",
    )


def test_a_text_is_not_trimmed() -> None:
    event = read(INBOUND | {"Body": "  Hi\n "})
    assert isinstance(event, Message)
    assert event.text == "  Hi\n "


def test_TW_10_a_picture_without_text_is_a_message() -> None:
    media = {"Body": "", "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/png"}
    event = read(INBOUND | media)
    assert isinstance(event, Message)
    assert event.text == ""
    assert event.attachments == (Attachment(url="https://api.twilio.com/x", content_type="image/png"),)


def test_X_8_a_gap_among_the_media_loses_none() -> None:
    event = read(
        INBOUND | {"NumMedia": "x", "MediaUrl1": "https://api.twilio.com/1", "MediaUrl9": "https://api.twilio.com/9"}
    )
    assert isinstance(event, Message)
    assert [attachment.url for attachment in event.attachments] == [
        "https://api.twilio.com/1",
        "https://api.twilio.com/9",
    ]


def test_TW_10_media_of_unknown_type_are_kept_as_reference() -> None:
    event = read(INBOUND | {"MediaUrl0": "https://api.twilio.com/x"})
    assert isinstance(event, Message)
    assert event.attachments[0].content_type == "application/octet-stream"


def test_an_empty_text_is_a_message() -> None:
    event = read(INBOUND | {"Body": ""})
    assert isinstance(event, Message)
    assert event.text == ""


@pytest.mark.parametrize(("word", "kind"), [("STOP", "opt_out"), ("Start", "opt_in"), ("help?", "help")])
def test_TW_4_a_keyword_changes_consent_and_is_kept_as_evidence(word: str, kind: str) -> None:
    event = read(INBOUND | {"Body": word})
    assert isinstance(event, ConsentChange)
    assert (event.kind, event.wording, event.provider_id) == (kind, word, SID)


@pytest.mark.parametrize(
    ("word", "kind"), [("STOP", "opt_out"), ("stop", "opt_out"), ("Start", "opt_in"), ("HELP", "help")]
)
def test_TW_4_opt_out_type_wins_over_the_text(word: str, kind: str) -> None:
    event = read(INBOUND | {"Body": "start", "OptOutType": word})
    assert isinstance(event, ConsentChange)
    assert event.kind == kind


def test_TW_4_an_unknown_opt_out_type_leaves_it_to_the_text() -> None:
    assert isinstance(read(INBOUND | {"OptOutType": "PAUSE"}), Message)


def test_TW_7_a_bare_yes_stays_a_message() -> None:
    assert isinstance(read(INBOUND | {"Body": "YES"}), Message)


def test_TW_9_a_status_callback_says_which_message_of_ours_it_is_about() -> None:
    event = read(CALLBACK, f"{URL}?conversation=support-us.c1.2&message=m%2F1")
    assert isinstance(event, DeliveryReport)
    assert (event.delivery.status, event.conversation_id, event.message_id) == (
        DeliveryStatus.DELIVERED,
        "support-us.c1.2",
        "m/1",
    )
    assert event.provider_id == f"{SID}:delivered"


def test_TW_9_a_status_of_an_unknown_message_is_reported_all_the_same() -> None:
    event = read(CALLBACK)
    assert isinstance(event, DeliveryReport)
    assert (event.conversation_id, event.message_id) == (None, None)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", DeliveryStatus.QUEUED),
        ("queued", DeliveryStatus.QUEUED),
        ("sending", DeliveryStatus.SENDING),
        ("sent", DeliveryStatus.SENT),
        ("read", DeliveryStatus.READ),
        ("undelivered", DeliveryStatus.UNDELIVERED),
        ("failed", DeliveryStatus.FAILED),
        ("canceled", DeliveryStatus.FAILED),
        ("FAILED", DeliveryStatus.FAILED),
    ],
)
def test_each_status_of_twilio_has_one_of_ours(word: str, status: DeliveryStatus) -> None:
    event = read(CALLBACK | {"MessageStatus": word})
    assert isinstance(event, DeliveryReport)
    assert event.delivery.status is status


def test_a_failure_carries_its_code() -> None:
    event = read(CALLBACK | {"MessageStatus": "failed", "ErrorCode": "30003"})
    assert isinstance(event, DeliveryReport)
    assert event.delivery.reason == "30003"


@pytest.mark.parametrize("code", ["", "0", "a b"])
def test_what_is_no_code_is_left_out(code: str) -> None:
    event = read(CALLBACK | {"ErrorCode": code})
    assert isinstance(event, DeliveryReport)
    assert event.delivery.reason is None


def test_sms_status_alone_makes_a_status_callback() -> None:
    fields = {name: value for name, value in CALLBACK.items() if name != "MessageStatus"}
    assert isinstance(read(fields), DeliveryReport)


def test_X_7_an_unknown_status_is_counted_and_nothing_else() -> None:
    event = read(CALLBACK | {"MessageStatus": "partially_delivered"})
    assert isinstance(event, Unhandled)
    assert (event.kind, event.provider_id) == ("unknown", f"{SID}:partially_delivered")


@pytest.mark.parametrize(
    "own", [{"From": OURS, "To": CUSTOMER}, {"Direction": "outbound-api"}, {"Direction": "Outbound-Reply"}]
)
def test_X_14_our_own_traffic_is_an_echo(own: dict[str, str]) -> None:
    event = read(INBOUND | own)
    assert isinstance(event, Unhandled)
    assert event.kind == "echo"


def test_X_14_our_own_stop_is_an_echo_too() -> None:
    assert isinstance(read(INBOUND | {"From": OURS, "Body": "STOP"}), Unhandled)


def test_TW_2_a_get_carries_its_fields_in_the_query() -> None:
    [event] = parse(Request("GET", f"{URL}?{urlencode(INBOUND)}", {}, b""), ACCOUNT)
    assert isinstance(event, Message)


def test_X_7_unknown_fields_are_ignored() -> None:
    assert read(INBOUND | {"SomethingNew": "1", "Body2": "x"}) == read(INBOUND)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"MessageSid": ""}, "no_message_sid"),
        ({"MessageSid": "a:b"}, "bad_message_sid"),
        ({"MessageSid": "S" * 65}, "bad_message_sid"),
        ({"From": ""}, "no_from"),
        ({"From": "+1\n2"}, "bad_from"),
        ({"From": "9" * 321}, "bad_from"),
        ({"To": ""}, "no_to"),
        ({"To": "é"}, "bad_to"),
        ({"MessageStatus": "a b"}, "bad_status"),
    ],
)
def test_X_2_what_is_wrong_has_a_code(change: dict[str, str], expected: str) -> None:
    assert reason(urlencode(INBOUND | change).encode()) == expected


def test_X_2_a_message_without_text_and_media_is_unparseable() -> None:
    assert reason(urlencode({k: v for k, v in INBOUND.items() if k != "Body"}).encode()) == "no_body"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "no_message_sid"),
        (b'{"a": 1}', "no_message_sid"),
        (b"MessageSid=SM1&Body=\xff", "not_utf8"),
        (b"MessageSid=SM1&Body=%FF", "not_utf8"),
        (b"MessageSid=SM1&Body=%ED%A0%80", "not_utf8"),
        (b"MessageSid=SM1&Body=100%", "bad_percent_encoding"),
        (b"MessageSid=SM1&Body=%zz", "bad_percent_encoding"),
    ],
)
def test_X_2_a_broken_body_has_a_code(body: bytes, expected: str) -> None:
    assert reason(body) == expected


def test_a_nul_is_replaced_because_stores_refuse_it() -> None:
    event = read(INBOUND | {"Body": "a\0b"})
    assert isinstance(event, Message)
    assert event.text == "a\ufffdb"


@given(
    st.dictionaries(
        st.sampled_from([*INBOUND, *CALLBACK, "OptOutType", "Direction", "MediaUrl0", "ErrorCode"]), st.text()
    )
)
def test_X_2_any_form_is_an_event_or_unparseable_and_can_be_stored(changes: dict[str, str]) -> None:
    fields = {name: value.encode("utf-8", "ignore").decode() for name, value in (INBOUND | changes).items()}
    try:
        event = read(fields)
    except UnparseableError as error:
        assert error.reason.isidentifier()  # noqa: PT017  # either outcome is right, if it is one of the two
    else:
        assert json.loads(event.model_dump_json())["account"] == "support-us"
        event.model_dump_json().encode("utf-8")


@given(st.binary(max_size=200))
def test_X_2_any_bytes_are_an_event_or_unparseable(body: bytes) -> None:
    try:
        parse(Request("POST", URL, {}, body), ACCOUNT)
    except UnparseableError as error:
        assert error.reason.isidentifier()  # noqa: PT017  # either outcome is right, if it is one of the two
