"""The conversations table: conversations and their messages, by thread. Layout: docs/architecture.md."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws import bookmarks
from switchboard.aws.decisions import item_of
from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition, transact
from switchboard.conversation import Conversation, Decision, Entry, customer_of, file
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.excerpt import Spoken, Words
from switchboard.flood import source_of
from switchboard.instant import to_text
from switchboard.ports import Alias, Clock, Drafted, Opened, Owned, Past, Placed, Row, Said, Stop
from switchboard.routing import Lane, Presence, Waiting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DUE_SHARDS = 4
NO_SKILLS = "-"
SAID_AT_ONCE = 50
"""Messages of a customer that are looked up at once."""
BEHIND = "~"
"""Before the skills in a key: a line of what is held."""
HELD = "held#"
_CONVERSATION, _MESSAGE = "conversation#", "message#"
_ALIAS = "alias"
_AT_ONCE = 100
"""Items that DynamoDB reads in one request."""
_conversations, _entries = Codec(Conversation), Codec(Entry)
_aliases, _words = Codec(Alias), Codec(Words)
_NAMES = {f"#{name}": name for name in ("thread", "item", *(field.name for field in fields(Words)))}
_WORDS = {"ConsistentRead": True, "ProjectionExpression": ", ".join(_NAMES), "ExpressionAttributeNames": _NAMES}
"""Of a message, what an excerpt needs."""


def held(channel: str) -> str:
    """The attribute that counts an agent's conversations of a channel: at the top, so that one update can count."""
    return HELD + channel


def due_shard(key: str) -> int:
    """The partition of a `due` index that an item of this key is in."""
    return zlib.crc32(key.encode()) % DUE_SHARDS


def skills_text(skills: tuple[str, ...], *, held: bool = False) -> str:
    """Skills as part of a lane's key: keys can't be empty."""
    return (BEHIND if held else "") + ("+".join(skills) or NO_SKILLS)


def skills_of(text: str) -> tuple[str, ...]:
    """The skills of a key."""
    skills = text.removeprefix(BEHIND)
    return () if skills == NO_SKILLS else tuple(skills.split("+"))


def record_of(item: Attributes) -> Conversation | Entry | None:
    """What an item of this table stands for; None for what is neither."""
    read = values(item)
    if read["item"].startswith(_CONVERSATION):
        return _conversations.read({**read, "skills": skills_of(read["skills"])})
    return _entries.read(read) if read["item"].startswith(_MESSAGE) else None


def place_of(read: Mapping[str, Any]) -> tuple[str, int] | None:
    """Thread and number of the conversation that an item's values stand for; None if it is something else."""
    return _place(read) if read.get("item", "").startswith(_CONVERSATION) else None


