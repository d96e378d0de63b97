"""What Instagram's webhook becomes where it differs from Messenger's."""

import json
from typing import Any

import pytest

from switchboard.channels import Account, Request
from switchboard.channels.instagram.parse import parse
from switchboard.message import Deletion, Message, Received

OURS, IGSID = Account("support", "17841400000000001"), "200000000000001"
ENDS = {"sender": {"id": IGSID}, "recipient": {"id": OURS.address}, "timestamp": 1795000000000}


def one(**event: Any) -> Received:
    body = {"object": "instagram", "entry": [{"id": OURS.address, "messaging": [ENDS | event]}]}
    [found] = parse(Request("POST", "", {}, json.dumps(body).encode()), OURS)
    return found


def test_an_unsend_with_the_messages_own_id_is_no_duplicate_of_it() -> None:
    message, unsend = one(message={"mid": "i1", "text": "Hi"}), one(message={"mid": "i1", "is_deleted": True})
    assert isinstance(unsend, Deletion)
    assert unsend.target == message.provider_id
    assert unsend.provider_id != message.provider_id


def test_a_reply_to_a_story_says_so() -> None:
    event = one(message={"mid": "i1", "text": "How much?", "reply_to": {"story": {"id": "179", "url": "https://x/s"}}})
    assert isinstance(event, Message)
    assert event.thread is not None
    assert (event.thread.in_reply_to, event.attachments) == ("story:179", ())


@pytest.mark.parametrize("kind", ["story_mention", "ephemeral"])
def test_IG_2_what_vanishes_is_neither_answered_nor_kept(kind: str) -> None:
    event = one(message={"mid": "i1", "attachments": [{"type": kind, "payload": {"url": "https://x/s"}}]})
    assert isinstance(event, Message)
    assert event.auto is not None
    assert (event.flags, event.auto.may_reply, event.auto.reason) == (("ephemeral",), False, kind)
    assert event.attachments == ()


def test_IG_2_a_comment_is_no_direct_message() -> None:
    body = {"object": "instagram", "entry": [{"id": OURS.address, "changes": [{"field": "comments", "value": {}}]}]}
    [event] = parse(Request("POST", "", {}, json.dumps(body).encode()), OURS)
    assert event.kind == "system"


def test_an_unsupported_message_is_still_a_message() -> None:
    event = one(message={"mid": "i1", "is_unsupported": True})
    assert isinstance(event, Message)
    assert (event.text, event.flags) == ("[unsupported message]", ("unsupported",))


def test_X_14_an_echo_inside_of_messages_is_dropped() -> None:
    assert one(sender={"id": OURS.address}, message={"mid": "i1", "text": "Hi", "is_echo": True}).kind == "echo"


@pytest.mark.parametrize("name", ["read", "messaging_seen"])
def test_a_read_receipt_is_a_read(name: str) -> None:
    assert one(**{name: {"mid": "i1"}}).kind == "read"


def test_a_reaction_without_an_emoji_has_its_name() -> None:
    event = one(reaction={"mid": "i1", "action": "react", "reaction": "love"})
    assert event.kind == "reaction"
    assert event.emoji == "love"
