"""A double of Meta: WhatsApp numbers, pages and Instagram accounts, their customers, and the part of Graph that sends.

It does what Meta's documentation says, not what our code expects. Webhooks are signed over escaped Unicode, as Meta's.

    meta = Meta(App("app secret", "access token", [Line("whatsapp", "1065403522", "http://…/social/whatsapp/x")]))
    with serving(meta) as base_url: ...
"""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from sandbox.double import Double, Fault, Note
from sandbox.fetched import Fetched, UnfetchedError
from sandbox.files import content_of, kind_of, name_of

Product: TypeAlias = Literal["whatsapp", "messenger", "instagram"]

WINDOW = timedelta(hours=24)
TEXT_LIMITS: Mapping[Product, int] = {"whatsapp": 4096, "messenger": 2000, "instagram": 1000}
"""Characters; Instagram: bytes."""
WHATSAPP_FILES = {"image": 5_000_000, "video": 16_000_000, "audio": 16_000_000, "document": 100_000_000}
MESSENGER_FILES = dict.fromkeys(("image", "video", "audio", "file"), 25_000_000)
INSTAGRAM_FILES = {"image": 8_000_000, "video": 25_000_000, "audio": 25_000_000}
"""Bytes, by how the product calls a file."""
FIELDS = frozenset(
    {
        "messages",
        "messaging_postbacks",
        "messaging_seen",
        "message_edits",
        "message_reactions",
        "message_echoes",
        "message_deliveries",
        "message_reads",
        "messaging_referrals",
        "standby",
    }
)
"""What the app is set up for, so what it can subscribe to."""
CDN, LOOKASIDE = "https://scontent-fra5-1.xx.fbcdn.net", "https://lookaside.fbsbx.com"
_OBJECTS: Mapping[Product, str] = {
    "whatsapp": "whatsapp_business_account",
    "messenger": "page",
    "instagram": "instagram",
}
_OUTSIDE_WINDOW: Mapping[Product, tuple[int, int | None]] = {
    "whatsapp": (131047, None),
    "messenger": (10, 2018278),
    "instagram": (10, 2534022),
}


@dataclass
class Line:
    """Our end of a product: a phone number's, page's or Instagram account's id, and where its webhooks go."""

    product: Product
    id: str
    webhook: str | None = None
    name: str = ""
    business: str = ""
    """The business account of a phone number, which is what apps subscribe to."""
    subscribed: set[str] | None = field(default_factory=lambda: set(FIELDS))
    """The fields that our app is told of; None while it is not subscribed, and then no webhook is called."""


@dataclass
class App:
    """An app of ours at Meta, with the token that all its lines send with."""

    secret: str
    access_token: str
    lines: list[Line] = field(default_factory=list)


class GraphError(Exception):
    """An error as the Graph API answers it."""

    def __init__(self, status: int, code: int, message: str, subcode: int | None = None) -> None:
        super().__init__(message)
        detail = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A0"}
        self.answer = JSONResponse({"error": detail | ({"error_subcode": subcode} if subcode else {})}, status)


