"""Twilio's webhooks: customers' messages and delivery reports."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.http import request_of
from switchboard.channels import channel
from switchboard.flows.receive import receive
from switchboard.instant import system_clock

logger, metrics = Logger(), Metrics()
SMS = channel("sms")


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take a delivery, or say why not; the answer never says more than its status."""
    account = event["pathParameters"]["account"]
    verdict = receive(
        request_of(event, wiring.setting("PUBLIC_BASE_URL"), f"/sms/{account}"),
        account,
        channel=SMS,
        policy=wiring.policy(),
        secrets=wiring.secrets(),
        bus=wiring.bus(),
        raw=wiring.raw,
        clock=system_clock,
    )
    metrics.add_metric(verdict.metric, MetricUnit.Count, 1)
    logger.info("received", outcome=verdict.outcome, status=verdict.status, events=verdict.events)
    if verdict.status != 200:  # noqa: PLR2004  # HTTP's own name for success
        return {"statusCode": verdict.status}
    return {"statusCode": 200, "headers": dict(SMS.answer), "body": SMS.answer_body}
