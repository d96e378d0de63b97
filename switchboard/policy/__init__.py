"""What a team configures, in one file that is validated at synth and at load; docs/policy.md explains it.

`policy.yaml` is for people; the functions carry the same as JSON beside their code, so a deployment changes the policy
atomically. Every decision records `Policy.hash`.
"""

from switchboard.policy.hours import Holidays, HoursPolicy
from switchboard.policy.policy import AccountPolicy, Brand, Cap, Flood, Policy, Registration, Renewal, Times
from switchboard.policy.queues import Duty, Overflow, QueuePolicy, Relaxation
from switchboard.policy.reading import load_policy, read_policy
from switchboard.policy.rules import Rule, SignalKind
from switchboard.policy.values import Priority

__all__ = (
    "AccountPolicy",
    "Brand",
    "Cap",
    "Duty",
    "Flood",
    "Holidays",
    "HoursPolicy",
    "Overflow",
    "Policy",
    "Priority",
    "QueuePolicy",
    "Registration",
    "Relaxation",
    "Renewal",
    "Rule",
    "SignalKind",
    "Times",
    "load_policy",
    "read_policy",
)
