"""Calls to consoles: what the gateway's refusals mean, and hints for later."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.stub import Stubber
from moto import mock_aws

from switchboard.aws.sockets import ApiGatewaySockets, SqsHints
from switchboard.ports import Reached


@pytest.fixture
def gateway() -> Iterator[tuple[ApiGatewaySockets, Stubber]]:
    client = boto3.client("apigatewaymanagementapi", region_name="us-east-1", endpoint_url="https://push.example")
    with Stubber(client) as stubber:
        yield ApiGatewaySockets(lambda: client), stubber


def test_a_console_is_sent_json(gateway: tuple[ApiGatewaySockets, Stubber]) -> None:
    sockets, stubber = gateway
    stubber.add_response("post_to_connection", {}, {"ConnectionId": "c", "Data": b'{"type": "pong"}'})
    assert sockets.post("c", {"type": "pong"}) is Reached.YES


@pytest.mark.parametrize(
    ("code", "status", "reached"),
    [
        ("GoneException", 410, Reached.GONE),
        ("LimitExceededException", 429, Reached.LOST),
        ("InternalServerError", 500, Reached.LOST),
    ],
)
def test_a_console_that_is_not_reached_is_told_from_one_that_is_gone(
    gateway: tuple[ApiGatewaySockets, Stubber], code: str, status: int, reached: Reached
) -> None:
    sockets, stubber = gateway
    stubber.add_client_error("post_to_connection", code, http_status_code=status)
    assert sockets.post("c", {}) is reached


def test_a_console_is_cut_off_or_was_gone_already(gateway: tuple[ApiGatewaySockets, Stubber]) -> None:
    sockets, stubber = gateway
    stubber.add_response("delete_connection", {}, {"ConnectionId": "c"})
    stubber.add_client_error("delete_connection", "GoneException", http_status_code=410)
    assert [sockets.close("c") for _ in range(2)] == [Reached.YES, Reached.GONE]


def test_a_gateway_out_of_reach_is_a_hint_lost() -> None:
    class Unreachable:
        def post_to_connection(self, **_: Any) -> None:
            raise ConnectTimeoutError(endpoint_url="https://push.example")

    assert ApiGatewaySockets(Unreachable).post("c", {}) is Reached.LOST  # type: ignore[arg-type]  # all that is used of a client


def test_a_missing_permission_is_no_lost_hint(gateway: tuple[ApiGatewaySockets, Stubber]) -> None:
    sockets, stubber = gateway
    stubber.add_client_error("post_to_connection", "ForbiddenException", http_status_code=403)
    with pytest.raises(ClientError):
        sockets.post("c", {})


@mock_aws
def test_a_hint_is_in_the_queue_in_the_shape_of_an_event() -> None:
    client = boto3.client("sqs", region_name="us-east-1")
    url = client.create_queue(QueueName="notify")["QueueUrl"]
    SqsHints(lambda: client, url).hint("support", timedelta())
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"detail-type": "queue.hint", "detail": {"queue": "support"}}
