"""What a Telegram update becomes."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.channels import Account, Request
from switchboard.channels.telegram.parse import parse
from switchboard.errors import UnparseableError
from switchboard.message import ConsentChange, Deletion, Edit, Message, Postback, Reaction, Received

OURS = Account("support", "@example_bot")
USER = {"id": 5005550101, "is_bot": False, "first_name": "Ada", "last_name": "Example"}
CHAT = {"id": 5005550101, "type": "private"}
GROUP = {"id": -1001, "type": "supergroup"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def read(update: dict[str, Any], account: Account = OURS) -> list[Received]:
    return parse(Request("POST", "", {}, json.dumps({"update_id": 900, **update}).encode()), account)


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 11, "from": USER, "chat": CHAT, "date": 1795000000, **content}


def one(**content: Any) -> Received:
    [event] = read({"message": message(**content)})
    return event


def test_a_text_is_a_message_with_a_name_and_a_time() -> None:
    event = one(text="Hi", reply_to_message={"message_id": 9, "chat": CHAT})
    assert isinstance(event, Message)
    assert (event.text, event.sender.address, event.sender.name) == ("Hi", "5005550101", "Ada Example")
    assert (event.provider_id, event.account) == ("5005550101:11", "support")
    assert event.thread is not None
    assert event.thread.in_reply_to == "5005550101:9"
    assert event.sent_at is not None
    assert event.sent_at.isoformat() == "2026-11-18T11:06:40+00:00"


@pytest.mark.parametrize("chat", [GROUP, {"id": -1, "type": "group"}])
def test_TG_3_a_group_is_flagged_and_never_answered_by_a_machine(chat: dict[str, Any]) -> None:
    event = one(text="/stop", chat=chat)
    assert isinstance(event, Message)
    assert event.flags == ("group",)
    assert event.auto is not None
    assert not event.auto.may_reply


@pytest.mark.parametrize("name", ["channel_post", "edited_channel_post"])
def test_TG_3_a_channel_post_is_no_message(name: str) -> None:
    [event] = read({name: {"message_id": 3, "chat": {"id": -2, "type": "channel"}, "text": "News"}})
    assert event.kind == "system"


@pytest.mark.parametrize("name", ["message", "edited_message"])
def test_TG_3_an_edit_is_no_message(name: str) -> None:
    [event] = read({name: message(text="New", edit_date=1795000060)})
    assert isinstance(event, Edit)
    assert (event.target, event.text) == ("5005550101:11", "New")
    assert event.provider_id == "5005550101:11:edit:update:900"


def test_TG_3_the_photos_of_an_album_are_messages_of_one_chat() -> None:
    photos = [{"file_id": "small", "width": 90}, {"file_id": "big", "width": 1280}]
    events = [one(message_id=n, photo=photos, media_group_id="13") for n in (1, 2)]
    assert {event.sender.address for event in events if isinstance(event, Message)} == {"5005550101"}
    assert len({event.provider_id for event in events}) == 2


def test_X_14_a_bot_is_no_customer() -> None:
    assert one(text="Hi", **{"from": USER | {"is_bot": True}}).kind == "echo"


def test_X_14_our_own_inline_result_is_an_echo_and_anothers_is_not_answered_by_a_machine() -> None:
    assert one(text="Hi", via_bot={"id": 1, "username": "example_bot"}).kind == "echo"
    event = one(text="Hi", via_bot={"id": 2, "username": "gif"})
    assert isinstance(event, Message)
    assert event.auto is not None
    assert event.auto.reason == "via_bot"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [("member", "kicked", "block"), ("kicked", "member", "unblock"), ("member", "restricted", "system")],
)
def test_TG_4_stopping_the_bot_is_a_block(before: str, after: str, kind: str) -> None:
    statuses = {"old_chat_member": {"status": before}, "new_chat_member": {"status": after}}
    [event] = read({"my_chat_member": {"chat": CHAT, "from": USER, "date": 1795000000, **statuses}})
    assert event.kind == kind
    assert event.sender is not None
    assert event.sender.address == "5005550101"


def test_TG_4_being_thrown_out_of_a_group_is_no_block() -> None:
    [event] = read({"my_chat_member": {"chat": GROUP, "from": USER, "new_chat_member": {"status": "kicked"}}})
    assert event.kind == "system"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("/stop", "opt_out"),
        ("/STOP@example_bot", "opt_out"),
        ("stop", "opt_out"),
        ("/start", "opt_in"),
        ("/start order_17", "opt_in"),
        ("/help", "help"),
    ],
)
def test_TG_4_commands_and_keywords_change_consent(words: str, kind: str) -> None:
    event = one(text=words)
    assert isinstance(event, ConsentChange)
    assert (event.kind, event.wording) == (kind, words)


@pytest.mark.parametrize("words", ["/stopped", "please /stop it", "/track 17"])
def test_TG_4_another_command_is_a_message(words: str) -> None:
    assert one(text=words).kind == "message"


def test_TG_5_a_group_that_got_another_id_is_a_notice() -> None:
    assert one(chat=GROUP, migrate_to_chat_id=-1002).kind == "system"


@pytest.mark.parametrize(
    ("content", "url", "content_type"),
    [
        ({"photo": [{"file_id": "s", "width": 9}, {"file_id": "b", "width": 90}]}, "telegram-file:b", "image/jpeg"),
        ({"voice": {"file_id": "v"}}, "telegram-file:v", "audio/ogg"),
        ({"document": {"file_id": "d", "mime_type": "application/pdf"}}, "telegram-file:d", "application/pdf"),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "d"}}, "telegram-file:a", "video/mp4"),
        ({"sticker": {"file_id": "t", "is_video": True}}, "telegram-file:t", "video/webm"),
        ({"sticker": {"file_id": "t", "is_animated": True}}, "telegram-file:t", "application/x-tgsticker"),
    ],
)
def test_a_file_stays_a_reference(content: dict[str, Any], url: str, content_type: str) -> None:
    event = one(caption="Look", **content)
    assert isinstance(event, Message)
    assert [(found.url, found.content_type) for found in event.attachments] == [(url, content_type)]
    assert event.text == "Look"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"location": {"latitude": 1.5, "longitude": 2.5}}, "[location] 1.5,2.5"),
        (
            {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Depot"}, "location": {"latitude": 1}},
            "[location] 1,2\nDepot",
        ),
        ({"contact": {"first_name": "Bob", "phone_number": "+1500"}}, "[contact] Bob, +1500"),
        ({"poll": {"question": "When?", "options": [{"text": "Now"}, {"text": "Later"}]}}, "[poll] When?\nNow\nLater"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 4"),
        ({"sticker": {"file_id": "t", "emoji": "😡"}}, "😡"),
        ({"hologram": {}}, "[unsupported message]"),
    ],
)
def test_what_comes_without_words_is_put_into_lines(content: dict[str, Any], words: str) -> None:
    event = one(**content)
    assert isinstance(event, Message)
    assert event.text == words


def test_a_pressed_button_is_a_postback() -> None:
    [event] = read({"callback_query": {"id": "1", "from": USER, "message": message(), "data": "agent"}})
    assert isinstance(event, Postback)
    assert event.payload == "agent"


@pytest.mark.parametrize(("new", "emoji"), [([{"type": "emoji", "emoji": "👍"}], "👍"), ([], "")])
def test_a_reaction_names_its_target(new: list[Any], emoji: str) -> None:
    [event] = read({"message_reaction": {"chat": CHAT, "message_id": 10, "user": USER, "new_reaction": new}})
    assert isinstance(event, Reaction)
    assert (event.target, event.emoji) == ("5005550101:10", emoji)


def test_messages_deleted_in_a_business_chat_are_deletions_each() -> None:
    events = read({"deleted_business_messages": {"business_connection_id": "b", "chat": CHAT, "message_ids": [1, 2]}})
    assert [event.target for event in events if isinstance(event, Deletion)] == ["b:5005550101:1", "b:5005550101:2"]


def test_a_business_chat_is_answered_through_its_connection() -> None:
    [event] = read({"business_message": message(text="Hi", business_connection_id="b")})
    assert isinstance(event, Message)
    assert (event.sender.address, event.provider_id) == ("b:5005550101", "b:5005550101:11")


def test_X_14_what_the_business_itself_writes_is_an_echo() -> None:
    owner = message(text="Hi", business_connection_id="b", **{"from": USER | {"id": 1}})
    [event] = read({"business_message": owner})
    assert event.kind == "echo"


def test_X_7_an_unknown_update_is_an_event() -> None:
    [event] = read({"telepathy": {}})
    assert (event.kind, event.provider_id) == ("unknown", "update:900")


def test_SEC_6_more_than_a_thousand_updates_are_refused() -> None:
    with pytest.raises(UnparseableError, match="too_many_updates"):
        read({"deleted_business_messages": {"chat": CHAT, "message_ids": list(range(1001))}})


@pytest.mark.parametrize(
    "update",
    [{"message": {}}, {"message": message(**{"from": None})}, {"message": message(**{"from": {"id": "x" * 400}})}],
)
def test_X_2_what_cannot_be_understood_is_quarantined(update: dict[str, Any]) -> None:
    with pytest.raises(UnparseableError) as caught:
        read(update)
    assert caught.value.__context__ is None


def test_parsing_works_without_an_account() -> None:
    [event] = read({"message": message(text="Hi")}, Account("", ""))
    assert (event.account, event.kind) == ("", "message")


@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "poll"]),
    st.dictionaries(st.sampled_from(["chat", "from", "message_id", "text", "photo", "sticker", "edit_date"]), JSON)
    | JSON,
)
def test_X_7_no_update_of_any_shape_raises_but_unparseable(name: str, value: Any) -> None:
    with suppress(UnparseableError):
        assert read({name: value})
