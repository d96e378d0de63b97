"""What one dispatch asks of DynamoDB, and how long it takes, as the team grows: it should not notice.

A conversation is opened and offered (`flows.dispatch.find_agent`) with 10, 100, 1,000 and 10,000 agents online in its
queue: to anybody, to the customer's last agent, to the only one with a skill, and to nobody because the skill is not
there; over the embedded AWS, whose time per request is its own.
"""

import os
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.meter import Meter
from bench.report import save, show_table
from sandbox.emulator import CREDENTIALS, Emulator
from sandbox.ports import draw_ports
from sandbox.progress import step
from switchboard import wiring
from switchboard.conversation import Conversation, Status
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent
from switchboard.policy import Priority
from tests import tables
from tests.team import employ

ROOT = Path(__file__).parent.parent
TEAMS = (10, 100, 1_000, 10_000)
DISPATCHES = 3
SKILLED = "agent-finnish"
KINDS: dict[str, dict[str, Any]] = {
    "anybody": {},
    "the last agent": {"last_agent": "agent-00003"},
    "the only one with a skill": {"skills": ("finnish:2",)},
    "nobody has the skill": {"skills": ("welsh",)},
}


def main() -> None:
    """Measure each size of team, show, save."""
    with tempfile.TemporaryDirectory() as directory:
        emulator = Emulator(Path(directory), draw_ports().aws)
        emulator.start()
        try:
            rows = _measure(emulator)
        finally:
            emulator.stop()
    heading = ("offered to", "agents in the queue", "requests", "read units", "write units", "ms", "CPU ms")
    show_table("One dispatch, medians", heading, rows)
    save("dispatch", {"medians": rows})
    for kind in KINDS:
        smallest, *larger = (row[2] for row in rows if row[0] == kind)
        print(f"  {kind}: {smallest:.0f} requests in the smallest team, {max(larger):.0f} at most in the larger ones")


def _measure(emulator: Emulator) -> list[tuple[str, str, float, float, float, float, float]]:
    client = emulator.client("dynamodb")
    tables.create(client)
    _set_environment(emulator)
    meter = Meter(client)
    meter.watch()
    board = wiring.board()
    due_at = datetime.now(UTC) + timedelta(hours=1)
    employ(client, [(SKILLED, wiring.new_id())], due_at, ["finnish:3"])
    known, rows = 1, []
    for size in TEAMS:
        with step(f"{size:,} agents"):
            employ(client, [(f"agent-{number:05d}", wiring.new_id()) for number in range(known, size)], due_at)
            known = size
            for kind in KINDS:
                found = [_dispatch(board, meter, kind, f"{size}-{number}") for number in range(DISPATCHES + 1)][1:]
                medians = (statistics.median(column) for column in zip(*found, strict=True))
                rows.append((kind, f"{size:,}", *medians))
    return sorted(rows, key=lambda row: list(KINDS).index(row[0]))


def _dispatch(board: Board, meter: Meter, kind: str, number: str) -> tuple[int, float, float, float, float]:
    """Requests, read units, write units, milliseconds and those of our own CPU of offering one conversation."""
    now = datetime.now(UTC)
    customer = f"{kind.replace(' ', '-')}-{number}"
    waiting = Conversation(
        thread=f"acme-sms.{customer}",
        number=1,
        account="acme-sms",
        channel="sms",
        customer_id=customer,
        address="+15551230001",
        language="en",
        queue="support",
        priority=Priority.NORMAL,
        skills=(),
        reasons=(),
        policy=board.policy.hash,
        opened_at=now,
        awaiting_since=now,
    )
    waiting = replace(waiting, **KINDS[kind])
    board.conversations.open(waiting)
    meter.reset()
    started, began = time.perf_counter(), time.thread_time()
    offered = find_agent(waiting, board)
    took = (time.perf_counter() - started - meter.overhead) * 1000
    cpu = (time.thread_time() - began - meter.overhead) * 1000
    if (offered.status is Status.ASSIGNED) == (kind == "nobody has the skill"):
        raise RuntimeError(f"a conversation for {kind} is {offered.status}")
    return meter.calls.total(), meter.usage.read_units, meter.usage.write_units, took, cpu


def _set_environment(emulator: Emulator) -> None:
    os.environ |= CREDENTIALS | {
        "AWS_ENDPOINT_URL": emulator.url,
        "POLICY_PATH": str(ROOT / "policy.yaml"),
        "ROUTER_QUEUE_URL": emulator.client("sqs").create_queue(QueueName="router")["QueueUrl"],
        **{f"{name.upper()}_TABLE": name for name in tables.TABLES},
    }


if __name__ == "__main__":
    main()
