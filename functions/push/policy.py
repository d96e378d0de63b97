"""An authorizer's answers: policies for the one handshake that it was asked about, and what it knows of the console."""

import json
from typing import Any

from switchboard.push import Ticket


def allow(ticket: Ticket, arn: str) -> dict[str, Any]:
    """Yes, and whose console it is: the gateway hands this on to the function with everything that it says."""
    context = {"agent_id": ticket.agent_id, "queues": json.dumps(ticket.queues)}
    return _answer("Allow", arn, ticket.agent_id) | {"context": context}


def deny(arn: str) -> dict[str, Any]:
    """No, and not why: 403."""
    return _answer("Deny", arn, "nobody")


def _answer(effect: str, arn: str, who: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    return {"principalId": who, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
