"""Mail that reports on mail: bounces, delays, complaints, read receipts, answers to invitations (rules EM-12, EM-14).

RFC 3464 (delivery), RFC 5965 (complaints) and RFC 8098 (receipts) say how such mail looks, and half of it looks
otherwise. What has no machine-readable part is known by its structure: a machine's sender, and a failure told in its
text, where status codes, reply codes and addresses stand together. None of this is ever a customer's message.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from switchboard.channels.email import calendar, machines
from switchboard.channels.email.mail import Mail, Part
from switchboard.message import Category, Delivery, DeliveryReport, DeliveryStatus, Unhandled

_DELIVERY_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT_PARTS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_COMPLAINT_PART = "message/feedback-report"
_ORIGINAL_PARTS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"})
_ACTIONS: Mapping[str, DeliveryStatus] = {
    "failed": DeliveryStatus.BOUNCED,
    "failure": DeliveryStatus.BOUNCED,  # not of the standard, but sent
    "delayed": DeliveryStatus.DELAYED,
    "delivered": DeliveryStatus.DELIVERED,
    "relayed": DeliveryStatus.SENT,
    "expanded": DeliveryStatus.SENT,
}
_BY_CLASS = {"2": DeliveryStatus.DELIVERED, "4": DeliveryStatus.DELAYED, "5": DeliveryStatus.BOUNCED}
_RECIPIENT_FIELDS = frozenset({"final-recipient", "original-recipient", "action", "status"})
_HARD_REASONS = frozenset({"user_unknown", "host_unknown", "moved", "not_accepted"})

_MOST_LINES = 1000
_LONGEST_LINE = 500
_LONGEST_FIELD = 2000
_LONGEST_NOTICE = 64 * 1024
_MOST_RECIPIENTS = 100
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^{|}~-]{1,64}@(?:[^\W_][\w.-]{0,253}\w|\[[^\]\s]{1,100}\])")
_LEADING_ADDRESS = re.compile(
    rf"\W{{0,20}}(?:(?:to|recipient|address|for)\W{{1,4}})?({_ADDRESS.pattern})", re.IGNORECASE
)
_DSN = re.compile(r"(?<![\w.])[245]\.\d{1,3}\.\d{1,3}(?!\w|\.\w)")
_REPLIED_DSN = re.compile(rf"(?<![\w.])[245]\d\d[ -]'?({_DSN.pattern})")
_REPLY = re.compile(r"(?<![\w.,:/-])([45][0-5]\d)(?=[ \-#)\]]|$)")
_COPY_FOLLOWS = re.compile(
    r"\W{2,}.{0,60}(?:copy|original message|original mail|message header|unsent message|returned message|"
    r"undelivered message|message follows|text follows|forwarded message)",
    re.IGNORECASE,
)
_HEADER_OF_COPY = re.compile(
    r"(?:return-path|received|message-id|dkim-signature|mime-version|x-[\w-]{1,40}):", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"^[>\s]{0,4}message-id:\s{0,80}<([^<>\s]{1,900})>", re.IGNORECASE | re.MULTILINE)
_TAGS = re.compile(r"<[/!a-zA-Z][^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: of which kind it is, what became of the mail for whom, and the mail's Message-ID."""

    category: Category
    deliveries: tuple[Delivery, ...] = ()
    original_id: str | None = None


def find_report(mail: Mail) -> Report | None:
    """Read a report; None for mail that is none. Linear, and nothing in a mail makes it raise."""
    parts = list(mail.parts())
    by_type: dict[str, Part] = {}
    for part in parts:
        by_type.setdefault(part.content_type, part)
    complaint = _complaint(mail, by_type)
    if complaint is not None:
        return complaint
    if by_type.keys() & _RECEIPT_PARTS or _report_type(mail) == "disposition-notification":
        return Report(Category.RECEIPT, original_id=_original_id(mail))
    invitation = calendar.read(mail)
    if invitation is not None and invitation.is_answer:
        return Report(Category.CALENDAR)
    notice = _notice(parts)
    if notice is not None:
        return notified(notice)
    deliveries = _standard(mail, parts) or _told_in_text(mail)
    return Report(_category(deliveries), tuple(deliveries), _original_id(mail)) if deliveries else None


