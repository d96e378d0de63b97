"""The queues table's sums: added once, read in one request, forgotten in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from switchboard.errors import ConflictError
from switchboard.estimate.backlog import NOW, Place, moved
from switchboard.estimate.coverage import Outcome, counted
from switchboard.estimate.decay import PERIOD, Increment, Tally, increment
from switchboard.estimate.lessons import learned_at_arrival
from switchboard.estimate.statistics import PACE, PACE_TAU
from switchboard.hours import Hours
from switchboard.policy import Priority
from tests.world import MONDAY, World

NORMAL = Priority.NORMAL
ID = "acme-sms.c.1"


def pace(seconds: float = 600) -> Increment:
    return increment("support", PACE, PACE_TAU, MONDAY, {"seconds": seconds, "messages": 1.0})


@contextmanager
def counting(world: World) -> Iterator[list[str]]:
    requests: list[str] = []
    world.client.meta.events.register("before-call.dynamodb", lambda model, **_: requests.append(model.name), "count")
    yield requests
    world.client.meta.events.unregister("before-call.dynamodb", unique_id="count")


def test_before_anything_is_known_the_priors_stand(world: World) -> None:
    outlook = world.board.estimates.outlook("support", NORMAL, MONDAY)
    assert (outlook.online, outlook.lines[NORMAL].count) == (0, 0)
    assert outlook.knowledge.pace.seconds == 2400
    assert outlook.planned.staffing.usual() is None


def test_all_that_is_learned_of_a_queue_is_one_request(world: World) -> None:
    with counting(world) as requests:
        world.board.estimates.outlook("support", NORMAL, MONDAY)
        world.board.estimates.outlook("support", NORMAL, MONDAY)
    assert requests == ["BatchGetItem"] * 2


def test_who_is_usually_there_is_read_every_ten_minutes(world: World) -> None:
    estimates = world.board.estimates
    assert estimates.planned("support", MONDAY).staffing.usual() is None
    estimates.learn(ID, 1, learned_at_arrival("support", NORMAL, 4.0, Hours.always(), MONDAY))
    assert estimates.planned("support", MONDAY + timedelta(minutes=9)).staffing.usual() is None
    assert estimates.planned("support", MONDAY + timedelta(minutes=10)).staffing.usual() == pytest.approx(4)


def test_what_is_added_is_read_as_of_now(world: World) -> None:
    assert world.board.estimates.learn(ID, 1, [pace(), *moved(None, Place("support", NORMAL, MONDAY))])
    outlook = world.board.estimates.outlook("support", NORMAL, MONDAY)
    assert outlook.knowledge.pace.slot_seconds == pytest.approx(600)
    assert outlook.lines[NORMAL].count == 1
    later = world.board.estimates.outlook("support", NORMAL, MONDAY + PACE_TAU)
    assert later.knowledge.pace.slot_seconds == pytest.approx(600 / 2.718, rel=0.01)


@pytest.mark.parametrize("revision", [2, 1])
def test_a_revision_is_counted_once_and_none_after_a_later_one(world: World, revision: int) -> None:
    assert world.board.estimates.learn(ID, 2, [pace()])
    assert not world.board.estimates.learn(ID, revision, [pace()])
    assert world.board.estimates.learn(ID, 3, [pace()])
    assert world.board.estimates.learn("acme-sms.other.1", 1, [pace()])
    assert world.board.estimates.outlook("support", NORMAL, MONDAY).knowledge.pace.messages == pytest.approx(3)


def test_several_additions_to_one_item_are_one(world: World) -> None:
    here, there = Place("support", NORMAL, MONDAY), Place("support", Priority.HIGH, MONDAY)
    world.board.estimates.learn(ID, 1, moved(None, here))
    world.board.estimates.learn(ID, 2, moved(here, there))
    lines = world.board.estimates.outlook("support", NORMAL, MONDAY).lines
    assert (lines[NORMAL].count, lines[Priority.HIGH].count) == (0, 1)


def item(world: World, queue: str, name: str) -> Any:
    return world.client.get_item(TableName="queues", Key={"queue": {"S": queue}, "item": {"S": name}})["Item"]


def test_what_forgets_expires_when_it_is_worth_nothing_and_what_was_counted_after_two_days(world: World) -> None:
    world.board.estimates.learn(ID, 1, [pace()])
    landmark = pace().landmark
    kept = item(world, "support", f"{PACE}#{landmark:%Y-%m-%d}")
    assert int(kept["expires_at"]["N"]) == (landmark + 3 * PERIOD).timestamp()
    mark = item(world, f"counted#{ID}", "revision")
    assert int(mark["expires_at"]["N"]) == (MONDAY + timedelta(days=2)).timestamp()


def test_whoever_counts_an_agent_at_the_same_time_is_refused(world: World) -> None:
    estimates: Any = world.board.estimates
    estimates.count_online("ann", {"support": 5})
    get_item, client = world.client.get_item, world.client

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def get_item(self, **asked: Any) -> Any:
            found = get_item(**asked)
            estimates.count_online("ann", {"support": 7})
            return found

    late = type(estimates)(Late(), "queues", world.clock, lambda _: None)
    with pytest.raises(ConflictError):
        late.count_online("ann", {})
    assert estimates.outlook("support", NORMAL, MONDAY).online == 7
    assert estimates.online() == {"ann": {"support": 7}}


def test_an_agent_who_is_counted_as_they_are_costs_no_write(world: World) -> None:
    world.board.estimates.count_online("ann", {"support": 5})
    with counting(world) as requests:
        world.board.estimates.count_online("ann", {"support": 5})
    assert requests == ["GetItem"]


def test_coverage_of_the_last_days_is_read_and_no_older(world: World) -> None:
    for number, days in enumerate((0, 6, 7)):
        at = MONDAY - timedelta(days=days)
        outcome = Outcome("support", "sms", NORMAL, at, kept=number == 0, announced=3600, actual=1800)
        world.board.estimates.learn(f"acme-sms.c.{number}", 1, [counted(outcome)])
    (found,) = world.board.estimates.coverage("support", MONDAY, 7)
    assert (found.count, found.kept) == (2, 1)
    assert world.board.estimates.coverage("returns", MONDAY, 7) == []


def test_a_tally_that_cancels_itself_is_not_written(world: World) -> None:
    world.board.estimates.learn(
        ID, 1, [Tally("support", NOW, {"online": 1.0}), Tally("support", NOW, {"online": -1.0})]
    )
    assert "Item" not in world.client.get_item(TableName="queues", Key={"queue": {"S": "support"}, "item": {"S": NOW}})
