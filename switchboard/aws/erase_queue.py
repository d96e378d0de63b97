"""The queue of what is still to be erased: codes only, so that it names nobody."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsEraseQueue:
    """Implements `ports.EraseQueue`; its client is made when first needed."""

    client: "Callable[[], SQSClient]"
    url: str

    def look(self, code: str, delay: timedelta) -> None:
        seconds = max(0, round(delay.total_seconds()))
        self.client().send_message(QueueUrl=self.url, MessageBody=json.dumps({"code": code}), DelaySeconds=seconds)
