"""What SES says became of mail that we sent: the events of a configuration set, by SNS or bare (rules EM-14, EM-25).

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html. The tags that we sent along
come back in each, so that it finds its message by our own ids.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from switchboard.channels.email import addresses, reports, tags
from switchboard.errors import UnparseableError
from switchboard.message import Category, Delivery, DeliveryReport, DeliveryStatus

_DETAILS: Mapping[str, str] = {
    "Bounce": "bounce",
    "Complaint": "complaint",
    "Delivery": "delivery",
    "DeliveryDelay": "deliveryDelay",
    "Reject": "reject",
    "Rendering Failure": "failure",
    "RenderingFailure": "failure",
}
"""The kinds that tell what became of a mail, and the member that says more. Sends, opens and clicks tell nothing."""

_REFUSED: Mapping[str, str] = {
    "Reject": "virus",  # the only reason for which SES rejects what it has accepted
    "Rendering Failure": "rendering_failure",
    "RenderingFailure": "rendering_failure",
}
_SUBTYPES: Mapping[str, str] = {
    "NoEmail": "user_unknown",
    "Suppressed": "suppressed",
    "OnAccountSuppressionList": "suppressed",
    "UnsubscribedRecipient": "unsubscribed",
    "MailboxFull": "mailbox_full",
    "MessageTooLarge": "too_large",
    "ContentRejected": "refused",
    "AttachmentRejected": "refused",
}
"""Why a mail bounced, where the other side's words don't tell."""

_MOST_RECIPIENTS = 100
_LONGEST_ID = 200


def sending_event(notice: str) -> Mapping[str, Any] | None:
    """Return the event on mail of ours that a notice brings; None for a notice of anything else."""
    found = _loaded(notice)
    if "TopicArn" in found and isinstance(found.get("Message"), str):
        found = _loaded(found["Message"])
    is_event = "eventType" in found or found.get("notificationType") in _DETAILS
    return found if is_event and isinstance(found.get("mail"), dict) else None


def report(event: Mapping[str, Any], accounts: Mapping[str, str]) -> DeliveryReport | None:
    """Return what a sending event reports; None for one that tells nothing of a mail's fate.

    `accounts` are our mail accounts' addresses by key. Raises `UnparseableError` where it can't be told which mail of
    which account it is about.
    """
    kind = _kind(event)
    if kind not in _DETAILS or _is_no_complaint(event):
        return None
    mail, about = event["mail"], _object(event.get(_DETAILS[kind]))
    original = mail.get("messageId")
    deliveries = _deliveries(kind, event)
    if not isinstance(original, str) or not original or not deliveries:
        raise UnparseableError("incomplete_sending_event")
    conversation_id, message_id = _tag(mail, "conversation"), _tag(mail, "message")
    tagged = (conversation_id or "").partition(".")[0]
    account = tagged if tagged in accounts else _account_of(mail.get("source"), accounts)
    common = {
        "channel": "email",
        "account": account,
        "provider_id": _provider_id(original, kind, about),
        "sent_at": _instant(about.get("timestamp") or mail.get("timestamp")),
        "conversation_id": conversation_id if tagged == account else None,
        "message_id": message_id if tagged == account else None,
    }
    found = reports.event(reports.Report(Category.NOTIFICATION, deliveries, original), common)
    return found if isinstance(found, DeliveryReport) else None


def _deliveries(kind: str, event: Mapping[str, Any]) -> tuple[Delivery, ...]:
    """What became of the mail for each recipient whom the event names."""
    if kind in _REFUSED:
        return _refused(_REFUSED[kind], event["mail"].get("destination"))
    found = reports.notified({**event, "notificationType": kind})
    deliveries = found.deliveries if found else ()
    if kind != "Bounce":
        return deliveries
    bounce = _object(event.get("bounce"))
    is_hard, subtype = bounce.get("bounceType") == "Permanent", _SUBTYPES.get(str(bounce.get("bounceSubType")))
    return tuple(each.model_copy(update={"hard": is_hard, "reason": each.reason or subtype}) for each in deliveries)


def _refused(reason: str, recipients: object) -> tuple[Delivery, ...]:
    """SES took the mail and then didn't send it: to nobody."""
    named = [each for each in recipients if isinstance(each, str)] if isinstance(recipients, list) else []
    failed = Delivery(status=DeliveryStatus.FAILED, hard=False, reason=reason)
    found = [party.address for each in named[:_MOST_RECIPIENTS] for party in addresses.mailboxes(each)]
    return tuple(failed.model_copy(update={"recipient": recipient}) for recipient in found) or (failed,)


def _is_no_complaint(event: Mapping[str, Any]) -> bool:
    """Whether somebody says that a mail is *not* spam, which comes by the same way (RFC 5965, section 7.3)."""
    return _object(event.get("complaint")).get("complaintFeedbackType") == "not-spam"


def _provider_id(original: str, kind: str, about: Mapping[str, Any]) -> str:
    """The same in each copy of an event; deliveries and delays have no id of their own but what they say."""
    told = sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    written = f"{original}.{kind.replace(' ', '')}.{about.get('feedbackId') or told}"
    return written if len(written) <= _LONGEST_ID else sha256(written.encode("utf-8", "replace")).hexdigest()


def _account_of(source: object, accounts: Mapping[str, str]) -> str:
    """The account that a mail was sent from; raises `UnparseableError` if it is none of ours."""
    senders = {addresses.canonical(party.address) for party in addresses.mailboxes(str(source or ""))}
    for key, address in accounts.items():
        if addresses.canonical(address) in senders:
            return key
    raise UnparseableError("unknown_account")


def _tag(mail: Mapping[str, Any], name: str) -> str | None:
    values = _object(mail.get("tags")).get(name)
    value = values[0] if isinstance(values, list) and values else None
    return tags.decode(value) if isinstance(value, str) else None


def _kind(event: Mapping[str, Any]) -> str:
    return str(event.get("eventType") or event.get("notificationType"))


def _loaded(text: str) -> dict[str, Any]:
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
