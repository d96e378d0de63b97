"""The consoles' WebSocket: lets in whoever has a ticket, knows who is connected, and answers what they say.

A ticket stands in the handshake's query, so nothing of an event is logged but its route.
"""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.push.routes import admit, serve
from switchboard.aws.failures import describe

logger = Logger()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer the gateway: who may connect if it asks that, else what it takes as having been done."""
    try:
        if event.get("type") == "REQUEST":
            did, answer = admit(event)
        else:
            did, answer = serve(event["requestContext"], event.get("body"))
    except Exception as error:  # noqa: BLE001  # whatever it is, the gateway is told and nobody is let in
        logger.error("failed", extra=describe(error))  # noqa: TRY400  # a traceback might show the ticket
        return {"statusCode": HTTPStatus.INTERNAL_SERVER_ERROR}
    logger.info("served", did=did)
    return answer
