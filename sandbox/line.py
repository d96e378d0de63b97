"""A double of LINE: Official Accounts, the people who write to them, and the part of the Messaging API that sends.

It does what https://developers.line.biz/en/reference/messaging-api/ says.

    line = Line([Channel("U…", "channel secret", "access token", "http://…/social/line/x")])
    with serving(line) as base_url: ...
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from sandbox.double import Double, Note
from sandbox.fetched import UnfetchedError, is_url
from sandbox.files import content_of, kind_of, name_of

TEXT_LIMIT = 5000
"""UTF-16 code units."""
MOST_MESSAGES = 5
PICTURE_LIMIT, PREVIEW_LIMIT = 10_000_000, 1_000_000
"""Bytes."""
REPLY_TOKEN_LIVES = timedelta(minutes=1)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass
class Channel:
    """An Official Account of ours; `id` is its bot's user id, the `destination` of its webhooks."""

    id: str
    secret: str
    access_token: str
    webhook: str | None = None
    name: str = ""
    active: bool = True
    """Whether webhooks are used: a switch in LINE's console, which no API can turn."""


class Line(Double):
    """The double. A customer is a user's id."""

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        client: httpx.AsyncClient | None = None,
        now: Callable[[], datetime] | None = None,
        state_file: Path | None = None,
    ) -> None:
        routes = [
            Route("/v2/bot/message/push", self._push, methods=["POST"]),
            Route("/v2/bot/message/reply", self._reply, methods=["POST"]),
            Route("/v2/bot/message/{file}/content", self._content, methods=["GET"]),
            Route("/v2/bot/channel/webhook/endpoint", self._endpoint, methods=["GET", "PUT"]),
            Route("/v2/bot/channel/webhook/test", self._test, methods=["POST"]),
        ]
        ends = {channel.id: channel.name for channel in channels}
        super().__init__(routes, ends, client=client, now=now, state_file=state_file)
        self._channels = {channel.id: channel for channel in channels}
        self._reply_tokens: dict[str, tuple[str, str, datetime]] = {}
        self._accepted: dict[str, list[str]] = {}
        """Ids of the messages that a retry key stands for."""

    # Customers

    @override
    def customer(self, number: str) -> str:
        return f"U{sha256(number.encode()).hexdigest()[:32]}"

    @override
    def text(self, customer: str, channel: str, body: str, /, answers: str | None = None) -> str:
        note = self.record_inbound(customer, channel, body)
        message = {"type": "text", "id": note.id, "text": body, "quoteToken": self.new_id()}
        message |= {"quotedMessageId": answers} if answers else {}
        self._tell(note, {"type": "message", "message": message}, replyable=True)
        return note.id

    @override
    def send_file(self, customer: str, channel: str, content_type: str, words: str = "", /) -> str:
        """LINE has no words with a file: they are a message of their own."""
        if words:
            self.text(customer, channel, words)
        note = self.record_inbound(customer, channel, "", content_type)
        kind = kind_of(content_type)
        message: dict[str, Any] = {"type": kind, "id": note.id}
        if kind == "file":
            message |= {"fileName": name_of(content_type), "fileSize": len(content_of(content_type))}
        else:
            message["contentProvider"] = {"type": "line"}
        self._tell(note, {"type": "message", "message": message}, replyable=True)
        return note.id

    @override
    def file_id(self, note: Note) -> str:
        return note.id

    def delete(self, target: str) -> None:
        """Take a message of the customer's back."""
        note = self.note(target)
        note.status = "deleted"
        self._tell(note, {"type": "unsend", "unsend": {"messageId": target}})

    def block(self, customer: str, channel: str, *, blocked: bool = True) -> None:
        """Block an account, or let it in again. Pushes to someone who has are accepted and go nowhere."""
        (self.blocked.add if blocked else self.blocked.discard)((channel, customer))
        note = Note(self.new_id(), channel, customer, "", inbound=True, at=self.now())
        event = {"type": "unfollow"} if blocked else {"type": "follow", "follow": {"isUnblocked": True}}
        self._tell(note, event, replyable=not blocked)

    def give_reply_token(self, token: str, channel: str, customer: str) -> None:
        """Let a webhook have brought this token."""
        self._reply_tokens[token] = (channel, customer, self.now())

    def reply_token(self, channel: str, customer: str) -> str:
        """The last token that a webhook brought for this customer."""
        return [token for token, owner in self._reply_tokens.items() if owner[:2] == (channel, customer)][-1]

    # The API's side

    async def _push(self, request: Request) -> Response:
        channel, document = self._authenticate(request), await request.json()
        key = request.headers.get("x-line-retry-key")
        if channel is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Authentication failed. Confirm that the access token is valid.")
        if key is not None and not _UUID.fullmatch(key):
            return _refuse(HTTPStatus.BAD_REQUEST, "The X-Line-Retry-Key is invalid")
        if key in self._accepted:
            sent = _sent(self._accepted[key])
            return JSONResponse({"message": "The retry key is already accepted", **sent}, HTTPStatus.CONFLICT)
        fault = self.take_fault()
        if fault == "throttled":
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "The API rate limit has been exceeded. Try again later.")
        if fault == "error":
            return _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error")
        return await self.spoil(fault, request, self._accept(channel, str(document.get("to")), document, key))

    async def _reply(self, request: Request) -> Response:
        channel, document = self._authenticate(request), await request.json()
        if channel is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Authentication failed. Confirm that the access token is valid.")
        owner = self._reply_tokens.pop(str(document.get("replyToken")), None)
        if owner is None or owner[0] != channel.id or self.now() - owner[2] > REPLY_TOKEN_LIVES:
            return _refuse(HTTPStatus.BAD_REQUEST, "Invalid reply token")
        return self._accept(channel, owner[1], document, None)

    async def _content(self, request: Request) -> Response:
        channel, note = self._authenticate(request), self.file(request.path_params["file"])
        if channel is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Authentication failed. Confirm that the access token is valid.")
        if note is None or note.account != channel.id:
            return _refuse(HTTPStatus.NOT_FOUND, "Not found")
        return Response(content_of(note.file), media_type=note.file)

    async def _endpoint(self, request: Request) -> Response:
        channel = self._authenticate(request)
        if channel is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Authentication failed. Confirm that the access token is valid.")
        if request.method == "PUT":
            channel.webhook = str((await request.json())["endpoint"])
            return JSONResponse({})
        if channel.webhook is None:
            return _refuse(HTTPStatus.NOT_FOUND, "Not found")
        return JSONResponse({"endpoint": channel.webhook, "active": channel.active})

    async def _test(self, request: Request) -> Response:
        """Call the webhook with no events, and tell how that went."""
        channel = self._authenticate(request)
        if channel is None or channel.webhook is None:
            return _refuse(HTTPStatus.BAD_REQUEST, "Invalid webhook URL")
        before = len(self.answers)
        body, headers = self._signed(channel, [])
        await self.call(channel.webhook, body, headers)
        status = self.answers[before] or 0
        return JSONResponse({"success": status == HTTPStatus.OK, "statusCode": status, "reason": "", "detail": ""})

    def lose_webhook(self, channel: str) -> None:
        """Forget where an account's events go."""
        self._channels[channel].webhook = None

    def _accept(self, channel: Channel, customer: str, document: dict[str, Any], key: str | None) -> Response:
        messages = document.get("messages", [])
        if not 1 <= len(messages) <= MOST_MESSAGES or not all(map(_is_message, messages)):
            return _refuse(HTTPStatus.BAD_REQUEST, "The request body has 1 error(s)")
        status = "blocked" if (channel.id, customer) in self.blocked else "delivered"
        notes = [
            Note(
                self.new_message_id(channel.id),
                channel.id,
                customer,
                str(message.get("text", "")),
                inbound=False,
                at=self.now(),
                status=status,
            )
            for message in messages
        ]
        for note, message in zip(notes, messages, strict=True):
            self.keep(note)
            if message["type"] == "image":
                self.start(self._look_at(note, message))
        if key:
            self._accepted[key] = [note.id for note in notes]
        return JSONResponse(_sent([note.id for note in notes]))

    async def _look_at(self, note: Note, message: dict[str, Any]) -> None:
        """LINE asks for no picture itself: the customer's telephone does, once they see it."""
        with suppress(UnfetchedError):
            await self.take_file(message["previewImageUrl"], PREVIEW_LIMIT)
            self.keep_file(note, await self.take_file(message["originalContentUrl"], PICTURE_LIMIT))
        self.changed(note)

    def _authenticate(self, request: Request) -> Channel | None:
        given = request.headers.get("authorization", "")
        return next((ours for ours in self._channels.values() if given == f"Bearer {ours.access_token}"), None)

    # Webhooks

    def _tell(self, note: Note, event: dict[str, Any], *, replyable: bool = False) -> None:
        now = self.now()
        common = {
            "mode": "active",
            "timestamp": int(now.timestamp() * 1000),
            "source": {"type": "user", "userId": note.customer},
            "webhookEventId": self.new_id(),
            "deliveryContext": {"isRedelivery": False},
        }
        if replyable:
            common["replyToken"] = token = self.new_id()
            self.give_reply_token(token, note.account, note.customer)
        ours = self._channels[note.account]
        body, headers = self._signed(ours, [event | common])
        self.start(self.call(ours.webhook, body, headers, note))

    @staticmethod
    def _signed(ours: Channel, events: list[dict[str, Any]]) -> tuple[bytes, dict[str, str]]:
        body = json.dumps({"destination": ours.id, "events": events}, ensure_ascii=False).encode()
        signature = base64.b64encode(hmac.digest(ours.secret.encode(), body, sha256)).decode()
        return body, {"x-line-signature": signature}

    @override
    def new_message_id(self, _account: str) -> str:
        return str(int(self.new_id(), 16) % 10**18)


def _is_message(message: dict[str, Any]) -> bool:
    if message.get("type") == "image":
        return is_url(message.get("originalContentUrl")) and is_url(message.get("previewImageUrl"))
    return message.get("type") == "text" and _fits(str(message.get("text", "")))


def _fits(body: str) -> bool:
    return 1 <= len(body.encode("utf-16-le")) // 2 <= TEXT_LIMIT


def _sent(ids: Sequence[str]) -> dict[str, Any]:
    return {"sentMessages": [{"id": found, "quoteToken": f"q{found}"} for found in ids]}


def _refuse(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
