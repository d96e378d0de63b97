"""Our copies of customers' files: one prefix of the raw bucket, where each is scanned for malware (rule SEC-10)."""

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.errors import NotFoundError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 300
SCANNED = "GuardDutyMalwareScanStatus"
"""The tag in which GuardDuty says what it found."""
_TYPE = "application/octet-stream"
"""Of every file, kept and handed out: no browser shows it or runs what is in it, nor keeps it."""
_GONE = {"NoSuchKey", "AccessDenied"}
"""S3 says the second of a key that isn't there, to whoever may not list the bucket."""


@dataclass(frozen=True, slots=True)
class S3MediaStore:
    """Implements `ports.MediaStore`."""

    client: "S3Client"
    bucket: str

    def put(self, key: str, content: IO[bytes]) -> None:
        try:
            self.client.put_object(
                Bucket=self.bucket, Key=key, Body=content, ContentType=_TYPE, ContentDisposition="attachment"
            )
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError("the bucket of files is out of reach: try again") from error

    def verdict(self, key: str) -> str | None:
        return read_verdict(self.client, self.bucket, key)

    def link(self, key: str, filename: str) -> str:
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": attached(filename),
                "ResponseContentType": _TYPE,
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=LINK_SECONDS,
        )


def read_verdict(client: "S3Client", bucket: str, key: str) -> str | None:
    """What the scan for malware found in an object; None before it. Raises `NotFoundError`."""
    try:
        tags = client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise NotFoundError("our copy of the file is gone: it is kept for 400 days") from error
        raise
    return next((tag["Value"] for tag in tags if tag["Key"] == SCANNED), None)


def attached(filename: str) -> str:
    """A Content-Disposition that saves a file under its name, whatever is in that (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
