"""Acknowledges conversations that have just been opened, and each minute renews promises that are about to break."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.conversation import split_id
from switchboard.events import ConversationOpened
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.promises import look_at_due

logger, metrics = Logger(), Metrics()
DUE = "promises.due"


def record_handler(envelope: dict[str, Any]) -> None:
    """Do one task of the queue: look at promises, or acknowledge one conversation or decide not to."""
    if envelope["detail-type"] == DUE:
        done = look_at_due(wiring.board())
        for code, metric in (("renewed", "PromisesRenewed"), ("broken", "PromisesPassed")):
            metrics.add_metric(metric, MetricUnit.Count, done.get(code, 0))
        logger.info("looked_at_promises", extra=dict(done))
        return
    opened = ConversationOpened.model_validate(envelope["detail"])
    reason = acknowledge(*split_id(opened.conversation_id), wiring.board())
    metrics.add_metric("Acknowledged" if reason == "first_message" else "NotAcknowledged", MetricUnit.Count, 1)
    logger.info("decided", conversation_id=opened.conversation_id, reason=reason)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the ack queue."""
    return process(event, record_handler, logger, metrics, wiring.sqs)
