"""What AWS hands to the functions, as small factories."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from switchboard.events import Event


@dataclass(frozen=True)
class _Context:
    """What Lambda passes besides the event; Powertools logs these."""

    function_name: str = "test"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


CONTEXT: Any = _Context()


def webhook(
    account: str,
    fields: Mapping[str, str] | bytes,
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    query: str = "",
    base64: bool = False,
) -> dict[str, Any]:
    """A provider's call through the HTTP API, payload 2.0."""
    raw = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    return {
        "version": "2.0",
        "rawPath": f"/sms/{account}",
        "rawQueryString": query,
        "headers": {"host": "evil.example", "content-type": "application/x-www-form-urlencoded", **(headers or {})},
        "pathParameters": {"account": account},
        "requestContext": {"http": {"method": method, "path": f"/sms/{account}"}},
        "body": b64encode(raw).decode() if base64 else raw.decode(),
        "isBase64Encoded": base64,
    }


def api_call(
    method: str,
    path: str,
    body: object = None,
    *,
    sub: str = "ann",
    groups: str = "[agents]",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An agent's call through the HTTP API, after its authorizer."""
    return {
        "version": "2.0",
        "routeKey": "ANY /agent/{proxy+}",
        "rawPath": f"/agent{path}",
        "rawQueryString": urlencode(query or {}),
        "queryStringParameters": dict(query or {}),
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": f"/agent{path}"},
            "authorizer": {"jwt": {"claims": {"sub": sub, "cognito:groups": groups}, "scopes": None}},
            "stage": "$default",
        },
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def on_bus(event: Event) -> dict[str, Any]:
    """An event as a rule of the bus passes it to a queue."""
    return {"detail-type": event.DETAIL_TYPE, "source": "switchboard", "detail": event.model_dump(mode="json")}


def batch(*bodies: Mapping[str, Any] | str) -> dict[str, Any]:
    """Messages of a queue; the n-th has the id `m<n>`, counted from 0."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": "handle",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1795446000000",
                    "ApproximateFirstReceiveTimestamp": "1795446000050",
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def stream(*changes: tuple[dict[str, Any] | None, dict[str, Any] | None]) -> dict[str, Any]:
    """Changes of a table, as items before and after; the n-th has the sequence number n, counted from 0."""
    records = []
    for number, (before, after) in enumerate(changes):
        images = {"OldImage": before, "NewImage": after}
        given = {name: image for name, image in images.items() if image is not None}
        about = {"SequenceNumber": str(number), "ApproximateCreationDateTime": 1_800_000_000 + number, **given}
        records.append({"eventSource": "aws:dynamodb", "dynamodb": about})
    return {"Records": records}


def failed(answer: Mapping[str, Any]) -> list[str]:
    """The ids that a partial batch response gives back."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
