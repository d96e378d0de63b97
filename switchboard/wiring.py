"""The environment, read once, and what each function needs, built once per process.

Everything here is made on first use: a function that never asks for a table needs no name for it. What most functions
use, the board above all, is imported with this module; the rest only where it is made, since every cold start would pay
for it, and few ask for it.
"""

import json
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
from switchboard.aws.bookmarks import DynamoBookmarks
from switchboard.aws.bus import EventBridgeBus
from switchboard.aws.conversations import DynamoConversations
from switchboard.aws.customers import DynamoCustomers
from switchboard.aws.decisions import DynamoDecisions
from switchboard.aws.erasures import DynamoErasures
from switchboard.aws.estimates import DynamoEstimates
from switchboard.aws.http import request_of
from switchboard.aws.places import DynamoPlaces
from switchboard.aws.queues import DynamoQueues
from switchboard.aws.raw import S3RawStore
from switchboard.aws.router_queue import SqsRouterQueue
from switchboard.aws.secrets import CachedSecrets, read_key
from switchboard.channels import Channel, Eraser, History, Sender, Watcher, channel
from switchboard.errors import SecretMissingError, SwitchboardError
from switchboard.flows.board import Board
from switchboard.flows.receive import Verdict, receive
from switchboard.flows.receive import catch as keep_caught
from switchboard.instant import system_clock
from switchboard.policy import Policy, load_policy
from switchboard.ports import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from switchboard.alerts import Alert
    from switchboard.aws.alerts import DynamoPreferences
    from switchboard.aws.consoles import DynamoConsoles
    from switchboard.aws.mail import Ses
    from switchboard.aws.media import S3MediaStore
    from switchboard.aws.quarantine import DynamoQuarantine
    from switchboard.aws.settings import DynamoSettings
    from switchboard.aws.shelf import S3Shelf
    from switchboard.aws.sockets import ApiGatewaySockets
    from switchboard.flows.alert import Means as Alerting
    from switchboard.flows.erasures import Answer, Office
    from switchboard.flows.looking import Exchange
    from switchboard.flows.media import Means
    from switchboard.flows.notify import Pager
    from switchboard.flows.quarantine import Depot
    from switchboard.flows.reconcile import Reconciler
    from switchboard.flows.retry import Means as Retrying
    from switchboard.flows.team import Personnel
    from switchboard.ports import Contact
    from switchboard.web.download import GuardedWeb

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
        conversations=_conversations(),
        bookmarks=DynamoBookmarks(client, setting("CONVERSATIONS_TABLE")),
        agents=DynamoAgents(client, agents_table, pause),
        customers=DynamoCustomers(client, setting("CUSTOMERS_TABLE"), pause),
        erasures=erasures(),
        queues=queues(),
        estimates=estimates(),
        decisions=decisions(),
        places=DynamoPlaces(client, setting("CUSTOMERS_TABLE")),
        router_queue=SqsRouterQueue(sqs, os.environ.get("ROUTER_QUEUE_URL", "")),
    )


def deciding_board() -> Board:
    """The board of whoever decides all day: its policy is kept, so that decisions can be told and replayed by it."""
    _keep_policy()
    return board()


@cache
def _keep_policy() -> None:
    decisions().keep(policy())


def _conversations() -> DynamoConversations:
    names = ("AGENTS_TABLE", "DECISIONS_TABLE")
    agents, decided = (os.environ.get(name, "") for name in names)
    return DynamoConversations(_dynamodb(), setting("CONVERSATIONS_TABLE"), agents, decided, system_clock, pause)


@cache
def decisions() -> DynamoDecisions:
    """What was decided and what came of it."""
    return DynamoDecisions(_dynamodb(), os.environ.get("DECISIONS_TABLE", ""))


@cache
def queues() -> DynamoQueues:
    """What is remembered per queue."""
    return DynamoQueues(_dynamodb(), os.environ.get("QUEUES_TABLE", ""))


@cache
def estimates() -> DynamoEstimates:
    """What promises are made from."""
    return DynamoEstimates(_dynamodb(), os.environ.get("QUEUES_TABLE", ""), system_clock, pause)


@cache
def erasures() -> DynamoErasures:
    """Whom we were asked to forget."""
    return DynamoErasures(_dynamodb(), os.environ.get("ERASURES_TABLE", ""), _pepper)


