"""The queues table: lanes are added once."""

from switchboard.aws.queues import DynamoQueues
from switchboard.policy import Priority
from switchboard.routing import Lane
from tests.world import World

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
