"""Deliveries that the fallback caught: verified here, and from then on like any other (rule X-3)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from switchboard import wiring
from switchboard.channels import Channel
from switchboard.errors import UnavailableError
from switchboard.flows.receive import Verdict


def take(caught: Mapping[str, Any], sms: Channel) -> Verdict:
    """Take one, or drop what nobody signed; raises `UnavailableError` for what has to come again."""
    verdict = wiring.take_caught(caught, sms)
    if verdict.status is HTTPStatus.SERVICE_UNAVAILABLE:
        raise UnavailableError("what it needs is out of reach: it stays in the queue and comes again")
    return verdict
