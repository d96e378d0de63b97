"""What agents find unread, and what they have begun to write."""

from dataclasses import replace
from datetime import timedelta

import pytest

from switchboard.bookmark import Bookmark, Draft
from switchboard.errors import NotFoundError, OutdatedError
from switchboard.excerpt import Words
from switchboard.flows import assignments, desk, outreach, reading, remarks
from switchboard.flows.assignments import Target
from switchboard.flows.desk import Caller
from tests.world import CUSTOMER, World

HELLO = Draft(text="Hello")


@pytest.fixture
def ann(world: World) -> Caller:
    """She gets the first text."""
    caller = world.agent("ann")
    world.text()
    return caller


def is_unread(world: World, who: Caller) -> bool:
    return reading.kept(who, [world.only()], world.board)[0].is_unread


def draft(world: World, who: Caller) -> Draft:
    return reading.kept(who, [world.only()], world.board)[0].bookmark.draft


def read(world: World, who: Caller) -> None:
    reading.mark_read(who, world.only().id, None, world.board)


# -- unread ----------------------------------------------------------------------------------------


def test_what_nobody_looked_at_is_unread_until_they_do_each_for_themselves(world: World, ann: Caller) -> None:
    ben = world.agent("ben", online=False)
    assert is_unread(world, ann)
    read(world, ann)
    assert not is_unread(world, ann)
    assert is_unread(world, ben)


def test_a_new_message_makes_it_unread_again(world: World, ann: Caller) -> None:
    read(world, ann)
    world.later(seconds=1)
    world.text("and another thing")
    assert is_unread(world, ann)


def test_a_message_that_was_on_its_way_when_the_agent_looked_is_unread(world: World, ann: Caller) -> None:
    world.later(seconds=10)
    read(world, ann)
    world.now -= timedelta(seconds=5)
    world.text("received before, routed after")
    assert is_unread(world, ann)


def test_what_the_agent_says_themselves_makes_nothing_unread(world: World, ann: Caller) -> None:
    world.later(seconds=1)
    desk.reply(ann, world.only().id, "Hi!", "k", world.board)
    assert not is_unread(world, ann)
    world.settle()
    assert not is_unread(world, ann), "nor what was acknowledged"


def test_what_a_colleague_answers_is_unread_to_whoever_never_looked_only(world: World, ann: Caller) -> None:
    ben = world.agent("ben", online=False)
    read(world, ben)
    desk.reply(ann, world.only().id, "Hi!", "k", world.board)
    assert not is_unread(world, ben)


def test_a_note_is_unread_to_those_whom_it_means(world: World, ann: Caller) -> None:
    ben, cy = world.agent("ben", online=False), world.agent("cy", online=False)
    for who in (ann, ben, cy):
        read(world, who)
    world.later(seconds=1)
    remarks.note(ann, world.only().id, "look!", ("ben",), "k", world.board)
    assert [is_unread(world, who) for who in (ann, ben, cy)] == [False, True, False]
    read(world, ben)
    remarks.note(ann, world.only().id, "look!", ("ben",), "k", world.board)
    assert not is_unread(world, ben), "the same note again means nobody anew"


def test_reading_until_a_message_leaves_what_came_after_it_unread(world: World, ann: Caller) -> None:
    first = world.now
    world.later(seconds=5)
    world.text("second")
    known = world.only().id
    assert reading.mark_read(ann, known, first, world.board)
    assert not reading.mark_read(ann, known, world.now, world.board)
    assert reading.mark_read(ann, known, first, world.board), "and makes it unread again"


def test_nobody_reads_ahead(world: World, ann: Caller) -> None:
    reading.mark_read(ann, world.only().id, world.now + timedelta(days=1), world.board)
    world.later(seconds=1)
    world.text("tomorrow comes")
    assert is_unread(world, ann)


def test_whoever_writes_first_has_read_it(world: World) -> None:
    ann = world.agent("ann")
    outreach.begin(ann, "acme-sms", CUSTOMER, "Your parcel is here", None, "k", world.board)
    assert not is_unread(world, ann)
    world.later(seconds=1)
    world.text("Thanks! Where?")
    assert is_unread(world, ann)


def test_what_an_agent_may_not_see_they_can_neither_read_nor_write_in(world: World, ann: Caller) -> None:
    stranger = world.agent("dee", queues=("returns",), online=False)
    known = world.only().id
    with pytest.raises(NotFoundError):
        reading.mark_read(stranger, known, None, world.board)
    with pytest.raises(NotFoundError):
        reading.keep_draft(stranger, known, HELLO, None, world.board)
    assert world.board.bookmarks.within(world.only().thread) == []


# -- drafts ----------------------------------------------------------------------------------------


def test_a_draft_is_there_when_one_comes_back_and_nobody_else_has_it(world: World, ann: Caller) -> None:
    ben = world.agent("ben", online=False)
    kept = reading.keep_draft(ann, world.only().id, HELLO, None, world.board)
    assert draft(world, ann) == kept == replace(HELLO, updated_at=world.now)
    assert draft(world, ben) == Draft()
    assert reading.drafts(ben, None, 10, world.board) == ([], None)


def test_a_draft_that_was_emptied_is_none(world: World, ann: Caller) -> None:
    reading.keep_draft(ann, world.only().id, HELLO, None, world.board)
    assert reading.keep_draft(ann, world.only().id, Draft(kind="note"), HELLO.etag, world.board) == Draft()
    assert reading.drafts(ann, None, 10, world.board) == ([], None)


def test_of_two_windows_the_second_is_told(world: World, ann: Caller) -> None:
    for window in ("one", "one"):
        reading.keep_draft(ann, world.only().id, Draft(text=window), Draft().etag, world.board)
    with pytest.raises(OutdatedError):
        reading.keep_draft(ann, world.only().id, Draft(text="two"), Draft().etag, world.board)
    assert draft(world, ann).text == "one"


