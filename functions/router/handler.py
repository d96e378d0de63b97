"""The router: received messages, hand-overs to look at again, and each minute what is due."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.router.tasks import handle
from switchboard import wiring

logger, metrics = Logger(), Metrics()
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def record_handler(record: SQSRecord) -> None:
    """Do one task; an error leaves it, and only it, in the queue."""
    task = record.json_body
    done = handle(task["detail-type"], task["detail"], wiring.board(), wiring.quarantine())
    logger.info("routed", task=task["detail-type"], outcome=done.outcome, conversation_id=done.conversation_id)
    for name, count in done.metrics.items():
        metrics.add_metric(name, "Count", count)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of the router queue."""
    return process_partial_response(event, record_handler, processor, context)