def event(report: Report, common: Mapping[str, Any]) -> DeliveryReport | Unhandled:
    """Make the event of a report; `common` are the fields that every kind has."""
    if not report.deliveries:
        return Unhandled(kind="system", **common)
    return DeliveryReport(
        delivery=max(report.deliveries, key=_gravity),
        delivery_recipients=report.deliveries if len(report.deliveries) > 1 else (),
        original_id=report.original_id,
        **common,
    )


def _category(deliveries: Iterable[Delivery]) -> Category:
    """A report that all went well is no bounce."""
    trouble = {DeliveryStatus.BOUNCED, DeliveryStatus.DELAYED}
    return Category.BOUNCE if any(each.status in trouble for each in deliveries) else Category.NOTIFICATION


def _report_type(mail: Mail) -> str:
    root = mail.root
    return root.params.get("report-type", "").lower() if root.content_type == "multipart/report" else ""


def _gravity(delivery: Delivery) -> tuple[bool, bool, bool]:
    """The worst comes first: what failed for good, then what failed at all."""
    return delivery.hard is True, delivery.status is DeliveryStatus.BOUNCED, delivery.status is DeliveryStatus.DELAYED


# Complaints


def _complaint(mail: Mail, parts: Mapping[str, Part]) -> Report | None:
    """Read a complaint: by RFC 5965, as Hotmail sends it, or the unsubscription that a mail program sends."""
    part = parts.get(_COMPLAINT_PART)
    subject = mail.headers.get("subject") or ""
    if part is not None or _report_type(mail) == "feedback-report":
        return _complained(mail, next(_blocks(part.text), {}) if part is not None else {})
    if machines.is_complaint_subject(subject) and parts.keys() & _ORIGINAL_PARTS:
        return _complained(mail, {})
    if machines.is_unsubscription(mail):
        return _complained(mail, {"feedback-type": "opt-out"})
    return None


def _complained(mail: Mail, fields: Mapping[str, str]) -> Report:
    delivery = Delivery(
        status=DeliveryStatus.COMPLAINED,
        hard=False,
        reason=machines.word(fields.get("feedback-type", "")) or "abuse",
        recipient=_address(fields.get("original-rcpt-to") or fields.get("removal-recipient") or ""),
    )
    return Report(Category.COMPLAINT, (delivery,), _original_id(mail))


# Delivery reports with a machine-readable part


def _standard(mail: Mail, parts: Iterable[Part]) -> list[Delivery]:
    blocks = [block for part in parts if part.content_type in _DELIVERY_PARTS for block in _blocks(_content(part))]
    recipients = list(islice(filter(_is_about_recipient, blocks), _MOST_RECIPIENTS))
    if not recipients:
        return []
    lines = _note(mail)
    told = {entry.recipient: entry.diagnosis for entry in _entries(lines)}
    prose = "\n".join(lines) if len(recipients) == 1 else ""
    return [_recipient_block(block, told, prose) for block in recipients]


def _content(part: Part) -> str:
    return part.text or "\n".join(child.text for child in part.children)


def _is_about_recipient(fields: Mapping[str, str]) -> bool:
    """Tell a recipient's block from the one about the whole message."""
    return bool(fields.keys() & _RECIPIENT_FIELDS)


def _recipient_block(fields: Mapping[str, str], told: Mapping[str | None, str], prose: str) -> Delivery:
    """Read one recipient's fields; what they don't say of the reason stands in the text for people, the `prose`."""
    recipient = _address(fields.get("final-recipient", "")) or _address(fields.get("original-recipient", ""))
    diagnosis = fields.get("diagnostic-code") or told.get(recipient, "")
    dsn = _dsn(diagnosis) or _dsn(fields.get("status", ""))
    status = _ACTIONS.get(machines.word(fields.get("action", "")) or "") or _BY_CLASS.get((dsn or "5")[0])
    said = diagnosis or prose or fields.get("status", "")
    return _delivery(status or DeliveryStatus.BOUNCED, dsn, said, recipient)


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Groups of header fields: a blank line ends one, and so does a recipient's field that comes a second time."""
    fields: dict[str, str] = {}
    name = ""
    for line in (*islice(text.splitlines(), _MOST_LINES), ""):
        if line[:1] in {" ", "\t"} and line.strip():
            fields[name] = f"{fields.get(name, '')} {line.strip()}"[:_LONGEST_FIELD]
            continue
        name, _, value = line.partition(":")
        name = name.strip().lower()
        if fields and (not name or (name in fields and name in _RECIPIENT_FIELDS)):
            yield fields
            fields = {}
        if name:
            fields.setdefault(name, value.strip()[:_LONGEST_FIELD])


