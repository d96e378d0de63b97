"""The morning after: what a decision asks and how many there are a second, however much is waiting.

Over the embedded AWS: messages and freed slots a second with 0, 10,000 and 100,000 conversations waiting in one lane,
beside what one query of the lane's heads then takes, which is the emulator's own fault: it reads and sorts the whole
lane. So up to 1,000,000 are measured where `bench.endless` stands in for that index. What a decision asks of DynamoDB
is counted in both. And how often claims of 2, 8 and 32 routers at once are refused because another was first.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from bench.endless import EndlessLanes
from bench.meter import Meter
from bench.report import save, show_table
from sandbox.emulator import CREDENTIALS, Emulator
from sandbox.ports import draw_ports
from sandbox.progress import step
from switchboard import wiring
from switchboard.conversation import Conversation, Status
from switchboard.events import MessageReceived
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, offer_work
from switchboard.flows.route import route
from switchboard.instant import to_text
from switchboard.message import Message, Party
from switchboard.policy import Priority
from switchboard.routing import lane_of
from tests import tables
from tests.team import employ

ROOT = Path(__file__).parent.parent
BACKLOGS = (0, 10_000, 100_000)
MILLION = 1_000_000
MESSAGES, SLOTS, QUERIES = 40, 10, 3
"""Timed per backlog."""
ROUNDS, BEARABLE, HEADS = 3, 2.0, 25
"""Seconds of one query of the lane; what takes the emulator longer is not tried ten times."""
ROUTERS = (2, 8, 32)
RACED = 96
"""Conversations that the routers share out."""
TEAM, BATCH, SEEDERS = 40, 25, 4
LANE = ("support", "-", Priority.NORMAL.value)
ALONE, TIMES = "agent-alone", 5
START = datetime.now(UTC) - timedelta(days=2)
APART = timedelta(milliseconds=150)
"""The backlog of a day and two nights."""
_numbers = count()


@dataclass(frozen=True)
class Ground:
    """Where it is measured: tables, a board over them, and one over clients that are counted."""

    client: Any
    board: Board
    counted: Board
    meter: Meter


def main() -> None:
    """Measure, show, save."""
    with _ground() as ground:
        raced = _race(ground)
    with _ground() as ground:
        speeds, asked = _measure_backlogs(ground)
        stood_in, more = _measure_million(ground)
    title = f"{RACED} conversations shared out among {TEAM} agents with room"
    show_table(title, ("routers at once", "claims", "refused", "refused, %", "requests a decision"), raced)
    headers: tuple[str, ...] = ("waiting", "messages", "freed slots", "of which the query, ms")
    show_table("A second, on the embedded AWS", headers, speeds)
    show_table("A second, index stood in for", ("waiting", "messages", "freed slots"), stood_in)
    headers = ("decision", "waiting", "requests", "read units", "write units")
    show_table("Asked of DynamoDB by one decision, medians", headers, asked + more)
    save(
        "storm",
        {"race": raced, "a second": speeds, "stood in": stood_in, "asked": asked + more, "load": os.getloadavg()},
    )


@contextmanager
def _ground() -> Iterator[Ground]:
    """An embedded AWS of its own."""
    with tempfile.TemporaryDirectory() as directory:
        emulator = Emulator(Path(directory), draw_ports().aws)
        emulator.start()
        try:
            client = emulator.client("dynamodb")
            tables.create(client)
            _tell_environment(emulator)
            meter = Meter(client)
            yield Ground(client, _board(boto3.setup_default_session), _board(meter.watch), meter)
        finally:
            emulator.stop()


def _tell_environment(emulator: Emulator) -> None:
    emulator.client("secretsmanager").create_secret(Name="pepper", SecretString="pepper")
    os.environ |= CREDENTIALS | {
        "AWS_ENDPOINT_URL": emulator.url,
        "POLICY_PATH": str(ROOT / "policy.yaml"),
        "PEPPER_SECRET": "pepper",
        "ROUTER_QUEUE_URL": emulator.client("sqs").create_queue(QueueName="router")["QueueUrl"],
        **{f"{name.upper()}_TABLE": name for name in tables.TABLES},
    }


def _board(watch: Callable[[], None]) -> Board:
    """A board over new clients, which `watch` sees."""
    watch()
    cached: tuple[Any, ...] = (
        *(wiring._dynamodb, wiring._pepper, wiring._secrets_manager),  # noqa: SLF001  # kept from another emulator
        *(wiring.board, wiring.sqs, wiring.erasures, wiring.queues, wiring.decisions),
    )
    for one in cached:
        one.cache_clear()
    return wiring.board()


# How often claims collide


def _race(ground: Ground) -> list[tuple[int, int, int, float, float]]:
    due_at = datetime.now(UTC) + timedelta(hours=1)
    employ(ground.client, [(f"agent-{number:03d}", wiring.new_id()) for number in range(TEAM)], due_at)
    claims = _Claims()
    board = _board(claims.watch)
    board.queues.add_lane(lane_of(_open(board)))
    rows = []
    for routers in ROUTERS:
        waiting = [_open(board) for _ in range(RACED)]
        claims.asked = claims.refused = claims.requests = 0
        with step(f"{routers} routers"), ThreadPoolExecutor(routers) as pool:
            offered = list(pool.map(lambda one: find_agent(one, board), waiting))
        asked, refused, requests = claims.asked, claims.refused, claims.requests
        late = [find_agent(one, board) for one in offered if one.status is Status.WAITING]
        if any(one.status is Status.WAITING for one in late):
            raise RuntimeError("a conversation found nobody though all have room")
        rows.append((routers, asked, refused, 100 * refused / asked, requests / RACED))
    return rows


@dataclass
class _Claims:
    """Transactions, those refused because another was first, and requests of any kind."""

    asked: int = 0
    refused: int = 0
    requests: int = 0

    def watch(self) -> None:
        """Count of all clients made from now on."""
        boto3.setup_default_session()
        _events().register("after-call.dynamodb", self._count)

    def _count(self, parsed: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401  # botocore's
        self.requests += 1
        if model.name == "TransactWriteItems":
            self.asked += 1
            self.refused += "Error" in parsed


def _events() -> Any:  # noqa: ANN401  # botocore's
    return boto3._get_default_session().events  # noqa: SLF001  # the session of boto3.client


# How fast, and what is asked


def _measure_backlogs(ground: Ground) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    employ(ground.client, [(ALONE, wiring.new_id())], datetime.now(UTC) + timedelta(hours=1))
    _set_free(ground, 0)
    _message(ground.board)  # the lane is made
    template = _item_of(ground, _open(ground.board))
    speeds: list[tuple[Any, ...]] = []
    asked: list[tuple[Any, ...]] = []
    known = 0
    for size in BACKLOGS:
        with step(f"{size:,} waiting"):
            _seed(ground, template, known, size)
            known = size
            query = statistics.median(_times(lambda: _query_heads(ground), QUERIES))
            messages = statistics.median(_times(lambda: _message(ground.board), MESSAGES))
            slot = statistics.median(_slots(ground, ground.board)) if query < BEARABLE else None
            speeds.append((size, 1 / messages, 1 / slot if slot else None, 1000 * query))
            if slot:
                asked += _asked(ground, ground.counted, size, lambda: None)
    return speeds, asked


def _slots(ground: Ground, board: Board, take_first: Callable[[], None] = lambda: None) -> list[float]:
    """Seconds from each freed slot to the next claim."""
    _set_free(ground, SLOTS)
    found: list[float] = []
    for _ in range(SLOTS):
        found += _times(lambda: _free_slot(board), 1)
        take_first()
    _set_free(ground, 0)
    return found


def _asked(ground: Ground, board: Board, size: int, take_first: Callable[[], None]) -> list[tuple[Any, ...]]:
    """Requests and units of a message that finds nobody, and of a slot that takes what is first."""
    rows = []
    for kind, act, units in (("a message, nobody free", _message, 0), ("a freed slot", _free_slot, TIMES)):
        _set_free(ground, units)
        found = []
        for _ in range(TIMES):
            ground.meter.reset()
            act(board)
            used, calls = ground.meter.usage, ground.meter.calls
            requests = sum(times for name, times in calls.items() if name.startswith("dynamodb:"))
            found.append((requests, used.read_units, used.write_units))
            if units:
                take_first()
        rows.append((kind, size, *(statistics.median(column) for column in zip(*found, strict=True))))
    _set_free(ground, 0)
    return rows


def _measure_million(ground: Ground) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The same where a query of the lanes is answered as DynamoDB would, however many there are."""
    item = _item_of(ground, _open(ground.board))
    lanes = EndlessLanes(ground.client, lambda number: _copy(item, f"endless-{number}", number))

    def watch(first: Callable[[], None]) -> Callable[[], None]:
        def both() -> None:
            first()
            lanes.stand_in(_events())

        return both

    board, counted = _board(watch(boto3.setup_default_session)), _board(watch(ground.meter.watch))
    sizes = (100, *BACKLOGS[1:], MILLION)
    texts: dict[int, list[float]] = {size: [] for size in sizes}
    slots: dict[int, list[float]] = {size: [] for size in sizes}
    asked: list[tuple[Any, ...]] = []
    for round_ in range(ROUNDS):  # in turns, so that a busy moment of the machine is nobody's
        for size in sizes:
            with step(f"{size:,} waiting, index stood in for, {round_ + 1} of {ROUNDS}"):
                lanes.fill(LANE, size)
                take = partial(lanes.take, LANE)
                texts[size] += _times(lambda: _message(board), MESSAGES)
                slots[size] += _slots(ground, board, take)
                if round_ == 0:
                    rows = _asked(ground, counted, size, take)
                    asked += [(f"{kind}, index stood in for", *row) for kind, *row in rows]
    speeds = [(size, 1 / statistics.median(texts[size]), 1 / statistics.median(slots[size])) for size in sizes]
    return speeds, asked


