"""Mail through SES; README.md has AWS's pages and quirks."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from switchboard.channels import Account, Channel, Request, Secret, Sender
from switchboard.channels.email.addresses import canonical
from switchboard.channels.files import MEGABYTE, Files, every
from switchboard.channels.media import Enclosed
from switchboard.errors import SecretMissingError
from switchboard.message import Received

_OF_SES = ".amazonses.com"


def verify(_request: Request, _account: Account, _secrets: Sequence[Secret]) -> bool:
    """No: mail comes from our own bucket, never by a webhook, so a call that claims to bring one is forged."""
    return False


def parse(request: Request, account: Account) -> list[Received]:
    """See `parse.parse`; imported only here because who sends mail needs no parser."""
    from switchboard.channels.email.parse import parse  # noqa: PLC0415  # lazy on purpose

    return parse(request, account)


def files(raw: bytes) -> Sequence[bytes]:
    """See `media.files`; imported only here for the same reason."""
    from switchboard.channels.email.media import files  # noqa: PLC0415  # lazy on purpose

    return files(raw)


def connect(_secret: Secret, _base_url: str | None, _timeout: timedelta) -> Sender:
    """Mail is sent by the function's role. Whoever may know AWS builds `send.MailSender`."""
    raise SecretMissingError("mail is sent by the function's role: build channels.email.send.MailSender with aws.mail")


def known_as(identifier: str) -> str:
    """Return our name for a mail of this Message-ID: of what we send SES makes `<ID@REGION.amazonses.com>` of its id.

    >>> known_as("0100019a-c0ffee-000000@eu-west-1.amazonses.com")
    '0100019a-c0ffee-000000'
    """
    local, _, domain = identifier.rpartition("@")
    return local if local and f".{domain.lower()}".endswith(_OF_SES) else identifier


def compose(ours: str, text: str) -> str:
    """A link that writes a mail of this subject (RFC 6068).

    >>> compose("support@acme.example", "LINK-7K3QF-9XM2W")
    'mailto:support@acme.example?subject=LINK-7K3QF-9XM2W'
    """
    return f"mailto:{quote(ours, safe='@')}?subject={quote(text)}"


_FILES = 25 * MEGABYTE
"""Bytes of a mail's files: as base64 they are 34 MB, of the 40 MB that SES sends."""


def files_of(_ours: str, _theirs: str) -> Files:
    """All of them are parts of one mail."""
    return Files(taken=every(_FILES), total=_FILES, together=10, with_words=True, links=False)


CHANNEL = Channel(
    name="email",
    body_limit=40 * 1024 * 1024,  # SES stores no larger mail
    text_limit=256 * 1024,
    verify=verify,
    parse=parse,
    connect=connect,
    answer={},
    answer_body="",
    transport="email",
    compose=compose,
    identity=canonical,
    known_as=known_as,
    media=Enclosed(files),
    files_of=files_of,
)
