"""The raw bucket: bytes that could not be understood, for a person to look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.errors import NotFoundError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = {"NoSuchKey", "AccessDenied"}
"""S3 says the second of a key that isn't there, to whoever may not list the bucket."""


@dataclass(frozen=True, slots=True)
class S3RawStore:
    """Implements `ports.RawStore`."""

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
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise NotFoundError("the raw bytes are gone: they are kept for 30 days") from error
            raise
