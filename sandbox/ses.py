"""A double of Amazon SES: mail comes in by SMTP and lies in the bucket, mail goes out by SendEmail, events follow.

It does what AWS documents: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html. Recipients fare
as at SES's mailbox simulator: `bounce@`, `complaint@`, `ooto@` and `suppressionlist@simulator.amazonses.com`; whoever
has an address at `bounces.example` or `complaints.example` fares alike. Everybody else gets their mail.

    ses = Ses({"support@acme.example": "acme-email"}, aws)
    with serving(ses) as base_url: ...      # an SES client's endpoint is base_url; `ses.inbound.port` takes mail
"""

import asyncio
import secrets
import string
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parseaddr
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import ses_events
from sandbox.double import Api, Fault
from sandbox.errors import SandboxError
from sandbox.mail_program import Draft, open_mail, write
from sandbox.mailbox import Fate, Mailbox
from sandbox.ses_aws import Aws, Call
from sandbox.ses_events import Sending
from sandbox.ses_request import Letter, RequestError, read_request
from sandbox.smtp import NULL_SENDER, Delivery, Inbound

SIMULATOR = "simulator.amazonses.com"
_ID_LETTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 40

Outcome: TypeAlias = Literal["delivered", "bounced", "suppressed", "complained", "out_of_office"]
_SIMULATED: Mapping[str, Outcome] = {
    "bounce": "bounced",
    "complaint": "complained",
    "ooto": "out_of_office",
    "suppressionlist": "suppressed",
}
_DOMAINS: Mapping[str, Outcome] = {"bounces.example": "bounced", "complaints.example": "complained"}

_FATES: Mapping[Outcome, Fate] = {
    "delivered": "delivered",
    "bounced": "bounced",
    "suppressed": "bounced",
    "complained": "complained",
    "out_of_office": "delivered",
}


class Ses(Api):
    """The double. All of it runs in one event loop; `app` serves the API, and the SMTP server with it."""

    def __init__(
        self,
        accounts: Mapping[str, str],
        aws: Aws,
        *,
        names: Mapping[str, str] | None = None,
        senders: Collection[str] = (),
        smtp_port: int = 0,
        state_file: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`accounts` are our accounts by address; `names` what people call them.

        Their addresses are verified identities, and so are `senders`, which take no mail.
        """
        super().__init__()
        self.ends = names or {address: address for address in accounts}
        self._verified = {*self.ends, *senders}
        self.mailbox = Mailbox(state_file)
        self.inbound = Inbound(accounts, aws.store, now=now, new_id=_new_stored_id)
        self.inbound.on_mail = self._received
        self._aws, self.now, self._smtp_port = aws, now, smtp_port
        routes = [Route("/v2/email/outbound-emails", self._send, methods=["POST"])]
        self.app = Starlette(routes=routes, lifespan=self.lifespan)

    # The API

    async def _send(self, request: Request) -> Response:
        body, fault = await request.body(), self.take_fault()
        try:
            letter = read_request(body, self._verified)
            await self._authorise(request, body, letter)
            _fail(fault)
        except RequestError as error:
            return error.answer()
        return await self.spoil(fault, request, JSONResponse({"MessageId": self._accept(letter)}))

    async def _authorise(self, request: Request, body: bytes, letter: Letter) -> None:
        path = request.scope.get("raw_path") or request.scope["path"].encode()
        action = "SendEmail" if letter.raw is None else "SendRawEmail"
        call = Call(path.decode("ascii"), dict(request.headers), body, action)
        try:
            refusal = await asyncio.to_thread(self._aws.refusal, call, letter.source, letter.configuration_set)
        except SandboxError as error:
            raise RequestError("ServiceUnavailable", str(error), HTTPStatus.SERVICE_UNAVAILABLE) from error
        if refusal:
            raise RequestError(refusal.code, refusal.message, HTTPStatus.FORBIDDEN)

    def _accept(self, letter: Letter) -> str:
        now, message_id = self.now(), _new_message_id()
        headers, raw = letter.build(message_id, now)
        self.start(self._carry(Sending(message_id, now, letter, headers), raw))
        return message_id

    # On the way

    async def _carry(self, sending: Sending, raw: bytes) -> None:
        await self._tell(ses_events.send(sending))
        for recipient in sending.letter.recipients:
            await self._deliver(sending, parseaddr(recipient)[1], raw)

    async def _deliver(self, sending: Sending, recipient: str, raw: bytes) -> None:
        outcome, now = _outcome(recipient), self.now()
        account = parseaddr(sending.letter.source)[1].lower()
        self.mailbox.put(recipient, account, raw, now, from_us=True, fate=_FATES[outcome])
        for event in _events(sending, recipient, outcome, now):
            await self._tell(event)
        if outcome == "out_of_office":
            await self._answer_automatically(recipient, raw)

    async def _tell(self, event: Mapping[str, object]) -> None:
        await asyncio.to_thread(self._aws.publish, event)

    async def _answer_automatically(self, recipient: str, raw: bytes) -> None:
        """Answer as the mailbox of somebody on holiday does (RFC 3834)."""
        opened = open_mail(raw)
        draft = Draft(
            sender=recipient,
            recipient=opened.reply_to,
            subject=f"Automatic reply: {opened.subject}",
            text="I am out of the office and will read your mail when I am back.",
            at=self.now(),
            message_id=f"{uuid4()}@{SIMULATOR}",
            in_reply_to=opened.message_id,
        )
        await self.inbound.post(NULL_SENDER, opened.reply_to, b"Auto-Submitted: auto-replied\r\n" + write(draft))

    def _received(self, account: str, delivery: Delivery, raw: bytes) -> None:
        """Show what somebody sent us in their own mailbox, whichever program they sent it with."""
        author = delivery.sender or open_mail(raw).sender
        if author:
            self.mailbox.put(author, account, raw, delivery.at, from_us=False)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Take mail by SMTP as well; give up what is under way in the end."""
        async with self.inbound.listening(self._smtp_port):
            yield
            await self.give_up()


def _fail(fault: Fault | None) -> None:
    if fault == "throttled":
        raise RequestError("TooManyRequestsException", "Maximum sending rate exceeded.", HTTPStatus.TOO_MANY_REQUESTS)
    if fault == "error":
        raise RequestError("InternalFailure", "The request could not be processed.", HTTPStatus.INTERNAL_SERVER_ERROR)


def _events(sending: Sending, recipient: str, outcome: Outcome, at: datetime) -> list[dict[str, Any]]:
    if outcome == "bounced":
        return [ses_events.bounce(sending, recipient, at, "General")]
    if outcome == "suppressed":
        return [ses_events.bounce(sending, recipient, at, "OnAccountSuppressionList")]
    delivered = ses_events.delivery(sending, [recipient], at)
    return [delivered, ses_events.complaint(sending, recipient, at)] if outcome == "complained" else [delivered]


def _outcome(recipient: str) -> Outcome:
    local, _, domain = recipient.lower().rpartition("@")
    if domain == SIMULATOR:
        return _SIMULATED.get(local.partition("+")[0], "delivered")
    return _DOMAINS.get(domain, "delivered")


def _new_stored_id() -> str:
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def _new_message_id() -> str:
    return f"{secrets.token_hex(8)}-{uuid4()}-000000"
