"""Our accounts' credentials: current and previous, cached, fresh after a rotation, and closed without a value."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from switchboard.aws.secrets import CachedSecrets
from switchboard.errors import SecretMissingError, UnavailableError
from tests.world import MONDAY

NAME = "switchboard/acme-sms"


@dataclass
class Vault:
    """Secrets Manager, and a clock to turn."""

    client: Any
    now: datetime = MONDAY
    secrets: CachedSecrets = field(init=False)

    def __post_init__(self) -> None:
        self.secrets = CachedSecrets(self.client, "switchboard", lambda: self.now)

    def put(self, text: str) -> None:
        try:
            self.client.put_secret_value(SecretId=NAME, SecretString=text)
        except self.client.exceptions.ResourceNotFoundException:
            self.client.create_secret(Name=NAME, SecretString=text)

    def tokens(self) -> list[str]:
        return [secret["token"] for secret in self.secrets.of("acme-sms")]


@pytest.fixture
def vault() -> Iterator[Vault]:
    with mock_aws():
        yield Vault(boto3.client("secretsmanager", region_name="us-east-1"))


def token(value: str) -> str:
    return json.dumps({"token": value})


def test_a_secret_is_read(vault: Vault) -> None:
    vault.put(token("one"))
    assert vault.tokens() == ["one"]


def test_SEC_12_the_current_comes_first_and_the_previous_second(vault: Vault) -> None:
    vault.put(token("one"))
    vault.put(token("two"))
    assert vault.tokens() == ["two", "one"]


def test_SEC_12_a_value_is_cached_for_five_minutes(vault: Vault) -> None:
    vault.put(token("one"))
    vault.tokens()
    vault.put(token("two"))
    vault.now += timedelta(minutes=5)
    assert vault.tokens() == ["one"]
    vault.now += timedelta(milliseconds=1)
    assert vault.tokens() == ["two", "one"]


def test_SEC_12_a_refresh_shows_a_rotation_at_once_but_once_a_minute(vault: Vault) -> None:
    vault.put(token("one"))
    vault.tokens()
    vault.put(token("two"))
    vault.now += timedelta(seconds=60)
    assert vault.secrets.refresh("acme-sms")
    assert vault.tokens() == ["two", "one"]
    vault.now += timedelta(seconds=59)
    assert not vault.secrets.refresh("acme-sms")
    vault.now += timedelta(seconds=1)
    assert vault.secrets.refresh("acme-sms")


def test_SEC_12_what_was_never_read_need_not_be_read_again(vault: Vault) -> None:
    assert not vault.secrets.refresh("acme-sms")


@pytest.mark.parametrize("text", ['{"placeholder": "put the value here"}', "{}", "[]", "null", '"text"', "REPLACE ME"])
def test_X_13_what_is_no_real_value_counts_as_absent(vault: Vault, text: str) -> None:
    vault.put(text)
    with pytest.raises(SecretMissingError, match="switchboard/acme-sms has no value yet"):
        vault.secrets.of("acme-sms")


def test_X_13_a_secret_that_does_not_exist_is_absent_and_is_not_asked_for_each_time(vault: Vault) -> None:
    for _ in range(2):
        with pytest.raises(SecretMissingError):
            vault.secrets.of("acme-sms")
    vault.put(token("one"))
    with pytest.raises(SecretMissingError):
        vault.secrets.of("acme-sms")
    vault.now += timedelta(seconds=60)
    assert vault.secrets.refresh("acme-sms")
    assert vault.tokens() == ["one"]


def test_X_13_a_real_value_after_the_placeholder_is_the_only_one(vault: Vault) -> None:
    vault.put('{"placeholder": "put the value here"}')
    vault.put(token("one"))
    assert vault.tokens() == ["one"]


def test_X_13_a_refusal_of_secrets_manager_is_an_error_and_not_an_empty_secret(vault: Vault) -> None:
    stubber = Stubber(vault.client)
    stubber.add_client_error("get_secret_value", "AccessDeniedException")
    with stubber, pytest.raises(UnavailableError):
        vault.secrets.of("acme-sms")
