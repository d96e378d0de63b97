"""What the Messenger Platform's webhook becomes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.messenger.parse import parse
from switchboard.errors import UnparseableError
from switchboard.message import Deletion, DeliveryReport, DeliveryStatus, Edit, Message, Postback, Reaction, Received

PAGE, PSID = Account("support", "100000000000001"), "200000000000001"
ENDS = {"sender": {"id": PSID}, "recipient": {"id": PAGE.address}, "timestamp": 1795000000000}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def read(*entries: Any, account: Account = PAGE) -> list[Received]:
    return parse(Request("POST", "", {}, json.dumps({"object": "page", "entry": list(entries)}).encode()), account)


def entry(*events: Any, **more: Any) -> dict[str, Any]:
    return {"id": PAGE.address, "messaging": list(events), **more}


def one(**event: Any) -> Received:
    [found] = read(entry(ENDS | event))
    return found


def test_MT_3_a_message_is_told_by_its_key() -> None:
    event = one(message={"mid": "m_1", "text": "Hi", "reply_to": {"mid": "m_0"}}, new_field={"a": 1})
    assert isinstance(event, Message)
    assert (event.text, event.provider_id, event.sender.address, event.account) == ("Hi", "m_1", PSID, "support")
    assert event.thread is not None
    assert event.thread.in_reply_to == "m_0"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("read", "read"),
        ("referral", "referral"),
        ("optin", "system"),
        ("account_linking", "system"),
        ("policy_enforcement", "system"),
        ("telepathy", "unknown"),
    ],
)
def test_MT_3_every_other_kind_is_told_by_its_key(name: str, kind: str) -> None:
    assert one(**{name: {}}).kind == kind


def test_MT_3_standby_is_only_looked_at() -> None:
    [event] = read({"id": PAGE.address, "standby": [ENDS | {"postback": {"title": "Hi"}}]})
    assert (event.kind, event.flags) == ("system", ("standby",))


def test_MT_3_a_change_is_never_a_direct_message() -> None:
    [event] = read({"id": PAGE.address, "changes": [{"field": "feed", "value": {"message": "Hi"}}]})
    assert event.kind == "system"


def test_a_postback_is_no_message() -> None:
    event = one(postback={"title": "Get started", "payload": "START", "mid": "m_1"})
    assert isinstance(event, Postback)
    assert (event.payload, event.text, event.provider_id) == ("START", "Get started", "m_1:postback")


def test_postbacks_without_an_id_differ_by_time_and_payload() -> None:
    keys = {
        one(postback={"payload": "A"}).provider_id,
        one(postback={"payload": "B"}).provider_id,
        one(postback={"payload": "A"}, timestamp=1795000000001).provider_id,
    }
    assert len(keys) == 3


def test_FB_3_a_reaction_and_its_end_name_their_target() -> None:
    on = one(reaction={"mid": "m_O", "action": "react", "emoji": "❤", "reaction": "love"})
    off = one(reaction={"mid": "m_O", "action": "unreact", "emoji": "❤"})
    assert isinstance(on, Reaction)
    assert isinstance(off, Reaction)
    assert (on.target, on.emoji, off.target, off.emoji) == ("m_O", "❤", "m_O", "")
    assert on.provider_id != off.provider_id


def test_FB_4_a_message_taken_back_is_deleted() -> None:
    event = one(message={"mid": "m_1", "is_deleted": True})
    assert isinstance(event, Deletion)
    assert event.target == "m_1"


def test_FB_5_attachments_stay_references() -> None:
    picture = {"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/1.jpg"}}
    event = one(message={"mid": "m_1", "attachments": [picture, {"type": "file", "payload": {"url": "https://x/f"}}]})
    assert isinstance(event, Message)
    assert [attachment.url for attachment in event.attachments] == [
        "https://scontent.xx.fbcdn.net/1.jpg",
        "https://x/f",
    ]


@pytest.mark.parametrize(
    ("attachment", "words"),
    [
        ({"type": "location", "payload": {"coordinates": {"lat": 1.5, "long": 2.5}}}, "[location] 1.5,2.5"),
        (
            {"type": "fallback", "title": "A page", "url": "https://example.com"},
            "[fallback] A page https://example.com",
        ),
        ({"type": "hologram"}, "[hologram]"),
        (7, "[attachment]"),
    ],
)
def test_an_attachment_without_a_file_is_put_into_words(attachment: Any, words: str) -> None:
    event = one(message={"mid": "m_1", "attachments": [attachment]})
    assert isinstance(event, Message)
    assert (event.text, event.attachments) == (words, ())


def test_an_edit_is_an_event_of_its_own_each_time() -> None:
    first, second = (one(message_edit={"mid": "m_1", "text": "New", "num_edit": n}) for n in (1, 2))
    assert isinstance(first, Edit)
    assert (first.target, first.text) == ("m_1", "New")
    assert first.provider_id != second.provider_id


def test_X_14_an_echo_by_a_person_elsewhere_is_kept_as_an_echo() -> None:
    ends = {"sender": {"id": PAGE.address}, "recipient": {"id": PSID}}
    event = one(**ends, message={"mid": "m_E", "text": "Hi", "is_echo": True, "app_id": 263902037430900})
    assert (event.kind, event.to[0].address) == ("echo", PSID)
    assert event.thread is not None
    assert event.thread.message_id == "m_E"


def test_X_14_our_own_echo_settles_the_message_that_it_marks() -> None:
    event = one(message={"mid": "m_E", "is_echo": True, "metadata": "support.c1.1 ack"})
    assert isinstance(event, DeliveryReport)
    assert (event.conversation_id, event.message_id, event.original_id) == ("support.c1.1", "ack", "m_E")


def test_X_14_a_message_from_the_page_itself_is_an_echo_without_saying_so() -> None:
    assert one(sender={"id": PAGE.address}, message={"mid": "m_E", "text": "Hi"}).kind == "echo"


def test_every_delivered_message_has_a_report() -> None:
    events = read(entry(ENDS | {"delivery": {"mids": ["m_1", "m_2"], "watermark": 1}}))
    assert [event.original_id for event in events if isinstance(event, DeliveryReport)] == ["m_1", "m_2"]
    watermark = one(delivery={"watermark": 1})
    assert isinstance(watermark, DeliveryReport)
    assert (watermark.original_id, watermark.delivery.status) == (None, DeliveryStatus.DELIVERED)


def test_kinds_with_the_same_mid_have_keys_of_their_own() -> None:
    message = {"mid": "m_1", "text": "Hi"}
    keys = {
        one(message=message).provider_id,
        one(message=message | {"is_deleted": True}).provider_id,
        one(message=message | {"is_echo": True}).provider_id,
        one(message_edit={"mid": "m_1", "num_edit": 1}).provider_id,
        one(postback={"mid": "m_1"}).provider_id,
        one(reaction={"mid": "m_1"}).provider_id,
        one(delivery={"mids": ["m_1"]}).provider_id,
    }
    assert len(keys) == 7


def test_X_8_every_entry_and_event_is_read_around_the_poison() -> None:
    good = ENDS | {"message": {"mid": "m_1", "text": "Hi"}}
    events = read(None, entry(good, {"message": {"text": "no mid"}}, 7, good), {"messaging": [good]}, entry(good))
    assert [event.kind for event in events] == [
        "unknown",
        "message",
        "unknown",
        "unknown",
        "message",
        "unknown",
        "message",
    ]


def test_MT_2_another_pages_entry_creates_nothing_for_us() -> None:
    good = ENDS | {"message": {"mid": "m_1", "text": "Hi"}}
    events = read({"id": "100000000000002", "messaging": [good]}, entry(good))
    assert [(event.kind, event.account) for event in events] == [("unknown", "100000000000002"), ("message", "support")]
    assert events[0].flags == ("other_account",)


def test_without_an_account_the_payload_says_whose_it_is() -> None:
    [event] = read(entry(ENDS | {"message": {"mid": "m_1", "text": "Hi"}}), account=Account("", ""))
    assert event.account == PAGE.address


def test_a_stop_is_an_opt_out() -> None:
    assert one(message={"mid": "m_1", "text": "Stop!"}).kind == "opt_out"


def test_X_2_what_is_no_delivery_is_quarantined() -> None:
    with pytest.raises(UnparseableError, match="no_entry"):
        parse(Request("POST", "", {}, b"{}"), PAGE)


@given(
    st.sampled_from(["message", "postback", "reaction", "message_edit", "delivery", "read"]),
    st.dictionaries(st.sampled_from(["mid", "text", "attachments", "reply_to", "mids", "emoji", "payload"]), JSON)
    | JSON,
)
def test_X_7_no_event_of_any_shape_raises(name: str, value: Any) -> None:
    assert read(entry(ENDS | {name: value}))
