"""Credentials of our accounts: one secret each, current and previous value accepted, cached (rule SEC-12)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.errors import SecretMissingError, UnavailableError
from switchboard.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHED = timedelta(minutes=5)
REFRESHED = timedelta(seconds=60)
STAGES = ("AWSCURRENT", "AWSPREVIOUS")
PLACEHOLDER = "placeholder"
"""A key of the value that a fresh deployment has: it never verifies anything (rule X-13)."""


def read_key(client: "SecretsManagerClient", name: str) -> bytes:
    """A key that the stack made: of hashes of addresses, of signatures. Raises `UnavailableError`."""
    try:
        return client.get_secret_value(SecretId=name)["SecretString"].encode()
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError("the secrets are out of reach: try again") from error


@dataclass(frozen=True, slots=True)
class _Cached:
    secrets: Sequence[dict[str, str]]
    at: datetime


@dataclass(frozen=True, slots=True)
class CachedSecrets:
    """Implements `ports.Secrets` over Secrets Manager."""

    client: "SecretsManagerClient"
    prefix: str
    clock: Clock
    cached: dict[str, _Cached] = field(default_factory=dict)

    def of(self, account: str) -> Sequence[dict[str, str]]:
        known = self.cached.get(account)
        if known is None or self.clock() - known.at > CACHED:
            known = self.cached[account] = _Cached(self._read(account), self.clock())
        if not known.secrets:
            raise SecretMissingError(f"the secret {self.prefix}/{account} has no value yet: put the provider's there")
        return known.secrets

    def refresh(self, account: str) -> bool:
        known = self.cached.get(account)
        if known is None or self.clock() - known.at < REFRESHED:
            return False
        del self.cached[account]
        return True

    def _read(self, account: str) -> list[dict[str, str]]:
        found = (self._value(account, stage) for stage in STAGES)
        return [secret for secret in found if secret and PLACEHOLDER not in secret]

    def _value(self, account: str, stage: str) -> dict[str, str]:
        try:
            answer = self.client.get_secret_value(SecretId=f"{self.prefix}/{account}", VersionStage=stage)
        except self.client.exceptions.ResourceNotFoundException:
            return {}
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the secrets are out of reach: try again") from error
        try:
            return dict(json.loads(answer["SecretString"]))
        except (ValueError, TypeError):
            return {}  # not an object of ours: as good as a placeholder (rule X-13)
