"""Why a conversation is where it is, told from what the flows recorded."""

import pytest

from switchboard.conversation import Decision
from switchboard.errors import NotFoundError
from switchboard.flows import desk
from switchboard.flows.hindsight import why
from switchboard.replay import replay
from switchboard.routing import Presence
from tests.world import World

LEAD = desk.Caller("dee", is_lead=True)


def told(world: World, agent: str | None = None) -> list[str]:
    return [sentence.text for sentence in why(LEAD, world.only().id, agent, world.board)]


def test_a_conversation_tells_its_life(world: World) -> None:
    ann = world.agent("ann", units=5)
    world.text("a refund please")
    world.settle()
    world.later(minutes=2)
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.settle()
    world.later(minutes=3)
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=False)
    world.settle()
    placed, given, *rest = told(world)
    assert placed.startswith("A new conversation, placed in returns as normal for somebody with returns, because of ")
    assert given == "Ann got it at once: Ann was drawn at random, 0 of 5 units taken."
    assert rest[-1] == "Ann held it for 5 min; the slot is free, and the conversation is resolved."


def test_every_candidate_is_told_with_the_reason(world: World) -> None:
    world.agent("ann")
    bob = world.agent("bob", skills=("returns",))
    desk.set_presence(bob, Presence.AWAY, world.board)
    world.text("a refund please")
    world.settle()
    assert any("Ann got it" in sentence for sentence in told(world))


def test_waiting_with_nobody_there_is_told_once(world: World) -> None:
    world.text("hello")
    world.settle()
    for _ in range(5):
        world.later(minutes=1)
        world.sweep()
    nobody = [sentence for sentence in told(world) if sentence.startswith("Nobody")]
    assert len(nobody) == 1
    assert "no agent was listed as online with free capacity" in nobody[0]


def test_why_not_somebody_who_was_away(world: World) -> None:
    world.agent("ann")
    bob = world.agent("bob")
    desk.set_presence(bob, Presence.AWAY, world.board)
    world.text("hello")
    world.settle()
    assert any(one.startswith(("Why not Bob? Bob was away", "Why not Bob? Bob is away")) for one in told(world, "bob"))


def test_why_not_somebody_of_another_queue(world: World) -> None:
    world.agent("ann")
    world.agent("bob", queues=("returns",))
    world.text("hello")
    world.settle()
    assert "Why not Bob? Bob is not in support." in told(world, "bob")


def test_why_not_somebody_who_could_have_taken_it(world: World) -> None:
    world.agent("ann")
    world.agent("bob")
    world.text("hello")
    world.settle()
    other = "Bob" if world.only().owner == "ann" else "Ann"
    (answer,) = [one for one in told(world, other) if one.startswith("Why not")]
    assert f"{other} could have taken it and stood at place 2 of 2" in answer
    (answer,) = [one for one in told(world, world.only().owner) if one.startswith("Why not")]
    assert answer.endswith("who got it.")


def test_who_asked_for_work_was_compared_with_nobody(world: World) -> None:
    ann = world.agent("ann", online=False)
    world.text("hello")
    desk.set_presence(ann, Presence.ONLINE, world.board)
    world.settle()
    assert world.only().owner == "ann"
    assert "Why not zed? Nobody was compared: Ann had room and was first to ask." in told(world, "zed")


def test_nobody_is_told_of_a_conversation_that_they_may_not_see(world: World) -> None:
    world.agent("bob", queues=("returns",))
    world.text("hello")
    world.settle()
    with pytest.raises(NotFoundError):
        why(desk.Caller("bob"), world.only().id, None, world.board)


def test_promise_9_what_the_flows_decide_replays(world: World) -> None:
    for name in ("ann", "bob", "cyd"):
        world.agent(name, units=2)
    for number in range(8):
        world.text("a refund please" if number % 3 else "hello", sender=f"+155512300{number:02d}")
        world.later(seconds=30)
    world.settle()
    stories = [world.board.decisions.of(known.id) for known in world.all_conversations()]
    decisions = [record for story in stories for record in story if isinstance(record, Decision)]
    assert len(decisions) >= 8
    assert [replay(decision) for decision in decisions] == [None] * len(decisions)