# Delivery reports in prose


def _told_in_text(mail: Mail) -> list[Delivery]:
    """Read a report without a machine-readable part: a machine sent it, and its text tells a failure."""
    if not machines.sends_reports(mail):
        return []
    lines = _note(mail)
    told = (_told(entry) for entry in islice(_entries(lines), _MOST_RECIPIENTS))
    return [delivery for delivery in told if delivery is not None] or _whole(lines, mail)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a report says below a recipient's address."""

    recipient: str | None
    diagnosis: str


def _told(entry: _Entry) -> Delivery | None:
    """Read an entry; None where nothing in it says that something failed."""
    dsn, reply = _dsn(entry.diagnosis), _REPLY.search(entry.diagnosis)
    if dsn is None and machines.reason(entry.diagnosis) is None:
        return None  # three digits alone may be a telephone number
    temporary = (dsn[0] if dsn else reply.group(1)[0] if reply else "5") == "4"
    delayed = temporary and machines.is_delay(entry.diagnosis)
    return _delivery(
        DeliveryStatus.DELAYED if delayed else DeliveryStatus.BOUNCED, dsn, entry.diagnosis, entry.recipient
    )


def _whole(lines: list[str], mail: Mail) -> list[Delivery]:
    """Take the text as one entry, where no address leads to a reason."""
    text = "\n".join(lines)
    subject = mail.headers.get("subject") or ""
    delayed = machines.is_delay(f"{subject}\n{text}")
    found = _told(_Entry(_first_address(lines, mail), f"{subject}\n{text}"))
    if found is None and not (delayed or machines.is_bounce_subject(subject)):
        return []
    found = found or _delivery(DeliveryStatus.BOUNCED, None, text, _first_address(lines, mail))
    return [found.model_copy(update={"status": DeliveryStatus.DELAYED, "hard": False}) if delayed else found]


def _note(mail: Mail) -> list[str]:
    """The lines that the machine wrote, without the copy of what it couldn't deliver."""
    texts = [part.text for part in mail.parts() if part.content_type == "text/plain" and not part.children]
    if not any(text.strip() for text in texts):
        texts = [_TAGS.sub(" ", part.text[: 64 * 1024]) for part in mail.parts() if part.content_type == "text/html"]
    lines = (line[:_LONGEST_LINE] for text in texts for line in islice(text.splitlines(), _MOST_LINES))
    return list(islice(takewhile(lambda line: not _starts_copy(line), lines), _MOST_LINES))


def _starts_copy(line: str) -> bool:
    return bool(_COPY_FOLLOWS.match(line) or _HEADER_OF_COPY.match(line))


def _entries(lines: Iterable[str]) -> Iterator[_Entry]:
    """The paragraphs that an address leads."""
    recipient, diagnosis = None, list[str]()
    for line in lines:
        found = _LEADING_ADDRESS.match(line)
        if found and found.group(1) != recipient:
            if recipient:
                yield _Entry(recipient, "\n".join(diagnosis))
            recipient, diagnosis = found.group(1), [line[found.end() :]]
        else:
            diagnosis.append(line)
    if recipient:
        yield _Entry(recipient, "\n".join(diagnosis))


def _failed_recipients(mail: Mail) -> tuple[str, ...]:
    return tuple(_ADDRESS.findall(", ".join(mail.headers.all("x-failed-recipients"))))


def _first_address(lines: Iterable[str], mail: Mail) -> str | None:
    failed = _failed_recipients(mail)
    if failed:
        return failed[0]
    involved = " ".join(mail.headers.get(name) or "" for name in ("from", "to")).lower()
    found = (address for line in lines for address in _ADDRESS.findall(line) if address.lower() not in involved)
    return next(found, None)


