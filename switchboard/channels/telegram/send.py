"""Sending through the Telegram Bot API, which can't be asked afterwards what it sent.

https://core.telegram.org/bots/api#sendmessage. The token stands in the URL, so no URL may reach an error or a log.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from switchboard.channels import Secret
from switchboard.channels.length import cut_utf16
from switchboard.channels.payload import at_seconds, child, ident, key, text
from switchboard.channels.rest import Answer, Api, blocked, failure, no_id
from switchboard.channels.telegram.credentials import credential
from switchboard.channels.telegram.files import method_of
from switchboard.errors import SecretMissingError, SendError, SendRefusedError
from switchboard.instant import system_clock
from switchboard.message import Outgoing, Sent

API = "https://api.telegram.org"
TEXT_LIMIT = 4096
"""UTF-16 code units."""


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "TelegramSender":
    """Make a sender; `base_url` stands in for api.telegram.org. Raises `SecretMissingError`."""
    token = credential(secret, "token")
    if token is None:
        raise SecretMissingError("this account's secret needs the bot's token")
    return TelegramSender(Api(f"{(base_url or API).rstrip('/')}/bot{token}", timeout, {}))


class TelegramSender:
    """One bot; implements `channels.Sender`."""

    def __init__(self, api: Api, clock: Callable[[], datetime] = system_clock) -> None:
        self._api, self._clock = api, clock

    def send(self, outgoing: Outgoing) -> Sent:
        """Send a file, or a text as it is, without any markup, so that nothing in it can become some (rule TG-6)."""
        method, content = _content(outgoing)
        answer = self._api.post(f"/{method}", {**_chat(outgoing), **content})
        if not answer.is_success or answer.document.get("ok") is not True:
            raise _failure(answer)
        result = child(answer.document, "result")
        message_id = ident(result, "message_id")
        if message_id is None:
            raise no_id()
        business, _, chat = outgoing.recipient.rpartition(":")
        return Sent(provider_id=key(business, chat, message_id), at=at_seconds(result, "date") or self._clock())

    def find(self, _outgoing: Outgoing, _since: datetime) -> Sequence[Sent]:
        """Nothing: Telegram can't be asked."""
        return ()


def _chat(outgoing: Outgoing) -> dict[str, Any]:
    """A recipient is a chat's id, after the id of the business connection where it came through one."""
    business, _, chat = outgoing.recipient.rpartition(":")
    return {"chat_id": chat, **({"business_connection_id": business} if business else {})}


def _content(outgoing: Outgoing) -> tuple[str, dict[str, Any]]:
    """The method and what is sent by it."""
    if not outgoing.files:
        text = cut_utf16(outgoing.text, TEXT_LIMIT)
        return "sendMessage", {"text": text, "link_preview_options": {"is_disabled": True}}
    (file,) = outgoing.files
    method, parameter = method_of(file.content_type)
    return method, {parameter: file.url}


def _failure(answer: Answer) -> SendError:
    """Telegram's codes are HTTP's; what it means by 403 is in its words."""
    words = text(answer.document, "description").lower()
    if answer.status == HTTPStatus.FORBIDDEN and ("blocked" in words or "deactivated" in words):
        return blocked()
    if ident(child(answer.document, "parameters"), "migrate_to_chat_id"):
        return SendRefusedError("migrated", "the chat is a supergroup with another id now; groups are not answered")
    return failure(answer.status, str(answer.status))
