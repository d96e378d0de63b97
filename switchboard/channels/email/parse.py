"""A mail → the one event that it is: a message, a report on one of ours, or a machine's business."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from switchboard.channels import Account, Request
from switchboard.channels.email import (
    addresses,
    attachments,
    automation,
    body,
    calendar,
    dates,
    encryption,
    forwards,
    html,
    reply,
    reports,
    threading,
    verdicts,
    words,
)
from switchboard.channels.email.mail import Envelope, Mail, read
from switchboard.channels.email.verdicts import Verdict, Verdicts
from switchboard.message import Automation, Message, Party, Received, Unhandled

NOBODY = "unknown@invalid"
"""Stands for a sender whom nothing in a mail names; no mail can go there (RFC 2606)."""

_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Ours:
    """What is ours: `addresses` that customers write to, `agents` who may forward to us, `keys` of our signed marks."""

    addresses: Collection[str] = ()
    agents: Collection[str] = ()
    keys: Sequence[bytes] = ()


_NOTHING = Ours()


def parse(request: Request, account: Account) -> list[Received]:
    """Read raw mail as the body of a request, as the command line and tests give it."""
    own = Ours((account.address,)) if account.address else _NOTHING
    return parse_mail(request.body, account=account.key, ours=own)


def parse_mail(
    raw: bytes,
    envelope: Envelope | None = None,
    *,
    account: str = "",
    ours: Ours = _NOTHING,
    is_head: bool = False,
) -> list[Received]:
    """Return the event of a mail. Never raises; pure.

    `is_head` says that `raw` is only the beginning of a mail too large to be read (rule EM-4): the event then has no
    text and no files, and the flag `oversize`.
    """
    mail = read(raw, envelope)
    try:
        common = _common(mail, account, ours)
    except Exception:  # noqa: BLE001  # rule EM-7: whatever it was, the mail is routed with what can't fail
        return [_degraded(mail, account)]
    try:
        return [_event(mail, ours, common, is_head=is_head)]
    except Exception:  # noqa: BLE001  # the same; the headers have been read
        return [_degraded(mail, account).model_copy(update=_flagged(common, "malformed"))]


def _event(mail: Mail, ours: Ours, common: dict[str, Any], *, is_head: bool) -> Received:
    if is_head:
        return Message(**_flagged(common, "oversize"))
    report = reports.find_report(mail)
    if report is not None:
        return reports.event(report, common)
    invitation = calendar.read(mail)
    if invitation is not None and invitation.is_answer:
        return Unhandled(kind="system", **common)
    return _message(mail, ours, common)


def _message(mail: Mail, ours: Ours, common: dict[str, Any]) -> Message:
    is_infected = verdicts.judged(mail).virus is Verdict.FAIL
    content = body.read(mail, open_files=not is_infected)
    sender_html = content.html
    full_text = words.storable(content.text[: body.DEGRADED_TEXT if mail.malformed else body.LARGEST_TEXT])
    forward = forwards.find(mail, full_text)
    split = reply.split(full_text, sender_html)
    is_forward = forward is not None and len(forwards.own_text(split.text, forward)) < forwards.OWN_TEXT
    left_out = "\n".join(part for part in (split.signature, split.quoted) if part)
    text, quoted = (full_text, "") if is_forward or not split.text.strip() else (split.text, left_out)
    files = attachments.describe(content.files, sender_html, open_files=not is_infected)
    common = _flagged(common, *_content_flags(mail, content, full_text, forward), *_file_flags(files))
    origin = forward.origin if forward is not None else None
    if origin is not None and origin.sender is not None and _is_agent(common["sender"], ours):
        common["sender"] = origin.sender  # an agent who forwards a customer's mail speaks for the customer
    return Message(
        text=words.storable(text),
        full_text=full_text,
        quoted=words.storable(quoted) or None,
        html=None if sender_html is None else words.storable(html.sanitise(sender_html)),
        attachments=tuple(file.attachment for file in files),
        forwarded_from=origin,
        **common,
    )


def _content_flags(mail: Mail, content: body.Body, text: str, forward: forwards.Forward | None) -> list[str]:
    return [
        *(["encrypted"] if encryption.is_encrypted(mail, text) else []),
        *(["forwarded"] if forward is not None else []),
        *(["charset_guessed"] if not content.certain else []),
        *(["files_left_out"] if len(content.files) > attachments.MOST else []),
    ]


def _file_flags(files: Sequence[attachments.File]) -> list[str]:
    return [
        *(["disguised_file"] if any(file.is_disguised for file in files) else []),
        *(["archive_bomb"] if any(file.is_bomb for file in files) else []),
    ]


def _common(mail: Mail, account: str, ours: Ours) -> dict[str, Any]:
    """Read the fields of every kind."""
    found = verdicts.judged(mail)
    from_mailboxes = _parties(mail, "from")
    sender = _sender(mail, from_mailboxes)
    return {
        "channel": "email",
        "account": account,
        "provider_id": _provider_id(mail),
        "sender": sender or _nobody(mail),
        "from_mailboxes": from_mailboxes,
        "to": _parties(mail, "to"),
        "cc": _parties(mail, "cc"),
        "reply_to": _parties(mail, "reply-to"),
        "subject": _subject(mail),
        "sent_at": dates.read(mail.headers.get("date")),
        "thread": threading.thread_of(mail, ours.keys),
        "auto": automation.judge(mail, found, ours.addresses, mail.envelope.received_at if mail.envelope else None),
        "flags": _flags(mail, found, ours, has_sender=sender is not None),
    }


def _flags(mail: Mail, found: Verdicts, ours: Ours, *, has_sender: bool) -> tuple[str, ...]:
    flags = {
        "malformed": mail.malformed or not has_sender,
        "spam": found.spam is Verdict.FAIL,
        "virus": found.virus is Verdict.FAIL,
        "unverified": not found.is_sender_verified,
        "forged_token": threading.marks_of(mail, ours.keys).forged if ours.keys else False,
    }
    return tuple(name for name, holds in flags.items() if holds)


def _flagged(common: dict[str, Any], *flags: str) -> dict[str, Any]:
    return {**common, "flags": (*common["flags"], *flags)}


def _degraded(mail: Mail, account: str) -> Message:
    """Return what nothing can go wrong with: the envelope and the beginning of the text."""
    sender = mail.envelope.sender if mail.envelope else None
    text = mail.root.body[: body.DEGRADED_TEXT].decode("utf-8", "replace")
    return Message(
        channel="email",
        account=account,
        provider_id=_provider_id(mail),
        sender=Party(address=sender if sender and len(sender) <= addresses.LONGEST_ADDRESS else NOBODY),
        text=words.storable(text),
        full_text=words.storable(text),
        auto=Automation(may_reply=False, reason="malformed"),
        flags=("malformed",),
    )


def _provider_id(mail: Mail) -> str:
    """SES's id, which is the same in every copy of a delivery; of a mail without one, a digest of all its bytes."""
    known = mail.envelope.provider_id if mail.envelope else None
    return known if known and len(known) <= _LONGEST_ID else sha256(mail.raw).hexdigest()


