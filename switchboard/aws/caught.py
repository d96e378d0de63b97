"""Webhook calls that a fallback caught, in a queue: unread, with all that their signature is over (rule X-3)."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.channels import Request
from switchboard.errors import UnavailableError
from switchboard.instant import to_text

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsCaught:
    """Where they wait."""

    client: "Callable[[], SQSClient]"
    url: str

    def keep(self, account: str, request: Request, at: datetime) -> None:
        """Keep a call to an account's fallback, and when it came; raises `UnavailableError`."""
        try:
            self.client().send_message(QueueUrl=self.url, MessageBody=json.dumps(_record(account, request, at)))
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the queue of caught deliveries is out of reach: try again") from error


def _record(account: str, request: Request, at: datetime) -> dict[str, Any]:
    """In the shape of an HTTP API event (payload 2.0), so that it is read like any other."""
    return {
        "at": to_text(at),
        "pathParameters": {"account": account},
        "requestContext": {"http": {"method": request.method}},
        "rawQueryString": request.url.partition("?")[2],
        "headers": dict(request.headers),
        "body": base64.b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }


def arrival(caught: Mapping[str, Any]) -> datetime:
    """When a caught call came."""
    return datetime.fromisoformat(caught["at"])