@dataclass(frozen=True, slots=True)
class DynamoConversations:
    """Implements `ports.Conversations`; each write names what it believed."""

    client: "DynamoDBClient"
    table: str
    agents_table: str
    decisions_table: str
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

    def claim(
        self, before: Conversation, after: Conversation, decision: Decision, cap: int | None = None
    ) -> Conversation:
        changed, put = self._change(before, after)
        condition, told = "#free >= :cost AND presence = :online", {":online": Presence.ONLINE.value}
        limit: dict[str, Any] = {} if cap is None else {":cap": cap}
        if limit:
            condition += " AND (attribute_not_exists(#held) OR #held < :cap)"
        take = self._take_units(after, self.clock(), condition, {**told, **limit})
        why = {"Put": {"TableName": self.decisions_table, "Item": item_of(decision)}}
        transact(self.client, [put, take, why], self.pause, [ConflictError, AgentUnavailableError])  # type: ignore[list-item]  # literal dicts
        return changed

    def free(self, before: Conversation, after: Conversation, at: datetime) -> Conversation:
        changed, put = self._change(before, after)
        transact(self.client, [put, self._give_back(before, at)], self.pause, [ConflictError])  # type: ignore[list-item]  # literal dicts
        return changed

    def _give_back(self, before: Conversation, at: datetime) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self.agents_table,
                "Key": attributes({"agent_id": before.owner, "item": "agent"}),
                "UpdateExpression": (
                    "SET #free = #free + :cost, #held = if_not_exists(#held, :one) - :one, idle_since = :at"
                ),
                "ExpressionAttributeNames": {"#free": "free", "#held": held(before.channel)},
                "ExpressionAttributeValues": attributes({":cost": before.cost, ":one": 1, ":at": to_text(at)}),
            }
        }

    def _take_units(self, after: Conversation, at: datetime, condition: str, told: dict[str, Any]) -> dict[str, Any]:
        counted = {":cost": after.cost, ":one": 1, ":none": 0, ":at": to_text(at)}
        return {
            "Update": {
                "TableName": self.agents_table,
                "Key": attributes({"agent_id": after.owner, "item": "agent"}),
                "UpdateExpression": (
                    "SET #free = #free - :cost, #held = if_not_exists(#held, :none) + :one, idle_since = :at"
                ),
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#free": "free", "#held": held(after.channel)},
                "ExpressionAttributeValues": attributes({**counted, **told}),
            }
        }

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

    def change(
        self, before: Conversation | None, after: Conversation, at: datetime, entry: Entry | None = None
    ) -> Conversation:
        changed, put = self._change(before, after) if before else self._begin(after)
        was = before.owner if before else None
        give = [self._give_back(before, at)] if before and was and was != after.owner else []
        take = [self._take(after, at)] if after.owner and was != after.owner else []
        add = [self._add(entry)] if entry else []
        writes = [put, *give, *take, *add]
        refusals = [AgentUnavailableError if write in take else ConflictError for write in writes]
        transact(self.client, writes, self.pause, refusals)  # type: ignore[arg-type]  # literal dicts
        return changed

    def _begin(self, first: Conversation) -> tuple[Conversation, dict[str, Any]]:
        filed = file(first)
        item = {"TableName": self.table, "Item": self._item(filed)}
        return filed, {"Put": {**item, "ConditionExpression": "attribute_not_exists(thread)"}}

    def _take(self, after: Conversation, at: datetime) -> dict[str, Any]:
        """Take units from whoever is there, even those they haven't: a person decided it."""
        condition = "attribute_exists(agent_id) AND presence <> :offline"
        return self._take_units(after, at, condition, {":offline": Presence.OFFLINE.value})

    def _add(self, entry: Entry) -> dict[str, Any]:
        item = {"TableName": self.table, "Item": self._entry_item(entry)}
        return {"Put": {**item, "ConditionExpression": "attribute_not_exists(thread)"}}

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

    def add_alias(self, account: str, name: str, alias: Alias) -> Alias:
        plain = {**_aliases.plain(alias), "home": alias.thread, **_alias_key(account, name)}
        try:
            self.client.put_item(
                TableName=self.table,
                Item=attributes(plain),
                ConditionExpression="attribute_not_exists(thread)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise
            return _as_alias(error.response["Item"])  # type: ignore[typeddict-item]  # there because of ALL_OLD
        return alias

    def alias(self, account: str, names: Sequence[str]) -> Alias | None:
        for name in names:
            key = _alias_key(account, name)
            if item := self._get(key["thread"], key["item"]):
                return _as_alias(item)
        return None

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
        try:
            self.client.update_item(
                TableName=self.table,
                Key=attributes({"thread": entry.thread, "item": _MESSAGE + entry.id}),
                UpdateExpression="SET #number = :number",
                ConditionExpression="attribute_exists(thread)",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues=attributes({":number": number}),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the message is gone: it was erased") from error
            raise

    def amend(self, before: Entry, after: Entry) -> None:
        condition, believed = _unchanged(before)
        try:
            self.client.put_item(
                TableName=self.table,
                Item=self._entry_item(after),
                ConditionExpression=f"#number = :number AND {condition}",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues=attributes({**believed, ":number": before.number}),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the message changed: read it again") from error
            raise

    def record_files(self, before: Entry, after: Entry) -> None:
        condition, believed = _unchanged(before)
        plain = self._plain_entry(after)
        written = {f":{name}": plain[name] for name in ("attachments", "fetched_at", "changed_at")}
        try:
            self.client.update_item(
                TableName=self.table,
                Key=attributes({"thread": before.thread, "item": _MESSAGE + before.id}),
                UpdateExpression="SET attachments = :attachments, fetched_at = :fetched_at, changed_at = :changed_at",
                ConditionExpression=f"attribute_exists(thread) AND {condition}",
                ExpressionAttributeValues=attributes({**believed, **written}),
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the message or its files changed: read it again") from error
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

    def threads(self, customer_id: str) -> list[str]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="customers",
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues=attributes({":customer": customer_id}),
        )
        return sorted({values(item)["thread"] for page in pages for item in page["Items"]})

    def opened(self, customer_id: str, limit: int) -> list[Opened]:
        found = self.client.query(
            TableName=self.table,
            IndexName="customers",
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues=attributes({":customer": customer_id}),
            ScanIndexForward=False,
            Limit=limit,
        )["Items"]
        return [_opened(values(item)) for item in found]

    def said(self, customer_id: str, until: datetime | None) -> Iterator[Said]:
        told = {":customer": customer_id, **({":until": to_text(until)} if until else {})}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="timeline",
            KeyConditionExpression="customer_id = :customer" + (" AND #at <= :until" if until else ""),
            **({"ExpressionAttributeNames": {"#at": "at"}} if until else {}),  # type: ignore[arg-type]  # an optional argument
            ExpressionAttributeValues=attributes(told),
            ScanIndexForward=False,
            PaginationConfig={"PageSize": SAID_AT_ONCE},
        )
        return (_said(values(item)) for page in pages for item in page["Items"])

    def everything(self, thread: str) -> list[Conversation | Entry]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="thread = :thread",
            ExpressionAttributeValues=attributes({":thread": thread}),
            ConsistentRead=True,
        )
        records = (record_of(item) for page in pages for item in page["Items"])
        return [record for record in records if record]

    def forget(self, conversation: Conversation, at: datetime) -> None:
        delete = {
            "Delete": {
                "TableName": self.table,
                "Key": attributes({"thread": conversation.thread, "item": _conversation_key(conversation.number)}),
                "ConditionExpression": "revision = :believed",
                "ExpressionAttributeValues": attributes({":believed": conversation.revision}),
            }
        }
        give = [self._give_back(conversation, at)] if conversation.owner else []
        transact(self.client, [delete, *give], self.pause, [ConflictError])  # type: ignore[list-item]  # literal dicts

    def remove(self, entry: Entry) -> None:
        key = attributes({"thread": entry.thread, "item": _MESSAGE + entry.id})
        self.client.delete_item(TableName=self.table, Key=key)

    def heads(self, lane: Lane, limit: int) -> list[Waiting]:
        found = self.client.query(
            TableName=self.table,
            IndexName="lanes",
            KeyConditionExpression="queue = :queue AND skills = :skills AND priority = :priority",
            ExpressionAttributeValues=attributes(
                {
                    ":queue": lane.queue,
                    ":skills": skills_text(lane.skills, held=lane.held),
                    ":priority": lane.priority.value,
                }
            ),
            Limit=limit,
        )["Items"]
        return [_waiting(values(item), lane) for item in found]

    def held(self, line: str, counterparty: str, limit: int) -> list[tuple[tuple[str, int], datetime]]:
        found = self._held("held_in = :line AND counterparty = :who", {":line": line, ":who": counterparty}, limit)
        return [(_place(item), datetime.fromisoformat(item["awaiting_since"])) for item in found]

    def crowded(self, line: str, limit: int) -> list[str]:
        names: list[str] = []
        condition, told = "held_in = :line", {":line": line}
        while len(names) < limit and (found := self._held(condition, told, 1)):
            names.append(found[0]["counterparty"])
            condition, told = "held_in = :line AND counterparty > :who", {":line": line, ":who": names[-1]}
        return names

    def _held(self, condition: str, told: dict[str, str], limit: int) -> list[dict[str, Any]]:
        found = self.client.query(
            TableName=self.table,
            IndexName="held",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=attributes(told),
            Limit=limit,
        )["Items"]
        return [values(item) for item in found]

    def waiting_since(self, lane: Lane) -> list[datetime]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="lanes",
            KeyConditionExpression="queue = :queue AND skills = :skills AND priority = :priority",
            ExpressionAttributeValues=attributes(
                {
                    ":queue": lane.queue,
                    ":skills": skills_text(lane.skills, held=lane.held),
                    ":priority": lane.priority.value,
                }
            ),
        )
        return [datetime.fromisoformat(item["waiting_since"]["S"]) for page in pages for item in page["Items"]]

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

    def walk(self, row: Row, after: Stop | None, limit: int) -> list[Stop]:
        index, partition, sort, is_forward = _index_of(row)
        start = {**partition, sort: to_text(after.at), **_key_in(row, after)} if after else None
        found = self.client.query(
            TableName=self.table,
            IndexName=index,
            KeyConditionExpression=" AND ".join(f"#{name} = :{name}" for name in partition),
            ExpressionAttributeNames={f"#{name}": name for name in partition},
            ExpressionAttributeValues=attributes({f":{name}": value for name, value in partition.items()}),
            ScanIndexForward=is_forward,
            Limit=limit,
            **({"ExclusiveStartKey": attributes(start)} if start else {}),  # type: ignore[arg-type]  # an optional argument
        )["Items"]
        return [Stop(datetime.fromisoformat(item[sort]), *_place(item)) for item in map(values, found)]

    def read_all(self, stops: Sequence[Stop]) -> list[Conversation | None]:
        keys = [attributes(_key_of(stop)) for stop in stops]
        found: dict[tuple[str, int], Conversation] = {}
        while keys:
            answer = self.client.batch_get_item(RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}})
            read = map(_as_conversation, answer["Responses"].get(self.table, []))
            found |= {(known.thread, known.number): known for known in read}
            keys = list(answer["UnprocessedKeys"].get(self.table, {"Keys": []})["Keys"])
        return [found.get((stop.thread, stop.number)) for stop in stops]

    def spoken(self, conversations: Sequence[Conversation]) -> list[Spoken]:
        wanted = [_spoken_of(known) for known in conversations]
        keys = list(dict.fromkeys(key for some in wanted for key in some if key))
        found: dict[tuple[str, str], Words] = {}
        for start in range(0, len(keys), _AT_ONCE):
            found |= self._words(keys[start : start + _AT_ONCE])
        words = ([found.get(key) if key else None for key in some] for some in wanted)
        return [Spoken(last=last, heard=heard) for last, heard in words]

    def _words(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Words]:
        """As many as DynamoDB gives when it is asked twice: a list is not late for what it can do without."""
        left: Sequence[Any] = [attributes({"thread": thread, "item": item}) for thread, item in keys]
        found: dict[tuple[str, str], Words] = {}
        for _ in range(2):
            asked: Any = {**_WORDS, "Keys": left}
            answer = self.client.batch_get_item(RequestItems={self.table: asked})
            read = map(values, answer["Responses"].get(self.table, []))
            found |= {(one["thread"], one["item"]): _words.read(one) for one in read}
            left = answer["UnprocessedKeys"].get(self.table, {"Keys": []})["Keys"]
            if not left:
                break
        return found

    def _item(self, conversation: Conversation) -> Attributes:
        plain = _conversations.plain(conversation)
        plain["item"] = _conversation_key(conversation.number)
        plain["skills"] = skills_text(conversation.skills, held=conversation.held)
        plain["changed_at"] = to_text(self.clock())
        if conversation.waiting_since:
            plain["waiting_since"] = to_text(conversation.waiting_since)
        if conversation.held and (source := source_of(conversation)):
            plain["held_in"] = source.line
        if conversation.check_at:
            plain["due_shard"] = due_shard(conversation.thread)
        plain["phase"] = _phase(is_open=conversation.is_open)
        return attributes(plain)

    def _entry_item(self, entry: Entry) -> Attributes:
        return attributes(self._plain_entry(entry))

    def _plain_entry(self, entry: Entry) -> dict[str, Any]:
        plain = {**_entries.plain(entry), "item": _MESSAGE + entry.id, "changed_at": to_text(self.clock())}
        return {**plain, "customer_id": customer_of(entry.thread, entry.account)}  # by which a timeline finds it


