"""Every five minutes: what Twilio has received for us and no webhook ever brought (rule X-3)."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.flows.reconcile import reconcile

logger, metrics = Logger(), Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Compare every account; returns how many messages were found, and how many accounts could not be finished."""
    done = reconcile(wiring.reconciler())
    for one in done:
        if one.failure is None:
            logger.info("reconciled", account=one.account, looked_at=one.looked_at, found=one.found)
        else:
            logger.error("not reconciled", account=one.account, found=one.found, extra=describe(one.failure))
    counts = {"found": sum(one.found for one in done), "failed": sum(one.failure is not None for one in done)}
    metrics.add_metric("Reconciled", MetricUnit.Count, counts["found"])
    metrics.add_metric("NotReconciled", MetricUnit.Count, counts["failed"])
    return counts
