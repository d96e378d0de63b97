"""What happens to messages, as it happens: a line per step, with the milliseconds since the message was received.

It subscribes as any system outside would, with a rule on the event bus and a queue of its own, and shows ids and facts
only: no text, no names of customers, no addresses.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from sandbox.emulator import ACCOUNT, REGION, Emulator
from switchboard.events import SOURCE

NAME = "switchboard-feed"
_PATIENCE = timedelta(seconds=1)
"""What usually follows at once and has not by then is shown as not having followed."""
_BATCH = 10
_LOOK = 1
"""Seconds that a look at an empty queue lasts."""

Event: TypeAlias = tuple[str, dict[str, Any]]
"""A detail type and its detail, as `switchboard.events` documents them."""


class Subscription:
    """A queue that receives every event on the bus."""

    def __init__(self, emulator: Emulator, bus: str, name: str = NAME) -> None:
        """Make queue and rule of that name, or find them; what happened before today's start is dropped."""
        self._sqs = emulator.client("sqs")
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        rule = {"Name": name, "EventBusName": bus}
        events = emulator.client("events")
        made = events.put_rule(**rule, EventPattern=json.dumps({"source": [SOURCE]}))
        allow = {"Version": "2012-10-17", "Statement": [_allow_rule(arn, made["RuleArn"])]}
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": json.dumps(allow)})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": name, "Arn": arn}])
        self._sqs.purge_queue(QueueUrl=self._url)

    def take(self) -> list[Event]:
        """Take what has arrived, in order of time; waits a moment for a first event."""
        found: list[Event] = []
        while batch := self._receive(0 if found else _LOOK):
            found += batch
        return sorted(found, key=lambda event: str(event[1]["at"]))

    def _receive(self, patience: int) -> list[Event]:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=_BATCH, WaitTimeSeconds=patience)
        messages = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [(body["detail-type"], body["detail"]) for body in bodies]


