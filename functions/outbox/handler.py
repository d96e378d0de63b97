"""Publishes what was committed: the conversations table's stream becomes `conversation.*` events."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.aws.stream import change_of
from switchboard.estimate.coverage import Outcome
from switchboard.flows.learn import learn
from switchboard.flows.publish import publish
from switchboard.flows.record import record as keep

logger = Logger()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Publish a batch of changes in their order; on failure the stream resumes at the first unpublished one."""
    for record in event["Records"]:
        try:
            if change := change_of(record):
                if outcome := learn(change, wiring.policy(), wiring.estimates()):
                    measure(outcome)
                logger.debug("published", events=publish([change], wiring.bus()))
                keep(change, wiring.decisions())
        except Exception as error:  # noqa: BLE001  # whatever it is, the stream must resume here
            sequence = record["dynamodb"]["SequenceNumber"]
            told = {"sequence_number": sequence, **describe(error)}
            logger.error("not published", extra=told)  # noqa: TRY400  # a traceback would show what customers wrote
            return {"batchItemFailures": [{"itemIdentifier": sequence}]}
    return {"batchItemFailures": []}


def measure(outcome: Outcome) -> None:
    """Put how a promise turned out on the dashboard: by class for the alarm, and by class, queue and channel."""
    metrics = Metrics()
    metrics.add_dimension("class", outcome.priority)
    metrics.add_dimensions(**{"class": outcome.priority, "queue": outcome.queue, "channel": outcome.channel})
    metrics.add_metric("PromiseKept", MetricUnit.Count, int(outcome.kept))
    metrics.add_metric("PromiseBroken", MetricUnit.Count, int(not outcome.kept))
    metrics.flush_metrics()
