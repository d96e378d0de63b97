"""The tables in memory answer as moto does: the same requests, as the adapters write them, and the same answers.

What is compared is items and refusals, not pages: where a page ends is nobody's promise.
"""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from switchboard.aws.records import attributes
from tests import tables
from tests.dynamodb import Dynamo

TABLE = "conversations"
THREADS, ITEMS = ("t1", "t2"), ("conversation#1", "message#a", "message#b")
ATTRIBUTES = ("queue", "skills", "priority", "waiting_since", "owner", "assigned_at")
CONDITIONS = (
    "attribute_not_exists(thread)",
    "attribute_exists(thread) AND revision = :one",
    "#n >= :one AND (attribute_not_exists(note) OR note <> :text)",
    "revision < :two OR begins_with(note, :text) OR contains(members, :text)",
    "revision BETWEEN :one AND :two",
)
UPDATES = (
    "SET revision = revision + :one, note = :text",
    "SET #n = if_not_exists(#n, :one) - :two REMOVE note",
    "ADD members :set SET note = :text",
    "DELETE members :set",
    "ADD revision :two",
    "REMOVE waiting_since, #n",
)
GIVEN = {":one": 1, ":two": 2, ":text": "some", ":set": {"some", "more"}}
Request = tuple[str, dict[str, Any]]


def keys() -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({"thread": st.sampled_from(THREADS), "item": st.sampled_from(ITEMS)})


def items() -> st.SearchStrategy[dict[str, Any]]:
    more: dict[str, st.SearchStrategy[Any]] = {name: st.sampled_from(("a", "b")) for name in ATTRIBUTES}
    more |= {"revision": st.integers(0, 3), "free": st.integers(-1, 2), "note": st.sampled_from(("some", "something"))}
    more |= {"members": st.sets(st.sampled_from(("some", "other")), min_size=1)}
    return st.builds(lambda key, rest: {**key, **rest}, keys(), st.fixed_dictionaries({}, optional=more))


def expressed(*expressions: str) -> dict[str, Any]:
    """The names and values that these use, and no others: DynamoDB refuses those."""
    text = " ".join(expressions)
    values = {name: value for name, value in GIVEN.items() if name in text}
    return {
        **({"ExpressionAttributeNames": {"#n": "free"}} if "#n" in text else {}),
        **({"ExpressionAttributeValues": attributes(values)} if values else {}),
    }


def _put(item: dict[str, Any], condition: str | None) -> dict[str, Any]:
    asked = {"TableName": TABLE, "Item": attributes(item)}
    return {**asked, "ConditionExpression": condition, **expressed(condition)} if condition else asked


def _update(key: dict[str, str], update: str, condition: str | None) -> dict[str, Any]:
    asked = {"TableName": TABLE, "Key": attributes(key), "UpdateExpression": update}
    return {**asked, **({"ConditionExpression": condition} if condition else {}), **expressed(update, condition or "")}


def _delete(key: dict[str, str], condition: str | None) -> dict[str, Any]:
    asked = {"TableName": TABLE, "Key": attributes(key)}
    return {**asked, "ConditionExpression": condition, **expressed(condition)} if condition else asked


def requests() -> st.SearchStrategy[Request]:
    conditions = st.none() | st.sampled_from(CONDITIONS)
    puts = st.builds(_put, items(), conditions)
    updates = st.builds(_update, keys(), st.sampled_from(UPDATES), conditions)
    deletes = st.builds(_delete, keys(), conditions)
    valid = st.builds(_update, keys(), st.sampled_from(UPDATES[1:]), conditions)  # of two errors, either may be told
    both = st.tuples(puts.map(lambda one: {"Put": one}), valid.map(lambda one: {"Update": one}))
    return st.one_of(
        st.tuples(st.just("put_item"), puts),
        st.tuples(st.just("update_item"), updates),
        st.tuples(st.just("delete_item"), deletes),
        st.tuples(st.just("transact_write_items"), both.map(lambda writes: {"TransactItems": list(writes)})),
    )


