"""Consoles as their agents have them: let in, called, and told what they missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from switchboard.aws.consoles import DynamoConsoles
from switchboard.errors import ForbiddenError, NotFoundError
from switchboard.events import ConversationEvent
from switchboard.flows import assignments, consoles, desk
from switchboard.flows.assignments import Target
from switchboard.flows.desk import Caller
from switchboard.flows.notify import Event, Pager, Told, hint, notify
from switchboard.ports import Reached
from switchboard.push import (
    CONNECTION_LIFE,
    KEPT,
    MOST,
    MOST_WATCHERS,
    TICKET_LIFE,
    Change,
    Happened,
    News,
    Note,
    Ticket,
)
from switchboard.routing import Presence
from tests.sockets import NeverCut
from tests.world import World

LEAD = Caller("boss", is_lead=True)


@dataclass
class Exchange(NeverCut):
    """Consoles that are connected, and what each was told."""

    world: World
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    reached: dict[str, Reached] = field(default_factory=dict)
    seen: int = 0

    def __post_init__(self) -> None:
        self.store = DynamoConsoles(self.world.client, "consoles")
        self.pager = Pager(
            conversations=self.world.conversations,
            consoles=self.store,
            sockets=self,
            hints=self,
            clock=self.world.clock,
            new_id=self.world.board.new_id,
        )

    def post(self, connection_id: str, message: Mapping[str, Any]) -> Reached:
        reached = self.reached.get(connection_id, Reached.YES)
        if reached is Reached.YES:
            self.told.append((connection_id, message))
        return reached

    def hint(self, queue: str, delay: timedelta) -> None:
        self.hints.append(queue)

    def connect(self, name: str, *queues: str) -> None:
        """Somebody's console connects, and watches queues."""
        ticket = Ticket(agent_id=name, queues=("support", "returns"), expires_at=self.world.now + TICKET_LIFE)
        consoles.open_console(f"{name}-console", ticket, self.world.now, self.store)
        if queues:
            self.store.watch(f"{name}-console", queues)

    def tell(self) -> Told:
        """All that was published since the last time reaches the function as one batch."""
        self.world.settle()
        events = [one for one in self.world.published[self.seen :] if isinstance(one, ConversationEvent)]
        self.seen = len(self.world.published)
        return notify([Event(one.DETAIL_TYPE, News.model_validate(one.model_dump())) for one in events], self.pager)

    def missed(self, who: str, cursor: str, *queues: str) -> consoles.Missed:
        return consoles.catch_up(Caller(who), cursor, queues, self.world.board, self.store)

    def cursor(self, who: str) -> str:
        return self.missed(who, "").cursor


@pytest.fixture
def exchange(world: World) -> Exchange:
    return Exchange(world)


def names(changes: Sequence[Change]) -> list[tuple[str | None, str]]:
    return [(change.queue, change.conversation_id) for change in changes]


# -- getting in ------------------------------------------------------------------------------------


def test_a_ticket_lets_an_agent_watch_their_queues_and_a_lead_all(exchange: Exchange) -> None:
    ann = exchange.world.agent("ann", queues=("returns",))
    assert consoles.issue(ann, "t", exchange.world.board, exchange.store).queues == ("returns",)
    assert consoles.issue(LEAD, "u", exchange.world.board, exchange.store).queues == ("returns", "support")


def test_whom_no_lead_has_added_gets_no_ticket(exchange: Exchange) -> None:
    with pytest.raises(NotFoundError):
        consoles.issue(Caller("nobody"), "t", exchange.world.board, exchange.store)


def test_a_ping_is_answered_so_that_a_console_knows_that_it_is_heard(exchange: Exchange) -> None:
    assert consoles.hear("c", '{"action": "ping"}', exchange.pager) == "ping"
    assert exchange.told == [("c", {"type": "pong"})]


def test_what_is_watched_is_answered_with_what_may_be(exchange: Exchange) -> None:
    exchange.connect("ann")
    said = '{"action": "watch", "queues": ["support", "secret"]}'
    assert consoles.hear("ann-console", said, exchange.pager) == "watch"
    assert exchange.told == [("ann-console", {"type": "watching", "queues": ["support"]})]


@pytest.mark.parametrize("said", ["", "{", "[]", '{"action": "dance"}', '{"action": "watch", "queues": 1}'])
def test_what_nobody_understands_is_answered_with_what_can_be_said(exchange: Exchange, said: str) -> None:
    assert consoles.hear("c", said, exchange.pager) == "refused"
    ((_, answer),) = exchange.told
    assert answer["type"] == "refused"


# -- being told ------------------------------------------------------------------------------------


