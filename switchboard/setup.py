"""Telling a provider where to call us, from an operator's terminal with the operator's own AWS credentials.

Nothing is changed unless asked to: without it the differences are shown.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import NoRegionError

from switchboard.aws.secrets import CachedSecrets
from switchboard.channels import channel
from switchboard.errors import NotFoundError, RefusedError, UnavailableError
from switchboard.instant import system_clock
from switchboard.policy import load_policy

_TIMEOUT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which account of which stage shall be called where; `service` is the Messaging Service that its number is in."""

    account: str
    base_url: str
    stage: str
    policy: Path
    service: str | None = None
    apply: bool = False


def set_up_sms(wish: Wish) -> list[str]:
    """Register the webhooks of a number (rule X-3); returns what to tell the operator, line by line.

    Raises a `SwitchboardError` that names the remedy.
    """
    from switchboard.channels.sms import register, rest  # noqa: PLC0415  # Twilio's client is slow to import
    from switchboard.channels.sms.webhooks import Webhooks  # noqa: PLC0415  # the same

    if urlsplit(wish.base_url).scheme != "https":
        raise RefusedError("--base-url must be https: Twilio would send customers' messages in the open")
    ours = load_policy(wish.policy).accounts.get(wish.account)
    sms = channel("sms")
    if ours is None or ours.channel != sms.name:
        raise NotFoundError(f"{wish.policy.name} has no SMS account {wish.account}: see its `accounts`")
    client = rest.connect(_secret(wish), _stand_in(), _TIMEOUT)
    webhooks = Webhooks.at(wish.base_url, sms.path(wish.account), sms.caught_path(wish.account))
    changes = register.register(client, ours.address, webhooks, wish.service, apply=wish.apply)
    if not changes:
        return ["Everything is as it should be."]
    shown = [f"{change.setting}: {change.before or '(nothing)'} -> {change.after}" for change in changes]
    return [*shown, "Changed." if wish.apply else "Nothing was changed: add --apply to change it."]


def _secret(wish: Wish) -> dict[str, str]:
    try:
        client = boto3.client("secretsmanager")
    except NoRegionError as error:
        raise UnavailableError("the secret is in AWS: set AWS_REGION, and sign in") from error
    return CachedSecrets(client, f"switchboard/{wish.stage}", system_clock).of(wish.account)[0]


def _stand_in() -> str | None:
    """A double of the provider, as the functions are told of it."""
    doubles = os.environ.get("PROVIDER_BASE_URL")
    return f"{doubles}/sms" if doubles else None
