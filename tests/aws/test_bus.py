"""The event bus: what travels, in which portions, and that every refusal is one."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from switchboard.aws.bus import ENTRIES, EventBridgeBus
from switchboard.errors import BusRefusedError
from switchboard.events import MessageReceived
from switchboard.message import Message, Party
from tests.world import MONDAY

EVENT = MessageReceived(
    at=MONDAY,
    message=Message(channel="sms", account="acme-sms", provider_id="SM1", sender=Party(address="+15551230001")),
)
TAKEN = {"FailedEntryCount": 0, "Entries": []}


@pytest.fixture(scope="module")
def client() -> Any:
    return boto3.client("events", region_name="us-east-1")


@pytest.fixture
def stubber(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber


def test_an_event_is_taken_by_a_bus() -> None:
    with mock_aws():
        client = boto3.client("events", region_name="us-east-1")
        client.create_event_bus(Name="bus")
        answers: list[Any] = []
        client.meta.events.register("after-call.events.PutEvents", lambda parsed, **_: answers.append(parsed))
        EventBridgeBus(client, "bus").publish([EVENT])
    assert [(answer["FailedEntryCount"], len(answer["Entries"])) for answer in answers] == [(0, 1)]


def test_an_event_travels_with_its_type_and_reads_back_as_it_was(client: Any) -> None:
    entry: Any = EventBridgeBus(client, "bus")._entry(EVENT)
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("bus", "switchboard", "message.received")
    assert MessageReceived.model_validate_json(entry["Detail"]) == EVENT
    assert "name" not in json.loads(entry["Detail"])["message"]["sender"]


def test_many_events_go_in_portions(client: Any, stubber: Stubber) -> None:
    for size in (ENTRIES, ENTRIES, 1):
        stubber.add_response("put_events", TAKEN, {"Entries": [ANY] * size})
    EventBridgeBus(client, "bus").publish([EVENT] * (2 * ENTRIES + 1))
    stubber.assert_no_pending_responses()


def test_one_event_that_is_refused_is_a_refusal(client: Any, stubber: Stubber) -> None:
    failed = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}, {"EventId": "1"}]}
    stubber.add_response("put_events", failed)
    with pytest.raises(BusRefusedError, match="1 of 2") as refused:
        EventBridgeBus(client, "bus").publish([EVENT, EVENT])
    assert refused.value.retryable


def test_an_error_of_the_bus_is_a_refusal(client: Any, stubber: Stubber) -> None:
    stubber.add_client_error("put_events", "InternalException", http_status_code=500)
    with pytest.raises(BusRefusedError, match="try again"):
        EventBridgeBus(client, "bus").publish([EVENT])


def test_a_bus_that_cannot_be_reached_refuses() -> None:
    class Unreachable:
        def put_events(self, **_: object) -> None:
            raise EndpointConnectionError(endpoint_url="https://events.example")

    unreachable: Any = Unreachable()
    with pytest.raises(BusRefusedError):
        EventBridgeBus(unreachable, "bus").publish([EVENT])


def test_nothing_to_publish_is_no_call(client: Any, stubber: Stubber) -> None:
    calls: list[Any] = []
    client.meta.events.register("before-call", lambda **call: calls.append(call))
    EventBridgeBus(client, "bus").publish([])
    assert calls == []
