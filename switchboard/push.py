"""What agents' consoles are told: who hears of an event, and from where on somebody has missed something. Pure.

A console is told that a conversation changed, and never what it says: ids and kinds of events, which it looks up. What
it is told lands in the feed of a topic, an agent's or a queue's, and stays there for a day. docs/push.md has the whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from switchboard.conversation import Conversation
from switchboard.instant import Instant, to_text
from switchboard.message import Model

KEPT = timedelta(hours=24)
"""How far back a feed goes."""
OVERLAP = timedelta(seconds=60)
"""Notes are written by several at once: one may be found this long after its time, and is read again that long. It is
twice as long as a function lives that writes them (docs/adr/0023)."""
MOST = 500
"""Notes of a topic that are read at once: whoever missed more is faster by loading their lists."""
TICKET_LIFE = timedelta(seconds=30)
CONNECTION_LIFE = timedelta(hours=2)
"""After that API Gateway cuts it."""
OPENING = timedelta(minutes=1)
"""A connection that is not quite open yet is gone for whoever posts to it: a young one is left alone."""
HINT_EVERY = timedelta(seconds=1)
"""How often those who watch a queue are told at most."""
LOOK_LIFE = timedelta(minutes=2)
"""Whoever looks at a conversation says so again within that time, or looks no longer."""
LOOK_REST = timedelta(seconds=40)
"""Saying it again sooner than that changes nothing, and nobody is told."""
MOST_LOOKERS = 20
"""Consoles that look at a conversation and are told of each other."""
QUEUE_HINT = "queue.hint"
"""The kind of what is asked for a moment later, beside kinds of events."""
MOST_CONNECTIONS = 10
"""Consoles of one agent that are told: the newest."""
MOST_WATCHERS = 100
"""Consoles that are told of a queue at once, whoever they are: the others find out when they ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What one handshake is good for: whose console it is, and which queues it may watch."""

    agent_id: str
    queues: tuple[str, ...]
    expires_at: Instant

    @property
    def issued_at(self) -> datetime:
        """When it was asked for."""
        return self.expires_at - TICKET_LIFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That a console shows a conversation, as of when it last said so, and whether its agent types there."""

    conversation_id: str
    typing: bool
    at: Instant

    def lasts(self, now: datetime) -> bool:
        """Whether it still does, as far as one knows."""
        return now - self.at < LOOK_LIFE

    def is_news(self, before: "Look | None") -> bool:
        """Whether others have to be told of it."""
        return before is None or not before.lasts(self.at) or replace(before, at=self.at) != self

    def is_due(self, before: "Look | None") -> bool:
        """Whether it has to be written down at all."""
        return before is None or self.is_news(before) or self.at - before.at >= LOOK_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An open console: whose, what it may watch, what it watches, and what it looks at."""

    connection_id: str
    agent_id: str
    queues: tuple[str, ...]
    connected_at: Instant
    watching: tuple[str, ...] = ()
    look: Look | None = None
    heard_at: Instant | None = None
    """When it last said something; None before it does."""

    @property
    def topics(self) -> list[str]:
        """What it is told of."""
        return [topic_of(agent_id=self.agent_id), *self.watched, *self.looked_at]

    @property
    def watched(self) -> list[str]:
        """The queues of those."""
        return [topic_of(queue=queue) for queue in self.watching]

    @property
    def looked_at(self) -> list[str]:
        """The conversation, of which it is told who else looks at it."""
        return [topic_of(conversation_id=self.look.conversation_id)] if self.look else []


class News(Model):
    """What matters here of an event of a conversation, whichever it is and whatever version."""

    conversation_id: str
    queue: str | None = None
    former_queue: str | None = None
    former_agent_id: str | None = None
    mentions: tuple[str, ...] = ()


class Happened(NamedTuple):
    """That an event of this kind was about this conversation."""

    conversation_id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One entry of a feed: what happened, and when it was written down, which is after it was true."""

    at: Instant
    happened: tuple[Happened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that happened to a conversation: kinds of events, and when each was last written down.

    `queue` is whose feed says it; None is the agent's own.
    """

    conversation_id: str
    queue: str | None
    events: Mapping[str, Instant]


def topic_of(*, agent_id: str | None = None, queue: str | None = None, conversation_id: str | None = None) -> str:
    """The name of an agent's feed, of a queue's, or of what is told to those who look at a conversation."""
    if conversation_id is not None:
        return f"conversation#{conversation_id}"
    return f"queue#{queue}" if queue is not None else f"agent#{agent_id}"


def queue_of(topic: str) -> str | None:
    """The queue whose topic it is; None if it is an agent's."""
    return topic.removeprefix("queue#") if topic.startswith("queue#") else None


def audience(news: News, known: Conversation | None) -> set[str]:
    """The topics that an event concerns: whoever has the conversation, had it, or is meant; and where it stands.

    `known` is the conversation as it is now; None if it was erased. A queue hears of what moves in it, and of all that
    happens to what nobody has.
    """
    agents = {news.former_agent_id, *news.mentions}
    queues = {news.queue, news.former_queue}
    if known:
        agents |= {known.owner, known.last_agent}
        queues |= set() if known.owner else {known.queue}
    by_agent = {topic_of(agent_id=agent_id) for agent_id in agents if agent_id}
    return by_agent | {topic_of(queue=queue) for queue in queues if queue}


def changes(topic: str, notes: Iterable[Note]) -> list[Change]:
    """What a topic's notes come to, a conversation once; the one that changed last is last."""
    found: dict[str, dict[str, datetime]] = {}
    for note in notes:
        for happened in note.happened:
            kinds = found.setdefault(happened.conversation_id, {})
            kinds[happened.kind] = max(note.at, kinds.get(happened.kind, note.at))
    latest = sorted(found, key=lambda conversation_id: max(found[conversation_id].values()))
    queue = queue_of(topic)
    return [Change(conversation_id=one, queue=queue, events=found[one]) for one in latest]


def cursor_of(at: datetime) -> str:
    """From where on to ask next time, as of a reading that began then."""
    return to_text(at)


def read_from(cursor: str, now: datetime) -> datetime | None:
    """From when on to read a feed so that nothing is missed; None if it doesn't go back that far, or none was given."""
    try:
        at = datetime.fromisoformat(cursor)
    except ValueError:
        return None
    if at.tzinfo is None or not now - KEPT < at - OVERLAP or at > now + OVERLAP:
        return None
    return at - OVERLAP


def others(lookers: Iterable[Connection], agent_id: str, now: datetime) -> list[dict[str, object]]:
    """Who else looks at a conversation, and whether they type: each agent once, however many consoles they have."""
    typing: dict[str, bool] = {}
    for one in lookers:
        if one.look and one.look.lasts(now) and one.agent_id != agent_id:
            typing[one.agent_id] = typing.get(one.agent_id, False) or one.look.typing
    return [{"agent_id": name, "typing": typing[name]} for name in sorted(typing)]


def by_topic(happened: Iterable[tuple[Happened, Iterable[str]]]) -> Iterator[tuple[str, tuple[Happened, ...]]]:
    """What each topic is told, the same only once, in an order that is always the same."""
    found: dict[str, dict[Happened, None]] = {}
    for one, topics in happened:
        for topic in topics:
            found.setdefault(topic, {})[one] = None
    for topic in sorted(found):
        yield topic, tuple(found[topic])
