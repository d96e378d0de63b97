"""docs/adding-a-channel.md is true: its blocks are a channel that keeps the contract and serves a customer.

Nothing but its folder, an account in the policy and that account's secret is added.
"""

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions.ingest_social.handler import lambda_handler
from switchboard import channels, wiring
from switchboard.channels import all_channels
from switchboard.flows import desk
from switchboard.message import INBOUND
from switchboard.policy import AccountPolicy
from tests.aws_events import CONTEXT, webhook
from tests.contract.network import Network
from tests.contract.samples import Sample, samples_of
from tests.contract.test_channels import Contract
from tests.functions.conftest import Deployment, client
from tests.world import ROOT, World

PAGE = (ROOT / "docs/adding-a-channel.md").read_text("utf-8")
FOLDER = "switchboard/channels/pigeon/"
FILES: Mapping[str, str] = dict(re.findall(rf"^`{FOLDER}(\S+)`\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
SAMPLES = tuple(
    samples_of(
        "pigeon",
        {name.removeprefix("samples/"): text.encode() for name, text in FILES.items() if name.startswith("samples/")},
    )
)
ACCOUNT = "pigeon-support"


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The page's folder, where Python finds it among the channels for as long as this module's tests run."""
    package = tmp_path_factory.mktemp("channels")
    write(package / "pigeon", FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "__path__", [*channels.__path__, str(package)])
        _find_anew()
        yield
    for name in [name for name in sys.modules if name.startswith("switchboard.channels.pigeon")]:
        del sys.modules[name]
    vars(channels).pop("pigeon", None)
    _find_anew()


def _find_anew() -> None:
    importlib.invalidate_caches()
    all_channels.cache_clear()


pytestmark = pytest.mark.usefixtures("_folder")


class TestPigeon(Contract):
    names = ("pigeon",)
    samples = SAMPLES


def test_the_page_shows_every_file_of_the_folder_and_a_golden_result_for_each_sample() -> None:
    code = {"__init__.py", "verify.py", "parse.py", "media.py", "send.py", "README.md", "supports.toml"}
    assert {name for name in FILES if not name.startswith("samples/")} == code
    assert [sample.name for sample in SAMPLES if f"samples/{sample.name}.expected.json" not in FILES] == []


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_pages_code_is_in_the_style_of_the_house(command: list[str], tmp_path: Path) -> None:
    write(tmp_path, {FOLDER + name: text for name, text in FILES.items()})
    write(tmp_path, dict.fromkeys(["switchboard/__init__.py", "switchboard/channels/__init__.py"], ""))
    ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), FOLDER]
    done = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_folder_is_the_registration() -> None:
    repository = {path.name for path in (ROOT / "switchboard/channels").iterdir() if (path / "__init__.py").exists()}
    assert set(all_channels()) == repository | {"pigeon"}


def test_a_signed_webhook_ends_in_a_conversation_that_is_acknowledged_and_answered(
    world: World, deployment: Deployment, connected: Network
) -> None:
    world.agent("ann")
    assert call(sample("text")) == {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": ""}
    let_act(world, deployment)
    desk.reply(desk.Caller("ann"), world.only().id, "It is on its way.", "k1", world.board)
    world.settle()

    acknowledgement, answer = [json.loads(call.body) for call in connected.calls]
    assert {call.path for call in connected.calls} == {"/pigeon/v1/messages"}
    assert {call.authorization for call in connected.calls} == {"Bearer example-token-1"}
    assert acknowledgement["to"] == answer["to"] == "p-101"
    assert "Acme" in acknowledgement["text"]
    assert answer["text"] == "It is on its way."


def test_edits_deletions_and_reports_reach_the_conversation(
    world: World, deployment: Deployment, connected: Network
) -> None:
    for name in ("text", "photo", "news"):
        assert call(sample(name))["statusCode"] == 200
        let_act(world, deployment)

    text, photo, acknowledgement = sorted(world.entries(world.only()), key=lambda entry: entry.direction)
    assert (text.text, photo.text, photo.attachments) == ("Where is my order 1002?", "", ())
    assert acknowledgement.status == "delivered"


def test_X_2_a_forged_webhook_is_refused(connected: Network) -> None:
    forged = webhook(ACCOUNT, sample("text").request.body, headers={"x-pigeon-signature": "0" * 64})
    assert lambda_handler(to_pigeon(forged), CONTEXT) == {"statusCode": 403}


@pytest.fixture
def connected(world: World, deployment: Deployment, provider: Network, monkeypatch: pytest.MonkeyPatch) -> Network:
    """The account is open, and what the world sends goes through the folder's own sender to this provider."""
    _open_account(world)
    provider.say(200, {"id": "o-001"})
    monkeypatch.setenv("PROVIDER_BASE_URL", provider.url)
    monkeypatch.setattr(world, "provider", wiring.connect("pigeon", ACCOUNT))
    return provider


def _open_account(world: World) -> None:
    """What the page's last chapter says: an account in the policy, and its secret."""
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (key, ours), *others = yaml.safe_load(shown)["accounts"].items()
    assert (key, others) == (ACCOUNT, [])
    world.with_policy(accounts={**world.policy.accounts, key: AccountPolicy.model_validate(ours)})
    Path(os.environ["POLICY_PATH"]).write_text(world.policy.model_dump_json(), encoding="utf-8")
    secret = json.dumps(sample("text").secret)
    client("secretsmanager").create_secret(Name=f"switchboard/{key}", SecretString=secret)


def sample(name: str) -> Sample:
    return next(sample for sample in SAMPLES if sample.name == name)


def call(delivery: Sample) -> dict[str, Any]:
    """The provider calls the function, through the HTTP API."""
    request = delivery.request
    answer: dict[str, Any] = lambda_handler(to_pigeon(webhook(ACCOUNT, request.body, headers=request.headers)), CONTEXT)
    return answer


def to_pigeon(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"pathParameters": {"channel": "pigeon", "account": ACCOUNT}}


def let_act(world: World, deployment: Deployment) -> None:
    """Let everybody behind the bus do their part."""
    for event in deployment.published():
        world.route(INBOUND.validate_python(event["detail"]["message"]))
    world.settle()


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
