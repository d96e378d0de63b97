"""A console's ear, by itself: how it waits, what is news to it, and that a cut loses nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from sandbox.push import LONGEST_PAUSE, Change, Ear, Looking, Seen, Socket, pause_before

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def told(*kinds: str, conversation: str = "c", queue: str | None = None, seconds: int = 0) -> dict[str, Any]:
    at = (NOON + timedelta(seconds=seconds)).isoformat()
    return {"conversation_id": conversation, "queue": queue, "events": dict.fromkeys(kinds, at)}


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_a_minute_and_never_beyond(attempt: int, chance: float) -> None:
    assert 0.5 <= pause_before(attempt, chance) <= LONGEST_PAUSE
    assert pause_before(attempt, chance) <= pause_before(attempt + 1, chance)


def test_those_who_were_cut_together_do_not_come_back_together() -> None:
    assert pause_before(3, 0.0) < pause_before(3, 0.5) < pause_before(3, 0.99)


def test_what_was_heard_is_no_news_when_the_feed_tells_it_again() -> None:
    seen = Seen()
    assert list(seen.news([told("added", "assigned")])) == [Change("c", None, frozenset({"added", "assigned"}))]
    assert list(seen.news([told("added", "assigned")])) == []
    assert list(seen.news([told("added", seconds=1)])) == [Change("c", None, frozenset({"added"}))]


def test_a_conversation_is_news_for_me_and_for_the_queue_apart() -> None:
    seen = Seen()
    assert len(list(seen.news([told("added"), told("added", queue="support")]))) == 2


def test_a_call_says_the_same_as_the_feed_however_its_time_is_written() -> None:
    seen = Seen()
    call = {"conversation_id": "c", "events": {"added": "2026-11-23T12:00:00.120Z"}}
    feed = {"conversation_id": "c", "queue": None, "events": {"added": "2026-11-23T12:00:00.120000+00:00"}}
    assert len(list(seen.news([call, feed]))) == 1


def test_what_nobody_repeats_any_more_is_forgotten() -> None:
    seen = Seen()
    list(seen.news([told("added"), told("tagged", seconds=60)]))
    seen.forget(NOON + timedelta(seconds=30))
    assert set(seen.times) == {(None, "c", "tagged")}


class Exchange:
    """The other end: a feed, and connections that go as a test wants."""

    def __init__(self, *connections: Sequence[Mapping[str, Any] | Exception]) -> None:
        self.connections = iter(connections)
        self.cursors: list[str] = []
        self.dialled: list[str] = []
        self.said: list[Any] = []
        self.tickets = 0

    def ticket(self) -> dict[str, Any]:
        self.tickets += 1
        return {"url": "ws://push", "ticket": f"t{self.tickets}"}

    def feed(self, cursor: str, queues: Sequence[str] = ()) -> dict[str, Any]:
        self.cursors.append(cursor)
        return {"cursor": NOON.isoformat(), "reset": not cursor, "changes": []}

    @contextmanager
    def dial(self, url: str) -> Iterator[Socket]:
        self.dialled.append(url)
        yield Line(self, next(self.connections))


class Line:
    """A connection over which things come in order; the last is what ends it."""

    def __init__(self, exchange: Exchange, coming: Sequence[Mapping[str, Any] | Exception]) -> None:
        self.exchange, self.coming = exchange, iter(coming)

    def send(self, message: str) -> None:
        self.exchange.said.append(json.loads(message))

    def recv(self, timeout: float | None = None) -> str:
        coming = next(self.coming)
        if isinstance(coming, Exception):
            raise coming
        return json.dumps(coming)

    def close(self) -> None: ...


class Hurry(Event):
    """A test has no time to lose."""

    @override
    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class Over(Exception):  # noqa: N818  # the end of a test's story
    """Nothing more happens."""


@pytest.fixture
def heard() -> list[Change | str]:
    return []


def listen(exchange: Exchange, heard: list[Change | str], **changes: Any) -> Ear:
    """Let an ear hear all that comes."""
    ear = ear_of(exchange, heard, **changes)
    with pytest.raises(Over):
        ear.listen()
    return ear


def ear_of(exchange: Exchange, heard: list[Change | str], **changes: Any) -> Ear:
    """An ear whose pauses take no time."""
    return Ear(
        exchange,
        changed=heard.append,
        reload=lambda: heard.append("reload"),
        dial=exchange.dial,
        chance=lambda: 0.0,
        leaving=Hurry(),
        **changes,
    )


def changed(*changes: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "changed", "changes": list(changes)}


def test_at_first_everything_is_loaded_and_then_what_comes_is_reported(heard: list[Change | str]) -> None:
    listen(Exchange([changed(told("added")), Over()]), heard)
    assert heard == ["reload", Change("c", None, frozenset({"added"}))]


def test_after_a_cut_it_comes_back_with_a_new_ticket_and_reads_on_from_its_cursor(heard: list[Change | str]) -> None:
    exchange = Exchange([ConnectionResetError()], [Over()])
    listen(exchange, heard)
    assert exchange.dialled == ["ws://push?ticket=t1", "ws://push?ticket=t2"]
    assert exchange.cursors[0] == ""
    assert set(exchange.cursors[1:]) == {NOON.isoformat()}
    assert heard == ["reload"], "nothing was lost"


def test_what_it_watches_it_watches_again_after_a_cut(heard: list[Change | str]) -> None:
    exchange = Exchange([ConnectionResetError()], [Over()])
    listen(exchange, heard, queues=("support",))
    assert exchange.said == [{"action": "watch", "queues": ["support"]}] * 2


def test_a_hint_about_a_queue_makes_it_look(heard: list[Change | str]) -> None:
    exchange = Exchange([{"type": "queue_changed", "queue": "support"}, Over()])
    listen(exchange, heard)
    assert len(exchange.cursors) == 2


def test_it_looks_by_itself_and_says_that_it_is_there(heard: list[Change | str]) -> None:
    exchange = Exchange([TimeoutError(), {"type": "pong"}, TimeoutError(), Over()])
    listen(exchange, heard, ask_every=0.0)
    assert exchange.said == [{"action": "ping"}] * 2
    assert len(exchange.cursors) == 3


def test_a_connection_over_which_nothing_comes_back_is_given_up(heard: list[Change | str]) -> None:
    exchange = Exchange([TimeoutError(), TimeoutError()], [Over()])
    listen(exchange, heard, ask_every=0.0)
    assert exchange.tickets == 2


def test_where_no_connection_can_be_had_it_hears_by_asking(heard: list[Change | str]) -> None:
    exchange = Exchange([OSError()], [OSError()], [Over()])
    listen(exchange, heard)
    assert len(exchange.cursors) >= 5, "once connected and once after each failure"


def test_what_it_shows_it_says_and_says_again_with_each_sign_of_life_and_after_a_cut(
    heard: list[Change | str],
) -> None:
    exchange = Exchange([TimeoutError(), ConnectionError()], [Over()])
    ear = ear_of(exchange, heard, ask_every=0.0)
    ear.look("c", typing=True)
    with pytest.raises(Over):
        ear.listen()
    looks = [said for said in exchange.said if said["action"] == "look"]
    assert looks == [{"action": "look", "conversation_id": "c", "typing": True}] * 3


def test_what_it_shows_no_more_it_says_once(heard: list[Change | str]) -> None:
    exchange = Exchange([{"type": "looking", "conversation_id": "c", "agents": []}, TimeoutError(), Over()])
    ear = ear_of(exchange, heard, ask_every=0.0)
    ear.looking = lambda _: ear.look(None)
    ear.look("c")
    with pytest.raises(Over):
        ear.listen()
    looks = [said["conversation_id"] for said in exchange.said if said["action"] == "look"]
    assert looks == ["c", None]


def test_who_else_looks_is_reported(heard: list[Change | str]) -> None:
    agents = [{"agent_id": "ben", "typing": True}]
    seen: list[Looking] = []
    exchange = Exchange([{"type": "looking", "conversation_id": "c", "agents": agents}, Over()])
    listen(exchange, heard, looking=seen.append)
    assert seen == [Looking("c", {"ben": True})]
