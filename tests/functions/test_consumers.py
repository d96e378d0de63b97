"""The functions behind queues: each task reaches its flow, and a poison one spares its neighbours."""

import json
from typing import Any

import pytest

from functions.auto_ack.handler import lambda_handler as auto_ack
from functions.outbound.handler import lambda_handler as outbound
from functions.router.handler import lambda_handler as router
from switchboard import wiring
from switchboard.conversation import Status
from switchboard.events import (
    ConversationMessageAdded,
    ConversationOpened,
    ConversationQueued,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.flows import desk
from switchboard.message import Delivery, DeliveryReport, DeliveryStatus, Message, Party
from switchboard.routing import Presence
from tests.aws_events import CONTEXT, batch, failed, on_bus
from tests.functions.conftest import Deployment
from tests.world import CUSTOMER, World


def received(world: World, sid: str = "SM1", text: str = "hello") -> dict[str, Any]:
    message = Message(channel="sms", account="acme-sms", provider_id=sid, sender=Party(address=CUSTOMER), text=text)
    return on_bus(MessageReceived(at=world.now, message=message))


def placed(world: World) -> dict[str, Any]:
    known = world.only()
    return {
        "at": world.now,
        "conversation_id": known.id,
        "account": known.account,
        "channel": known.channel,
        "queue": known.queue,
        "priority": known.priority,
    }


def opened(world: World) -> dict[str, Any]:
    return on_bus(ConversationOpened(**placed(world), policy="p"))


def added(world: World, entry_id: str) -> dict[str, Any]:
    event = ConversationMessageAdded(
        at=world.now,
        conversation_id=world.only().id,
        account="acme-sms",
        channel="sms",
        message_id=entry_id,
        direction="outbound",
        author="agent",
        kind="message",
    )
    return on_bus(event)


# -- router -----------------------------------------------------------------------------------------


def test_a_router_keeps_its_policy_once_by_which_its_decisions_are_told(deployment: Deployment) -> None:
    router(batch(received(deployment.world), received(deployment.world, "SM2")), CONTEXT)
    assert wiring.decisions().policy(wiring.policy().hash) == wiring.policy()


def test_the_router_routes_a_message_to_an_agent(deployment: Deployment) -> None:
    world = deployment.world
    world.agent("ann")
    assert failed(router(batch(received(world)), CONTEXT)) == []
    assert world.only().owner == "ann"


def test_a_message_that_finds_nobody_is_looked_at_again(deployment: Deployment) -> None:
    router(batch(received(deployment.world)), CONTEXT)
    messages = deployment.sqs.get_queue_attributes(
        QueueUrl=deployment.queue_url, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert messages["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_poison_task_goes_back_and_its_neighbours_are_done(deployment: Deployment) -> None:
    world = deployment.world
    poison: list[Any] = [
        {"detail-type": "nobody.knows", "detail": {}},
        "no json",
        {"detail": {}},
        received(world) | {"detail": {}},
    ]
    answer = router(batch(received(world, "SM1"), *poison, received(world, "SM2")), CONTEXT)
    assert failed(answer) == ["m1", "m2", "m3", "m4"]
    assert len(world.entries(world.only())) == 2


def test_when_every_task_fails_each_goes_back_by_itself(deployment: Deployment) -> None:
    assert failed(router(batch("no json", "no json"), CONTEXT)) == ["m0", "m1"]


def test_what_was_quarantined_is_listed(deployment: Deployment) -> None:
    event = MessageQuarantined(
        at=deployment.world.now, account="acme-sms", channel="sms", quarantine_id="q1", reason="r", key="k", size=1
    )
    router(batch(on_bus(event)), CONTEXT)
    kept = deployment.world.quarantine.get("acme-sms", "q1")
    assert kept
    assert (kept.reason, kept.key, kept.at) == (event.reason, event.key, event.at)


def test_a_conversation_that_waits_again_is_offered(deployment: Deployment) -> None:
    world = deployment.world
    world.text()
    world.agent("ann", online=False)
    world.board.agents.set_presence("ann", Presence.ONLINE, world.now, world.now)
    world.board.agents.ensure_listed("ann", "0")
    event = ConversationQueued(**placed(world), reason="agent_gone", waiting_since=world.now)
    router(batch(on_bus(event), on_bus(event)), CONTEXT)
    assert world.only().owner == "ann"


@pytest.mark.parametrize("asks_for", ["agent", "conversation"])
def test_a_second_look_brings_both_sides_together(deployment: Deployment, asks_for: str) -> None:
    world = deployment.world
    world.text()
    world.agent("ann", online=False)
    world.board.agents.set_presence("ann", Presence.ONLINE, world.now, world.now)
    world.board.agents.ensure_listed("ann", "0")
    detail = {"agent_id": "ann"} if asks_for == "agent" else {"conversation_id": world.only().id}
    router(batch({"detail-type": "dispatch.again", "detail": detail}), CONTEXT)
    assert world.only().owner == "ann"


def test_a_second_look_at_what_is_gone_does_nothing(deployment: Deployment) -> None:
    again = {"detail-type": "dispatch.again", "detail": {"conversation_id": "acme-sms.nobody.1"}}
    assert failed(router(batch(again), CONTEXT)) == []


def test_each_minute_what_is_due_is_swept_and_counted(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    world = deployment.world
    world.later(minutes=-11)
    world.agent("ann")
    world.text()
    router(batch({"detail-type": "sweep.due", "detail": {}}), CONTEXT)
    assert world.only().status is Status.WAITING
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert metrics[-1]["Lapsed"] == [1.0]
    assert metrics[-1]["Repaired"] == [0.0]


# -- auto_ack ---------------------------------------------------------------------------------------


def test_an_opened_conversation_is_acknowledged_once(deployment: Deployment) -> None:
    world = deployment.world
    world.text()
    assert failed(auto_ack(batch(opened(world), opened(world), "no json"), CONTEXT)) == ["m2"]
    assert [entry.kind for entry in world.entries(world.only())] == ["message", "acknowledgement"]


# -- outbound ---------------------------------------------------------------------------------------


def test_a_reply_is_sent_and_a_report_on_it_recorded(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    world = deployment.world
    monkeypatch.setattr(wiring, "connect", lambda *_: world.provider)
    ann = world.agent("ann")
    world.text()
    entry, _ = desk.reply(ann, world.only().id, "done", "k", world.board)
    told = DeliveryReport(
        channel="sms",
        account="acme-sms",
        provider_id="SM1:delivered",
        sender=Party(address="+15550100100"),
        delivery=Delivery(status=DeliveryStatus.DELIVERED),
        conversation_id=world.only().id,
        message_id=entry.id,
    )
    report = on_bus(MessageReceived(at=world.now, message=told))
    answer = outbound(batch(added(world, entry.id), report, received(world), "no json"), CONTEXT)
    assert failed(answer) == ["m3"]
    assert [sent.text for sent in world.provider.taken] == ["done"]
    delivered = world.conversations.entry(entry.thread, entry.id)
    assert delivered
    assert delivered.status is DeliveryStatus.DELIVERED


def test_a_send_without_credentials_goes_back_to_the_queue(deployment: Deployment) -> None:
    world = deployment.world
    ann = world.agent("ann")
    world.text(account="acme-returns", body="hello")
    entry, _ = desk.reply(ann, world.only().id, "done", "k", world.board)
    assert failed(outbound(batch(added(world, entry.id)), CONTEXT)) == ["m0"]
    kept = world.conversations.entry(entry.thread, entry.id)
    assert kept
    assert kept.status is DeliveryStatus.QUEUED
