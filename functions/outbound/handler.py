"""Sends messages to providers in their order, and records what became of them."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.conversation import split_id
from switchboard.events import ConversationMessageAdded, MessageReceived
from switchboard.flows.deliver import deliver, report
from switchboard.message import DeliveryReport

logger, metrics = Logger(), Metrics()
COUNTED = {"sent": "Sent", "failed": "SendFailed", "unknown": "SendUnknown"}
"""What an operator watches of deliveries; everything else is a task done."""


def record_handler(envelope: dict[str, Any]) -> None:
    """Send a message that was written, or record a report on one that was sent."""
    if envelope["detail-type"] == MessageReceived.DETAIL_TYPE:
        reported = MessageReceived.model_validate(envelope["detail"]).message
        outcome = report(reported, wiring.board()) if isinstance(reported, DeliveryReport) else "ignored"
    else:
        added = ConversationMessageAdded.model_validate(envelope["detail"])
        place = split_id(added.conversation_id)
        base_url = wiring.setting("PUBLIC_BASE_URL")
        outcome = deliver(*place, added.message_id, wiring.board(), wiring.connect, base_url, wiring.url_of)
    metrics.add_metric(COUNTED.get(outcome, "Tasks"), MetricUnit.Count, 1)
    logger.info("delivery", outcome=outcome)


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the outbound queue."""
    return process(event, record_handler, logger, metrics, wiring.sqs)
