"""Committed changes become events, in their order; on failure the stream resumes where it stopped."""

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
from tests.aws_events import CONTEXT, failed, stream
from tests.functions.conftest import Deployment
from tests.world import World


def items(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.client.scan(TableName="conversations")["Items"]
    return sorted(found, key=lambda item: str(item["item"]["S"]))


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


def test_a_first_answer_is_counted(deployment: Deployment) -> None:
    world = deployment.world
    ann = world.agent("ann")
    world.text()
    before = items(world)[0]
    desk.reply(ann, world.only().id, "done", "k", world.board)
    lambda_handler(stream((before, items(world)[0])), CONTEXT)
    assert types(deployment) == ["conversation.answered"]
    times = world.board.queues.response_times("support", "normal", world.now)
    assert sum(times.weights) == pytest.approx(1, rel=0.01)


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


def test_SEC_16_that_a_conversation_was_erased_is_told_by_its_id_alone(deployment: Deployment) -> None:
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
    }


def test_events_of_a_conversation_do_not_go_where_quarantine_goes() -> None:
    assert not MessageQuarantined.DETAIL_TYPE.startswith("conversation.")