@cache
def _pepper() -> bytes:
    return read_key(_secrets_manager(), setting("PEPPER_SECRET"))


def contacts() -> "Iterator[Contact]":
    """Everybody who has written to us: for people, after a restore."""
    return DynamoCustomers(_dynamodb(), setting("CUSTOMERS_TABLE"), pause).contacts()


@cache
def office() -> "Office":
    """Where requests to erase a customer are taken."""
    from switchboard.aws.erase_queue import SqsEraseQueue
    from switchboard.flows.erasures import Office

    return Office(erasures(), SqsEraseQueue(sqs, setting("ERASE_QUEUE_URL")), system_clock)


@cache
def team_settings() -> "DynamoSettings":
    """What leads decide beside the policy."""
    from switchboard.aws.settings import DynamoSettings

    settings, agents, queues = (setting(f"{name}_TABLE") for name in ("SETTINGS", "AGENTS", "QUEUES"))
    return DynamoSettings(_dynamodb(), settings, agents, queues, pause)


@cache
def personnel() -> "Personnel":
    """Where the team is kept; the user pool's client is made for leads only."""
    from switchboard.aws.directory import CognitoDirectory
    from switchboard.flows.team import Personnel

    directory = CognitoDirectory(boto3.client("cognito-idp", config=_CONFIG), setting("USER_POOL_ID"))
    return Personnel(board(), team_settings(), directory, exchange())


def new_ticket() -> str:
    """A text that nobody guesses: 256 bits."""
    return chance.token_urlsafe(32)


@cache
def consoles() -> "DynamoConsoles":
    """Agents' consoles: who may connect, who is connected, and what happened."""
    from switchboard.aws.consoles import DynamoConsoles

    return DynamoConsoles(_dynamodb(), setting("CONSOLES_TABLE"))


@cache
def sockets() -> "ApiGatewaySockets":
    """Open connections of consoles."""
    from switchboard.aws.sockets import ApiGatewaySockets

    return ApiGatewaySockets(_push_client)


@cache
def _push_client() -> "ApiGatewayManagementApiClient":
    """One attempt each: what it says is only a hint."""
    once = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    return boto3.client("apigatewaymanagementapi", config=once, endpoint_url=setting("PUSH_ENDPOINT"))


@cache
def exchange() -> "Exchange":
    """What talking to consoles takes."""
    from switchboard.flows.looking import Exchange

    return Exchange(conversations=_conversations(), consoles=consoles(), sockets=sockets(), clock=system_clock)


@cache
def pager() -> "Pager":
    """What telling consoles of events takes."""
    from switchboard.aws.sockets import SqsHints
    from switchboard.flows.notify import Pager

    return Pager(
        conversations=_conversations(),
        consoles=consoles(),
        sockets=sockets(),
        hints=SqsHints(sqs, setting("NOTIFY_QUEUE_URL")),
        clock=system_clock,
        new_id=new_id,
    )


@cache
def quarantine() -> "DynamoQuarantine":
    """The list of what could not be understood."""
    from switchboard.aws.quarantine import DynamoQuarantine

    return DynamoQuarantine(_dynamodb(), setting("QUARANTINE_TABLE"))


@cache
def depot() -> "Depot":
    """The same for whoever may have something read again."""
    from switchboard.aws.quarantine import SqsRetryQueue
    from switchboard.flows.quarantine import Depot

    return Depot(quarantine(), SqsRetryQueue(sqs, setting("RETRY_QUEUE_URL")))


@cache
def preferences() -> "DynamoPreferences":
    """Which agents want to be told outside of the console."""
    from switchboard.aws.alerts import DynamoPreferences

    return DynamoPreferences(_dynamodb(), setting("AGENTS_TABLE"), pause)


@cache
def alerting() -> "Alerting":
    """What telling agents outside of the console takes."""
    from switchboard.aws.alerts import DynamoSlates, SqsAlertQueue
    from switchboard.flows.alert import Means as Alerting

    client = _dynamodb()
    return Alerting(
        policy=policy(),
        clock=system_clock,
        new_id=new_id,
        conversations=_conversations(),
        agents=DynamoAgents(client, setting("AGENTS_TABLE"), pause),
        preferences=preferences(),
        slates=DynamoSlates(client, setting("CONSOLES_TABLE")),
        queue=SqsAlertQueue(sqs, setting("ALERT_QUEUE_URL")),
        mail=_mail_alert,
        call=_call_webhook,
    )


