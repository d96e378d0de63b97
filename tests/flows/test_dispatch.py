"""Work and agents find each other: in which order, from either side, and who is passed over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from switchboard.conversation import Conversation, Decision, Status
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.flows import desk
from switchboard.flows.dispatch import offer_work
from switchboard.policy import Priority
from switchboard.routing import Lane, Presence, Waiting
from tests.doubles import Overridden, raising
from tests.world import World

SUPPORT = Lane("support", (), Priority.NORMAL)


def owned_by(world: World, agent_id: str) -> list[str]:
    """The numbers of the customers whose conversations an agent owns, without their country."""
    return sorted(known.address.removeprefix("+1555") for known in world.all_conversations() if known.owner == agent_id)


def text_from(world: World, customer: str, body: str = "hello") -> None:
    world.text(body, sender=f"+1555{customer}")


def online(who: desk.Caller, world: World) -> None:
    desk.set_presence(who, Presence.ONLINE, world.board)


def test_a_message_goes_to_an_agent_who_is_there(world: World) -> None:
    world.agent("ann", units=1)
    text_from(world, "1230001")
    assert owned_by(world, "ann") == ["1230001"]
    assert world.free("ann") == 0


def test_without_an_agent_it_waits_and_is_looked_at_once_more(world: World) -> None:
    text_from(world, "1230001")
    known = world.only()
    assert known.status is Status.WAITING
    assert world.again == [{"conversation_id": known.id}]


def test_who_comes_online_gets_what_waits(world: World) -> None:
    ann = world.agent("ann", units=2, online=False)
    for customer in ("1230001", "1230002", "1230003"):
        text_from(world, customer)
        world.later(seconds=1)
    online(ann, world)
    assert owned_by(world, "ann") == ["1230001", "1230002"]
    assert world.free("ann") == 0


def test_who_comes_online_and_finds_nothing_looks_once_more(world: World) -> None:
    world.agent("ann")
    assert world.again == [{"agent_id": "ann"}]


def test_the_urgent_lane_goes_first_then_age_over_target(world: World) -> None:
    ann = world.agent("ann", units=1, online=False)
    text_from(world, "1230001", "hello")
    world.later(minutes=40)
    text_from(world, "1230002", "asap please")
    world.later(minutes=30)
    text_from(world, "1230003", "there is smoke")
    online(ann, world)
    order = []
    while current := desk.my_conversations(ann, world.board):
        order.append(current[0].address[-1])
        desk.resolve(ann, current[0].id, world.board, leave_unanswered=True)
    assert order == ["3", "1", "2"]  # urgent; 70 min of 2 h; 30 min of 1 h


def test_an_agent_without_the_skill_looks_past_the_head(world: World) -> None:
    text_from(world, "1230001", "a refund please")
    world.later(minutes=1)
    text_from(world, "1230002", "hello")
    world.agent("bob", skills=())
    assert owned_by(world, "bob") == ["1230002"]


def test_an_agent_of_another_queue_is_not_asked(world: World) -> None:
    world.agent("bob", queues=("returns",))
    text_from(world, "1230001")
    assert world.only().status is Status.WAITING


def test_the_customers_last_agent_is_asked_first(world: World) -> None:
    ann = world.agent("ann", units=9)
    text_from(world, "1230001")
    for n in range(4):
        world.agent(f"other{n}", units=9)
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.later(minutes=11)
    for name in ("ann", *(f"other{n}" for n in range(4))):
        online(desk.Caller(name), world)
    world.sweep()
    assert world.only().status is Status.IDLE
    text_from(world, "1230001")
    known = world.only()
    assert known.owner == "ann"
    decision = world.board.decisions.latest(known.id)
    assert decision
    assert ("ann", "spoke with the customer last") in decision.considered


def test_a_last_agent_whom_the_sample_missed_is_asked_all_the_same(world: World) -> None:
    ann = world.agent("ann")
    text_from(world, "1230001")
    known = world.only()
    desk.reply(ann, known.id, "done", "k", world.board)
    world.later(minutes=11)
    online(ann, world)
    world.agent("bob")
    world.sweep()
    bob = world.board.agents.get("bob")
    override(world, agents=Overridden(world.board.agents, sample=lambda *_: [bob]))
    text_from(world, "1230001")
    assert world.only().owner == "ann"


def test_a_last_agent_who_is_gone_loses_the_customer_to_somebody_who_is_there(world: World) -> None:
    ann = world.agent("ann")
    text_from(world, "1230001")
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.agent("bob")
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    text_from(world, "1230001")
    assert world.only().owner == "bob"


def test_a_full_agent_is_unlisted_and_listed_again_when_a_slot_frees(world: World) -> None:
    ann = world.agent("ann", units=1)
    text_from(world, "1230001")
    text_from(world, "1230002")
    assert world.board.agents.sample(SUPPORT, "0", 5) == []
    known = next(known for known in world.all_conversations() if known.owner)
    desk.resolve(ann, known.id, world.board, leave_unanswered=True)
    assert owned_by(world, "ann") == ["1230002"]
    (listed,) = world.board.agents.sample(SUPPORT, "0", 5)
    assert listed.agent_id == "ann"


def test_nobody_takes_more_than_their_units(world: World) -> None:
    world.agent("ann", units=2)
    for n in range(4):
        text_from(world, f"123000{n}")
    assert len(owned_by(world, "ann")) == 2


def test_a_lowered_capacity_heals_without_taking_work_away(world: World) -> None:
    ann = world.agent("ann", units=2)
    text_from(world, "1230001")
    text_from(world, "1230002")
    world.agent("ann", units=1, online=False)
    assert world.free("ann") == -1
    for known in desk.my_conversations(ann, world.board):
        desk.resolve(ann, known.id, world.board, leave_unanswered=True)
    assert world.free("ann") == 1


def test_work_that_costs_more_than_is_left_waits(world: World) -> None:
    world.with_policy(units={"sms": 2})
    world.agent("ann", units=3)
    text_from(world, "1230001")
    text_from(world, "1230002")
    assert len(owned_by(world, "ann")) == 1
    assert world.free("ann") == 1


def test_a_decision_says_what_it_was_made_from(world: World) -> None:
    world.agent("ann")
    world.agent("bob")
    desk.set_presence(desk.Caller("bob"), Presence.AWAY, world.board)
    text_from(world, "1230001")
    known = world.only()
    decision = world.board.decisions.latest(known.id)
    assert decision
    assert (decision.policy, decision.at) == (world.policy.hash, world.now)
    assert dict(decision.considered) == {"ann": "drawn at random, 0 of 5 units taken", "bob": "is away"}


def test_a_lease_of_a_closed_queue_runs_when_it_opens(world: World) -> None:
    world.now += timedelta(hours=12)  # Monday 22:00 in New York; returns open on Tuesday at 08:00
    world.agent("ann")
    text_from(world, "1230001", "a refund please")
    due_at = world.only().due_at
    assert due_at
    assert due_at - world.now == timedelta(hours=10, minutes=10)


# -- lags and races ---------------------------------------------------------------------------------


def override(world: World, *, agents: Any = None, **methods: Any) -> None:
    conversations: Any = Overridden(world.conversations, **methods)
    world.board = replace(world.board, conversations=conversations, agents=agents or world.board.agents)


def test_an_index_that_shows_nothing_yet_does_not_hide_a_conversation_from_its_own_offer(world: World) -> None:
    world.agent("ann")
    override(world, heads=lambda *_: [])
    text_from(world, "1230001")
    assert owned_by(world, "ann") == ["1230001"]


def test_an_index_that_still_shows_what_was_taken_does_not_stop_the_next(world: World) -> None:
    text_from(world, "1230001")
    stale = world.conversations.heads(SUPPORT, 1)
    world.agent("ann", units=1)
    world.agent("bob", units=1)
    override(world, heads=lambda *_: stale)
    text_from(world, "1230002")
    assert owned_by(world, "bob") == ["1230002"]


def test_an_index_that_shows_what_is_not_there_is_not_believed(world: World) -> None:
    gone = Waiting(thread="acme-sms.nobody", number=1, lane=SUPPORT, since=world.now)
    world.agent("ann")
    override(world, heads=lambda *_: [gone])
    text_from(world, "1230001")
    assert owned_by(world, "ann") == ["1230001"]


def test_an_agent_who_just_filled_up_is_passed_by_for_the_next(world: World) -> None:
    world.agent("ann", units=1)
    world.agent("bob", units=1)
    refused: list[str] = []

    def claim(before: Conversation, after: Conversation, decision: Decision, cap: int | None) -> Conversation:
        if not refused:
            refused.append(after.owner or "")
            raise AgentUnavailableError("took something else")
        return world.conversations.claim(before, after, decision, cap)

    override(world, claim=claim)
    text_from(world, "1230001")
    owner = world.only().owner
    assert owner
    assert owner not in refused


def test_a_conversation_that_somebody_else_just_took_is_left_to_them(world: World) -> None:
    text_from(world, "1230001")
    world.agent("ann", online=False)
    world.board.agents.set_presence("ann", Presence.ONLINE, world.now, world.now)
    override(world, claim=raising(ConflictError("somebody was first")))
    assert offer_work("ann", world.board) == []
    assert world.free("ann") == 5


def test_an_agent_whom_nobody_has_added_takes_nothing(world: World) -> None:
    assert offer_work("nobody", world.board) == []
