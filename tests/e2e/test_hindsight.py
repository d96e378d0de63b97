"""Looking back on the deployed template: why, replay and what if, as a person runs them on a stage."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import yaml

from switchboard.conversation import Conversation
from tests.e2e.lab import CUSTOMER, Lab
from tests.world import ROOT

TEXTS = (
    "Hello, where is my order?",
    "the charger caught fire, help!",
    "I'd like a refund please",
    "no rush, could you send me the invoice?",
    "Is the shop open on Sunday?",
)
CUSTOMERS = tuple(f"{CUSTOMER[:-1]}{n}" for n in range(1, len(TEXTS) + 1))


def run(lab: Lab, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m switchboard` with the rights of whoever reads the stage, in another process."""
    aws = {
        "AWS_ENDPOINT_URL": lab.running.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-m", "switchboard", *arguments, "--stage", "local"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | aws, text=True, capture_output=True, check=False)


def told(lab: Lab, *arguments: str) -> str:
    done = run(lab, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def since(lab: Lab) -> str:
    return (lab.running.clock() - timedelta(seconds=1)).isoformat()


@pytest.fixture
def traffic(lab: Lab, since: str) -> dict[str, Conversation]:
    """Five customers wait until Ann and Dee come; Dee answers two of them, and is done with one."""
    for customer, text in zip(CUSTOMERS, TEXTS, strict=True):
        lab.text(text, sender=customer)
        lab.wait_for(partial(lab.conversation_of, customer), "a conversation")  # one by one: functions start cold
    lab.await_quiet()
    ann, dee = lab.agent("ann"), lab.agent("dee")
    lab.wait_for(lambda: len([*ann.conversations(), *dee.conversations()]) == len(TEXTS), "somebody for each")
    first, second = dee.conversations()[:2]
    for mine in (first, second):
        dee.reply(mine["conversation_id"], "We are looking into it.")
    dee.resolve(first["conversation_id"])
    lab.await_quiet()
    found = {customer: lab.conversation_of(customer) for customer in CUSTOMERS}
    return {customer: known for customer, known in found.items() if known}


def test_why_tells_who_got_a_conversation_and_why_not_another(lab: Lab, traffic: dict[str, Conversation]) -> None:
    burning = traffic[CUSTOMERS[1]].id
    story = lab.wait_for(lambda: _story_with(lab, burning, "placed in support"), "the records of it") or ""
    assert "urgent" in story
    assert "+100 says that something burns" in story
    assert "Ann" in told(lab, "why", burning, "--not", "Ann")
    assert "charger" not in story, "a story is told without the customer's words"


def test_why_says_what_it_does_not_know(lab: Lab, traffic: dict[str, Conversation]) -> None:
    assert run(lab, "why", "acme-sms.nobody.1").returncode == 1
    stranger = run(lab, "why", traffic[CUSTOMERS[0]].id, "--not", "Zoe")
    assert "Why not Zoe? Nobody was compared" in stranger.stdout


def test_a_replay_of_what_was_decided_differs_in_nothing(
    lab: Lab, since: str, traffic: dict[str, Conversation]
) -> None:
    said = told(lab, "replay", "--from", since)
    assert "different: 0" in said
    assert int(said.split(":")[1].split(";")[0]) >= len(traffic)


def test_what_if_shows_the_week_under_another_policy(
    lab: Lab, since: str, traffic: dict[str, Conversation], tmp_path: Path
) -> None:
    document = yaml.safe_load((ROOT / "policy.yaml").read_text(encoding="utf-8"))
    document["queues"]["support"]["targets"]["normal"] = "1h"
    document["rules"].append({"name": "order", "words": ["order"], "priority": "high"})
    new, page = tmp_path / "new.yaml", tmp_path / "page.html"
    new.write_text(yaml.safe_dump(document), encoding="utf-8")
    lab.wait_for(lambda: run(lab, "whatif", "--from", since, "--policy", str(new)).returncode == 0, "the records")
    said = told(lab, "whatif", "--from", since, "--policy", str(new), "--html", str(page))
    assert f"{len(traffic)} waits" in said
    assert "Ann" in said
    assert f"Placed anew: {len(traffic)} messages" in said
    assert all(run in said for run in ("as it was", "model, same policy", "model, new policy"))
    shown = page.read_text(encoding="utf-8")
    assert "<h1>What if</h1>" in shown
    assert shown.count("<svg") >= 3
    assert datetime.now(UTC).strftime("%Y-%m") in shown


def _story_with(lab: Lab, conversation_id: str, words: str) -> str | None:
    done = run(lab, "why", conversation_id)
    return done.stdout if words in done.stdout else None
