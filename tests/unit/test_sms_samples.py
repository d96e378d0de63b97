"""Each sample of the channel: Twilio's request, that it verifies, and the events it gives."""

import json
from pathlib import Path
from typing import Any

import pytest

from switchboard.channels import Account, Request
from switchboard.channels.sms import CHANNEL
from switchboard.message import as_plain

SAMPLES = Path(__file__).parents[2] / "switchboard/channels/sms/samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json") if not path.stem.endswith(".expected"))
ACCOUNT = Account("support-us", "+15005550006")
SECRET = {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "0123456789abcdef0123456789abcdef"}


def _read(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def _request(name: str) -> Request:
    sample = _read(f"{name}.json")
    return Request(sample["method"], sample["url"], sample["headers"], sample["body"].encode())


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_the_expected_events(name: str) -> None:
    events = CHANNEL.parse(_request(name), ACCOUNT)
    assert [as_plain(event) for event in events] == _read(f"{name}.expected.json")


@pytest.mark.parametrize("name", NAMES)
def test_SEC_1_a_sample_is_verified(name: str) -> None:
    assert CHANNEL.verify(_request(name), ACCOUNT, [SECRET])


def test_there_are_samples() -> None:
    assert {"hello", "picture", "stop", "opt_out_type", "unicode", "delivered", "failed"} <= set(NAMES)
