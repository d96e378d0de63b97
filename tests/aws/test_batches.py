"""Batches of a queue: each record by itself, what may succeed later comes again soon, and no log tells too much."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics
from botocore.exceptions import ClientError

from switchboard.aws.batches import LastTry, lateness, process
from switchboard.aws.failures import describe
from switchboard.errors import NotYetError, PolicyError
from tests.aws_events import batch, failed


class Queue:
    """Remembers for how long records were hidden."""

    def __init__(self) -> None:
        self.hidden: list[dict[str, Any]] = []

    def change_message_visibility(self, **arguments: Any) -> None:
        self.hidden.append(arguments)


def run(error: Exception | None, queue: Queue, tries: int = 1) -> list[str]:
    event = batch({"poison": True}, {"poison": False})
    for record in event["Records"]:
        record["attributes"]["ApproximateReceiveCount"] = str(tries)

    def handle(task: dict[str, Any]) -> None:
        if task["poison"] and error:
            raise error

    sqs: Any = lambda: queue  # noqa: E731  # a factory of the double
    return failed(process(event, handle, Logger(), Metrics(namespace="Test"), sqs))


def test_a_body_that_is_no_json_is_handed_on_as_it_is_where_that_is_asked_for() -> None:
    handed: list[str] = []
    sqs: Any = Queue
    process(batch("no {json"), handed.append, Logger(), Metrics(namespace="Test"), sqs, read=str)
    assert handed == ["no {json"]


def test_a_batch_that_succeeds_leaves_nothing_behind() -> None:
    queue = Queue()
    assert run(None, queue) == []
    assert queue.hidden == []


def test_a_poison_record_stays_and_its_neighbour_does_not() -> None:
    queue = Queue()
    assert run(KeyError("words"), queue) == ["m0"]
    assert queue.hidden == []


def test_what_no_retry_helps_waits_for_its_visibility_to_end() -> None:
    queue = Queue()
    assert run(PolicyError("wrong"), queue) == ["m0"]
    assert queue.hidden == []


@pytest.mark.parametrize(("tries", "least", "most"), [(1, 5, 7), (2, 15, 22), (4, 135, 202), (20, 600, 900)])
def test_what_may_succeed_later_comes_again_soon_and_ever_later(tries: int, least: int, most: int) -> None:
    queue = Queue()
    run(NotYetError("soon"), queue, tries)
    (hidden,) = queue.hidden
    assert least <= hidden["VisibilityTimeout"] <= most
    assert hidden["QueueUrl"] == "https://sqs.us-east-1.amazonaws.com/123456789012/queue"


@pytest.mark.parametrize(("tries", "handled"), [(1, "as usual"), (4, "as usual"), (5, "at last"), (6, "at last")])
def test_the_last_try_may_be_handled_otherwise(tries: int, handled: str) -> None:
    event, done = batch({}), []
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(tries)
    last = LastTry(5, lambda _: done.append("at last"))
    process(event, lambda _: done.append("as usual"), Logger(), Metrics(namespace="Test"), Queue, last=last)  # type: ignore[arg-type]  # a factory of the double
    assert done == [handled]


def test_an_error_of_ours_is_logged_with_its_remedy() -> None:
    told = describe(NotYetError("wait a moment"))
    assert told == {"error": "NotYetError", "reason": "wait a moment"}


def test_an_error_of_aws_is_logged_by_its_code_only() -> None:
    error = ClientError({"Error": {"Code": "ValidationException", "Message": "customer words"}}, "PutItem")
    assert describe(error)["reason"] == "PutItem: ValidationException"


def test_an_error_of_others_is_logged_by_kind_and_place_and_never_by_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        run(ValueError("customer words"), Queue())
    (line,) = caplog.records
    told = vars(line)
    assert told["error"] == "ValueError"
    assert "test_batches.py:" in told["where"]
    assert "customer words" not in str(told)


def test_a_batch_is_as_late_as_the_queue_was_for_what_comes_for_the_first_time() -> None:
    def came(sent: int, received: int, tries: int = 1) -> dict[str, Any]:
        told = {"SentTimestamp": sent, "ApproximateFirstReceiveTimestamp": received, "ApproximateReceiveCount": tries}
        return {"attributes": {name: str(value) for name, value in told.items()}}

    event = {"Records": [came(1000, 1500), came(1000, 3000), came(0, 90_000, tries=2)]}
    assert lateness(event) == timedelta(seconds=2)
    assert lateness({"Records": []}) == timedelta(0)
