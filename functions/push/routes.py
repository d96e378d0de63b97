"""What the gateway asks of the consoles' WebSocket: whether somebody may connect, and what they do over it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.push.policy import allow, deny, ticket_of
from switchboard import wiring
from switchboard.flows.consoles import hear, open_console
from switchboard.flows.looking import leave
from switchboard.instant import system_clock


def admit(event: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Exchange a handshake's ticket for the right to connect; returns whether it was, as a code, and the answer."""
    text = (event.get("queryStringParameters") or {}).get("ticket", "")
    ticket = wiring.consoles().redeem(text, system_clock())
    return ("admitted", allow(ticket, event["methodArn"])) if ticket else ("refused", deny(event["methodArn"]))


def serve(request: Mapping[str, Any], body: str | None) -> tuple[str, dict[str, Any]]:
    """Note that a console came or went, or answer it; returns what that was, as a code, and the gateway's answer."""
    connection_id, route = request["connectionId"], str(request["routeKey"])
    if route == "$connect":
        ticket = ticket_of(request["authorizer"])
        if not open_console(connection_id, ticket, system_clock(), wiring.consoles()):
            return "voided", {"statusCode": HTTPStatus.FORBIDDEN}
    elif route == "$disconnect":
        leave(connection_id, wiring.exchange())
    else:
        route = hear(connection_id, body or "", wiring.exchange())
    return route, {"statusCode": HTTPStatus.OK}
