"""The decisions table: per conversation, in order of time, what was decided and what came of it; for ninety days.

Agents' comings and goings are under `agent#<id>`, the policies of the time under `policy`, by their hash.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.conversation import Decision
from switchboard.decisions import KEPT, Answered, Freed, Given, Placed, Record, Seen, gist, name_of
from switchboard.instant import to_text
from switchboard.policy import Policy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AGENT, _POLICY = "agent#", "policy"
_NEWEST = 3
"""Records among which the newest decision is looked for: others may have been derived from the stream since."""
_CODECS: dict[str, Codec[Any]] = {
    "decided": Codec(Decision),
    "placed": Codec(Placed),
    "given": Codec(Given),
    "answered": Codec(Answered),
    "freed": Codec(Freed),
    "seen": Codec(Seen),
}
_KINDS = {Decision: "decided", Placed: "placed", Given: "given", Answered: "answered", Freed: "freed", Seen: "seen"}

_ORDER = {kind: n for n, kind in enumerate((Placed, Decision, Given, Answered, Freed, Seen))}
"""Of what happened in the same millisecond."""


def item_of(record: Record) -> Attributes:
    """A record as it is written; the case, most of a decision, is compressed: a write is paid by the kilobyte."""
    kind = _KINDS[type(record)]
    plain = _CODECS[kind].plain(record)
    if isinstance(record, Decision):
        plain["case"] = zlib.compress(record.case.encode(), 9)
    partition, last = _place(record)
    expires = int((record.at + KEPT).timestamp())
    key = {"conversation": partition, "item": "#".join(filter(None, (to_text(record.at), kind, last)))}
    return attributes({**plain, **key, "kind": kind, "expires_at": expires})


def _place(record: Record) -> tuple[str, str]:
    if isinstance(record, Seen):
        return _AGENT + record.agent_id, ""
    return name_of(record), record.seed if isinstance(record, Decision) else str(record.revision)


def record_of(item: Attributes) -> Record:
    """What `item_of` wrote."""
    read = values(item)
    if "case" in read:
        read["case"] = zlib.decompress(bytes(read["case"])).decode()
    record: Record = _CODECS[read["kind"]].read(read)
    return record


@dataclass(frozen=True, slots=True)
class DynamoDecisions:
    """Implements `ports.Decisions`. The claims' own are written with them, by `DynamoConversations`."""

    client: "DynamoDBClient"
    table: str

    def record(self, records: Sequence[Record]) -> None:
        for record in records:
            self.client.put_item(TableName=self.table, Item=item_of(record))

    def note(self, decision: Decision) -> bool:
        newest = self._newest(decision.conversation_id)
        if newest and newest.agent_id is None and gist(newest) == gist(decision):
            return False
        self.record([decision])
        return True

    def _newest(self, conversation_id: str) -> Decision | None:
        found = self.client.query(**self._of(conversation_id), ScanIndexForward=False, Limit=_NEWEST)["Items"]
        return next((record for record in map(record_of, found) if isinstance(record, Decision)), None)

    def latest(self, conversation_id: str) -> Decision | None:
        pages = self.client.get_paginator("query").paginate(
            **self._of(conversation_id), ConsistentRead=True, ScanIndexForward=False
        )
        records = (record_of(item) for page in pages for item in page["Items"])
        return next((one for one in records if isinstance(one, Decision) and one.agent_id), None)

    def of(self, conversation_id: str) -> list[Record]:
        pages = self.client.get_paginator("query").paginate(**self._of(conversation_id), ConsistentRead=True)
        records = (record_of(item) for page in pages for item in page["Items"])
        return sorted(records, key=lambda record: (record.at, _ORDER[type(record)]))

    def seen(self, agent_id: str) -> list[Seen]:
        """An agent's comings and goings, in order of time."""
        return [record for record in self.of(_AGENT + agent_id) if isinstance(record, Seen)]

    def _of(self, conversation_id: str) -> dict[str, Any]:
        return {
            "TableName": self.table,
            "KeyConditionExpression": "conversation = :conversation",
            "ExpressionAttributeValues": attributes({":conversation": conversation_id}),
        }

    def forget(self, conversation_id: str) -> None:
        asked = {**self._of(conversation_id), "ProjectionExpression": "conversation, #item", "ConsistentRead": True}
        names = {"#item": "item"}
        pages = self.client.get_paginator("query").paginate(**asked, ExpressionAttributeNames=names)
        for key in [item for page in pages for item in page["Items"]]:
            self.client.delete_item(TableName=self.table, Key=key)

    def keep(self, policy: Policy) -> None:
        """Keep a policy under its hash, once and for ever: without it, its decisions can't be tried otherwise."""
        document = zlib.compress(policy.model_dump_json().encode(), 9)
        item = attributes({"conversation": _POLICY, "item": policy.hash, "document": document})
        try:
            self.client.put_item(
                TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(conversation)"
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise

    def policy(self, digest: str) -> Policy | None:
        """The policy of a hash, if it was ever deployed here."""
        key = attributes({"conversation": _POLICY, "item": digest})
        item = self.client.get_item(TableName=self.table, Key=key).get("Item")
        return Policy.model_validate_json(zlib.decompress(bytes(values(item)["document"]))) if item else None

    def between(self, since: datetime, until: datetime) -> Iterator[Record]:
        """Everything from `since` until before `until`, and agents' comings and goings from before.

        In no order, one page at a time: for people, since it reads the whole table.
        """
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            FilterExpression="#at < :until AND (#at >= :since OR kind = :seen)",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues=attributes(
                {":since": to_text(since), ":until": to_text(until), ":seen": _KINDS[Seen]}
            ),
        )
        return (record_of(item) for page in pages for item in page["Items"])
