"""Tells agents' consoles what happened to conversations, and a moment later those who watch a queue."""

import json
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.aws.failures import describe
from switchboard.aws.sockets import HINT
from switchboard.flows.notify import Event, hint, notify
from switchboard.push import News

logger, metrics = Logger(), Metrics()


def handle(*envelopes: dict[str, Any]) -> None:
    """Tell of several events at once: each console hears of a conversation once."""
    queues = {envelope["detail"]["queue"] for envelope in envelopes if envelope["detail-type"] == HINT}
    happened = [envelope for envelope in envelopes if envelope["detail-type"] != HINT]
    events = [Event(one["detail-type"], News.model_validate(one["detail"])) for one in happened]
    pager = wiring.pager()
    for told in [notify(events, pager), *(hint(queue, pager) for queue in sorted(queues))]:
        for name, number in {"Notes": told.notes, "Posted": told.posted, "Gone": told.gone, "Lost": told.lost}.items():
            metrics.add_metric(name, MetricUnit.Count, number)


def handle_together(records: list[dict[str, Any]]) -> bool:
    """Tell of a batch; whether that went well."""
    try:
        handle(*(json.loads(record["body"]) for record in records))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is found again with the record that it is about
        logger.warning("not told at once", extra=describe(error))
        return False
    return True


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Tell of a batch; if that fails, of each record by itself, so that one holds up no other."""
    if len(event["Records"]) > 1 and handle_together(event["Records"]):
        return {"batchItemFailures": []}
    return process(event, handle, logger, metrics, wiring.sqs)
