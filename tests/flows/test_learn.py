"""What the stream teaches: each change once, whatever comes again, late or never."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard import conversation as transition
from switchboard.conversation import Conversation
from switchboard.flows import desk
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.learn import learn
from switchboard.flows.publish import Change, Removal
from switchboard.policy import Priority
from tests.world import CUSTOMER, MONDAY, World


def waiting(world: World, queue: str = "support", priority: Priority = Priority.NORMAL) -> float:
    return world.board.estimates.outlook(queue, priority, world.now).lines[priority].count


def learned(world: World) -> dict[str, float]:
    outlook = world.board.estimates.outlook("support", Priority.NORMAL, world.now)
    knowledge = outlook.knowledge
    return {
        "arrivals": sum(knowledge.demand.open.values()) + sum(knowledge.demand.closed.values()),
        "replies": sum(knowledge.replies.counts.values()),
        "calibration": sum(knowledge.calibration.weights),
        "outcomes": sum(one.count for one in world.board.estimates.coverage("support", world.now, 7)),
    }


def mine(world: World) -> Conversation:
    (found,) = [known for known in world.all_conversations() if known.address == CUSTOMER]
    return found


def story(world: World) -> list[Change]:
    """Every revision of a conversation that waits while Bea is there and busy, until Ann comes and answers."""
    changes: list[Change] = []

    def look() -> None:
        changes.extend(change for change in world.changes() if isinstance(change.after, Conversation))

    world.agent("bea", units=1)
    world.text(sender="+15551239999")
    world.changes()
    world.text()
    look()
    acknowledge(mine(world).thread, 1, world.board)
    look()
    world.later(minutes=4)
    ann = world.agent("ann")
    look()
    world.later(minutes=3)
    desk.reply(ann, mine(world).id, "done", "k", world.board)
    look()
    return changes


def tell(world: World, *changes: Change) -> list[bool]:
    return [learn(change, world.policy, world.board.estimates) is not None for change in changes]


ONCE = {"arrivals": 1, "replies": 1, "calibration": 1, "outcomes": 1}


def test_a_conversation_counts_as_waiting_until_an_agent_has_it(world: World) -> None:
    opened, acknowledged, taken, answered = story(world)
    tell(world, opened)
    assert waiting(world) == 1
    tell(world, acknowledged)
    assert waiting(world) == 1
    tell(world, taken, answered)
    assert waiting(world) == 0


def test_arrival_reply_and_truth_are_each_counted_once(world: World) -> None:
    tell(world, *story(world))
    assert learned(world) == pytest.approx(ONCE, rel=0.01)


def test_what_comes_again_adds_nothing(world: World) -> None:
    changes = story(world)
    tell(world, *changes)
    before = (learned(world), waiting(world))
    assert tell(world, *changes, *changes) == [False] * 8
    assert (learned(world), waiting(world)) == before


def test_what_comes_again_before_it_goes_on_adds_nothing(world: World) -> None:
    """A batch that failed half-way begins again."""
    changes = story(world)
    for end in range(1, len(changes) + 1):
        tell(world, *changes[:end])
    assert learned(world) == pytest.approx(ONCE, rel=0.01)
    assert waiting(world) == 0


def test_an_older_revision_after_a_newer_one_adds_nothing(world: World) -> None:
    opened, acknowledged, taken, answered = story(world)
    tell(world, opened, acknowledged, taken, answered, taken, opened)
    assert waiting(world) == 0


def test_of_different_conversations_the_order_does_not_matter(world: World) -> None:
    first = story(world)
    world.text(sender="+15551230009")
    second = [change for change in world.changes() if isinstance(change.after, Conversation)]
    tell(world, *second, *first)
    assert waiting(world) == sum(known.status == "waiting" for known in world.all_conversations())


def test_a_crash_while_it_is_counted_counts_it_once(world: World) -> None:
    changes = story(world)
    tell(world, *changes[:-1])
    transact = world.client.transact_write_items
    crashes = iter([True, False])

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.client, name)

        def transact_write_items(self, **asked: Any) -> Any:
            answer = transact(**asked)
            if next(crashes):
                raise InterruptedError
            return answer

    estimates: Any = replace(world.board.estimates, client=Dying())  # type: ignore[type-var]  # a dataclass behind the port
    with pytest.raises(InterruptedError):
        learn(changes[-1], world.policy, estimates)
    assert learn(changes[-1], world.policy, world.board.estimates) is None, "it had been counted"
    assert learned(world) == pytest.approx(ONCE, rel=0.01)


def test_a_conversation_that_moves_is_counted_where_it_went(world: World) -> None:
    world.text()
    known = world.only()
    moved = replace(known, queue="returns", priority=Priority.HIGH, revision=known.revision + 1)
    tell(world, Change(None, known, MONDAY), Change(known, moved, MONDAY))
    assert waiting(world) == 0
    assert waiting(world, "returns", Priority.HIGH) == 1


def test_what_was_opened_and_estimated_under_a_queue_that_is_gone_stops_nobody(world: World) -> None:
    *_, answered = story(world)
    assert isinstance(answered.after, Conversation)
    assert answered.after.expected
    gone = replace(answered.after, expected=replace(answered.after.expected, queue="sale"))
    assert tell(world, replace(answered, after=gone)) == [False]


def test_a_removal_teaches_nothing(world: World) -> None:
    assert learn(Removal("acme-sms.c.1", "acme-sms", "sms", MONDAY), world.policy, world.board.estimates) is None


def test_a_resolved_conversation_waits_no_more(world: World) -> None:
    world.text()
    known = world.only()
    over = replace(transition.resolve(known, MONDAY, leave_unanswered=True), revision=known.revision + 1)
    tell(world, Change(None, known, MONDAY), Change(known, over, MONDAY))
    assert waiting(world) == 0
