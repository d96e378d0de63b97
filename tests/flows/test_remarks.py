"""Notes, tags and places by hand."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard.conversation import Status
from switchboard.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows import desk, remarks
from switchboard.policy import Priority
from tests.doubles import Overridden
from tests.world import World

LEAD = desk.Caller("lea", is_lead=True)


def test_a_note_is_on_the_timeline_with_its_mentions(world: World) -> None:
    world.agent("ann")
    world.text()
    bob = world.agent("bob", online=False)
    note, is_new = remarks.note(bob, world.only().id, "ask Ann", ("ann", "ann"), "k", world.board)
    assert is_new
    assert (note.mentions, note.agent_id, note.direction) == (("ann",), "bob", "internal")
    assert world.entries(world.only())[-1] == note


def test_a_note_changes_nothing_else(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    before = world.only()
    remarks.note(ann, before.id, "hm", (), "k", world.board)
    assert world.only() == before


def test_the_same_key_writes_one_note(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    first, _ = remarks.note(ann, world.only().id, "hm", (), "k", world.board)
    assert remarks.note(ann, world.only().id, "other words", (), "k", world.board) == (first, False)


def test_who_does_not_see_a_conversation_writes_no_note_and_nobody_unknown_is_mentioned(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    carl = world.agent("carl", queues=("returns",))
    with pytest.raises(NotFoundError):
        remarks.note(carl, world.only().id, "hm", (), "k", world.board)
    with pytest.raises(UnfitError, match="mentions"):
        remarks.note(ann, world.only().id, "hm", ("nobody",), "k", world.board)


def test_tags_are_replaced_and_the_same_again_writes_nothing(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    first = remarks.tag(ann, world.only().id, ("VIP", "Late delivery"), world.board)
    assert first.tags == ("late-delivery", "vip")
    assert remarks.tag(ann, world.only().id, ("vip", "late delivery"), world.board) == first
    assert remarks.tag(ann, world.only().id, (), world.board).tags == ()


def test_tags_survive_a_race_with_the_customer(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    tried: list[int] = []

    def save(*changed: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            raise ConflictError("the customer wrote again")
        return world.conversations.save(*changed)

    conversations: Any = Overridden(world.conversations, save=save)
    board = replace(world.board, conversations=conversations)
    assert remarks.tag(ann, world.only().id, ("vip",), board).tags == ("vip",)


# -- queue and priority -----------------------------------------------------------------------------


def test_what_waits_moves_to_another_lane_at_once_and_is_offered_there(world: World) -> None:
    world.text()
    since = world.only().awaiting_since
    world.agent("cho", queues=("returns",))
    moved = remarks.place(LEAD, world.only().id, "returns", None, world.board)
    assert (moved.queue, moved.skills, moved.owner, moved.awaiting_since) == ("returns", ("returns",), "cho", since)


def test_placing_it_out_of_ones_sight_may_be_repeated(world: World) -> None:
    world.text()
    ann = world.agent("ann", queues=("support",), units=0)
    world.agent("cho", queues=("returns",))
    first = remarks.place(ann, world.only().id, "returns", None, world.board)
    assert remarks.place(ann, first.id, "returns", None, world.board) == first
    with pytest.raises(NotFoundError):
        remarks.tag(ann, first.id, ("vip",), world.board)


def test_a_raised_priority_is_served_before_what_is_older(world: World) -> None:
    world.text("first")
    world.later(minutes=1)
    world.text("second", sender="+15551230002")
    second = next(known for known in world.all_conversations() if known.address == "+15551230002")
    remarks.place(LEAD, second.id, None, Priority.URGENT, world.board)
    ann = world.agent("ann", units=1)
    assert [known.id for known in desk.my_conversations(ann, world.board)] == [second.id]


def test_what_is_being_served_stays_with_its_agent(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    due_at = world.only().due_at
    moved = remarks.place(ann, world.only().id, "returns", Priority.HIGH, world.board)
    assert (moved.status, moved.owner, moved.queue, moved.due_at) == (Status.ASSIGNED, "ann", "returns", due_at)


def test_placing_it_where_it_is_changes_nothing(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    before = world.only()
    assert remarks.place(ann, before.id, "support", Priority.NORMAL, world.board) == before


def test_a_priority_that_a_person_lowered_is_raised_again_by_urgent_words_only(world: World) -> None:
    ann = world.agent("ann")
    world.text("urgent: where is it?")
    remarks.place(ann, world.only().id, None, Priority.LOW, world.board)
    world.text("it is urgent asap")
    assert world.only().priority is Priority.LOW
    world.text("now there is smoke and fire")
    assert world.only().priority is Priority.URGENT


def test_who_only_sees_it_does_not_place_it(world: World) -> None:
    world.agent("ann")
    world.text()
    with pytest.raises(ForbiddenError, match="take it over"):
        remarks.place(world.agent("bob"), world.only().id, None, Priority.LOW, world.board)


def test_there_must_be_such_a_queue_and_it_must_be_open(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    with pytest.raises(UnfitError, match="support"):
        remarks.place(ann, world.only().id, "nowhere", None, world.board)
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    with pytest.raises(RefusedError, match="reopen"):
        remarks.place(ann, world.only().id, None, Priority.LOW, world.board)