def test_the_agent_who_gets_a_text_is_called_once_with_all_that_happened(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    exchange.connect("ann")
    exchange.connect("ben")
    exchange.world.text()
    exchange.tell()
    ((console, message),) = exchange.told
    (change,) = message["changes"]
    assert console == "ann-console"
    assert change["conversation_id"] == exchange.world.only().id
    assert {"conversation.opened", "conversation.assigned", "conversation.message_added"} <= change["events"].keys()


def test_a_burst_is_one_call(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    exchange.connect("ann")
    for n in range(20):
        exchange.world.text(f"and {n}")
    told = exchange.tell()
    assert len(exchange.told) == told.posted == 1


def test_whoever_loses_a_conversation_is_told_and_finds_it_gone(exchange: Exchange) -> None:
    ann, ben = exchange.world.agent("ann"), exchange.world.agent("ben", online=False)
    exchange.world.text()
    exchange.tell()
    exchange.connect("ann")
    desk.set_presence(ben, Presence.ONLINE, exchange.world.board)
    assignments.take(ben, exchange.world.only().id, exchange.world.board)
    cursor = exchange.cursor("ann")
    exchange.tell()
    assert [console for console, _ in exchange.told] == ["ann-console"]
    assert names(exchange.missed("ann", cursor).changes) == [(None, exchange.world.only().id)]
    assert desk.my_conversations(ann, exchange.world.board) == []


def test_what_moves_to_another_queue_is_told_in_both(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    ann = Caller("ann")
    exchange.world.text()
    exchange.tell()
    known = exchange.world.only()
    cursor = exchange.missed("ann", "").cursor
    assignments.transfer(ann, known.id, Target(queue="returns"), "yours", "k", exchange.world.board)
    exchange.tell()
    found = names(exchange.missed("ann", cursor, "support", "returns").changes)
    assert {("support", known.id), ("returns", known.id), (None, known.id)} <= set(found)


def test_watchers_are_told_that_a_queue_changed_once_a_second_and_not_what(exchange: Exchange) -> None:
    exchange.connect("ann", "support")
    for n in range(3):
        exchange.world.text(sender=f"+1555123000{n}")
        exchange.tell()
    assert exchange.hints == ["support"]
    hint("support", exchange.pager)
    assert exchange.told == [("ann-console", {"type": "queue_changed", "queue": "support"})]


def test_a_queue_that_nobody_watches_gets_no_hint(exchange: Exchange) -> None:
    exchange.connect("ann")
    exchange.world.text()
    exchange.tell()
    assert exchange.hints == []


def test_however_many_watch_a_queue_only_so_many_are_called(exchange: Exchange) -> None:
    for n in range(MOST_WATCHERS + 5):
        exchange.connect(f"agent{n}", "support")
    assert hint("support", exchange.pager).posted == MOST_WATCHERS


def test_a_console_that_is_gone_is_forgotten(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    exchange.connect("ann")
    exchange.reached["ann-console"] = Reached.GONE
    exchange.world.later(minutes=5)
    exchange.world.text()
    assert exchange.tell().gone == 1
    assert exchange.store.connections("agent#ann", 10) == []


def test_a_console_that_is_still_connecting_is_not_forgotten_for_not_being_there_yet(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    exchange.connect("ann")
    exchange.reached["ann-console"] = Reached.GONE
    exchange.world.text()
    exchange.tell()
    assert len(exchange.store.connections("agent#ann", 10)) == 1


def test_a_call_that_is_lost_is_not_repeated_and_the_feed_has_it(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    exchange.connect("ann")
    cursor = exchange.cursor("ann")
    exchange.reached["ann-console"] = Reached.LOST
    exchange.world.text()
    assert exchange.tell().lost == 1
    assert len(exchange.missed("ann", cursor).changes) == 1


def test_connecting_and_leaving_changes_nobodys_presence(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    exchange.connect("ann")
    before = exchange.world.board.agents.get("ann")
    exchange.store.disconnect("ann-console")
    exchange.world.later(seconds=CONNECTION_LIFE.total_seconds())
    assert exchange.world.board.agents.get("ann") == before


# -- catching up -----------------------------------------------------------------------------------


def test_whoever_has_no_cursor_loads_everything_and_gets_one(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    first = exchange.missed("ann", "")
    assert first.reset
    assert not exchange.missed("ann", first.cursor).reset


def test_after_two_hours_all_that_happened_is_told_each_conversation_once(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    cursor = exchange.cursor("ann")
    for n in range(4):
        for _ in range(3):
            exchange.world.text(sender=f"+1555123000{n}")
            exchange.world.later(minutes=10)
            exchange.tell()
    missed = exchange.missed("ann", cursor)
    assert not missed.reset
    assert sorted(one.conversation_id for one in missed.changes) == sorted(
        known.id for known in exchange.world.all_conversations()
    )


def test_after_more_than_a_day_everything_is_loaded_anew(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    cursor = exchange.cursor("ann")
    exchange.world.later(seconds=KEPT.total_seconds())
    assert exchange.missed("ann", cursor).reset


def test_whoever_missed_more_than_can_be_read_at_once_loads_everything_anew(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    cursor = exchange.cursor("ann")
    for n in range(MOST + 1):
        exchange.store.write("agent#ann", Note(at=exchange.world.now, happened=(Happened("c", "added"),)), str(n))
    assert exchange.missed("ann", cursor).reset


def test_nobody_reads_the_feed_of_a_queue_that_is_not_theirs(exchange: Exchange) -> None:
    exchange.world.agent("ann", queues=("support",))
    cursor = exchange.cursor("ann")
    with pytest.raises(ForbiddenError, match="name your own"):
        exchange.missed("ann", cursor, "returns")


def test_a_redelivered_batch_is_told_again_and_comes_to_the_same(exchange: Exchange) -> None:
    exchange.world.agent("ann")
    cursor = exchange.cursor("ann")
    exchange.world.text()
    exchange.tell()
    once = exchange.missed("ann", cursor)
    exchange.seen = 0
    exchange.tell()
    assert exchange.missed("ann", cursor) == once


def test_what_consoles_are_told_has_no_text_name_or_address(exchange: Exchange) -> None:
    exchange.world.agent("ann", name="Ann Novak")
    exchange.connect("ann")
    exchange.world.text("my secret text")
    exchange.tell()
    everything = str(exchange.told) + str(exchange.world.client.scan(TableName="consoles")["Items"])
    for private in ("secret text", "+15551230001", "Novak"):
        assert private not in everything
