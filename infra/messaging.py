"""How events travel: the bus, who is told of what, and the clock's tick."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.clock import Clock
from infra.function import WorkQueue, parking_queue, title
from infra.settings import StageSettings
from switchboard.events import (
    CONVERSATION_EVENTS,
    SOURCE,
    ConversationAssigned,
    ConversationMessageAdded,
    ConversationMessageChanged,
    ConversationNoted,
    ConversationOpened,
    ConversationPromiseBroken,
    ConversationPromiseRenewed,
    ConversationQueued,
    Event,
    MessageQuarantined,
    MessageReceived,
)

_MESSAGE_KIND = {"message": {"kind": [{"anything-but": "delivery_status"}]}}
_DELIVERY_REPORT = {"message": {"kind": ["delivery_status"]}}
_OUTBOUND = {"direction": ["outbound"]}
_WITH_FILES = {"direction": ["inbound"], "attachments": [{"numeric": [">", 0]}]}
_BY_SENDER = {"change": ["edited", "deleted"]}


def _pattern(*types: type[Event], detail: Mapping[str, Any] | None = None) -> events.EventPattern:
    return events.EventPattern(source=[SOURCE], detail_type=[type_.DETAIL_TYPE for type_ in types], detail=detail)


SUBSCRIPTIONS: Mapping[str, Mapping[str, events.EventPattern]] = {
    "router": {
        "Messages": _pattern(MessageReceived, detail=_MESSAGE_KIND),
        "Announcements": _pattern(MessageQuarantined, ConversationQueued),
    },
    "auto_ack": {"Opened": _pattern(ConversationOpened)},
    "outbound": {
        "Outgoing": _pattern(ConversationMessageAdded, detail=_OUTBOUND),
        "DeliveryReports": _pattern(MessageReceived, detail=_DELIVERY_REPORT),
    },
    "fetch_media": {
        "Files": _pattern(ConversationMessageAdded, detail=_WITH_FILES),
        "Changes": _pattern(ConversationMessageChanged, detail=_BY_SENDER),
    },
    "notify": {"Happened": _pattern(*CONVERSATION_EVENTS)},
    "alert": {
        "Concerning": _pattern(
            ConversationAssigned, ConversationNoted, ConversationPromiseRenewed, ConversationPromiseBroken
        )
    },
}
"""Who is told of what: one queue per function, one rule per pattern."""

TICKS = {
    "Tick": ("router", "rate(1 minute)", "sweep.due", "What is due, and the repair sweep"),
    "TickPromises": ("auto_ack", "rate(1 minute)", "promises.due", "Promises that are about to break, or have passed"),
    "Recount": (
        "router",
        "rate(15 minutes)",
        "recount.due",
        "What waits and who is there, against the sums that promises use",
    ),
}
"""Into whose queue a clock puts what, and how often."""


class Messaging(Construct):
    """The bus, a queue for each subscriber, and the rules between them."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.bus = events.EventBus(self, "Bus", description="What happens to customers' messages and conversations")
        self.undelivered = parking_queue(self, "Undelivered", settings)
        self.queues = {
            name: WorkQueue(self, f"{title(name)}Queue", name=name, settings=settings) for name in SUBSCRIPTIONS
        }
        self.rules = {
            f"{title(name)}{rule}": self._rule(f"{title(name)}{rule}", pattern, self.queues[name])
            for name, patterns in SUBSCRIPTIONS.items()
            for rule, pattern in patterns.items()
        }
        self._tick()

    def _rule(self, id: str, pattern: events.EventPattern, inbox: WorkQueue) -> events.Rule:
        """Deliver matching events, for a day at most; what can't be delivered waits in `undelivered`."""
        target = targets.SqsQueue(
            inbox.queue,
            dead_letter_queue=self.undelivered,
            max_event_age=Duration.hours(24),
            retry_attempts=185,
        )
        return events.Rule(self, id, event_bus=self.bus, event_pattern=pattern, targets=[target])

    def _tick(self) -> None:
        """Say what time it is to those who do what is due then. A lost tick is made up for by the next."""
        for clock, (name, rate, task, description) in TICKS.items():
            Clock(
                self,
                clock,
                rate=rate,
                description=description,
                sid=f"Tick{title(name)}",
                action="sqs:SendMessage",
                target=self.queues[name].queue.queue_arn,
                input=json.dumps({"detail-type": task, "detail": {}}),
            )
