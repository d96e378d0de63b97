"""What leads decide beside the policy, and the record of it. Layout: docs/architecture.md.

Canned responses, who leads no more, and the record are the settings table's; agents and rosters stand where they are
read, in the tables of agents and of queues. Each change and its record are one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from switchboard.audit import KEPT, Change
from switchboard.aws.agents import dismissal, employment
from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.rosters import ROSTER, plain, roster_of
from switchboard.aws.transactions import transact
from switchboard.canned import Canned
from switchboard.errors import ConflictError
from switchboard.policy.queues import Duty
from switchboard.ports import Roster
from switchboard.routing import Agent
from switchboard.team import FormerLeads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CANNED, _CHANGES, _TEAM, _FORMER = "canned", "changes", "team", "former_leads"
_canned, _changes, _former = Codec(Canned), Codec(Change), Codec(FormerLeads)


@dataclass(frozen=True, slots=True)
class DynamoSettings:
    """Implements `ports.Settings`."""

    client: "DynamoDBClient"
    table: str
    agents: str
    queues: str
    pause: Callable[[int], None]

    def former_leads(self) -> FormerLeads:
        item = self.client.get_item(TableName=self.table, Key=_key(_TEAM, _FORMER), ConsistentRead=True).get("Item")
        return _former.read(values(item)) if item else FormerLeads()

    def employ(self, before: Agent | None, after: Agent, former: FormerLeads, change: Change) -> None:
        self._write([*employment(self.agents, before, after), self._succeeding(former)], change)

    def demote(self, former: FormerLeads, change: Change) -> None:
        self._write([self._succeeding(former)], change)

    def _succeeding(self, former: FormerLeads) -> dict[str, Any]:
        """That these lead no more, on condition that nobody has decided about people since it was read."""
        next_one = replace(former, revision=former.revision + 1)
        item = {**_former.plain(next_one), "setting": _TEAM, "item": _FORMER}
        return {"Put": {"TableName": self.table, "Item": attributes(item), **_as_read(former.revision)}}

    def dismiss(self, agent: Agent, change: Change) -> None:
        self._write(dismissal(self.agents, agent), change)

    def canned(self, after: str | None, limit: int) -> tuple[list[Canned], str | None]:
        items, following = self._page(_CANNED, after, limit, forward=True)
        return [_canned.read(values(item)) for item in items], following

    def canned_response(self, shortcut: str) -> Canned | None:
        found = self.client.get_item(TableName=self.table, Key=_key(_CANNED, shortcut), ConsistentRead=True)
        item = found.get("Item")
        return _canned.read(values(item)) if item else None

    def write_canned(self, before: Canned | None, after: Canned, change: Change) -> None:
        item = {**_canned.plain(after), "setting": _CANNED, "item": after.shortcut}
        condition = _as_read(before.revision if before else 0)
        self._write([{"Put": {"TableName": self.table, "Item": attributes(item), **condition}}], change)

    def remove_canned(self, before: Canned, change: Change) -> None:
        gone = {"TableName": self.table, "Key": _key(_CANNED, before.shortcut), **_as_read(before.revision)}
        self._write([{"Delete": gone}], change)

    def roster(self, queue: str) -> Roster:
        key = attributes({"queue": queue, "item": ROSTER})
        return roster_of(self.client.get_item(TableName=self.queues, Key=key, ConsistentRead=True).get("Item"))

    def keep_roster(self, queue: str, before: Roster, duties: tuple[Duty, ...] | None, change: Change) -> None:
        told: dict[str, Any] = {":revision": before.revision + 1}
        update, condition = "SET revision = :revision REMOVE duties", "attribute_not_exists(revision)"
        if duties is not None:
            update, told[":duties"] = "SET revision = :revision, duties = :duties", plain(duties)
        if before.revision:
            condition, told[":believed"] = "revision = :believed", before.revision
        written = {
            "TableName": self.queues,
            "Key": attributes({"queue": queue, "item": ROSTER}),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": attributes(told),
        }
        self._write([{"Update": written}], change)

    def changes(self, after: str | None, limit: int) -> tuple[list[Change], str | None]:
        items, following = self._page(_CHANGES, after, limit, forward=False)
        return [_changes.read({**values(item), "change_id": item["item"]["S"]}) for item in items], following

    def _write(self, writes: Sequence[Mapping[str, Any]], change: Change) -> None:
        """All of it, and its record."""
        told = {name: value for name, value in _changes.plain(change).items() if name != "change_id"}
        expires = int((change.at + KEPT).timestamp())
        kept = {**told, "setting": _CHANGES, "item": change.change_id, "expires_at": expires}
        record = {"Put": {"TableName": self.table, "Item": attributes(kept)}}
        transact(self.client, [*writes, record], self.pause, [ConflictError] * len(writes))  # type: ignore[list-item]  # literal dicts

    def _page(
        self, setting: str, after: str | None, limit: int, *, forward: bool
    ) -> tuple[list[Attributes], str | None]:
        start = {"ExclusiveStartKey": _key(setting, after)} if after else {}
        found = self.client.query(
            TableName=self.table,
            KeyConditionExpression="setting = :setting",
            ExpressionAttributeValues=attributes({":setting": setting}),
            ScanIndexForward=forward,
            Limit=limit,
            **start,  # type: ignore[arg-type]  # an optional argument
        )
        last = found.get("LastEvaluatedKey")
        return found["Items"], last["item"]["S"] if last else None


def _as_read(revision: int) -> dict[str, Any]:
    """The condition that a setting is as it was read; with revision 0 it was not there."""
    if not revision:
        return {"ConditionExpression": "attribute_not_exists(revision)"}
    believed = attributes({":believed": revision})
    return {"ConditionExpression": "revision = :believed", "ExpressionAttributeValues": believed}


def _key(setting: str, item: str) -> Attributes:
    return attributes({"setting": setting, "item": item})
