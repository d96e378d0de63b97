"""Publishes what was committed: the conversations table's stream becomes `conversation.*` events."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.aws.stream import change_of
from switchboard.flows.publish import publish
from switchboard.flows.record import record as keep

logger = Logger()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Publish a batch of changes in their order; on failure the stream resumes at the first unpublished one."""
    for record in event["Records"]:
        try:
            change = change_of(record)
            published = publish([change], wiring.bus(), wiring.queues()) if change else 0
            if change:
                keep(change, wiring.decisions())
        except Exception as error:  # noqa: BLE001  # whatever it is, the stream must resume here
            sequence = record["dynamodb"]["SequenceNumber"]
            told = {"sequence_number": sequence, **describe(error)}
            logger.error("not published", extra=told)  # noqa: TRY400  # a traceback would show what customers wrote
            return {"batchItemFailures": [{"itemIdentifier": sequence}]}
        logger.debug("published", events=published)
    return {"batchItemFailures": []}
