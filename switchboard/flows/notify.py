"""Tells agents' consoles what happened: writes it into the feeds first, then calls whoever is connected.

The feed is the truth and the call only a hint: nobody repeats one that fails, since a console asks the feed anyway.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from switchboard.conversation import split_id
from switchboard.flows.looking import Exchange, leave
from switchboard.instant import to_text
from switchboard.ports import HintQueue, Reached
from switchboard.push import (
    HINT_EVERY,
    MOST_CONNECTIONS,
    MOST_WATCHERS,
    OPENING,
    QUEUE_HINT,
    Connection,
    Happened,
    News,
    Note,
    audience,
    by_topic,
    changes,
    queue_of,
    topic_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager(Exchange):
    """What telling consoles of events takes. `new_id` makes a random text."""

    hints: HintQueue
    new_id: Callable[[], str]


class Event(NamedTuple):
    """An event from the bus: its type, and what matters of it here."""

    kind: str
    news: News


@dataclass(slots=True)
class Told:
    """How many notes were written, how many consoles were called, and how many of those in vain."""

    notes: int = 0
    posted: int = 0
    gone: int = 0
    lost: int = 0

    def __iadd__(self, more: "Told") -> Self:
        for name, number in asdict(more).items():
            setattr(self, name, getattr(self, name) + number)
        return self


def take(envelopes: Iterable[Mapping[str, Any]], pager: Pager) -> Told:
    """Tell of what came from the bus, all at once, and give the hints that were due a moment later."""
    came = list(envelopes)
    queues = {one["detail"]["queue"] for one in came if one["detail-type"] == QUEUE_HINT}
    happened = [one for one in came if one["detail-type"] != QUEUE_HINT]
    told = notify([Event(one["detail-type"], News.model_validate(one["detail"])) for one in happened], pager)
    for queue in sorted(queues):
        told += hint(queue, pager)
    return told


def notify(events: Sequence[Event], pager: Pager) -> Told:
    """Tell all whom a batch of events concerns: each topic once, each conversation once in it."""
    found = {event.news.conversation_id: None for event in events}
    known = {identifier: pager.conversations.get(*split_id(identifier)) for identifier in found}
    happened = [
        (Happened(event.news.conversation_id, event.kind), audience(event.news, known[event.news.conversation_id]))
        for event in events
    ]
    notes = [(topic, _write(topic, news, pager)) for topic, news in by_topic(happened)]
    told = Told(notes=len(notes))
    for topic, note in notes:
        _call(topic, note, pager, told)
    return told


def _write(topic: str, happened: tuple[Happened, ...], pager: Pager) -> Note:
    """Into the feed, at the time of this very write: by that a console knows what it can't have seen yet."""
    note = Note(at=pager.clock(), happened=happened)
    pager.consoles.write(topic, note, pager.new_id())
    return note


def _call(topic: str, note: Note, pager: Pager, told: Told) -> None:
    queue = queue_of(topic)
    if queue is None:
        events = [
            {"conversation_id": change.conversation_id, "events": dict.fromkeys(change.events, to_text(note.at))}
            for change in changes(topic, [note])
        ]
        for connection in pager.consoles.connections(topic, MOST_CONNECTIONS):
            _post(connection, {"type": "changed", "changes": events}, pager, told)
    elif pager.consoles.connections(topic, 1) and pager.consoles.claim_hint(topic, pager.clock(), HINT_EVERY):
        pager.hints.hint(queue, HINT_EVERY)


def hint(queue: str, pager: Pager) -> Told:
    """Tell those who watch a queue that something moved in it: what, they ask the feed.

    However many watch it, a hundred are called at most, from a random one on: thousands of calls for each message would
    cost more than the message. The others ask within a minute.
    """
    told = Told()
    for connection in pager.consoles.connections(topic_of(queue=queue), MOST_WATCHERS, pager.new_id()):
        _post(connection, {"type": "queue_changed", "queue": queue}, pager, told)
    return told


def _post(connection: Connection, message: dict[str, object], pager: Pager, told: Told) -> None:
    reached = pager.sockets.post(connection.connection_id, message)
    if reached is Reached.YES:
        told.posted += 1
    elif reached is Reached.LOST:
        told.lost += 1
    elif pager.clock() - connection.connected_at > OPENING:
        leave(connection.connection_id, pager)
        told.gone += 1
