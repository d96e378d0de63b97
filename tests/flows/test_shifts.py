"""The end of a shift: a last call, then nothing left with the agent."""

from datetime import timedelta

import pytest

from switchboard.conversation import Status
from switchboard.errors import RefusedError
from switchboard.flows import desk, shifts
from switchboard.routing import Presence
from tests.world import World

HOUR = timedelta(hours=1)


def beat(world: World, who: desk.Caller) -> None:
    desk.set_presence(who, Presence.ONLINE, world.board)


def on_shift(world: World, span: timedelta = HOUR) -> desk.Caller:
    ann = world.agent("ann")
    shifts.set_shift(ann, world.now + span, world.board)
    return ann


def test_before_the_last_call_work_comes_as_always(world: World) -> None:
    ann = on_shift(world)
    world.later(minutes=44)
    beat(world, ann)
    world.text()
    assert world.only().owner == "ann"


def test_in_the_last_call_nothing_new_comes_and_open_work_stays(world: World) -> None:
    ann = on_shift(world)
    world.later(minutes=40)
    beat(world, ann)
    world.text()
    world.later(minutes=5)
    beat(world, ann)
    world.text(sender="+15551230002")
    world.settle()
    world.sweep()
    assert [known.owner for known in world.all_conversations()].count("ann") == 1
    assert desk.me(ann, world.board).presence is Presence.ONLINE


def test_a_customer_of_theirs_still_reaches_them_in_the_last_call(world: World) -> None:
    ann = on_shift(world)
    world.later(minutes=44)
    beat(world, ann)
    world.text()
    desk.reply(ann, world.only().id, "which?", "k", world.board)
    world.later(minutes=2)
    beat(world, ann)
    world.text("the blue one")
    assert world.only().owner == "ann"


def test_at_the_end_the_sweep_hands_everything_on(world: World) -> None:
    ann = on_shift(world)
    world.later(minutes=44)
    beat(world, ann)
    world.text()
    world.later(minutes=7)
    beat(world, ann)
    bob = world.agent("bob")
    world.later(minutes=8, seconds=30)
    beat(world, ann)
    beat(world, bob)
    world.later(seconds=30)
    world.sweep()
    assert (world.only().owner, world.free("ann")) == ("bob", 5)
    assert desk.me(ann, world.board).presence is Presence.OFFLINE


def test_a_heartbeat_after_the_end_hands_everything_on_by_itself_and_says_what_to_do(world: World) -> None:
    ann = on_shift(world, timedelta(minutes=20))
    world.text()
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.later(minutes=20)
    with pytest.raises(RefusedError, match="new end"):
        beat(world, ann)
    assert (world.only().status, world.free("ann")) == (Status.IDLE, 5)
    with pytest.raises(RefusedError, match="new end"):
        beat(world, ann)
    desk.set_presence(ann, Presence.OFFLINE, world.board)


def test_a_new_end_or_none_ends_the_last_call_and_takes_what_waits(world: World) -> None:
    ann = on_shift(world)
    world.later(minutes=50)
    beat(world, ann)
    world.text()
    assert world.only().status is Status.WAITING
    assert shifts.set_shift(ann, None, world.board).free == 4
    assert desk.me(ann, world.board).shift_until is None


def test_who_named_a_new_end_while_offline_comes_online_as_always(world: World) -> None:
    ann = on_shift(world)
    world.later(hours=2)
    world.sweep()
    assert shifts.set_shift(ann, world.now + HOUR, world.board).presence is Presence.OFFLINE
    world.text()
    beat(world, ann)
    assert world.only().owner == "ann"


@pytest.mark.parametrize("span", [timedelta(0), -HOUR, timedelta(hours=25)])
def test_a_shift_ends_within_a_day(world: World, span: timedelta) -> None:
    ann = world.agent("ann")
    with pytest.raises(RefusedError, match="24 hours"):
        shifts.set_shift(ann, world.now + span, world.board)
