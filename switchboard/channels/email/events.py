"""How AWS tells that a mail has come: the shapes of S3, SES, SNS, SQS and EventBridge (rules EM-1, EM-4)."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from switchboard.channels.email.mail import Envelope
from switchboard.channels.email.verdicts import Verdicts, verdict
from switchboard.errors import UnparseableError

LARGEST = 40 * 1024 * 1024
"""Bytes of the largest mail that SES stores."""

_SETUP_KEY = "AMAZON_SES_SETUP_NOTIFICATION"
_TOPIC_VALIDATED = "Successfully validated SNS topic for Amazon SES"
"""How SES's greeting to a new topic begins, the only notice that is no JSON."""
_MOST_WRAPPERS = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that has come: where it lies (`bucket`, `key`), or its bytes (`content`).

    `size` is in bytes where the notice tells it; ask S3 for it before reading where it doesn't (rule EM-4).
    """

    envelope: Envelope
    bucket: str | None = None
    key: str | None = None
    size: int | None = None
    content: bytes | None = None

    def is_oversize(self, limit: int = LARGEST) -> bool:
        """Tell whether the known size is over the limit; then only the head is to be read."""
        return (self.size or len(self.content or b"")) > limit


def arrivals(notice: Mapping[str, Any] | str) -> list[Arrival]:
    """Return the mails that a notice tells of; none for set-up and test notices.

    For an SQS event give each record's body, so that a failure concerns its record alone. Raises `UnparseableError` if
    nothing in it has a known shape.
    """
    return list(_read(notice, depth=0))


def _read(notice: object, depth: int) -> Iterator[Arrival]:
    found = _loaded(notice)
    if depth > _MOST_WRAPPERS or not isinstance(found, Mapping):
        raise UnparseableError("unknown_notice")
    if isinstance(found.get("Records"), Sequence):
        for record in found["Records"]:
            yield from _record(record, depth)
    elif found.get("Type") in {"Notification", "SubscriptionConfirmation"} or "TopicArn" in found:
        if found.get("Type") != "SubscriptionConfirmation":
            yield from _read(found.get("Message"), depth + 1)
    elif found.get("notificationType") == "Received":
        yield from _received(found)
    elif found.get("source") == "aws.s3" or found.get("detail-type") == "Object Created":
        yield from _from_event_bridge(found)
    elif found.get("Event") != "s3:TestEvent" and found.get("notificationType") != _SETUP_KEY:
        raise UnparseableError("unknown_notice")


def _loaded(notice: object) -> object:
    if not isinstance(notice, str):
        return notice
    if notice.startswith(_TOPIC_VALIDATED):
        return {"notificationType": _SETUP_KEY}
    try:
        return json.loads(notice)
    except (ValueError, RecursionError):
        raise UnparseableError("notice_is_no_json") from None


def _record(record: object, depth: int) -> Iterator[Arrival]:
    if not isinstance(record, Mapping):
        raise UnparseableError("unknown_notice")
    if "s3" in record:
        yield from _from_s3(record)
    elif "ses" in record:
        yield from _received(record["ses"])
    elif "Sns" in record:
        yield from _read(_get(record, "Sns", "Message"), depth + 1)
    elif "body" in record:
        yield from _read(record["body"], depth + 1)
    else:
        raise UnparseableError("unknown_notice")


def _from_s3(record: Mapping[str, Any]) -> Iterator[Arrival]:
    """S3's own notices, which percent-encode keys."""
    if not str(record.get("eventName", "ObjectCreated")).removeprefix("s3:").startswith("ObjectCreated"):
        return
    key = unquote_plus(_text(record, "s3", "object", "key"))
    size, at = _get(record, "s3", "object", "size"), _instant(record.get("eventTime"))
    yield from _stored(_text(record, "s3", "bucket", "name"), key, size, at)


def _from_event_bridge(event: Mapping[str, Any]) -> Iterator[Arrival]:
    """S3 by way of EventBridge, where keys are plain."""
    if event.get("detail-type") == "Object Created":
        key = _text(event, "detail", "object", "key")
        size, at = _get(event, "detail", "object", "size"), _instant(event.get("time"))
        yield from _stored(_text(event, "detail", "bucket", "name"), key, size, at)


def _stored(bucket: str, key: str, size: object, at: datetime | None) -> Iterator[Arrival]:
    name = key.rpartition("/")[2]
    if name and name != _SETUP_KEY:
        known_size = size if isinstance(size, int) else None
        yield Arrival(Envelope(provider_id=name, received_at=at), bucket=bucket, key=key, size=known_size)


def _received(notice: object) -> Iterator[Arrival]:
    """SES's own notice: of its Lambda action, or by SNS, then with the place in S3 or with the mail itself."""
    envelope = _envelope(notice)
    if envelope.provider_id == _SETUP_KEY:
        return
    bucket = _get(notice, "receipt", "action", "bucketName")
    key = _get(notice, "receipt", "action", "objectKey")
    content = _get(notice, "content")
    yield Arrival(
        envelope,
        bucket=bucket if isinstance(bucket, str) else None,
        key=key if isinstance(key, str) else None,
        content=_content(content, _get(notice, "receipt", "action", "encoding")) if isinstance(content, str) else None,
    )


def _envelope(notice: object) -> Envelope:
    recipients = _get(notice, "receipt", "recipients")
    source = _get(notice, "mail", "source")
    return Envelope(
        provider_id=_text(notice, "mail", "messageId"),
        sender=source if isinstance(source, str) else None,
        recipients=tuple(r for r in recipients if isinstance(r, str)) if isinstance(recipients, list) else (),
        received_at=_instant(_get(notice, "receipt", "timestamp") or _get(notice, "mail", "timestamp")),
        verdicts=_verdicts(_get(notice, "receipt")),
    )


def _verdicts(receipt: object) -> Verdicts | None:
    if not isinstance(receipt, Mapping):
        return None
    policy = _get(receipt, "dmarcPolicy")
    words = {name: _get(receipt, f"{name}Verdict", "status") for name in ("spam", "virus", "spf", "dkim", "dmarc")}
    return Verdicts(
        **{name: verdict(word if isinstance(word, str) else None) for name, word in words.items()},
        dmarc_policy=policy.lower() if isinstance(policy, str) else None,
    )


def _content(content: str, encoding: object) -> bytes:
    if str(encoding).upper() != "BASE64":
        return content.encode("utf-8", "surrogateescape")
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        raise UnparseableError("content_is_no_base64") from None


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _text(notice: object, *path: str) -> str:
    found = _get(notice, *path)
    if not isinstance(found, str):
        raise UnparseableError(f"no_{path[-1].lower()}")
    return found


def _get(notice: object, *path: str) -> Any:  # noqa: ANN401  # whatever AWS put there
    for name in path:
        if not isinstance(notice, Mapping):
            return None
        notice = notice.get(name)
    return notice
