"""Acknowledges conversations that have just been opened."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.conversation import split_id
from switchboard.events import ConversationOpened
from switchboard.flows.acknowledge import acknowledge

logger, metrics = Logger(), Metrics()


def record_handler(envelope: dict[str, Any]) -> None:
    """Acknowledge one conversation, or decide not to."""
    opened = ConversationOpened.model_validate(envelope["detail"])
    reason = acknowledge(*split_id(opened.conversation_id), wiring.board())
    metrics.add_metric("Acknowledged" if reason == "first_message" else "NotAcknowledged", MetricUnit.Count, 1)
    logger.info("decided", conversation_id=opened.conversation_id, reason=reason)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the ack queue."""
    return process(event, record_handler, logger, metrics, wiring.sqs)
