"""Fetches customers' files, and removes those that their senders took back."""

from functools import partial
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import LastTry, process
from switchboard.conversation import split_id
from switchboard.events import ConversationMessageAdded, ConversationMessageChanged
from switchboard.flows.media import TRIES, fetch_files, forget_files

logger, metrics = Logger(), Metrics()


def record_handler(envelope: dict[str, Any], *, is_last_try: bool = False) -> None:
    """Fetch what a message brought, or what is new since its sender changed it."""
    means, event = wiring.means(), _event_of(envelope)
    if isinstance(event, ConversationMessageChanged):
        forget_files(event.removed, means)
    thread, _ = split_id(event.conversation_id)
    outcome = fetch_files(thread, event.message_id, means, is_last_try=is_last_try)
    metrics.add_metric("Tasks", MetricUnit.Count, 1)
    logger.info("files", outcome=outcome, conversation_id=event.conversation_id)


def _event_of(envelope: dict[str, Any]) -> ConversationMessageAdded | ConversationMessageChanged:
    if envelope["detail-type"] == ConversationMessageChanged.DETAIL_TYPE:
        return ConversationMessageChanged.model_validate(envelope["detail"])
    return ConversationMessageAdded.model_validate(envelope["detail"])


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the media queue."""
    last = LastTry(TRIES, partial(record_handler, is_last_try=True))
    return process(event, record_handler, logger, metrics, wiring.sqs, last=last)
