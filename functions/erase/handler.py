"""Erases customers: what each request in its queue still leaves to do, everywhere."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.flows.erase import Reach, erase

logger, metrics = Logger(), Metrics()


def record_handler(asked: dict[str, Any]) -> None:
    """Do one request, or what an earlier try left of it."""
    reach = Reach(wiring.raw(), wiring.eraser)
    outcome = erase(asked["code"], wiring.board(), reach, wiring.office().queue)
    metrics.add_metric("Erased" if outcome == "done" else "Tasks", MetricUnit.Count, 1)
    logger.info("erased", outcome=outcome)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the erase queue."""
    return process(event, record_handler, logger, metrics, wiring.sqs)
