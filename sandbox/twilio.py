"""A double of Twilio: accounts and numbers, texts on their way, opt-outs, signed webhooks.

It does what Twilio's documentation says, not what our code expects; `twilio_rest` is its API, `twilio_numbers` the part
that says where webhooks go, `phones` its customers. An address may be on a network: `whatsapp:+15005550101`.

    twilio = Twilio([Account(sid, auth_token, lines=[Line("+15005550006", "Support", webhook)])])
    with serving(twilio) as base_url: ...      # the API; `providers` serves it together with the phones
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urlencode
from xml.etree import ElementTree as ET

import httpx
from pydantic import BaseModel
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

from sandbox.double import Fault, write_whole
from sandbox.fetched import Fetched, UnfetchedError, fetch
from sandbox.twilio_numbers import number_routes
from sandbox.twilio_rest import ApiError, answer_error, is_address, network_of, rest_routes
from switchboard.gsm7 import segments

WEBHOOK_SECONDS = 15
"""Twilio gives a webhook this long in all, retries included."""

STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "YES", "UNSTOP"}
HELP = {"HELP", "INFO"}
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


WINDOW = timedelta(hours=24)
"""How long after a customer's last message WhatsApp takes a free text."""


MMS_LIMIT, NETWORK_LIMIT = 5_000_000, 16_000_000
"""Bytes of all that goes with a picture message, and of a file on WhatsApp."""


@dataclass
class Line:
    """A number of ours and where its messages go; no webhook, no call. The fallback is called where that fails."""

    number: str
    name: str
    webhook: str | None = None
    fallback: str | None = None


@dataclass
class Service:
    """A Messaging Service: the number that it sends from, and where it says that messages go."""

    number: str
    webhook: str | None = None
    fallback: str | None = None
    status_callback: str | None = None


@dataclass
class Account:
    """A Twilio account; `services` are its Messaging Services (MG…)."""

    sid: str
    auth_token: str
    lines: list[Line] = field(default_factory=list)
    api_keys: dict[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)


class Phone(BaseModel):
    """A customer's phone. While it is off nothing can be delivered to it."""

    number: str
    name: str
    on: bool = True


class Text(BaseModel):
    """A message in either direction, and how it fared."""

    sid: str
    account_sid: str
    sender: str
    recipient: str
    body: str
    direction: Literal["inbound", "outbound-api", "outbound-reply"]
    status: str
    created: datetime
    sent: datetime | None = None
    delivered: datetime | None = None
    service: str | None = None
    status_callback: str | None = None
    error: int | None = None
    media: list[str] = []
    names: list[str] = []
    """What our side calls files of ours."""
    deleted_media: set[str] = set()
    webhook: str | None = None
    """What our webhook said to an inbound text: its status code, or Twilio's error code for no answer at all."""

    @property
    def segments(self) -> int:
        return segments(self.body)

    @property
    def media_sids(self) -> dict[str, str]:
        """The content types of the media that nobody has deleted, by their ids."""
        sids = {f"ME{self.sid[2:-2]}{n:02x}": content_type for n, content_type in enumerate(self.media)}
        return {sid: content_type for sid, content_type in sids.items() if sid not in self.deleted_media}


class State(BaseModel):
    """What survives a restart."""

    phones: dict[str, Phone] = {}
    texts: list[Text] = []
    stopped: set[tuple[str, str]] = set()
    """Pairs of our number and a customer's."""


