"""The conversations table: conversations and their messages, by thread. Layout: docs/architecture.md."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition, transact
from switchboard.conversation import Conversation, Decision, Entry, file
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.instant import to_text
from switchboard.ports import Clock
from switchboard.routing import Lane, Presence, Waiting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DUE_SHARDS = 4
NO_SKILLS = "-"
_CONVERSATION, _MESSAGE = "conversation#", "message#"
_DECISION = "decision#"
_conversations, _entries, _decisions = Codec(Conversation), Codec(Entry), Codec(Decision)


def due_shard(key: str) -> int:
    """The partition of a `due` index that an item of this key is in."""
    return zlib.crc32(key.encode()) % DUE_SHARDS


def skills_text(skills: tuple[str, ...]) -> str:
    """Skills as part of a key: keys can't be empty."""
    return "+".join(skills) or NO_SKILLS


def skills_of(text: str) -> tuple[str, ...]:
    """The skills of a key."""
    return () if text == NO_SKILLS else tuple(text.split("+"))


def record_of(item: Attributes) -> Conversation | Entry | None:
    """What an item of this table stands for; None for what is neither."""
    read = values(item)
    if read["item"].startswith(_CONVERSATION):
        return _conversations.read({**read, "skills": skills_of(read["skills"])})
    return _entries.read(read) if read["item"].startswith(_MESSAGE) else None


