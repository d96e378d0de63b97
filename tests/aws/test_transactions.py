"""DynamoDB's refusals of a transaction, in our words."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from switchboard.aws.transactions import ROUNDS, transact
from switchboard.errors import AgentUnavailableError, ConflictError

WRITE: Any = {"Put": {"TableName": "t", "Item": {"key": {"S": "k"}}}}
REFUSALS = [ConflictError, AgentUnavailableError]


@pytest.fixture(scope="module")
def client() -> Any:
    return boto3.client("dynamodb", region_name="us-east-1")


@pytest.fixture
def stubber(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber


def cancel(stubber: Stubber, *codes: str) -> None:
    reasons = {"CancellationReasons": [{"Code": code} for code in codes]}
    stubber.add_client_error("transact_write_items", "TransactionCanceledException", modeled_fields=reasons)


def run(client: Any) -> list[int]:
    pauses: list[int] = []
    transact(client, [WRITE], pauses.append, REFUSALS)
    return pauses


def test_a_transaction_that_holds_is_done_once(client: Any, stubber: Stubber) -> None:
    stubber.add_response("transact_write_items", {})
    assert run(client) == []


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("ConditionalCheckFailed", "None"), ConflictError),
        (("None", "ConditionalCheckFailed"), AgentUnavailableError),
        (("ConditionalCheckFailed", "ConditionalCheckFailed"), ConflictError),
        (("TransactionConflict", "ConditionalCheckFailed"), AgentUnavailableError),
    ],
)
def test_a_condition_that_does_not_hold_is_told_by_its_write(
    client: Any, stubber: Stubber, codes: tuple[str, ...], expected: type[Exception]
) -> None:
    cancel(stubber, *codes)
    with pytest.raises(ConflictError) as refused:
        run(client)
    assert type(refused.value) is expected


def test_a_meeting_of_two_transactions_is_tried_again(client: Any, stubber: Stubber) -> None:
    cancel(stubber, "None", "TransactionConflict")
    stubber.add_client_error("transact_write_items", "TransactionInProgressException")
    stubber.add_response("transact_write_items", {})
    assert run(client) == [0, 1]


def test_whoever_meets_others_all_the_time_gives_up_for_now(client: Any, stubber: Stubber) -> None:
    for _ in range(ROUNDS):
        cancel(stubber, "TransactionConflict")
    with pytest.raises(ConflictError, match="try again"):
        run(client)


def test_another_reason_is_an_error(client: Any, stubber: Stubber) -> None:
    cancel(stubber, "ValidationError")
    with pytest.raises(ClientError):
        run(client)
