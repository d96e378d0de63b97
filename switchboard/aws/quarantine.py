"""The quarantine table: what was verified and could not be understood."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchboard.aws.records import attributes, values
from switchboard.events import MessageQuarantined

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoQuarantine:
    """Implements `ports.Quarantine`. The raw bytes stay in the raw bucket; this is the list of them."""

    client: "DynamoDBClient"
    table: str

    def add(self, item: MessageQuarantined) -> None:
        record = {**item.model_dump(mode="json"), "item": item.quarantine_id}
        self.client.put_item(TableName=self.table, Item=attributes(record))

    def list(self, account: str, limit: int) -> "list[MessageQuarantined]":
        found = self.client.query(
            TableName=self.table,
            KeyConditionExpression="account = :account",
            ExpressionAttributeValues=attributes({":account": account}),
            Limit=limit,
        )["Items"]
        items = [MessageQuarantined.model_validate(values(item)) for item in found]
        return sorted(items, key=lambda item: item.at, reverse=True)

    def get(self, account: str, quarantine_id: str) -> MessageQuarantined | None:
        key = attributes({"account": account, "item": quarantine_id})
        item = self.client.get_item(TableName=self.table, Key=key).get("Item")
        return MessageQuarantined.model_validate(values(item)) if item else None
