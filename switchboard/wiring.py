"""The environment, read once, and what each function needs, built once per process.

Everything here is made on first use: a function that never asks for a table needs no name for it.
"""

import os
import random
import secrets as chance
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from switchboard.aws.agents import DynamoAgents
from switchboard.aws.bus import EventBridgeBus
from switchboard.aws.conversations import DynamoConversations
from switchboard.aws.customers import DynamoCustomers
from switchboard.aws.http import request_of
from switchboard.aws.quarantine import DynamoQuarantine
from switchboard.aws.queues import DynamoQueues
from switchboard.aws.raw import S3RawStore
from switchboard.aws.router_queue import SqsRouterQueue
from switchboard.aws.secrets import CachedSecrets
from switchboard.channels import Channel, Sender, channel
from switchboard.errors import SwitchboardError
from switchboard.flows.board import Board
from switchboard.flows.receive import Verdict, receive
from switchboard.instant import system_clock
from switchboard.policy import Policy, load_policy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

SEND_TIMEOUT = timedelta(seconds=10)
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
"""Without look-alikes: parts of ids are read aloud."""
_ID_LENGTH = 14
_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})


class SettingMissingError(SwitchboardError):
    """An environment variable that the stack sets is absent."""


def setting(name: str) -> str:
    """An environment variable; raises `SettingMissingError`."""
    try:
        return os.environ[name]
    except KeyError as error:
        raise SettingMissingError(
            f"{name} is not set: infra/permissions.py grants what it names, see docs/architecture.md"
        ) from error


def new_id() -> str:
    """A random id: 30^14, of which a billion collide once in ten thousand."""
    return "".join(chance.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def pause(count: int) -> None:
    """Wait a moment, at random and longer each time, so that those who raced don't meet again."""
    time.sleep(random.uniform(0, min(0.005 * 2**count, 0.2)))  # noqa: S311  # spreading load, not secrecy


@cache
def policy() -> Policy:
    """The policy that was deployed with this code."""
    return load_policy(Path(os.environ.get("POLICY_PATH", "policy.json")))


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def sqs() -> "SQSClient":
    """The queues; made when first needed: most of the time nothing has to come again."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def board() -> Board:
    """What most flows work on. What a function may not touch has no name there, and is asked for nothing."""
    client = _dynamodb()
    agents_table = os.environ.get("AGENTS_TABLE", "")
    return Board(
        policy=policy(),
        clock=system_clock,
        new_id=new_id,
        pause=pause,
        conversations=DynamoConversations(client, setting("CONVERSATIONS_TABLE"), agents_table, system_clock, pause),
        agents=DynamoAgents(client, agents_table, pause),
        customers=DynamoCustomers(client, setting("CUSTOMERS_TABLE"), pause),
        queues=queues(),
        router_queue=SqsRouterQueue(sqs, os.environ.get("ROUTER_QUEUE_URL", "")),
    )


@cache
def queues() -> DynamoQueues:
    """What is remembered per queue."""
    return DynamoQueues(_dynamodb(), os.environ.get("QUEUES_TABLE", ""))


@cache
def quarantine() -> DynamoQuarantine:
    """The list of what could not be understood."""
    return DynamoQuarantine(_dynamodb(), setting("QUARANTINE_TABLE"))


@cache
def bus() -> EventBridgeBus:
    """The event bus."""
    return EventBridgeBus(boto3.client("events", config=_CONFIG), setting("BUS_NAME"))


@cache
def raw() -> S3RawStore:
    """The raw bucket; its client is slow to make, so only whoever needs it does."""
    return S3RawStore(boto3.client("s3", config=_CONFIG), setting("RAW_BUCKET"))


@cache
def secrets() -> CachedSecrets:
    """Our accounts' credentials."""
    return CachedSecrets(boto3.client("secretsmanager", config=_CONFIG), setting("SECRET_PREFIX"), system_clock)


def take(event: Mapping[str, Any], received_by: Channel, account: str) -> Verdict:
    """Take a webhook call; see `flows.receive`."""
    return receive(
        request_of(event, setting("PUBLIC_BASE_URL"), received_by.path(account)),
        account,
        channel=received_by,
        policy=policy(),
        secrets=secrets(),
        bus=bus(),
        raw=raw,
        clock=system_clock,
    )


def connect(channel_name: str, account: str) -> Sender:
    """A sender for an account, with its current credentials: new ones make a new sender (rule SEC-12)."""
    current = secrets().of(account)[0]
    return _connect(channel_name, frozenset(current.items()))


@lru_cache(maxsize=32)
def _connect(channel_name: str, credentials: frozenset[tuple[str, str]]) -> Sender:
    doubles = os.environ.get("PROVIDER_BASE_URL")  # each channel's provider has its own place there
    base_url = f"{doubles}/{channel_name}" if doubles else None
    return channel(channel_name).connect(dict(credentials), base_url, SEND_TIMEOUT)
