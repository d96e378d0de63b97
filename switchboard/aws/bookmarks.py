"""Bookmarks, in the partition of the thread that they are in: `bookmark#<number>#<agent>` in the conversations table.

Beside a draft stands what conditions and the index `drafts` ask of it: `etag`, `kind`, `saved_at`, and `drafted_by` and
`drafted_at`, when it was begun. The stream wakes nobody for any of it (`infra.function.ChangeStream`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.aws.records import Attributes, Codec, attributes, values
from switchboard.aws.transactions import is_refused_condition
from switchboard.bookmark import KEPT, Bookmark, Draft
from switchboard.conversation import Conversation, Entry
from switchboard.errors import OutdatedError
from switchboard.instant import to_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BOOKMARK = "bookmark#"
_AT_ONCE = 100
"""Items that DynamoDB reads in one request."""
_KEEP = (
    "SET draft = :draft, etag = :etag, #kind = :kind, saved_at = :at, drafted_by = :agent, "
    "drafted_at = if_not_exists(drafted_at, :at), gone_at = :gone"
)
_DROP = "REMOVE draft, etag, #kind, saved_at, drafted_by, drafted_at"
_KIND = {"#kind": "kind"}
_bookmarks, _drafts = Codec(Bookmark), Codec(Draft)


def key_of(thread: str, number: int, agent_id: str) -> dict[str, str]:
    """Where an agent's bookmark in a conversation is."""
    return {"thread": thread, "item": f"{_BOOKMARK}{number:06d}#{agent_id}"}


@dataclass(frozen=True, slots=True)
class DynamoBookmarks:
    """Implements `ports.Bookmarks`."""

    client: "DynamoDBClient"
    table: str

    def of(self, agent_id: str, conversations: Sequence[Conversation]) -> list[Bookmark]:
        blank = [Bookmark(thread=known.thread, number=known.number, agent_id=agent_id) for known in conversations]
        found = {(one.thread, one.number): one for one in self._read(blank)}
        return [found.get((one.thread, one.number), one) for one in blank]

    def _read(self, wanted: Sequence[Bookmark]) -> Iterator[Bookmark]:
        for start in range(0, len(wanted), _AT_ONCE):
            keys = [attributes(_key(one)) for one in wanted[start : start + _AT_ONCE]]
            while keys:
                answer = self.client.batch_get_item(RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}})
                yield from map(_as_bookmark, answer["Responses"].get(self.table, []))
                keys = list(answer["UnprocessedKeys"].get(self.table, {"Keys": []})["Keys"])

    def mark(self, bookmark: Bookmark, at: datetime) -> None:
        plain = _bookmarks.plain(bookmark)
        told = {":heard": plain["heard_until"], ":noted": plain["noted_until"], ":gone": _gone(at)}
        change = "SET heard_until = :heard, noted_until = :noted, gone_at = :gone"
        self._update(_key(bookmark), change, ExpressionAttributeValues=attributes(told))

    def keep(self, bookmark: Bookmark, draft: Draft, seen: str | None, at: datetime) -> None:
        plain = {name: value for name, value in _drafts.plain(draft).items() if name != "updated_at"}
        told = {":draft": plain, ":etag": draft.etag, ":kind": draft.kind, ":at": to_text(at), ":gone": _gone(at)}
        condition = None if seen is None else "etag = :seen" if seen != Draft().etag else "attribute_not_exists(etag)"
        self._change(bookmark, _KEEP, condition, {**told, ":agent": bookmark.agent_id}, draft, seen)

    def drop(self, bookmark: Bookmark, seen: str | None) -> None:
        condition = "attribute_exists(etag)" if seen is None else "etag = :seen"
        self._change(bookmark, _DROP, condition, {}, Draft(), seen)

    def _change(
        self,
        bookmark: Bookmark,
        change: str,
        condition: str | None,
        told: Mapping[str, Any],
        draft: Draft,
        seen: str | None,
    ) -> None:
        """Raises `OutdatedError` where the draft is neither what was seen nor what it is to become."""
        given = {**told, **({":seen": seen} if condition and ":seen" in condition else {})}
        asked: dict[str, Any] = {"ExpressionAttributeValues": attributes(given)} if given else {}
        if condition:
            asked |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            self._update(_key(bookmark), change, ExpressionAttributeNames=_KIND, **asked)
        except ClientError as error:
            if not is_refused_condition(error):
                raise
            if _etag_of(error) != draft.etag:
                raise OutdatedError(
                    "you changed this draft elsewhere: read the conversation again, and decide which one to keep"
                ) from error

    def sent(self, entry: Entry) -> None:
        key = key_of(entry.thread, entry.number, entry.agent_id or "")
        told = attributes({":kind": entry.kind, ":at": to_text(entry.at)})
        try:
            self._update(
                key,
                _DROP,
                ConditionExpression="#kind = :kind AND saved_at <= :at",
                ExpressionAttributeNames=_KIND,
                ExpressionAttributeValues=told,
            )
        except ClientError as error:
            if not is_refused_condition(error):
                raise

    def mention(self, entry: Entry) -> None:
        told = attributes({":at": to_text(entry.at), ":gone": _gone(entry.at)})
        for agent_id in entry.mentions:
            key = key_of(entry.thread, entry.number, agent_id)
            self._update(key, "SET mentioned_at = :at, gone_at = :gone", ExpressionAttributeValues=told)

    def _update(self, key: Mapping[str, str], change: str, **more: Any) -> None:  # noqa: ANN401  # as DynamoDB takes it
        self.client.update_item(TableName=self.table, Key=attributes(key), UpdateExpression=change, **more)

    def within(self, thread: str) -> list[Bookmark]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="thread = :thread AND begins_with(#item, :kind)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=attributes({":thread": thread, ":kind": _BOOKMARK}),
            ConsistentRead=True,
        )
        return [_as_bookmark(item) for page in pages for item in page["Items"]]

    def forget(self, bookmark: Bookmark) -> None:
        self.client.delete_item(TableName=self.table, Key=attributes(_key(bookmark)))


def _etag_of(refused: ClientError) -> str:
    """Of the draft that is there; nothing stands for the empty one."""
    found: Attributes = refused.response.get("Item", {})  # type: ignore[assignment]  # there because of ALL_OLD
    return str(found["etag"]["S"]) if "etag" in found else Draft().etag


def _key(bookmark: Bookmark) -> dict[str, str]:
    return key_of(bookmark.thread, bookmark.number, bookmark.agent_id)


def _as_bookmark(item: Attributes) -> Bookmark:
    read = values(item)
    _, number, agent_id = read["item"].split("#", 2)
    draft = {**read["draft"], "updated_at": read["saved_at"]} if "draft" in read else {}
    return _bookmarks.read({**read, "number": int(number), "agent_id": agent_id, "draft": draft})


def _gone(at: datetime) -> int:
    return int((at + KEPT).timestamp())
