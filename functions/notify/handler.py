"""Tells agents' consoles what happened to conversations, and a moment later those who watch a queue."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process_together
from switchboard.flows.notify import take

logger, metrics = Logger(), Metrics()


def handle(*envelopes: dict[str, Any]) -> None:
    """Tell of several events at once: each console hears of a conversation once."""
    for name, number in asdict(take(envelopes, wiring.pager())).items():
        metrics.add_metric(name.capitalize(), MetricUnit.Count, number)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Tell of a batch; if that fails, of each record by itself, so that one holds up no other."""
    return process_together(event, handle, logger, metrics, wiring.sqs)
