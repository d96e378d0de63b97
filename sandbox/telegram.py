"""A double of Telegram: bots, the people who write to them, and the part of the Bot API that sends.

It does what https://core.telegram.org/bots/api says. A webhook is not signed but shows the bot's secret token.

    telegram = Telegram([Bot("123456:…", "secret token", "http://…/social/telegram/x")])
    with serving(telegram) as base_url: ...
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from sandbox.double import Double, Note
from sandbox.fetched import Fetched, UnfetchedError
from sandbox.files import content_of, kind_of, name_of

TEXT_LIMIT = 4096
"""UTF-16 code units."""


_FILES = {"sendPhoto": "photo", "sendDocument": "document", "sendAudio": "audio", "sendVideo": "video"}
"""Methods that send a file, and the parameter that has its URL."""
_TYPES = {
    "photo": ("image/",),
    "document": ("image/gif", "application/pdf", "application/zip"),
    "audio": ("audio/mpeg", "audio/mp4"),
    "video": ("video/mp4",),
}

UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
"""The kinds of updates that this double's people can cause, and those of businesses."""


@dataclass
class Bot:
    """A bot of ours; its account is the number at the beginning of its token."""

    token: str
    secret_token: str
    webhook: str | None = None
    name: str = ""
    allowed_updates: tuple[str, ...] = UPDATES
    failed_at: datetime | None = None
    """When a webhook last failed."""

    @property
    def id(self) -> str:
        return self.token.partition(":")[0]