def _index_of(row: Row) -> tuple[str, dict[str, str], str, bool]:
    """The index that has a row in its order: its name, the partition, what sorts it, and whether that is forwards."""
    match row:
        case Lane():
            skills = skills_text(row.skills, held=row.held)
            partition = {"queue": row.queue, "skills": skills, "priority": row.priority.value}
            return "lanes", partition, "waiting_since", True
        case Owned():
            return "owners", {"owner": row.agent_id}, "assigned_at", True
        case Placed():
            return "placed", {"queue": row.queue, "phase": _phase(is_open=row.is_open)}, "opened_at", False
        case Past():
            return "customers", {"customer_id": row.customer_id}, "opened_at", False
        case Drafted():
            return "drafts", {"drafted_by": row.agent_id}, "drafted_at", False


def _phase(*, is_open: bool) -> str:
    return "open" if is_open else "over"


def _spoken_of(known: Conversation) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """Where lie what was said last, and what its customer said last: its newest, as far as it is remembered."""
    last, heard = (known.last.entry_id if known.last else None), (known.heard[-1].message_id if known.heard else None)
    first, second = ((known.thread, _MESSAGE + entry_id) if entry_id else None for entry_id in (last, heard))
    return first, second


def _key_of(stop: Stop) -> dict[str, str]:
    return {"thread": stop.thread, "item": _conversation_key(stop.number)}


