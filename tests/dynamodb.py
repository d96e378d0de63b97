"""DynamoDB in memory: as much of it as the adapters ask for, many times as fast as moto, and as wrong as the cloud is.

`tests/faults/test_dynamodb.py` holds that it answers as moto does. Indexes, and reads that don't ask for consistency,
show what the tables held `lag` writes ago. Whoever wants to throttle, kill or interleave listens before or after
each request.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, ClassVar, NoReturn, TypeAlias

from botocore.exceptions import ClientError

Item: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str]
Test: TypeAlias = Callable[[Item, Item], bool]
"""Whether a condition holds for an item, with the request's values."""
Operand: TypeAlias = Callable[[Item, Item], Any]
Listener: TypeAlias = Callable[[str, Mapping[str, Any]], None]
"""Is told the operation and its arguments."""

_TOKEN = re.compile(r"<>|<=|>=|[=<>(),+-]|[#:]?\w+")
_EQUALITY = re.compile(r"(#?\w+) = (:\w+)")
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_MOST_WRITES = 100


class TransactionCanceledException(ClientError):  # noqa: N818  # DynamoDB's own name
    """Some write's condition did not hold."""


class TransactionInProgressException(ClientError):  # noqa: N818  # the same
    """Never raised here; the adapters name it."""


def refuse(operation: str, code: str, **more: Any) -> NoReturn:
    """Raise what botocore raises for an error of DynamoDB's."""
    kind = TransactionCanceledException if code == "TransactionCanceledException" else ClientError
    raise kind({"Error": {"Code": code, "Message": code}, **more}, operation)  # type: ignore[typeddict-item]  # as DynamoDB answers


@dataclass
class _Index:
    hashes: tuple[str, ...]
    ranges: tuple[str, ...]
    shown: frozenset[str]


@dataclass
class _Table:
    hash_key: str
    range_key: str
    kinds: dict[str, str]
    """Types of all key attributes."""
    indexes: dict[str, _Index]
    items: dict[Key, Item] = field(default_factory=dict)
    stale: dict[Key, Item] = field(default_factory=dict)
    """What indexes and inconsistent reads show."""

    def key_of(self, item: Mapping[str, Any]) -> Key:
        return item[self.hash_key]["S"], item[self.range_key]["S"]

    def check(self, item: Item, operation: str) -> None:
        """Refuse key attributes that are empty or of another type, as DynamoDB does."""
        for name, kind in self.kinds.items():
            is_own = name in {self.hash_key, self.range_key}
            if (name in item or is_own) and not item.get(name, {}).get(kind):
                refuse(operation, "ValidationException")


