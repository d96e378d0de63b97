"""The agents' console, from the API's own origin: the built page, and what it has to know of the stage.

It is open to anybody and may touch nothing; what the page shows it asks of the agents' API, with the agent's token.
"""

from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.console.answers import answer

logger = Logger()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request; its path is not logged, since it names conversations."""
    method = event["requestContext"]["http"]["method"]
    served = answer(method, event["rawPath"], event.get("headers") or {})
    logger.info("served", method=method, status=served["statusCode"])
    return served
