"""Alerts: what happens to agents' conversations, and a while later whether they looked."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.alerts import LOOK, TELL, read_alert
from switchboard.aws.batches import process
from switchboard.flows.alert import Happened, look, note, tell

logger, metrics = Logger(), Metrics()


def record_handler(envelope: dict[str, Any]) -> None:
    """Do one task; an error leaves it, and only it, in the queue."""
    task, detail, means = envelope["detail-type"], envelope["detail"], wiring.alerting()
    if task == LOOK:
        outcome = "alerted" if look(detail["agent_id"], means) else "not_now"
    elif task == TELL:
        outcome = tell(read_alert(detail["alert"]), detail["way"], means)
    else:
        outcome = f"noted_{note(task, Happened.model_validate(detail), means)}"
    logger.info("alerting", task=task, outcome=outcome)
    metrics.add_metric("AlertsSent", MetricUnit.Count, int(outcome in {"mailed", "called"}))


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Process a batch of the queue of alerts."""
    return process(event, record_handler, logger, metrics, wiring.sqs)