@dataclass
class Dynamo:
    """Takes what boto3's client takes."""

    lag: int = 0
    """Writes that indexes are behind."""
    before: list[Listener] = field(default_factory=list)
    after: list[Listener] = field(default_factory=list)
    stream: list[dict[str, Any]] = field(default_factory=list)
    """Records of the table named `streamed`."""
    streamed: str = "conversations"
    clock: Callable[[], float] = lambda: 0.0
    commits: int = 0
    """Records that the stream has ever had."""
    requests: int = 0
    exceptions: ClassVar[Any] = SimpleNamespace(
        TransactionCanceledException=TransactionCanceledException,
        TransactionInProgressException=TransactionInProgressException,
    )
    _tables: dict[str, _Table] = field(default_factory=dict)
    _unseen: list[tuple[_Table, Key, Item | None]] = field(default_factory=list)

    # -- what tests do ----------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Time has passed: the indexes show everything."""
        self._show(0)

    def rows(self, table: str) -> list[Item]:
        """All items as they are; no request."""
        return list(self._tables[table].items.values())

    # -- requests ---------------------------------------------------------------------------------

    def create_table(self, **asked: Any) -> Item:
        keys = [key["AttributeName"] for key in asked["KeySchema"]]
        kinds = {one["AttributeName"]: one["AttributeType"] for one in asked["AttributeDefinitions"]}
        made = {one["IndexName"]: _index(one, keys) for one in asked.get("GlobalSecondaryIndexes", ())}
        self._tables[asked["TableName"]] = _Table(keys[0], keys[1], kinds, made)
        return {}

    def put_item(self, **asked: Any) -> Item:
        return self._do("PutItem", asked, self._put)

    def update_item(self, **asked: Any) -> Item:
        return self._do("UpdateItem", asked, self._update)

    def delete_item(self, **asked: Any) -> Item:
        return self._do("DeleteItem", asked, self._delete)

    def get_item(self, **asked: Any) -> Item:
        return self._do("GetItem", asked, self._get)

    def batch_get_item(self, **asked: Any) -> Item:
        return self._do("BatchGetItem", asked, self._batch_get)

    def query(self, **asked: Any) -> Item:
        return self._do("Query", asked, self._query)

    def scan(self, **asked: Any) -> Item:
        return self._do("Scan", asked, self._scan)

    def transact_write_items(self, **asked: Any) -> Item:
        return self._do("TransactWriteItems", asked, self._transact)

    def get_paginator(self, operation: str) -> Any:
        return SimpleNamespace(paginate=lambda **asked: self._pages(getattr(self, operation), asked))

    def _pages(self, read: Callable[..., Item], asked: Item) -> Iterator[Item]:
        page = read(**asked)
        yield page
        while "LastEvaluatedKey" in page:
            page = read(**asked, ExclusiveStartKey=page["LastEvaluatedKey"])
            yield page

    def _do(self, operation: str, asked: Item, act: Callable[[Item], Item]) -> Item:
        for listener in self.before:
            listener(operation, asked)
        self.requests += 1
        answer = act(asked)
        for listener in self.after:
            listener(operation, asked)
        return answer

    # -- writes -----------------------------------------------------------------------------------

    def _put(self, asked: Item) -> Item:
        table = self._tables[asked["TableName"]]
        table.check(asked["Item"], "PutItem")
        self._require(asked, table.items.get(table.key_of(asked["Item"])), "PutItem")
        self._write(asked["TableName"], table.key_of(asked["Item"]), asked["Item"])
        return {}

    def _update(self, asked: Item) -> Item:
        table = self._tables[asked["TableName"]]
        known = table.items.get(table.key_of(asked["Key"]))
        self._require(asked, known, "UpdateItem")
        changed = self._updated(asked, table, known, "UpdateItem")
        self._write(asked["TableName"], table.key_of(changed), changed)
        return {"Attributes": changed} if asked.get("ReturnValues") == "ALL_NEW" else {}

    def _updated(self, asked: Item, table: _Table, known: Item | None, operation: str) -> Item:
        change = _update(asked["UpdateExpression"], _names(asked))
        changed = change(dict(known or asked["Key"]), asked.get("ExpressionAttributeValues", {}), operation)
        table.check(changed, operation)
        return changed

    def _delete(self, asked: Item) -> Item:
        table = self._tables[asked["TableName"]]
        self._require(asked, table.items.get(table.key_of(asked["Key"])), "DeleteItem")
        self._write(asked["TableName"], table.key_of(asked["Key"]), None)
        return {}

    def _require(self, asked: Item, known: Item | None, operation: str) -> None:
        if not _holds(asked, known):
            shows = known and asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            refuse(operation, "ConditionalCheckFailedException", **({"Item": known} if shows else {}))

    def _transact(self, asked: Item) -> Item:
        writes = [(kind, write) for each in asked["TransactItems"] for kind, write in each.items()]
        tables = [self._tables[write["TableName"]] for _, write in writes]
        keys = [
            table.key_of(write.get("Key") or write["Item"]) for table, (_, write) in zip(tables, writes, strict=True)
        ]
        places = {(write["TableName"], key) for (_, write), key in zip(writes, keys, strict=True)}
        if len(places) < len(writes) or len(writes) > _MOST_WRITES:
            refuse("TransactWriteItems", "ValidationException")
        known = [table.items.get(key) for table, key in zip(tables, keys, strict=True)]
        codes = [
            "None" if _holds(write, one) else "ConditionalCheckFailed"
            for (_, write), one in zip(writes, known, strict=True)
        ]
        if set(codes) != {"None"}:
            reasons = [{"Code": code} for code in codes]
            refuse("TransactWriteItems", "TransactionCanceledException", CancellationReasons=reasons)
        after = [
            self._after(kind, write, table, one)
            for (kind, write), table, one in zip(writes, tables, known, strict=True)
        ]
        for (kind, write), key, item in zip(writes, keys, after, strict=True):
            if kind != "ConditionCheck":
                self._write(write["TableName"], key, item)
        return {}

    def _after(self, kind: str, write: Item, table: _Table, known: Item | None) -> Item | None:
        if kind == "Update":
            return self._updated(write, table, known, "TransactWriteItems")
        if kind == "Put":
            table.check(write["Item"], "TransactWriteItems")
        return write.get("Item")

    def _write(self, name: str, key: Key, item: Item | None) -> None:
        table = self._tables[name]
        before = table.items.get(key)
        if item is None:
            table.items.pop(key, None)
        else:
            table.items[key] = item
        if name == self.streamed and before != item:
            images = {"OldImage": before, "NewImage": item}
            told = {kind: image for kind, image in images.items() if image}
            self.commits += 1
            facts = {"SequenceNumber": str(self.commits), "ApproximateCreationDateTime": self.clock()}
            self.stream.append({"dynamodb": {**told, **facts}})
        self._unseen.append((table, key, item))
        self._show(self.lag)

    def _show(self, lag: int) -> None:
        while len(self._unseen) > lag:
            table, key, item = self._unseen.pop(0)
            if item is None:
                table.stale.pop(key, None)
            else:
                table.stale[key] = item

    # -- reads ------------------------------------------------------------------------------------

    def _get(self, asked: Item) -> Item:
        table = self._tables[asked["TableName"]]
        items = table.items if asked.get("ConsistentRead") else table.stale
        item = items.get(table.key_of(asked["Key"]))
        return {} if item is None else {"Item": item}

    def _batch_get(self, asked: Item) -> Item:
        found = {}
        for name, wanted in asked["RequestItems"].items():
            table = self._tables[name]
            items = table.items if wanted.get("ConsistentRead") else table.stale
            found[name] = [items[key] for key in map(table.key_of, wanted["Keys"]) if key in items]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _query(self, asked: Item) -> Item:
        table = self._tables[asked["TableName"]]
        index = table.indexes[asked["IndexName"]] if "IndexName" in asked else None
        if index and asked.get("ConsistentRead"):
            refuse("Query", "ValidationException")
        items = table.items if asked.get("ConsistentRead") else table.stale
        names, given = _names(asked), asked["ExpressionAttributeValues"]
        equal = {
            names.get(name, name): given[value] for name, value in _EQUALITY.findall(asked["KeyConditionExpression"])
        }
        holds = _condition(asked["KeyConditionExpression"], _names(asked, frozen=True))
        has = (*index.hashes, *index.ranges) if index else ()
        chosen = [
            item
            for item in items.values()
            if all(item.get(name) == value for name, value in equal.items())
            and all(name in item for name in has)
            and holds(item, given)
        ]
        order = _order(table, index)
        chosen.sort(key=order, reverse=not asked.get("ScanIndexForward", True))
        return _page(chosen, asked, order, table, index)

    def _scan(self, asked: Item) -> Item:
        table = self._tables[asked["TableName"]]
        items = table.items if asked.get("ConsistentRead") else table.stale
        order = _order(table, None)
        return _page(sorted(items.values(), key=order), asked, order, table, None)