# What SES says of a mail, as an event or mailed by a topic


def notified(notice: Mapping[str, Any]) -> Report | None:
    """Read SES's notice of a bounce, complaint, delay or delivery; None for any other. `original_id` is SES's own.

    https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
    """
    name = str(notice.get("notificationType") or notice.get("eventType"))
    if name not in _NOTICES:
        return None
    member, listed, category = _NOTICES[name]
    about = _object(notice.get(member))
    recipients = about.get(listed)
    deliveries = tuple(
        _noticed(name, about, each if isinstance(each, dict) else {"emailAddress": each})
        for each in (recipients if isinstance(recipients, list) else [])[:_MOST_RECIPIENTS]
    )
    original = _object(notice.get("mail")).get("messageId")
    return Report(category, deliveries, original if isinstance(original, str) else None)


_NOTICES = {
    "Bounce": ("bounce", "bouncedRecipients", Category.BOUNCE),
    "Complaint": ("complaint", "complainedRecipients", Category.COMPLAINT),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients", Category.BOUNCE),
    "Delivery": ("delivery", "recipients", Category.NOTIFICATION),
}
_NOTICED = {
    "Bounce": DeliveryStatus.BOUNCED,
    "DeliveryDelay": DeliveryStatus.DELAYED,
    "Delivery": DeliveryStatus.DELIVERED,
}


def _noticed(name: str, about: Mapping[str, Any], recipient: Mapping[str, Any]) -> Delivery:
    address = _address(str(recipient.get("emailAddress")))
    if name == "Complaint":
        kind = machines.word(str(about.get("complaintFeedbackType") or "")) or "abuse"
        return Delivery(status=DeliveryStatus.COMPLAINED, hard=False, reason=kind, recipient=address)
    diagnosis = str(recipient.get("diagnosticCode") or about.get("smtpResponse") or "")[:_LONGEST_FIELD]
    dsn = _dsn(diagnosis) or _dsn(str(recipient.get("status") or ""))
    return _delivery(_NOTICED[name], dsn, diagnosis, address)


def _notice(parts: Iterable[Part]) -> dict[str, Any] | None:
    """The notice in a mail's text, which a topic wraps with "!" at the end of its longest lines."""
    text = next((part.text.lstrip() for part in parts if part.content_type == "text/plain"), "")
    if not text.startswith("{") or "mail" not in text:
        return None
    try:
        notice, _ = json.JSONDecoder().raw_decode(text[:_LONGEST_NOTICE].replace("!\n ", ""))
    except (ValueError, RecursionError):
        return None
    return notice if _object(notice).get("notificationType", _object(notice).get("eventType")) in _NOTICES else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# What all of them say


def _delivery(status: DeliveryStatus, dsn: str | None, diagnosis: str, recipient: str | None) -> Delivery:
    reason = machines.reason(diagnosis, dsn)
    passing = dsn is not None and dsn[0] == "4"
    hard = status is DeliveryStatus.BOUNCED and reason in _HARD_REASONS and not passing
    return Delivery(status=status, dsn=dsn, hard=hard, reason=reason, recipient=recipient and recipient[:320])


def _dsn(text: str) -> str | None:
    """The first code that follows a reply's number, which is the server's own; else the first one."""
    found = _REPLIED_DSN.search(text)
    if found:
        return found.group(1)
    alone = _DSN.search(text)
    return alone.group() if alone else None


def _address(field: str) -> str | None:
    """The address in `rfc822; someone@example.com`."""
    found = _ADDRESS.search(field.rpartition(";")[2]) or _ADDRESS.search(field)
    return found.group() if found else None


def _original_id(mail: Mail) -> str | None:
    """The Message-ID, without brackets, of the mail that a report is about: of its copy, else of a copy in the text."""
    for part in mail.root.walk():
        if part.content_type in _ORIGINAL_PARTS:
            inner = part.children[0].headers.get("message-id") if part.children else None
            found = _MESSAGE_ID.search(part.text[: 64 * 1024])
            return inner.strip().strip("<>") if inner else found and found.group(1)
    found = _MESSAGE_ID.search(mail.root.text[: 256 * 1024])
    return found.group(1) if found else None
