"""A whole Switchboard in one process: the real flows over the real adapters and moto, with a clock one can turn.

What a deployment does with the stream, the bus and the queues happens here when a test says so: `settle()` hands every
committed change on until nothing is left to do. Nothing is faked but AWS itself, the provider, time and chance.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from functions.router.tasks import handle
from switchboard.aws.agents import DynamoAgents
from switchboard.aws.bookmarks import DynamoBookmarks
from switchboard.aws.conversations import DynamoConversations
from switchboard.aws.customers import DynamoCustomers
from switchboard.aws.decisions import DynamoDecisions
from switchboard.aws.erasures import DynamoErasures
from switchboard.aws.estimates import DynamoEstimates
from switchboard.aws.places import DynamoPlaces
from switchboard.aws.quarantine import DynamoQuarantine
from switchboard.aws.queues import DynamoQueues
from switchboard.conversation import Conversation, Entry, split_id
from switchboard.events import (
    ConversationMessageAdded,
    ConversationOpened,
    ConversationQueued,
    Event,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.flows import desk
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.board import Board
from switchboard.flows.deliver import deliver, report
from switchboard.flows.learn import learn
from switchboard.flows.promises import look_at_due
from switchboard.flows.publish import Change, publish
from switchboard.flows.record import record
from switchboard.flows.sweep import Swept, sweep
from switchboard.message import DeliveryReport, Message, Outgoing, Party, Sent
from switchboard.policy import Policy, load_policy
from switchboard.routing import Agent, Presence
from tests import tables

ROOT = Path(__file__).parent.parent
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""10:00 in New York on a working day."""
BASE_URL = "https://switchboard.example"
CUSTOMER = "+15551230001"


@dataclass
class Provider:
    """A provider that takes what it is given, unless told what to raise."""

    taken: list[Outgoing] = field(default_factory=list)
    raising: list[Exception] = field(default_factory=list)
    after_taking: bool = False
    clock: Any = None

    def send(self, outgoing: Outgoing) -> Sent:
        error = self.raising.pop(0) if self.raising else None
        if error is None or self.after_taking:
            self.taken.append(outgoing)
        if error:
            raise error
        return Sent(provider_id=f"SM{len(self.taken)}", at=self.clock())

    def find(self, outgoing: Outgoing, since: datetime) -> list[Sent]:
        return [
            Sent(provider_id=f"SM{n}", at=self.clock())
            for n, sent in enumerate(self.taken, start=1)
            if (sent.recipient, sent.text, sent.files) == (outgoing.recipient, outgoing.text, outgoing.files)
        ]