class Telegram(Double):
    """The double. A customer is a user's id; their private chat with a bot has the same id."""

    def __init__(
        self,
        bots: Sequence[Bot],
        *,
        client: httpx.AsyncClient | None = None,
        now: Callable[[], datetime] | None = None,
        state_file: Path | None = None,
    ) -> None:
        routes = [
            *(Route(f"/bot{{token}}/{method}", self._send, methods=["POST"]) for method in ("sendMessage", *_FILES)),
            Route("/bot{token}/setWebhook", self._set_webhook, methods=["POST"]),
            Route("/bot{token}/getWebhookInfo", self._webhook_info, methods=["GET"]),
            Route("/bot{token}/getFile", self._get_file, methods=["GET", "POST"]),
            Route("/file/bot{token}/documents/{file}", self._serve_file, methods=["GET"]),
        ]
        super().__init__(routes, {bot.id: bot.name for bot in bots}, client=client, now=now, state_file=state_file)
        self._bots = {bot.id: bot for bot in bots}
        last_message = max((int(note.id) for note in self.notes), default=0)
        self._updates, self._messages = count(self._time()), count(last_message + 1)

    # Customers

    @override
    def text(self, customer: str, bot: str, body: str, /, answers: str | None = None) -> str:
        note = self.record_inbound(customer, bot, body)
        replied = {"reply_to_message": self._message(self.note(answers))} if answers else {}
        self._update(bot, {"message": self._message(note) | replied}, note)
        return note.id

    @override
    def send_file(self, customer: str, bot: str, content_type: str, words: str = "", /) -> str:
        note = self.record_inbound(customer, bot, words, content_type)
        self._update(bot, {"message": self._message(note)}, note)
        return note.id

    def edit(self, target: str, body: str) -> None:
        """Change a message of the customer's; a deletion, though, is never told to a bot."""
        note = self.note(target)
        note.body = body
        self._update(note.account, {"edited_message": self._message(note) | {"edit_date": self._time()}}, note)

    def react(self, customer: str, bot: str, target: str, emoji: str) -> None:
        """Put an emoji to a message, or take it off again (an empty one)."""
        note = self.note(target)
        old, note.reaction = note.reaction, emoji
        reaction = {
            "chat": self._chat(customer),
            "message_id": int(target),
            "user": self._user(customer),
            "date": self._time(),
            "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        self._update(bot, {"message_reaction": reaction}, note)

    def block(self, customer: str, bot: str, *, blocked: bool = True) -> None:
        """Stop a bot, or let it in again, in the customer's name."""
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        (self.blocked.add if blocked else self.blocked.discard)((bot, customer))
        old, new = ({"status": status, "user": {"id": int(bot), "is_bot": True}} for status in statuses)
        change = {"chat": self._chat(customer), "from": self._user(customer), "date": self._time()}
        self._update(bot, {"my_chat_member": change | {"old_chat_member": old, "new_chat_member": new}})

    # The API's side

    async def _send(self, request: Request) -> Response:
        bot = self._authenticate(request)
        if bot is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        fault = self.take_fault()
        if fault == "throttled":
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests: retry after 3", {"retry_after": 3})
        if fault == "error":
            return _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
        document, method = await request.json(), request.url.path.rpartition("/")[2]
        try:
            file = await self._file_by_url(method, document) if method in _FILES else None
        except UnfetchedError:
            return _refuse(HTTPStatus.BAD_REQUEST, "Bad Request: failed to get HTTP URL content")
        return await self.spoil(fault, request, self._accept(bot, document, file))

    async def _file_by_url(self, method: str, document: dict[str, Any]) -> Fetched:
        """By URL a document is a GIF, a PDF or a ZIP, a photo has 5 MB and anything else 20."""
        parameter = _FILES[method]
        file = await self.take_file(document.get(parameter), 5_000_000 if parameter == "photo" else 20_000_000)
        if not file.content_type.startswith(_TYPES[parameter]):
            raise UnfetchedError("wrong type of the web page content")
        return file

    def _accept(self, bot: Bot, document: dict[str, Any], file: Fetched | None) -> Response:
        customer, body = str(document.get("chat_id", "")), str(document.get("text", ""))
        if not body.strip() and not file:
            return _refuse(HTTPStatus.BAD_REQUEST, "Bad Request: message text is empty")
        if len(body.encode("utf-16-le")) // 2 > TEXT_LIMIT:
            return _refuse(HTTPStatus.BAD_REQUEST, "Bad Request: message is too long")
        if self.last_inbound(bot.id, customer) is None:
            return _refuse(HTTPStatus.BAD_REQUEST, "Bad Request: chat not found")
        if (bot.id, customer) in self.blocked:
            return _refuse(HTTPStatus.FORBIDDEN, "Forbidden: bot was blocked by the user")
        note = Note(self.new_message_id(bot.id), bot.id, customer, body, inbound=False, at=self.now())
        if file:
            self.keep_file(note, file)
        self.keep(note)
        return JSONResponse({"ok": True, "result": self._message(note)})

    async def _set_webhook(self, request: Request) -> Response:
        bot, document = self._authenticate(request), await request.json()
        if bot is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        bot.webhook, bot.secret_token = document["url"] or None, document.get("secret_token", "")
        bot.allowed_updates = tuple(document.get("allowed_updates", bot.allowed_updates))
        return JSONResponse({"ok": True, "result": True, "description": "Webhook was set"})

    async def _webhook_info(self, request: Request) -> Response:
        bot = self._authenticate(request)
        if bot is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        info = {"url": bot.webhook or "", "has_custom_certificate": False, "pending_update_count": 0}
        if bot.failed_at:
            failure = {"last_error_date": int(bot.failed_at.timestamp()), "last_error_message": "Connection refused"}
            info |= failure
        return JSONResponse({"ok": True, "result": info | {"allowed_updates": bot.allowed_updates}})

    async def _get_file(self, request: Request) -> Response:
        bot, wanted = self._authenticate(request), request.query_params.get("file_id", "")
        note = self.file(wanted)
        if bot is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        if note is None or note.account != bot.id:
            return _refuse(HTTPStatus.BAD_REQUEST, "Bad Request: invalid file_id")
        return JSONResponse({"ok": True, "result": {**self._file(note), "file_path": f"documents/{wanted}"}})

    async def _serve_file(self, request: Request) -> Response:
        bot, note = self._authenticate(request), self.file(request.path_params["file"])
        if bot is None or note is None or note.account != bot.id:
            return _refuse(HTTPStatus.NOT_FOUND, "Not Found")
        return Response(content_of(note.file), media_type="application/octet-stream")

    def lose_webhook(self, bot: str) -> None:
        """Forget where a bot's updates go, as Telegram does after a day of 410."""
        self._bots[bot].webhook = None

    def _authenticate(self, request: Request) -> Bot | None:
        bot = self._bots.get(request.path_params["token"].partition(":")[0])
        return bot if bot and bot.token == request.path_params["token"] else None

    # Webhooks

    def _update(self, bot: str, update: dict[str, Any], note: Note | None = None) -> None:
        ours = self._bots[bot]
        body = json.dumps({"update_id": next(self._updates), **update}).encode()
        self.start(self.call(ours.webhook, body, {"x-telegram-bot-api-secret-token": ours.secret_token}, note))

    def _message(self, note: Note) -> dict[str, Any]:
        bot = {"id": int(note.account), "is_bot": True, "first_name": "Bot"}
        said: dict[str, Any] = {"text": note.body}
        if note.file:
            sent_as, file = self._sent_as(note)
            said = {sent_as: file, **({"caption": note.body} if note.body else {})}
        return {
            "message_id": int(note.id),
            "from": self._user(note.customer) if note.inbound else bot,
            "chat": self._chat(note.customer),
            "date": int(note.at.timestamp()),
            **said,
        }

    def _sent_as(self, note: Note) -> tuple[str, Any]:
        """A photo comes in sizes and without its type; of other files the type is told."""
        if kind_of(note.file) == "image":
            return "photo", [{**self._file(note), "width": 1, "height": 1}]
        named = {"mime_type": note.file, "file_name": name_of(note.file)}
        return "document", {**self._file(note), **named}

    def _file(self, note: Note) -> dict[str, Any]:
        file_id = self.file_id(note)
        return {"file_id": file_id, "file_unique_id": file_id[:8], "file_size": len(content_of(note.file))}

    def _user(self, customer: str) -> dict[str, Any]:
        return {"id": int(customer), "is_bot": False, "first_name": f"Customer {customer}", "language_code": "en"}

    def _chat(self, customer: str) -> dict[str, Any]:
        return {"id": int(customer), "type": "private", "first_name": f"Customer {customer}"}

    def _time(self) -> int:
        return int(self.now().timestamp())

    @override
    def new_message_id(self, _account: str) -> str:
        return str(next(self._messages))


def _refuse(status: int, description: str, parameters: dict[str, int] | None = None) -> Response:
    document = {"ok": False, "error_code": int(status), "description": description}
    return JSONResponse(document | ({"parameters": parameters} if parameters else {}), status)
