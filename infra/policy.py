"""Which routing policy a stage carries, validated before anything is built."""

from pathlib import Path

from switchboard.channels import all_channels
from switchboard.channels.sms.registration import objection
from switchboard.errors import PolicyError
from switchboard.policy import Policy, load_policy

ROOT = Path(__file__).parents[1]


def policy_of(stage: str, root: Path = ROOT) -> Policy:
    """`policy.{stage}.yaml` where there is one, else `policy.yaml`; raises `switchboard.errors.PolicyError`."""
    of_stage = root / f"policy.{stage}.yaml"
    policy = load_policy(of_stage if of_stage.exists() else root / "policy.yaml")
    require_channels(policy)
    return policy


def require_channels(policy: Policy) -> None:
    """Raise `PolicyError` for an account of a channel that there is no folder for."""
    known = all_channels()
    wrong = {key: account.channel for key, account in policy.accounts.items() if account.channel not in known}
    if wrong:
        remedy = f"use one of {', '.join(sorted(known))}"
        found = (f"accounts.{key}.channel: {channel!r} is no channel: {remedy}" for key, channel in wrong.items())
        raise PolicyError("\n".join(found))


def require_registration(policy: Policy) -> None:
    """Raise `PolicyError` for a sender of texts that carriers of the United States would not let through (TW-12)."""
    texting = {key: account for key, account in policy.accounts.items() if account.channel == "sms"}
    wrong = {key: objection(account.address, account.registration) for key, account in texting.items()}
    if found := [f"accounts.{key}.registration: {problem}" for key, problem in wrong.items() if problem]:
        raise PolicyError("; ".join(found))
