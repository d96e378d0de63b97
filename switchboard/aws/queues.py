"""The queues table: which lanes a queue has. What is learned of it, beside them, is in estimates.py."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from switchboard.aws.conversations import BEHIND, skills_of, skills_text
from switchboard.aws.records import attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.instant import to_text
from switchboard.policy import Priority
from switchboard.routing import Lane

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LANES = "lanes"
_EVERY, _SWEEP = "sweep#", "sweep"
"""Of all queues: no queue has such a name."""


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
            ExpressionAttributeValues=attributes({":lane": {_text(lane)}}),
        )
        self.known.add(lane)

    def begin_sweep(self, now: datetime, rest: timedelta) -> bool:
        try:
            self.client.update_item(
                TableName=self.table,
                Key=attributes({"queue": _EVERY, "item": _SWEEP}),
                UpdateExpression="SET begun_at = :now",
                ConditionExpression="attribute_not_exists(begun_at) OR begun_at < :rested",
                ExpressionAttributeValues=attributes({":now": to_text(now), ":rested": to_text(now - rest)}),
            )
        except ClientError as error:
            if is_refused_condition(error):
                return False
            raise
        return True


def _text(lane: Lane) -> str:
    return f"{lane.priority} {skills_text(lane.skills, held=lane.held)}"


def _lane(queue: str, text: str) -> Lane:
    priority, skills = text.split(" ", 1)
    return Lane(queue, skills_of(skills), Priority(priority), held=skills.startswith(BEHIND))
