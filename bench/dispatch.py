"""What one dispatch asks of DynamoDB, and how long it takes, as the team grows: it should not notice.

A conversation is opened and offered (`flows.dispatch.find_agent`) with 10, 100, 1,000 and 10,000 agents online in its
queue; over the embedded AWS, whose time per request is its own.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
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

ROOT = Path(__file__).parent.parent
TEAMS = (10, 100, 1_000, 10_000)
DISPATCHES = 9
_BATCH = 25
"""BatchWriteItem takes no more."""


def main() -> None:
    """Measure each size of team, show, save."""
    with tempfile.TemporaryDirectory() as directory:
        emulator = Emulator(Path(directory), draw_ports().aws)
        emulator.start()
        try:
            rows = _measure(emulator)
        finally:
            emulator.stop()
    show_table("One dispatch, medians", ("agents in the queue", "requests", "read units", "write units", "ms"), rows)
    save("dispatch", {"medians": rows})
    smallest, *larger = (row[1] for row in rows)
    print(f"  requests {'do not grow' if max(larger) <= smallest else 'GROW'} with the team")


def _measure(emulator: Emulator) -> list[tuple[str, float, float, float, float]]:
    client = emulator.client("dynamodb")
    tables.create(client)
    _set_environment(emulator)
    meter = Meter(client)
    meter.watch()
    board = wiring.board()
    known, rows = 0, []
    for size in TEAMS:
        with step(f"{size:,} agents"):
            _employ(client, range(known, size))
            known = size
            found = [_dispatch(board, meter, f"{size}-{number}") for number in range(DISPATCHES + 1)][1:]
        rows.append((f"{size:,}", *(statistics.median(column) for column in zip(*found, strict=True))))
    return rows


def _dispatch(board: Board, meter: Meter, customer: str) -> tuple[int, float, float, float]:
    """Requests, read units, write units and milliseconds of offering one conversation."""
    now = datetime.now(UTC)
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
    board.conversations.open(waiting)
    meter.reset()
    started = time.perf_counter()
    offered = find_agent(waiting, board)
    took = (time.perf_counter() - started - meter.overhead) * 1000
    if offered.status is not Status.ASSIGNED:
        raise RuntimeError("nobody took the conversation")
    return meter.calls.total(), meter.usage.read_units, meter.usage.write_units, took


def _employ(client: Any, numbers: Sequence[int]) -> None:  # noqa: ANN401  # a boto3 client
    """Put agents into the table as they are once online, many at a time."""
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    rows = [row for number in numbers for row in _rows(f"agent-{number:05d}", wiring.new_id(), due)]
    for start in range(0, len(rows), _BATCH):
        puts = [{"PutRequest": {"Item": row}} for row in rows[start : start + _BATCH]]
        client.batch_write_item(RequestItems={"agents": puts})


def _rows(agent_id: str, token: str, due: str) -> list[dict[str, Any]]:
    agent = {
        "agent_id": {"S": agent_id},
        "item": {"S": "agent"},
        "name": {"S": agent_id},
        "queues": {"L": [{"S": "support"}]},
        "skills": {"L": []},
        "units": {"N": "100"},
        "free": {"N": "100"},
        "presence": {"S": "online"},
        "due_at": {"S": due},
        "due_shard": {"N": "0"},
    }
    membership = {
        "agent_id": {"S": agent_id},
        "item": {"S": "queue#support"},
        "queue": {"S": "support"},
        "skills": {"L": []},
        "token": {"S": token},
    }
    return [agent, membership]


def _set_environment(emulator: Emulator) -> None:
    os.environ |= CREDENTIALS | {
        "AWS_ENDPOINT_URL": emulator.url,
        "POLICY_PATH": str(ROOT / "policy.yaml"),
        "ROUTER_QUEUE_URL": f"{emulator.url}/none",
        **{f"{name.upper()}_TABLE": name for name in tables.TABLES},
    }


if __name__ == "__main__":
    main()
