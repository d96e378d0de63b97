"""Mail through SES; README.md has AWS's pages and quirks."""

from collections.abc import Sequence
from datetime import timedelta

from switchboard.channels import Account, Channel, Request, Secret, Sender
from switchboard.channels.email.parse import parse
from switchboard.errors import SecretMissingError


def verify(_request: Request, _account: Account, _secrets: Sequence[Secret]) -> bool:
    """No: mail comes from our own bucket, never by a webhook, so a call that claims to bring one is forged."""
    return False


def connect(_secret: Secret, _base_url: str | None, _timeout: timedelta) -> Sender:
    """Mail needs no secret: the function's role sends it. Whoever may know AWS builds `send.MailSender`."""
    raise SecretMissingError("mail has no secret; send it with channels.email.send.MailSender and aws.mail.Ses")


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
)
