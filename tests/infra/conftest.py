"""The templates of every stage, synthesised once: the first costs seconds, since a JavaScript engine has to start."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.app import add_stacks, read_settings
from infra.bundle import LIBRARIES
from infra.policy import ROOT, policy_of
from infra.settings import STAGES

Properties = Mapping[str, Any]


class Template:
    """A stack's template, as plain data."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.resources: Mapping[str, Mapping[str, Any]] = document["Resources"]
        self.outputs: Mapping[str, Any] = document.get("Outputs", {})

    def of_type(self, type_: str) -> dict[str, Properties]:
        """Properties of all resources of a type, by logical id."""
        found = {id_: body for id_, body in self.resources.items() if body["Type"] == type_}
        return {id_: body.get("Properties", {}) for id_, body in found.items()}

    def only(self, type_: str) -> Properties:
        """Properties of the only resource of a type."""
        (properties,) = self.of_type(type_).values()
        return properties


class Synthesis:
    """What one run of the app made."""

    def __init__(self, folder: Path, stage: str) -> None:
        self._folder, self._stage = folder, stage

    @property
    def main(self) -> Template:
        return self._read(f"Switchboard-{self._stage}")

    @property
    def cloud_only(self) -> Template:
        return self._read(f"Switchboard-{self._stage}-cloud")

    @property
    def stacks(self) -> set[str]:
        return {path.name.removesuffix(".template.json") for path in self._folder.glob("*.template.json")}

    @property
    def findings(self) -> list[Any]:
        report = json.loads((self._folder / "validation-report.json").read_text())
        return [violation for plugin in report["pluginReports"] for violation in plugin["violations"]]

    def _read(self, stack: str) -> Template:
        return Template(json.loads((self._folder / f"{stack}.template.json").read_text()))


Synthesise = Callable[..., Synthesis]


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """Run the app with the repository's own context, without building bundles."""
    code = tmp_path_factory.mktemp("code")
    (code / "policy.json").write_text("{}")
    context = json.loads((ROOT / "cdk.json").read_text())["context"]

    def run(stage: str, **knobs: str) -> Synthesis:
        folder = tmp_path_factory.mktemp(stage)
        app = App(context={**context, "stage": stage, **knobs}, outdir=str(folder))
        add_stacks(app, read_settings(app.node), policy_of(stage), dict.fromkeys(LIBRARIES, code))
        app.synth()
        return Synthesis(folder, stage)

    return run


@pytest.fixture(scope="session", params=STAGES)
def any_stage(request: pytest.FixtureRequest, syntheses: Mapping[str, Synthesis]) -> Synthesis:
    found: Synthesis = syntheses[request.param]
    return found


@pytest.fixture(scope="session")
def syntheses(synthesise: Synthesise) -> Mapping[str, Synthesis]:
    return {stage: synthesise(stage) for stage in STAGES}


@pytest.fixture(scope="session")
def template(any_stage: Synthesis) -> Template:
    """The main stack of each stage in turn."""
    return any_stage.main


@pytest.fixture(scope="session")
def prod(syntheses: Mapping[str, Synthesis]) -> Synthesis:
    return syntheses["prod"]


@pytest.fixture(scope="session")
def local(syntheses: Mapping[str, Synthesis]) -> Synthesis:
    return syntheses["local"]
