"""The whole, started in order: the embedded AWS, the real template, a team, and the providers that reach it.

with run(directory, draw_ports()) as running:
    running.twilio.text("+15005550101", "+15550100100", "hello")
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.api import AgentApi
from sandbox.children import ROOT
from sandbox.clock import Clock, clock_of
from sandbox.deployment import Deployment
from sandbox.double import serving
from sandbox.emulator import PROGRAM, Emulator
from sandbox.front import Front
from sandbox.lines import make_providers, make_ses, put_secrets
from sandbox.ports import HOST, Ports, require_free
from sandbox.progress import step
from sandbox.providers import Providers
from sandbox.ses import Ses
from sandbox.ses_aws import EmbeddedAws
from sandbox.team import PASSWORD, load_team
from sandbox.twilio import Twilio
from switchboard.policy import load_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sandbox that is up."""

    directory: Path
    emulator: Emulator
    outputs: dict[str, str]
    """Of the stack; `infra/stack.py` names them."""
    team: dict[str, str]
    """Who answers: sign-in name by agent id."""
    providers: Providers
    ses: Ses
    phones_url: str
    smtp_port: int
    """Where mail to our accounts is taken."""
    clock: Clock
    """What time it is for the functions and for the providers."""

    @property
    def twilio(self) -> Twilio:
        return self.providers.twilio

    @property
    def endpoint(self) -> str:
        """The embedded AWS's URL."""
        return self.emulator.url

    @property
    def api_url(self) -> str:
        return self.outputs["ApiUrl"]

    @property
    def console_url(self) -> str:
        """The agents' page."""
        return self.outputs["ConsoleUrl"]

    def client(self, service: str) -> Any:  # noqa: ANN401  # see Emulator.client
        """Make boto3's client of a service, as root."""
        return self.emulator.client(service)

    def agent(self, username: str) -> AgentApi:
        """Make a team member's session."""
        return AgentApi(self.emulator, self.outputs, username, PASSWORD)


@contextmanager
def run(directory: Path, ports: Ports, aws: Sequence[str] = PROGRAM) -> Iterator[Running]:
    """Start everything, and stop it in the end; what it held stays in `directory`. Raises `SandboxError`.

    `aws` is what plays AWS, as `Emulator` takes it.
    """
    require_free(ports)
    phones_url, console_url = (f"http://{HOST}:{port}" for port in (ports.phones, ports.console))
    policy, clock = load_policy(ROOT / "policy.yaml"), clock_of(directory)
    clock.come_back()
    with ExitStack() as stack:
        emulator = Emulator(directory, ports.aws, aws)
        stack.callback(emulator.stop)
        with step("Starting the embedded AWS"):
            emulator.start()
        deployment = Deployment(emulator, directory)
        with step("Preparing it for deployments"):
            deployment.bootstrap()
        with step("Deploying the template"):
            outputs = deployment.deploy(phones_url, console_url, clock.file)
        with step("Introducing the team"):
            team = load_team(emulator, outputs)
            put_secrets(emulator, policy)
        ses = make_ses(policy, EmbeddedAws(emulator, outputs), directory / "email.json", ports.mail, clock)
        providers = make_providers(policy, outputs["PublicBaseUrl"], directory, ses, clock, outputs["ConsoleUrl"])
        stack.enter_context(providers.serve(HOST, ports.phones))
        stack.enter_context(serving(Front(outputs["ApiUrl"]), HOST, ports.console))
        yield Running(
            directory=directory,
            emulator=emulator,
            outputs=outputs,
            team=team,
            providers=providers,
            ses=ses,
            phones_url=phones_url,
            smtp_port=ports.mail,
            clock=clock,
        )
