"""Alerts: what agents asked for (agents table), their slates and what was sent (consoles table), and the queue."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.alerts import STALE, Alert, Preference, Slate
from switchboard.aws.agents import WISHES, employment_check
from switchboard.aws.consoles import DynamoConsoles
from switchboard.aws.records import Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition, transact
from switchboard.errors import ConflictError, NotFoundError
from switchboard.push import topic_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

LOOK, TELL = "alert.look", "alert.tell"
_SLATE = "slate"
_KEPT = 24 * STALE
"""A slate or a claim that nobody needs any more."""
_preferences, _slates, _alerts = Codec(Preference), Codec(Slate), Codec(Alert)


@dataclass(frozen=True, slots=True)
class DynamoPreferences:
    """Implements `ports.Preferences`."""

    client: "DynamoDBClient"
    table: str
    pause: "Callable[[int], None]"

    def get(self, agent_id: str) -> Preference:
        item = self.client.get_item(TableName=self.table, Key=_key(agent_id), ConsistentRead=True).get("Item")
        return _preferences.read(values(item)["preference"]) if item else Preference()

    def put(self, agent_id: str, preference: Preference) -> None:
        item = {**_key(agent_id), **attributes({"preference": _preferences.plain(preference)})}
        writes = [employment_check(self.table, agent_id), {"Put": {"TableName": self.table, "Item": item}}]
        transact(self.client, writes, self.pause, [NotFoundError])  # type: ignore[arg-type]  # literal dicts


def _key(agent_id: str) -> dict[str, Any]:
    return attributes({"agent_id": agent_id, "item": WISHES})


@dataclass(frozen=True, slots=True)
class DynamoSlates(DynamoConsoles):
    """Implements `ports.Slates`: beside who is connected, what is to be told to those who are not."""

    def slate(self, agent_id: str) -> Slate:
        key = attributes({"topic": topic_of(agent_id=agent_id), "item": _SLATE})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _slates.read(values(item)) if item else Slate(agent_id=agent_id)

    def save_slate(self, before: Slate, after: Slate) -> Slate:
        made = replace(after, revision=before.revision + 1)
        newest = max((made.alerted_at, *made.wiped.values(), *(one.at for one in made.occasions)), key=_or_never)
        item = {
            **_slates.plain(made),
            "topic": topic_of(agent_id=made.agent_id),
            "item": _SLATE,
            **({"gone_at": int((newest + _KEPT).timestamp())} if newest else {}),
        }
        try:
            self.client.put_item(
                TableName=self.table,
                Item=attributes(item),
                ConditionExpression="attribute_not_exists(topic) OR revision = :believed",
                ExpressionAttributeValues=attributes({":believed": before.revision}),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the slate changed: read it again") from error
            raise
        return made

    def claim_alert(self, alert_id: str, way: str, at: datetime) -> bool:
        item = {**_claim(alert_id, way), "gone_at": int((at + _KEPT).timestamp())}
        try:
            self.client.put_item(
                TableName=self.table, Item=attributes(item), ConditionExpression="attribute_not_exists(topic)"
            )
        except ClientError as error:
            if is_refused_condition(error):
                return False
            raise
        return True

    def unclaim_alert(self, alert_id: str, way: str) -> None:
        self.client.delete_item(TableName=self.table, Key=attributes(_claim(alert_id, way)))


def _or_never(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _claim(alert_id: str, way: str) -> dict[str, str]:
    return {"topic": f"alert#{alert_id}", "item": way}


@dataclass(frozen=True, slots=True)
class SqsAlertQueue:
    """Implements `ports.AlertQueue`; what it sends has the shape of an event from the bus."""

    client: "Callable[[], SQSClient]"
    url: str

    def look(self, agent_id: str, delay: timedelta) -> None:
        self._send(LOOK, {"agent_id": agent_id}, delay)

    def tell(self, alert: Alert, way: str) -> None:
        self._send(TELL, {"alert": _alerts.plain(alert), "way": way}, timedelta(0))

    def _send(self, task: str, detail: dict[str, Any], delay: timedelta) -> None:
        seconds = max(0, -(-delay // timedelta(seconds=1)))
        body = json.dumps({"detail-type": task, "detail": detail}, default=int)
        self.client().send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=seconds)


def read_alert(plain: dict[str, Any]) -> Alert:
    """An alert as it lies in the queue."""
    return _alerts.read(plain)
