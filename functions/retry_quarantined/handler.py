"""Reads again what is in quarantine, of whatever channel, when a lead asks for it."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.flows.retry import retry

logger, metrics = Logger(), Metrics()


def record_handler(task: dict[str, str]) -> None:
    """Read one again; an error leaves it, and only it, in the queue."""
    outcome = retry(task["account"], task["quarantine_id"], wiring.retrying())
    logger.info("read again", account=task["account"], quarantine_id=task["quarantine_id"], outcome=outcome)
    metrics.add_metric("ReadAgain", MetricUnit.Count, 1)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the queue of retries."""
    return process(event, record_handler, logger, metrics, wiring.sqs)
