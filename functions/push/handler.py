"""The consoles' WebSocket: lets in whoever has a ticket, knows who is connected, and answers what they say.

A ticket stands in the handshake's query, so nothing of an event is logged but its route.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.push.policy import allow, deny
from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.flows.consoles import hear, open_console
from switchboard.instant import system_clock

logger = Logger()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer the gateway: who may connect if it asks that, else what it takes as having been done."""
    try:
        return admit(event) if event.get("type") == "REQUEST" else serve(event["requestContext"], event.get("body"))
    except Exception as error:  # noqa: BLE001  # whatever it is, the gateway is told and nobody is let in
        logger.error("failed", extra=describe(error))  # noqa: TRY400  # a traceback might show the ticket
        return {"statusCode": HTTPStatus.INTERNAL_SERVER_ERROR}


def admit(event: Mapping[str, Any]) -> dict[str, Any]:
    """Exchange the ticket for the right to connect."""
    text = (event.get("queryStringParameters") or {}).get("ticket", "")
    ticket = wiring.consoles().redeem(text, system_clock())
    logger.info("admitted" if ticket else "refused")
    return allow(ticket, event["methodArn"]) if ticket else deny(event["methodArn"])


def serve(request: Mapping[str, Any], body: str | None) -> dict[str, Any]:
    """Note that a console came or went, or answer it."""
    connection_id, done = request["connectionId"], request["routeKey"]
    if done == "$connect":
        known = request["authorizer"]
        queues = json.loads(known["queues"])
        open_console(connection_id, known["agent_id"], queues, system_clock(), wiring.consoles())
    elif done == "$disconnect":
        wiring.consoles().disconnect(connection_id)
    else:
        done = hear(connection_id, body or "", wiring.consoles(), wiring.sockets())
    logger.info("served", did=done)
    return {"statusCode": HTTPStatus.OK}