class Meta(Double):
    """The double."""

    def __init__(
        self,
        app: App,
        *,
        client: httpx.AsyncClient | None = None,
        now: Callable[[], datetime] | None = None,
        new_id: Callable[[], str] | None = None,
        state_file: Path | None = None,
    ) -> None:
        routes = [
            Route("/{version}/{line}/messages", self._send, methods=["POST"]),
            Route("/{version}/{line}/subscribed_apps", self._subscriptions, methods=["GET", "POST"]),
            Route("/whatsapp_business/attachments/", self._serve_whatsapp, methods=["GET"]),
            Route("/v/{file}", self._serve, methods=["GET"]),
            Route("/{version}/{file}", self._describe, methods=["GET"]),
        ]
        ends = {line.id: line.name for line in app.lines}
        super().__init__(routes, ends, client=client, now=now, new_id=new_id, state_file=state_file)
        self._app = app
        self._lines = {line.id: line for line in app.lines}

    # Customers

    async def subscribe(self, line: str, verify_token: str, challenge: str) -> bool:
        """Ask our webhook whether it is ours, as Meta does when it is registered; returns whether it said so."""
        query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
        answer = await self.fetch(f"{self._lines[line].webhook}?{urlencode(query)}")
        return answer.status_code == HTTPStatus.OK and answer.text == challenge

    def unsubscribe(self, line: str) -> None:
        """Tell our app of nothing any more, as Meta does after an hour of failures."""
        self._lines[line].subscribed = None

    @override
    def text(self, customer: str, line: str, body: str, /, answers: str | None = None) -> str:
        note = self.record_inbound(customer, line, body)
        if self._lines[line].product == "whatsapp":
            context = {"context": {"from": line, "id": answers}} if answers else {}
            self._tell_message(note, {"id": note.id, "type": "text", "text": {"body": body}, **context})
        else:
            reply = {"reply_to": {"mid": answers}} if answers else {}
            self._tell_event(note, {"message": {"mid": note.id, "text": body, **reply}})
        return note.id

    @override
    def send_file(self, customer: str, line: str, content_type: str, words: str = "", /) -> str:
        note, kind = self.record_inbound(customer, line, words, content_type), kind_of(content_type)
        if self._lines[line].product == "whatsapp":
            named = {"filename": name_of(content_type)} if kind == "file" else {}
            file = {"id": self.file_id(note), "mime_type": content_type, **named}
            shown_as = "document" if kind == "file" else kind
            said = {"caption": words} if words else {}
            self._tell_message(note, {"id": note.id, "type": shown_as, shown_as: file | said})
        else:
            attachment = {"type": kind, "payload": {"url": f"{CDN}/v/{self.file_id(note)}?oe=1"}}
            said = {"text": words} if words else {}
            self._tell_event(note, {"message": {"mid": note.id, "attachments": [attachment], **said}})
        return note.id

    def react(self, customer: str, line: str, target: str, emoji: str) -> None:
        """Put an emoji to a message, or take it off again (an empty one)."""
        note = self.note(target)
        note.reaction = emoji
        if self._lines[line].product == "whatsapp":
            reaction = {"message_id": target, "emoji": emoji}
            self._tell_message(note, {"id": self.new_message_id(line), "type": "reaction", "reaction": reaction})
        else:
            action = {"action": "react", "emoji": emoji} if emoji else {"action": "unreact"}
            self._tell_event(note, {"reaction": {"mid": target, **action}}, sender=customer)

    def edit(self, target: str, body: str) -> None:
        """Change a message of the customer's (WhatsApp and Messenger have it)."""
        note = self.note(target)
        note.body = body
        if self._lines[note.account].product == "whatsapp":
            new = {"original_message_id": target, "message": {"type": "text", "text": {"body": body}}}
            self._tell_message(note, {"id": self.new_message_id(note.account), "type": "edit", "edit": new})
        else:
            self._tell_event(note, {"message_edit": {"mid": target, "text": body, "num_edit": 1}})

    def delete(self, target: str) -> None:
        """Take a message of the customer's back: on Instagram that comes with the same id."""
        note = self.note(target)
        note.status = "deleted"
        if self._lines[note.account].product == "whatsapp":
            revoked = {"type": "revoke", "revoke": {"original_message_id": target}}
            self._tell_message(note, {"id": self.new_message_id(note.account), **revoked})
        else:
            self._tell_event(note, {"message": {"mid": target, "is_deleted": True}})

    def read(self, target: str) -> None:
        """See a message of ours."""
        note = self.note(target)
        note.status = "read"
        product = self._lines[note.account].product
        if product == "whatsapp":
            self._tell_status(note, {})
        elif product == "messenger":
            self._tell_event(note, {"read": {"watermark": _milliseconds(self.now())}}, sender=note.customer)
        else:
            self._tell_event(note, {"read": {"mid": target}}, sender=note.customer)

    # The API's side

    async def _send(self, request: Request) -> Response:
        fault = self.take_fault()
        try:
            line = self._authenticate(request)
            _fail(line.product, fault)
            answer = await self._accept(line, await request.json())
        except GraphError as error:
            return error.answer
        return await self.spoil(fault, request, answer)

    async def _describe(self, request: Request) -> Response:
        """Where a file of WhatsApp's is, for the next five minutes."""
        try:
            self._check_token(request)
        except GraphError as error:
            return error.answer
        file_id = request.path_params["file"]
        if (note := self.file(file_id)) is None:
            return GraphError(HTTPStatus.BAD_REQUEST, 100, "Unsupported get request. Object does not exist", 33).answer
        content = content_of(note.file)
        described = {"mime_type": note.file, "sha256": sha256(content).hexdigest(), "file_size": len(content)}
        url = f"{LOOKASIDE}/whatsapp_business/attachments/?mid={file_id}"
        return JSONResponse({"messaging_product": "whatsapp", "id": file_id, "url": url, **described})

    async def _serve_whatsapp(self, request: Request) -> Response:
        """The side of lookaside.fbsbx.com, which wants the token too."""
        if request.headers.get("authorization") != f"Bearer {self._app.access_token}":
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        return self._content(request.query_params.get("mid", ""))

    async def _serve(self, request: Request) -> Response:
        """The CDN's side: whoever knows the URL may have the file."""
        return self._content(request.path_params["file"])

    def _content(self, file_id: str) -> Response:
        note = self.file(file_id)
        if note is None:
            return Response("URL signature expired", HTTPStatus.FORBIDDEN)
        return Response(content_of(note.file), media_type=note.file)

    def _check_token(self, request: Request) -> None:
        """Check the token, and the proof that the caller has the app's secret."""
        if request.headers.get("authorization") != f"Bearer {self._app.access_token}":
            raise GraphError(HTTPStatus.UNAUTHORIZED, 190, "Invalid OAuth access token")
        if request.query_params.get("appsecret_proof") != self._sign(self._app.access_token.encode()):
            raise GraphError(HTTPStatus.BAD_REQUEST, 100, "Invalid appsecret_proof provided in the API argument")

    def _authenticate(self, request: Request) -> Line:
        """Check the caller, and find the line that the call is about."""
        self._check_token(request)
        node = request.path_params["line"]
        line = self._lines.get(node) or next((one for one in self._lines.values() if one.business == node), None)
        if line is None:
            raise GraphError(HTTPStatus.BAD_REQUEST, 100, "Unsupported post request. Object does not exist", 33)
        return line

    async def _subscriptions(self, request: Request) -> Response:
        """Show, or change, what our app is told of a page or an account."""
        try:
            line = self._authenticate(request)
        except GraphError as error:
            return error.answer
        if request.method == "POST":
            wanted = request.query_params.get("subscribed_fields")
            line.subscribed = set(wanted.split(",")) & FIELDS if wanted else set(FIELDS)
            return JSONResponse({"success": True})
        app: dict[str, Any] = {"id": "1", "name": "Switchboard", "subscribed_fields": sorted(line.subscribed or ())}
        if line.product == "whatsapp":
            app = {"whatsapp_business_api_data": {"id": "1", "name": "Switchboard"}}
        return JSONResponse({"data": [] if line.subscribed is None else [app]})

    async def _accept(self, line: Line, document: Mapping[str, Any]) -> Response:
        if line.product == "whatsapp":
            return await self._accept_whatsapp(line, document)
        return await self._accept_page(line, document)

    async def _accept_whatsapp(self, line: Line, document: Mapping[str, Any]) -> Response:
        customer = str(document.get("to") or document.get("recipient") or "").lstrip("+")
        body = str(document.get("text", {}).get("body", ""))
        if document.get("messaging_product") != "whatsapp" or not customer:
            raise GraphError(HTTPStatus.BAD_REQUEST, 100, "Invalid parameter")
        kind = str(document.get("type", "text"))
        file = None if kind == "text" else await self._file_of(WHATSAPP_FILES, kind, document.get(kind, {}).get("link"))
        if file and kind == "document":
            file = replace(file, name=str(document[kind].get("filename") or "Untitled"))
        note = self._outbound(line, customer, body, len(body), file)
        self.start(self._carry(note, {"biz_opaque_callback_data": document.get("biz_opaque_callback_data")}))
        contact = {"input": customer, "wa_id": customer}
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": note.id}]})

    async def _file_of(self, limits: Mapping[str, int], kind: str, url: object) -> Fetched:
        """Fetch a file as Meta does, which can't do without."""
        if kind not in limits:
            raise GraphError(HTTPStatus.BAD_REQUEST, 100, "Param type must be one of …")
        try:
            file = await self.take_file(url, limits[kind])
        except UnfetchedError as error:
            raise GraphError(HTTPStatus.BAD_REQUEST, 131053, "Media upload error") from error
        if kind not in {"document", "file"} and not file.content_type.startswith(f"{kind}/"):
            raise GraphError(HTTPStatus.BAD_REQUEST, 131053, "Media upload error")
        return file

    async def _accept_page(self, line: Line, document: Mapping[str, Any]) -> Response:
        customer = str(document.get("recipient", {}).get("id", ""))
        message = document.get("message", {})
        body = str(message.get("text", ""))
        if line.product == "messenger" and document.get("messaging_type") not in {"RESPONSE", "UPDATE", "MESSAGE_TAG"}:
            raise GraphError(HTTPStatus.BAD_REQUEST, 100, "Param messaging_type must be one of …")
        size = len(body.encode()) if line.product == "instagram" else len(body)
        attachment, file = message.get("attachment"), None
        if attachment and body:
            raise GraphError(HTTPStatus.BAD_REQUEST, 100, "Message cannot have both text and attachment")
        if attachment:
            limits = INSTAGRAM_FILES if line.product == "instagram" else MESSENGER_FILES
            file = await self._file_of(limits, str(attachment.get("type")), attachment.get("payload", {}).get("url"))
        note = self._outbound(line, customer, body, size, file)
        self.start(self._echo(note, message.get("metadata") if line.product == "messenger" else None))
        return JSONResponse({"recipient_id": customer, "message_id": note.id})

    def _outbound(self, line: Line, customer: str, body: str, size: int, file: Fetched | None) -> Note:
        """Check a send as Meta does, and take it."""
        last = self.last_inbound(line.id, customer)
        if not (body or file) or size > TEXT_LIMITS[line.product]:
            raise GraphError(
                HTTPStatus.BAD_REQUEST, 100, "Length of param text must be less than or equal to the limit"
            )
        if last is None or self.now() - last > WINDOW:
            code, subcode = _OUTSIDE_WINDOW[line.product]
            raise GraphError(HTTPStatus.BAD_REQUEST, code, "This message is sent outside of allowed window.", subcode)
        if (line.id, customer) in self.blocked:
            code = 131026 if line.product == "whatsapp" else 551
            raise GraphError(HTTPStatus.BAD_REQUEST, code, "This person isn't available right now.")
        note = Note(self.new_message_id(line.id), line.id, customer, body, inbound=False, at=self.now())
        if file:
            self.keep_file(note, file)
        self.keep(note)
        return note

    async def _carry(self, note: Note, mark: dict[str, Any]) -> None:
        """A WhatsApp message on its way: each status is told."""
        for status in ("sent", "delivered"):
            note.status = status
            await self._post(note, self._change(note, {"statuses": [self._status(note, mark)]}))

    async def _echo(self, note: Note, metadata: str | None) -> None:
        """Meta tells pages and Instagram accounts what was written in their name, and pages what arrived."""
        message = {"mid": note.id, "text": note.body, "is_echo": True, "app_id": 1}
        message |= {"metadata": metadata} if metadata else {}
        await self._post(note, self._messaging(note, {"message": message}, note.account))
        note.status = "delivered"
        self.changed(note)
        if self._lines[note.account].product == "messenger":
            delivery = {"mids": [note.id], "watermark": _milliseconds(self.now())}
            await self._post(note, self._messaging(note, {"delivery": delivery}, note.customer))

    # Webhooks

    def _tell_message(self, note: Note, message: dict[str, Any]) -> None:
        about = {"from": note.customer, "timestamp": str(int(self.now().timestamp()))}
        contact = {"profile": {"name": note.customer}, "wa_id": note.customer}
        value = {"contacts": [contact], "messages": [about | message]}
        self.start(self._post(note, self._change(note, value)))

    def _tell_status(self, note: Note, mark: dict[str, Any]) -> None:
        self.start(self._post(note, self._change(note, {"statuses": [self._status(note, mark)]})))

    def _tell_event(self, note: Note, event: dict[str, Any], sender: str | None = None) -> None:
        self.start(self._post(note, self._messaging(note, event, sender or note.customer)))

    def _status(self, note: Note, mark: dict[str, Any]) -> dict[str, Any]:
        stamp = str(int(self.now().timestamp()))
        return {"id": note.id, "status": note.status, "timestamp": stamp, "recipient_id": note.customer, **mark}

    def _change(self, note: Note, value: dict[str, Any]) -> dict[str, Any]:
        metadata = {"display_phone_number": note.account, "phone_number_id": note.account}
        whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        return {"id": "waba", "changes": [{"field": "messages", "value": whole}]}

    def _messaging(self, note: Note, event: dict[str, Any], sender: str) -> dict[str, Any]:
        recipient = note.account if sender == note.customer else note.customer
        stamp = _milliseconds(self.now())
        ends = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": stamp}
        return {"id": note.account, "time": stamp, "messaging": [ends | event]}

    async def _post(self, note: Note, entry: dict[str, Any]) -> None:
        ours = self._lines[note.account]
        if ours.subscribed is None:
            return
        body = json.dumps({"object": _OBJECTS[ours.product], "entry": [entry]}).encode()
        await self.call(ours.webhook, body, {"x-hub-signature-256": f"sha256={self._sign(body)}"}, note)

    # Bookkeeping

    @override
    def new_message_id(self, account: str) -> str:
        prefix = {"whatsapp": "wamid.", "messenger": "m_", "instagram": "aWdf"}[self._lines[account].product]
        return prefix + self.new_id()

    def _sign(self, message: bytes) -> str:
        return hmac.digest(self._app.secret.encode(), message, sha256).hex()


def _fail(product: Product, fault: Fault | None) -> None:
    if fault == "throttled":
        raise GraphError(HTTPStatus.BAD_REQUEST, 130429 if product == "whatsapp" else 613, "Rate limit hit")
    if fault == "error":
        raise GraphError(HTTPStatus.INTERNAL_SERVER_ERROR, 131000, "Something went wrong")


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
