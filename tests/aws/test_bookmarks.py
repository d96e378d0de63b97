"""Bookmarks in the conversations table: marks, drafts that two windows write, and what each costs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from switchboard.aws.bookmarks import DynamoBookmarks
from switchboard.bookmark import KEPT, Bookmark, Draft
from switchboard.conversation import Conversation, Entry
from switchboard.errors import OutdatedError
from tests.world import MONDAY, World

FIRST, SECOND = Draft(text="Hello"), Draft(text="Hello Mia", cc=("bo@example.com",), attachments=("u1",))
LATER = MONDAY + timedelta(minutes=1)


@pytest.fixture
def known(world: World) -> Conversation:
    """A conversation that waits."""
    world.text()
    return world.only()


@pytest.fixture
def bookmarks(world: World) -> DynamoBookmarks:
    return DynamoBookmarks(world.client, "conversations")


def blank(known: Conversation, agent_id: str = "ann") -> Bookmark:
    return Bookmark(thread=known.thread, number=known.number, agent_id=agent_id)


def entry(known: Conversation, **changes: Any) -> Entry:
    facts = {"id": "reply.1.k", "thread": known.thread, "number": known.number, "account": known.account}
    said = {"channel": "sms", "direction": "outbound", "author": "agent", "kind": "message", "text": "Hello"}
    return Entry(**{**facts, **said, "at": LATER, "agent_id": "ann", **changes})


def test_whoever_has_none_has_a_blank_one(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    assert bookmarks.of("ann", [known]) == [blank(known)]
    assert bookmarks.of("ann", []) == []


def test_a_mark_is_its_agents_own(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    marked = replace(blank(known), heard_until=MONDAY, noted_until=LATER)
    bookmarks.mark(marked, LATER)
    assert bookmarks.of("ann", [known]) == [marked]
    assert bookmarks.of("ben", [known]) == [blank(known, "ben")]


def test_a_mark_leaves_the_draft_and_a_draft_the_mark(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    marked = replace(blank(known), heard_until=MONDAY, noted_until=MONDAY)
    bookmarks.keep(marked, FIRST, None, MONDAY)
    bookmarks.mark(marked, LATER)
    bookmarks.keep(marked, SECOND, None, LATER)
    assert bookmarks.of("ann", [known]) == [replace(marked, draft=replace(SECOND, updated_at=LATER))]


def test_a_draft_is_replaced_only_if_it_is_the_one_that_was_seen(
    bookmarks: DynamoBookmarks, known: Conversation
) -> None:
    bookmarks.keep(blank(known), FIRST, Draft().etag, MONDAY)
    bookmarks.keep(blank(known), SECOND, FIRST.etag, MONDAY)
    for seen in (FIRST.etag, Draft().etag):
        with pytest.raises(OutdatedError, match="read the conversation again"):
            bookmarks.keep(blank(known), Draft(text="other"), seen, MONDAY)
        with pytest.raises(OutdatedError):
            bookmarks.drop(blank(known), seen)
    assert bookmarks.of("ann", [known])[0].draft.text == SECOND.text


def test_saying_again_what_is_done_is_done(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    for _ in range(2):
        bookmarks.keep(blank(known), FIRST, Draft().etag, MONDAY)
    for seen in (FIRST.etag, FIRST.etag, Draft().etag, None):
        bookmarks.drop(blank(known), seen)
    assert bookmarks.of("ann", [known]) == [blank(known)]


def test_what_was_sent_is_a_draft_no_more(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    bookmarks.keep(blank(known), FIRST, None, MONDAY)
    bookmarks.sent(entry(known))
    assert bookmarks.of("ann", [known])[0].draft == Draft()


@pytest.mark.parametrize(
    ("draft", "saved_at", "changes"),
    [
        (FIRST, LATER + timedelta(seconds=1), {}),
        (replace(FIRST, kind="note"), MONDAY, {}),
        (FIRST, MONDAY, {"kind": "note"}),
        (FIRST, MONDAY, {"agent_id": "ben"}),
    ],
    ids=["begun since", "a note", "for a note", "a colleague's"],
)
def test_what_something_else_was_sent_from_stays_a_draft(
    bookmarks: DynamoBookmarks, known: Conversation, draft: Draft, saved_at: Any, changes: dict[str, Any]
) -> None:
    bookmarks.keep(blank(known), draft, None, saved_at)
    bookmarks.sent(entry(known, **changes))
    assert bookmarks.of("ann", [known])[0].draft.text == "Hello"


def test_having_sent_what_was_no_draft_leaves_nothing_behind(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    bookmarks.sent(entry(known))
    bookmarks.drop(blank(known), None)
    assert bookmarks.within(known.thread) == []


def test_a_thread_tells_everybodys(bookmarks: DynamoBookmarks, known: Conversation) -> None:
    bookmarks.keep(blank(known), FIRST, None, MONDAY)
    bookmarks.mention(entry(known, kind="note", mentions=("ben",)))
    assert [one.agent_id for one in bookmarks.within(known.thread)] == ["ann", "ben"]
    for one in bookmarks.within(known.thread):
        bookmarks.forget(one)
    assert bookmarks.within(known.thread) == []


TOUCHES: dict[str, Callable[[DynamoBookmarks, Bookmark, Entry], None]] = {
    "read": lambda bookmarks, mark, _: bookmarks.mark(mark, LATER),
    "begun to write": lambda bookmarks, mark, _: bookmarks.keep(mark, FIRST, None, LATER),
    "meant by a note": lambda bookmarks, _, note: bookmarks.mention(note),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_all_of_it_goes_by_itself_ninety_days_after_the_last_touch(
    bookmarks: DynamoBookmarks,
    known: Conversation,
    world: World,
    touch: Callable[[DynamoBookmarks, Bookmark, Entry], None],
) -> None:
    marked = replace(blank(known), heard_until=MONDAY, noted_until=MONDAY)
    touch(bookmarks, marked, entry(known, mentions=("ann",)))
    (item,) = (one for one in world.client.scan(TableName="conversations")["Items"] if "gone_at" in one)
    assert int(item["gone_at"]["N"]) == int((LATER + KEPT).timestamp())


def test_no_list_of_messages_or_of_changes_has_bookmarks(
    bookmarks: DynamoBookmarks, known: Conversation, world: World
) -> None:
    before = (world.entries(known), world.conversations.everything(known.thread))
    world.changes()
    bookmarks.keep(blank(known), FIRST, None, MONDAY)
    assert (world.entries(known), world.conversations.everything(known.thread)) == before
    assert world.changes() == []


def test_a_page_of_a_hundred_is_one_request_and_more_are_two(
    bookmarks: DynamoBookmarks, known: Conversation, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = count(), world.client.batch_get_item

    def read(**more: Any) -> Any:
        next(asked)
        return real(**more)

    monkeypatch.setattr(world.client, "batch_get_item", read)
    many = [replace(known, number=number) for number in range(1, 101)]
    bookmarks.mark(replace(blank(many[-1]), heard_until=MONDAY, noted_until=MONDAY), MONDAY)
    assert [one.heard_until for one in bookmarks.of("ann", many)] == [None] * 99 + [MONDAY]
    assert next(asked) == 1
    bookmarks.of("ann", [*many, replace(known, number=101)])
    assert next(asked) == 4, "that look at the count was one more"


def test_keeping_a_short_draft_costs_one_write_and_its_index_one_more_only_at_first(
    bookmarks: DynamoBookmarks, known: Conversation, world: World
) -> None:
    drafted = []
    for text in ("a" * 200, "b" * 300):
        bookmarks.keep(blank(known), Draft(text=text), None, MONDAY)
        world.later(minutes=1)
        (item,) = (one for one in world.client.scan(TableName="conversations")["Items"] if "etag" in one)
        assert sum(len(name) + len(str(value)) for name, value in item.items()) < 1024
        drafted.append((item["drafted_by"], item["drafted_at"]))
    assert drafted[0] == drafted[1], "the index is not touched again"
