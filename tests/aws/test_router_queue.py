"""What the router puts in its own queue has the shape of an event from the bus."""

import json
from datetime import timedelta

import boto3
from moto import mock_aws

from switchboard.aws.router_queue import SqsRouterQueue


def test_a_second_look_is_asked_for_a_moment_later() -> None:
    with mock_aws():
        client = boto3.client("sqs", region_name="us-east-1")
        url = client.create_queue(QueueName="router")["QueueUrl"]
        SqsRouterQueue(lambda: client, url).look_again({"agent_id": "ann"}, timedelta(0))
        (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"detail-type": "dispatch.again", "detail": {"agent_id": "ann"}}


def test_no_client_is_made_before_it_is_needed() -> None:
    made: list[int] = []
    SqsRouterQueue(lambda: made.append(1), "")  # type: ignore[arg-type, return-value]  # never called
    assert made == []