def _index(asked: Item, keys: Sequence[str]) -> _Index:
    hashes, ranges = (
        tuple(key["AttributeName"] for key in asked["KeySchema"] if key["KeyType"] == kind)
        for kind in ("HASH", "RANGE")
    )
    more = asked["Projection"].get("NonKeyAttributes", ())
    return _Index(hashes, ranges, frozenset((*keys, *hashes, *ranges, *more)))


def _order(table: _Table, index: _Index | None) -> Callable[[Item], tuple[Any, ...]]:
    names = (*(index.ranges if index else ()), table.range_key, table.hash_key)
    return lambda item: tuple(item[name]["S"] for name in names)


def _page(
    chosen: Sequence[Item], asked: Item, order: Callable[[Item], tuple[Any, ...]], table: _Table, index: _Index | None
) -> Item:
    """A page from where an earlier one ended; the limit counts what is read, before it is filtered."""
    if start := asked.get("ExclusiveStartKey"):
        forward = asked.get("ScanIndexForward", True)
        beyond = operator.gt if forward else operator.lt
        chosen = [item for item in chosen if beyond(order(item), order(start))]
    limit = asked.get("Limit")
    read = chosen[:limit]
    kept = [item for item in read if _holds(asked, item, "FilterExpression")]
    shown = index.shown if index else None
    if "ProjectionExpression" in asked:
        names = _names(asked)
        shown = frozenset(
            names.get(name, name) for name in _TOKEN.findall(asked["ProjectionExpression"]) if name != ","
        )
    items = [item if shown is None else {name: item[name] for name in item if name in shown} for item in kept]
    if limit is None or len(read) < limit or not read:
        return {"Items": items}
    keys = (table.hash_key, table.range_key, *((*index.hashes, *index.ranges) if index else ()))
    return {"Items": items, "LastEvaluatedKey": {name: read[-1][name] for name in keys}}


