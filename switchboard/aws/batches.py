"""Batches from an SQS queue: each record by itself, failures told apart and told safely."""

import json
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from switchboard.aws.failures import describe
from switchboard.errors import SwitchboardError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

FIRST_DELAY, GROWTH, LONGEST_DELAY = 5.0, 3.0, 600.0
"""Seconds until a record that may succeed later comes again: 5, 15, 45, 135, each up to half more."""


class LastTry(NamedTuple):
    """What handles a record instead, once it has come this often: after that only the dead-letter queue is left."""

    tries: int
    handle: Callable[[Any], None]


def process(
    event: Mapping[str, Any],
    handle: Callable[[Any], None],
    logger: Logger,
    metrics: Metrics,
    sqs: "Callable[[], SQSClient]",
    read: Callable[[str], Any] = json.loads,
    last: LastTry | None = None,
) -> dict[str, list[dict[str, str]]]:
    """Handle each record's body as `read` gives it; those that fail, and only those, stay in the queue.

    What may succeed later comes again soon; everything else when its visibility ends, and after a few tries it is
    parked in the dead-letter queue.
    """
    failed = []
    for record in event["Records"]:
        try:
            chosen = last.handle if last and _tries(record) >= last.tries else handle
            chosen(read(record["body"]))
        except Exception as error:  # noqa: BLE001  # one record's failure, of whatever kind, must not be another's
            failed.append({"itemIdentifier": record["messageId"]})
            metrics.add_metric("Failed", MetricUnit.Count, 1)
            told = {"sqs_message_id": record["messageId"], **describe(error)}
            logger.error("left in the queue", extra=told)  # noqa: TRY400  # a traceback would show what customers wrote
            if isinstance(error, SwitchboardError) and error.retryable:
                _come_again_soon(record, sqs())
    return {"batchItemFailures": failed}


def process_together(
    event: Mapping[str, Any],
    handle: Callable[..., None],
    logger: Logger,
    metrics: Metrics,
    sqs: "Callable[[], SQSClient]",
) -> dict[str, list[dict[str, str]]]:
    """Handle all bodies at once; if that fails, each by itself, and what fails again is what `process` makes of it."""
    if len(event["Records"]) > 1:
        try:
            handle(*(json.loads(record["body"]) for record in event["Records"]))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is found again with the record that it is about
            logger.warning("not handled at once", extra=describe(error))
        else:
            return {"batchItemFailures": []}
    return process(event, handle, logger, metrics, sqs)


def lateness(event: Mapping[str, Any]) -> timedelta:
    """How long the queue let a batch's records wait at most. Those that come again wait for other reasons."""
    first = [record["attributes"] for record in event["Records"] if _tries(record) == 1]
    waits = [int(told["ApproximateFirstReceiveTimestamp"]) - int(told["SentTimestamp"]) for told in first]
    return timedelta(milliseconds=max(waits, default=0))


def _come_again_soon(record: Mapping[str, Any], sqs: "SQSClient") -> None:
    region, account, name = record["eventSourceARN"].split(":")[3:6]
    delay = min(FIRST_DELAY * GROWTH ** (_tries(record) - 1), LONGEST_DELAY) * random.uniform(1, 1.5)  # noqa: S311  # spreading load
    sqs.change_message_visibility(
        QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}",
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=int(delay),
    )


def _tries(record: Mapping[str, Any]) -> int:
    """How often the queue has handed a record out, this time included."""
    return int(record["attributes"]["ApproximateReceiveCount"])
