"""The agents table: who answers, and a membership row per queue by which dispatch finds them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.conversations import DUE_SHARDS, HELD, due_shard, held
from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition, transact
from switchboard.errors import ConflictError, NotFoundError
from switchboard.instant import to_text
from switchboard.routing import Agent, Lane, Presence
from switchboard.skills import sufficient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AGENT, _MEMBERSHIP = "agent", "queue#"
WISHES = "alerts"
"""What an agent wants to be alerted to (aws/alerts.py)."""
_PAGE, _PAGES = 50, 5
"""Membership rows in the first page where skills are asked for, and how many pages: the further ones are as large as
DynamoDB gives, some thousands of rows, so that a rare skill is found in a team of ten thousand."""
_BATCH = 100
"""Items that one BatchGetItem reads."""
_agents = Codec(Agent)


def _agent(item: Attributes) -> Agent:
    read = values(item)
    counts = {name.removeprefix(HELD): int(value) for name, value in read.items() if name.startswith(HELD)}
    return _agents.read({**read, "held": counts})


def _plain(agent: Agent) -> dict[str, Any]:
    plain = _agents.plain(agent)
    return {**plain, **{held(channel): count for channel, count in plain.pop("held").items()}}


@dataclass(frozen=True, slots=True)
class DynamoAgents:
    """Implements `ports.Agents`."""

    client: "DynamoDBClient"
    table: str
    pause: Callable[[int], None]

    def get(self, agent_id: str) -> Agent | None:
        key = _key(agent_id, _AGENT)
        item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return _agent(item) if item else None

    def put(self, agent: Agent) -> None:
        writes = employment(self.table, self.get(agent.agent_id), agent)
        transact(self.client, writes, self.pause, [ConflictError] * len(writes))  # type: ignore[arg-type]  # literal dicts

    def set_presence(self, agent_id: str, presence: Presence, due_at: datetime, at: datetime) -> Agent:
        told = {":presence": presence.value, ":due": to_text(due_at), ":shard": due_shard(agent_id)}
        said = "SET presence = :presence, due_at = :due, due_shard = :shard"
        try:
            changed = self._say(agent_id, said, "presence = :presence AND attribute_exists(idle_since)", told)
        except ConflictError:
            said += ", idle_since = :at"
            try:
                changed = self._say(agent_id, said, "attribute_exists(agent_id)", {**told, ":at": to_text(at)})
            except ConflictError as error:
                raise NotFoundError("no agent with this sign-in: a lead must add them first") from error
        return _agent(changed)

    def _say(self, agent_id: str, update: str, condition: str, told: dict[str, Any]) -> Attributes:
        try:
            changed = self.client.update_item(
                TableName=self.table,
                Key=_key(agent_id, _AGENT),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=attributes(told),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise ConflictError("the agent is not as believed: read them again") from error
            raise
        return changed["Attributes"]

    def set_shift(self, agent_id: str, until: datetime | None) -> Agent:
        told = {":until": to_text(until)} if until else {}
        try:
            changed = self.client.update_item(
                TableName=self.table,
                Key=_key(agent_id, _AGENT),
                UpdateExpression="SET shift_until = :until" if until else "REMOVE shift_until",
                ConditionExpression="attribute_exists(agent_id)",
                ReturnValues="ALL_NEW",
                **({"ExpressionAttributeValues": attributes(told)} if told else {}),  # type: ignore[arg-type]  # an optional argument
            )
        except ClientError as error:
            if is_refused_condition(error):
                raise NotFoundError("no agent with this sign-in: a lead must add them first") from error
            raise
        return _agent(changed["Attributes"])

    def mark_gone(self, agent: Agent) -> None:
        if not self._update_if_due(agent, "SET presence = :offline", "due_at = :believed"):
            raise ConflictError("a heartbeat came meanwhile")

    def clear_due(self, agent: Agent) -> None:
        self._update_if_due(agent, "REMOVE due_at, due_shard", "due_at = :believed AND presence = :offline")

    def _update_if_due(self, agent: Agent, update: str, condition: str) -> bool:
        if agent.due_at is None:
            return False
        told = {":offline": Presence.OFFLINE.value, ":believed": to_text(agent.due_at)}
        try:
            self.client.update_item(
                TableName=self.table,
                Key=_key(agent.agent_id, _AGENT),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=attributes(told),
            )
        except ClientError as error:
            if is_refused_condition(error):
                return False
            raise
        return True

    def ensure_listed(self, agent_id: str, token: str) -> None:
        rows = self.client.query(
            TableName=self.table,
            KeyConditionExpression="agent_id = :agent AND begins_with(#item, :kind)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":agent": agent_id, ":kind": _MEMBERSHIP}),
            ConsistentRead=True,
        )["Items"]
        for row in map(values, rows):
            if "token" not in row:
                self._list(agent_id, row["item"], token)

    def _list(self, agent_id: str, membership: str, token: str) -> None:
        try:
            self.client.update_item(
                TableName=self.table,
                Key=_key(agent_id, membership),
                UpdateExpression="SET #token = :token",
                ConditionExpression="attribute_exists(agent_id)",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=attributes({":token": token}),
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise  # else they have just left this queue

    def members(self, queue: str, after: str | None, limit: int) -> list[Agent]:
        return self.colleagues((queue,), after, limit)

    def colleagues(self, queues: Collection[str], after: str | None, limit: int) -> list[Agent]:
        found = {agent_id for queue in queues for agent_id in self._ids(queue, after, limit)}
        return self.several(sorted(found)[:limit])

    def _ids(self, queue: str, after: str | None, limit: int) -> list[str]:
        found = self.client.query(
            TableName=self.table,
            IndexName="members",
            KeyConditionExpression="queue = :queue" + (" AND agent_id > :after" if after else ""),
            ExpressionAttributeValues=attributes({":queue": queue, **({":after": after} if after else {})}),
            Limit=limit,
        )["Items"]
        return [values(item)["agent_id"] for item in found]

    def several(self, agent_ids: Sequence[str]) -> list[Agent]:
        return self._read_all(list(agent_ids))

    def sample(self, lane: Lane, token: str, limit: int) -> list[Agent]:
        found = self._members(lane, "#token >= :token", token, limit)
        if len(found) < limit:
            found += self._members(lane, "#token < :token", token, limit - len(found))
        agents = self._read_all(list(dict.fromkeys(found)))
        for agent in agents:
            if agent.free <= 0 or agent.presence is not Presence.ONLINE:
                self._unlist(agent)
        return agents

    def _members(self, lane: Lane, start: str, token: str, limit: int) -> list[str]:
        condition, skills = _has(lane.skills)
        asked: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": "candidates",
            "KeyConditionExpression": f"queue = :queue AND {start}",
            "ExpressionAttributeNames": {"#token": "token"},
            "ExpressionAttributeValues": attributes({":queue": lane.queue, ":token": token, **skills}),
        }
        if not skills:
            return [values(item)["agent_id"] for item in self.client.query(**asked, Limit=limit)["Items"]]
        asked["FilterExpression"] = condition
        found: list[str] = []
        page = self.client.query(**asked, Limit=_PAGE)
        for _ in range(_PAGES):
            found += [values(item)["agent_id"] for item in page["Items"]]
            if len(found) >= limit or "LastEvaluatedKey" not in page:
                break
            page = self.client.query(**asked, ExclusiveStartKey=page["LastEvaluatedKey"])
        return found[:limit]

    def _read_all(self, agent_ids: list[str]) -> list[Agent]:
        keys = [_key(agent_id, _AGENT) for agent_id in agent_ids]
        found: list[Agent] = []
        while keys:
            answer = self.client.batch_get_item(RequestItems={self.table: {"Keys": keys}})
            found += [_agent(item) for item in answer["Responses"].get(self.table, [])]
            keys = answer["UnprocessedKeys"].get(self.table, {"Keys": []})["Keys"]
        order = {agent_id: place for place, agent_id in enumerate(agent_ids)}
        return sorted(found, key=lambda agent: order[agent.agent_id])

    def _unlist(self, agent: Agent) -> None:
        """Stop showing whoever is full or absent; on condition that they still are, so nobody is lost."""
        check = {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": _key(agent.agent_id, _AGENT),
                "ConditionExpression": "#free <= :none OR presence <> :online",
                "ExpressionAttributeNames": {"#free": "free"},
                "ExpressionAttributeValues": attributes({":none": 0, ":online": Presence.ONLINE.value}),
            }
        }
        hide = [
            {
                "Update": {
                    "TableName": self.table,
                    "Key": _key(agent.agent_id, _MEMBERSHIP + queue),
                    "UpdateExpression": "REMOVE #token",
                    "ExpressionAttributeNames": {"#token": "token"},
                    "ConditionExpression": "attribute_exists(agent_id)",
                }
            }
            for queue in agent.queues
        ]
        try:
            transact(self.client, [check, *hide], self.pause, [ConflictError] * (1 + len(hide)))  # type: ignore[list-item]  # literal dicts
        except ConflictError:
            return  # they have room again, or left a queue: whoever looks next sees

    def present(self) -> list[Agent]:
        """By the index of whose heartbeat is awaited."""
        found: list[str] = []
        for shard in range(DUE_SHARDS):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard",
                ExpressionAttributeValues=attributes({":shard": shard}),
            )
            found += [item["agent_id"]["S"] for page in pages for item in page["Items"]]
        batches = (found[start : start + _BATCH] for start in range(0, len(found), _BATCH))
        agents = (agent for batch in batches for agent in self._read_all(batch))
        return [agent for agent in agents if agent.presence is not Presence.OFFLINE]

    def due(self, now: datetime, limit: int) -> list[str]:
        found: list[dict[str, Any]] = []
        for shard in range(DUE_SHARDS):
            answer = self.client.query(
                TableName=self.table,
                IndexName="due",
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues=attributes({":shard": shard, ":now": to_text(now)}),
                Limit=limit,
            )
            found += map(values, answer["Items"])
        found.sort(key=lambda item: item["due_at"])
        return [item["agent_id"] for item in found[:limit]]


_DECIDED = ("name", "queues", "skills", "units", "caps")
"""What a lead decides of an agent."""


def employment(table: str, before: Agent | None, after: Agent) -> list[dict[str, Any]]:
    """Writes of a transaction that adds an agent, or changes what a lead decides of them, with their queues.

    They hold on condition that it is decided as it was `before`; presence and load go on beside it.
    """
    joined = [_joining(table, after, queue) for queue in after.queues]
    former = set(before.queues if before else ()) - set(after.queues)
    left = [_leaving(table, after.agent_id, queue) for queue in sorted(former)]
    return [_changing(table, before, after) if before else _adding(table, after), *joined, *left]


def dismissal(table: str, agent: Agent) -> list[dict[str, Any]]:
    """Writes of a transaction that removes an agent, on condition that they are offline and hold nothing.

    What they wanted to be alerted to goes with them.
    """
    gone = {
        "TableName": table,
        "Key": _key(agent.agent_id, _AGENT),
        "ConditionExpression": "presence = :offline AND #free = units AND queues = :queues",
        "ExpressionAttributeNames": {"#free": "free"},
        "ExpressionAttributeValues": attributes({":offline": Presence.OFFLINE.value, ":queues": list(agent.queues)}),
    }
    wishes = {"Delete": {"TableName": table, "Key": _key(agent.agent_id, WISHES)}}
    return [{"Delete": gone}, wishes, *(_leaving(table, agent.agent_id, queue) for queue in agent.queues)]


def employment_check(table: str, agent_id: str) -> dict[str, Any]:
    """Part of a transaction that holds while somebody is an agent."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": _key(agent_id, _AGENT),
            "ConditionExpression": "attribute_exists(agent_id)",
        }
    }


