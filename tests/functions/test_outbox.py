"""Committed changes become events, in their order; on failure the stream resumes where it stopped."""

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.outbox.handler import lambda_handler
from switchboard import wiring
from switchboard.aws.records import attributes
from switchboard.conversation import Decision
from switchboard.decisions import Placed
from switchboard.events import MessageQuarantined
from switchboard.flows import desk
from switchboard.flows.acknowledge import acknowledge
from tests.aws_events import CONTEXT, failed, stream
from tests.functions.conftest import Deployment
from tests.world import World


def items(world: World) -> list[dict[str, Any]]:
    """What the function hears of, the conversation first: its source leaves out who has read what."""
    found: list[dict[str, Any]] = world.client.scan(TableName="conversations")["Items"]
    told = [item for item in found if not item["item"]["S"].startswith("bookmark#")]
    return sorted(told, key=lambda item: str(item["item"]["S"]))


def types(deployment: Deployment) -> list[str]:
    return [event["detail-type"] for event in deployment.published()]


def test_what_was_committed_is_published(deployment: Deployment) -> None:
    deployment.world.text()
    answer = lambda_handler(stream(*[(None, item) for item in items(deployment.world)]), CONTEXT)
    assert failed(answer) == []
    assert sorted(types(deployment)) == ["conversation.message_added", "conversation.opened"]


def test_where_it_was_placed_is_kept_with_the_decisions(deployment: Deployment) -> None:
    deployment.world.text()
    lambda_handler(stream(*[(None, item) for item in items(deployment.world)]), CONTEXT)
    kinds = [type(record) for record in deployment.world.board.decisions.of(deployment.world.only().id)]
    assert kinds == [Placed, Decision]


def test_how_a_promise_turned_out_is_measured_once_by_class_and_by_class_queue_and_channel(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    world = deployment.world
    ann = world.agent("ann")
    world.text()
    acknowledge(world.only().thread, 1, world.board)
    before = items(world)[0]
    desk.reply(ann, world.only().id, "done", "k", world.board)
    answered = (before, items(world)[0])
    lambda_handler(stream(answered, answered), CONTEXT)
    assert types(deployment) == ["conversation.answered"] * 2
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "PromiseKept" in line]
    assert (told["PromiseKept"], told["PromiseBroken"]) == ([1.0], [0.0])
    assert (told["class"], told["queue"], told["channel"]) == ("normal", "support", "sms")
    shown = told["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert [sorted(names) for names in shown] == [["class", "service"], ["channel", "class", "queue"]]


def test_on_failure_the_stream_resumes_at_the_first_that_is_not_published(deployment: Deployment) -> None:
    deployment.world.text()
    changes: list[Any] = [(None, item) for item in items(deployment.world)]
    stubber = Stubber(wiring.bus().client)
    stubber.add_response("put_events", {"FailedEntryCount": 0, "Entries": []})
    stubber.add_client_error("put_events", "InternalException")
    with stubber:
        assert failed(lambda_handler(stream(*changes, *changes), CONTEXT)) == ["1"]


def test_a_broken_record_stops_the_batch_where_it_stands(deployment: Deployment) -> None:
    deployment.world.text()
    (first, _) = items(deployment.world)
    broken = attributes({"thread": "acme-sms.c1", "item": "conversation#000001", "skills": "-", "changed_at": "x"})
    answer = lambda_handler(stream((None, first), (None, broken), (None, first)), CONTEXT)
    assert failed(answer) == ["1"]
    assert types(deployment) == ["conversation.opened"]


def test_removed_messages_and_other_items_are_nobodys_news(deployment: Deployment) -> None:
    deployment.world.text()
    (first, message) = items(deployment.world)
    other = attributes({"thread": "acme-sms.c1", "item": "note#1"})
    changes = stream((message, None), (None, other), (other, None), (first, first))
    assert failed(lambda_handler(changes, CONTEXT)) == []
    assert types(deployment) == []


def test_SEC_16_that_a_conversation_was_erased_is_told_by_ids_alone_to_whoever_had_it(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    deployment.world.text("my words")
    (first, message) = items(deployment.world)
    known = deployment.world.only()
    assert failed(lambda_handler(stream((message, None), (first, None)), CONTEXT)) == []
    (told,) = deployment.published()
    assert told["detail-type"] == "conversation.erased"
    assert {name: told["detail"][name] for name in told["detail"] if name not in {"at", "version"}} == {
        "conversation_id": known.id,
        "account": "acme-sms",
        "channel": "sms",
        "former_queue": "support",
        "former_agent_id": "ann",
    }


def test_events_of_a_conversation_do_not_go_where_quarantine_goes() -> None:
    assert not MessageQuarantined.DETAIL_TYPE.startswith("conversation.")
