"""Each quarter of an hour the sums are compared with what really waits and who is really there."""

from typing import Any

from switchboard.conversation import Conversation
from switchboard.flows import desk
from switchboard.flows.learn import learn
from switchboard.flows.recount import Recounted, recount
from switchboard.policy import Priority
from switchboard.routing import Presence
from tests.world import World


def sums(world: World, queue: str = "support") -> tuple[float, float]:
    outlook = world.board.estimates.outlook(queue, Priority.NORMAL, world.now)
    return outlook.lines[Priority.NORMAL].count, outlook.online


def hear(world: World) -> None:
    for change in world.changes():
        if isinstance(change.after, Conversation):
            learn(change, world.policy, world.board.estimates)


def test_what_nobody_counted_is_corrected_once_two_counts_agree(world: World) -> None:
    for n in range(3):
        world.text(sender=f"+1555123000{n}")
    assert recount(world.board) == Recounted(0, 0), "it may be on its way"
    assert sums(world)[0] == 0
    assert recount(world.board) == Recounted(1, 0)
    assert sums(world)[0] == 3
    assert recount(world.board) == Recounted(0, 0)


def test_what_is_on_its_way_at_a_count_is_not_counted_twice(world: World) -> None:
    world.text()
    recount(world.board)
    hear(world)
    recount(world.board)
    recount(world.board)
    assert sums(world)[0] == 1


def test_the_age_of_a_corrected_line_is_right(world: World) -> None:
    world.text()
    since = world.now
    world.later(minutes=30)
    recount(world.board)
    recount(world.board)
    line = world.board.estimates.outlook("support", Priority.NORMAL, world.now).lines[Priority.NORMAL]
    assert line.since == since.timestamp()


def test_whoever_comes_and_goes_is_counted_at_once(world: World) -> None:
    ann = world.agent("ann", units=5)
    world.agent("bob", units=3, queues=("support",))
    assert (sums(world)[1], sums(world, "returns")[1]) == (8, 5)
    desk.set_presence(ann, Presence.AWAY, world.board)
    assert (sums(world)[1], sums(world, "returns")[1]) == (3, 0)
    desk.set_presence(ann, Presence.ONLINE, world.board)
    desk.set_presence(ann, Presence.ONLINE, world.board)
    assert sums(world)[1] == 8


def test_whoever_is_silent_for_too_long_is_counted_no_more(world: World) -> None:
    world.agent("ann")
    world.later(minutes=10)
    world.sweep()
    assert sums(world)[1] == 0


def test_a_crash_before_somebody_was_counted_is_made_up_for(world: World) -> None:
    world.agent("ann", units=5)
    agents: Any = world.board.agents
    agents.set_presence("ann", Presence.AWAY, world.now, world.now)
    assert recount(world.board).agents == 1
    assert sums(world)[1] == 0
    agents.set_presence("ann", Presence.ONLINE, world.now, world.now)
    assert recount(world.board).agents == 1
    assert sums(world)[1] == 5


def test_a_changed_team_is_counted_as_it_is(world: World) -> None:
    world.agent("ann", units=5)
    known = world.board.agents.get("ann")
    assert known
    world.agent("ann", units=9, queues=("support",), online=False)
    assert recount(world.board).agents == 1
    assert (sums(world)[1], sums(world, "returns")[1]) == (9, 0)
