"""Networks' deletion callbacks, and the page on which a person sees how theirs went. It can erase nothing itself."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.erasure_api.page import show
from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.channels.meta import erasure_answer

logger, metrics = Logger(), Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take a callback or show a request; whatever breaks, the network shall come again."""
    path = event["pathParameters"]
    try:
        return look(**path) if "code" in path else take(event, **path)
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not be shown
        logger.error("failed", extra=describe(error))  # noqa: TRY400  # a traceback would show who asked
        metrics.add_metric("Failed", MetricUnit.Count, 1)
        return {"statusCode": HTTPStatus.SERVICE_UNAVAILABLE}


def look(code: str) -> dict[str, Any]:
    """Show how a request goes."""
    metrics.add_metric("Shown", MetricUnit.Count, 1)
    return show(code, wiring.erasures())


def take(event: dict[str, Any], channel: str, account: str) -> dict[str, Any]:
    """Take a network's callback."""
    answer = wiring.take_erasure(event, channel, account)
    metrics.add_metric("SignatureFailed" if answer.outcome == "unverified" else "Received", MetricUnit.Count, 1)
    logger.info("received", outcome=answer.outcome, status=answer.status)
    if answer.erasure is None:
        return {"statusCode": answer.status}
    body = erasure_answer(answer.erasure.code, wiring.setting("PUBLIC_BASE_URL"))
    return {"statusCode": answer.status, "headers": {"content-type": "application/json"}, "body": body}
