"""The functions as they are deployed, with moto for AWS: environment, tables, bus, bucket, queue and secrets."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.logging import Logger

from switchboard import wiring
from switchboard.instant import system_clock
from tests import tables
from tests.world import BASE_URL, World

client = cache(boto3.client)
"""Making a client is slow; one of each serves all tests, since moto forgets everything between them."""
SECRET = {"account_sid": f"AC{'0' * 32}", "auth_token": "0" * 32}


@dataclass
class Deployment:
    """What a handler finds around itself."""

    world: World
    sqs: Any
    queue_url: str
    bus_url: str
    s3: Any

    def published(self) -> list[dict[str, Any]]:
        """What reached the bus."""
        return self._bodies(self.bus_url)

    def asked_again(self) -> list[dict[str, Any]]:
        """What lies in the router's own queue."""
        return self._bodies(self.queue_url)

    def _bodies(self, url: str) -> list[dict[str, Any]]:
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]


@pytest.fixture
def deployment(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Deployment]:
    policy = tmp_path / "policy.json"
    policy.write_text(world.policy.model_dump_json(), encoding="utf-8")
    monkeypatch.setattr(boto3, "client", lambda name, **_: client(name))
    sqs, s3 = client("sqs"), client("s3")
    queue_url = sqs.create_queue(QueueName="router")["QueueUrl"]
    settings = {
        "POLICY_PATH": str(policy),
        "BUS_NAME": "bus",
        "RAW_BUCKET": "raw",
        "ROUTER_QUEUE_URL": queue_url,
        "RETRY_QUEUE_URL": sqs.create_queue(QueueName="retry")["QueueUrl"],
        "ALERT_QUEUE_URL": sqs.create_queue(QueueName="alert")["QueueUrl"],
        "CONSOLE_URL": f"{BASE_URL}/console/",
        "WEBHOOK_SECRET": "webhook",
        "ERASE_QUEUE_URL": sqs.create_queue(QueueName="erase")["QueueUrl"],
        "PEPPER_SECRET": "pepper",
        "SECRET_PREFIX": "switchboard",
        "PUBLIC_BASE_URL": BASE_URL,
        "STAGE": "local",
        "USER_POOL_ID": "pool",
        **{f"{name.upper()}_TABLE": name for name in tables.TABLES},
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    s3.create_bucket(Bucket="raw")
    client("secretsmanager").create_secret(Name="switchboard/acme-sms", SecretString=json.dumps(SECRET))
    client("secretsmanager").create_secret(Name="pepper", SecretString="pepper")
    forget()
    world.now = system_clock()
    yield Deployment(world, sqs, queue_url, _watch_bus(sqs), s3)
    forget()


def _watch_bus(sqs: Any) -> str:
    """A bus whose every event lands in a queue, whose address is returned."""
    events = client("events")
    events.create_event_bus(Name="bus")
    url: str = sqs.create_queue(QueueName="all")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="bus", EventPattern='{"source": ["switchboard"]}')
    events.put_targets(Rule="all", EventBusName="bus", Targets=[{"Id": "all", "Arn": arn}])
    return url


def log_of(monkeypatch: pytest.MonkeyPatch, logger: Logger) -> StringIO:
    """Where the lines of a function's logger go from now on."""
    stream = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return stream


def forget() -> None:
    """Start as a new process does, which has built nothing yet."""
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
