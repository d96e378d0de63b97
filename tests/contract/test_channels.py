"""What every channel holds to, found by its folder; no test here names one.

`Contract` has the tests. A class beside it says of which channels: here of all that there are.
"""

import re
import runpy
import subprocess
import sys
import tomllib
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest

from switchboard import channels
from switchboard.channels import Account, Request, all_channels, channel
from switchboard.errors import (
    SecretMissingError,
    SendError,
    SendThrottledError,
    SendUnknownError,
    UnparseableError,
)
from switchboard.message import INBOUND, Outgoing, as_plain
from switchboard.normalise import normalise
from switchboard.policy import AccountPolicy
from tests.contract.changes import (
    PHOTOS,
    album,
    at_once,
    damaged,
    flipped,
    other,
    poisoned,
    with_unknown_fields,
    with_unknown_kinds,
)
from tests.contract.network import Network
from tests.contract.samples import FOLDERS, Sample, files_in, samples_of
from tests.world import MONDAY, ROOT, World

VENDORS = (
    *("twilio.rest", "requests", "aiohttp", "httpx", "urllib3", "boto3", "botocore", "selectolax", "nh3", "chardet"),
    *("fasttext", "phonenumbers", "linebot", "telegram", "pywa", "tnefparse", "striprtf"),
)
REASON = re.compile(r"[a-z][a-z0-9_]{1,40}")
POISON: tuple[Any, ...] = (None, 7, "\U0001f480", {}, {"id": []}, [[]])
PAGE: dict[str, Any] = runpy.run_path(str(ROOT / "docs/generate.py"))
SOON = timedelta(seconds=5)
NOBODY = "http://127.0.0.1:9"
CANARY = "Canary: your parcel is on its way"