@dataclass
class World:
    """The stores, the clock, and what a deployment's plumbing would do."""

    policy: Policy
    client: Any
    now: datetime = MONDAY
    provider: Provider = field(default_factory=Provider)
    published: list[Event] = field(default_factory=list)
    again: list[dict[str, str]] = field(default_factory=list)
    quarantined: list[MessageQuarantined] = field(default_factory=list)
    seen: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        self.provider.clock = self.clock
        numbers = count(1)
        chance = random.Random(self.seed)
        pause = lambda _: None  # noqa: E731  # a test has no time to lose
        self.ids = numbers
        self.conversations = DynamoConversations(self.client, "conversations", "agents", "decisions", self.clock, pause)
        self.quarantine = DynamoQuarantine(self.client, "quarantine")
        self.board = Board(
            policy=self.policy,
            clock=self.clock,
            new_id=lambda: f"{chance.randrange(10**6):06d}x{next(numbers)}",
            pause=pause,
            conversations=self.conversations,
            bookmarks=DynamoBookmarks(self.client, "conversations"),
            agents=DynamoAgents(self.client, "agents", pause),
            customers=DynamoCustomers(self.client, "customers", pause),
            erasures=DynamoErasures(self.client, "erasures", lambda: b"pepper"),
            queues=DynamoQueues(self.client, "queues"),
            estimates=DynamoEstimates(self.client, "queues", self.clock, pause),
            decisions=DynamoDecisions(self.client, "decisions"),
            places=DynamoPlaces(self.client, "customers"),
            router_queue=self,
        )

    def clock(self) -> datetime:
        return self.now

    def later(self, **spans: float) -> None:
        self.now += timedelta(**spans)

    # -- what the plumbing does -------------------------------------------------------------------

    def look_again(self, detail: dict[str, str], delay: timedelta) -> None:
        self.again.append(detail)

    def publish(self, events: Sequence[Event]) -> None:
        self.published.extend(events)

    def changes(self) -> list[Change]:
        """What was committed since the last look, as the stream would tell it: state by state would be finer."""
        from switchboard.aws.conversations import record_of  # noqa: PLC0415  # only here

        found = []
        for item in self.client.scan(TableName="conversations", ConsistentRead=True)["Items"]:
            key = (item["thread"]["S"], item["item"]["S"])
            if self.seen.get(key) == item:
                continue
            after, before = record_of(item), self.seen.get(key)
            self.seen[key] = item
            if after:
                at = datetime.fromisoformat(item["changed_at"]["S"])
                found.append(Change(record_of(before) if before else None, after, at))
        return sorted(found, key=lambda change: isinstance(change.after, Entry))

    def settle(self) -> None:
        """Publish what was committed and let every consumer act, until nothing is left to do."""
        while (changes := self.changes()) or self.again:
            start = len(self.published)
            for change in changes:
                learn(change, self.policy, self.board.estimates)
            publish(changes, self)
            for change in changes:
                record(change, self.board.decisions)
            for event in self.published[start:]:
                self.consume(event)
            pending, self.again = self.again, []
            for detail in pending:
                handle("dispatch.again", detail, self.board, self.quarantine)

    def consume(self, event: Event) -> None:
        if isinstance(event, ConversationOpened):
            acknowledge(*split_id(event.conversation_id), self.board)
        elif isinstance(event, ConversationMessageAdded) and event.direction == "outbound":
            self.deliver(event)
        elif isinstance(event, ConversationQueued):
            handle(event.DETAIL_TYPE, event.model_dump(mode="json"), self.board, self.quarantine)

    def deliver(self, event: ConversationMessageAdded) -> str:
        place = split_id(event.conversation_id)
        return deliver(*place, event.message_id, self.board, lambda *_: self.provider, BASE_URL, url_of)

    # -- what people do ---------------------------------------------------------------------------

    def text(self, body: str = "hello", sender: str = CUSTOMER, account: str = "acme-sms", sid: str = "") -> str:
        """A customer's text reaches the router; returns its id."""
        sid = sid or f"SM{next(self.ids):032x}"
        self.route(
            Message(
                channel="sms",
                account=account,
                provider_id=sid,
                sender=Party(address=sender),
                to=(Party(address=self.policy.accounts[account].address),),
                text=body,
            )
        )
        return sid

    def route(self, message: Any) -> None:
        received = MessageReceived(at=self.now, message=message)
        if isinstance(message, DeliveryReport):
            report(message, self.board)
        else:
            handle(received.DETAIL_TYPE, received.model_dump(mode="json"), self.board, self.quarantine)

    def agent(self, agent_id: str, *, units: int = 5, online: bool = True, **changes: Any) -> desk.Caller:
        """Somebody joins the team, and is online."""
        defaults = {"name": agent_id.title(), "queues": ("support", "returns"), "skills": ("returns",)}
        new = Agent(agent_id=agent_id, units=units, free=units, **{**defaults, **changes})
        self.board.agents.put(new)
        who = desk.Caller(agent_id)
        if online:
            desk.set_presence(who, Presence.ONLINE, self.board)
        return who

    def sweep(self) -> Swept:
        return sweep(self.board)

    def look_at_promises(self) -> Mapping[str, int]:
        """What each minute is done about promises."""
        return look_at_due(self.board)

    # -- what one sees ----------------------------------------------------------------------------

    def all_conversations(self) -> list[Conversation]:
        from switchboard.aws.conversations import record_of  # noqa: PLC0415  # only here

        items = self.client.scan(TableName="conversations", ConsistentRead=True)["Items"]
        records = [record_of(item) for item in items]
        return [record for record in records if isinstance(record, Conversation)]

    def only(self) -> Conversation:
        (one,) = self.all_conversations()
        return one

    def entries(self, conversation: Conversation) -> list[Entry]:
        return self.conversations.entries(conversation.thread, conversation.number)

    def free(self, agent_id: str) -> int:
        agent = self.board.agents.get(agent_id)
        assert agent
        return agent.free

    def with_policy(self, **changes: Any) -> None:
        self.policy = self.policy.model_copy(update=changes)
        self.board = replace(self.board, policy=self.policy)


def url_of(key: str, _filename: str, _content_type: str) -> str:
    """Where a provider gets a file of ours."""
    return f"https://bucket.example/{key}"


@cache
def _dynamodb() -> Any:
    """One client for all worlds: making one costs more than a test."""
    return boto3.client("dynamodb", region_name="us-east-1")


@contextmanager
def make_world() -> Iterator[World]:
    """An empty Switchboard with the demonstration's policy."""
    with mock_aws():
        client = _dynamodb()
        tables.create(client)
        yield World(load_policy(ROOT / "policy.yaml"), client)
