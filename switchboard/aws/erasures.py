"""The erasures table: whom we were asked to forget, by a keyed hash, and how far that got."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from switchboard.aws.records import Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.erasure import Erasure, code_of
from switchboard.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ITEM = "erasure"
_erasures = Codec(Erasure)


@dataclass(frozen=True, slots=True)
class DynamoErasures:
    """Implements `ports.Erasures`. The pepper is asked for when first needed."""

    client: "DynamoDBClient"
    table: str
    pepper: Callable[[], bytes]

    def code_of(self, address: str) -> str:
        return code_of(address, self.pepper())

    def get(self, code: str) -> Erasure | None:
        key = attributes({"code": code, "item": _ITEM})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _erasures.read(values(item)) if item else None

    def save(self, before: Erasure | None, after: Erasure) -> Erasure:
        changed = replace(after, revision=before.revision + 1) if before else after
        believed = {"ExpressionAttributeValues": attributes({":believed": before.revision})} if before else {}
        try:
            self.client.put_item(
                TableName=self.table,
                Item=attributes({**_erasures.plain(changed), "item": _ITEM}),
                ConditionExpression="revision = :believed" if before else "attribute_not_exists(code)",
                **believed,  # type: ignore[arg-type]  # an optional argument
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the erasure changed: read it again") from error
            raise
        return changed
