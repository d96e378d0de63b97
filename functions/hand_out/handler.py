"""Hands out files that went to customers as links, to whoever has the link: it names the file by 256 random bits."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from switchboard import wiring
from switchboard.errors import NotFoundError
from switchboard.flows import uploads
from switchboard.instant import system_clock

logger = Logger()
_ALWAYS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
_GONE = "This file is not here any more. Ask whoever sent it to you to send it again."


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Send the caller on to the bucket, for an hour."""
    method, named = event["requestContext"]["http"]["method"], event["pathParameters"]
    if method not in {"GET", "HEAD"}:
        return {"statusCode": HTTPStatus.METHOD_NOT_ALLOWED, "headers": {**_ALWAYS, "allow": "GET, HEAD"}}
    try:
        url = uploads.hand_out(named["conversation"], named["file"], wiring.shelf(), wiring.url_of, system_clock())
    except NotFoundError:
        headers = {**_ALWAYS, "content-type": "text/plain; charset=utf-8"}
        return {"statusCode": HTTPStatus.NOT_FOUND, "headers": headers, "body": _GONE}
    logger.info("handed_out")
    return {"statusCode": HTTPStatus.FOUND, "headers": {**_ALWAYS, "location": url}}
