"""What every channel holds to, found by its folder; no test here names one.

A channel's `samples/` has deliveries with the events that they give, `NAME.json` (the request as the provider made it)
or `NAME.eml` (a mail) beside `NAME.expected.json`. `account.toml` says whose they are and what signed them: `key`,
`address`, a table `secret`, and `signs`: what a signature covers, "body" unless it is only a shared "token", which
then tells nothing of the account either.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from switchboard.channels import Account, Channel, Request, Secret, all_channels
from switchboard.errors import UnparseableError
from switchboard.message import INBOUND, as_plain
from switchboard.normalise import normalise
from tests.world import ROOT

FOLDERS = ROOT / "switchboard/channels"
VENDORS = (
    *("twilio.rest", "requests", "aiohttp", "httpx", "urllib3", "boto3", "botocore", "selectolax", "nh3", "chardet"),
    *("fasttext", "phonenumbers", "linebot", "telegram", "pywa", "tnefparse", "striprtf"),
)
REASON = re.compile(r"[a-z][a-z0-9_]{1,40}")
POISON: tuple[Any, ...] = (None, 7, "\U0001f480", {}, {"id": []}, [[]])


@dataclass(frozen=True)
class Sample:
    """One delivery of a channel's samples."""

    channel: str
    path: Path

    @override
    def __str__(self) -> str:
        return f"{self.channel}/{self.path.stem}"

    @cached_property
    def about(self) -> Mapping[str, Any]:
        path = self.path.parent / "account.toml"
        return tomllib.loads(path.read_text("utf-8")) if path.exists() else {"key": "acme", "address": ""}

    @cached_property
    def request(self) -> Request:
        if self.path.suffix == ".eml":
            return Request("POST", "", {}, self.path.read_bytes())
        made = json.loads(self.path.read_text("utf-8"))
        return Request(made["method"], made["url"], made["headers"], made["body"].encode())

    @cached_property
    def expected(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = json.loads(self.path.with_suffix(".expected.json").read_text("utf-8"))
        return events

    @property
    def account(self) -> Account:
        return Account(self.about["key"], self.about["address"])

    @property
    def secret(self) -> Secret:
        secret: Secret = self.about["secret"]
        return secret

    @property
    def folder(self) -> Channel:
        return all_channels()[self.channel]

    @property
    def signs_body(self) -> bool:
        return bool(self.about.get("signs", "body") == "body")

    def events(self, request: Request | None = None) -> list[dict[str, Any]]:
        return [as_plain(event) for event in self.folder.parse(request or self.request, self.account)]

    def verifies(self, *secrets: Secret, request: Request | None = None, account: Account | None = None) -> bool:
        return self.folder.verify(request or self.request, account or self.account, secrets)


def _samples() -> Iterator[Sample]:
    for name in all_channels():
        for path in sorted((FOLDERS / name / "samples").iterdir()):
            if path.suffix in {".json", ".eml"} and not path.stem.endswith(".expected"):
                yield Sample(name, path)


SAMPLES = list(_samples())
SIGNED = [sample for sample in SAMPLES if (FOLDERS / sample.channel / "verify.py").exists()]
COVERED = [sample for sample in SIGNED if sample.signs_body]
JSON = [sample for sample in SAMPLES if sample.request.body.lstrip().startswith(b"{")]
NAMES = sorted(all_channels())


def _changed(secret: Secret) -> Secret:
    """Another secret of the same shape."""
    return {name: value[:-1] + ("1" if value.endswith("0") else "0") for name, value in secret.items()}


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


# What a folder holds


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_has_a_readme_and_samples(name: str) -> None:
    assert (FOLDERS / name / "README.md").exists()
    assert any(sample.channel == name for sample in SAMPLES)


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_is_called_as_its_folder(name: str) -> None:
    assert all_channels()[name].name == name


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_is_imported_without_a_vendors_sdk_or_a_heavy_library(name: str) -> None:
    code = f"import sys, switchboard.channels.{name}; print([name for name in {VENDORS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What a delivery says


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_sample_gives_the_expected_events(sample: Sample) -> None:
    assert sample.events() == sample.expected


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_sample_gives_the_same_events_twice_and_they_fit_the_schema(sample: Sample) -> None:
    assert sample.events() == sample.events()
    assert [as_plain(INBOUND.validate_python(event)) for event in sample.events()] == sample.events()


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_sample_is_understood_without_knowing_the_account(sample: Sample) -> None:
    request = sample.request
    found = normalise(sample.channel, request.body, headers=request.headers, url=request.url)
    assert [event["kind"] for event in found] == [event["kind"] for event in sample.expected]


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_X_7_unknown_fields_change_nothing(sample: Sample) -> None:
    changed = replace(sample.request, body=_with_unknown_fields(sample))
    assert _without_digests(sample.events(changed)) == _without_digests(sample.events())


@pytest.mark.parametrize("sample", JSON, ids=str)
def test_X_7_unknown_kinds_are_told_and_not_dropped(sample: Sample) -> None:
    changed = replace(sample.request, body=_dumped(_with_unknown_kinds(json.loads(sample.request.body))))
    assert len(sample.events(changed)) >= min(len(sample.expected), 1)


@pytest.mark.parametrize("poison", POISON, ids=repr)
@pytest.mark.parametrize("sample", JSON, ids=str)
def test_X_8_a_poison_element_does_not_lose_its_siblings(sample: Sample, poison: object) -> None:
    changed = replace(sample.request, body=_dumped(_poisoned(json.loads(sample.request.body), poison)))
    found = {event["provider_id"] for event in sample.events(changed)}
    assert found >= {event["provider_id"] for event in sample.expected if event["kind"] not in {"unknown", "system"}}


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_SEC_11_what_cannot_be_read_is_told_by_a_code_and_never_logged(
    sample: Sample, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    body = sample.request.body
    for damaged in (*(body[:end] for end in range(0, len(body), max(len(body) // 40, 1))), body[::-1], b"\xff" + body):
        error = _failure(sample, replace(sample.request, body=damaged))
        assert error is None or REASON.fullmatch(str(error))
        assert error is None or error.__context__ is None or error.__suppress_context__
    assert (caplog.text, *capsys.readouterr()) == ("", "", "")


# Who sent it


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_SEC_1_a_sample_is_verified(sample: Sample) -> None:
    assert sample.verifies(sample.secret)


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_SEC_12_the_old_and_the_new_secret_both_verify(sample: Sample) -> None:
    assert sample.verifies(_changed(sample.secret), sample.secret)
    assert sample.verifies(sample.secret, _changed(sample.secret))


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_SEC_1_another_secret_does_not_verify(sample: Sample) -> None:
    assert not sample.verifies(_changed(sample.secret))


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_X_13_an_empty_or_missing_secret_does_not_verify(sample: Sample) -> None:
    assert not sample.verifies()
    assert not sample.verifies({})
    assert not sample.verifies(dict.fromkeys(sample.secret, ""))


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_SEC_1_a_missing_signature_does_not_verify(sample: Sample) -> None:
    assert not sample.verifies(sample.secret, request=replace(sample.request, headers={}))


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_SEC_1_a_changed_signature_does_not_verify(sample: Sample) -> None:
    headers = {name: value[:-2] + "A" + value[-1] for name, value in sample.request.headers.items()}
    headers = {name: value if value != sample.request.headers[name] else f"{value}A" for name, value in headers.items()}
    assert not sample.verifies(sample.secret, request=replace(sample.request, headers=headers))


@pytest.mark.parametrize("sample", COVERED, ids=str)
def test_SEC_1_a_body_with_one_bit_changed_does_not_verify(sample: Sample) -> None:
    body = sample.request.body
    for at in range(0, len(body), max(len(body) // 25, 1)):
        assert not sample.verifies(sample.secret, request=replace(sample.request, body=_flipped(body, at)))


@pytest.mark.parametrize("sample", COVERED, ids=str)
def test_SEC_13_a_delivery_for_another_account_does_not_verify(sample: Sample) -> None:
    assert not sample.verifies(sample.secret, account=Account("other", "another-account"))


@pytest.mark.parametrize("sample", SIGNED, ids=str)
def test_SEC_2_a_replayed_delivery_has_the_same_ids(sample: Sample) -> None:
    ids = [event["provider_id"] for event in sample.events()]
    assert ids == [event["provider_id"] for event in sample.events()]
    assert len(set(ids)) == len(ids)


# Deliveries changed in general ways


def _failure(sample: Sample, request: Request) -> UnparseableError | None:
    try:
        sample.events(request)
    except UnparseableError as error:
        return error
    return None


def _with_unknown_fields(sample: Sample) -> bytes:
    body = sample.request.body
    if sample in JSON:
        return _dumped(_extended(json.loads(body)))
    return b"X-Brand-New: 1\r\n" + body if sample.path.suffix == ".eml" else body + b"&BrandNew=1"


def _extended(value: Any) -> Any:
    if isinstance(value, list):
        return [_extended(each) for each in value]
    if isinstance(value, dict):
        return {name: _extended(each) for name, each in value.items()} | {"brand_new": {"deep": [1]}}
    return value


def _with_unknown_kinds(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_unknown_kinds(each) for each in value]
    if isinstance(value, dict):
        named = {"type": "brand_new", "field": "brand_new"}
        return {
            name: named[name] if name in named and isinstance(each, str) else _with_unknown_kinds(each)
            for name, each in value.items()
        }
    return value


def _poisoned(value: Any, poison: object) -> Any:
    """Put a poison element into every list of objects, before the others."""
    if isinstance(value, list):
        siblings = [_poisoned(each, poison) for each in value]
        return [poison, *siblings] if siblings and isinstance(siblings[0], dict) else siblings
    if isinstance(value, dict):
        return {name: _poisoned(each, poison) for name, each in value.items()}
    return value


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _without_digests(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has no id of its own has a digest of its content for one."""
    return [{name: value for name, value in event.items() if name != "provider_id"} for event in events]
