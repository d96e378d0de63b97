"""What the sandbox prepares, and what it says when it can't."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto import mock_aws

from sandbox import install
from sandbox.api import AgentApi, ProblemError
from sandbox.deployment import _complaint, read_outputs
from sandbox.desk import _last_words, _timeline
from sandbox.emulator import Emulator, _rewind_streams
from sandbox.errors import SandboxError
from sandbox.lines import credentials, credentials_of, make_network, make_twilio, networks_of, sms_accounts
from sandbox.progress import step
from sandbox.team import TEAM
from switchboard.channels import all_channels, meta
from switchboard.channels.line.credentials import credential as line_credential
from switchboard.channels.sms.credentials import credential
from switchboard.channels.telegram.credentials import credential as telegram_credential
from switchboard.policy import load_policy
from switchboard.team import Role
from tests.world import ROOT

POLICY = load_policy(ROOT / "policy.yaml")
CONVERSATION: dict[str, Any] = {
    "conversation_id": "acme-sms.abc.1",
    "customer": "+15551230001",
    "queue": "support",
    "priority": "normal",
    "awaiting_since": "2026-11-23T15:00:00Z",
    "promised_at": None,
    "snoozed_until": None,
    "messages": [
        {
            "at": "2026-11-23T15:00:00Z",
            "author": "customer",
            "kind": "message",
            "text": "Where is\nmy order?",
            "status": None,
            "attachments": [{"content_type": "image/png"}],
        },
        {
            "at": "2026-11-23T15:00:01Z",
            "author": "system",
            "kind": "acknowledgement",
            "text": "Thanks",
            "status": "delivered",
            "attachments": [],
        },
    ],
}


def test_every_queue_and_skill_of_the_policy_has_somebody_in_the_team() -> None:
    for name, queue in POLICY.queues.items():
        assert any(name in member.queues and set(queue.skills) <= set(member.skills) for member in TEAM)
    for rule in POLICY.rules:
        assert any(set(rule.skills) <= set(member.skills) for member in TEAM)


def test_the_team_has_a_lead() -> None:
    assert [member.username for member in TEAM if member.role is Role.LEAD] == ["dee"]


def test_made_up_credentials_have_the_shapes_of_twilio_s_and_stay_the_same() -> None:
    made = credentials("acme-sms")

    assert all(credential(made, name) for name in made)
    assert made == credentials("acme-sms") != credentials("acme-returns")


def test_every_number_of_the_policy_rings_at_its_own_webhook(tmp_path: Path) -> None:
    twilio = make_twilio(POLICY, "http://api.example", tmp_path / "state.json")

    for name in sms_accounts(POLICY):
        found = twilio.line(POLICY.accounts[name].address)
        assert found
        assert found[1].webhook == f"http://api.example/sms/{name}"


def test_every_social_network_of_the_policy_has_a_double() -> None:
    social = {name for name, channel in all_channels().items() if channel.transport == "social"}
    assert set(networks_of(POLICY)) == social & {account.channel for account in POLICY.accounts.values()}


@pytest.mark.parametrize("network", networks_of(POLICY))
def test_every_account_of_a_network_has_credentials_in_its_providers_shapes(network: str) -> None:
    shaped = {"telegram": telegram_credential, "line": line_credential}
    for name in [name for name, account in POLICY.accounts.items() if account.channel == network]:
        made = credentials_of(name, POLICY)
        assert all(shaped.get(network, meta.credential)(made, part) for part in made)


@pytest.mark.parametrize("network", networks_of(POLICY))
def test_every_account_of_a_network_is_known_to_its_double(network: str) -> None:
    double = make_network(network, POLICY, "http://api.example")

    ours = [account.address for account in POLICY.accounts.values() if account.channel == network]
    assert list(double.ends) == ours
    assert set(double.ends.values()) == {"Acme support"}


def test_functions_read_streams_from_the_start_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "lambda.json"
    state.write_text(json.dumps({"payload": {"esms": {"a": 1}, "dynamodb_stream_positions": {"a": 9}}}))

    _rewind_streams(state)

    assert json.loads(state.read_text()) == {"payload": {"esms": {"a": 1}}}


def test_a_failed_deployment_is_told_in_its_own_words(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    log.write_text("Deploying\n\n❌ Switchboard-local failed: the queue is full\nsee above\n", encoding="utf-8")

    assert _complaint(log) == "❌ Switchboard-local failed: the queue is full"


def test_a_deployment_that_failed_silently_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "deploy.log").touch()

    assert _complaint(tmp_path / "deploy.log") == "it said nothing"


def test_outputs_of_no_deployment_say_how_to_deploy(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="make up"):
        read_outputs(tmp_path / "outputs.json")


def agent_api(answer: httpx.Response) -> AgentApi:
    with mock_aws():
        api = AgentApi(
            Emulator(Path("unused"), 1), {"UserPoolClientId": "client", "ApiUrl": "http://api.example"}, "ann", "secret"
        )
    api._http = httpx.Client(
        transport=httpx.MockTransport(lambda _: answer),
        base_url="http://api.example/agent/",
        headers={"authorization": "Bearer token"},
    )
    return api


def test_a_refusal_of_the_api_is_told_in_its_own_words() -> None:
    api = agent_api(httpx.Response(409, json={"detail": "the conversation is resolved"}))

    with pytest.raises(ProblemError, match="the conversation is resolved") as refused:
        api.reply("acme-sms.abc.1", "hello")

    assert refused.value.status == 409


def test_an_answer_that_is_not_the_api_s_says_where_to_look() -> None:
    with pytest.raises(ProblemError, match=r"answered 502: see \.local/logs/aws\.log"):
        agent_api(httpx.Response(502, text="Bad Gateway")).me()


def test_a_timeline_shows_who_said_what_and_whether_it_arrived() -> None:
    shown = _timeline(CONVERSATION)

    assert "system    Thanks  (delivered)" in shown
    assert "[image/png]" in shown


def test_news_shows_the_customer_s_last_words_in_one_line() -> None:
    assert _last_words(CONVERSATION) == "+15551230001: Where is my order?"


def test_without_a_terminal_each_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Starting"):
        pass

    assert capsys.readouterr().out.split() == ["✓", "Starting", "0.0", "s"]


def fake_node(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in {"node": f"echo {version}", "npm": "true"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{code}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + "/bin")


def test_no_node_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SandboxError, match=r"Node\.js is missing: install version 20"):
        install.require_node()


def test_an_old_node_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_node(tmp_path, "v18.19.1", monkeypatch)

    with pytest.raises(SandboxError, match=r"v18\.19\.1 is too old: install version 20"):
        install.require_node()


def test_a_node_of_this_year_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_node(tmp_path, "v26.1.0", monkeypatch)

    install.require_node()


def without_a_browser(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(install, "_own_browser", lambda: None)


def test_the_browser_that_is_named_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_browser(tmp_path, monkeypatch)
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")

    assert install.find_browser() == "/opt/chrome"


@pytest.mark.parametrize("name", install.BROWSERS)
def test_a_browser_of_the_machine_is_found(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_browser(tmp_path, monkeypatch)
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)

    assert install.find_browser() == str(tmp_path / name)


def test_a_machine_without_a_browser_gets_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_browser(tmp_path, monkeypatch)
    commands: list[list[str]] = []
    monkeypatch.setattr(install, "_run", lambda command, *_: commands.append(command))

    install.install_browser()

    assert [command[1:4] for command in commands] == [["-m", "playwright", "install"]]


def test_no_browser_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_browser(tmp_path, monkeypatch)

    with pytest.raises(SandboxError, match=r"make install, or install Chromium .* CHROMIUM=/path"):
        install.find_browser()


def test_an_installation_that_fails_says_where_its_log_is(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"no luck \(all of it: .*install\.log\)"):
        install._run(["false"], tmp_path / "install.log", "no luck")
