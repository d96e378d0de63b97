"""How far the reconciler has come, as one item per account in the queues table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchboard.aws.records import Codec, attributes, values
from switchboard.ports import Cursor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CURSOR = "cursor"
_cursors = Codec(Cursor)


@dataclass(frozen=True, slots=True)
class DynamoCursors:
    """Implements `ports.Cursors`. A queue's key has no #, so none can be taken for an account's."""

    client: "DynamoDBClient"
    table: str

    def get(self, account: str) -> Cursor | None:
        key = attributes(_key(account))
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _cursors.read(values(item)) if item else None

    def put(self, account: str, cursor: Cursor) -> None:
        self.client.put_item(TableName=self.table, Item=attributes({**_cursors.plain(cursor), **_key(account)}))


def _key(account: str) -> dict[str, str]:
    return {"queue": f"account#{account}", "item": _CURSOR}