def _names(asked: Mapping[str, Any], *, frozen: bool = False) -> Any:
    names = asked.get("ExpressionAttributeNames", {})
    return tuple(sorted(names.items())) if frozen else names


def _holds(asked: Item, item: Item | None, kind: str = "ConditionExpression") -> bool:
    if kind not in asked:
        return True
    test = _condition(asked[kind], _names(asked, frozen=True))
    return test(item or {}, asked.get("ExpressionAttributeValues", {}))


# -- expressions ------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _condition(text: str, names: tuple[tuple[str, str], ...]) -> Test:
    return _Reading(text, dict(names)).condition()


def _update(text: str, names: Mapping[str, str]) -> Callable[[Item, Item, str], Item]:
    return _changes(text, tuple(sorted(names.items())))


@lru_cache(maxsize=256)
def _changes(text: str, names: tuple[tuple[str, str], ...]) -> Callable[[Item, Item, str], Item]:
    return _Reading(text, dict(names)).update()


class _Reading:
    """Reads an expression from left to right."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self._tokens: list[str] = [*_TOKEN.findall(text), ""]
        self._names = names

    def _take(self) -> str:
        return self._tokens.pop(0)

    def _next_is(self, *tokens: str) -> bool:
        if self._tokens[0].upper() in tokens:
            self._take()
            return True
        return False

    def _name(self) -> str:
        token = self._take()
        return self._names[token] if token.startswith("#") else token

    # -- conditions

    def condition(self) -> Test:
        parts = [self._conjunction()]
        while self._next_is("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else lambda item, given: any(part(item, given) for part in parts)

    def _conjunction(self) -> Test:
        parts = [self._comparison()]
        while self._next_is("AND"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else lambda item, given: all(part(item, given) for part in parts)

    def _comparison(self) -> Test:
        if self._next_is("("):
            inner = self.condition()
            self._take()
            return inner
        if self._tokens[1] == "(" and self._tokens[0] in _FUNCTIONS:
            return self._function()
        left, sign, right = self._operand(), self._take().upper(), self._operand()
        if sign == "BETWEEN":
            self._take()
            last = self._operand()
            return lambda item, given: (
                _in_order(left(item, given), right(item, given), operator.ge)
                and _in_order(left(item, given), last(item, given), operator.le)
            )
        if sign == "=":
            return lambda item, given: _same(left(item, given), right(item, given))
        if sign == "<>":
            return lambda item, given: not _same(left(item, given), right(item, given))
        return lambda item, given: _in_order(left(item, given), right(item, given), _COMPARE[sign])

    def _function(self) -> Test:
        function, _ = self._take(), self._take()
        name = self._name()
        if function in {"attribute_exists", "attribute_not_exists"}:
            self._take()
            wanted = function == "attribute_exists"
            return lambda item, _: (name in item) is wanted
        self._take()
        value, _ = self._operand(), self._take()
        test = _FUNCTIONS[function]
        return lambda item, given: test(item.get(name), value(item, given))

    def _operand(self) -> Operand:
        if self._tokens[0].startswith(":"):
            token = self._take()
            return lambda _, given: given[token]
        if self._tokens[0] == "size":
            self._take(), self._take()
            name, _ = self._name(), self._take()
            return lambda item, _: _size(item.get(name))
        if self._tokens[1] == "(":
            self._take(), self._take()
            name, _, other, _ = self._name(), self._take(), self._operand(), self._take()
            return lambda item, given: item.get(name) or other(item, given)
        name = self._name()
        return lambda item, _: item.get(name)

    # -- updates

    def update(self) -> Callable[[Item, Item, str], Item]:
        steps: list[tuple[str, str, Operand]] = []
        while clause := self._take().upper():
            steps.append(self._step(clause))
            while self._next_is(","):
                steps.append(self._step(clause))

        def change(item: Item, given: Item, operation: str) -> Item:
            changed = dict(item)
            for clause, name, value in steps:
                found = value(item, given)
                if clause == "REMOVE":
                    changed.pop(name, None)
                elif clause == "DELETE":
                    changed = _without(changed, name, found)
                elif found is None:
                    refuse(operation, "ValidationException")
                else:
                    changed[name] = found
            return changed

        return change

    def _step(self, clause: str) -> tuple[str, str, Operand]:
        name = self._name()
        if clause == "REMOVE":
            return clause, name, lambda *_: None
        if clause == "DELETE":
            return clause, name, self._operand()
        if clause == "ADD":
            more = self._operand()
            return clause, name, lambda item, given: _added(item.get(name), more(item, given))
        self._take()
        left = self._operand()
        for sign, count in (("+", operator.add), ("-", operator.sub)):
            if self._next_is(sign):
                return clause, name, _counting(left, self._operand(), count)
        return clause, name, left


def _counting(left: Operand, right: Operand, count: Callable[[Decimal, Decimal], Decimal]) -> Operand:
    def value(item: Item, given: Item) -> Any:
        one, other = left(item, given), right(item, given)
        return None if one is None or other is None else {"N": str(count(Decimal(one["N"]), Decimal(other["N"])))}

    return value


def _added(known: Any, more: Any) -> Any:
    if "SS" in more:
        return {"SS": sorted({*(known or more)["SS"], *more["SS"]})}
    return {"N": str(Decimal(known["N"] if known else 0) + Decimal(more["N"]))}


def _without(item: Item, name: str, less: Any) -> Item:
    """A set with no members left is no attribute any more."""
    left = sorted({*item.get(name, {"SS": ()})["SS"]} - {*less["SS"]})
    return {**item, name: {"SS": left}} if left else {key: value for key, value in item.items() if key != name}


def _size(value: Any) -> Any:
    return None if value is None else {"N": str(len(next(iter(value.values()))))}


def _same(left: Any, right: Any) -> bool:
    if left and right and "N" in left and "N" in right:
        return Decimal(left["N"]) == Decimal(right["N"])
    return left is not None and bool(left == right)


def _in_order(left: Any, right: Any, compare: Callable[[Any, Any], bool]) -> bool:
    if left is None or right is None or left.keys() != right.keys():
        return False
    ((kind, one),), ((_, other),) = left.items(), right.items()
    return compare(Decimal(one), Decimal(other)) if kind == "N" else compare(one, other)


def _begins(whole: Any, start: Any) -> bool:
    return whole is not None and "S" in whole and bool(whole["S"].startswith(start["S"]))


def _contains(whole: Any, part: Any) -> bool:
    if whole is None:
        return False
    if "S" in whole:
        return "S" in part and part["S"] in whole["S"]
    return part in whole.get("L", ()) or part.get("S") in whole.get("SS", ())


_FUNCTIONS: dict[str, Callable[[Any, Any], bool]] = {
    "begins_with": _begins,
    "contains": _contains,
    "attribute_exists": lambda *_: True,
    "attribute_not_exists": lambda *_: True,
}
"""Those that are conditions; of the last two only the name counts, see `_Reading._function`."""