class Twilio:
    """The double. All of it runs in one event loop; `app` serves it."""

    def __init__(
        self,
        accounts: Sequence[Account],
        *,
        state_file: Path | None = None,
        advanced_opt_out: bool = False,
        transit: timedelta = timedelta(0),
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.accounts = {account.sid: account for account in accounts}
        self.state = _load(state_file)
        self.faults: list[Fault] = []
        self.fetched: dict[str, Fetched] = {}
        """The files that came from us, by their ids, until the end of the process."""
        self._state_file = state_file
        self._advanced_opt_out = advanced_opt_out
        self._transit = transit.total_seconds()
        self._new_id = new_id
        self._now = now
        self._client = client or httpx.AsyncClient(timeout=httpx.Timeout(WEBHOOK_SECONDS, connect=5), trust_env=False)
        self._under_way: set[asyncio.Task[None]] = set()
        self._losing = 0
        self.on_change: Callable[[Text], None] = lambda _text: None
        """Told of every text that is new or has changed."""
        self.app = Starlette(
            routes=[*rest_routes(self), *number_routes(self)],
            exception_handlers={ApiError: answer_error},
            lifespan=self.lifespan,
        )

    # Customers

    def add_phone(self, number: str, name: str) -> Phone:
        """Add a phone or rename it; raises `ValueError` if the number is not E.164 or ours."""
        if not is_address(number) or self.line(number) is not None:
            raise ValueError("a phone needs a number such as +15005550101 that is none of the accounts'")
        known = self.state.phones.get(number)
        phone = Phone(number=number, name=name or number, on=known.on if known else True)
        self.state.phones[number] = phone
        self._save()
        return phone

    def switch(self, number: str, *, on: bool) -> None:
        """Switch a phone on or off."""
        self.state.phones[number].on = on
        self._save()

    def text(self, sender: str, recipient: str, body: str, media: Sequence[str] = ()) -> Text:
        """Text from a phone to one of our numbers; `media` are content types. The webhook follows by itself."""
        found = self.line(recipient)
        if found is None:
            raise ValueError("nobody has this number")
        account, line = found
        if sender not in self.state.phones:
            self.add_phone(sender, sender)
        text = self._record(account, sender, recipient, body, "inbound", "received", media=list(media))
        self._start(self._receive(account, line, text))
        return text

    def line(self, number: str) -> tuple[Account, Line] | None:
        """Return our number and whose it is."""
        found = ((account, line) for account in self.accounts.values() for line in account.lines)
        return next((pair for pair in found if pair[1].number == number), None)

    # The API's side

    def accept(
        self,
        account: Account,
        sender: str,
        recipient: str,
        body: str,
        service: str | None = None,
        status_callback: str | None = None,
        media: Sequence[str] = (),
    ) -> Text:
        """Take a message that the API has found valid; it is sent by itself."""
        status = "accepted" if service else "queued"
        text = self._record(account, sender, recipient, body, "outbound-api", status)
        text.service, text.status_callback = service, status_callback
        if media:
            text.sid = f"MM{text.sid[2:]}"
            text.media = ["application/octet-stream"] * len(media)  # until they are fetched
        self._start(self._deliver(account, text, media))
        return text

    def fail_next(self, fault: Fault, times: int = 1) -> None:
        """Make the next sends fail in this way."""
        self.faults.extend([fault] * times)

    def lose_webhooks(self, times: int) -> None:
        """Bring the next messages to nobody: neither to their webhook nor to its fallback."""
        self._losing = times

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    # On the way

    async def _receive(self, account: Account, line: Line, text: Text) -> None:
        opt_out = self._apply_keyword(account, text)
        if line.webhook is None:
            return
        if self._losing:
            self._losing -= 1
            text.webhook = "11200"
            return
        fields = self._inbound_fields(text) | ({"OptOutType": opt_out} if opt_out and self._advanced_opt_out else {})
        answer = await self._call(account, line.webhook, fields)
        text.webhook = "11200" if answer is None else str(answer.status_code)
        if line.fallback and (answer is None or not answer.is_success):
            why = {"ErrorCode": "11200", "ErrorUrl": urldefrag(line.webhook).url}
            answer = await self._call(account, line.fallback, fields | why)
        self._changed(text)
        for reply in _replies(answer):
            self._reply(account, text, reply)

    async def _fetch_media(self, text: Text, media: Sequence[str]) -> int | None:
        """Fetch what goes along; returns the code of what is wrong with it."""
        try:
            files = [await fetch(self._client, url, NETWORK_LIMIT) for url in media]
        except UnfetchedError:
            return 11200
        is_network = network_of(text.recipient) is not None
        if (is_network and len(files) > 1) or (not is_network and sum(len(f.content) for f in files) > MMS_LIMIT):
            return 11751
        text.media, text.names = [file.content_type for file in files], [file.name for file in files]
        self.fetched |= dict(zip(text.media_sids, files, strict=True))
        return None

    async def _deliver(self, account: Account, text: Text, media: Sequence[str] = ()) -> None:
        if wrong := await self._fetch_media(text, media) if media else None:
            text.error = wrong
            await self._advance(account, text, "failed")
            return
        if self._is_outside_window(text):
            text.error = 63016
            await self._advance(account, text, "failed")
            return
        await self._advance(account, text, "sent")
        await asyncio.sleep(self._transit)
        phone = self.state.phones.get(text.recipient) or self.add_phone(text.recipient, text.recipient)
        if phone.on:
            await self._advance(account, text, "delivered")
        else:
            text.error = 30003
            await self._advance(account, text, "undelivered")

    def _is_outside_window(self, text: Text) -> bool:
        """Whether the network takes no free text any more; only WhatsApp has such a rule."""
        if network_of(text.recipient) != "whatsapp":
            return False
        theirs = (t for t in self.state.texts if (t.sender, t.recipient) == (text.recipient, text.sender))
        return all(self._now() - t.created > WINDOW for t in theirs)

    async def _advance(self, account: Account, text: Text, status: str) -> None:
        """Move an outbound text on and tell the status callback, which is never told of the initial status."""
        text.status = status
        if status == "sent":
            text.sent = self._now()
        elif status == "delivered":
            text.delivered = self._now()
        self._changed(text)
        if text.status_callback:
            await self._call(account, text.status_callback, _callback_fields(text))

    def _apply_keyword(self, account: Account, text: Text) -> str | None:
        """Do what Twilio does with STOP, START and HELP by itself; returns its OptOutType.

        On WhatsApp and RCS it does nothing.
        """
        if network_of(text.recipient):
            return None
        word, pair = text.body.strip().upper(), (text.recipient, text.sender)
        stopped = pair in self.state.stopped
        if word in STOP:
            self.state.stopped.add(pair)
            return self._answer_keyword(account, text, "STOP", None if stopped else STOPPED)
        if word in START and (stopped or word != "YES"):
            self.state.stopped.discard(pair)
            return self._answer_keyword(account, text, "START", STARTED if stopped else None)
        if word in HELP:
            return self._answer_keyword(account, text, "HELP", None if stopped else HELPED)
        return None

    def _answer_keyword(self, account: Account, text: Text, kind: str, reply: str | None) -> str:
        if reply:
            self._reply(account, text, reply)
        return kind

    def _reply(self, account: Account, text: Text, body: str) -> None:
        reply = self._record(account, text.recipient, text.sender, body, "outbound-reply", "delivered")
        reply.sent = reply.delivered = reply.created
        self._changed(reply)

    async def _call(self, account: Account, url: str, fields: dict[str, str]) -> httpx.Response | None:
        """Call a webhook; None if it did not answer. Only a failure to connect is tried again, and once."""
        url = urldefrag(url).url  # the fragment holds connection overrides and is Twilio's own
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "user-agent": "TwilioProxy/1.1",
            "i-twilio-idempotency-token": self._new_id(),
            "x-twilio-signature": RequestValidator(account.auth_token).compute_signature(url, fields),
        }
        request = httpx.Request("POST", url, headers=headers, content=urlencode(fields).encode())
        try:
            async with asyncio.timeout(WEBHOOK_SECONDS):
                try:
                    return await self._client.send(request)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    return await self._client.send(request)
        except (httpx.HTTPError, TimeoutError):
            return None

    def _inbound_fields(self, text: Text) -> dict[str, str]:
        places = {f"{end}{place}": "" for end in ("From", "To") for place in ("City", "State", "Zip")}
        media_url = f"https://api.twilio.com/2010-04-01/Accounts/{text.account_sid}/Messages/{text.sid}/Media/"
        media = {f"MediaContentType{n}": content_type for n, content_type in enumerate(text.media)}
        media |= {f"MediaUrl{n}": media_url + sid for n, sid in enumerate(text.media_sids)}
        return {
            **(self._network_fields(text) if network_of(text.sender) else places),
            "FromCountry": "US" if text.sender.startswith("+1") else "",
            "ToCountry": "US" if text.recipient.startswith("+1") else "",
            "MessageSid": text.sid,
            "SmsMessageSid": text.sid,
            "SmsSid": text.sid,
            "SmsStatus": "received",
            "AccountSid": text.account_sid,
            "From": text.sender,
            "To": text.recipient,
            "Body": text.body,
            "NumMedia": str(len(text.media)),
            "NumSegments": str(text.segments),
            "ApiVersion": "2010-04-01",
            **media,
        }

    def _network_fields(self, text: Text) -> dict[str, str]:
        """What WhatsApp tells of a customer."""
        name, number = self.state.phones[text.sender].name, text.sender.partition("+")[2]
        who = {"WaId": number, "ExternalUserId": f"whatsapp:ID.{number}"} if text.sender.startswith("whatsapp:") else {}
        return {"ProfileName": name, "MessageType": "text", **who}

    # Bookkeeping

    def _record(
        self,
        account: Account,
        sender: str,
        recipient: str,
        body: str,
        direction: Literal["inbound", "outbound-api", "outbound-reply"],
        status: str,
        media: Sequence[str] = (),
    ) -> Text:
        text = Text(
            sid=("MM" if media else "SM") + self._new_id(),
            account_sid=account.sid,
            sender=sender,
            recipient=recipient,
            body=body,
            direction=direction,
            status=status,
            created=self._now(),
            media=list(media),
        )
        if direction == "inbound":
            text.sent = text.created  # as it is listed
        self.state.texts.append(text)
        self._changed(text)
        return text

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _changed(self, text: Text) -> None:
        self._save()
        self.on_change(text)

    def _save(self) -> None:
        if self._state_file is not None:
            write_whole(self._state_file, self.state.model_dump_json())

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Give up what is under way in the end."""
        yield
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._client.aclose()


def _load(path: Path | None) -> State:
    if path is None or not path.exists():
        return State()
    return State.model_validate_json(path.read_text(encoding="utf-8"))


def _callback_fields(text: Text) -> dict[str, str]:
    fields = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": text.account_sid,
        "From": text.sender,
        "To": text.recipient,
        "MessageStatus": text.status,
        "SmsStatus": text.status,
        "ApiVersion": "2010-04-01",
    }
    return fields if text.error is None else fields | {"ErrorCode": str(text.error)}


def _replies(answer: httpx.Response | None) -> list[str]:
    """Return what a webhook's answer texts to the customer: TwiML's messages, or the whole of a text/plain body."""
    if answer is None or not answer.is_success or not answer.text:
        return []
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind == "text/plain":
        return [answer.text]
    if kind not in {"text/xml", "application/xml"}:
        return []
    try:
        twiml = ET.fromstring(answer.text)  # noqa: S314  # our own webhook's answer
    except ET.ParseError:
        return []
    return ["".join(message.itertext()) for message in twiml.iter("Message")]