def _sender(mail: Mail, from_mailboxes: tuple[Party, ...]) -> Party | None:
    """Return the author, else whoever the mail or the envelope says that sent it."""
    if from_mailboxes:
        return from_mailboxes[0]
    for name in ("sender", "reply-to", "return-path"):
        if found := _parties(mail, name):
            return found[0]
    envelope = addresses.mailboxes(mail.envelope.sender or "") if mail.envelope else ()
    return envelope[0] if envelope else None


def _nobody(mail: Mail) -> Party:
    """Return a sender without an address, by the name that the mail gives."""
    name = addresses.mailboxes(next(iter(mail.headers.wire("from")), ""))
    return Party(address=NOBODY, name=name[0].address[: addresses.LONGEST_NAME] if name else None)


def _parties(mail: Mail, name: str) -> tuple[Party, ...]:
    """Read the addresses of a header; a word without a domain counts only in angle brackets, else it is a name."""
    return tuple(
        party
        for value in mail.headers.wire(name)
        for party in addresses.mailboxes(value)
        if "@" in party.address or f"<{party.address}>" in value
    )


def _first_address(mail: Mail, name: str) -> str | None:
    found = _parties(mail, name)
    return found[0].address if found else None


def _subject(mail: Mail) -> str | None:
    written = mail.headers.get("subject")
    return None if written is None else words.line(written, words.LONGEST_SUBJECT)


def _is_agent(sender: Party, ours: Ours) -> bool:
    return addresses.canonical(sender.address) in {addresses.canonical(agent) for agent in ours.agents}
