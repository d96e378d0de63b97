"""SES's receiving end at 127.0.0.1: takes mail by SMTP, looks at it as SES does and stores it in the mail bucket.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email.html. What lies in the bucket is the mail byte for byte below
SES's own headers. Scanners and senders' domains are judged by the usual means of testing them: GTUBE's line in a mail
is spam, EICAR's in a file is a virus, and whoever writes from a domain that ends in `forged.example` is an impostor.
"""

import asyncio
import base64
import logging
import smtplib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256, sha512

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.errors import SandboxError
from sandbox.ports import HOST
from switchboard.channels.email.addresses import domain_of, mailboxes
from switchboard.channels.email.mail import Mail, read

SERVER = "inbound-smtp.us-east-1.amazonaws.com"
LARGEST = 40 * 1024 * 1024
FORGED = "forged.example"
NULL_SENDER = "<>"
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
EICAR = b"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"[::-1]
"""Backwards above, lest a scanner takes this file for what it describes."""
_SECONDS = 30

logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd's; its warnings are the senders' mistakes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What SES knows of a mail that was delivered to it: the envelope, by whom, when, and the id that it gave it."""

    id: str
    sender: str
    recipient: str
    helo: str
    ip: str
    at: datetime


class Inbound:
    """The server. `accounts` are our accounts' names by address; plus tags reach the account as well.

    `store(key, mail)` puts a mail into the bucket or raises `SandboxError`; it may block.
    """

    def __init__(
        self,
        accounts: Mapping[str, str],
        store: Callable[[str, bytes], None],
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._accounts = {address.lower(): name for address, name in accounts.items()}
        self._store = store
        self._now, self._new_id = now, new_id
        self.on_mail: Callable[[str, Delivery, bytes], None] = lambda _account, _delivery, _mail: None
        """Told of every mail that was taken, once for each account; the first argument is the account's address."""
        self.port = 0

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """Listen for as long as the block lasts; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _server(self), HOST, port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def post(self, sender: str, recipient: str, mail: bytes) -> None:
        """Hand a mail to this server as any other would; raises as `post` does."""
        await asyncio.to_thread(post, self.port, sender, recipient, mail)

    # aiosmtpd calls these

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Sequence[str]
    ) -> str:
        if self._account(address) is None:
            return "550 5.1.1 Requested action not taken: mailbox unavailable"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        mail = envelope.original_content or b""
        deliveries = self._deliveries(session, envelope)
        try:
            for account, delivery in deliveries.items():
                await asyncio.to_thread(self._keep, self._accounts[account], delivery, mail)
        except SandboxError:
            return "451 4.3.0 Requested action aborted: the mail could not be stored"
        for account, delivery in deliveries.items():
            self.on_mail(account, delivery, mail)
        return "250 OK " + next(iter(deliveries.values())).id

    async def handle_exception(self, _error: Exception) -> str:
        return "500 5.5.2 Syntax error"

    def _deliveries(self, session: Session, envelope: Envelope) -> dict[str, Delivery]:
        """One for each account that the recipients reach, by its address; all have one id."""
        sender = "" if envelope.mail_from == NULL_SENDER else str(envelope.mail_from)
        helo, ip = str(session.host_name), str((session.peer or [HOST])[0])
        mail_id, now = self._new_id(), self._now()
        found: dict[str, Delivery] = {}
        for recipient in envelope.rcpt_tos:
            if account := self._account(recipient):
                found.setdefault(account, Delivery(mail_id, sender, recipient, helo, ip, now))
        return found

    def _keep(self, account: str, delivery: Delivery, mail: bytes) -> None:
        self._store(f"mail/{account}/{delivery.id}", stored(delivery, mail))

    def _account(self, recipient: str) -> str | None:
        """Our account's address, if that is whom a recipient's address reaches."""
        local, _, domain = recipient.lower().rpartition("@")
        address = f"{local.partition('+')[0]}@{domain}"
        return address if address in self._accounts else None


def _server(inbound: Inbound) -> SMTP:
    return SMTP(
        inbound,
        hostname=SERVER,
        ident="ESMTP SimpleEmailService-sandbox",
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        loop=asyncio.get_running_loop(),
    )


def post(port: int, sender: str, recipients: str | Sequence[str], mail: bytes) -> None:
    """Hand a mail to the server at a port; raises `smtplib.SMTPException` or `OSError` if it isn't taken."""
    with smtplib.SMTP(HOST, port, local_hostname="mail.customers.example", timeout=_SECONDS) as client:
        client.sendmail(sender, recipients, mail)


