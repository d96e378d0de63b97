"""The raw bucket: mail as it came, what of it is too large to travel, and bytes that could not be understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.errors import NotFoundError, SwitchboardError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = {"NoSuchKey", "AccessDenied", "404", "403"}
"""S3 says AccessDenied of a key that isn't there, to whoever may not list the bucket; a HEAD has no words but these."""


@dataclass(frozen=True, slots=True)
class S3RawStore:
    """Implements `ports.RawStore` and `ports.MailStore`."""

    client: "S3Client"
    bucket: str

    def keep(self, key: str, raw: bytes) -> None:
        try:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=raw, ContentType="application/octet-stream")
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the raw bucket is out of reach: try again") from error

    def fetch(self, key: str) -> bytes:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise failure(error) from error

    def fetch_head(self, key: str, length: int) -> bytes:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{length - 1}")
            return answer["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise failure(error) from error

    def remove(self, keys: Sequence[str]) -> None:
        try:
            for key in keys:
                self.client.delete_object(Bucket=self.bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the raw bucket is out of reach: try again") from error

    def remove_all(self, prefix: str) -> None:
        try:
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the raw bucket is out of reach: try again") from error
        self.remove(keys)

    def size(self, key: str) -> int:
        try:
            return self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        except (ClientError, BotoCoreError) as error:
            raise failure(error) from error


def failure(error: ClientError | BotoCoreError) -> SwitchboardError:
    """What S3's refusal to hand out an object means."""
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in _GONE:
        return NotFoundError("the raw bytes are gone: docs/operations.md says how long they are kept")
    return UnavailableError("the raw bucket is out of reach: try again")
