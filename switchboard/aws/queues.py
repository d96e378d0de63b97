"""The queues table: which lanes a queue has, and how long its answers took."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from switchboard.aws.conversations import skills_of, skills_text
from switchboard.aws.records import attributes, values
from switchboard.instant import to_text
from switchboard.policy import Priority
from switchboard.promise import BIN_COUNT, ResponseTimes, count, landmarks_to_read, pool
from switchboard.routing import Lane

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LANES = "lanes"
_DIGITS = 12
"""Significant digits of a weight: DynamoDB counts in decimals, and noise past these would only make items longer."""


@dataclass(frozen=True, slots=True)
class DynamoQueues:
    """Implements `ports.Queues`. Lanes are only ever added, so what this process has seen of them stays true."""

    client: "DynamoDBClient"
    table: str
    known: set[Lane] = field(default_factory=set)

    def lanes(self, queue: str) -> Collection[Lane]:
        key = attributes({"queue": queue, "item": _LANES})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        return sorted(_lane(queue, text) for text in values(item).get("lanes", ()))

    def add_lane(self, lane: Lane) -> None:
        if lane in self.known:
            return
        self.client.update_item(
            TableName=self.table,
            Key=attributes({"queue": lane.queue, "item": _LANES}),
            UpdateExpression="ADD lanes :lane",
            ExpressionAttributeValues=attributes({":lane": {f"{lane.priority} {skills_text(lane.skills)}"}}),
        )
        self.known.add(lane)

    def response_times(self, queue: str, priority: str, now: datetime) -> ResponseTimes:
        return pool([self._histogram(queue, priority, landmark) for landmark in landmarks_to_read(now)], now)

    def _histogram(self, queue: str, priority: str, landmark: datetime) -> ResponseTimes:
        key = attributes({"queue": queue, "item": _responses(priority, landmark)})
        read = values(self.client.get_item(TableName=self.table, Key=key).get("Item", {}))
        return ResponseTimes(tuple(float(read.get(f"b{bin_}", 0)) for bin_ in range(BIN_COUNT)), landmark)

    def count_response(self, queue: str, priority: str, seconds: float, at: datetime) -> None:
        counted = count(seconds, at)
        self.client.update_item(
            TableName=self.table,
            Key=attributes({"queue": queue, "item": _responses(priority, counted.landmark)}),
            UpdateExpression="ADD #bin :weight",
            ExpressionAttributeNames={"#bin": f"b{counted.bin}"},
            ExpressionAttributeValues=attributes({":weight": Decimal(f"{counted.weight:.{_DIGITS}g}")}),
        )


def _responses(priority: str, landmark: datetime) -> str:
    return f"responses#{priority}#{to_text(landmark)[:10]}"


def _lane(queue: str, text: str) -> Lane:
    priority, skills = text.split(" ", 1)
    return Lane(queue, skills_of(skills), Priority(priority))
