"""Files go out with their words: in order, each part at most once, and told apart by those who report on them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from switchboard.conversation import Conversation, Entry
from switchboard.errors import NotYetError, SendRefusedError, SendThrottledError, SendUnknownError
from switchboard.flows import desk, uploads
from switchboard.flows.deliver import ATTEMPT, RUN, deliver, report
from switchboard.message import Delivery, DeliveryReport, DeliveryStatus, Message, Party
from tests.shelf import MemoryShelf, upload
from tests.world import BASE_URL, World, url_of


@pytest.fixture
def shelf(world: World) -> MemoryShelf:
    return MemoryShelf(world.clock)


def on(world: World, channel_name: str) -> Conversation:
    """A conversation of ann's on a network."""
    account = next(key for key, one in world.policy.accounts.items() if one.channel == channel_name)
    world.agent("ann", queues=("support", "returns"), skills=("returns", "social"))
    world.route(
        Message(
            channel=channel_name,
            account=account,
            provider_id="in1",
            sender=Party(address="+15551230009" if channel_name == "sms" else "5005550101"),
            to=(Party(address=world.policy.accounts[account].address),),
            text="hello",
        )
    )
    return world.only()


def answer(world: World, known: Conversation, shelf: MemoryShelf, text: str = "words", files: int = 2) -> str:
    if known.owner is None:
        known = world.board.conversations.save(known, replace(known, last_agent="ann"))
    who = desk.Caller(known.owner or "ann")
    ids = [upload(who, known.id, world.board, shelf) for _ in range(files)]

    def complete(at: Conversation, entry: Entry) -> Entry:
        return replace(entry, attachments=uploads.enclose(who, at, ids, world.board, shelf, scanned=True))

    entry, _ = desk.reply(who, known.id, text, "k", world.board, complete)
    return entry.id


def send(world: World, entry_id: str) -> str:
    known = world.only()
    return deliver(known.thread, known.number, entry_id, world.board, lambda *_: world.provider, BASE_URL, url_of)


def entry_of(world: World, entry_id: str) -> Entry:
    entry = world.conversations.entry(world.only().thread, entry_id)
    assert entry
    return entry


def taken(world: World) -> Sequence[tuple[str, int]]:
    return [(sent.text, len(sent.files)) for sent in world.provider.taken]


def told(world: World, status: DeliveryStatus, message_id: str | None = None, original_id: str | None = None) -> str:
    known = world.only()
    return report(
        DeliveryReport(
            channel=known.channel,
            account=known.account,
            provider_id=f"r{status}{message_id}{original_id}",
            delivery=Delivery(status=status),
            conversation_id=known.id if message_id else None,
            message_id=message_id,
            original_id=original_id,
        ),
        world.board,
    )


def test_words_go_first_and_then_each_file_with_its_url_and_its_link(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "whatsapp"), shelf)
    assert send(world, entry_id) == "sent"
    assert taken(world) == [("words", 0), ("", 1), ("", 1)]
    (file,) = world.provider.taken[1].files
    assert (file.filename, file.content_type, file.size) == (
        "lamp.png",
        "image/png",
        entry_of(world, entry_id).attachments[0].size,
    )
    assert file.url == f"https://bucket.example/{file.key}"
    assert file.link == f"{BASE_URL}/files/{file.key.removeprefix('outgoing/')}"
    entry = entry_of(world, entry_id)
    assert (entry.sent_parts, entry.provider_id) == (("SM1", "SM2"), "SM3")


def test_a_text_message_and_its_pictures_are_one(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "sms"), shelf)
    send(world, entry_id)
    assert taken(world) == [("words", 2)]
    assert entry_of(world, entry_id).sent_parts == ()


def test_what_is_throttled_half_way_goes_on_where_it_stopped(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "telegram"), shelf)
    world.provider.raising = [None, SendThrottledError("429", "wait")]  # type: ignore[list-item]  # the first is taken
    with pytest.raises(SendThrottledError):
        send(world, entry_id)
    assert (entry_of(world, entry_id).status, taken(world)) == (DeliveryStatus.QUEUED, [("words", 0)])
    assert send(world, entry_id) == "sent"
    assert taken(world) == [("words", 0), ("", 1), ("", 1)]


def test_AK_3_a_part_of_unknown_fate_is_not_repeated_and_none_follows_it(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "telegram"), shelf)
    world.provider.raising = [None, SendUnknownError("timeout", "?")]  # type: ignore[list-item]  # the same
    assert send(world, entry_id) == "unknown"
    assert send(world, entry_id) == "already_settled"
    assert taken(world) == [("words", 0)]


def test_a_refused_part_says_why_and_ends_the_message(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "whatsapp"), shelf)
    world.provider.raising = [None, SendRefusedError("131053", "media")]  # type: ignore[list-item]  # the same
    assert send(world, entry_id) == "failed"
    assert (entry_of(world, entry_id).code, taken(world)) == ("131053", [("words", 0)])


def test_TW_8_a_part_that_died_half_way_is_looked_up_before_the_rest_goes(world: World, shelf: MemoryShelf) -> None:
    known = on(world, "sms")
    entry_id = answer(world, known, shelf)
    world.provider.after_taking = True
    world.provider.raising = [SendUnknownError("timeout", "?")]
    with pytest.raises(SendUnknownError):
        send(world, entry_id)
    world.later(seconds=ATTEMPT.total_seconds())
    assert send(world, entry_id) == "sent"
    assert taken(world) == [("words", 2)]


def test_a_run_that_has_taken_long_leaves_the_rest_to_the_next(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "telegram"), shelf)
    send_one = world.provider.send

    def slowly(outgoing: Any) -> Any:
        world.later(seconds=RUN.total_seconds() / 2 + 1)
        return send_one(outgoing)

    world.provider.send = slowly  # type: ignore[method-assign]  # a slow network
    with pytest.raises(NotYetError):
        send(world, entry_id)
    assert taken(world) == [("words", 0), ("", 1)]
    assert send(world, entry_id) == "sent"
    assert taken(world) == [("words", 0), ("", 1), ("", 1)]


def test_a_part_that_arrives_does_not_make_the_message_arrive(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "whatsapp"), shelf)
    send(world, entry_id)
    first = world.provider.taken[0].message_id
    assert first == f"{entry_id}~1"
    assert told(world, DeliveryStatus.DELIVERED, message_id=first) == "of_a_part"
    assert told(world, DeliveryStatus.READ, original_id="SM2") == "of_a_part"
    assert entry_of(world, entry_id).status is DeliveryStatus.SENT
    assert told(world, DeliveryStatus.DELIVERED, original_id="SM3") == "delivered"


def test_a_part_that_fails_fails_the_message_and_nothing_more_is_sent(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "whatsapp"), shelf)
    world.provider.raising = [None, SendThrottledError("131056", "wait")]  # type: ignore[list-item]  # the first is taken
    with pytest.raises(SendThrottledError):
        send(world, entry_id)
    assert told(world, DeliveryStatus.FAILED, message_id=f"{entry_id}~1") == "failed"
    assert send(world, entry_id) == "already_settled"
    assert taken(world) == [("words", 0)]


def test_files_without_words_are_an_answer(world: World, shelf: MemoryShelf) -> None:
    entry_id = answer(world, on(world, "telegram"), shelf, text="", files=1)
    assert send(world, entry_id) == "sent"
    assert taken(world) == [("", 1)]
    assert world.only().awaiting_since is None
