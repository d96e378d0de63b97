"""No wake-up is lost: whatever the order of the steps, and however far the indexes lag, what can be taken is taken.

Every order is tried of every two and of all three of: a message arrives, an agent comes online, a slot is freed. When
all have ended the router's queue brings its second looks, by when the indexes have caught up. No sweep runs.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, count
from types import MappingProxyType
from typing import Any

import pytest
from typing_extensions import override

from switchboard import conversation as transition
from switchboard.conversation import Conversation, Status
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, has_room, offer_work
from switchboard.policy import Policy, Priority, load_policy
from switchboard.routing import Agent, Presence, case_of, lane_of, objection
from tests.interleaving import Turn, explore
from tests.memory import Content, Memory, MemoryStores
from tests.world import MONDAY, ROOT

POLICY: Policy = load_policy(ROOT / "policy.yaml")


def a_conversation(name: str, **changes: Any) -> Conversation:
    made = Conversation(
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
        policy=POLICY.hash,
        opened_at=MONDAY,
        awaiting_since=MONDAY,
    )
    return replace(made, **changes)


def an_agent(agent_id: str, presence: Presence, free: int) -> Agent:
    return Agent(agent_id=agent_id, name="", queues=("support",), skills=(), units=1, free=free, presence=presence)


HELD = a_conversation("held", status=Status.ASSIGNED, owner="ann", cost=1, assigned_at=MONDAY, last_agent="ann")
START = Content(
    conversations=MappingProxyType({(HELD.thread, 1): HELD}),
    agents=MappingProxyType({"ann": an_agent("ann", Presence.ONLINE, 0), "bob": an_agent("bob", Presence.OFFLINE, 1)}),
)
"""Ann is there and full, Bob is not there."""
STALE = replace(START, listed=frozenset({("ann", "support"), ("bob", "support")}))
"""The same, and nobody has noticed yet: both are still listed."""


def a_message_arrives(board: Board) -> None:
    new = a_conversation("new")
    board.queues.add_lane(lane_of(new))
    board.conversations.open(new)
    find_agent(new, board)


def an_agent_comes_online(board: Board) -> None:
    board.agents.set_presence("bob", Presence.ONLINE, MONDAY, MONDAY)
    has_room("bob", board)


def a_slot_is_freed(board: Board) -> None:
    known = board.conversations.get(HELD.thread, 1)
    assert known
    board.conversations.free(known, transition.resolve(known, MONDAY, leave_unanswered=True), MONDAY)
    has_room("ann", board)


Flow = Callable[[Board], None]
FLOWS: tuple[Flow, ...] = (a_message_arrives, an_agent_comes_online, a_slot_is_freed)


def board_of(memory: Memory, turn: Turn, name: str) -> Board:
    stores: Any = MemoryStores(memory, turn)
    numbers = count()
    return Board(
        policy=POLICY,
        clock=lambda: MONDAY,
        new_id=lambda: f"{name}{next(numbers)}",
        pause=lambda _: None,
        conversations=stores,
        bookmarks=stores,
        agents=stores,
        customers=stores,
        erasures=stores,
        queues=stores,
        estimates=stores,
        decisions=stores,
        places=stores,
        router_queue=stores,
    )


@dataclass
class Handover:
    """Some flows at once, from the same start, over indexes that lag by so many writes."""

    flows: Sequence[Flow]
    lag: int
    start: Content = START

    def begin(self) -> tuple[Sequence[Turn], Callable[[], Hashable], Callable[[], None]]:
        memory = Memory([self.start] * (1 + self.lag), self.lag)
        turns = [Turn(self._playing(flow, memory)) for flow in self.flows]
        return turns, memory.key, lambda: self._end(memory)

    def _playing(self, flow: Flow, memory: Memory) -> Callable[[Turn], None]:
        return lambda turn: flow(board_of(memory, turn, flow.__name__))

    def _end(self, memory: Memory) -> None:
        """A second later: the indexes have caught up, and the router's queue brings what was asked for."""
        memory.lag = 0
        board = board_of(memory, Undisturbed(lambda _: None), "again")
        for detail in memory.again:
            look_again(detail, board)
        audit(memory.now)


class Undisturbed(Turn):
    """Nobody else moves."""

    @override
    def step(self) -> None:
        """Go on at once."""


def look_again(detail: dict[str, str], board: Board) -> None:
    if "agent_id" in detail:
        offer_work(detail["agent_id"], board)
        return
    known = board.conversations.get(detail["conversation_id"].rpartition(".")[0], 1)
    if known and known.status is Status.WAITING:
        find_agent(known, board, again=False)


def audit(content: Content) -> None:
    held = dict.fromkeys(content.agents, 0)
    for known in content.conversations.values():
        if known.owner:
            held[known.owner] += known.cost
    assert all(agent.units - agent.free == held[name] for name, agent in content.agents.items())
    assert all(agent.free >= 0 for agent in content.agents.values())
    for known in content.conversations.values():
        if known.status is Status.WAITING:
            case = case_of(known, tuple(content.agents.values()), POLICY, "", MONDAY)
            assert all(objection(agent, case) for agent in case.candidates), f"{known.id} waits in vain"


@pytest.mark.parametrize("start", [START, STALE], ids=["", "listed"])
@pytest.mark.parametrize("lag", [0, 1, 2, 4, 100])
@pytest.mark.parametrize("flows", list(combinations(FLOWS, 2)), ids=lambda flows: "-".join(f.__name__ for f in flows))
def test_in_every_order_of_two_hand_overs_what_waits_is_assigned(
    flows: Sequence[Flow], lag: int, start: Content
) -> None:
    assert explore(Handover(flows, lag, start).begin) >= 2


@pytest.mark.parametrize("lag", [0, 2])
def test_in_every_order_of_all_three_what_waits_is_assigned(lag: int) -> None:
    assert explore(Handover(FLOWS, lag).begin) >= 6


# -- what the argument rests on ---------------------------------------------------------------------


def a_careless_agent_comes_online(board: Board) -> None:
    """Who looks for work before dispatch can see them."""
    board.agents.set_presence("bob", Presence.ONLINE, MONDAY, MONDAY)
    offer_work("bob", board)
    board.agents.ensure_listed("bob", "token")


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks a second time."""
    monkeypatch.setattr(MemoryStores, "look_again", lambda *_: None)


def test_over_indexes_without_a_lag_writing_first_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)
    explore(Handover((a_message_arrives, an_agent_comes_online), 0).begin)


def test_looking_first_loses_a_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)
    with pytest.raises(AssertionError, match="waits in vain"):
        explore(Handover((a_message_arrives, a_careless_agent_comes_online), 0).begin)


def test_without_the_second_look_a_lag_loses_a_wake_up(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful(monkeypatch)
    with pytest.raises(AssertionError, match="waits in vain"):
        explore(Handover((a_message_arrives, an_agent_comes_online), 2).begin)
