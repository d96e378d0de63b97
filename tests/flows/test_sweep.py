"""What only time brings, and what a sweep repairs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switchboard import conversation as transition
from switchboard.conversation import Conversation, Status
from switchboard.errors import ConflictError
from switchboard.flows import desk
from switchboard.flows.release import lapse
from switchboard.flows.sweep import Swept
from switchboard.routing import Presence
from tests.doubles import Overridden, raising
from tests.world import World


def pass_time(world: World, minutes: float, *present: desk.Caller) -> Swept:
    """Time passes, these agents are there all the while, and a sweep runs."""
    world.later(minutes=minutes)
    for who in present:
        desk.set_presence(who, Presence.ONLINE, world.board)
    return world.sweep()


def test_a_quiet_minute_changes_nothing(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    before = world.only()
    assert pass_time(world, 1, ann) == Swept()
    assert world.only() == before


def test_a_lapsed_lease_hands_the_conversation_to_the_next_agent(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    bob = world.agent("bob")
    assert pass_time(world, 10, ann, bob) == Swept(lapsed=1)
    assert world.only().owner == "bob"
    assert (world.free("ann"), world.free("bob")) == (5, 4)


def test_who_let_it_lapse_is_passed_over_for_another_lease_and_then_asked_again(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    pass_time(world, 10, ann)
    assert (world.only().status, world.only().passed_over) == (Status.WAITING, "ann")
    pass_time(world, 9, ann)
    assert world.only().status is Status.WAITING
    pass_time(world, 1, ann)
    assert world.only().owner == "ann"


def test_a_slot_freed_by_a_lapse_takes_other_work_at_once(world: World) -> None:
    ann = world.agent("ann", units=1)
    world.text(sender="+15551230001")
    world.later(minutes=5)
    world.text(sender="+15551230002")
    pass_time(world, 5, ann)
    assert [known.address for known in world.all_conversations() if known.owner] == ["+15551230002"]


def test_an_answered_conversation_gives_its_slot_back_and_resolves_after_silence(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "done", "k", world.board)
    pass_time(world, 9, ann)
    assert world.free("ann") == 4
    pass_time(world, 1, ann)
    assert (world.only().status, world.free("ann")) == (Status.IDLE, 5)
    pass_time(world, 3 * 24 * 60, ann)
    assert (world.only().status, world.only().resolved_by) == (Status.RESOLVED, "silence")


def test_an_agent_without_a_heartbeat_loses_their_work_to_who_is_there(world: World) -> None:
    world.agent("ann")
    world.text()
    bob = world.agent("bob")
    assert pass_time(world, 1.5, bob) == Swept(gone=1)
    assert world.only().owner == "bob"
    ann = world.board.agents.get("ann")
    assert ann
    assert (ann.presence, ann.free) == (Presence.OFFLINE, 5)


def test_an_agent_with_a_heartbeat_in_time_keeps_their_work(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    pass_time(world, 1.4, ann)
    assert pass_time(world, 1.4) == Swept()
    assert world.only().owner == "ann"


def test_who_comes_back_is_given_work_again(world: World) -> None:
    ann = world.agent("ann")
    pass_time(world, 2)
    world.text()
    assert world.only().status is Status.WAITING
    desk.set_presence(ann, Presence.ONLINE, world.board)
    assert world.only().owner == "ann"


def come_unseen(world: World, agent_id: str) -> None:
    """An agent is there, and no event tells of it."""
    world.agent(agent_id, online=False)
    world.board.agents.set_presence(agent_id, Presence.ONLINE, world.now + timedelta(hours=1), world.now)
    world.board.agents.ensure_listed(agent_id, "0")


def test_what_waits_although_an_agent_is_free_is_repaired_and_counted(world: World) -> None:
    world.text()
    come_unseen(world, "ann")
    assert world.sweep() == Swept()  # its own event may still be at it
    world.later(seconds=10)
    assert world.sweep() == Swept(repaired=1)
    assert world.only().owner == "ann"


def test_what_finds_an_agent_who_takes_something_more_urgent_is_looked_at_again(world: World) -> None:
    world.text()
    world.text("there is smoke", sender="+15551230002")
    world.settle()
    come_unseen(world, "ann")
    world.later(seconds=10)
    world.sweep()
    world.settle()
    assert [known.owner for known in world.all_conversations()] == ["ann", "ann"]


def test_work_behind_what_its_only_agent_let_lapse_is_not_stranded(world: World) -> None:
    ann = world.agent("ann", units=4)
    for n in range(4):
        world.text(sender=f"+1555123000{n}")
    world.later(minutes=5)
    world.text(sender="+15551239999")
    pass_time(world, 5, ann)
    assert [known.address for known in world.all_conversations() if known.owner] == ["+15551239999"]


@pytest.mark.parametrize("owned", [True, False])
def test_a_lapse_that_comes_too_late_changes_nothing(world: World, *, owned: bool) -> None:
    ann = world.agent("ann")
    world.text()
    if not owned:
        desk.set_presence(ann, Presence.OFFLINE, world.board)
        world.conversations.save(world.only(), replace(world.only(), passed_over="ann", due_at=world.now))
    before = world.only()
    override(world, free=raising(ConflictError("answered")), save=raising(ConflictError("answered")))
    world.later(minutes=10)
    assert lapse((before.thread, before.number), world.board) is None
    assert world.only() == before


def test_an_index_that_shows_what_is_gone_changes_nothing(world: World) -> None:
    override(world, due=lambda *_: [("acme-sms.nobody", 1)], heads=lambda *_: [])
    assert world.sweep() == Swept()


def test_an_agent_who_came_back_just_now_is_not_gone(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    agents: Any = Overridden(world.board.agents, due=lambda *_: ["ann", "nobody"])
    world.board = replace(world.board, agents=agents)
    assert world.sweep().gone == 0
    world.later(minutes=2)
    agents = Overridden(world.board.agents, mark_gone=raising(ConflictError("a heartbeat came")))
    world.board = replace(world.board, agents=agents)
    assert world.sweep().gone == 0
    assert world.only().owner == ann.agent_id


def test_what_an_index_did_not_show_when_its_agent_went_offline_is_handed_on_a_minute_later(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    real = world.board
    override(world, owned=lambda _: [])
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    assert world.only().owner == "ann"
    world.board = real
    world.sweep()
    assert world.only().status is Status.WAITING
    world.sweep()
    agent = world.board.agents.get("ann")
    assert agent
    assert agent.due_at is None


def test_a_conversation_that_was_just_resolved_is_not_released_again(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    known = world.only()
    world.conversations.free(known, transition.resolve(known, world.now, leave_unanswered=True), world.now)
    override(world, owned=lambda _: [(known.thread, known.number), ("acme-sms.nobody", 1)])
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    assert (world.only().status, world.free("ann")) == (Status.RESOLVED, 5)


def override(world: World, **methods: Any) -> None:
    conversations: Any = Overridden(world.conversations, **methods)
    world.board = replace(world.board, conversations=conversations)


def test_a_sweep_is_repeatable(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    pass_time(world, 10, ann)
    before: list[Conversation] = world.all_conversations()
    assert world.sweep() == Swept()
    assert world.all_conversations() == before


def test_what_is_looked_at_too_soon_is_filed_anew_and_then_left_alone(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.later(minutes=5)
    desk.reply(ann, world.only().id, "yes?", "k", world.board)
    lease_end, linger_end = world.now + timedelta(minutes=5), world.now + timedelta(minutes=10)
    assert (world.only().check_at, world.only().due_at) == (lease_end, linger_end)
    assert pass_time(world, 6, ann) == Swept()
    assert world.only().check_at == linger_end
    assert pass_time(world, 5, ann) == Swept(lapsed=1)
    assert world.only().status is Status.IDLE
