"""What SES publishes of a mail that it has sent.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, Literal, TypeAlias

from sandbox.emulator import ACCOUNT, REGION
from sandbox.ses_request import Letter

SubType: TypeAlias = Literal["General", "OnAccountSuppressionList"]

_REPORTING_MTA = "a8-50.smtp-out.amazonses.com"
_DIAGNOSES: Mapping[SubType, str] = {
    "General": "smtp; 550 5.1.1 user unknown",
    "OnAccountSuppressionList": (
        "Amazon SES did not send the message to this address because it is on the suppression list for your account."
    ),
}


@dataclass(frozen=True, slots=True)
class Sending:
    """A letter that SES has accepted, and the headers of the mail that it has made of it."""

    message_id: str
    at: datetime
    letter: Letter
    headers: Sequence[tuple[str, str]]


def send(sending: Sending) -> dict[str, Any]:
    """SES has accepted the mail and will try to deliver it."""
    return {"eventType": "Send", "mail": _mail(sending), "send": {}}


def delivery(sending: Sending, recipients: Sequence[str], at: datetime) -> dict[str, Any]:
    """The recipients' server has taken it."""
    told = {
        "timestamp": _stamp(at),
        "processingTimeMillis": int((at - sending.at).total_seconds() * 1000),
        "recipients": list(recipients),
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "127.0.0.1",
        "reportingMTA": _REPORTING_MTA,
    }
    return {"eventType": "Delivery", "mail": _mail(sending), "delivery": told}


def bounce(sending: Sending, recipient: str, at: datetime, sub_type: SubType) -> dict[str, Any]:
    """There is no such recipient, or SES has known that already."""
    failed = {"emailAddress": recipient, "action": "failed", "status": "5.1.1", "diagnosticCode": _DIAGNOSES[sub_type]}
    told = {
        "feedbackId": f"{sending.message_id}-bounce",
        "bounceType": "Permanent",
        "bounceSubType": sub_type,
        "bouncedRecipients": [failed],
        "timestamp": _stamp(at),
        "reportingMTA": f"dns; {_REPORTING_MTA}",
    }
    return {"eventType": "Bounce", "mail": _mail(sending), "bounce": told}


def complaint(sending: Sending, recipient: str, at: datetime) -> dict[str, Any]:
    """The recipient has said that it is spam."""
    told = {
        "complainedRecipients": [{"emailAddress": recipient}],
        "timestamp": _stamp(at),
        "feedbackId": f"{sending.message_id}-complaint",
        "complaintSubType": None,
        "userAgent": "ExampleCorp Feedback Loop (V0.01)",
        "complaintFeedbackType": "abuse",
        "arrivalDate": _stamp(at),
    }
    return {"eventType": "Complaint", "mail": _mail(sending), "complaint": told}


def _mail(sending: Sending) -> dict[str, Any]:
    letter = sending.letter
    domain = parseaddr(letter.source)[1].rpartition("@")[2]
    tags = {
        "ses:operation": ["SendEmail"],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": [domain],
        **({"ses:configuration-set": [letter.configuration_set]} if letter.configuration_set else {}),
        **{name: [value] for name, value in letter.tags.items()},
    }
    common = {
        "from": [letter.source],
        "to": list(letter.to),
        **({"cc": list(letter.cc)} if letter.cc else {}),
        "messageId": sending.message_id,
        "subject": letter.subject,
    }
    return {
        "timestamp": _stamp(sending.at),
        "source": letter.source,
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}",
        "sendingAccountId": ACCOUNT,
        "messageId": sending.message_id,
        "destination": letter.recipients,
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in sending.headers],
        "commonHeaders": common,
        "tags": tags,
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
