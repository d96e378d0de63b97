"""Telling agents outside of the console what waits for them while they don't look. Pure.

What happens to an agent's conversations is put on their slate; a while later somebody looks at it. What they have seen
by then, or what has settled itself, is wiped off; the rest is told at once, in one alert. The slate remembers what was
on it for as long as an event may come again, so that each is told once at most.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from switchboard.conversation import Conversation
from switchboard.instant import Instant
from switchboard.push import Connection
from switchboard.routing import Agent, Presence

Reason: TypeAlias = Literal["assigned", "mentioned", "promise"]
REASONS: tuple[Reason, ...] = ("assigned", "mentioned", "promise")

LISTENED = timedelta(minutes=3)
"""A console asks once a minute (docs/push.md): one that was silent so long is shown to nobody."""
STALE = timedelta(hours=1)
"""What is older is told no more; as long a slate remembers what was on it."""
MOST_LISTED = 10
"""Conversations that an alert lists; of the others it says how many there are."""
MOST_KEPT = 500
"""Occasions that a slate remembers: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What an agent wants: nothing, until they say where."""

    mail: str | None = None
    """Their own address."""
    webhook: bool = False
    reasons: tuple[Reason, ...] = REASONS

    @property
    def wants_any(self) -> bool:
        """Whether there is any way to reach them."""
        return bool(self.mail or self.webhook) and bool(self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something that an agent should know: which event about which conversation, and when it became true."""

    conversation_id: str
    reason: Reason
    at: Instant

    @property
    def key(self) -> str:
        """The same for every copy of the event."""
        return f"{self.reason}#{self.conversation_id}#{self.at.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """What an agent is to be told, and what was on it before, by key, with its time."""

    agent_id: str
    occasions: tuple[Occasion, ...] = ()
    wiped: Mapping[str, Instant] = field(default_factory=dict)
    alerted_at: Instant | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One conversation in an alert: nothing of it that a customer wrote or is called."""

    conversation_id: str
    reason: Reason
    queue: str
    priority: str
    promised_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What an agent is told; `count` is of all conversations, `lines` are the first of them."""

    alert_id: str
    agent_id: str
    at: Instant
    count: int
    lines: tuple[Line, ...]


def put(slate: Slate, occasion: Occasion, now: datetime) -> Slate:
    """Note an occasion: the same slate if it is known, or too old to be worth telling."""
    known = {each.key for each in slate.occasions} | set(slate.wiped)
    if occasion.key in known or now - occasion.at > STALE:
        return slate
    return replace(slate, occasions=(*slate.occasions, occasion))


def wipe(slate: Slate, gone: Collection[Occasion], now: datetime) -> Slate:
    """Take occasions off, and forget those that can't come again."""
    wiped = {**slate.wiped, **{occasion.key: occasion.at for occasion in gone}}
    fresh = sorted(((key, at) for key, at in wiped.items() if now - at <= STALE), key=lambda known: known[1])
    return replace(
        slate,
        occasions=tuple(occasion for occasion in slate.occasions if occasion not in gone),
        wiped=dict(fresh[-MOST_KEPT:]),
    )


def is_looking(connections: Collection[Connection], now: datetime) -> bool:
    """Whether a console of the agent is open and was heard of lately."""
    return any(now - (known.heard_at or known.connected_at) <= LISTENED for known in connections)


def may_be_alerted(agent: Agent | None, now: datetime) -> bool:
    """Whether it is an agent's time: neither are they offline, nor is their shift over."""
    if agent is None or agent.presence is Presence.OFFLINE:
        return False
    return agent.shift_until is None or now < agent.shift_until


def concerns(occasion: Occasion, agent_id: str, known: Conversation | None) -> bool:
    """Whether an occasion still matters to them: it is theirs and waits for an answer, or they were mentioned."""
    if known is None:
        return False
    if occasion.reason == "mentioned":
        return True
    return known.owner == agent_id and known.awaiting_since is not None


def next_look(slate: Slate, after: timedelta, every: timedelta, now: datetime) -> datetime | None:
    """When to look at a slate again: once its oldest has waited, and no sooner after the last alert; None if empty."""
    if not slate.occasions:
        return None
    waited = min(occasion.at for occasion in slate.occasions) + after
    rested = slate.alerted_at + every if slate.alerted_at else waited
    return max(waited, rested, now)


def compose(alert_id: str, agent_id: str, told: Mapping[Occasion, Conversation], at: datetime) -> Alert:
    """What an agent is told of occasions: each conversation once, by its most pressing reason, the oldest first."""
    lines: dict[str, Line] = {}
    for occasion, known in sorted(told.items(), key=lambda pair: (REASONS.index(pair[0].reason), pair[0].at)):
        line = Line(
            conversation_id=known.id,
            reason=occasion.reason,
            queue=known.queue,
            priority=known.priority,
            promised_at=known.promised_at,
        )
        lines[known.id] = line
    return Alert(
        alert_id=alert_id, agent_id=agent_id, at=at, count=len(lines), lines=tuple(lines.values())[:MOST_LISTED]
    )


_SAID: Mapping[Reason, str] = {
    "assigned": "is yours and waits for an answer",
    "mentioned": "has a note that mentions you",
    "promise": "was promised an answer that is late",
}


def subject(alert: Alert) -> str:
    """A mail's subject."""
    return "A conversation waits for you" if alert.count == 1 else f"{alert.count} conversations wait for you"


def text(alert: Alert, console_url: str) -> str:
    """A mail's text: which conversations, why, and where to look."""
    lines = [_line(line) for line in alert.lines]
    others = alert.count - len(alert.lines)
    more = [f"- and {others} more"] if others else []
    return "\n".join(
        (
            f"{subject(alert)}, and no console of yours is open:",
            "",
            *lines,
            *more,
            "",
            f"Open the console: {console_url}",
            "",
            "You asked for this under Alerts in the console, and can turn it off there. Nobody reads answers to it.",
        )
    )


def _line(line: Line) -> str:
    promised = f"; promised by {line.promised_at:%Y-%m-%d %H:%M} UTC" if line.promised_at else ""
    return f"- {line.queue}, {line.priority}: {_SAID[line.reason]}{promised}"