def _mail_alert(address: str, told: "Alert") -> None:
    from switchboard.alerts import subject, text
    from switchboard.channels.email.alert import alert_arguments

    written = text(told, setting("CONSOLE_URL"))
    _ses(_provider_base_url("email"))(alert_arguments(policy().alerts.sender or "", address, subject(told), written))


def _call_webhook(told: "Alert") -> None:
    from switchboard.flows.alert import as_plain
    from switchboard.web.call import Webhook

    body = json.dumps(as_plain(told, setting("CONSOLE_URL"))).encode()
    Webhook(policy().alerts.webhook or "", _webhook_key()).call(body, told.alert_id, system_clock())


@cache
def _webhook_key() -> bytes:
    return read_key(_secrets_manager(), setting("WEBHOOK_SECRET"))


@cache
def retrying() -> "Retrying":
    """What reading again what is in quarantine takes."""
    from switchboard.flows.retry import Means as Retrying

    return Retrying(
        policy=policy(),
        secrets=secrets(),
        bus=bus(),
        store=raw(),
        quarantine=quarantine(),
        clock=system_clock,
    )


@cache
def bus() -> EventBridgeBus:
    """The event bus."""
    return EventBridgeBus(boto3.client("events", config=_CONFIG), setting("BUS_NAME"))


@cache
def raw() -> S3RawStore:
    """The raw bucket; its client is slow to make, so only whoever needs it does."""
    return S3RawStore(boto3.client("s3", config=_CONFIG), setting("RAW_BUCKET"))


@cache
def _secrets_manager() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", config=_CONFIG)


@cache
def secrets() -> CachedSecrets:
    """Our accounts' credentials."""
    return CachedSecrets(_secrets_manager(), setting("SECRET_PREFIX"), system_clock)


def take(event: Mapping[str, Any], received_by: Channel, account: str) -> Verdict:
    """Take a webhook call; see `flows.receive`."""
    return _receive(event, received_by.path(account), received_by, account, system_clock)


def catch(event: Mapping[str, Any], received_by: Channel, account: str) -> Verdict:
    """Keep a call to an account's fallback; see `flows.receive.catch`."""
    from switchboard.aws.caught import SqsCaught

    kept = SqsCaught(sqs, setting("CAUGHT_QUEUE_URL"))
    request = request_of(event, "", received_by.caught_path(account))
    return keep_caught(request, received_by, lambda unread: kept.keep(account, unread, system_clock()))


def take_caught(caught: Mapping[str, Any], received_by: Channel) -> Verdict:
    """Take a call that a fallback kept, as of when it came."""
    from switchboard.aws.caught import arrival

    account = caught["pathParameters"]["account"]
    return _receive(caught, received_by.caught_path(account), received_by, account, lambda: arrival(caught))


def _receive(event: Mapping[str, Any], path: str, received_by: Channel, account: str, clock: Clock) -> Verdict:
    return receive(
        request_of(event, setting("PUBLIC_BASE_URL"), path),
        account,
        channel=received_by,
        policy=policy(),
        secrets=secrets(),
        bus=bus(),
        raw=raw,
        clock=clock,
    )


@cache
def _signing_s3() -> "S3Client":
    """For URLs, which need signatures of version 4 outside of us-east-1."""
    return boto3.client("s3", config=_CONFIG.merge(Config(signature_version="s3v4")))


@cache
def media() -> "S3MediaStore":
    """Our copies of customers' files."""
    from switchboard.aws.media import S3MediaStore

    return S3MediaStore(_signing_s3(), setting("RAW_BUCKET"))


@cache
def shelf() -> "S3Shelf":
    """Agents' files on their way to customers."""
    from switchboard.aws.shelf import S3Shelf

    return S3Shelf(_signing_s3(), setting("RAW_BUCKET"))


def url_of(key: str, filename: str, content_type: str) -> str:
    """Where a provider gets a file of ours; most messages have none, and no client is made for them."""
    return shelf().url(key, filename, content_type)


