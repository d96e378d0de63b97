"""Twilio's webhooks: customers' messages and delivery reports, and those that its fallback caught."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.ingest_sms import caught
from switchboard import wiring
from switchboard.aws.batches import process
from switchboard.aws.failures import describe
from switchboard.aws.http import answer
from switchboard.channels import channel
from switchboard.flows.receive import FAILED, Verdict

logger, metrics = Logger(), Metrics()
SMS = channel("sms")


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take a delivery, or say why not; the answer never says more than its status. Or take a batch of caught ones."""
    if "Records" in event:
        return process(event, lambda body: _tell(caught.take(body, SMS)), logger, metrics, wiring.sqs)
    try:
        verdict = wiring.take(event, SMS, event["pathParameters"]["account"])
    except Exception as error:  # noqa: BLE001  # whatever it is, the provider must come again (rule X-2)
        logger.error("failed", extra=describe(error))  # noqa: TRY400  # a traceback would show what customers wrote
        verdict = FAILED
    _tell(verdict)
    return answer(verdict, SMS)


def _tell(verdict: Verdict) -> None:
    metrics.add_metric(verdict.metric, MetricUnit.Count, 1)
    logger.info("received", outcome=verdict.outcome, status=verdict.status, events=verdict.events)
