"""Open WebSocket connections, through API Gateway's management API, and the queue of hints that come a moment later."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from switchboard.ports import Reached
from switchboard.push import QUEUE_HINT

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class ApiGatewaySockets:
    """Implements `ports.Sockets`. The client is made when first needed: often nobody is connected."""

    client: "Callable[[], ApiGatewayManagementApiClient]"

    def post(self, connection_id: str, message: Mapping[str, object]) -> Reached:
        said = json.dumps(message).encode()
        return _reach(lambda: self.client().post_to_connection(ConnectionId=connection_id, Data=said))

    def close(self, connection_id: str) -> Reached:
        return _reach(lambda: self.client().delete_connection(ConnectionId=connection_id))


def _reach(call: Callable[[], object]) -> Reached:
    try:
        call()
    except ClientError as error:
        return _outcome(error)
    except (UnreachableError, HTTPClientError):
        return Reached.LOST
    return Reached.YES


def _outcome(error: ClientError) -> Reached:
    """Raises what is our fault, such as a missing permission."""
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == HTTPStatus.GONE:
        return Reached.GONE
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Reached.LOST
    raise error


@dataclass(frozen=True, slots=True)
class SqsHints:
    """Implements `ports.HintQueue`: into the notify function's own queue, in the shape of an event from the bus."""

    client: "Callable[[], SQSClient]"
    url: str

    def hint(self, queue: str, delay: timedelta) -> None:
        body = json.dumps({"detail-type": QUEUE_HINT, "detail": {"queue": queue}})
        self.client().send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=int(delay.total_seconds()))
