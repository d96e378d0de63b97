"""How far each account has been compared, in the queues table."""

from datetime import timedelta

from switchboard.aws.cursors import DynamoCursors
from switchboard.ports import Cursor
from tests.world import MONDAY, World


def test_a_cursor_comes_back_as_it_was_put(world: World) -> None:
    cursors = DynamoCursors(world.client, "queues")
    cursor = Cursor(begun=MONDAY, until=MONDAY + timedelta(hours=1), handed_over={"SM1": MONDAY})
    cursors.put("acme-sms", cursor)
    assert cursors.get("acme-sms") == cursor
    assert cursors.get("acme-returns") is None


def test_a_cursor_is_no_queues(world: World) -> None:
    DynamoCursors(world.client, "queues").put("support", Cursor(begun=MONDAY, until=MONDAY))
    assert world.board.queues.lanes("support") == []
