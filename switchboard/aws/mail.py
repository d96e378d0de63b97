"""SES: one mail out, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from switchboard.channels.email.send import failure
from switchboard.errors import SendError, SendThrottledError, SendUnknownError


class SesClient(Protocol):
    """What is used of boto3's `sesv2` client."""

    def send_email(self, **arguments: Any) -> Mapping[str, Any]: ...  # noqa: ANN401  # SendEmail's own arguments


@dataclass(frozen=True, slots=True)
class Ses:
    """Implements `channels.email.send.SendEmail`.

    The client must be configured for one attempt: SendEmail has no idempotency token, so a retry may send twice.
    """

    client: SesClient

    def __call__(self, arguments: Mapping[str, Any]) -> str:
        """Send, and return SES's MessageId. SES's own error texts quote addresses; none of them gets out of here."""
        try:
            return str(self.client.send_email(**arguments)["MessageId"])
        except (ClientError, BotoCoreError) as error:
            refusal = _failure(error)
        raise refusal  # outside of the except clause: a traceback must not show SES's text


def _failure(error: ClientError | BotoCoreError) -> SendError:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return failure(error.response.get("Error", {}).get("Code", "unknown"), status)
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError):
        return SendThrottledError("unreachable", "SES could not be reached; nothing was sent")
    return SendUnknownError(type(error).__name__, "no usable answer; the mail may be out")