def stored(delivery: Delivery, mail: bytes) -> bytes:
    """What SES stores: its own headers, in its order and form, above the mail as it came."""
    parsed = read(mail)
    spam, virus = ("FAIL" if found else "PASS" for found in (_has(parsed, GTUBE), _has(parsed, EICAR)))
    author = next((domain_of(party.address) for value in parsed.headers.wire("from") for party in mailboxes(value)), "")
    spf = _spf(delivery)
    verdict = "fail" if _is_forged(author) else "pass"
    stamp = format_datetime(delivery.at.astimezone(UTC))
    head = [
        f"Return-Path: <{delivery.sender}>",
        f"Received: from {delivery.helo} ({delivery.helo} [{delivery.ip}])",
        f" by {SERVER} with SMTP id {delivery.id}",
        f" for {delivery.recipient};",
        f" {stamp} (UTC)",
        f"X-SES-Spam-Verdict: {spam}",
        f"X-SES-Virus-Verdict: {virus}",
        f"Received-SPF: {spf}",
        "Authentication-Results: amazonses.com;",
        f" spf={spf}",
        f" dkim={verdict} header.i=@{author};",
        f" dmarc={verdict} header.from={author};",
        f"X-SES-RECEIPT: {_receipt(delivery)}",
        f"X-SES-DKIM-SIGNATURE: {_signature(delivery, mail)}",
    ]
    return "".join(f"{line}\r\n" for line in head).encode("utf-8", "surrogateescape") + mail


def _has(mail: Mail, line: bytes) -> bool:
    return any(line in part.payload for part in mail.root.walk())


def _is_forged(domain: str) -> bool:
    return f".{domain}".endswith(f".{FORGED}")


def _spf(delivery: Delivery) -> str:
    domain = domain_of(delivery.sender) or delivery.helo
    result, designates = ("fail", "does not designate") if _is_forged(domain) else ("pass", "designates")
    return (
        f"{result} (spfCheck: domain of {domain} {designates} {delivery.ip} as permitted sender)"
        f" client-ip={delivery.ip}; envelope-from={delivery.sender or f'postmaster@{delivery.helo}'};"
        f" helo={delivery.helo};"
    )


def _receipt(delivery: Delivery) -> str:
    """An opaque token; SES's are base64 of base64."""
    inner = base64.b64encode(b"\0" * 9 + sha512(delivery.id.encode()).digest())
    return base64.b64encode(inner).decode()


def _signature(delivery: Delivery, mail: bytes) -> str:
    """Shaped like the signature that SES sets over what it stores; nobody can verify this one."""
    body = mail.partition(b"\r\n\r\n")[2]
    made_up = base64.b64encode(sha512(mail).digest() + sha512(body).digest()).decode()
    digest = base64.b64encode(sha256(body).digest()).decode()
    return (
        f"a=rsa-sha256; q=dns/txt; b={made_up}; c=relaxed/simple; s=ihchhvubuqgjsxyuhssfvqohv7z3u4hn;"
        f" d=amazonses.com; t={int(delivery.at.timestamp())}; v=1; bh={digest};"
        " h=From:To:Cc:Bcc:Subject:Date:Message-ID:MIME-Version:Content-Type:X-SES-RECEIPT;"
    )
