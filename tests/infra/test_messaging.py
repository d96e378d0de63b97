"""Who is told of what: the rules' patterns against events as `switchboard.events` builds them."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.events.models import EventPattern

from infra.function import title
from switchboard.events import (
    ALL_EVENTS,
    SOURCE,
    ConversationAcknowledged,
    ConversationAnswered,
    ConversationAssigned,
    ConversationDeliveryChanged,
    ConversationErased,
    ConversationIdled,
    ConversationMarked,
    ConversationMessageAdded,
    ConversationMessageChanged,
    ConversationNoted,
    ConversationOpened,
    ConversationPlaced,
    ConversationPromiseBroken,
    ConversationPromiseRenewed,
    ConversationQueued,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationTagged,
    Event,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.message import ConsentChange, Delivery, DeliveryReport, DeliveryStatus, Message, Party, Unhandled
from tests.infra.conftest import Synthesis, Template

pytestmark = pytest.mark.infra

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DELIVERY: dict[str, Any] = {"channel": "sms", "account": "acme-sms", "provider_id": "1", "sender": Party(address="+1")}
FACTS: dict[str, Any] = {
    "at": AT,
    "conversation_id": "c",
    "account": "acme-sms",
    "channel": "sms",
    "queue": "support",
    "priority": "normal",
}
ADDED: dict[str, Any] = {**FACTS, "message_id": "m", "kind": "message"}

TOLD: list[tuple[Event, set[str]]] = [
    (MessageReceived(at=AT, message=Message(**DELIVERY)), {"router"}),
    (MessageReceived(at=AT, message=ConsentChange(**DELIVERY, kind="opt_out")), {"router"}),
    (MessageReceived(at=AT, message=Unhandled(**DELIVERY, kind="echo")), {"router"}),
    (
        MessageReceived(at=AT, message=DeliveryReport(**DELIVERY, delivery=Delivery(status=DeliveryStatus.SENT))),
        {"outbound"},
    ),
    (
        MessageQuarantined(
            at=AT, account="acme-sms", channel="sms", quarantine_id="q", reason="r", key="quarantine/q", size=1
        ),
        {"router"},
    ),
    (ConversationOpened(**FACTS, policy="p"), {"auto_ack", "notify"}),
    (ConversationQueued(**FACTS, reason="lease_lapsed", waiting_since=AT), {"router", "notify"}),
    (ConversationAssigned(**FACTS, agent_id="a", waited_seconds=1, lease_until=AT, policy="p"), {"notify", "alert"}),
    (ConversationMessageAdded(**ADDED, direction="outbound", author="agent"), {"outbound", "notify"}),
    (ConversationMessageAdded(**ADDED, direction="inbound", author="customer"), {"notify"}),
    (
        ConversationMessageAdded(**ADDED, direction="inbound", author="customer", attachments=1),
        {"fetch_media", "notify"},
    ),
    (ConversationMessageAdded(**ADDED, direction="outbound", author="agent", attachments=1), {"outbound", "notify"}),
    (ConversationMessageChanged(**FACTS, message_id="m", change="edited"), {"fetch_media", "notify"}),
    (ConversationMessageChanged(**FACTS, message_id="m", change="deleted"), {"fetch_media", "notify"}),
    (ConversationMessageChanged(**FACTS, message_id="m", change="reacted"), {"notify"}),
    (ConversationMessageChanged(**FACTS, message_id="m", change="fetched"), {"notify"}),
    (ConversationAcknowledged(**FACTS, sent=True, reason="first_message"), {"notify"}),
    (ConversationPromiseRenewed(**FACTS, sent=True, reason="renewed"), {"notify", "alert"}),
    (ConversationPromiseBroken(**FACTS, promised_at=AT, renewed=False), {"notify", "alert"}),
    (ConversationAnswered(**FACTS, agent_id="a", first=True, response_seconds=1), {"notify"}),
    (ConversationDeliveryChanged(**FACTS, message_id="m", status=DeliveryStatus.SENT), {"notify"}),
    (ConversationIdled(**FACTS, agent_id="a"), {"notify"}),
    (ConversationResolved(**FACTS, by="agent"), {"notify"}),
    (ConversationReopened(**FACTS, agent_id="a"), {"notify"}),
    (ConversationSnoozed(**FACTS, agent_id="a", until=AT), {"notify"}),
    (ConversationPlaced(**FACTS, agent_id="a", from_queue="support", from_priority="low"), {"notify"}),
    (ConversationTagged(**FACTS, agent_id="a", tags=1), {"notify"}),
    (ConversationMarked(**FACTS, agent_id="a", mark="spam"), {"notify"}),
    (ConversationNoted(**FACTS, message_id="m", agent_id="a"), {"notify", "alert"}),
    (ConversationErased(**FACTS), {"notify"}),
]


def on_the_bus(event: Event) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "detail-type": event.DETAIL_TYPE,
        "detail": json.loads(event.model_dump_json(exclude_none=True)),
    }


def takes(pattern: Mapping[str, Any], event: Event) -> bool:
    return EventPattern.load(json.dumps(pattern)).matches_event(on_the_bus(event))  # type: ignore[arg-type]  # moto's own type of the same keys


def told_of(template: Template, event: Event) -> Iterator[str]:
    """Logical ids of the queues that rules put an event into."""
    for rule in template.of_type("AWS::Events::Rule").values():
        if takes(rule["EventPattern"], event):
            (target,) = rule["Targets"]
            yield str(target["Arn"]["Fn::GetAtt"][0])


def test_every_event_is_in_the_table_of_who_is_told() -> None:
    assert {type(event) for event, _ in TOLD} == set(ALL_EVENTS)


@pytest.mark.parametrize(("event", "functions"), TOLD, ids=lambda value: getattr(value, "DETAIL_TYPE", None))
def test_an_event_reaches_exactly_those_who_act_on_it(event: Event, functions: set[str], template: Template) -> None:
    queues = list(told_of(template, event))
    assert len(queues) == len(functions)
    for function, queue in zip(sorted(functions), sorted(queues), strict=True):
        assert queue.startswith(f"Messaging{title(function)}Queue")


def test_a_rule_keeps_what_it_could_not_deliver(template: Template) -> None:
    for rule in template.of_type("AWS::Events::Rule").values():
        (target,) = rule["Targets"]
        kept = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
        assert kept.startswith("MessagingUndelivered")
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


def test_only_its_own_rules_may_fill_a_queue(template: Template) -> None:
    for policy in template.of_type("AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                by = statement["Principal"]["Service"]
                is_mail = json.dumps(policy["Queues"]).count("MailInbox") > 0
                assert by in ({"s3.amazonaws.com", "sns.amazonaws.com"} if is_mail else {"events.amazonaws.com"})
                assert "aws:SourceArn" in json.dumps(statement["Condition"])


@pytest.mark.parametrize("due", ["sweep.due", "promises.due"])
def test_a_clock_ticks_each_minute_into_a_queue_and_may_do_nothing_else(template: Template, due: str) -> None:
    clocks = template.of_type("AWS::Scheduler::Schedule").values()
    (tick,) = [clock for clock in clocks if due in clock["Target"]["Input"]]
    assert tick["ScheduleExpression"] == "rate(1 minute)"
    assert json.loads(tick["Target"]["Input"]) == {"detail-type": due, "detail": {}}
    role = template.of_type("AWS::IAM::Role")[tick["Target"]["RoleArn"]["Fn::GetAtt"][0]]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", tick["Target"]["Arn"])


def test_the_sums_that_promises_use_are_recounted_each_quarter_of_an_hour(template: Template) -> None:
    clocks = template.of_type("AWS::Scheduler::Schedule").values()
    (recount,) = [clock for clock in clocks if clock["ScheduleExpression"] == "rate(15 minutes)"]
    assert json.loads(recount["Target"]["Input"]) == {"detail-type": "recount.due", "detail": {}}


def test_the_archive_takes_every_event_of_conversations_and_no_content(prod: Synthesis) -> None:
    archive = prod.cloud_only.only("AWS::Events::Archive")
    archived = {event.DETAIL_TYPE for event, _ in TOLD if takes(archive["EventPattern"], event)}
    assert archived == {kind.DETAIL_TYPE for kind in ALL_EVENTS if kind.DETAIL_TYPE.startswith("conversation.")}
    assert archive["RetentionDays"] == 14
