"""What waiting brings: agents of other queues, lower skills, a higher priority; and that nobody forgets to look."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from switchboard.conversation import Conversation, Status
from switchboard.flows import desk
from switchboard.flows.dispatch import find_agent, has_room
from switchboard.flows.sweep import Swept
from switchboard.policy import Cap, Overflow, Priority, Relaxation, Rule
from switchboard.routing import Presence, lane_of
from tests.doubles import Overridden
from tests.world import World


def with_queue(world: World, queue: str = "support", **changes: Any) -> None:
    changed = world.policy.queues[queue].model_copy(update=changes)
    world.with_policy(queues={**world.policy.queues, queue: changed})


def overflowing(world: World) -> None:
    with_queue(world, overflow=(Overflow(after=timedelta(minutes=10), queue="returns"),))


def opened(world: World, **changes: Any) -> Conversation:
    """A conversation of a customer of its own, in the support queue since now, and offered."""
    name = f"c{next(world.ids)}"
    waiting = Conversation(
        thread=f"acme-sms.{name}",
        number=1,
        account="acme-sms",
        channel="sms",
        customer_id=name,
        address="+15551230001",
        language="en",
        queue="support",
        priority=Priority.NORMAL,
        skills=(),
        reasons=(),
        policy=world.policy.hash,
        opened_at=world.now,
        awaiting_since=world.now,
    )
    waiting = replace(waiting, **changes)
    world.board.queues.add_lane(lane_of(waiting))
    world.conversations.open(waiting)
    return find_agent(waiting, world.board)


def pass_time(world: World, minutes: float, *present: desk.Caller) -> Swept:
    world.later(minutes=minutes)
    for who in present:
        desk.set_presence(who, Presence.ONLINE, world.board)
    return world.sweep()


# -- overflow ---------------------------------------------------------------------------------------


def test_what_waits_overflows_to_another_queue_when_its_time_has_come_and_not_before(world: World) -> None:
    overflowing(world)
    bob = world.agent("bob", queues=("returns",))
    world.text()
    assert world.only().due_at == world.now + timedelta(minutes=10)
    assert pass_time(world, 9, bob) == Swept()
    assert world.only().status is Status.WAITING
    assert pass_time(world, 1, bob) == Swept(lapsed=1)
    assert world.only().owner == "bob"


def test_an_agent_who_comes_online_takes_what_has_overflowed_into_their_queue(world: World) -> None:
    overflowing(world)
    world.text()
    world.later(minutes=11)
    world.agent("bob", queues=("returns",))
    assert world.only().owner == "bob"


def test_an_agent_who_comes_online_does_not_take_what_has_not_overflowed_yet(world: World) -> None:
    overflowing(world)
    world.text()
    world.later(minutes=9)
    world.agent("bob", queues=("returns",))
    assert world.only().status is Status.WAITING


def test_who_is_of_the_queue_goes_before_those_it_overflows_to(world: World) -> None:
    overflowing(world)
    for n in range(5):
        world.agent(f"bob{n}", queues=("returns",), units=9)
    known = opened(world)
    world.later(minutes=11)
    ann: Any = world.agent("ann", queues=("support",), online=False)
    world.board.agents.set_presence("ann", Presence.ONLINE, world.now + timedelta(hours=1), world.now)
    world.board.agents.ensure_listed("ann", "0")
    assert find_agent(known, world.board).owner == ann.agent_id


def test_overflow_counts_business_time(world: World) -> None:
    with_queue(world, "returns", overflow=(Overflow(after=timedelta(minutes=10), queue="support"),), skills=())
    world.now += timedelta(hours=9, minutes=55)  # 19:55 in New York: five minutes until returns close
    world.text(account="acme-returns")
    assert world.only().due_at == world.now + timedelta(hours=12, minutes=10)


def test_it_overflows_again_from_the_queue_where_it_was_moved(world: World) -> None:
    overflowing(world)
    known = opened(world)
    moved = world.conversations.save(known, replace(known, queue="returns"))
    world.board.queues.add_lane(lane_of(moved))
    assert find_agent(moved, world.board).due_at is None


# -- skills -----------------------------------------------------------------------------------------


def relaxing(world: World) -> None:
    steps = (Relaxation(after=timedelta(minutes=5), steps=1), Relaxation(after=timedelta(minutes=20), steps=3))
    with_queue(world, relax=steps)


def test_skills_are_relaxed_step_by_step_as_a_conversation_waits(world: World) -> None:
    relaxing(world)
    ann = world.agent("ann", skills=("spanish:2",))
    dee = world.agent("dee", skills=())
    known = opened(world, skills=("spanish:3",))
    assert (known.status, known.due_at) == (Status.WAITING, world.now + timedelta(minutes=5))
    pass_time(world, 4, ann, dee)
    assert world.only().status is Status.WAITING
    pass_time(world, 1, ann, dee)
    assert world.only().owner == "ann"


def test_each_step_is_waited_for_in_turn(world: World) -> None:
    relaxing(world)
    dee = world.agent("dee", skills=())
    opened(world, skills=("spanish:3",))
    assert pass_time(world, 5, dee) == Swept(lapsed=1)
    assert world.only().status is Status.WAITING
    assert pass_time(world, 15, dee) == Swept(lapsed=1)
    assert world.only().owner == "dee"


def test_a_higher_level_than_is_asked_for_will_do(world: World) -> None:
    world.agent("ann", skills=("spanish:5",))
    assert opened(world, skills=("spanish:3",)).owner == "ann"


def test_an_agent_who_lacks_the_skills_of_all_heads_looks_past_them(world: World) -> None:
    for _ in range(3):
        opened(world, skills=("spanish",))
        world.later(seconds=1)
    plain = opened(world)
    world.agent("bob", skills=(), units=1)
    taken = world.conversations.get(plain.thread, plain.number)
    assert taken
    assert taken.owner == "bob"


def test_an_agent_who_learns_something_gets_what_waits_for_it(world: World) -> None:
    world.agent("bob", skills=())
    opened(world, skills=("spanish",))
    world.agent("bob", skills=("spanish",), online=False)
    has_room("bob", world.board)
    assert world.only().owner == "bob"


# -- caps -------------------------------------------------------------------------------------------


def capped(world: World, cap: int) -> None:
    world.with_policy(caps={"sms": Cap(default=cap, maximum=4)})


def test_nobody_holds_more_of_a_channel_than_its_cap_whatever_units_are_left(world: World) -> None:
    capped(world, 2)
    world.agent("ann", units=9)
    for n in range(3):
        world.text(sender=f"+1555123000{n}")
    assert sorted(known.status for known in world.all_conversations()) == ["assigned", "assigned", "waiting"]
    agent = world.board.agents.get("ann")
    assert agent
    assert (agent.free, agent.held) == (7, {"sms": 2})


def test_a_slot_under_the_cap_takes_what_waits(world: World) -> None:
    capped(world, 1)
    ann = world.agent("ann", units=9)
    world.text(sender="+15551230001")
    world.later(seconds=1)
    world.text(sender="+15551230002")
    (first,) = desk.my_conversations(ann, world.board)
    desk.resolve(ann, first.id, world.board, leave_unanswered=True)
    (second,) = desk.my_conversations(ann, world.board)
    assert second.id != first.id


def test_an_agents_own_cap_counts_up_to_the_most_that_may_be_set(world: World) -> None:
    capped(world, 1)
    world.agent("ann", units=9, caps={"sms": 9})
    for n in range(6):
        world.text(sender=f"+1555123000{n}")
    assert sum(known.owner == "ann" for known in world.all_conversations()) == 4


def test_a_raised_cap_brings_work_at_once(world: World) -> None:
    capped(world, 1)
    world.agent("ann", units=9)
    for n in range(3):
        world.text(sender=f"+1555123000{n}")
    world.agent("ann", units=9, caps={"sms": 3}, online=False)
    has_room("ann", world.board)
    assert sum(known.owner == "ann" for known in world.all_conversations()) == 3


def test_when_all_who_were_drawn_are_capped_others_are_drawn(world: World) -> None:
    world.agent("ann")
    ann = world.board.agents.get("ann")
    assert ann
    busy = [replace(ann, agent_id=f"busy{n}", held={"sms": 1}, caps={"sms": 1}) for n in range(20)]
    draws = iter([busy, [ann]])
    agents: Any = Overridden(world.board.agents, sample=lambda *_: next(draws))
    world.board = replace(world.board, agents=agents)
    world.text()
    assert world.only().owner == "ann"


# -- the customer's last agent ----------------------------------------------------------------------


def test_the_last_agent_is_asked_first_only_for_as_long_as_the_policy_says(world: World) -> None:
    world.with_policy(times=world.policy.times.model_copy(update={"sticky": timedelta(hours=1)}))
    ann = world.agent("ann")
    world.text()
    first = world.only()
    assert first.last_agent_at == world.now
    world.later(minutes=1)
    desk.reply(ann, first.id, "done", "k", world.board)
    assert world.only().last_agent_at == world.now


# -- rules about waiting ----------------------------------------------------------------------------


def test_what_has_waited_as_long_as_a_rule_says_moves_at_once_to_the_front(world: World) -> None:
    rule = Rule(name="too-long", waited=timedelta(minutes=30), priority=Priority.URGENT)
    world.with_policy(rules=(*world.policy.rules, rule))
    old = opened(world, pending=("too-long",))
    assert old.due_at == world.now + timedelta(minutes=30)
    pass_time(world, 29)
    assert world.only().priority is Priority.NORMAL
    assert pass_time(world, 1) == Swept(lapsed=1)
    assert (world.only().priority, world.only().pending) == (Priority.URGENT, ())
    assert [w.thread for w in world.conversations.heads(lane_of(world.only()), 5)] == [old.thread]
    assert "too-long" in world.only().reasons


def test_a_rule_about_waiting_may_bring_another_queue_and_with_it_an_agent(world: World) -> None:
    rule = Rule(name="escalate", waited=timedelta(minutes=30), queue="returns")
    world.with_policy(rules=(*world.policy.rules, rule))
    bob = world.agent("bob", queues=("returns",))
    opened(world, pending=("escalate",))
    pass_time(world, 30, bob)
    assert (world.only().queue, world.only().owner) == ("returns", "bob")


def test_what_is_released_older_than_a_rule_says_moves_as_soon_as_it_waits(world: World) -> None:
    rule = Rule(name="too-long", waited=timedelta(minutes=5), priority=Priority.URGENT)
    world.with_policy(rules=(*world.policy.rules, rule))
    ann = world.agent("ann")
    opened(world, pending=("too-long",))
    world.later(minutes=6)
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    assert (world.only().status, world.only().priority) == (Status.WAITING, Priority.URGENT)


def test_raising_a_waiting_conversation_moves_it_before_the_others_at_once(world: World) -> None:
    opened(world)
    world.later(minutes=5)
    late = opened(world)
    raised = world.conversations.save(late, replace(late, priority=Priority.URGENT))
    world.board.queues.add_lane(lane_of(raised))
    world.agent("ann", units=1)
    known = world.conversations.get(late.thread, late.number)
    assert known
    assert known.owner == "ann"


# -- being passed over ------------------------------------------------------------------------------


def test_being_passed_over_ends_in_time_although_waiting_brings_something_before(world: World) -> None:
    with_queue(world, overflow=(Overflow(after=timedelta(minutes=15), queue="returns"),))
    ann = world.agent("ann", queues=("support",))
    world.text()
    pass_time(world, 10, ann)
    assert world.only().due_at == world.now + timedelta(minutes=5)
    assert pass_time(world, 5, ann) == Swept(lapsed=1)
    assert (world.only().passed_over, world.only().due_at) == ("ann", world.now + timedelta(minutes=5))
    assert pass_time(world, 5, ann) == Swept(lapsed=1)
    assert world.only().owner == "ann"


# -- the sweep --------------------------------------------------------------------------------------


def listed_by_nobody(world: World, agent_id: str, **changes: Any) -> None:
    """Somebody is there and listed, and no flow has looked for work for them."""
    world.agent(agent_id, online=False, **changes)
    world.board.agents.set_presence(agent_id, Presence.ONLINE, world.now + timedelta(hours=1), world.now)
    world.board.agents.ensure_listed(agent_id, "0")


def test_a_sweep_offers_all_that_waits_while_it_is_taken(world: World) -> None:
    for _ in range(5):
        opened(world)
    listed_by_nobody(world, "ann", units=9)
    world.later(seconds=20)
    assert world.sweep() == Swept(repaired=5)


def test_a_sweep_that_took_a_whole_page_looks_for_more(world: World) -> None:
    for _ in range(26):
        opened(world)
    listed_by_nobody(world, "ann", units=30)
    world.later(seconds=20)
    world.again.clear()
    world.sweep()
    assert {"due": "more"} in world.again


def test_what_an_agent_who_came_a_moment_ago_takes_is_no_repair(world: World) -> None:
    opened(world)
    world.later(seconds=20)
    listed_by_nobody(world, "ann")
    assert world.sweep() == Swept()
    assert world.only().owner == "ann"


def test_what_a_new_policy_lets_others_take_is_found_by_the_next_sweep_and_is_no_repair(world: World) -> None:
    bob = world.agent("bob", queues=("returns",))
    opened(world)
    world.later(minutes=11)
    desk.set_presence(bob, Presence.ONLINE, world.board)
    overflowing(world)
    assert world.sweep() == Swept()
    assert world.only().owner == "bob"


def test_what_overflows_while_the_index_of_due_times_lags_is_no_repair(world: World) -> None:
    overflowing(world)
    bob = world.agent("bob", queues=("returns",))
    opened(world)
    conversations: Any = Overridden(world.conversations, due=lambda *_: [])
    world.board = replace(world.board, conversations=conversations)
    assert pass_time(world, 10, bob) == Swept()
    assert world.only().owner == "bob"
