"""The watchdog: each day, and whenever it is called, compares every subscription with what it should be (rule X-5)."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.flows.watch import watch

logger, metrics = Logger(), Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, dict[str, Any]]:
    """Watch all accounts, or only `{"account": "…"}`; returns what was found of each."""
    policy, only = wiring.policy(), event.get("account")
    found: dict[str, dict[str, Any]] = {}
    for account in policy.accounts if only is None else [only]:
        seen = watch(account, policy, wiring.watcher, wiring.setting("PUBLIC_BASE_URL"))
        found[account] = asdict(seen)
        metrics.add_metric(seen.metric, MetricUnit.Count, 1)
        logger.info("watched", account=account, **found[account])
    return found
