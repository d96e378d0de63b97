"""The examples of docs/policies deploy: the cloud's template is synthesised with each."""

import json
from pathlib import Path

import pytest
from aws_cdk import App

from infra.app import add_stacks
from infra.bundle import LIBRARIES
from infra.policy import ROOT
from infra.settings import settings_of
from switchboard.policy import load_policy

pytestmark = pytest.mark.infra

EXAMPLES = sorted((ROOT / "docs/policies").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_synthesised_for_production(path: Path, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "policy.json").write_text("{}")
    app = App(context=json.loads((ROOT / "cdk.json").read_text())["context"], outdir=str(tmp_path / "out"))
    add_stacks(app, settings_of("prod"), load_policy(path), dict.fromkeys(LIBRARIES, code))
    app.synth()
    assert {found.name for found in (tmp_path / "out").glob("*.template.json")} == {
        "Switchboard-prod.template.json",
        "Switchboard-prod-cloud.template.json",
    }
