"""Webhooks of social networks: `/social/{channel}/{account}`; a new network is a folder and nothing here."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.aws.http import answer
from switchboard.channels import channel
from switchboard.flows.receive import FAILED

logger, metrics = Logger(), Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take a delivery, or say why not; the answer never says more than its status."""
    name, account = event["pathParameters"]["channel"], event["pathParameters"]["account"]
    try:
        network = channel(name)
    except KeyError:
        return {"statusCode": HTTPStatus.FORBIDDEN}
    if network.transport != "social":
        return {"statusCode": HTTPStatus.FORBIDDEN}
    try:
        verdict = wiring.take(event, network, account)
    except Exception as error:  # noqa: BLE001  # whatever it is, the provider must come again (rule X-2)
        logger.error("failed", extra=describe(error))  # noqa: TRY400  # a traceback would show what customers wrote
        verdict = FAILED
    metrics.add_metric(verdict.metric, MetricUnit.Count, 1)
    logger.info("received", channel=name, outcome=verdict.outcome, status=verdict.status, events=verdict.events)
    return answer(verdict, network)
