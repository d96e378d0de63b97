"""Acknowledges conversations that have just been opened."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.conversation import split_id
from switchboard.events import ConversationOpened
from switchboard.flows.acknowledge import acknowledge

logger, metrics = Logger(), Metrics()
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def record_handler(record: SQSRecord) -> None:
    """Acknowledge one conversation, or decide not to."""
    opened = ConversationOpened.model_validate(record.json_body["detail"])
    reason = acknowledge(*split_id(opened.conversation_id), wiring.board())
    metrics.add_metric("Acknowledged" if reason == "first_message" else "NotAcknowledged", MetricUnit.Count, 1)
    logger.info("decided", conversation_id=opened.conversation_id, reason=reason)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of the ack queue."""
    return process_partial_response(event, record_handler, processor, context)
