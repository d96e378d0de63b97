"""The queues table: what promises are made from, as sums that are only ever added to. Layout: docs/architecture.md.

A conversation's revision is counted once (ADR 21): its sums are written in one transaction with the highest revision
that was counted of it. A change comes again from the stream for a day at most; the record outlives that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from switchboard.aws.records import Attributes, attributes, values
from switchboard.aws.rosters import ROSTER, roster_of
from switchboard.aws.transactions import transact
from switchboard.errors import AlreadyRecordedError, ConflictError
from switchboard.estimate import coverage
from switchboard.estimate.announcement import Knowledge
from switchboard.estimate.backlog import NOW, line, recounted
from switchboard.estimate.coverage import Coverage
from switchboard.estimate.decay import Increment, Learned, Part, Tally, expiry, landmarks_to_read, pool
from switchboard.estimate.statistics import (
    ARRIVALS,
    ARRIVALS_TAU,
    CALIBRATION_TAU,
    PACE,
    PACE_TAU,
    REPLIES,
    REPLIES_TAU,
    STAFFING,
    STAFFING_TAU,
    Calibration,
    Demand,
    Pace,
    ReplyTimes,
    Staffing,
    calibration,
)
from switchboard.instant import to_text
from switchboard.policy import Priority
from switchboard.ports import Clock, Outlook, Planned

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALL_QUEUES = "*"
"""The partition of what all queues share."""
COUNTED_FOR = timedelta(days=2)
"""A stream keeps its records for one."""
REFRESHED = timedelta(minutes=10)
"""How long a process keeps what it has read of who is usually there. A roster is read anew for each promise."""

_COUNTED, _ONLINE = "counted#", "online#"
_DIGITS = 15
"""Significant digits of what is added: more is noise of binary fractions."""

Key = tuple[str, str]
"""Queue and item."""


@dataclass(frozen=True, slots=True)
class DynamoEstimates:
    """Implements `ports.Estimates`."""

    client: "DynamoDBClient"
    table: str
    clock: Clock
    pause: Callable[[int], None]
    usual: dict[str, tuple[datetime, Planned]] = field(default_factory=dict)

    def outlook(self, queue: str, priority: Priority, now: datetime) -> Outlook:
        own = calibration(priority)
        needed = [(queue, PACE), (queue, REPLIES), (queue, ARRIVALS), (ALL_QUEUES, own)]
        wanted = [*needed, *self._stale(queue, now)]
        items = self._read([(queue, NOW), (queue, ROSTER), *(key for name in wanted for key in _keys(*name, now))])
        sums = _amounts(items.get((queue, NOW), {}))
        knowledge = Knowledge(
            Pace.of(_learned(items, queue, PACE, PACE_TAU, now)),
            ReplyTimes.of(_learned(items, queue, REPLIES, REPLIES_TAU, now)),
            Demand.of(_learned(items, queue, ARRIVALS, ARRIVALS_TAU, now)),
            Calibration.of(_learned(items, ALL_QUEUES, own, CALIBRATION_TAU, now)),
        )
        lines = {each: line(sums, each) for each in Priority}
        planned = self._planned(queue, items, now)._replace(roster=roster_of(items.get((queue, ROSTER))).duties)
        return Outlook(lines, max(sums.get("online", 0.0), 0.0), knowledge, planned)

    def planned(self, queue: str, now: datetime) -> Planned:
        stale = self._stale(queue, now)
        items = self._read([(queue, ROSTER), *(key for name in stale for key in _keys(*name, now))]) if stale else {}
        return self._planned(queue, items, now)

    def _stale(self, queue: str, now: datetime) -> list[Key]:
        known = self.usual.get(queue)
        return [] if known and now < known[0] else [(queue, item) for item in STAFFING]

    def _planned(self, queue: str, items: Mapping[Key, Attributes], now: datetime) -> Planned:
        if self._stale(queue, now):
            days = (_learned(items, queue, item, STAFFING_TAU, now) for item in STAFFING)
            roster = roster_of(items.get((queue, ROSTER))).duties
            self.usual[queue] = now + REFRESHED, Planned(Staffing.of(days), roster)
        return self.usual[queue][1]

    def _read(self, keys: Sequence[Key]) -> dict[Key, Attributes]:
        found: dict[Key, Attributes] = {}
        left: Any = {self.table: {"Keys": [_key(*key) for key in keys], "ConsistentRead": True}}
        for count in range(len(keys)):
            answer = self.client.batch_get_item(RequestItems=left)
            read = answer["Responses"].get(self.table, [])
            found |= {(item["queue"]["S"], item["item"]["S"]): item for item in read}
            left = answer["UnprocessedKeys"]
            if not left:
                break
            self.pause(count)
        return found

    def learn(self, conversation_id: str, revision: int, added: Sequence[Increment | Tally]) -> bool:
        count = {
            "TableName": self.table,
            "Key": _key(f"{_COUNTED}{conversation_id}", "revision"),
            "UpdateExpression": "SET revision = :revision, expires_at = :expires",
            "ConditionExpression": "attribute_not_exists(revision) OR revision < :revision",
            "ExpressionAttributeValues": attributes(
                {":revision": revision, ":expires": _seconds(self.clock() + COUNTED_FOR)}
            ),
        }
        writes: list[Any] = [{"Update": count}, *self._additions(added)]
        try:
            transact(self.client, writes, self.pause, [AlreadyRecordedError])
        except AlreadyRecordedError:
            return False
        return True

    def _additions(self, added: Iterable[Increment | Tally]) -> Iterator[dict[str, Any]]:
        """One update per item: no transaction takes two of the same."""
        merged: dict[Key, dict[str, float]] = {}
        told: dict[Key, dict[str, Any]] = {}
        for one in added:
            key = _key_of(one)
            sums = merged.setdefault(key, {})
            for name, amount in one.amounts.items():
                sums[name] = sums.get(name, 0.0) + amount
            told.setdefault(key, _first(one))
        for key, sums in merged.items():
            if changed := {name: amount for name, amount in sums.items() if amount}:
                yield {"Update": self._addition(key, changed, told[key])}

    def _addition(self, key: Key, sums: Mapping[str, float], first: Mapping[str, Any]) -> dict[str, Any]:
        names = {f"#n{index}": name for index, name in enumerate((*first, *sums))}
        given = [
            *(f"#n{index} = if_not_exists(#n{index}, :v{index})" for index in range(len(first))),
            *(f"#n{index} :v{index}" for index in range(len(first), len(names))),
        ]
        told, more = ", ".join(given[: len(first)]), ", ".join(given[len(first) :])
        plain = (*first.values(), *(Decimal(f"{amount:.{_DIGITS}g}") for amount in sums.values()))
        return {
            "TableName": self.table,
            "Key": _key(*key),
            "UpdateExpression": (f"SET {told} " if told else "") + f"ADD {more}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": attributes({f":v{index}": value for index, value in enumerate(plain)}),
        }

    def count_online(self, agent_id: str, units: Mapping[str, int]) -> None:
        key = _key(ALL_QUEUES, f"{_ONLINE}{agent_id}")
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        known = _units(item)
        more = {queue: units.get(queue, 0) - known.get(queue, 0) for queue in {*units, *known}}
        tallies = [Tally(queue, NOW, {"online": change}) for queue, change in sorted(more.items()) if change]
        if not tallies:
            return
        believed: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(units)"}
        if "units" in item:
            believed = {"ConditionExpression": "units = :known"}
        count = {
            "TableName": self.table,
            "Key": key,
            "UpdateExpression": "SET units = :units",
            "ExpressionAttributeValues": attributes(
                {":units": dict(units), **({":known": known} if "units" in item else {})}
            ),
            **believed,
        }
        writes: list[Any] = [{"Update": count}, *self._additions(tallies)]
        transact(self.client, writes, self.pause, [ConflictError])

    def online(self) -> dict[str, dict[str, int]]:
        found = {item["item"]["S"].removeprefix(_ONLINE): _units(item) for item in self._range(ALL_QUEUES, _ONLINE)}
        return {agent_id: units for agent_id, units in found.items() if units}

    def recount(self, queue: str, waiting: Mapping[Priority, Sequence[datetime]]) -> Sequence[str]:
        sums = _amounts(self._read([(queue, NOW)]).get((queue, NOW), {}))
        tallies = {each: recounted(queue, each, sums, waiting.get(each, ())) for each in Priority}
        for addition in self._additions([tally for tally in tallies.values() if tally]):
            self.client.update_item(**addition["Update"])
        return [each for each, tally in tallies.items() if tally and tally.amounts.get(f"waiting_{each}")]

    def coverage(self, queue: str, now: datetime, days: int) -> list[Coverage]:
        first, last = coverage.items_of(now, days)
        items = self._query(
            "queue = :queue AND #item BETWEEN :first AND :last", queue, {":first": first, ":last": last}
        )
        return coverage.report(queue, {item["item"]["S"]: _amounts(item) for item in items})

    def _range(self, queue: str, kind: str) -> Iterator[Attributes]:
        return self._query("queue = :queue AND begins_with(#item, :kind)", queue, {":kind": kind})

    def _query(self, condition: str, queue: str, told: Mapping[str, str]) -> Iterator[Attributes]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":queue": queue, **told}),
            ConsistentRead=True,
        )
        return (item for page in pages for item in page["Items"])


def _key(queue: str, item: str) -> Attributes:
    return {"queue": {"S": queue}, "item": {"S": item}}


def _named(item: str, landmark: datetime) -> str:
    return f"{item}#{to_text(landmark)[:10]}"


def _keys(queue: str, item: str, now: datetime) -> list[Key]:
    return [(queue, _named(item, landmark)) for landmark in landmarks_to_read(now)]


def _key_of(one: Increment | Tally) -> Key:
    if isinstance(one, Tally):
        return one.queue, one.item
    return one.queue or ALL_QUEUES, _named(one.item, one.landmark)


def _first(one: Increment | Tally) -> dict[str, Any]:
    """What an item is told when it is first written."""
    if isinstance(one, Increment):
        return {"since": to_text(one.at), "expires_at": _seconds(expiry(one.landmark))}
    return {"expires_at": _seconds(one.expires)} if one.expires else {}


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _amounts(item: Attributes) -> dict[str, float]:
    """The numbers of an item, without the detour over decimals: there are many."""
    return {name: float(value["N"]) for name, value in item.items() if "N" in value and name != "expires_at"}


def _units(item: Attributes) -> dict[str, int]:
    return {queue: int(units) for queue, units in values(item).get("units", {}).items()} if item else {}


def _learned(items: Mapping[Key, Attributes], queue: str, item: str, tau: timedelta, now: datetime) -> Learned:
    found = ((landmark, items.get((queue, _named(item, landmark)))) for landmark in landmarks_to_read(now))
    parts = (
        Part(landmark, datetime.fromisoformat(known["since"]["S"]), _amounts(known))
        for landmark, known in found
        if known
    )
    return pool(parts, tau, now)
