"""Deploys the real template, `infra.app` for the stage `local`, to the embedded AWS."""

import json
import shlex
import sys
from pathlib import Path

from sandbox.children import ROOT, Child
from sandbox.emulator import ACCOUNT, CREDENTIALS, REGION, Emulator
from sandbox.errors import SandboxError

STACK = "Switchboard-local"
_CDK = ROOT / "node_modules/.bin/cdk"
_QUIET = ["--no-notices", "--no-version-reporting", "--no-color"]


class Deployment:
    """The CDK's command line, pointed at an embedded AWS; `directory` keeps its logs and its output."""

    def __init__(self, emulator: Emulator, directory: Path) -> None:
        self._emulator = emulator
        self._directory = directory

    def bootstrap(self) -> None:
        """Make what every CDK deployment stands on, unless it is there; raises `SandboxError`."""
        stacks = self._emulator.client("cloudformation").list_stacks(StackStatusFilter=["CREATE_COMPLETE"])
        if not any(stack["StackName"] == "CDKToolkit" for stack in stacks["StackSummaries"]):
            elsewhere = self._directory / "tmp"  # where cdk.json stands it would synthesise the app first
            self._run("bootstrap", f"aws://{ACCOUNT}/{REGION}", folder=elsewhere)

    def deploy(self, provider_base_url: str, console_url: str, clock_file: Path) -> dict[str, str]:
        """Deploy and return the stack's outputs; raises `SandboxError`.

        Messages are sent to `provider_base_url`, whose pages may show the console in a frame.
        """
        outputs = self._directory / "outputs.json"
        self._run(
            "deploy",
            STACK,
            f"--app={shlex.quote(sys.executable)} -m infra.app",
            f"--output={self._directory / 'cdk.out'}",
            f"--outputs-file={outputs}",
            "--require-approval=never",
            "--method=direct",  # no change set: half the calls
            "--context=stage=local",
            f"--context=endpoint={self._emulator.url}",
            f"--context=provider_base_url={provider_base_url}",
            f"--context=console_url={console_url}",
            f"--context=console_framed_by={provider_base_url}",
            f"--context=clock_file={clock_file}",
        )
        return read_outputs(outputs)

    def _run(self, verb: str, *arguments: str, folder: Path = ROOT) -> None:
        log = self._directory / f"logs/{verb}.log"
        command = [str(_CDK), verb, *arguments, *_QUIET]
        if Child(command, log, self._settings(), folder=folder).wait() != 0:
            raise SandboxError(f"cdk {verb} failed: {_complaint(log)} (all of it: {log})")

    def _settings(self) -> dict[str, str]:
        return CREDENTIALS | {
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self._emulator.url,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20,21,22,23,24,25",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "TMPDIR": str(self._directory / "tmp"),
        }


def read_outputs(file: Path) -> dict[str, str]:
    """Read the outputs of the last deployment; raises `SandboxError` if there was none."""
    if not file.exists():
        raise SandboxError("nothing is deployed here yet: run make up")
    return dict(json.loads(file.read_text(encoding="utf-8"))[STACK])


def _complaint(log: Path) -> str:
    """Return the line of a log that says most about a failure: the last that names an error, else the last."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "❌" in line or "rror:" in line or "FAILED" in line]
    return (errors or lines or ["it said nothing"])[-1]
