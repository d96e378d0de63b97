"""Batches from an SQS queue: each record by itself, failures told apart and told safely."""

import json
import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from switchboard.aws.failures import describe
from switchboard.errors import SwitchboardError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

FIRST_DELAY, GROWTH, LONGEST_DELAY = 5.0, 3.0, 600.0
"""Seconds until a record that may succeed later comes again: 5, 15, 45, 135, each up to half more."""


def process(
    event: Mapping[str, Any],
    handle: Callable[[dict[str, Any]], None],
    logger: Logger,
    metrics: Metrics,
    sqs: "Callable[[], SQSClient]",
) -> dict[str, list[dict[str, str]]]:
    """Handle each record's JSON body; those that fail, and only those, stay in the queue.

    What may succeed later comes again soon; everything else when its visibility ends, and after a few tries it is
    parked in the dead-letter queue.
    """
    failed = []
    for record in event["Records"]:
        try:
            handle(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001  # one record's failure, of whatever kind, must not be another's
            failed.append({"itemIdentifier": record["messageId"]})
            metrics.add_metric("Failed", MetricUnit.Count, 1)
            told = {"sqs_message_id": record["messageId"], **describe(error)}
            logger.error("left in the queue", extra=told)  # noqa: TRY400  # a traceback would show what customers wrote
            if isinstance(error, SwitchboardError) and error.retryable:
                _come_again_soon(record, sqs())
    return {"batchItemFailures": failed}


def _come_again_soon(record: Mapping[str, Any], sqs: "SQSClient") -> None:
    region, account, name = record["eventSourceARN"].split(":")[3:6]
    tries = int(record["attributes"]["ApproximateReceiveCount"])
    delay = min(FIRST_DELAY * GROWTH ** (tries - 1), LONGEST_DELAY) * random.uniform(1, 1.5)  # noqa: S311  # spreading load
    sqs.change_message_visibility(
        QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}",
        ReceiptHandle=record["receiptHandle"],
        VisibilityTimeout=int(delay),
    )