@cache
def means() -> "Means":
    """What fetching customers' files takes."""
    from switchboard.flows.media import Means

    return Means(
        conversations=_conversations(),
        secrets=secrets(),
        raw=raw(),
        store=media(),
        web=web,
        clock=system_clock,
    )


def web(channel_name: str) -> "GuardedWeb":
    """The web as far as a channel's files go; in the sandbox a double stands for all of its network's hosts."""
    from switchboard.web.download import GuardedWeb, StandIn

    base_url = _provider_base_url(channel_name)
    return GuardedWeb(StandIn(base_url)) if base_url else GuardedWeb()


def take_erasure(event: Mapping[str, Any], channel_name: str, account: str) -> "Answer":
    """Take a network's deletion callback; see `flows.erasures.take_callback`."""
    from switchboard.flows.erasures import take_callback

    request = request_of(event, setting("PUBLIC_BASE_URL"), f"/erasure/{channel_name}/{account}")
    return take_callback(request, channel_name, account, policy=policy(), secrets=secrets(), office=office())


def connect(channel_name: str, account: str) -> Sender:
    """A sender for an account, with its current credentials: new ones make a new sender (rule SEC-12)."""
    current = secrets().of(account)[0]
    return _connect(channel_name, frozenset(current.items()))


@lru_cache(maxsize=32)
def _connect(channel_name: str, credentials: frozenset[tuple[str, str]]) -> Sender:
    base_url = _provider_base_url(channel_name)
    found, secret = channel(channel_name), dict(credentials)
    if found.transport == "email":
        return _mail_sender(secret, base_url)
    return found.connect(secret, base_url, SEND_TIMEOUT)


def eraser(channel_name: str, account: str) -> Eraser | None:
    """What deletes the provider's copies of an account's messages; None where there are none that could be."""
    forget = channel(channel_name).forget
    return forget(secrets().of(account)[0], _provider_base_url(channel_name), SEND_TIMEOUT) if forget else None


def watcher(channel_name: str, account: str) -> Watcher | None:
    """What asks a provider whether it still calls us; None where that can't be asked."""
    watch = channel(channel_name).watch
    return watch(secrets().of(account)[0], _provider_base_url(channel_name), SEND_TIMEOUT) if watch else None


def history(channel_name: str, account: str) -> History:
    """What lists the messages that a provider has received for an account; its channel must have that."""
    make = channel(channel_name).history
    if make is None:
        raise TypeError(f"the channel {channel_name} keeps no list: Channel.history says so")
    return make(secrets().of(account)[0], _provider_base_url(channel_name), SEND_TIMEOUT)


@cache
def reconciler() -> "Reconciler":
    """What comparing providers' lists with ours takes."""
    from switchboard.aws.cursors import DynamoCursors
    from switchboard.flows.reconcile import Reconciler

    client = _dynamodb()
    return Reconciler(
        policy=policy(),
        conversations=_conversations(),
        customers=DynamoCustomers(client, setting("CUSTOMERS_TABLE"), pause),
        cursors=DynamoCursors(client, setting("QUEUES_TABLE")),
        bus=bus(),
        clock=system_clock,
        connect=history,
    )


def _provider_base_url(channel_name: str) -> str | None:
    doubles = os.environ.get("PROVIDER_BASE_URL")  # each channel's provider has its own place there
    return f"{doubles}/{channel_name}" if doubles else None


def _mail_sender(secret: dict[str, str], base_url: str | None) -> Sender:
    """Mail is sent by the function's role. One attempt each: SES has nothing by which it knows a copy (rule EM-26)."""
    from switchboard.channels.email.send import MailSender

    if not secret.get("mail_key"):
        raise SecretMissingError("this account's secret needs mail_key: any random text, as the stack makes it")
    key, configuration_set = secret["mail_key"].encode(), os.environ.get("CONFIGURATION_SET")
    return MailSender(_ses(base_url), system_clock, key, configuration_set, fetch=lambda kept: raw().fetch(kept))


def _ses(base_url: str | None) -> "Ses":
    from switchboard.aws.mail import Ses

    once = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
    return Ses(boto3.client("sesv2", config=once, endpoint_url=base_url))