class Contract:
    """The tests. A test runs once for each of what its parameter names, as `kinds` has it."""

    names: ClassVar[Sequence[str]] = ()
    samples: ClassVar[Sequence[Sample]] = ()

    def kinds(self) -> dict[str, Sequence[object]]:
        """What tests can ask for: deliveries of a kind, and names of channels."""
        signed = [sample for sample in self.samples if not sample.is_mail]  # a mail comes from our own bucket
        return {
            "name": self.names,
            "network": sorted({sample.channel for sample in signed}),
            "sample": self.samples,
            "signed": signed,
            "covered": [sample for sample in signed if sample.signs_body],
            "document": [sample for sample in self.samples if sample.is_json],
            "poison": POISON,
        }

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        for kind, found in self.kinds().items():
            if kind in metafunc.fixturenames:
                metafunc.parametrize(kind, found, ids=repr if kind == "poison" else str)

    # What a folder holds

    def test_a_channel_has_a_readme_and_samples(self, name: str) -> None:
        assert (folder_of(name) / "README.md").exists()
        assert any(sample.channel == name for sample in self.samples)

    def test_a_channel_says_what_it_supports(self, name: str) -> None:
        told = supports(name)
        assert set(told) - set(PAGE["CODED"]) == set(PAGE["TOLD"])
        assert all(told.values())

    @pytest.mark.parametrize("feature", ["media", "edits", "deletes", "reactions"])
    def test_a_channel_supports_what_its_samples_show(self, name: str, feature: str) -> None:
        shown = {shows for sample in self.samples if sample.channel == name for shows in features(sample)}
        assert (feature in shown) == (supports(name)[feature] != PAGE["NONE"])

    def test_a_channel_is_called_as_its_folder(self, name: str) -> None:
        assert all_channels()[name].name == name

    def test_a_channel_is_imported_without_a_vendors_sdk_or_a_heavy_library(self, name: str) -> None:
        code = f"""
import sys
from importlib import import_module
from switchboard import channels

channels.__path__ = {list(channels.__path__)}
import_module("switchboard.channels.{name}")
print([vendor for vendor in {VENDORS} if vendor in sys.modules])
"""
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    # What a delivery says

    def test_a_sample_gives_the_expected_events(self, sample: Sample) -> None:
        assert sample.events() == sample.expected

    def test_a_sample_gives_the_same_events_twice_and_they_fit_the_schema(self, sample: Sample) -> None:
        assert sample.events() == sample.events()
        assert [as_plain(INBOUND.validate_python(event)) for event in sample.events()] == sample.events()

    def test_a_sample_is_understood_without_knowing_the_account(self, sample: Sample) -> None:
        request = sample.request
        found = normalise(sample.channel, request.body, headers=request.headers, url=request.url)
        assert [event["kind"] for event in found] == [event["kind"] for event in sample.expected]

    def test_X_7_unknown_fields_change_nothing(self, sample: Sample) -> None:
        changed = replace(sample.request, body=with_unknown_fields(sample))
        assert _without_digests(sample.events(changed)) == _without_digests(sample.events())

    def test_X_7_unknown_kinds_are_told_and_not_dropped(self, document: Sample) -> None:
        changed = replace(document.request, body=with_unknown_kinds(document.request.body))
        assert len(document.events(changed)) >= min(len(document.expected), 1)

    def test_X_8_a_poison_element_does_not_lose_its_siblings(self, document: Sample, poison: object) -> None:
        changed = replace(document.request, body=poisoned(document.request.body, poison))
        found = {event["provider_id"] for event in document.events(changed)}
        assert found >= {
            event["provider_id"] for event in document.expected if event["kind"] not in {"unknown", "system"}
        }

    def test_SEC_11_what_cannot_be_read_is_told_by_a_code_and_never_logged(
        self, sample: Sample, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for body in damaged(sample.request.body):
            error = _failure(sample, replace(sample.request, body=body))
            assert error is None or REASON.fullmatch(str(error))
            assert error is None or error.__context__ is None or error.__suppress_context__
        assert (caplog.text, *capsys.readouterr()) == ("", "", "")

    # Who sent it

    def test_SEC_1_a_sample_is_verified(self, signed: Sample) -> None:
        assert signed.verifies(signed.secret)

    def test_SEC_12_the_old_and_the_new_secret_both_verify(self, signed: Sample) -> None:
        assert signed.verifies(other(signed.secret), signed.secret)
        assert signed.verifies(signed.secret, other(signed.secret))

    def test_SEC_1_another_secret_does_not_verify(self, signed: Sample) -> None:
        assert not signed.verifies(other(signed.secret))

    def test_X_13_an_empty_or_missing_secret_does_not_verify(self, signed: Sample) -> None:
        assert not signed.verifies()
        assert not signed.verifies({})
        assert not signed.verifies(dict.fromkeys(signed.secret, ""))

    def test_SEC_1_a_missing_signature_does_not_verify(self, signed: Sample) -> None:
        assert not signed.verifies(signed.secret, request=replace(signed.request, headers={}))

    def test_SEC_1_a_changed_signature_does_not_verify(self, signed: Sample) -> None:
        headers = {name: value[:-2] + "A" + value[-1] for name, value in signed.request.headers.items()}
        headers = {
            name: value if value != signed.request.headers[name] else f"{value}A" for name, value in headers.items()
        }
        assert not signed.verifies(signed.secret, request=replace(signed.request, headers=headers))

    def test_SEC_1_a_body_with_one_bit_changed_does_not_verify(self, covered: Sample) -> None:
        body = covered.request.body
        for at in range(0, len(body), max(len(body) // 25, 1)):
            assert not covered.verifies(covered.secret, request=replace(covered.request, body=flipped(body, at)))

    def test_SEC_13_a_delivery_for_another_account_does_not_verify(self, covered: Sample) -> None:
        assert not covered.verifies(covered.secret, account=Account("other", "another-account"))

    def test_SEC_2_a_replayed_delivery_has_the_same_ids(self, signed: Sample) -> None:
        ids = [event["provider_id"] for event in signed.events()]
        assert ids == [event["provider_id"] for event in signed.events()]
        assert len(set(ids)) == len(ids)

    def test_SEC_9_nothing_is_asked_of_anybody_to_understand_a_delivery(
        self, sample: Sample, socket_disabled: None
    ) -> None:
        assert sample.events() == sample.expected
        assert sample.is_mail or sample.verifies(sample.secret)

    # What comes of it

    @pytest.mark.parametrize("deliver", [list, at_once], ids=["one by one", "at once"])
    def test_an_album_of_ten_photos_is_one_conversation_acknowledged_once(
        self, world: World, network: str, deliver: Callable[[list[Request]], list[Request]]
    ) -> None:
        photo = self._photo(network)
        open_account(world, photo)
        received = [event for request in deliver(album(photo)) for event in photo.folder.parse(request, photo.account)]
        for event in received:
            world.route(event)
            world.settle()

        assert len({event.provider_id for event in received}) == PHOTOS
        assert [entry.direction for entry in world.entries(world.only())].count("inbound") == PHOTOS
        assert [sent.automatic for sent in world.provider.taken] == [True]

    # What goes out. Other hosts than this machine are refused by tests/conftest.py

    def test_a_text_is_sent_to_the_given_address_once_and_no_redirect_is_followed(
        self, network: str, provider: Network
    ) -> None:
        provider.say(307, headers={"location": "/elsewhere"})
        with pytest.raises(SendError):
            self._send(network, provider.url)
        assert len(provider.calls) == 1

    def test_AK_3_a_send_that_fails_at_the_network_is_not_known_to_have_failed(
        self, network: str, provider: Network
    ) -> None:
        provider.say(500)
        with pytest.raises(SendUnknownError):
            self._send(network, provider.url)

    def test_AK_3_a_send_that_gets_no_message_id_is_not_known_to_have_worked(
        self, network: str, provider: Network
    ) -> None:
        with pytest.raises(SendUnknownError):
            self._send(network, provider.url)

    def test_a_network_that_is_out_of_reach_was_sent_nothing(self, network: str) -> None:
        with pytest.raises(SendThrottledError):
            self._send(network, NOBODY)

    def test_too_many_requests_mean_later(self, network: str, provider: Network) -> None:
        provider.say(429)
        with pytest.raises(SendThrottledError):
            self._send(network, provider.url)

    @pytest.mark.parametrize("status", [307, 400, 401, 403, 404, 429, 500])
    def test_SEC_11_a_failed_send_tells_no_text_address_or_secret(
        self, network: str, provider: Network, status: int
    ) -> None:
        sample = self._any(network)
        provider.say(status, {"message": CANARY, "error": {"message": CANARY}, "description": CANARY})
        with pytest.raises(SendError) as failed:
            self._send(network, provider.url)
        shown = "".join(traceback.format_exception(failed.value))
        hidden = [CANARY, provider.url, outgoing(sample).recipient, *sample.secret.values()]
        assert [word for word in hidden if word in shown] == []

    def test_X_13_without_a_real_secret_nothing_can_be_sent(self, network: str) -> None:
        for secret in ({}, {"placeholder": "0" * 32}, dict.fromkeys(self._any(network).secret, "")):
            with pytest.raises(SecretMissingError):
                channel(network).connect(secret, NOBODY, SOON)

    def test_what_else_is_asked_of_a_network_fails_by_name(self, network: str, provider: Network) -> None:
        """Watching a subscription, erasing, listing what came: of channels that do."""
        provider.say(500)
        asked = list(questions(self._any(network), provider.url))
        for ask in asked:
            with pytest.raises(SendError):
                ask()
        assert len(provider.calls) == len(asked)

    def _any(self, name: str) -> Sample:
        """A sample in which a customer writes."""
        return next(sample for sample in self.samples if sample.channel == name and _messages(sample))

    def _photo(self, name: str) -> Sample:
        """A sample that is one message with a file."""
        of_files = (
            sample
            for sample in self.samples
            if sample.channel == name and len(sample.expected) == 1 and "attachments" in sample.expected[0]
        )
        found = next(of_files, None)
        assert found, f"{name} needs a sample of a message with a file"
        return found

    def _send(self, name: str, base_url: str) -> None:
        sample = self._any(name)
        channel(name).connect(sample.secret, base_url, SOON).send(outgoing(sample))


class TestEveryChannel(Contract):
    names = sorted(all_channels())
    samples = tuple(
        sample for name in sorted(all_channels()) for sample in samples_of(name, files_in(FOLDERS / name / "samples"))
    )


def supports(name: str) -> dict[str, str]:
    told: dict[str, str] = tomllib.loads((folder_of(name) / "supports.toml").read_text("utf-8"))
    return told


def features(sample: Sample) -> Iterator[str]:
    """What of the page's table a sample shows."""
    for event in sample.expected:
        yield {"edit": "edits", "delete": "deletes", "reaction": "reactions"}.get(event["kind"], event["kind"])
        if event.get("attachments"):
            yield "media"


def folder_of(name: str) -> Path:
    return Path(str(import_module(f"switchboard.channels.{name}").__file__)).parent


def open_account(world: World, sample: Sample) -> None:
    """Let the sample's account be one of ours, at the time when its customer writes."""
    ours = AccountPolicy(channel=sample.channel, address=sample.account.address, brand="acme", queue="support")
    world.with_policy(accounts={**world.policy.accounts, sample.account.key: ours})
    sent_at = sample.expected[0].get("sent_at")
    world.now = datetime.fromisoformat(sent_at) if sent_at else world.now


def outgoing(sample: Sample) -> Outgoing:
    """An answer to the customer of this sample."""
    return Outgoing(
        account=sample.account.key,
        sender=sample.account.address,
        recipient=_messages(sample)[0]["sender"]["address"],
        text=CANARY,
        conversation_id=f"{sample.account.key}.c1.1",
        message_id="reply.1",
    )


def questions(sample: Sample, base_url: str) -> Iterator[Callable[[], object]]:
    """What can be asked of the sample's network besides sending."""
    found, account, secret = sample.folder, sample.account, sample.secret
    if found.watch:
        watcher = found.watch(secret, base_url, SOON)
        yield partial(watcher.look, account, "https://switchboard.example/social")
        yield partial(watcher.subscribe, account, "https://switchboard.example/social")
    if found.forget:
        yield partial(found.forget(secret, base_url, SOON).forget, _messages(sample)[0]["provider_id"])
    if found.history:
        history = found.history(secret, base_url, SOON)
        yield lambda: list(history.received(account, MONDAY - timedelta(hours=1), MONDAY))
        yield partial(history.files, _messages(sample)[0]["provider_id"])


def _messages(sample: Sample) -> list[dict[str, Any]]:
    return [event for event in sample.expected if event["kind"] == "message"]


def _failure(sample: Sample, request: Request) -> UnparseableError | None:
    try:
        sample.events(request)
    except UnparseableError as error:
        return error
    return None


def _without_digests(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has no id of its own has a digest of its content for one."""
    return [{name: value for name, value in event.items() if name != "provider_id"} for event in events]
