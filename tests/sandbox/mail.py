"""A mail account in memory, for tests of the double of SES."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import SandboxError
from sandbox.ses_aws import Call, Refusal

OURS, RETURNS = "support@acme.example", "returns@acme.example"
ACCOUNTS = {OURS: "acme-email", RETURNS: "acme-returns-email"}
MIA = "mia@customers.example"


@dataclass
class Aws:
    """Implements `sandbox.ses_aws.Aws`; keeps what it is given."""

    bucket: dict[str, bytes] = field(default_factory=dict)
    events: list[Mapping[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    denied: Refusal | None = None
    is_out_of_reach: bool = False

    def store(self, key: str, mail: bytes) -> None:
        if self.is_out_of_reach:
            raise SandboxError("out of reach")
        self.bucket[key] = mail

    def publish(self, event: Mapping[str, Any]) -> None:
        self.events.append(event)

    def refusal(self, call: Call, sender: str, configuration_set: str | None) -> Refusal | None:
        self.calls.append(call)
        if self.is_out_of_reach:
            raise SandboxError("out of reach")
        return self.denied