def test_sending_an_answer_ends_its_draft_and_a_repetition_ends_no_newer_one(world: World, ann: Caller) -> None:
    known = world.only().id
    reading.keep_draft(ann, known, HELLO, None, world.board)
    world.later(seconds=1)
    desk.reply(ann, known, "Hello", "k", world.board)
    assert draft(world, ann) == Draft()
    world.later(seconds=1)
    reading.keep_draft(ann, known, Draft(text="One more thing"), None, world.board)
    desk.reply(ann, known, "Hello", "k", world.board)
    assert draft(world, ann).text == "One more thing"


def test_whoever_dies_between_an_answer_and_its_draft_ends_the_draft_by_asking_again(
    world: World, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = world.only().id
    reading.keep_draft(ann, known, HELLO, None, world.board)
    world.later(seconds=1)
    with monkeypatch.context() as died:
        died.setattr(type(world.board.bookmarks), "sent", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.reply(ann, known, "Hello", "k", world.board)
    assert draft(world, ann).text == "Hello"
    assert desk.reply(ann, known, "Hello", "k", world.board)[1] is False
    assert draft(world, ann) == Draft()
    assert not is_unread(world, ann)


def test_a_note_ends_the_draft_of_a_note_and_leaves_that_of_an_answer(world: World, ann: Caller) -> None:
    known = world.only().id
    for drafted, left in ((Draft(kind="note", text="Hello"), ""), (HELLO, "Hello")):
        reading.keep_draft(ann, known, drafted, None, world.board)
        world.later(seconds=1)
        remarks.note(ann, known, "Hello", (), f"k-{drafted.kind}", world.board)
        assert draft(world, ann).text == left


def test_drafts_are_listed_page_by_page_the_newest_first(world: World, ann: Caller) -> None:
    world.text(sender="+15551230002")
    world.text(sender="+15551230003")
    begun = [one.id for one in world.all_conversations()]
    for known in begun:
        world.later(seconds=1)
        reading.keep_draft(ann, known, HELLO, None, world.board)
    reading.keep_draft(ann, begun[0], Draft(text="changed since"), None, world.board)
    first, cursor = reading.drafts(ann, None, 2, world.board)
    second, end = reading.drafts(ann, cursor, 2, world.board)
    assert [one.known.id for one in (*first, *second)] == begun[::-1]
    assert [one.bookmark.draft.text for one in second] == ["changed since"]
    assert end is None


def test_what_one_may_not_see_any_more_is_not_among_ones_drafts(world: World, ann: Caller) -> None:
    ben = world.agent("ben", queues=("returns",), online=False)
    known = world.only()
    world.board.bookmarks.keep(
        Bookmark(thread=known.thread, number=known.number, agent_id="ben"), HELLO, None, world.now
    )
    assert reading.drafts(ben, None, 10, world.board) == ([], None)


def test_a_draft_of_what_is_erased_meanwhile_is_not_kept(
    world: World, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = world.only()
    real = type(world.board.bookmarks).keep

    def keep(*arguments: object) -> None:
        world.conversations.forget(known, world.now)
        real(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(type(world.board.bookmarks), "keep", keep)
    with pytest.raises(NotFoundError):
        reading.keep_draft(ann, known.id, HELLO, None, world.board)
    assert all(one.draft == Draft() for one in world.board.bookmarks.within(known.thread))


# -- what was said last ----------------------------------------------------------------------------


def last(world: World, who: Caller) -> Words | None:
    """As a list has it; the conversation itself must have it so, too."""
    (listed,) = reading.kept(who, [world.only()], world.board)
    assert reading.opened(who, world.only(), world.entries(world.only()), world.board) == listed
    return listed.spoken.last


def told(world: World, who: Caller) -> tuple[str, str]:
    words = last(world, who)
    assert words
    return words.author, words.text


def test_customer_and_agent_have_the_last_word_in_turn(world: World, ann: Caller) -> None:
    assert told(world, ann) == ("customer", "hello")
    world.later(seconds=1)
    desk.reply(ann, world.only().id, "Hi!", "k", world.board)
    assert told(world, ann) == ("agent", "Hi!")
    world.later(seconds=1)
    world.text("thanks, but")
    assert told(world, ann) == ("customer", "thanks, but")


def test_an_acknowledgement_a_note_and_a_transfer_leave_the_last_word_to_the_customer(
    world: World, ann: Caller
) -> None:
    world.settle()
    world.later(seconds=1)
    remarks.note(ann, world.only().id, "look!", (), "k", world.board)
    assignments.transfer(ann, world.only().id, Target(queue="returns"), "yours", "k", world.board)
    assert {entry.kind for entry in world.entries(world.only())} == {"message", "acknowledgement", "note"}
    assert told(world, ann) == ("customer", "hello")


def test_whoever_writes_first_has_the_last_word_of_a_new_conversation(world: World) -> None:
    ann = world.agent("ann")
    outreach.begin(ann, "acme-sms", CUSTOMER, "Your parcel is here", None, "k", world.board)
    assert told(world, ann) == ("agent", "Your parcel is here")


def test_thanks_after_the_end_are_the_last_word(world: World, ann: Caller) -> None:
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    world.later(seconds=1)
    world.text("ok, thanks!")
    assert told(world, ann) == ("customer", "ok, thanks!")


def test_what_was_said_before_it_was_kept_where_is_not_shown_in_lists(world: World, ann: Caller) -> None:
    known = world.conversations.save(world.only(), replace(world.only(), last=None))
    assert reading.kept(ann, [known], world.board)[0].spoken.last is None
