"""A console's ear: connects with a ticket, comes back after every cut, and catches up. docs/push.md is the protocol.

with Ear(agent, changed=print, reload=lambda: print(agent.conversations())):
    …

The feed is the truth, and what comes over the connection only makes it faster: an ear that could never connect would
hear the same, a minute later.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, Protocol, Self

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from sandbox.errors import SandboxError

ASK_EVERY = 60.0
"""Seconds between two looks at the feed, and two signs of life over the connection, a quarter more or less."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
HINT_SPREAD = 1.0
"""Seconds within which those who were told that a queue changed look what it was: not all at once."""
REMEMBERED = timedelta(minutes=3)
"""Longer than the feed repeats itself."""
_FAILURES = (WebSocketException, OSError, httpx.HTTPError, SandboxError)


class Api(Protocol):
    """What an ear needs of the agents' API."""

    def ticket(self) -> Mapping[str, Any]: ...

    def feed(self, cursor: str, queues: Sequence[str] = ()) -> Mapping[str, Any]: ...


class Socket(Protocol):
    """An open WebSocket."""

    def send(self, message: str) -> None: ...

    def recv(self, timeout: float | None = None) -> str | bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What is new about a conversation: kinds of events. `queue` is whose view it is in; None is the agent's own."""

    conversation_id: str
    queue: str | None
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Looking:
    """Who else looks at the conversation that a console shows, by id, and whether they type there."""

    conversation_id: str
    typing: Mapping[str, bool]


def pause_before(attempt: int, chance: float) -> float:
    """Seconds until the n-th attempt, from 0: doubling up to a minute, of which `chance` in [0, 1) takes a part."""
    return min(FIRST_PAUSE * 2.0 ** min(attempt, 10), LONGEST_PAUSE) * (0.5 + chance / 2)


@dataclass
class Seen:
    """What has been heard of: the feed tells the last minute again each time, and the connection tells it first."""

    times: dict[tuple[str | None, str, str], datetime] = field(default_factory=dict)

    def news(self, told: Iterable[Mapping[str, Any]]) -> Iterator[Change]:
        """What of it is new."""
        for change in told:
            queue, name = change.get("queue"), change["conversation_id"]
            kinds = {kind for kind, at in change["events"].items() if self._is_new((queue, name, kind), at)}
            if kinds:
                yield Change(name, queue, frozenset(kinds))

    def _is_new(self, key: tuple[str | None, str, str], text: str) -> bool:
        at = datetime.fromisoformat(text)
        if key in self.times and at <= self.times[key]:
            return False
        self.times[key] = at
        return True

    def forget(self, before: datetime) -> None:
        """What nobody repeats any more."""
        self.times = {key: at for key, at in self.times.items() if at >= before}


@contextmanager
def dial(url: str) -> Iterator[Socket]:
    """Open a connection; raises `WebSocketException` or `OSError`."""
    with connect(url, proxy=None, ping_interval=None) as socket:
        yield socket


@dataclass
class Ear:
    """Listens in a thread of its own while it is entered.

    `changed` is called with all that is new, `reload` where everything has to be loaded anew: at first, and after more
    than a day; `looking` when others come to look at what it shows, go, or begin or end to type. `cursor` may come from
    an earlier run.
    """

    api: Api
    changed: Callable[[Change], object]
    reload: Callable[[], object]
    looking: Callable[[Looking], object] = lambda _: None
    queues: Sequence[str] = ()
    cursor: str = ""
    ask_every: float = ASK_EVERY
    dial: Callable[[str], Any] = dial
    chance: Callable[[], float] = random.random
    connected: Event = field(default_factory=Event)
    """Set while it is connected and has caught up."""
    leaving: Event = field(default_factory=Event)
    """Set when it shall listen no longer; waiting for it is how it pauses."""
    _look: str = ""
    """What it said last of what it shows, as JSON; nothing where it shows nothing."""
    _socket: Socket | None = None
    _seen: Seen = field(default_factory=Seen)
    _answered: bool = True

    def __enter__(self) -> Self:
        self._thread = Thread(target=self.listen, name="ear", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """Listen no longer."""
        self.leaving.set()

    def look(self, conversation_id: str | None, *, typing: bool = False) -> None:
        """Say which conversation it shows, and whether its agent types there: every few seconds at most.

        It says so again by itself: with each sign of life, or it would lapse, and after each cut.
        """
        said = json.dumps({"action": "look", "conversation_id": conversation_id, "typing": typing})
        self._look = said if conversation_id else ""
        if self._socket:
            with suppress(*_FAILURES):
                self._socket.send(said)

    def listen(self) -> None:
        """Connect and listen, again and again, until stopped."""
        failed = 0
        while not self.leaving.is_set():
            try:
                with self._connect() as socket:
                    self.catch_up()
                    failed = 0
                    self.connected.set()
                    self._hear(socket)
            except _FAILURES:
                self.connected.clear()
                self.leaving.wait(pause_before(failed, self.chance()))
                failed += 1
                with suppress(*_FAILURES):
                    self.catch_up()

    @contextmanager
    def _connect(self) -> Iterator[Socket]:
        """With a new ticket each time. What happens before it stands is in the feed, so that is asked afterwards."""
        ticket = self.api.ticket()
        with self.dial(f"{ticket['url']}?ticket={ticket['ticket']}") as socket:
            self._answered = True
            if self.queues:
                socket.send(json.dumps({"action": "watch", "queues": list(self.queues)}))
            self._socket = socket
            self._look_again(socket)
            try:
                yield socket
            finally:
                self._socket = None

    def _look_again(self, socket: Socket) -> None:
        if self._look:
            socket.send(self._look)

    def _hear(self, socket: Socket) -> None:
        due = self._next()
        while not self.leaving.is_set():
            try:
                # a short wait, so that it can be stopped
                self._take(json.loads(socket.recv(timeout=min(1.0, max(0.0, due - time.monotonic())))))
            except TimeoutError:
                if time.monotonic() >= due:
                    self._ask(socket)
                    due = self._next()

    def _next(self) -> float:
        return time.monotonic() + self.ask_every * (0.75 + self.chance() / 2)

    def _ask(self, socket: Socket) -> None:
        """Look at the feed, and keep the connection; one over which nothing came back is dead."""
        if not self._answered:
            raise ConnectionResetError("no sign of life for a while: connecting again")
        self._answered = False
        socket.send('{"action": "ping"}')
        self._look_again(socket)
        self.catch_up()

    def _take(self, message: Mapping[str, Any]) -> None:
        self._answered = True
        if message.get("type") == "changed":
            self._report(message["changes"])
        elif message.get("type") == "looking":
            typing = {one["agent_id"]: bool(one["typing"]) for one in message["agents"]}
            self.looking(Looking(message["conversation_id"], typing))
        elif message.get("type") == "queue_changed":
            self.leaving.wait(HINT_SPREAD * self.chance())
            self.catch_up()

    def catch_up(self) -> None:
        """Report all that happened since the last look."""
        told = self.api.feed(self.cursor, self.queues)
        if told["reset"]:
            self.reload()
        else:
            self._report(told["changes"])
        self.cursor = told["cursor"]
        self._seen.forget(datetime.fromisoformat(self.cursor) - REMEMBERED)

    def _report(self, told: Iterable[Mapping[str, Any]]) -> None:
        for change in self._seen.news(told):
            self.changed(change)
