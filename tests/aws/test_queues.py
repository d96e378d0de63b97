"""The queues table: lanes are added once, response times are counted commutatively."""

from datetime import timedelta

import pytest

from switchboard.aws.queues import DynamoQueues
from switchboard.policy import Priority
from switchboard.promise import count
from switchboard.routing import Lane
from tests.world import MONDAY, World

LANES = [Lane("support", (), Priority.NORMAL), Lane("support", ("a", "b"), Priority.URGENT)]


def test_a_queue_has_the_lanes_that_were_added_in_a_fixed_order(world: World) -> None:
    for lane in (*LANES, *LANES):
        world.board.queues.add_lane(lane)
    assert world.board.queues.lanes("support") == sorted(LANES)
    assert world.board.queues.lanes("returns") == []


def test_a_lane_that_this_process_added_is_not_written_again(world: World) -> None:
    queues = DynamoQueues(world.client, "queues")
    queues.add_lane(LANES[0])
    world.client.delete_item(TableName="queues", Key={"queue": {"S": "support"}, "item": {"S": "lanes"}})
    queues.add_lane(LANES[0])
    assert queues.lanes("support") == []


def test_without_measurements_all_bins_are_empty(world: World) -> None:
    assert sum(world.board.queues.response_times("support", "normal", MONDAY).weights) == 0


def test_a_response_counts_in_its_bin(world: World) -> None:
    for seconds in (60, 60, 3600):
        world.board.queues.count_response("support", "normal", seconds, MONDAY)
    weights = world.board.queues.response_times("support", "normal", MONDAY).weights
    assert sum(weights) == pytest.approx(3)
    assert weights[count(60, MONDAY).bin] == pytest.approx(2)
    assert sum(world.board.queues.response_times("support", "high", MONDAY).weights) == 0


def test_older_responses_weigh_less(world: World) -> None:
    world.board.queues.count_response("support", "normal", 60, MONDAY)
    later = world.board.queues.response_times("support", "normal", MONDAY + timedelta(days=7))
    assert 0 < sum(later.weights) < 1
