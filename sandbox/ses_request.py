"""A request of SESv2 SendEmail: what SES checks of it, and the mail that SES makes of it.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Message.html and .../dg/header-fields.html.
"""

import base64
import json
import quopri
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import Header
from email.policy import SMTP, compat32
from email.utils import format_datetime, parseaddr
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response

MOST_HEADERS = 15
LONGEST_HEADER = 996
MOST_RECIPIENTS = 50
MOST_TAGS = 50
LARGEST_MAIL = 40 * 1024 * 1024
_HEADER_NAME = re.compile(r"[!-9;-@A-~]{1,126}")
_HEADER_VALUE = re.compile(r"[ -~]{1,995}")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SETS_ITSELF = frozenset({
    "bcc", "cc", "content-transfer-encoding", "content-type", "date", "from", "message-id", "mime-version", "reply-to",
    "return-path", "sender", "subject", "to",
})  # fmt: skip


class RequestError(Exception):
    """An error as SES answers it."""

    def __init__(self, code: str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self._code, self._message, self._status = code, message, status

    def answer(self) -> Response:
        return JSONResponse({"message": self._message}, self._status, {"x-amzn-errortype": self._code})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A request that SES accepts."""

    source: str
    to: Sequence[str]
    cc: Sequence[str]
    bcc: Sequence[str]
    reply_to: Sequence[str]
    subject: str
    text: str | None
    html: str | None
    headers: Sequence[tuple[str, str]]
    tags: Mapping[str, str]
    configuration_set: str | None
    raw: bytes | None = None
    """The whole mail, where the caller made it."""

    @property
    def recipients(self) -> list[str]:
        return [*self.to, *self.cc, *self.bcc]

    def build(self, message_id: str, at: datetime) -> tuple[list[tuple[str, str]], bytes]:
        """Make the mail (RFC 5322); returns its headers, and all of it."""
        if self.raw is not None:
            return _finish(self.raw, message_id, at)
        content_type, encoding, body = _body(self.text, self.html, boundary=f"----=_Part_{message_id[:40]}")
        optional = {"Cc": self.cc, "Reply-To": self.reply_to}
        headers = [
            ("Date", format_datetime(at.astimezone(UTC))),
            ("Message-ID", f"<{message_id}@email.amazonses.com>"),
            ("From", self.source),
            ("To", ", ".join(self.to)),
            *((name, ", ".join(addresses)) for name, addresses in optional.items() if addresses),
            ("Subject", self.subject if self.subject.isascii() else Header(self.subject, "utf-8").encode(linesep="")),
            *self.headers,
            ("MIME-Version", "1.0"),
            ("Content-Type", content_type),
            *([("Content-Transfer-Encoding", encoding)] if encoding else []),
        ]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return headers, head.encode("ascii") + b"\r\n" + body


def read_request(body: bytes, verified: Collection[str]) -> Letter:
    """Check a request as SES does; senders must be among `verified`. Raises `RequestError`."""
    document = _object(body)
    destination, simple = document.get("Destination") or {}, (document.get("Content") or {}).get("Simple")
    raw = _raw(document)
    if raw is not None:
        simple = _as_simple(raw)
    if not simple or simple.get("Attachments"):
        raise _bad("this double of SES sends raw content, or simple content without attachments")
    content = simple.get("Body") or {}
    letter = Letter(
        source=str(document.get("FromEmailAddress") or ""),
        to=destination.get("ToAddresses") or [],
        cc=destination.get("CcAddresses") or [],
        bcc=destination.get("BccAddresses") or [],
        reply_to=document.get("ReplyToAddresses") or [],
        subject=str((simple.get("Subject") or {}).get("Data") or ""),
        text=(content.get("Text") or {}).get("Data"),
        html=(content.get("Html") or {}).get("Data"),
        headers=[(str(one.get("Name")), str(one.get("Value"))) for one in simple.get("Headers") or []],
        tags={str(tag.get("Name")): str(tag.get("Value")) for tag in document.get("EmailTags") or []},
        configuration_set=document.get("ConfigurationSetName"),
        raw=raw,
    )
    _check(letter, verified)
    return letter


def _raw(document: Mapping[str, Any]) -> bytes | None:
    content = ((document.get("Content") or {}).get("Raw") or {}).get("Data")
    if content is None:
        return None
    try:
        raw = base64.b64decode(content, validate=True)
    except ValueError:
        raise RequestError("SerializationException", "the raw mail is no base64") from None
    if len(raw) > LARGEST_MAIL:
        raise RequestError("MessageRejected", "Message length is more than 41943040 bytes long")
    return raw


def _as_simple(raw: bytes) -> dict[str, Any]:
    """What of a raw mail is checked as simple content is."""
    mail = message_from_bytes(raw, policy=SMTP)
    own = [(name, str(value)) for name, value in mail.items() if name.lower() not in _SETS_ITSELF]
    text = mail.get_body(("plain", "html"))
    return {
        "Subject": {"Data": str(mail["subject"] or "")},
        "Body": {"Text": {"Data": text.get_content() if text else ""}},
        "Headers": [{"Name": name, "Value": value} for name, value in own],
    }


def _finish(raw: bytes, message_id: str, at: datetime) -> tuple[list[tuple[str, str]], bytes]:
    """SES gives each mail its own id and date, and leaves the rest as it is."""
    mail = message_from_bytes(raw, policy=compat32)
    del mail["Message-ID"], mail["Date"]
    mail["Date"] = format_datetime(at.astimezone(UTC))
    mail["Message-ID"] = f"<{message_id}@email.amazonses.com>"
    return [(name, str(value)) for name, value in mail.items()], mail.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        raise RequestError("SerializationException", "the request is no JSON") from None
    return document if isinstance(document, dict) else {}


def _check(letter: Letter, verified: Collection[str]) -> None:
    recipients = letter.recipients
    names = [name.lower() for name, _ in letter.headers]
    for refused, message in (
        (not recipients, "Destination is required."),
        (len(recipients) > MOST_RECIPIENTS, "Recipient count exceeds 50."),
        (not all(map(_is_address, [letter.source, *recipients, *letter.reply_to])), "Missing final '@domain'"),
        (not letter.subject, "Subject is required."),
        (re.search(r"[\x00-\x1f\x7f]", letter.subject), "Subject contains control characters."),
        (not letter.text and not letter.html, "Body is required."),
        (len(letter.headers) > MOST_HEADERS, "The number of headers exceeds 15."),
        (not all(_is_header(*header) for header in letter.headers), "A header's name or value is not valid."),
        (len(set(names)) < len(names) or _SETS_ITSELF & set(names), "A header may not be given, or only once."),
        (len(letter.tags) > MOST_TAGS or not all(map(_is_tag, letter.tags.items())), "A tag is not valid."),
    ):
        if refused:
            raise _bad(message)
    if parseaddr(letter.source)[1].lower() not in {address.lower() for address in verified}:
        failed = "The following identities failed the check in region US-EAST-1"
        raise RequestError("MessageRejected", f"Email address is not verified. {failed}: {letter.source}")


def _is_address(written: object) -> bool:
    return isinstance(written, str) and written.isascii() and bool(_ADDRESS.fullmatch(parseaddr(written)[1]))


def _is_header(name: str, value: str) -> bool:
    is_short = len(name) + len(value) <= LONGEST_HEADER
    return is_short and bool(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value))


def _is_tag(tag: tuple[str, str]) -> bool:
    return all(_TAG.fullmatch(part) for part in tag)


def _bad(message: str) -> RequestError:
    return RequestError("BadRequestException", message)


def _body(text: str | None, html: str | None, boundary: str) -> tuple[str, str | None, bytes]:
    """Return a body's type, its transfer encoding and its bytes."""
    forms = {"plain": text, "html": html}
    parts = [(f"text/{name}; charset=UTF-8", _printable(form)) for name, form in forms.items() if form]
    if len(parts) == 1:
        return parts[0][0], "quoted-printable", parts[0][1]
    pieces = [
        f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + form
        for kind, form in parts
    ]
    whole = b"\r\n".join([*pieces, f"--{boundary}--\r\n".encode()])
    return f'multipart/alternative; boundary="{boundary}"', None, whole


def _printable(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").encode()
    return quopri.encodestring(lines).replace(b"\n", b"\r\n")
