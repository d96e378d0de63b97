"""A customer's mail program: writes mail and answers it as such programs do, and opens what comes."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from switchboard.channels.email import body, dates, html
from switchboard.channels.email.addresses import mailboxes
from switchboard.channels.email.mail import Mail, read
from switchboard.channels.email.threading import thread_of

_POLICY = SMTP.clone(max_line_length=998)
"""Lines as long as mail allows: the library would encode a Message-ID that it has to fold."""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; without a type, its name says what it is."""

    name: str
    content: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody writes. `message_id` is without angle brackets, `at` is in their own zone."""

    sender: str
    sender_name: str = ""
    recipient: str
    subject: str
    text: str
    at: datetime
    message_id: str
    files: Sequence[File] = ()
    in_reply_to: str | None = None
    references: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """What a mail program shows and knows of a mail. `html` is safe to show; ids are without angle brackets."""

    subject: str
    sender: str
    sender_name: str
    reply_to: str
    at: datetime | None
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    text: str
    html: str | None
    files: tuple[File, ...]


def open_mail(raw: bytes) -> Opened:
    """Open a mail; never raises, whatever the bytes."""
    mail = read(raw)
    sender, name = _first(mail, "from")
    thread, content = thread_of(mail), body.read(mail)
    return Opened(
        subject=mail.headers.get("subject") or "",
        sender=sender,
        sender_name=name or sender,
        reply_to=_first(mail, "reply-to")[0] or sender,
        at=dates.read(mail.headers.get("date")),
        message_id=thread.message_id,
        in_reply_to=thread.in_reply_to,
        references=thread.references,
        text=content.text,
        html=None if content.html is None else html.sanitise(content.html),
        files=tuple(
            File(part.filename or f"file {number}", part.payload, part.content_type)
            for number, part in enumerate(content.files, 1)
        ),
    )


def answer(draft: Draft, opened: Opened) -> Draft:
    """Make a draft the answer to a mail: to whom that wants it, in its exchange, with a quotation below."""
    subject = opened.subject if opened.subject.lower().startswith("re:") else f"Re: {opened.subject}"
    references = [*opened.references, *([opened.message_id] if opened.message_id else [])]
    return replace(
        draft,
        recipient=opened.reply_to,
        subject=subject,
        text=f"{draft.text}\n\n{_quotation(opened, draft.at)}",
        in_reply_to=opened.message_id,
        references=references,
    )


def write(draft: Draft) -> bytes:
    """Return the mail that a draft becomes; raises `ValueError` if an address is none."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(draft.sender, _line(draft.sender_name))
    mail["To"] = _address(draft.recipient)
    mail["Subject"] = _line(draft.subject)
    mail["Date"] = format_datetime(draft.at)
    mail["Message-ID"] = f"<{draft.message_id}>"
    if draft.in_reply_to:
        mail["In-Reply-To"] = f"<{draft.in_reply_to}>"
    if draft.references:
        mail["References"] = " ".join(f"<{identifier}>" for identifier in draft.references)
    mail.set_content(draft.text)
    for file in draft.files:
        kind = file.content_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        maintype, _, subtype = kind.partition("/")
        mail.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=_line(file.name))
    return mail.as_bytes()


def _address(address: str, name: str = "") -> Address:
    try:
        return Address(name, addr_spec=address)
    except (HeaderParseError, IndexError) as error:
        raise ValueError("a mail needs an address such as ada@customers.example") from error


def _quotation(opened: Opened, now: datetime) -> str:
    at = (opened.at or now).astimezone(now.tzinfo)
    who = opened.sender if opened.sender_name == opened.sender else f"{opened.sender_name} <{opened.sender}>"
    quoted = "\n".join(f"> {line}".rstrip() for line in opened.text.splitlines())
    return f"On {at:%a, %b} {at.day}, {at.year} at {at:%H:%M}, {who} wrote:\n\n{quoted}\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _first(mail: Mail, header: str) -> tuple[str, str | None]:
    found = [party for value in mail.headers.wire(header) for party in mailboxes(value)]
    return (found[0].address, found[0].name) if found else ("", None)