def _reads() -> Iterator[Request]:
    for thread in THREADS:
        asked = {"TableName": TABLE, "KeyConditionExpression": "thread = :t AND begins_with(#i, :k)"}
        values = attributes({":t": thread, ":k": "message#"})
        names = {"#i": "item"}
        yield "query", {**asked, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        yield (
            "query",
            {
                **asked,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
                "ScanIndexForward": False,
            },
        )
    lane = attributes({":q": "a", ":s": "a", ":p": "a"})
    found = "queue = :q AND skills = :s AND priority = :p"
    yield "query", _of_index("lanes", found, lane)
    yield "query", {**_of_index("lanes", found, lane), "FilterExpression": "note <> :q"}
    yield (
        "query",
        _of_index("owners", "#o = :o AND assigned_at <= :a", attributes({":o": "b", ":a": "a"}), {"#o": "owner"}),
    )
    yield "scan", {"TableName": TABLE}


def _of_index(index: str, condition: str, values: Any, names: dict[str, str] | None = None) -> dict[str, Any]:
    asked = {"IndexName": index, "KeyConditionExpression": condition, "ExpressionAttributeValues": values}
    return {"TableName": TABLE, **asked, **({"ExpressionAttributeNames": names} if names else {})}


def answer(client: Any, request: Request) -> Any:
    """Items, or why not; whether an index breaks ties as another does is nobody's promise."""
    operation, asked = request
    try:
        told = getattr(client, operation)(**asked)
    except ClientError as error:
        reasons: Any = error.response.get("CancellationReasons", [])
        return error.response["Error"]["Code"], [reason.get("Code") for reason in reasons]
    found = [_plain(item) for item in told.get("Items", [])]
    return sorted(found, key=str) if "IndexName" in asked or operation == "scan" else found


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {kind: sorted(v) if kind == "SS" else v for kind, v in value.items()}
        for name, value in sorted(item.items())
    }


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        tables.create(client)
        yield client


def _empty(client: Any) -> None:
    for item in client.scan(TableName=TABLE)["Items"]:
        client.delete_item(TableName=TABLE, Key={name: item[name] for name in ("thread", "item")})


@settings(max_examples=20)
@given(history=st.lists(requests(), min_size=3, max_size=12))
def test_whatever_is_written_both_hold_the_same(moto: Any, history: list[Request]) -> None:
    _empty(moto)
    memory = Dynamo()
    tables.create(memory)
    for request in history:
        assert answer(memory, request) == answer(moto, request), request
    for request in _reads():
        assert answer(memory, request) == answer(moto, request), request


def _held(lag: int) -> Dynamo:
    memory = Dynamo()
    tables.create(memory)
    memory.lag = lag
    for name in ("message#a", "message#b"):
        memory.put_item(
            TableName=TABLE, Item=attributes({"thread": "t1", "item": name, "owner": "x", "assigned_at": "1"})
        )
    return memory


def _owned(memory: Dynamo) -> int:
    asked = _of_index("owners", "#o = :o", attributes({":o": "x"}), {"#o": "owner"})
    return len(memory.query(**asked)["Items"])


def test_an_index_shows_what_the_table_held_some_writes_ago_until_it_has_caught_up() -> None:
    memory = _held(lag=1)
    assert _owned(memory) == 1
    memory.catch_up()
    assert _owned(memory) == 2


@pytest.mark.parametrize(
    "asked",
    [
        lambda: {"Key": attributes({"thread": "t1", "item": "message#a"}), "ConsistentRead": True},
        lambda: {"Key": attributes({"thread": "t1", "item": "message#b"}), "ConsistentRead": True},
    ],
)
def test_a_consistent_read_shows_everything(asked: Callable[[], dict[str, Any]]) -> None:
    assert "Item" in _held(lag=5).get_item(TableName=TABLE, **asked())


def test_an_empty_key_of_an_index_is_refused() -> None:
    item = attributes({"thread": "t1", "item": "message#a", "owner": ""})
    with pytest.raises(ClientError, match="ValidationException"):
        _held(lag=0).put_item(TableName=TABLE, Item=item)


def test_what_was_committed_is_in_the_stream_with_what_it_was_before() -> None:
    memory = _held(lag=0)
    memory.put_item(TableName=TABLE, Item=memory.rows(TABLE)[0])
    assert len(memory.stream) == 2, "what changes nothing is no record"
    memory.delete_item(TableName=TABLE, Key=attributes({"thread": "t1", "item": "message#a"}))
    assert "NewImage" not in memory.stream[-1]["dynamodb"]
    assert memory.stream[-1]["dynamodb"]["OldImage"]["owner"] == {"S": "x"}
