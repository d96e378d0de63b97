"""Sending through the LINE Messaging API: a reply while its token lives, else a push (rule LN-2).

https://developers.line.biz/en/reference/messaging-api/#send-push-message. A push carries a key made of the message's
own ids, by which LINE recognises a repetition: so a push whose result is unknown may simply be sent again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import NAMESPACE_URL, UUID, uuid5

from switchboard.channels import Secret
from switchboard.channels.length import cut_utf16
from switchboard.channels.line.credentials import credential
from switchboard.channels.payload import child, ident, items, key, text
from switchboard.channels.rest import Answer, Api, failure, no_id
from switchboard.errors import SecretMissingError, SendError, SendRefusedError
from switchboard.instant import system_clock
from switchboard.message import Outgoing, OutgoingFile, Sent

API = "https://api.line.me"
TEXT_LIMIT = 5000
"""UTF-16 code units."""
REPLY_WITHIN = timedelta(seconds=50)
"""LINE takes a reply token for a minute after the webhook."""


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "LineSender":
    """Make a sender; `base_url` stands in for api.line.me. Raises `SecretMissingError`."""
    token = credential(secret, "channel_access_token")
    if token is None:
        raise SecretMissingError("this account's secret needs channel_access_token")
    return LineSender(Api(base_url or API, timeout, {"authorization": f"Bearer {token}"}))


class LineSender:
    """One LINE Official Account; implements `channels.Sender`."""

    def __init__(self, api: Api, clock: Callable[[], datetime] = system_clock) -> None:
        self._api, self._clock = api, clock

    def send(self, outgoing: Outgoing) -> Sent:
        """Send words and pictures: an acknowledgement as the reply while its token lives, all else as a push.

        A reply has no key by which LINE knows a copy, so only what is never repeated goes as one.
        """
        words = [{"type": "text", "text": cut_utf16(outgoing.text, TEXT_LIMIT)}] if outgoing.text else []
        messages = [*words, *map(_picture, outgoing.files)]
        if outgoing.automatic and outgoing.reply_token and self._is_fresh(outgoing.asked_at):
            reply = {"replyToken": outgoing.reply_token, "messages": messages}
            answer = self._api.post("/v2/bot/message/reply", reply)
            if answer.status != HTTPStatus.BAD_REQUEST:  # which a used or expired token is
                return self._sent(answer)
        headers = {"x-line-retry-key": str(retry_key(outgoing))}
        return self._sent(
            self._api.post("/v2/bot/message/push", {"to": outgoing.recipient, "messages": messages}, headers)
        )

    def _is_fresh(self, asked_at: datetime | None) -> bool:
        return asked_at is not None and self._clock() - asked_at < REPLY_WITHIN

    def find(self, _outgoing: Outgoing, _since: datetime) -> Sequence[Sent]:
        """Nothing: LINE can't be asked, and need not be."""
        return ()

    def _sent(self, answer: Answer) -> Sent:
        if not answer.is_success and answer.status != HTTPStatus.CONFLICT:  # it has accepted this key before
            raise _failure(answer)
        found = [ident(child({"": message}, ""), "id") for message in items(answer.document, "sentMessages")]
        if not found or found[0] is None:
            raise no_id()
        return Sent(provider_id=key(found[0]), at=self._clock())


def _picture(file: OutgoingFile) -> dict[str, str]:
    """A picture that is its own preview. Telephones fetch it when it is first seen, so its URL must last."""
    return {"type": "image", "originalContentUrl": file.link, "previewImageUrl": file.link}


def retry_key(outgoing: Outgoing) -> UUID:
    """The same for each attempt at a message, and no other message's."""
    return uuid5(NAMESPACE_URL, f"switchboard:{outgoing.conversation_id}/{outgoing.message_id}")


def _failure(answer: Answer) -> SendError:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and "monthly limit" in text(answer.document, "message").lower():
        return SendRefusedError("quota", "the account's messages of this month are used up; nothing was sent")
    return failure(answer.status, str(answer.status))
