"""The functions behind consoles: who is let in, what they are answered, and who is told of events."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler as agent_api
from functions.notify.handler import lambda_handler as notify
from functions.push.handler import lambda_handler as push
from functions.push.handler import logger
from switchboard import wiring
from switchboard.events import ConversationAssigned, ConversationTagged
from switchboard.instant import system_clock, to_text
from tests.aws_events import CONTEXT, api_call, batch, failed, on_bus
from tests.functions.conftest import Deployment, client, log_of
from tests.sockets import MemorySockets

ARN = "arn:aws:execute-api:us-east-1:123456789012:api/push/$connect"


@pytest.fixture
def sockets(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> MemorySockets:
    made = MemorySockets()
    monkeypatch.setattr(wiring, "sockets", lambda: made)
    monkeypatch.setenv("PUSH_URL", "wss://push.example/push")
    monkeypatch.setenv("NOTIFY_QUEUE_URL", client("sqs").create_queue(QueueName="notify")["QueueUrl"])
    return made


def api(method: str, path: str, **query: str) -> Any:
    return json.loads(agent_api(api_call(method, path, query=query), CONTEXT)["body"])


def ask(ticket: str | None) -> dict[str, Any]:
    """The gateway asks whether a console may connect."""
    query = {"queryStringParameters": {"ticket": ticket} if ticket is not None else None}
    return push({"type": "REQUEST", "methodArn": ARN, "requestContext": {"routeKey": "$connect"}, **query}, CONTEXT)


def say(route: str, body: str = "", *, context: Mapping[str, str] | None = None, connection: str = "c1") -> int:
    request = {"routeKey": route, "connectionId": connection, "authorizer": dict(context or {})}
    answer = push({"requestContext": request, "body": body}, CONTEXT)
    assert "body" not in answer, "the gateway would not pass it on"
    return int(answer["statusCode"])


def connect(deployment: Deployment) -> None:
    """Ann's console connects as `c1`."""
    deployment.world.agent("ann")
    answer = ask(api("POST", "/push/ticket")["ticket"])
    assert say("$connect", context=answer["context"]) == 200


def effect(answer: Mapping[str, Any]) -> tuple[str, str]:
    (statement,) = answer["policyDocument"]["Statement"]
    return statement["Effect"], statement["Resource"]


def test_a_ticket_opens_the_door_once_and_for_this_handshake_only(
    deployment: Deployment, sockets: MemorySockets
) -> None:
    deployment.world.agent("ann")
    given = api("POST", "/push/ticket")
    assert given["url"] == "wss://push.example/push"
    assert effect(ask(given["ticket"])) == ("Allow", ARN)
    assert effect(ask(given["ticket"])) == ("Deny", ARN)


def test_a_ticket_that_was_voided_between_the_question_and_the_handshake_opens_nothing(
    deployment: Deployment, sockets: MemorySockets
) -> None:
    deployment.world.agent("ann")
    answer = ask(api("POST", "/push/ticket")["ticket"])
    wiring.consoles().void("ann", system_clock())
    assert say("$connect", context=answer["context"]) == 403
    assert wiring.consoles().consoles_of("ann") == []


@pytest.mark.parametrize("ticket", ["", "forged", None])
def test_without_a_ticket_nobody_gets_in(deployment: Deployment, sockets: MemorySockets, ticket: str | None) -> None:
    assert effect(ask(ticket)) == ("Deny", ARN)


