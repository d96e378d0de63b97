"""Waiting places of counterparties, one item per source in the customers table: a set of conversations' ids.

Adding and removing ids is commutative and idempotent, and the set's size is the count: nothing has to be subtracted,
so nothing can be subtracted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.records import Attributes, attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.flood import Places, Source
from switchboard.instant import to_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_HOME = "places#"
_HAS_ONE = "attribute_not_exists(members) OR contains(members, :id) OR size(members) < :most OR lifted_until > :now"


@dataclass(frozen=True, slots=True)
class DynamoPlaces:
    """Implements `ports.WaitingPlaces`."""

    client: "DynamoDBClient"
    table: str

    def take(self, source: Source, conversation_id: str, most: int, at: datetime) -> Places | None:
        told = {":one": {conversation_id}, ":id": conversation_id, ":most": most, ":now": to_text(at)}
        try:
            self._update(source, "ADD members :one SET taken_at = :now", told, _HAS_ONE)
        except ClientError as error:
            if is_refused_condition(error):
                return _as_places(error.response["Item"])  # type: ignore[typeddict-item]  # there because of ALL_OLD
            raise
        return None

    def leave(self, source: Source, conversation_ids: Iterable[str]) -> None:
        self._update(source, "DELETE members :gone", {":gone": set(conversation_ids)})

    def get(self, source: Source) -> Places:
        found = self.client.get_item(TableName=self.table, Key=_key(source), ConsistentRead=True)
        return _as_places(found.get("Item", {}))

    def crowd(self, source: Source, at: datetime) -> None:
        self._update(source, "SET crowded_at = :now", {":now": to_text(at)})

    def uncrowd(self, source: Source, since: datetime) -> None:
        try:
            self._update(source, "REMOVE crowded_at", {":since": to_text(since)}, "crowded_at = :since")
        except ClientError as error:
            if not is_refused_condition(error):
                raise

    def lift(self, source: Source, until: datetime) -> None:
        self._update(source, "SET lifted_until = :until", {":until": to_text(until)})

    def forget(self, counterparty: str) -> None:
        found = self.client.query(
            TableName=self.table,
            KeyConditionExpression="address = :home",
            ExpressionAttributeValues=attributes({":home": _HOME + counterparty}),
            ConsistentRead=True,
        )["Items"]
        for item in found:
            self.client.delete_item(TableName=self.table, Key={name: item[name] for name in ("address", "item")})

    def _update(self, source: Source, change: str, told: dict[str, Any], condition: str = "") -> None:
        checked = {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        self.client.update_item(
            TableName=self.table,
            Key=_key(source),
            UpdateExpression=change,
            ExpressionAttributeValues=attributes(told),
            **(checked if condition else {}),  # type: ignore[arg-type]  # optional arguments as a mapping
        )


def _key(source: Source) -> Attributes:
    return attributes({"address": _HOME + source.counterparty, "item": source.line})


def _as_places(item: Attributes) -> Places:
    read = values(item)
    times = ("taken_at", "crowded_at", "lifted_until")
    return Places(
        members=frozenset(read.get("members", ())),
        **{name: datetime.fromisoformat(read[name]) for name in times if name in read},
    )
