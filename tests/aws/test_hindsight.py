"""The commands that look back, over the tables of a stage."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from switchboard.__main__ import main
from switchboard.aws.decisions import DynamoDecisions
from switchboard.flows import desk
from switchboard.policy import Policy
from tests.world import World

NAMES = ("Conversations", "Agents", "Decisions", "Queues")


class Stacks:
    """CloudFormation that knows one stack."""

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803  # as AWS calls it
        if StackName != "Switchboard-test":
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        outputs = [{"OutputKey": f"{name}Table", "OutputValue": name.lower()} for name in NAMES]
        return {"Stacks": [{"Outputs": outputs}]}


@pytest.fixture(autouse=True)
def _stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    real = boto3.client
    make = lambda service, **more: Stacks() if service == "cloudformation" else real(service, **more)  # noqa: E731  # shorter
    monkeypatch.setattr("boto3.client", make)


@pytest.fixture
def deployed(world: World) -> World:
    """A morning at a stage that is called test."""
    DynamoDecisions(world.client, "decisions").keep(world.policy)
    for name in ("ann", "bob"):
        world.agent(name, units=1)
    for number in range(6):
        world.text("a refund please" if number % 2 else "hello", sender=f"+155512300{number:02d}")
        world.settle()
        world.later(minutes=2)
        for known in world.all_conversations():
            if known.owner:
                who = desk.Caller(known.owner)
                desk.reply(who, known.id, "done", f"k{number}", world.board)
                world.settle()
                world.later(minutes=1)
                desk.resolve(who, known.id, world.board, leave_unanswered=False)
                world.settle()
    return world


def span(world: World) -> list[str]:
    since, until = world.now - timedelta(days=1), world.now + timedelta(days=1)
    return ["--stage", "test", "--from", f"{since:%Y-%m-%d}", "--to", f"{until:%Y-%m-%dT%H:%M}"]


def test_why_tells_a_conversation_with_who_it_was_not(deployed: World, capsys: pytest.CaptureFixture[str]) -> None:
    known = deployed.all_conversations()[0]
    assert main(["why", known.id, "--not", "bob", "--stage", "test"]) == 0
    told = capsys.readouterr().out
    assert "A new conversation, placed in " in told
    assert "Why not Bob?" in told


def test_why_of_what_is_unknown_says_so(deployed: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "acme-sms.nobody.1", "--stage", "test"]) == 1
    assert "90 days" in capsys.readouterr().err


def test_a_stage_that_is_not_there_names_the_remedy(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "acme-sms.nobody.1", "--stage", "prod"]) == 1
    assert "check --stage" in capsys.readouterr().err


def test_the_same_code_replays_without_a_difference(deployed: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", *span(deployed)]) == 0
    assert "different: 0" in capsys.readouterr().out


def test_a_difference_is_shown_and_is_a_failure(deployed: World, capsys: pytest.CaptureFixture[str]) -> None:
    items = deployed.client.scan(TableName="decisions")["Items"]
    taken = next(item for item in items if item.get("kind") == {"S": "decided"} and item["order"]["L"])
    taken["order"] = {"L": [{"S": "somebody-else"}]}
    deployed.client.put_item(TableName="decisions", Item=taken)
    assert main(["replay", *span(deployed)]) == 1
    shown = capsys.readouterr().out
    assert "somebody-else" in shown
    assert "different: 1" in shown


def test_what_if_compares_in_tables_and_on_a_page(
    deployed: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    policy = tmp_path / "new.json"
    other = Policy.model_validate({**deployed.policy.model_dump(mode="json"), "units": {"sms": 2}})
    policy.write_text(other.model_dump_json(), encoding="utf-8")
    html = tmp_path / "out.html"
    assert main(["whatif", "--policy", str(policy), "--html", str(html), *span(deployed)]) == 0
    shown = capsys.readouterr().out
    assert "6 waits" in shown
    assert "Placed anew: 6 messages" in shown
    assert "model, new policy" in shown
    assert "Ann" in html.read_text(encoding="utf-8")


def test_what_if_says_how_many_it_could_not_place_again(
    deployed: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for item in deployed.client.scan(TableName="conversations")["Items"][:]:
        if item["item"]["S"].startswith("message#SM"):
            deployed.client.delete_item(TableName="conversations", Key={"thread": item["thread"], "item": item["item"]})
    policy = tmp_path / "same.json"
    policy.write_text(deployed.policy.model_dump_json(), encoding="utf-8")
    assert main(["whatif", "--policy", str(policy), *span(deployed)]) == 0
    assert "since their text is gone: 6" in capsys.readouterr().out


def test_without_records_there_is_nothing_to_play(
    deployed: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    policy = tmp_path / "same.json"
    policy.write_text(deployed.policy.model_dump_json(), encoding="utf-8")
    long_ago = ["--stage", "test", "--from", "2020-01-01", "--to", "2020-01-02"]
    assert main(["whatif", "--policy", str(policy), *long_ago]) == 1
    assert "nothing was recorded then" in capsys.readouterr().err


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_without_a_sandbox_here_the_remedy_is_named(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "acme-sms.nobody.1", "--local"]) == 1
    assert "make up" in capsys.readouterr().err


def test_the_sandbox_is_found_by_what_it_left(
    deployed: World, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = elsewhere / ".local"
    directory.mkdir()
    outputs = {"Switchboard-local": {f"{name}Table": name.lower() for name in NAMES}}
    (directory / "outputs.json").write_text(json.dumps(outputs), encoding="utf-8")
    (directory / "ports.json").write_text(json.dumps({"aws": 4566}), encoding="utf-8")
    known = deployed.all_conversations()[0]
    endpoint = "https://dynamodb.us-east-1.amazonaws.com"  # moto answers for it
    assert main(["why", known.id, "--local", "--endpoint", endpoint]) == 0
    assert "A new conversation" in capsys.readouterr().out


def test_promises_are_counted_by_class_and_by_class_queue_and_channel(
    deployed: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(deployed.policy.model_dump_json())
    to = ["--to", f"{deployed.now:%Y-%m-%d}"]
    assert main(["promises", "--stage", "test", "--policy", str(policy), *to]) == 0
    totals, _, rest = capsys.readouterr().out.partition("\n\n")
    assert [row.split() for row in totals.splitlines()] == [
        ["class", "promises", "kept", "share"],
        ["normal", "6", "6", "100.0%"],
    ]
    heads, *rows = rest.strip().splitlines()
    assert heads.endswith("announced / actual")
    assert {tuple(row.split()[1:3]) for row in rows} == {("support", "sms"), ("returns", "sms")}


def test_promises_of_no_stage_are_refused_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["promises", "--stage", "prod"]) == 1
    assert "--stage" in capsys.readouterr().err
