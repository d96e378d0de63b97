"""The consoles table: tickets, connections and feeds, each gone by itself when its time is over.

topic                   item                        what
`ticket#<digest>`       `ticket`                    whom a ticket lets in; the ticket itself is nowhere
`connection#<id>`       `connection`                an open console and what it watches
`agent#<id>`            `connection#<time>#<id>`    the consoles to call for an agent
`queue#<queue>`         `connection#<id>`           the consoles to call for a queue
`conversation#<id>`     `connection#<id>`           the consoles that look at a conversation
agents', queues'        `feed#<time>#<random>`      what happened: a note
`agent#<id>`            `slate`                     what they are to be told outside of the console (aws/alerts.py)
`agent#<id>`            `voided`                    since when their tickets from before open nothing
`alert#<id>`            `mail`                      that an alert was sent
`queue#<queue>`         `hint`                      until when a hint is on its way
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.instant import to_text
from switchboard.push import CONNECTION_LIFE, KEPT, OVERLAP, Connection, Look, Note, Ticket, topic_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestOutputTypeDef

_TICKET, _CONNECTION, _FEED, _HINT, _VOIDED = "ticket", "connection", "feed", "hint", "voided"
_BATCH = 25
"""Items that one BatchWriteItem removes."""
_END = "~"
"""Sorts after every time and id."""
_tickets, _connections, _notes = Codec(Ticket), Codec(Connection), Codec(Note)


@dataclass(frozen=True, slots=True)
class DynamoConsoles:
    """Implements `ports.Consoles`."""

    client: "DynamoDBClient"
    table: str

    def issue(self, text: str, ticket: Ticket) -> None:
        self._put(_digest(text), _TICKET, _tickets.plain(ticket), ticket.expires_at)

    def redeem(self, text: str, now: datetime) -> Ticket | None:
        """Deleting it is what makes it good for once: of two who try, one finds it."""
        removed = self._delete(_digest(text), _TICKET)
        ticket = _tickets.read(values(removed)) if removed else None
        return ticket if ticket and ticket.expires_at > now else None

    def connect(self, connection: Connection) -> None:
        plain = _connections.plain(connection)
        self._put(_own(connection.connection_id), _CONNECTION, plain, _end_of(connection))
        self._list(connection, connection.topics)

    def _list(self, connection: Connection, topics: Sequence[str]) -> None:
        for topic in topics:
            self._put(topic, _listing(topic, connection), _connections.plain(connection), _end_of(connection))

    def hear(self, connection_id: str, at: datetime) -> None:
        self._change(connection_id, "heard_at", to_text(at))

    def _change(self, connection_id: str, name: str, value: object) -> Connection | None:
        """Change one thing of a connection, whatever else is changed meanwhile; returns what it was, if it is there."""
        try:
            changed = self.client.update_item(
                TableName=self.table,
                Key=attributes({"topic": _own(connection_id), "item": _CONNECTION}),
                UpdateExpression="SET #name = :value",
                ConditionExpression="attribute_exists(topic)",
                ExpressionAttributeNames={"#name": name},
                ExpressionAttributeValues=attributes({":value": value}),
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if is_refused_condition(error):
                return None
            raise
        return _connections.read(values(changed["Attributes"]))

    def connection(self, connection_id: str) -> Connection | None:
        key = attributes({"topic": _own(connection_id), "item": _CONNECTION})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _connections.read(values(item)) if item else None

    def watch(self, connection_id: str, queues: Sequence[str]) -> Sequence[str]:
        before = self.connection(connection_id)
        if before is None:
            return ()
        watching = tuple(queue for queue in dict.fromkeys(queues) if queue in before.queues)
        is_there = self._replace(replace(before, watching=watching), "watching", lambda one: one.watched)
        return watching if is_there else ()

    def look(self, before: Connection, look: Look | None) -> bool:
        return self._replace(replace(before, look=look), "look", lambda one: one.looked_at)

    def _replace(self, after: Connection, name: str, topics: Callable[[Connection], Sequence[str]]) -> bool:
        """Change one thing that has a console told of topics; whether it is still there.

        It is listed before that is written down, and not any more if it is gone by then: nobody stays listed who left.
        """
        self._list(after, topics(after))
        was = self._change(after.connection_id, name, _connections.plain(after).get(name))
        kept = topics(after) if was else ()
        self._unlist(after, [topic for topic in topics(was or after) if topic not in kept])
        return was is not None

    def lookers(self, conversation_id: str, limit: int) -> list[Connection]:
        topic = topic_of(conversation_id=conversation_id)
        items = self._between(topic, f"{_CONNECTION}#", f"{_CONNECTION}#{_END}", limit)
        return [_connections.read(item) for item in items]

    def disconnect(self, connection_id: str) -> Connection | None:
        removed = self._delete(_own(connection_id), _CONNECTION)
        if not removed:
            return None
        connection = _connections.read(values(removed))
        self._unlist(connection, connection.topics)
        return connection

    def _unlist(self, connection: Connection, topics: Sequence[str]) -> None:
        for topic in topics:
            self._delete(topic, _listing(topic, connection))

    def connections(self, topic: str, limit: int, begin: str | None = None) -> list[Connection]:
        if begin is None:
            return self._listed(topic, f"{_CONNECTION}#", limit, newest_first=True)
        found = self._listed(topic, f"{_CONNECTION}#{begin}", limit)
        if len(found) < limit:
            known = {connection.connection_id for connection in found}
            others = self._listed(topic, f"{_CONNECTION}#", limit - len(found))
            found += [connection for connection in others if connection.connection_id not in known]
        return found

    def _listed(self, topic: str, begin: str, limit: int, *, newest_first: bool = False) -> list[Connection]:
        items = self._between(topic, begin, f"{_CONNECTION}#{_END}", limit, newest_first=newest_first, consistent=False)
        return [_connections.read(item) for item in items]

    def consoles_of(self, agent_id: str) -> list[Connection]:
        items = self._between(topic_of(agent_id=agent_id), f"{_CONNECTION}#", f"{_CONNECTION}#{_END}", None)
        return [_connections.read(item) for item in items]

    def void(self, agent_id: str, at: datetime) -> None:
        self._put(topic_of(agent_id=agent_id), _VOIDED, {"voided_at": to_text(at)}, at + CONNECTION_LIFE)

    def voided_at(self, agent_id: str) -> datetime | None:
        key = attributes({"topic": topic_of(agent_id=agent_id), "item": _VOIDED})
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return datetime.fromisoformat(values(item)["voided_at"]) if item else None

    def forget(self, agent_id: str) -> None:
        """All of the topic, but since when their tickets are void."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="topic = :topic",
            ProjectionExpression="topic, #item",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":topic": topic_of(agent_id=agent_id)}),
            ConsistentRead=True,
        )
        keys = [key for page in pages for key in page["Items"] if values(key)["item"] != _VOIDED]
        for start in range(0, len(keys), _BATCH):
            self._remove(keys[start : start + _BATCH])

    def _remove(self, keys: Sequence[Attributes]) -> None:
        left: Sequence[WriteRequestOutputTypeDef] = [{"DeleteRequest": {"Key": key}} for key in keys]
        while left:
            answer = self.client.batch_write_item(RequestItems={self.table: left})
            left = answer["UnprocessedItems"].get(self.table, [])

    def claim_hint(self, topic: str, now: datetime, pause: timedelta) -> bool:
        try:
            self.client.update_item(
                TableName=self.table,
                Key=attributes({"topic": topic, "item": _HINT}),
                UpdateExpression="SET hint_at = :then, gone_at = :end",
                ConditionExpression="attribute_not_exists(hint_at) OR hint_at <= :now",
                ExpressionAttributeValues=attributes(
                    {":now": to_text(now), ":then": to_text(now + pause), ":end": _epoch(now + KEPT)}
                ),
            )
        except ClientError as error:
            if is_refused_condition(error):
                return False
            raise
        return True

    def write(self, topic: str, note: Note, note_id: str) -> None:
        self._put(topic, f"{_FEED}#{to_text(note.at)}#{note_id}", _notes.plain(note), note.at + KEPT + 2 * OVERLAP)

    def notes(self, topic: str, begin: datetime, limit: int) -> list[Note]:
        items = self._between(topic, f"{_FEED}#{to_text(begin)}", f"{_FEED}#{_END}", limit)
        return [_notes.read(item) for item in items]

    def _between(
        self,
        topic: str,
        begin: str,
        end: str,
        limit: int | None,
        *,
        newest_first: bool = False,
        consistent: bool = True,
    ) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="topic = :topic AND #item BETWEEN :begin AND :end",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":topic": topic, ":begin": begin, ":end": end}),
            ScanIndexForward=not newest_first,
            ConsistentRead=consistent,
            PaginationConfig={"MaxItems": limit} if limit else {},
        )
        return [values(item) for page in pages for item in page["Items"]]

    def _put(self, topic: str, item: str, plain: dict[str, Any], end: datetime) -> None:
        whole = {**plain, "topic": topic, "item": item, "gone_at": _epoch(end)}
        self.client.put_item(TableName=self.table, Item=attributes(whole))

    def _delete(self, topic: str, item: str) -> Attributes | None:
        key = attributes({"topic": topic, "item": item})
        return self.client.delete_item(TableName=self.table, Key=key, ReturnValues="ALL_OLD").get("Attributes")


def _digest(text: str) -> str:
    return f"{_TICKET}#{sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _own(connection_id: str) -> str:
    return f"{_CONNECTION}#{connection_id}"


def _listing(topic: str, connection: Connection) -> str:
    """An agent's by time, so that the newest are called; others by their random names, so that chance decides."""
    if topic == topic_of(agent_id=connection.agent_id):
        return f"{_CONNECTION}#{to_text(connection.connected_at)}#{connection.connection_id}"
    return f"{_CONNECTION}#{connection.connection_id}"


def _end_of(connection: Connection) -> datetime:
    return connection.connected_at + CONNECTION_LIFE


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
