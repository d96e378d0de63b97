"""Sends messages to providers in their order, and records what became of them."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.conversation import split_id
from switchboard.events import ConversationMessageAdded, MessageReceived
from switchboard.flows.deliver import deliver, report
from switchboard.message import DeliveryReport

logger, metrics = Logger(), Metrics()
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def record_handler(record: SQSRecord) -> None:
    """Send a message that was written, or record a report on one that was sent."""
    envelope = record.json_body
    if envelope["detail-type"] == MessageReceived.DETAIL_TYPE:
        reported = MessageReceived.model_validate(envelope["detail"]).message
        outcome = report(reported, wiring.board()) if isinstance(reported, DeliveryReport) else "ignored"
    else:
        added = ConversationMessageAdded.model_validate(envelope["detail"])
        place = split_id(added.conversation_id)
        outcome = deliver(*place, added.message_id, wiring.board(), wiring.connect, wiring.setting("PUBLIC_BASE_URL"))
    metrics.add_metric("Settled", MetricUnit.Count, 1)
    logger.info("delivery", outcome=outcome)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of the outbound queue."""
    return process_partial_response(event, record_handler, processor, context)