def _adding(table: str, agent: Agent) -> dict[str, Any]:
    item = attributes({**_plain(agent), "item": _AGENT})
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(agent_id)"}}


def _changing(table: str, before: Agent, after: Agent) -> dict[str, Any]:
    """`free` is not written but moved: conversations come and go meanwhile."""
    known, plain = _agents.plain(before), _agents.plain(after)
    believed = [f"#{name} = :was_{name}" for name in _DECIDED if name != "caps"]
    believed.append("caps = :was_caps" if known["caps"] else "(attribute_not_exists(caps) OR caps = :was_caps)")
    return {
        "Update": {
            "TableName": table,
            "Key": _key(after.agent_id, _AGENT),
            "UpdateExpression": f"SET {', '.join(f'#{name} = :{name}' for name in _DECIDED)}, #free = #free + :more",
            "ConditionExpression": " AND ".join(believed),
            "ExpressionAttributeNames": {"#free": "free", **{f"#{name}": name for name in _DECIDED}},
            "ExpressionAttributeValues": attributes(
                {f":{name}": plain[name] for name in _DECIDED}
                | {f":was_{name}": known[name] for name in _DECIDED}
                | {":more": after.units - before.units}
            ),
        }
    }


def _joining(table: str, agent: Agent, queue: str) -> dict[str, Any]:
    """A row that is there keeps its token: they are listed as they were."""
    return {
        "Update": {
            "TableName": table,
            "Key": _key(agent.agent_id, _MEMBERSHIP + queue),
            "UpdateExpression": "SET queue = :queue, skills = :skills",
            "ExpressionAttributeValues": attributes({":queue": queue, ":skills": list(agent.skills)}),
        }
    }


def _leaving(table: str, agent_id: str, queue: str) -> dict[str, Any]:
    return {"Delete": {"TableName": table, "Key": _key(agent_id, _MEMBERSHIP + queue)}}


def _has(skills: Iterable[str]) -> tuple[str, dict[str, str]]:
    """A filter for whoever has all of these skills, each at its level or above, and the values in it."""
    told: dict[str, str] = {}
    parts = []
    for skill in skills:
        names = {f":skill{len(told) + n}": text for n, text in enumerate(sufficient(skill))}
        parts.append(f"({' OR '.join(f'contains(skills, {name})' for name in names)})")
        told |= names
    return " AND ".join(parts), told


def _key(agent_id: str, item: str) -> dict[str, Any]:
    return attributes({"agent_id": agent_id, "item": item})
