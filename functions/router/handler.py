"""The router: received messages, hand-overs to look at again, and each minute what is due."""

from datetime import timedelta
from functools import partial
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.router.tasks import handle
from switchboard import wiring
from switchboard.aws.batches import lateness, process

logger, metrics = Logger(), Metrics()


def record_handler(late: timedelta, envelope: dict[str, Any]) -> None:
    """Do one task; an error leaves it, and only it, in the queue."""
    done = handle(envelope["detail-type"], envelope["detail"], wiring.deciding_board(), wiring.quarantine(), late)
    logger.info("routed", task=envelope["detail-type"], outcome=done.outcome, conversation_id=done.conversation_id)
    for name, count in {"Tasks": 1, **done.metrics}.items():
        metrics.add_metric(name, MetricUnit.Count, count)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the router queue."""
    late = lateness(event)
    metrics.add_metric("Late", MetricUnit.Milliseconds, late / timedelta(milliseconds=1))
    return process(event, partial(record_handler, late), logger, metrics, wiring.sqs)
