"""Who looks at a conversation and types there, as those hear of it who look at it, too."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from switchboard.aws.consoles import DynamoConsoles
from switchboard.flows import consoles
from switchboard.flows.looking import Exchange, leave
from switchboard.ports import Reached
from switchboard.push import LOOK_LIFE, LOOK_REST, MOST_LOOKERS, OPENING, TICKET_LIFE, Ticket
from tests.sockets import NeverCut
from tests.world import World

OTHER = "+15551230002"


@dataclass
class Room(NeverCut):
    """Consoles that are open, what each was last told, and how often any was told something."""

    world: World
    told: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.store = DynamoConsoles(self.world.client, "consoles")
        self.exchange = Exchange(
            conversations=self.world.conversations, consoles=self.store, sockets=self, clock=self.world.clock
        )

    def post(self, connection_id: str, message: Mapping[str, Any]) -> Reached:
        if connection_id in self.gone:
            return Reached.GONE
        self.calls.append(connection_id)
        self.told[connection_id] = message
        return Reached.YES

    def enter(self, console: str, *queues: str) -> None:
        """The console of the agent of this name, up to a dash, connects."""
        ticket = Ticket(agent_id=console.partition("-")[0], queues=queues, expires_at=self.world.now + TICKET_LIFE)
        consoles.open_console(console, ticket, self.world.now, self.store)

    def say(self, console: str, **said: Any) -> str:
        return consoles.hear(console, json.dumps({"action": "look", **said}), self.exchange)

    def look(self, console: str, conversation_id: str | None = None, *, typing: bool = False) -> str:
        return self.say(console, conversation_id=conversation_id or self.world.all_conversations()[0].id, typing=typing)

    def seen(self, console: str) -> dict[str, bool]:
        """Whom a console shows, and whether they type, as of what it was last told."""
        message = self.told[console]
        assert message["type"] == "looking"
        return {one["agent_id"]: one["typing"] for one in message["agents"]}


@pytest.fixture
def room(world: World) -> Room:
    """Ann and Ben of support, with a conversation that waits there."""
    made = Room(world)
    world.text()
    for name in ("ann", "ben"):
        made.enter(name, "support")
    return made


def test_those_who_look_at_the_same_conversation_hear_of_each_other(room: Room) -> None:
    assert room.look("ann") == "looks"
    assert room.seen("ann") == {}
    room.look("ben")
    assert room.seen("ann") == {"ben": False}
    assert room.seen("ben") == {"ann": False}
    assert room.told["ann"]["conversation_id"] == room.world.only().id


def test_one_hears_that_the_other_types_and_that_they_stop(room: Room) -> None:
    room.look("ann")
    for typing in (True, False):
        room.look("ben", typing=typing)
        assert room.seen("ann") == {"ben": typing}


def test_what_changes_nothing_is_told_to_nobody(room: Room) -> None:
    room.look("ann")
    room.look("ben", typing=True)
    room.calls.clear()
    for _ in range(5):
        room.world.later(seconds=3)
        assert room.look("ben", typing=True) == "looks_still"
    assert room.calls == []


def test_saying_it_again_after_a_while_tells_oneself_who_is_there(room: Room) -> None:
    room.look("ann")
    room.look("ben")
    room.calls.clear()
    room.world.now += LOOK_REST
    assert room.look("ben") == "looks"
    assert (room.calls, room.seen("ben")) == (["ben"], {"ann": False})


def test_whoever_looks_elsewhere_or_at_nothing_is_gone_from_here(room: Room) -> None:
    room.world.text(sender=OTHER)
    here, there = (one.id for one in room.world.all_conversations())
    room.look("ann", here)
    room.look("ben", here)
    room.look("ben", there)
    assert (room.seen("ann"), room.seen("ben")) == ({}, {})
    room.look("ben", here)
    assert room.seen("ann") == {"ben": False}
    assert room.say("ben", conversation_id=None) == "looks_away"
    assert room.seen("ann") == {}


def test_a_console_that_is_cut_is_gone_from_here_at_once(room: Room) -> None:
    room.look("ann")
    room.look("ben", typing=True)
    leave("ben", room.exchange)
    leave("ben", room.exchange)
    assert room.seen("ann") == {}


def test_a_console_that_nobody_heard_of_for_a_while_is_not_there_any_more(room: Room) -> None:
    room.look("ann")
    room.world.now += LOOK_LIFE / 2
    room.look("ben")
    room.world.now += LOOK_LIFE / 2
    room.look("ben")
    assert room.seen("ben") == {}
    room.look("ann")
    assert room.seen("ben") == {"ann": False}, "she is back"


def test_a_console_that_turns_out_to_be_gone_is_forgotten_and_the_others_are_told(room: Room) -> None:
    room.look("ann")
    room.look("ben")
    room.world.later(seconds=1 + OPENING.total_seconds())
    room.gone.add("ben")
    room.look("ann", typing=True)
    assert room.seen("ann") == {}
    assert room.store.connection("ben") is None


def test_a_console_that_is_just_opening_is_not_taken_for_gone(room: Room) -> None:
    room.look("ann")
    room.gone.add("ben")
    room.look("ben")
    assert room.seen("ann") == {"ben": False}


def test_two_consoles_of_an_agent_are_one_agent_who_types_if_either_does(room: Room) -> None:
    room.enter("ben-2", "support")
    room.look("ann")
    room.look("ben", typing=True)
    room.look("ben-2")
    assert room.seen("ann") == {"ben": True}
    assert room.seen("ben-2") == {"ann": False}, "and nobody is told of themselves"
    leave("ben", room.exchange)
    assert room.seen("ann") == {"ben": False}


@pytest.mark.parametrize("conversation_id", ["acme-sms.nobody.1", "nonsense", "x" * 400])
def test_what_is_not_there_can_not_be_looked_at(room: Room, conversation_id: str) -> None:
    room.look("ann")
    room.look("ben")
    assert room.look("ben", conversation_id) == "looks_away"
    assert room.told["ben"]["type"] == "refused"
    assert room.seen("ann") == {}, "and whoever tried looks at nothing"


def test_SEC_17_what_one_may_not_see_one_can_not_look_at_and_hears_nothing_of(room: Room) -> None:
    room.enter("dee", "returns")
    room.look("ann")
    assert room.look("dee") == "looks_away"
    room.look("ben")
    assert room.told["dee"]["type"] == "refused"
    assert room.seen("ann") == {"ben": False}


def test_ones_own_conversation_may_be_looked_at_in_whichever_queue_it_is(world: World) -> None:
    room = Room(world)
    world.agent("ann")
    world.text()
    room.enter("ann")
    assert room.look("ann") == "looks"


def test_of_many_a_bounded_number_is_told(room: Room) -> None:
    for n in range(MOST_LOOKERS + 5):
        room.enter(f"c{n:02}", "support")
        room.look(f"c{n:02}")
    room.calls.clear()
    room.look("c00", typing=True)
    assert len(room.calls) == MOST_LOOKERS


def test_whoever_is_not_connected_any_more_looks_at_nothing(room: Room) -> None:
    room.look("ann")
    leave("ben", room.exchange)
    assert room.look("ben") == "gone"
    assert room.seen("ann") == {}


@pytest.mark.parametrize("said", [{"conversation_id": ""}, {"conversation_id": "x" * 401}, {"typing": "yes please"}])
def test_what_nobody_understands_is_refused(room: Room, said: dict[str, Any]) -> None:
    assert room.say("ann", **said) == "refused"
    assert "look" in room.told["ann"]["detail"]


def test_beginning_to_type_asks_nothing_of_the_conversation_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.look("ann")
    monkeypatch.setattr(type(room.world.conversations), "get", lambda *_: 1 / 0)
    assert room.look("ann", room.world.only().id, typing=True) == "looks"
