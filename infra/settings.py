"""How the stages differ, as data. No construct asks which stage it is in."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import CliCredentialsStackSynthesizer, DefaultStackSynthesizer, IReusableStackSynthesizer, RemovalPolicy
from aws_cdk.aws_cognito import Mfa
from aws_cdk.aws_logs import RetentionDays

from switchboard.flows.media import TRIES
from switchboard.push import OVERLAP

_CLOUD_API = "https://{api}.execute-api.{region}.{suffix}"
_EMBEDDED_API = "{endpoint}/_aws/execute-api/{api}/$default"
_CLOUD_SIGN_IN = "https://{domain}.auth.{region}.amazoncognito.com"
_EMBEDDED_SIGN_IN = "{endpoint}"
_CLOUD_PUSH = "https://{api}.execute-api.{region}.{suffix}/{stage}"
_EMBEDDED_PUSH = "{endpoint}/_aws/execute-api/{api}/{stage}"


class UnknownStageError(ValueError):
    """There is no such stage; the message names those there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """What one function gets: memory in MiB (CPU grows with it) and timeout in seconds.

    `reserved_concurrency` sets that many of the account's executions apart for it. `consumers` bounds how many batches
    of its queue run at once, so that a backlog neither exceeds the reservation nor floods the tables.
    """

    memory: int = 512
    timeout: int = 30
    reserved_concurrency: int | None = None
    consumers: int = 10
    tries: int = 5
    """Deliveries of a message until it is parked."""
    batch: int = 10
    """Messages of its queue that it is handed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """One stage's knobs."""

    stage: str
    functions: Mapping[str, FunctionSettings]
    in_cloud: bool = True
    """Real AWS: dependencies are bundled, cdk-nag runs, and the cloud-only stack is made."""
    enforce_ssl: bool = True
    keep_data: bool = False
    """Tables, raw bytes, secrets and users outlive the stack and are protected from deletion."""
    log_retention: RetentionDays = RetentionDays.ONE_WEEK
    throttle_rate: int = 50
    """Requests a second over all routes, and in `throttle_burst` at once; beyond it the API answers 429."""
    throttle_burst: int = 100
    mfa: Mfa = Mfa.REQUIRED
    """A second factor (an authenticator app) for agents who sign in here and not through their company."""
    scan_media: bool = True
    """Customers' files are handed out only after GuardDuty found them clean: where there is GuardDuty."""
    password_auth: bool = False
    """Agents may sign in with a name and a password by API: for tests, never where customers are."""
    api_url: str = _CLOUD_API
    """Where the API is reached; see `infra.api.Api.url` for the placeholders."""
    push_url: str = _CLOUD_PUSH
    """Where functions reach the WebSocket API's connections; consoles do so with `ws` for `http`."""
    endpoint: str = ""
    """The embedded AWS."""
    public_base_url: str = ""
    """What providers call, where a domain of one's own stands before the API; empty is the API's URL."""
    provider_base_url: str = ""
    """A double of the provider, called in its place; empty in the cloud."""
    clock_file: str = ""
    """Says by how many seconds a sandbox is ahead of the machine; empty in the cloud, where time is what it is."""
    console_url: str = ""
    """Where a domain of one's own stands before the API, for agents; empty is the API's URL."""
    console_framed_by: str = ""
    """The origin of a page that may show the console in a frame; empty is none."""
    sign_in_url: str = _CLOUD_SIGN_IN
    """The user pool's hosted pages; see `infra.console` for the placeholders."""
    identity_provider: str = ""
    """The user pool's name of the company's sign-in (docs/operations.md), offered beside the pool's own."""
    alarm_email: str = ""
    """Who is told of alarms; empty is whoever subscribes to the topic."""

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What becomes of data when its resource leaves the template."""
        return RemovalPolicy.RETAIN if self.keep_data else RemovalPolicy.DESTROY

    @property
    def ses_name(self) -> str:
        """What SES's rule set and configuration set are called."""
        return f"switchboard-{self.stage}"

    @property
    def configuration_set(self) -> str:
        """With which mail is sent; empty where SES is a double."""
        return self.ses_name if self.in_cloud else ""

    def synthesizer(self) -> IReusableStackSynthesizer:
        """How a deployment gets its rights: the embedded AWS knows the caller's only, AWS has bootstrapped roles."""
        return DefaultStackSynthesizer() if self.in_cloud else CliCredentialsStackSynthesizer()


_PATIENT = 12
"""Tries of what waits for a provider: with the pauses between them it outlasts an hour's outage."""
_FEW = 5
"""Batches at once of what anybody can send: a flood of it leaves the rest of the function's concurrency alone."""

_NOTIFYING = int((OVERLAP / 2).total_seconds())
"""A note is in its feed within this time, or never: less than consoles read again."""

