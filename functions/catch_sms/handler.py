"""Twilio's fallback: what could not be delivered is kept, unread, and taken later by ingest_sms (rule X-3).

It verifies nothing and needs no secret, table or library, so that whatever ails ingest_sms leaves it alone.
"""

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
SMS = channel("sms")


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Keep a delivery; the answer never says more than its status."""
    try:
        verdict = wiring.catch(event, SMS, event["pathParameters"]["account"])
    except Exception as error:  # noqa: BLE001  # whatever it is, the provider must come again (rule X-2)
        logger.error("failed", extra=describe(error))  # noqa: TRY400  # a traceback would show what customers wrote
        verdict = FAILED
    metrics.add_metric("Caught" if verdict.outcome == "caught" else "Refused", MetricUnit.Count, 1)
    logger.info("caught", outcome=verdict.outcome, status=verdict.status)
    return answer(verdict, SMS)