def _allow_rule(queue: str, rule: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the feed: one thing that happened on account of one message of a customer's."""

    at: datetime
    message: str
    """The message's id; empty where it was received before the feed began."""
    what: str
    since: timedelta | None
    """Since the message was received."""
    detail: str = ""


@dataclass
class _Story:
    """What the feed knows of a conversation."""

    place: str = ""
    owner: str = ""
    message: str = ""
    """The customer's latest."""
    written_at: datetime | None = None
    """When it was written, until it is shown as routed."""
    received: datetime | None = None
    waiting_since: datetime | None = None
    why: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    """What each outbound message is, by its id."""


class Feed:
    """Turns events into steps. `names` are the agents', by id."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._received: dict[str, datetime] = {}
        self._stories: dict[str, _Story] = {}
        self._readers: dict[str, Callable[[dict[str, Any]], Iterator[Step]]] = {
            "message.received": self._message_received,
            "message.quarantined": self._quarantined,
            "conversation.opened": self._opened,
            "conversation.queued": self._queued,
            "conversation.message_added": self._message_added,
            "conversation.assigned": self._assigned,
            "conversation.acknowledged": self._acknowledged,
            "conversation.delivery_changed": self._delivery_changed,
            "conversation.idled": self._idled,
            "conversation.resolved": self._resolved,
        }

    def read(self, events: list[Event], now: datetime) -> Iterator[Step]:
        """Yield the steps that events, in order of time, mean at a time."""
        for kind, detail in events:
            if reader := self._readers.get(kind):
                yield from reader(detail)
        for story in self._stories.values():
            if story.written_at and now - story.written_at > _PATIENCE:
                yield from self._routed(story, story.written_at)
            if story.waiting_since and now - story.waiting_since > _PATIENCE:
                yield self._step(story, story.waiting_since, "waiting", story.why)
                story.waiting_since = None

    # One reader per kind of event

    def _message_received(self, detail: dict[str, Any]) -> Iterator[Step]:
        message, at = detail["message"], _time(detail["at"])
        kind, account = message["kind"], message["account"]
        if kind == "delivery_status":
            return
        self._received[message["provider_id"]] = at
        what = "received" if kind == "message" else f"received {kind.replace('_', ' ')}"
        yield Step(at, message["provider_id"], what, timedelta(0), account)

    def _quarantined(self, detail: dict[str, Any]) -> Iterator[Step]:
        yield Step(_time(detail["at"]), detail["quarantine_id"], "quarantined", None, detail["reason"])

    def _opened(self, detail: dict[str, Any]) -> Iterator[Step]:
        story = self._story(detail)
        story.waiting_since = _time(detail["at"])
        yield from self._routed(story, story.waiting_since)

    def _queued(self, detail: dict[str, Any]) -> Iterator[Step]:
        story = self._story(detail)
        story.owner, story.waiting_since = "", _time(detail["at"])
        story.why = f"{story.place}: {detail['reason'].replace('_', ' ')}"
        yield from ()

    def _message_added(self, detail: dict[str, Any]) -> Iterator[Step]:
        story, at = self._story(detail), _time(detail["at"])
        if detail["direction"] == "inbound":
            story.message, story.received = detail["message_id"], self._received.get(detail["message_id"])
            story.written_at = at
            if story.place:
                yield from self._routed(story, at)
        else:
            is_answer = detail["author"] == "agent" and detail["kind"] == "message"
            story.sent[detail["message_id"]] = "answer" if is_answer else detail["kind"]
            if is_answer:
                yield self._step(story, at, "answered", story.owner)

    def _assigned(self, detail: dict[str, Any]) -> Iterator[Step]:
        story = self._story(detail)
        story.waiting_since = None
        story.owner = self._names.get(detail["agent_id"], f"agent {detail['agent_id'][:8]}")
        yield self._step(story, _time(detail["at"]), "assigned", f"to {story.owner}")

    def _acknowledged(self, detail: dict[str, Any]) -> Iterator[Step]:
        story, at = self._story(detail), _time(detail["at"])
        if not detail["sent"]:
            yield self._step(story, at, "not acknowledged", detail["reason"].replace("_", " "))
        elif promised := detail.get("promised_at"):
            yield self._step(story, at, "acknowledged", f"an answer by {_local(_time(promised)):%a %H:%M}")
        else:
            yield self._step(story, at, "acknowledged")

    def _delivery_changed(self, detail: dict[str, Any]) -> Iterator[Step]:
        story = self._story(detail)
        what = story.sent.get(detail["message_id"], "message")
        code = f", code {detail['code']}" if detail.get("code") else ""
        yield self._step(story, _time(detail["at"]), detail["status"], f"{what}{code}")

    def _idled(self, detail: dict[str, Any]) -> Iterator[Step]:
        yield self._step(self._story(detail), _time(detail["at"]), "idle", "the slot is free again")

    def _resolved(self, detail: dict[str, Any]) -> Iterator[Step]:
        yield self._step(self._story(detail), _time(detail["at"]), "resolved", f"by {detail['by']}")

    # What they share

    def _story(self, detail: dict[str, Any]) -> _Story:
        story = self._stories.setdefault(detail["conversation_id"], _Story())
        if "queue" in detail:
            story.place = story.why = f"{detail['queue']}, {detail['priority']}"
        return story

    def _routed(self, story: _Story, at: datetime) -> Iterator[Step]:
        """A message is routed when it is written and has a place; a first one gets its place only afterwards."""
        if story.written_at:
            story.written_at = None
            yield self._step(story, at, "routed", story.place)

    def _step(self, story: _Story, at: datetime, what: str, detail: str = "") -> Step:
        since = at - story.received if story.received else None
        return Step(at, story.message, what, since, detail)


_COLOURS = {
    "received": "36",
    "routed": "34",
    "assigned": "35",
    "waiting": "33",
    "acknowledged": "34",
    "answered": "32",
    "delivered": "32",
    "undelivered": "31",
    "bounced": "31",
    "complained": "31",
    "failed": "31",
    "quarantined": "31",
}
_ID = 6


def show(step: Step, *, colours: bool) -> str:
    """Write a step as a line: local time, the end of the message's id, what happened, and how long after."""
    shade = _COLOURS.get(step.what)
    what = f"{step.what:<16}"
    if colours and shade:
        what = f"\033[{shade}m{what}\033[0m"
    since = f"{step.since / timedelta(milliseconds=1):>10,.0f} ms" if step.since is not None else " " * 13
    return f"{_local(step.at):%H:%M:%S}  …{step.message[-_ID:]:<{_ID}}  {what} {since}  {step.detail}".rstrip()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _local(at: datetime) -> datetime:
    return at.astimezone(UTC).astimezone()
