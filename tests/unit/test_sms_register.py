"""Telling Twilio where to call, against its double: `python -m switchboard setup sms`."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from sandbox.lines import credentials, make_twilio
from sandbox.providers import Providers
from sandbox.twilio import Account, Line, Service, Twilio
from switchboard.__main__ import main
from switchboard.channels.sms.webhooks import OVERRIDES
from switchboard.policy import load_policy
from tests.world import ROOT

BASE_URL, ACCOUNT, OURS = "https://hooks.example.com", "acme-sms", "+15550100100"
SERVICE = "MG" + "5" * 32
MESSAGES = f"{BASE_URL}/sms/{ACCOUNT}#{OVERRIDES}"
FALLBACK = f"{BASE_URL}/caught/sms/{ACCOUNT}#{OVERRIDES}"


@pytest.fixture
def twilio(tmp_path: Path) -> Twilio:
    made = make_twilio(load_policy(ROOT / "policy.yaml"), "http://old.example", tmp_path / "twilio.json")
    account, _line = line_of(made)
    account.services[SERVICE] = Service(OURS)
    return made


@pytest.fixture(autouse=True)
def _operator(twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with mock_aws(), Providers(twilio).serve() as base_url:
        monkeypatch.setenv("PROVIDER_BASE_URL", base_url)
        secret = json.dumps(credentials(ACCOUNT))
        boto3.client("secretsmanager").create_secret(Name=f"switchboard/prod/{ACCOUNT}", SecretString=secret)
        yield


def line_of(twilio: Twilio) -> tuple[Account, Line]:
    found = twilio.line(OURS)
    assert found
    return found


def set_up(*more: str, account: str = ACCOUNT, base_url: str = BASE_URL) -> int:
    command = ["setup", "sms", "--account", account, "--base-url", base_url, "--stage", "prod"]
    return main([*command, "--policy", str(ROOT / "policy.yaml"), *more])


def test_X_3_without_apply_the_differences_are_shown_and_nothing_is_changed(
    twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up() == 0
    shown = capsys.readouterr().out
    assert f"sms_url: http://old.example/sms/acme-sms -> {MESSAGES}" in shown
    assert f"sms_fallback_url: http://old.example/caught/sms/acme-sms -> {FALLBACK}" in shown
    assert "Nothing was changed: add --apply" in shown
    assert line_of(twilio)[1].webhook == "http://old.example/sms/acme-sms"


def test_X_3_a_number_is_called_with_overrides_and_has_a_fallback(
    twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up("--apply") == 0
    assert (line_of(twilio)[1].webhook, line_of(twilio)[1].fallback) == (MESSAGES, FALLBACK)
    assert capsys.readouterr().out.endswith("Changed.\n")
    assert set_up("--apply") == 0
    assert capsys.readouterr().out == "Everything is as it should be.\n"


def test_X_3_a_number_in_a_messaging_service_is_set_up_there(
    twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up("--service", SERVICE, "--apply") == 0
    account, line = line_of(twilio)
    assert account.services[SERVICE] == Service(OURS, MESSAGES, FALLBACK, f"{BASE_URL}/sms/{ACCOUNT}")
    assert line.webhook == "http://old.example/sms/acme-sms"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base_url": "http://hooks.example.com"}, "--base-url must be https"),
        ({"account": "acme-fax"}, "policy.yaml has no SMS account acme-fax"),
        ({"account": "acme-telegram"}, "policy.yaml has no SMS account acme-telegram"),
        ({"account": "acme-returns"}, "the secret switchboard/prod/acme-returns has no value yet"),
    ],
)
def test_what_can_not_be_set_up_names_the_remedy(
    change: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up(**change) == 1
    assert said in capsys.readouterr().err


def test_a_number_that_is_not_twilios_names_the_remedy(twilio: Twilio, capsys: pytest.CaptureFixture[str]) -> None:
    line_of(twilio)[0].lines.clear()
    assert set_up() == 1
    assert "no such number: compare the policy's address with the secret" in capsys.readouterr().err


def test_an_unknown_messaging_service_is_said_by_twilios_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up("--service", "MG0") == 1
    assert "20404" in capsys.readouterr().err


def test_senders_of_other_networks_are_set_up_in_the_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.yaml"
    demo = (ROOT / "policy.yaml").read_text("utf-8")
    policy.write_text(demo.replace(f'"{OURS}"', f'"whatsapp:{OURS}"'), "utf-8")
    assert set_up("--policy", str(policy)) == 1
    assert "a sender of whatsapp is set up in Twilio's console" in capsys.readouterr().err
