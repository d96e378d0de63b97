"""The same hand-overs through the real adapters: one flow runs between any two requests of another, over stale indexes.

`test_handovers` tries every order in memory; this holds that memory does what the adapters do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import pytest

from switchboard.aws.agents import DynamoAgents
from switchboard.aws.conversations import DynamoConversations
from switchboard.conversation import Status
from switchboard.flows import desk
from switchboard.routing import Presence, case_of, objection
from tests import tables
from tests.world import World, make_world

MOST_REQUESTS = 200
LAG = 3
"""Writes; what else an index may show is tried in memory."""
_REPLICA = "replica-"


@dataclass
class Lagging:
    """A client whose indexes, and batches of reads, show what the tables held `lag` writes ago; and who interrupts.

    The replica is a second set of tables, which each write reaches that much later.
    """

    real: Any
    lag: int
    log: list[Callable[[], object]] = field(default_factory=list)
    requests: int = 0
    interrupt_at: int = 0
    interrupt: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def _count(self) -> None:
        self.requests += 1
        if self.interrupt and self.requests == self.interrupt_at:
            interrupt, self.interrupt = self.interrupt, None
            interrupt()

    def _show(self, *keys: tuple[str, dict[str, Any]]) -> None:
        """Log the items as they now are, and let the replica come as near as it may."""
        for table, key in keys:
            item = self.real.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
            self.log.append(self._copying(table, key, item))
        while len(self.log) > self.lag:
            self.log.pop(0)()

    def _copying(self, table: str, key: dict[str, Any], item: dict[str, Any] | None) -> Callable[[], object]:
        if item is None:
            return lambda: self.real.delete_item(TableName=_REPLICA + table, Key=key)
        return lambda: self.real.put_item(TableName=_REPLICA + table, Item=item)

    def catch_up(self) -> None:
        self.lag = 0
        self._show()

    def put_item(self, **asked: Any) -> Any:
        self._count()
        answer = self.real.put_item(**asked)
        self._show((asked["TableName"], _key(asked["TableName"], asked["Item"])))
        return answer

    def update_item(self, **asked: Any) -> Any:
        self._count()
        answer = self.real.update_item(**asked)
        self._show((asked["TableName"], asked["Key"]))
        return answer

    def transact_write_items(self, **asked: Any) -> Any:
        self._count()
        answer = self.real.transact_write_items(**asked)
        writes = [next(iter(write.values())) for write in asked["TransactItems"]]
        keys = [(w["TableName"], w.get("Key") or _key(w["TableName"], w["Item"])) for w in writes]
        self._show(*((table, key) for table, key in keys if table in {"conversations", "agents"}))
        return answer

    def get_item(self, **asked: Any) -> Any:
        self._count()
        return self.real.get_item(**asked)

    def query(self, **asked: Any) -> Any:
        self._count()
        if "IndexName" in asked:
            asked["TableName"] = _REPLICA + asked["TableName"]
        return self.real.query(**asked)

    def batch_get_item(self, **asked: Any) -> Any:
        self._count()
        request = {_REPLICA + table: wanted for table, wanted in asked["RequestItems"].items()}
        answer = self.real.batch_get_item(RequestItems=request)
        responses = {table.removeprefix(_REPLICA): items for table, items in answer["Responses"].items()}
        return {"Responses": responses, "UnprocessedKeys": {}}


def _key(table: str, item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in tables.TABLES[table]["key"]}


def a_message_arrives(world: World) -> None:
    world.text(sender="+15551230002")


def an_agent_comes_online(world: World) -> None:
    desk.set_presence(desk.Caller("bob"), Presence.ONLINE, world.board)


def a_slot_is_freed(world: World) -> None:
    (held,) = [known for known in world.all_conversations() if known.owner == "ann"]
    desk.resolve(desk.Caller("ann"), held.id, world.board, leave_unanswered=True)


FLOWS = (a_message_arrives, an_agent_comes_online, a_slot_is_freed)


def play(first: Callable[[World], None], second: Callable[[World], None], at: int) -> bool:
    """Run the second before that request of the first; whether there was one. Then the indexes catch up."""
    with make_world() as world:
        tables.create(world.client, _REPLICA)
        client = Lagging(world.client, 0)
        pause = lambda _: None  # noqa: E731  # a test has no time to lose
        world.conversations = DynamoConversations(client, "conversations", "agents", "decisions", world.clock, pause)  # type: ignore[arg-type]  # a client with a lag
        agents: Any = DynamoAgents(client, "agents", pause)  # type: ignore[arg-type]  # the same
        world.board = replace(world.board, conversations=world.conversations, agents=agents)
        world.agent("ann", units=1)
        world.text(sender="+15551230001")
        world.agent("bob", units=1, online=False)
        world.again.clear()
        client.lag, client.requests, client.interrupt_at = LAG, 0, at
        client.interrupt = lambda: second(world)
        first(world)
        interrupted = client.interrupt is None
        client.interrupt = None
        client.catch_up()
        world.settle()
        audit(world)
        return interrupted


def audit(world: World) -> None:
    agents = [agent for name in ("ann", "bob") if (agent := world.board.agents.get(name))]
    known = world.all_conversations()
    for agent in agents:
        assert agent.units - agent.free == sum(one.cost for one in known if one.owner == agent.agent_id)
    for one in known:
        if one.status is Status.WAITING:
            case = case_of(one, agents, world.policy, "", world.now)
            assert all(objection(agent, case) for agent in case.candidates), f"{one.id} waits in vain"


@pytest.mark.parametrize(
    ("first", "second"), list(permutations(FLOWS, 2)), ids=lambda flow: getattr(flow, "__name__", "")
)
def test_between_any_two_requests_another_hand_over_loses_nothing(
    first: Callable[[World], None], second: Callable[[World], None]
) -> None:
    requests = next(at for at in range(1, MOST_REQUESTS) if not play(first, second, at)) - 1
    assert requests > 0