@dataclass(frozen=True, slots=True)
class DynamoConversations:
    """Implements `ports.Conversations`; each write names what it believed."""

    client: "DynamoDBClient"
    table: str
    agents_table: str
    clock: Clock
    pause: Callable[[int], None]

    def latest(self, thread: str) -> Conversation | None:
        found = self._newest(thread, _CONVERSATION)
        return _as_conversation(found) if found else None

    def _newest(self, thread: str, kind: str) -> Attributes | None:
        found = self.client.query(
            TableName=self.table,
            KeyConditionExpression="thread = :thread AND begins_with(#item, :kind)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":thread": thread, ":kind": kind}),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
        )["Items"]
        return found[0] if found else None

    def get(self, thread: str, number: int) -> Conversation | None:
        item = self._get(thread, _conversation_key(number))
        return _as_conversation(item) if item else None

    def _get(self, thread: str, item: str) -> Attributes | None:
        key = attributes({"thread": thread, "item": item})
        return self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")

    def open(self, conversation: Conversation) -> None:
        self._put(self._item(file(conversation)), "attribute_not_exists(thread)", {})

    def save(self, before: Conversation, after: Conversation) -> Conversation:
        changed = file(replace(after, revision=before.revision + 1))
        self._put(self._item(changed), "revision = :believed", {":believed": before.revision})
        return changed

    def _put(self, item: Attributes, condition: str, believed: dict[str, Any]) -> None:
        given = {"ExpressionAttributeValues": attributes(believed)} if believed else {}
        try:
            self.client.put_item(TableName=self.table, Item=item, ConditionExpression=condition, **given)  # type: ignore[arg-type]  # optional arguments as a mapping
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the item changed: read it again") from error
            raise

    def claim(self, before: Conversation, after: Conversation, decision: Decision) -> Conversation:
        changed, put = self._change(before, after)
        take = {
            "Update": {
                "TableName": self.agents_table,
                "Key": attributes({"agent_id": after.owner, "item": "agent"}),
                "UpdateExpression": "SET #free = #free - :cost, idle_since = :at",
                "ConditionExpression": "#free >= :cost AND presence = :online",
                "ExpressionAttributeNames": {"#free": "free"},
                "ExpressionAttributeValues": attributes(
                    {":cost": after.cost, ":at": to_text(self.clock()), ":online": Presence.ONLINE.value}
                ),
            }
        }
        why = {"Put": {"TableName": self.table, "Item": _decision_item(decision)}}
        transact(self.client, [put, take, why], self.pause, [ConflictError, AgentUnavailableError])  # type: ignore[list-item]  # literal dicts
        return changed

    def free(self, before: Conversation, after: Conversation, at: datetime) -> Conversation:
        changed, put = self._change(before, after)
        give = {
            "Update": {
                "TableName": self.agents_table,
                "Key": attributes({"agent_id": before.owner, "item": "agent"}),
                "UpdateExpression": "SET #free = #free + :cost, idle_since = :at",
                "ExpressionAttributeNames": {"#free": "free"},
                "ExpressionAttributeValues": attributes({":cost": before.cost, ":at": to_text(at)}),
            }
        }
        transact(self.client, [put, give], self.pause, [ConflictError])  # type: ignore[list-item]  # a literal dict
        return changed

    def write(self, before: Conversation, after: Conversation, entry: Entry) -> Conversation:
        changed, put = self._change(before, after)
        add = {
            "Put": {
                "TableName": self.table,
                "Item": self._entry_item(entry),
                "ConditionExpression": "attribute_not_exists(thread)",
            }
        }
        transact(self.client, [put, add], self.pause, [ConflictError, ConflictError])  # type: ignore[list-item]  # a literal dict
        return changed

    def _change(self, before: Conversation, after: Conversation) -> tuple[Conversation, dict[str, Any]]:
        changed = file(replace(after, revision=before.revision + 1))
        put = {
            "Put": {
                "TableName": self.table,
                "Item": self._item(changed),
                "ConditionExpression": "revision = :believed",
                "ExpressionAttributeValues": attributes({":believed": before.revision}),
            }
        }
        return changed, put

    def record(self, entry: Entry) -> Entry | None:
        try:
            self.client.put_item(
                TableName=self.table,
                Item=self._entry_item(entry),
                ConditionExpression="attribute_not_exists(thread)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise
            return _as_entry(error.response["Item"])  # type: ignore[typeddict-item]  # there because of ALL_OLD
        return None

    def move(self, entry: Entry, number: int) -> None:
        self.client.update_item(
            TableName=self.table,
            Key=attributes({"thread": entry.thread, "item": _MESSAGE + entry.id}),
            UpdateExpression="SET #number = :number",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues=attributes({":number": number}),
        )

    def amend(self, before: Entry, after: Entry) -> None:
        believed: dict[str, Any] = {":number": before.number}
        condition = "#number = :number AND attribute_not_exists(changed_by_sender_at)"
        if before.changed_by_sender_at:
            believed[":changed"] = to_text(before.changed_by_sender_at)
            condition = "#number = :number AND changed_by_sender_at = :changed"
        try:
            self.client.put_item(
                TableName=self.table,
                Item=self._entry_item(after),
                ConditionExpression=condition,
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues=attributes(believed),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the message changed: read it again") from error
            raise

    def entry(self, thread: str, entry_id: str) -> Entry | None:
        item = self._get(thread, _MESSAGE + entry_id)
        return _as_entry(item) if item else None

    def entries(self, thread: str, number: int) -> list[Entry]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="thread = :thread AND begins_with(#item, :kind)",
            FilterExpression="#number = :number",
            ExpressionAttributeNames={"#item": "item", "#number": "number"},
            ExpressionAttributeValues=attributes({":thread": thread, ":kind": _MESSAGE, ":number": number}),
            ConsistentRead=True,
        )
        found = (_as_entry(item) for page in pages for item in page["Items"])
        return sorted(found, key=lambda entry: (entry.at, entry.position or 0, entry.id))

    def advance(self, before: Entry, after: Entry) -> Entry:
        believed = {":status": before.status}
        condition = "#status = :status AND attribute_not_exists(attempt_at)"
        if before.attempt_at:
            believed[":attempt"] = to_text(before.attempt_at)  # type: ignore[assignment]  # both are text
            condition = "#status = :status AND attempt_at = :attempt"
        try:
            self.client.put_item(
                TableName=self.table,
                Item=self._entry_item(after),
                ConditionExpression=condition,
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=attributes(believed),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the message's delivery changed: read it again") from error
            raise
        return after

    def decision(self, thread: str, number: int) -> Decision | None:
        found = self._newest(thread, _decision_key(number))
        return _decisions.read(values(found)) if found else None

    def heads(self, lane: Lane, limit: int) -> list[Waiting]:
        found = self.client.query(
            TableName=self.table,
            IndexName="lanes",
            KeyConditionExpression="queue = :queue AND skills = :skills AND priority = :priority",
            ExpressionAttributeValues=attributes(
                {":queue": lane.queue, ":skills": skills_text(lane.skills), ":priority": lane.priority.value}
            ),
            Limit=limit,
        )["Items"]
        return [_waiting(values(item), lane) for item in found]

    def due(self, now: datetime, limit: int) -> list[tuple[str, int]]:
        found = [item for shard in range(DUE_SHARDS) for item in self._due_in(shard, now, limit)]
        found.sort(key=lambda item: item["check_at"])
        return [_place(item) for item in found[:limit]]

    def _due_in(self, shard: int, now: datetime, limit: int) -> Iterator[dict[str, Any]]:
        found = self.client.query(
            TableName=self.table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND check_at <= :now",
            ExpressionAttributeValues=attributes({":shard": shard, ":now": to_text(now)}),
            Limit=limit,
        )["Items"]
        return map(values, found)

    def owned(self, agent_id: str) -> list[tuple[str, int]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="owners",
            KeyConditionExpression="#owner = :agent",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues=attributes({":agent": agent_id}),
        )
        return [_place(values(item)) for page in pages for item in page["Items"]]

    def _item(self, conversation: Conversation) -> Attributes:
        plain = _conversations.plain(conversation)
        plain["item"] = _conversation_key(conversation.number)
        plain["skills"] = skills_text(conversation.skills)
        plain["changed_at"] = to_text(self.clock())
        if conversation.waiting_since:
            plain["waiting_since"] = to_text(conversation.waiting_since)
        if conversation.check_at:
            plain["due_shard"] = due_shard(conversation.thread)
        return attributes(plain)

    def _entry_item(self, entry: Entry) -> Attributes:
        plain = _entries.plain(entry)
        return attributes({**plain, "item": _MESSAGE + entry.id, "changed_at": to_text(self.clock())})


def _decision_key(number: int) -> str:
    return f"{_DECISION}{number:06d}#"


def _decision_item(decision: Decision) -> Attributes:
    key = _decision_key(decision.number) + to_text(decision.at)
    return attributes({**_decisions.plain(decision), "item": key})


def _conversation_key(number: int) -> str:
    return f"{_CONVERSATION}{number:06d}"


def _as_conversation(item: Attributes) -> Conversation:
    read = values(item)
    return _conversations.read({**read, "skills": skills_of(read["skills"])})


def _as_entry(item: Attributes) -> Entry:
    return _entries.read(values(item))


def _place(read: dict[str, Any]) -> tuple[str, int]:
    return read["thread"], int(read["item"].removeprefix(_CONVERSATION))


def _waiting(read: dict[str, Any], lane: Lane) -> Waiting:
    thread, number = _place(read)
    since = datetime.fromisoformat(read["waiting_since"])
    return Waiting(thread=thread, number=number, lane=lane, since=since)
