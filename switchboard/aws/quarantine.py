"""The quarantine table: what was verified and could not be understood, and what people did about it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.pages import query_page
from switchboard.aws.records import Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.errors import ConflictError
from switchboard.events import MessageQuarantined
from switchboard.instant import to_text
from switchboard.ports import Before, Filed
from switchboard.quarantine import Quarantined, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_items = Codec(Quarantined)


@dataclass(frozen=True, slots=True)
class DynamoQuarantine:
    """Implements `ports.Quarantine`. The raw bytes stay in the raw bucket; this is the list of them."""

    client: "DynamoDBClient"
    table: str

    def add(self, item: MessageQuarantined) -> None:
        made = Quarantined(**{name: getattr(item, name) for name in type(item).model_fields if name != "version"})
        try:
            self._put(made, "attribute_not_exists(account)", {})
        except ClientError as error:
            if not is_refused_condition(error):
                raise

    def get(self, account: str, quarantine_id: str) -> Quarantined | None:
        key = attributes({"account": account, "item": quarantine_id})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _items.read(values(item)) if item else None

    def page(self, account: str, state: State, before: Before | None, limit: int) -> Sequence[Filed[Quarantined]]:
        partition = {"account": account, "state": state.value}
        found = query_page(self.client, self.table, "received", partition, "place", before, limit)
        return [Filed(item["place"], _items.read(item)) for item in found]

    def count_open(self, account: str, most: int) -> int:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="received",
            KeyConditionExpression="account = :account AND #state = :open",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=attributes({":account": account, ":open": State.OPEN.value}),
            Select="COUNT",
            PaginationConfig={"MaxItems": most + 1, "PageSize": most + 1},
        )
        return min(sum(page["Count"] for page in pages), most + 1)

    def save(self, before: Quarantined, after: Quarantined) -> Quarantined:
        made = replace(after, revision=before.revision + 1)
        condition = "attribute_exists(account) AND (revision = :believed OR attribute_not_exists(revision))"
        try:
            self._put(made, condition, {":believed": before.revision})
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("somebody else is at this item: read it again") from error
            raise
        return made

    def _put(self, item: Quarantined, condition: str, told: dict[str, Any]) -> None:
        record = {**_items.plain(item), "item": item.quarantine_id, "place": f"{to_text(item.at)}#{item.quarantine_id}"}
        given: dict[str, Any] = {"ExpressionAttributeValues": attributes(told)} if told else {}
        self.client.put_item(TableName=self.table, Item=attributes(record), ConditionExpression=condition, **given)


@dataclass(frozen=True, slots=True)
class SqsRetryQueue:
    """Implements `ports.RetryQueue`; its client is made when first needed."""

    client: "Callable[[], SQSClient]"
    url: str

    def retry(self, account: str, quarantine_id: str) -> None:
        body = json.dumps({"account": account, "quarantine_id": quarantine_id})
        self.client().send_message(QueueUrl=self.url, MessageBody=body)
