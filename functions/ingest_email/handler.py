"""Mail: what has come, by notices of the raw bucket, and what became of what we sent, by those of SES."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.flows.collect import collect
from switchboard.instant import system_clock

logger, metrics = Logger(), Metrics()


def record_handler(notice: str) -> None:
    """Take what one notice tells of; an error leaves it, and only it, in the queue."""
    secrets, bus, store = wiring.secrets(), wiring.bus(), wiring.raw()
    found = collect(notice, policy=wiring.policy(), secrets=secrets, bus=bus, store=store, clock=system_clock)
    metrics.add_metric("Notices", MetricUnit.Count, 1)
    for collected in found:
        for name in collected.metrics:
            metrics.add_metric(name, MetricUnit.Count, 1)
        logger.info("collected", outcome=collected.outcome, degraded=collected.is_degraded)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the mail queue."""
    return process(event, record_handler, logger, metrics, wiring.sqs, read=str)
