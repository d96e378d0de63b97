"""Lists of conversations and search: who sees what, in which order, and that pages miss and repeat nothing."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard import actions
from switchboard.conversation import Conversation, Status
from switchboard.errors import ForbiddenError, UnfitError
from switchboard.flows import desk, inbox, remarks
from switchboard.flows.desk import Caller
from switchboard.flows.inbox import Filters, Page
from switchboard.policy import Priority
from tests.world import World

LEA = Caller("lea", is_lead=True)


def number(n: int) -> str:
    return f"+1555123{n:04d}"


def opened(world: World, count: int) -> list[Conversation]:
    """So many of as many customers, a second apart."""
    found = []
    for n in range(1, count + 1):
        world.later(seconds=1)
        world.text("hello", sender=number(n))
        (new,) = [one for one in world.all_conversations() if one.address == number(n)]
        found.append(new)
    return found


def pages(world: World, who: Caller, view: Any, limit: int = 2, **filters: Any) -> list[Page]:
    found, cursor = [], None
    while True:
        found.append(inbox.browse(who, view, Filters(**filters), cursor, limit, world.board))
        cursor = found[-1].cursor
        if cursor is None:
            return found


def shown(world: World, who: Caller, view: Any, **filters: Any) -> list[str]:
    return [one.address for page in pages(world, who, view, **filters) for one in page.conversations]


def looked_for(world: World, who: Caller, customer: str | None = None, words: str | None = None) -> list[str]:
    found, cursor = [], None
    while True:
        page = inbox.search(who, customer, words, Filters(), cursor, 2, world.board)
        found += [one.address for one in page.conversations]
        cursor = page.cursor
        if cursor is None:
            return found


def test_what_waits_is_shown_by_priority_then_by_age_each_once(world: World) -> None:
    world.agent("ann", online=False)
    waiting = opened(world, 5)
    raised = remarks.place(LEA, waiting[3].id, None, Priority.URGENT, world.board)
    rest = [one.address for one in waiting if one.address != raised.address]
    assert shown(world, Caller("ann"), "queue") == [raised.address, *rest]


def test_a_full_page_names_what_follows_and_the_last_nothing(world: World) -> None:
    world.agent("ann", online=False)
    opened(world, 3)
    first, second = pages(world, Caller("ann"), "queue")
    assert [len(first.conversations), len(second.conversations)] == [2, 1]
    assert second.cursor is None


def test_ones_own_are_those_that_one_owns(world: World) -> None:
    ann = world.agent("ann", units=2)
    world.agent("ben", online=False)
    opened(world, 3)
    assert shown(world, ann, "mine") == [number(1), number(2)]
    assert shown(world, Caller("ben"), "mine") == []
    assert shown(world, Caller("ben"), "queue") == [number(3)]


def test_all_are_those_of_ones_queues_and_a_leads_are_those_of_every_queue(world: World) -> None:
    world.agent("ann", online=False, queues=("support",))
    world.agent("ben", online=False, queues=("returns",))
    opened(world, 2)
    world.text("returned", sender=number(9))
    (other,) = [one for one in world.all_conversations() if one.address == number(9)]
    world.conversations.save(other, replace(other, queue="returns"))
    assert shown(world, Caller("ann"), "all") == [number(2), number(1)]
    assert shown(world, Caller("ben"), "all") == [number(9)]
    assert set(shown(world, LEA, "all")) == {number(1), number(2), number(9)}


def test_another_queue_is_not_shown_to_an_agent(world: World) -> None:
    world.agent("ann", online=False, queues=("support",))
    for view in ("queue", "all"):
        with pytest.raises(ForbiddenError, match="none of yours"):
            pages(world, Caller("ann"), view, queue="returns")


def test_what_is_over_is_shown_to_whoever_asks_for_it(world: World) -> None:
    ann = world.agent("ann")
    first, second = opened(world, 2)
    desk.resolve(ann, first.id, world.board, leave_unanswered=True)
    assert shown(world, ann, "all") == [second.address]
    assert shown(world, ann, "all", status=Status.RESOLVED) == [first.address]


@pytest.mark.parametrize(
    "filters",
    [{"priority": Priority.HIGH}, {"tag": "vip"}, {"channel": "email"}, {"owner": "ben"}, {"status": Status.IDLE}],
)
def test_a_filter_leaves_out_what_does_not_fit(world: World, filters: Any) -> None:
    world.agent("ann", online=False)
    opened(world, 2)
    assert shown(world, Caller("ann"), "all", **filters) == []
    if "tag" in filters:
        (one, *_) = world.all_conversations()
        world.conversations.save(one, actions.tag(one, ["VIP"], "ann"))
        assert shown(world, Caller("ann"), "all", **filters) == [one.address]


def test_a_page_reads_no_more_than_its_bound_and_goes_on_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LOOKED_AT", 2)
    world.agent("ann", online=False)
    *_, last = opened(world, 5)
    world.conversations.save(last, actions.tag(last, ["vip"], "ann"))
    found = pages(world, Caller("ann"), "queue", tag="vip")
    assert [len(page.conversations) for page in found] == [0, 0, 1]


@pytest.mark.parametrize("cursor", ["x", "\u00e9", "eHg=", "YQpiCmMKZA=="])
def test_a_cursor_that_is_none_is_told_so(world: World, cursor: str) -> None:
    world.agent("ann", online=False)
    with pytest.raises(UnfitError, match="cursor"):
        inbox.browse(Caller("ann"), "queue", Filters(), cursor, 2, world.board)


def test_a_cursor_opens_no_queue_that_is_not_ones_own(world: World) -> None:
    world.agent("ben", online=False, queues=("returns",))
    opened(world, 3)
    cursor = inbox.browse(LEA, "all", Filters(queue="support"), None, 1, world.board).cursor
    assert cursor
    with pytest.raises(UnfitError, match="cursor"):
        inbox.browse(Caller("ben"), "all", Filters(), cursor, 2, world.board)


def test_a_customer_is_found_by_their_number_however_it_is_written(world: World) -> None:
    world.agent("ann", online=False)
    opened(world, 2)
    for written in (number(2), "+1 (555) 123-0002", world.all_conversations()[0].customer_id):
        assert len(looked_for(world, Caller("ann"), written)) == 1


def test_a_customer_of_whom_one_sees_nothing_is_not_found(world: World) -> None:
    world.agent("ben", online=False, queues=("returns",))
    opened(world, 1)
    assert looked_for(world, Caller("ben"), number(1)) == []
    assert looked_for(world, LEA, number(1)) == [number(1)]


def test_words_are_found_in_any_case_and_order_the_newest_first_and_what_is_over_last(world: World) -> None:
    ann = world.agent("ann")
    for n, text in enumerate(["My Parcel is LATE", "late again, that parcel", "hello", "parcel? late"], start=1):
        world.later(seconds=1)
        world.text(text, sender=number(n))
    newest = next(one for one in world.all_conversations() if one.address == number(4))
    desk.resolve(ann, newest.id, world.board, leave_unanswered=True)
    assert looked_for(world, ann, None, "late parcel") == [number(2), number(1), number(4)]


def test_words_are_not_found_in_what_one_may_not_see(world: World) -> None:
    world.agent("ben", online=False, queues=("returns",))
    opened(world, 1)
    assert looked_for(world, Caller("ben"), None, "hello") == []


def test_a_search_for_nothing_is_refused(world: World) -> None:
    with pytest.raises(UnfitError, match="name a customer"):
        inbox.search(LEA, None, None, Filters(), None, 2, world.board)
