"""An authorizer's answers: policies for the one handshake that it was asked about, and what it knows of the console."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from switchboard.instant import to_text
from switchboard.push import Ticket


def allow(ticket: Ticket, arn: str) -> dict[str, Any]:
    """Yes, and whose console it is: the gateway hands this on to the function with everything that it says."""
    context = {
        "agent_id": ticket.agent_id,
        "queues": json.dumps(ticket.queues),
        "expires_at": to_text(ticket.expires_at),
    }
    return _answer("Allow", arn, ticket.agent_id) | {"context": context}


def ticket_of(context: Mapping[str, str]) -> Ticket:
    """The ticket again, out of what the gateway hands on."""
    queues, expires_at = tuple(json.loads(context["queues"])), datetime.fromisoformat(context["expires_at"])
    return Ticket(agent_id=context["agent_id"], queues=queues, expires_at=expires_at)


def deny(arn: str) -> dict[str, Any]:
    """No, and not why: 403."""
    return _answer("Deny", arn, "nobody")


def _answer(effect: str, arn: str, who: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    return {"principalId": who, "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
