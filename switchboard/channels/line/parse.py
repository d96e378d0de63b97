"""From LINE's webhook to events. Pure: nothing is fetched, files stay references.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects. A message's `provider_id` is its message
id, which is what an unsend and a quote name it by and which a redelivery keeps; every other event's is its own id.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from switchboard.channels import Account, Request
from switchboard.channels.inbound import party, read_each, said, silent
from switchboard.channels.line.content import attachments_of, is_understood, words_of
from switchboard.channels.payload import at_milliseconds, child, digest, ident, items, key, need, read_object, text
from switchboard.message import Deletion, Message, Postback, Received, Thread, Unhandled

_Common: TypeAlias = dict[str, Any]
_Element: TypeAlias = dict[str, Any]

_NOTICES = {
    *("join", "leave", "memberJoined", "memberLeft", "beacon", "accountLink", "things", "videoPlayComplete"),
    *("membership", "module", "activated", "deactivated", "botSuspended", "botResumed", "delivery"),
}


def parse(request: Request, account: Account) -> list[Received]:
    """Read every event of a delivery; raises `UnparseableError`. No events is LINE's ping, and no error."""
    document = read_object(request.body)
    common = {"channel": "line", "account": account.key or ident(document, "destination") or ""}
    return read_each(items(document, "events"), lambda event: [_event(event, common)], common)


def _event(event: _Element, common: _Common) -> Received:
    common = common | _frame(event)
    if text(event, "mode") == "standby":  # another module has the conversation; we only look on (rule LN-3)
        return Unhandled(kind="system", **common | {"flags": ("standby",)})
    kind = text(event, "type")
    read = _READERS.get(kind)
    if read:
        return read(event, common)
    return Unhandled(kind="system" if kind in _NOTICES else "unknown", **common)


def _frame(event: _Element) -> _Common:
    """Who, when, and whether in a group, where no machine answers."""
    source = child(event, "source")
    user = ident(source, "userId")
    frame: _Common = {
        "provider_id": key(ident(event, "webhookEventId") or f"event:{digest(event)}"),
        "sent_at": at_milliseconds(event, "timestamp"),
        "sender": party(user) if user else None,
    }
    is_private = text(source, "type") in {"user", ""}
    return frame if is_private else frame | {"flags": ("group",), "auto": silent("group")}


def _message(event: _Element, common: _Common) -> Received:
    message = child(event, "message")
    quoted = ident(message, "quotedMessageId")
    common = common | {
        "provider_id": key(need(message, "id")),
        "thread": Thread(in_reply_to=key(quoted)) if quoted else None,
        "reply_token": text(event, "replyToken") or None,
    }
    words, attachments = words_of(message), attachments_of(message)
    if is_understood(message):
        return said(words, attachments, common)
    return Message(text=words, **common | {"flags": (*common.get("flags", ()), "unsupported")})


def _postback(event: _Element, common: _Common) -> Received:
    """A press on a button of ours; of a date picker, the text is what was picked."""
    postback = child(event, "postback")
    chosen = [value for value in child(postback, "params").values() if isinstance(value, str)]
    return Postback(payload=text(postback, "data"), text=", ".join(chosen), **common)


def _unsend(event: _Element, common: _Common) -> Received:
    return Deletion(target=key(need(child(event, "unsend"), "messageId")), **common)


def _follow(event: _Element, common: _Common) -> Received:
    is_back = child(event, "follow").get("isUnblocked") is True
    return Unhandled(kind="unblock" if is_back else "system", **common)


def _unfollow(_event: _Element, common: _Common) -> Received:
    return Unhandled(kind="block", **common)


_READERS: Mapping[str, Callable[[_Element, _Common], Received]] = {
    "message": _message,
    "postback": _postback,
    "unsend": _unsend,
    "follow": _follow,
    "unfollow": _unfollow,
}
