"""Which routing policy a stage carries, validated before anything is built."""

from pathlib import Path

from switchboard.policy import Policy, load_policy

ROOT = Path(__file__).parents[1]


def policy_of(stage: str, root: Path = ROOT) -> Policy:
    """`policy.{stage}.yaml` where there is one, else `policy.yaml`; raises `switchboard.errors.PolicyError`."""
    of_stage = root / f"policy.{stage}.yaml"
    return load_policy(of_stage if of_stage.exists() else root / "policy.yaml")
