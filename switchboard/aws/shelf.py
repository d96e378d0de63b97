"""Agents' files: put into the raw bucket by their console, from there to providers; no function passes bytes on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.aws.media import attached, read_verdict
from switchboard.aws.raw import S3RawStore, failure
from switchboard.errors import UnavailableError
from switchboard.ports import Shelved

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FETCH_SECONDS = 3600
"""For a provider, which asks within moments, and maybe again."""
_NAME, _SIZE = "filename", "declared-size"
"""What goes along with the bytes as the object's metadata."""


@dataclass(frozen=True, slots=True)
class S3Shelf:
    """Implements `ports.Shelf`; the client must sign with version 4."""

    client: "S3Client"
    bucket: str

    def offer(
        self, key: str, filename: str, content_type: str, size: int, lives: timedelta
    ) -> tuple[str, dict[str, str]]:
        """Size, type and name are signed: S3 refuses any other."""
        metadata = {_NAME: quote(filename, safe=""), _SIZE: str(size)}
        url = self.client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ContentType": content_type,
                "ContentLength": size,
                "Metadata": metadata,
            },
            ExpiresIn=int(lives.total_seconds()),
        )
        told = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        return url, {"content-type": content_type, **told}

    def look(self, key: str) -> Shelved:
        try:
            found = self.client.head_object(Bucket=self.bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise failure(error) from error
        told = found["Metadata"]
        return Shelved(
            filename=unquote(told.get(_NAME, "")),
            content_type=found["ContentType"],
            declared=int(told.get(_SIZE, 0)),
            size=found["ContentLength"],
            at=found["LastModified"],
        )

    def head(self, key: str, length: int) -> bytes:
        return S3RawStore(self.client, self.bucket).fetch_head(key, length)

    def verdict(self, key: str) -> str | None:
        return read_verdict(self.client, self.bucket, key)

    def copy(self, key: str, to: str) -> None:
        """The copy has no tags: those are of the scan, which has been asked for its verdict."""
        try:
            self.client.copy_object(
                Bucket=self.bucket, Key=to, CopySource={"Bucket": self.bucket, "Key": key}, TaggingDirective="REPLACE"
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the bucket of files is out of reach: try again") from error

    def url(self, key: str, filename: str, content_type: str) -> str:
        """Where a provider gets a file, as of its type, for an hour."""
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": attached(filename),
                "ResponseContentType": content_type,
            },
            ExpiresIn=FETCH_SECONDS,
        )
