"""The raw bucket: bytes that could not be understood, for a person to look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3RawStore:
    """Implements `ports.RawStore`."""

    client: "S3Client"
    bucket: str

    def keep(self, key: str, raw: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=key, Body=raw, ContentType="application/octet-stream")

    def fetch(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
