"""The environment, and what is built from it."""

import json

import pytest

from switchboard import wiring
from switchboard.errors import SecretMissingError
from tests.functions.conftest import SECRET, Deployment, client


def test_a_missing_setting_says_who_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUS_NAME", raising=False)
    with pytest.raises(wiring.SettingMissingError, match="BUS_NAME is not set: infra"):
        wiring.setting("BUS_NAME")


def test_an_id_is_readable_aloud_and_new_each_time() -> None:
    made = {wiring.new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert not set("".join(made)) & set("01ilou ")


def test_a_pause_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    for count in range(30):
        wiring.pause(count)
    assert all(0 <= seconds <= 0.2 for seconds in slept)
    assert slept[0] <= 0.005


def test_SEC_12_a_sender_is_kept_until_its_credentials_change(deployment: Deployment) -> None:
    first = wiring.connect("sms", "acme-sms")
    assert wiring.connect("sms", "acme-sms") is first
    rotated = json.dumps({**SECRET, "auth_token": "1" * 32})
    client("secretsmanager").put_secret_value(SecretId="switchboard/acme-sms", SecretString=rotated)
    wiring.secrets().cached.clear()
    assert wiring.connect("sms", "acme-sms") is not first


def test_X_13_without_a_secret_there_is_no_sender(deployment: Deployment) -> None:
    with pytest.raises(SecretMissingError):
        wiring.connect("sms", "acme-returns")
