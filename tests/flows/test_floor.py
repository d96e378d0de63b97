"""The live floor: what waits where, and who is there."""

import pytest

from switchboard.errors import ForbiddenError, UnfitError
from switchboard.flows import desk, floor, remarks
from switchboard.flows.desk import Caller
from switchboard.flows.floor import QueueState
from switchboard.policy import Priority
from tests.world import World

LEA = Caller("lea", is_lead=True)


def support(world: World) -> QueueState:
    return next(one for one in floor.survey(LEA, world.board) if one.queue == "support")


def test_a_queue_shows_what_waits_by_priority_and_since_when(world: World) -> None:
    begun = world.now
    world.text()
    world.later(minutes=5)
    world.text("second", sender="+15551230002")
    (urgent,) = [one for one in world.all_conversations() if one.address == "+15551230002"]
    remarks.place(LEA, urgent.id, None, Priority.URGENT, world.board)
    found = {one.priority: (one.count, one.oldest) for one in support(world).waiting}
    assert found[Priority.URGENT] == (1, world.now)
    assert found[Priority.NORMAL] == (1, begun)
    assert found[Priority.LOW] == (0, None)


def test_a_long_line_is_counted_up_to_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "COUNTED", 2)
    for n in range(3):
        world.text(sender=f"+1555123000{n}")
    (line,) = [one for one in support(world).waiting if one.count]
    assert (line.count, line.is_more) == (2, True)


def test_a_queue_tells_how_many_promises_held(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.settle()
    world.later(minutes=1)
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.settle()
    assert (support(world).promised, support(world).kept) == (1, 1)


def test_an_agent_sees_their_own_queues_and_a_lead_all(world: World) -> None:
    world.agent("ann", queues=("returns",))
    assert [one.queue for one in floor.survey(Caller("ann"), world.board)] == ["returns"]
    assert [one.queue for one in floor.survey(LEA, world.board)] == list(world.policy.queues)


def test_a_team_is_paged_by_id_and_each_is_there_once(world: World) -> None:
    for name in ("cho", "ann", "ben"):
        world.agent(name, online=False)
    found, cursor = [], None
    while True:
        page = floor.team(LEA, "support", cursor, 2, world.board)
        found += [one.agent_id for one in page.agents]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == ["ann", "ben", "cho"]


def test_a_team_is_shown_to_its_own_and_to_leads(world: World) -> None:
    world.agent("ann", queues=("returns",))
    with pytest.raises(ForbiddenError, match="none of yours"):
        floor.team(Caller("ann"), "support", None, 2, world.board)


def test_whoever_has_left_a_queue_is_not_of_its_team(world: World) -> None:
    world.agent("ann")
    world.agent("ann", queues=("returns",))
    assert floor.team(LEA, "support", None, 2, world.board).agents == []


def test_a_cursor_that_is_none_is_told_so(world: World) -> None:
    with pytest.raises(UnfitError, match="cursor"):
        floor.team(LEA, "support", "\u00e9", 2, world.board)
