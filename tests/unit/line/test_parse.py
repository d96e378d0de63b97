"""What LINE's webhook becomes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.line.parse import parse
from switchboard.errors import UnparseableError
from switchboard.message import Deletion, Message, Postback, Received

OURS, USER = Account("support", "U1"), "U101"
EVENT = {
    "mode": "active",
    "timestamp": 1795000000000,
    "source": {"type": "user", "userId": USER},
    "webhookEventId": "01K",
    "deliveryContext": {"isRedelivery": False},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def read(*events: Any, account: Account = OURS) -> list[Received]:
    body = {"destination": "U1", "events": list(events)}
    return parse(Request("POST", "", {}, json.dumps(body).encode()), account)


def one(**event: Any) -> Received:
    [found] = read(EVENT | event)
    return found


def message(**content: Any) -> Received:
    return one(type="message", message={"id": "460", **content})


def test_a_text_is_a_message_named_by_its_own_id() -> None:
    event = message(type="text", text="Hi", quotedMessageId="459")
    assert isinstance(event, Message)
    assert (event.text, event.sender.address, event.provider_id) == ("Hi", USER, "460")
    assert event.thread is not None
    assert event.thread.in_reply_to == "459"


def test_a_redelivery_is_the_same_message() -> None:
    content = {"type": "message", "message": {"id": "460", "type": "text", "text": "Hi"}}
    [first] = read(EVENT | content)
    [again] = read(EVENT | content | {"deliveryContext": {"isRedelivery": True}})
    assert first == again


def test_LN_3_in_standby_we_only_look_on() -> None:
    event = one(type="message", mode="standby", message={"id": "460", "type": "text", "text": "Hi"})
    assert (event.kind, event.flags) == ("system", ("standby",))


def test_LN_4_an_unsend_deletes_the_message() -> None:
    event = one(type="unsend", unsend={"messageId": "460"})
    assert isinstance(event, Deletion)
    assert event.target == message(type="text", text="Hi").provider_id


def test_LN_5_an_unfollow_is_a_block_and_coming_back_ends_it() -> None:
    assert one(type="unfollow").kind == "block"
    assert one(type="follow", follow={"isUnblocked": True}).kind == "unblock"
    assert one(type="follow", follow={"isUnblocked": False}).kind == "system"


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
def test_a_file_stays_a_reference(kind: str) -> None:
    event = message(type=kind, contentProvider={"type": "line"}, fileName="a.pdf", fileSize=9)
    assert isinstance(event, Message)
    [attachment] = event.attachments
    assert (attachment.url, attachment.filename, attachment.size) == ("line-content:460", "a.pdf", 9)


def test_LN_6_a_file_that_line_does_not_keep_is_named_by_its_own_url() -> None:
    provider = {"type": "external", "originalContentUrl": "https://media.example.com/v.mp4"}
    event = message(type="video", contentProvider=provider)
    assert isinstance(event, Message)
    assert event.attachments[0].url == "https://media.example.com/v.mp4"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": "sticker", "text": "Just sticker"}, "Just sticker"),
        ({"type": "sticker", "keywords": ["angry", "mad"]}, "[sticker] angry, mad"),
        ({"type": "sticker"}, "[sticker]"),
        ({"type": "location", "title": "Depot", "latitude": 1.5, "longitude": 2.5}, "[location] 1.5,2.5\nDepot"),
        ({"type": "hologram"}, "[unsupported hologram]"),
    ],
)
def test_what_comes_without_words_is_put_into_them(content: dict[str, Any], words: str) -> None:
    event = message(**content)
    assert isinstance(event, Message)
    assert event.text == words


def test_a_postback_tells_what_was_picked() -> None:
    event = one(type="postback", postback={"data": "when", "params": {"datetime": "2026-11-25T10:00"}})
    assert isinstance(event, Postback)
    assert (event.payload, event.text, event.provider_id) == ("when", "2026-11-25T10:00", "01K")


@pytest.mark.parametrize("source", ["group", "room"])
def test_a_group_is_flagged_and_never_answered_by_a_machine(source: str) -> None:
    found = {"type": source, "groupId": "C1", "userId": USER}
    event = one(type="message", source=found, message={"id": "460", "type": "text", "text": "STOP"})
    assert isinstance(event, Message)
    assert event.flags == ("group",)
    assert event.auto is not None
    assert not event.auto.may_reply


def test_a_stop_is_an_opt_out() -> None:
    assert message(type="text", text="停止").kind == "opt_out"


@pytest.mark.parametrize(("kind", "known"), [("join", "system"), ("beacon", "system"), ("telepathy", "unknown")])
def test_X_7_other_and_unknown_kinds_are_events(kind: str, known: str) -> None:
    assert one(type=kind).kind == known


def test_LN_1_no_events_is_a_ping() -> None:
    assert read() == []


def test_X_8_every_event_is_read_around_the_poison() -> None:
    good = EVENT | {"type": "message", "message": {"id": "460", "type": "text", "text": "Hi"}}
    events = read(good, 7, EVENT | {"type": "message", "message": {}}, good)
    assert [event.kind for event in events] == ["message", "unknown", "unknown", "message"]


def test_without_an_account_the_payload_says_whose_it_is() -> None:
    [event] = read(EVENT | {"type": "unfollow"}, account=Account("", ""))
    assert event.account == "U1"


def test_X_2_what_is_no_delivery_is_quarantined() -> None:
    with pytest.raises(UnparseableError, match="not_an_object"):
        parse(Request("POST", "", {}, b"[]"), OURS)


@given(
    st.sampled_from(["message", "postback", "unsend", "follow", "join"]),
    st.dictionaries(st.sampled_from(["id", "type", "text", "messageId", "data", "params", "keywords"]), JSON) | JSON,
    JSON,
)
def test_X_7_no_event_of_any_shape_raises(kind: str, value: Any, source: Any) -> None:
    assert read(EVENT | {"type": kind, kind: value, "source": source})