def test_a_ticket_is_in_no_log_even_if_everything_breaks(
    deployment: Deployment, sockets: MemorySockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(monkeypatch, logger)
    ask("the-ticket")
    monkeypatch.setattr(wiring, "consoles", lambda: 1 / 0)
    assert "policyDocument" not in ask("the-ticket")
    assert "the-ticket" not in log.getvalue()
    assert "ZeroDivisionError" in log.getvalue()


def test_who_is_connected_is_told_of_an_event_and_who_has_left_is_not(
    deployment: Deployment, sockets: MemorySockets
) -> None:
    connect(deployment)
    deployment.world.text()
    assert failed(notify(batch(assigned(deployment)), CONTEXT)) == []
    ((connection_id, message),) = sockets.told
    assert (connection_id, message["type"]) == ("c1", "changed")
    assert say("$disconnect") == 200
    notify(batch(assigned(deployment)), CONTEXT)
    assert len(sockets.told) == 1


def assigned(deployment: Deployment) -> dict[str, Any]:
    known = deployment.world.only()
    facts = {name: getattr(known, name) for name in ("account", "channel", "queue", "priority", "policy")}
    event = ConversationAssigned(
        **facts, at=deployment.world.now, conversation_id=known.id, agent_id="ann", waited_seconds=1, lease_until=None
    )
    return on_bus(event)


def test_a_console_is_answered_over_the_connection(deployment: Deployment, sockets: MemorySockets) -> None:
    connect(deployment)
    assert say("$default", '{"action": "ping"}') == 200
    assert say("$default", '{"action": "watch", "queues": ["support"]}') == 200
    assert say("$default", "?") == 200
    assert [message["type"] for _, message in sockets.told] == ["pong", "watching", "refused"]


def test_two_who_look_at_a_conversation_hear_of_each_other_until_one_is_cut(
    deployment: Deployment, sockets: MemorySockets
) -> None:
    deployment.world.agent("ann")
    deployment.world.text()
    for name in ("ann", "ben"):
        ticket = {"agent_id": name, "queues": '["support"]', "expires_at": to_text(system_clock())}
        say("$connect", context=ticket, connection=name)
        said = {"action": "look", "conversation_id": deployment.world.only().id, "typing": name == "ben"}
        assert say("$default", json.dumps(said), connection=name) == 200
    assert sockets.told[-2:] == [
        (name, {"type": "looking", "conversation_id": deployment.world.only().id, "agents": agents})
        for name, agents in (
            ("ann", [{"agent_id": "ben", "typing": True}]),
            ("ben", [{"agent_id": "ann", "typing": False}]),
        )
    ]
    assert say("$disconnect", connection="ben") == 200
    assert (sockets.told[-1][0], sockets.told[-1][1]["agents"]) == ("ann", [])


def test_watchers_of_a_queue_get_a_hint_a_moment_later(deployment: Deployment, sockets: MemorySockets) -> None:
    connect(deployment)
    say("$default", '{"action": "watch", "queues": ["support"]}')
    notify(batch({"detail-type": "queue.hint", "detail": {"queue": "support"}}), CONTEXT)
    assert sockets.told[-1] == ("c1", {"type": "queue_changed", "queue": "support"})


def test_a_record_that_nobody_can_read_holds_up_no_other(deployment: Deployment, sockets: MemorySockets) -> None:
    connect(deployment)
    deployment.world.text()
    unreadable = {"detail-type": ConversationTagged.DETAIL_TYPE, "detail": {}}
    assert failed(notify(batch("{", assigned(deployment), unreadable), CONTEXT)) == ["m0", "m2"]
    assert [message["type"] for _, message in sockets.told] == ["changed"]


def test_the_feed_tells_what_was_missed_since_the_cursor(deployment: Deployment, sockets: MemorySockets) -> None:
    deployment.world.agent("ann")
    first = api("GET", "/feed")
    assert (first["reset"], first["changes"]) == (True, [])
    deployment.world.text()
    notify(batch(assigned(deployment)), CONTEXT)
    missed = api("GET", "/feed", cursor=first["cursor"], queues="support,returns")
    assert not missed["reset"]
    assert [(change["queue"], list(change["events"])) for change in missed["changes"]] == [
        (None, ["conversation.assigned"]),
        ("support", ["conversation.assigned"]),
    ]
    assert api("GET", "/feed", cursor=first["cursor"], queues="elsewhere")["status"] == 403
