"""What the Cloud API's webhook becomes."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.whatsapp.parse import parse
from switchboard.errors import UnparseableError
from switchboard.message import (
    ConsentChange,
    Deletion,
    DeliveryReport,
    DeliveryStatus,
    Edit,
    Message,
    Reaction,
    Received,
    Unhandled,
)

OURS = Account("support", "106540352242922")
PHONE, BSUID = "15005550101", "US.10000000000000000001"
CONTACT = {"profile": {"name": "Ada"}, "wa_id": PHONE, "user_id": BSUID}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def change(value: dict[str, Any], field: str = "messages", number: str = OURS.address) -> dict[str, Any]:
    return {"field": field, "value": {"metadata": {"phone_number_id": number}, "contacts": [CONTACT], **value}}


def read(*changes: Any, account: Account = OURS) -> list[Received]:
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "waba", "changes": list(changes)}]})
    return parse(Request("POST", "", {}, body.encode()), account)


def message(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"from": PHONE, "id": "wamid.1", "timestamp": "1795000000", "type": kind, kind: content, **more}


def one(kind: str, content: Any, **more: Any) -> Received:
    [event] = read(change({"messages": [message(kind, content, **more)]}))
    return event


def status(word: str, **more: Any) -> Received:
    found = {"id": "wamid.O", "status": word, "timestamp": "1795000000", "recipient_id": PHONE, **more}
    [event] = read(change({"statuses": [found]}))
    return event


def test_WA_1_the_phone_number_is_answered_and_every_id_is_known() -> None:
    event = one("text", {"body": "Hi"})
    assert isinstance(event, Message)
    assert (event.sender.address, event.sender.name) == (PHONE, "Ada")
    assert [party.address for party in event.from_mailboxes] == [PHONE, BSUID]


def test_WA_1_a_customer_without_a_phone_number_is_somebody() -> None:
    [event] = read(
        change({"messages": [{"from_user_id": BSUID, "id": "wamid.1", "type": "text", "text": {"body": "Hi"}}]})
    )
    assert isinstance(event, Message)
    assert event.sender.address == PHONE  # the contact's card still tells it
    bare = {"messages": [{"from_user_id": BSUID, "id": "w", "type": "text", "text": {"body": "Hi"}}], "contacts": []}
    [event] = read(change(bare))
    assert isinstance(event, Message)
    assert (event.sender.address, event.from_mailboxes) == (BSUID, ())


def test_WA_1_of_many_contacts_the_right_one_is_taken() -> None:
    contacts = [{"profile": {"name": "Bob"}, "wa_id": "1"}, CONTACT]
    [event] = read(change({"messages": [message("text", {"body": "Hi"})], "contacts": contacts}))
    assert event.sender is not None
    assert event.sender.name == "Ada"


@pytest.mark.parametrize(
    ("system", "known"),
    [
        ({"type": "user_changed_number", "wa_id": "15005550102"}, [PHONE, "15005550102"]),
        ({"type": "user_changed_user_id", "user_id": "US.2"}, [PHONE, "US.2"]),
    ],
)
def test_WA_2_a_changed_identity_names_the_old_and_the_new(system: dict[str, str], known: list[str]) -> None:
    event = one("system", system)
    assert event.kind == "system"
    assert [party.address for party in event.from_mailboxes] == known


def test_WA_2_an_update_of_user_ids_names_the_old_and_the_new() -> None:
    update = {"user_id": {"previous": "US.1", "current": "US.2"}, "wa_id": PHONE}
    [event] = read(change(update, "user_id_update"))
    assert event.kind == "system"
    assert {party.address for party in event.from_mailboxes} == {PHONE, "US.1", "US.2"}


def test_WA_4_a_reaction_an_edit_and_a_revocation_are_no_messages() -> None:
    reaction = one("reaction", {"message_id": "wamid.O", "emoji": "👍"})
    assert isinstance(reaction, Reaction)
    assert (reaction.target, reaction.emoji) == ("wamid.O", "👍")
    edit = one("edit", {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "New"}}})
    assert isinstance(edit, Edit)
    assert (edit.target, edit.text, edit.provider_id) == ("wamid.0", "New", "wamid.1")
    revoked = one("revoke", {"original_message_id": "wamid.0"})
    assert isinstance(revoked, Deletion)
    assert (revoked.target, revoked.provider_id) == ("wamid.0", "wamid.1")


def test_WA_4_a_reaction_without_an_emoji_is_one_taken_off() -> None:
    event = one("reaction", {"message_id": "wamid.O"})
    assert isinstance(event, Reaction)
    assert event.emoji == ""


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.READ),
        ("played", DeliveryStatus.PLAYED),
        ("failed", DeliveryStatus.FAILED),
    ],
)
def test_WA_6_a_status_tells_how_far_a_message_got(word: str, known: DeliveryStatus) -> None:
    event = status(word, biz_opaque_callback_data="support.c1.1 ack")
    assert isinstance(event, DeliveryReport)
    assert (event.delivery.status, event.delivery.recipient) == (known, PHONE)
    assert (event.provider_id, event.original_id) == (f"wamid.O:{word}", "wamid.O")
    assert (event.conversation_id, event.message_id) == ("support.c1.1", "ack")


def test_WA_6_a_status_without_our_mark_is_reported_by_metas_id() -> None:
    event = status("delivered", biz_opaque_callback_data="campaign-7")
    assert isinstance(event, DeliveryReport)
    assert (event.original_id, event.conversation_id, event.message_id) == ("wamid.O", None, None)


def test_WA_6_a_failure_carries_metas_code() -> None:
    event = status("failed", errors=[{"code": 131047, "title": "Re-engagement message"}])
    assert isinstance(event, DeliveryReport)
    assert event.delivery.reason == "131047"


def test_WA_7_a_marketing_preference_is_no_consent_to_answers() -> None:
    [event] = read(change({"user_preferences": [{"wa_id": PHONE, "value": "stop"}]}, "user_preferences"))
    assert event.kind == "system"


@pytest.mark.parametrize(("word", "kind"), [("STOP", "opt_out"), ("start", "opt_in"), ("Help", "help")])
def test_WA_8_a_keyword_changes_consent_and_is_kept_as_evidence(word: str, kind: str) -> None:
    event = one("text", {"body": word})
    assert isinstance(event, ConsentChange)
    assert (event.kind, event.wording) == (kind, word)


def test_WA_9_media_stay_references_by_id() -> None:
    event = one(
        "document",
        {
            "id": "77",
            "url": "https://lookaside.fbsbx.com/soon-gone",
            "mime_type": "application/pdf",
            "filename": "bill.pdf",
            "caption": "My bill",
            "sha256": base64.b64encode(sha256(b"bill").digest()).decode(),
        },
    )
    assert isinstance(event, Message)
    [attachment] = event.attachments
    assert (attachment.url, attachment.content_type, attachment.filename) == (
        "whatsapp-media:77",
        "application/pdf",
        "bill.pdf",
    )
    assert attachment.sha256 == sha256(b"bill").hexdigest()
    assert event.text == "My bill"


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("button", {"text": "Yes", "payload": "y"}, "Yes"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}, "Yes"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "y", "title": "Tuesday"}}, "Tuesday"),
        (
            "interactive",
            {"nfm_reply": {"body": "Sent", "response_json": '{"day": "Tuesday", "flow_token": "t"}'}},
            "Sent\nday: Tuesday",
        ),
        ("interactive", {"nfm_reply": {"body": "Sent", "response_json": "{"}}, "Sent"),
        ("location", {"latitude": 52.5, "longitude": 13.4, "name": "Depot"}, "[location] 52.5,13.4\nDepot"),
        (
            "contacts",
            [
                {
                    "name": {"formatted_name": "Bob"},
                    "phones": [{"phone": "+1 500"}],
                    "emails": [{"email": "b@example.com"}],
                }
            ],
            "[contact] Bob, +1 500, b@example.com",
        ),
        (
            "order",
            {
                "text": "Soon?",
                "product_items": [{"product_retailer_id": "TEA", "quantity": 2, "item_price": 3, "currency": "EUR"}],
            },
            "Soon?\n[order]\n2 x TEA, 3 EUR",
        ),
    ],
)
def test_what_comes_without_words_is_put_into_lines(kind: str, content: Any, words: str) -> None:
    event = one(kind, content)
    assert isinstance(event, Message)
    assert event.text == words


@pytest.mark.parametrize(
    ("kind", "words"), [("unsupported", "[unsupported message]"), ("hologram", "[unsupported hologram]")]
)
def test_X_7_a_message_of_an_unknown_type_is_still_a_message(kind: str, words: str) -> None:
    event = one(kind, {})
    assert isinstance(event, Message)
    assert (event.text, event.flags) == (words, ("unsupported",))


def test_X_7_an_unknown_status_and_an_unknown_field_are_events() -> None:
    assert status("teleported").kind == "unknown"
    [event] = read(change({"anything": 1}, "telepathy"))
    assert event.kind == "system"


def test_a_quoted_message_and_a_forwarded_one_are_told() -> None:
    event = one("text", {"body": "This"}, context={"id": "wamid.O", "forwarded": True})
    assert event.thread is not None
    assert (event.thread.in_reply_to, event.flags) == ("wamid.O", ("forwarded",))


def test_X_14_what_we_wrote_in_the_business_app_is_an_echo() -> None:
    echo = {"from": "15005550006", "to": PHONE, "id": "wamid.E", "timestamp": "1795000000", "type": "text"}
    [event] = read(change({"message_echoes": [echo]}, "smb_message_echoes"))
    assert isinstance(event, Unhandled)
    assert (event.kind, event.to[0].address, event.provider_id) == ("echo", PHONE, "wamid.E:echo")


def test_a_group_is_flagged_and_never_answered_by_a_machine() -> None:
    event = one("text", {"body": "STOP"}, group_id="G1")
    assert isinstance(event, Message)
    assert event.flags == ("group",)
    assert event.auto is not None
    assert not event.auto.may_reply


def test_X_8_every_entry_change_message_and_status_is_read_around_the_poison() -> None:
    good, poison = message("text", {"body": "Hi"}), {"type": "text", "from": PHONE}
    events = read(
        7,
        change({"messages": [good, poison, "x"], "statuses": [None, {"id": "wamid.O", "status": "read"}]}),
        change({"messages": [{**good, "id": "wamid.2"}]}),
    )
    assert [event.kind for event in events] == [
        "unknown",
        "message",
        "unknown",
        "unknown",
        "unknown",
        "delivery_status",
        "message",
    ]
    assert all(event.flags == ("malformed",) for event in events if event.kind == "unknown")


def test_SEC_13_another_numbers_message_creates_nothing_for_us() -> None:
    [event] = read(change({"messages": [message("text", {"body": "Hi"})]}, number="999"))
    assert (event.kind, event.account, event.flags) == ("unknown", "999", ("other_account",))


def test_without_an_account_the_payload_says_whose_it_is() -> None:
    [event] = read(change({"messages": [message("text", {"body": "Hi"})]}), account=Account("", ""))
    assert event.account == OURS.address


@pytest.mark.parametrize("body", [b"{}", b"[]", b"x"])
def test_X_2_what_is_no_delivery_is_quarantined(body: bytes) -> None:
    with pytest.raises(UnparseableError):
        parse(Request("POST", "", {}, body), OURS)


@given(st.dictionaries(st.sampled_from(["from", "id", "type", "text", "context", "reaction", "group_id"]), JSON), JSON)
def test_X_7_no_message_of_any_shape_raises(odd: dict[str, Any], value: Any) -> None:
    for kind in ("text", "reaction", "edit", "image", "location", "contacts", "order", "interactive", "system"):
        assert read(change({"messages": [odd | {"type": kind, kind: value}], "statuses": [odd], "errors": value}))