def _key_in(row: Row, stop: Stop) -> dict[str, str]:
    """Of the item by which an index has a conversation in a row."""
    return bookmarks.key_of(stop.thread, stop.number, row.agent_id) if isinstance(row, Drafted) else _key_of(stop)


def _alias_key(account: str, name: str) -> dict[str, str]:
    """A partition for each: names are others' and of any length, so a digest stands for them."""
    return {"thread": f"alias#{account}#{sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}", "item": _ALIAS}


def _as_alias(item: Attributes) -> Alias:
    read = values(item)
    return _aliases.read({**read, "thread": read["home"]})


def _unchanged(entry: Entry) -> tuple[str, dict[str, str]]:
    """A condition that holds while neither the sender nor the media worker has changed a message, and its values."""
    stamps = {"changed_by_sender_at": entry.changed_by_sender_at, "fetched_at": entry.fetched_at}
    conditions = [f"{name} = :was_{name}" if at else f"attribute_not_exists({name})" for name, at in stamps.items()]
    return " AND ".join(conditions), {f":was_{name}": to_text(at) for name, at in stamps.items() if at}


def _conversation_key(number: int) -> str:
    return f"{_CONVERSATION}{number:06d}"


def _as_conversation(item: Attributes) -> Conversation:
    read = values(item)
    return _conversations.read({**read, "skills": skills_of(read["skills"])})


def _as_entry(item: Attributes) -> Entry:
    return _entries.read(values(item))


def _place(read: Mapping[str, Any]) -> tuple[str, int]:
    """By its own item, or by one that lies beside it and begins with its number."""
    return read["thread"], int(read["item"].split("#")[1])


def _opened(read: Mapping[str, Any]) -> Opened:
    return Opened(datetime.fromisoformat(read["opened_at"]), *_place(read))


def _said(read: Mapping[str, Any]) -> Said:
    return Said(datetime.fromisoformat(read["at"]), read["thread"], read["item"].removeprefix(_MESSAGE))


def _waiting(read: dict[str, Any], lane: Lane) -> Waiting:
    thread, number = _place(read)
    since = datetime.fromisoformat(read["waiting_since"])
    return Waiting(thread=thread, number=number, lane=lane, since=since)
