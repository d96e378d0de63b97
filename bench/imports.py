"""How long each function takes to import, as a ratio to importing boto3 and making one client, in the same run.

Fresh processes in random order; medians of CPU time, which a busy machine disturbs least. `ready` is the handler and
what its first invocation builds: the policy, the adapters, the clients.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bench.report import save, save_bars, show_table

ROOT = Path(__file__).parent.parent
ROUNDS = 11
GOAL = 1.5
BASELINE = "one client: dynamodb"
_BOARD = "from switchboard import wiring; wiring.board()"
_BUS = "from switchboard import wiring; wiring.bus()"

FIRST_USE = {
    "ingest_sms": f"{_BUS}; wiring.policy(); wiring.secrets()",
    "router": f"{_BOARD}; wiring.quarantine()",
    "auto_ack": _BOARD,
    "outbound": f"{_BOARD}; wiring.secrets()",
    "outbox": f"{_BUS}; wiring.queues()",
    "agent_api": _BOARD,
}
"""What a function's first invocation builds."""
FIRST_SEND = (
    "from datetime import timedelta; from switchboard.channels import channel; channel('sms').connect("
    "{'account_sid': 'AC' + '0' * 32, 'auth_token': '0' * 32}, None, timedelta(seconds=9))"
)

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "STAGE": "local",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "Switchboard",
    **dict.fromkeys(("BUS_NAME", "RAW_BUCKET", "SECRET_PREFIX", "ROUTER_QUEUE_URL"), "none"),
    **{f"{name}_TABLE": "none" for name in ("CONVERSATIONS", "AGENTS", "CUSTOMERS", "QUEUES", "QUARANTINE")},
}
_TIMED = """
import json, time
cpu, wall = time.process_time(), time.perf_counter()
{code}
print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall]))
"""


@dataclass(frozen=True)
class Took:
    """Medians, in milliseconds."""

    cpu: float
    wall: float


def main() -> None:
    """Measure, show, save."""
    took = measure({**_baselines(), **_handlers()}, ROUNDS)
    base = took[BASELINE].cpu
    rows = [(name, t.cpu, t.wall, t.cpu / base) for name, t in took.items()]
    show_table(f"Imports: medians of {ROUNDS} fresh processes", ("what", "CPU ms", "wall ms", "ratio"), rows)
    heaviest = {name: heaviest_modules(f"import functions.{name}.handler") for name in FIRST_USE}
    for name, modules in heaviest.items():
        shown = ", ".join(f"{module} {ms:.1f}" for module, ms in modules)
        print(f"\n  {name}, its ten heaviest modules (own ms, traced): {shown}")
    ratios = {name: [took[name].cpu / base] for name in FIRST_USE}
    print()
    save("imports", {"ms": {n: vars(t) for n, t in took.items()}, "ratio": ratios, "heaviest": heaviest, "goal": GOAL})
    save_bars("imports", f"Import of each function, as a ratio to {BASELINE}", ratios, ["CPU time"], GOAL)
    missed = [name for name, (ratio,) in ratios.items() if ratio > GOAL]
    print(f"  goal: at most {GOAL}; " + (f"missed by {', '.join(missed)}" if missed else "met by all"))


def _baselines() -> dict[str, str]:
    client = "import boto3; boto3.client('dynamodb')"
    return {
        "import boto3": "import boto3",
        BASELINE: client,
        "two clients: and events": f"{client}; boto3.client('events')",
    }


def _handlers() -> dict[str, str]:
    found = {}
    for name, first_use in FIRST_USE.items():
        found[name] = f"import functions.{name}.handler"
        found[f"{name}, ready"] = f"{found[name]}; {first_use}"
    return {**found, "outbound, first send": f"{found['outbound, ready']}; {FIRST_SEND}"}


def measure(snippets: dict[str, str], rounds: int) -> dict[str, Took]:
    """Run each snippet in fresh processes, all of them once per round, in random order."""
    runs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for count in range(rounds + 1):
        print(f"\r  round {count} of {rounds}", end="", flush=True)
        for name in random.sample(list(snippets), len(snippets)):
            cpu, wall = json.loads(_run(_TIMED.format(code=snippets[name])).stdout)
            if count:  # the first round fills caches of bytecode and files
                runs[name].append((cpu * 1000, wall * 1000))
    print("\r" + " " * 30, end="")
    return {name: Took(*(statistics.median(times) for times in zip(*runs[name], strict=True))) for name in snippets}


def heaviest_modules(code: str, limit: int = 10) -> list[tuple[str, float]]:
    """Modules by their own import time in milliseconds, without what they import in turn."""
    return sorted(own_times(_run(code, "-X", "importtime").stderr).items(), key=lambda item: -item[1])[:limit]


def own_times(traced: str) -> dict[str, float]:
    """Read `-X importtime`: milliseconds by module."""
    found = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", traced, re.MULTILINE)
    return {module: int(micros) / 1000 for micros, module in found}


def _run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**_ENVIRONMENT, "POLICY_PATH": str(_policy())}
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  # our own code


def _policy() -> Path:
    """The policy as functions carry it: JSON."""
    path = ROOT / "bench/results/policy.json"
    if not path.exists():
        from switchboard.policy import load_policy  # noqa: PLC0415  # slow, and needed once

        path.parent.mkdir(exist_ok=True)
        path.write_text(load_policy(ROOT / "policy.yaml").model_dump_json(), encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
