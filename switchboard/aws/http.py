"""HTTP API events (payload 2.0) as channels see them, and back."""

import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from switchboard.channels import Channel, Request
from switchboard.flows.receive import Verdict


def request_of(event: Mapping[str, Any], base_url: str, path: str) -> Request:
    """The request as the provider signed it.

    The URL is the configured base, the route's own path and the raw query string: no header and nothing of the
    request line but its query is believed (rule X-11). The body is the exact bytes (rule X-10).
    """
    query = event.get("rawQueryString") or ""
    body = event.get("body") or ""
    return Request(
        method=event["requestContext"]["http"]["method"],
        url=f"{base_url}{path}" + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogateescape"),
    )


def answer(verdict: Verdict, channel: Channel) -> dict[str, Any]:
    """What the provider is told: its own kind of yes, or a bare status."""
    if verdict.status is not HTTPStatus.OK:
        return {"statusCode": verdict.status}
    if verdict.body is not None:
        headers = {"content-type": "text/plain", "x-content-type-options": "nosniff"}  # rule SEC-3
        return {"statusCode": HTTPStatus.OK, "headers": headers, "body": verdict.body}
    return {"statusCode": HTTPStatus.OK, "headers": dict(channel.answer), "body": channel.answer_body}
