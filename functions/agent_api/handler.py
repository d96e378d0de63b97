"""The agents' API over HTTP, behind the authorizer that verifies their sign-in."""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.agent_api.edge import api
from functions.agent_api.topics import add_routes

logger = Logger()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request; the route is logged as a pattern, without ids or text."""
    add_routes(event["rawPath"])
    answer = api.resolve(event, context)
    logger.info("answered", method=event["requestContext"]["http"]["method"], status=answer["statusCode"])
    return answer