# Doing


def _message(board: Board) -> None:
    """Somebody new texts."""
    number = next(_numbers)
    message = Message(
        channel="sms",
        account="acme-sms",
        provider_id=f"SM{number:032x}",
        sender=Party(address=f"+1555{number:07d}"),
        to=(Party(address=board.policy.accounts["acme-sms"].address),),
        text="Where is my order?",
    )
    route(MessageReceived(at=board.clock(), message=message), board)


def _free_slot(board: Board) -> None:
    """The only agent has room for one more."""
    if not offer_work(ALONE, board, most=1):
        raise RuntimeError("a freed slot took nothing")


def _query_heads(ground: Ground) -> None:
    """What a dispatch asks of a lane, and nothing else."""
    names = dict(zip((":queue", ":skills", ":priority"), LANE, strict=True))
    ground.client.query(
        TableName="conversations",
        IndexName="lanes",
        KeyConditionExpression="queue = :queue AND skills = :skills AND priority = :priority",
        ExpressionAttributeValues={name: {"S": value} for name, value in names.items()},
        Limit=HEADS,
    )


def _times(act: Callable[[], None], times: int) -> list[float]:
    """Seconds of each, without what counting takes."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return found


def _open(board: Board) -> Conversation:
    customer, now = f"storm-{next(_numbers)}", board.clock()
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
    return waiting


def _set_free(ground: Ground, units: int) -> None:
    ground.client.update_item(
        TableName="agents",
        Key={"agent_id": {"S": ALONE}, "item": {"S": "agent"}},
        UpdateExpression="SET #free = :free",
        ExpressionAttributeNames={"#free": "free"},
        ExpressionAttributeValues={":free": {"N": str(units)}},
    )


def _item_of(ground: Ground, known: Conversation) -> dict[str, Any]:
    key = {"thread": {"S": known.thread}, "item": {"S": f"conversation#{known.number:06d}"}}
    return dict(ground.client.get_item(TableName="conversations", Key=key)["Item"])


def _copy(item: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    """The same conversation of somebody else, in the order of the numbers."""
    at = {"S": to_text(START + number * APART)}
    named = {"thread": {"S": f"acme-sms.{name}"}, "customer_id": {"S": name}}
    return item | named | {"awaiting_since": at, "waiting_since": at, "opened_at": at}


def _seed(ground: Ground, template: dict[str, Any], known: int, size: int) -> None:
    """Have so many wait, written directly as routing would have left them."""
    rows = [_copy(template, f"seed-{number}", number) for number in range(known, size)]
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]

    def put(batch: list[dict[str, Any]]) -> None:
        puts = [{"PutRequest": {"Item": row}} for row in batch]
        ground.client.batch_write_item(RequestItems={"conversations": puts})

    with ThreadPoolExecutor(SEEDERS) as pool:
        list(pool.map(put, batches))


if __name__ == "__main__":
    main()
