"""Counts what goes over the wire to AWS: a hook in botocore, which sees every call of every client."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from bench.prices import Usage
from bench.units import Index, Item, index_units, read_units, size, write_units
from tests.tables import TABLES

WAITS = {"dynamodb": 0.005, "events": 0.015, "sqs": 0.010, "secretsmanager": 0.015, "s3": 0.020}
"""Seconds that a call takes within a region, by service: assumed, since an emulator is no guide."""

_INDEXES = {
    table: [
        Index((*hashes, *ranges), (*shape["key"], *hashes, *ranges, *(more or ())))
        for hashes, ranges, more in shape["indexes"].values()
    ]
    for table, shape in TABLES.items()
}
_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}


@dataclass(frozen=True, slots=True)
class _Write:
    """One write of a call: which item, and what it was."""

    kind: str
    table: str
    key: dict[str, Any]
    before: Item | None
    transactional: bool


@dataclass
class Meter:
    """What was consumed since `reset`, and what was said: events, messages to queues, changes of conversations."""

    observer: Any
    """A DynamoDB client that this meter does not see."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What tables are called in `tests.tables`, by their names, where those differ."""
    usage: Usage = field(default_factory=Usage)
    calls: Counter[str] = field(default_factory=Counter)
    waits: float = 0
    """Seconds that the calls would have taken."""
    overhead: float = 0
    """CPU seconds of this thread that the counting itself took."""
    written: Counter[str] = field(default_factory=Counter)
    """Write units by table and kind of item; what indexes cost stands by itself."""
    published: list[Mapping[str, Any]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    changes: list[tuple[Item | None, Item]] = field(default_factory=list)

    def watch(self) -> None:
        """See every client that boto3 makes from now on."""
        boto3.setup_default_session()
        events = boto3._get_default_session().events  # noqa: SLF001  # the session that `boto3.client` uses
        events.register("provide-client-params", self._before)
        events.register("after-call", self._after)

    def reset(self) -> None:
        """Start counting anew."""
        self.usage, self.waits, self.overhead = Usage(), 0, 0
        self.calls, self.written = Counter(), Counter()
        self.published, self.sent, self.changes = [], [], []

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401  # botocore's
        started = time.thread_time()
        is_table = model.service_model.service_name == "dynamodb"
        context["bench"] = params, list(self._writes(model.name, params)) if is_table else []
        self.overhead += time.thread_time() - started

    def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401  # botocore's
        started = time.thread_time()
        params, writes = context["bench"]
        service = model.service_model.service_name
        self.calls[f"{service}:{model.name}"] += 1
        self.waits += WAITS[service]
        refused = "Error" in parsed
        if service == "events" and not refused:
            self.published += params["Entries"]
            self.usage += Usage(bus_events=len(params["Entries"]))
        elif service == "sqs":
            self.usage += Usage(sqs_requests=1)
            if model.name == "SendMessage":
                self.sent.append(params["MessageBody"])
        elif service == "dynamodb":
            self.usage += Usage(read_units=_read(model.name, params, parsed))
            for write in writes:
                self._count(write, refused=refused)
        self.overhead += time.thread_time() - started

    def _count(self, write: _Write, *, refused: bool) -> None:
        """A refused write is billed as if it had been done, its indexes are not."""
        after = write.before if refused else self._item(write.table, write.key)
        units = write_units(write.before, after, transactional=write.transactional)
        table = self.names.get(write.table, write.table)
        indexed = index_units(write.before, after, _INDEXES[table], transactional=write.transactional)
        self.usage += Usage(write_units=units + indexed)
        what = f"{table} {write.key['item']['S'].partition('#')[0]}"
        self.written.update({what: units, f"{what}, indexes": indexed})
        if table == "conversations" and after is not None and write.kind != "ConditionCheck" and not refused:
            self.changes.append((write.before, after))

    def _writes(self, operation: str, params: Mapping[str, Any]) -> Iterator[_Write]:
        if operation in _WRITES:
            yield self._write(_WRITES[operation], params, transactional=False)
        elif operation == "TransactWriteItems":
            for part in params["TransactItems"]:
                ((kind, write),) = part.items()
                yield self._write(kind, write, transactional=True)

    def _write(self, kind: str, write: Mapping[str, Any], *, transactional: bool) -> _Write:
        table = write["TableName"]
        shape = TABLES[self.names.get(table, table)]
        key = write["Key"] if "Key" in write else {name: write["Item"][name] for name in shape["key"]}
        return _Write(kind, table, key, self._item(table, key), transactional)

    def _item(self, table: str, key: dict[str, Any]) -> Item | None:
        found: Item | None = self.observer.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found


def _read(operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Read units of a call. A query is billed for what it looked at, also where a filter then drops it."""
    match operation:
        case "GetItem":
            return read_units(size(answer.get("Item", {})), consistent=params.get("ConsistentRead", False))
        case "Query":
            seen = answer["ScannedCount"] / max(1, len(answer["Items"]))
            total = sum(map(size, answer["Items"])) * seen
            return read_units(int(total), consistent=params.get("ConsistentRead", False))
        case "BatchGetItem":
            left = answer.get("UnprocessedKeys", {})
            return sum(
                _read_of_batch(asked, answer["Responses"].get(table, []), len(left.get(table, {}).get("Keys", ())))
                for table, asked in params["RequestItems"].items()
            )
        case _:
            return 0


def _read_of_batch(asked: Mapping[str, Any], items: Sequence[Item], left: int) -> float:
    """Read units of one table's part of a batch; each item that isn't there costs as much as a small one."""
    consistent = asked.get("ConsistentRead", False)
    missing = len(asked["Keys"]) - left - len(items)
    return sum(read_units(total, consistent=consistent) for total in (*map(size, items), *[0] * missing))
