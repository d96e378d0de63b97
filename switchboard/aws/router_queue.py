"""The router's own queue, for looking once more."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient

AGAIN = "dispatch.again"


@dataclass(frozen=True, slots=True)
class SqsRouterQueue:
    """Implements `ports.RouterQueue`; what it sends has the shape of an event from the bus.

    The client is made when first needed: most of the time there is nothing to look at again.
    """

    client: "Callable[[], SQSClient]"
    url: str

    def look_again(self, detail: dict[str, str], delay: timedelta) -> None:
        body = json.dumps({"detail-type": AGAIN, "detail": detail})
        self.client().send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=int(delay.total_seconds()))