_FUNCTIONS = {
    "ingest_sms": FunctionSettings(timeout=10, consumers=_FEW, tries=_PATIENT),  # Twilio gives up after 15 s
    "catch_sms": FunctionSettings(timeout=5),  # what is left of the 15 s
    "reconcile_sms": FunctionSettings(timeout=300),  # called every five minutes
    "ingest_social": FunctionSettings(timeout=10),  # LINE gives up after 2 s, Meta after 5
    "ingest_email": FunctionSettings(timeout=60, memory=1024),  # 40 MB of mail take 340 MB and seconds
    "router": FunctionSettings(),
    "auto_ack": FunctionSettings(),
    "outbound": FunctionSettings(tries=_PATIENT),
    "fetch_media": FunctionSettings(timeout=120, tries=TRIES, batch=1),  # a message may have a dozen large files
    "outbox": FunctionSettings(),
    "push": FunctionSettings(timeout=10),
    "notify": FunctionSettings(timeout=_NOTIFYING),
    "agent_api": FunctionSettings(timeout=20),  # the HTTP API gives up after 30 s
    "console": FunctionSettings(timeout=5),
    "hand_out": FunctionSettings(timeout=10),
    "alert": FunctionSettings(tries=_PATIENT),
    "retry_quarantined": FunctionSettings(timeout=60, memory=1024, batch=1, consumers=2),  # mail, as ingest_email
    "erasure_api": FunctionSettings(timeout=10),
    "erase": FunctionSettings(timeout=300, tries=_PATIENT, batch=1, consumers=2),  # a long history, and nobody waits
    "watch_channels": FunctionSettings(timeout=300),  # each provider may take its time
}

_PROD_FUNCTIONS = {
    "ingest_sms": FunctionSettings(timeout=10, reserved_concurrency=200, consumers=_FEW, tries=_PATIENT),
    "catch_sms": FunctionSettings(timeout=5, reserved_concurrency=20),
    "reconcile_sms": FunctionSettings(timeout=300, reserved_concurrency=1),
    "ingest_social": FunctionSettings(timeout=10, reserved_concurrency=100),
    "ingest_email": FunctionSettings(timeout=60, memory=1024, reserved_concurrency=50, consumers=50),
    "router": FunctionSettings(reserved_concurrency=50, consumers=50),
    "auto_ack": FunctionSettings(reserved_concurrency=20, consumers=20),
    "outbound": FunctionSettings(reserved_concurrency=50, consumers=50, tries=_PATIENT),
    "fetch_media": FunctionSettings(timeout=120, tries=TRIES, batch=1, reserved_concurrency=20, consumers=20),
    "outbox": FunctionSettings(reserved_concurrency=20),
    "push": FunctionSettings(timeout=10, reserved_concurrency=50),
    "notify": FunctionSettings(timeout=_NOTIFYING, reserved_concurrency=20, consumers=20),
    "agent_api": FunctionSettings(timeout=20, memory=1024, reserved_concurrency=100),
    "console": FunctionSettings(timeout=5, reserved_concurrency=20),
    "hand_out": FunctionSettings(timeout=10, reserved_concurrency=20),
    "alert": FunctionSettings(tries=_PATIENT, reserved_concurrency=10),
    "retry_quarantined": FunctionSettings(timeout=60, memory=1024, batch=1, consumers=2, reserved_concurrency=2),
    "erasure_api": FunctionSettings(timeout=10, reserved_concurrency=5),
    "erase": FunctionSettings(timeout=300, tries=_PATIENT, batch=1, consumers=5, reserved_concurrency=5),
    "watch_channels": FunctionSettings(timeout=300, reserved_concurrency=1),
}

STAGES: Mapping[str, StageSettings] = {
    settings.stage: settings
    for settings in (
        StageSettings(
            stage="local",
            functions=_FUNCTIONS,
            in_cloud=False,
            enforce_ssl=False,
            throttle_rate=10_000,
            throttle_burst=5_000,
            mfa=Mfa.OPTIONAL,
            scan_media=False,
            password_auth=True,
            api_url=_EMBEDDED_API,
            push_url=_EMBEDDED_PUSH,
            sign_in_url=_EMBEDDED_SIGN_IN,
            endpoint="http://127.0.0.1:4566",
        ),
        StageSettings(stage="dev", functions=_FUNCTIONS),
        StageSettings(
            stage="prod",
            functions=_PROD_FUNCTIONS,
            keep_data=True,
            log_retention=RetentionDays.ONE_MONTH,
            throttle_rate=500,
            throttle_burst=1_000,
        ),
    )
}


def settings_of(stage: str) -> StageSettings:
    """The stage's settings; raises `UnknownStageError`."""
    try:
        return STAGES[stage]
    except KeyError:
        raise UnknownStageError(
            f"there is no stage {stage!r}: pass -c stage=NAME with one of {', '.join(STAGES)}, "
            f"or add it to infra/settings.py"
        ) from None
