"""The webhook that Messenger and Instagram share, from its `messaging` entries to events (rules MT-3, FB-*, IG-*).

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events. An entry's kind is told by which key
it has, never assumed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from switchboard.channels import Account, Request
from switchboard.channels.inbound import check_count, party, read_each, said, silent, unknown
from switchboard.channels.payload import at_milliseconds, child, digest, ident, items, key, need, read_object, text
from switchboard.errors import UnparseableError
from switchboard.message import (
    Attachment,
    Deletion,
    Delivery,
    DeliveryReport,
    DeliveryStatus,
    Edit,
    Message,
    Postback,
    Reaction,
    Received,
    Thread,
    Unhandled,
)

_Common: TypeAlias = dict[str, Any]
_Element: TypeAlias = dict[str, Any]
_Kind: TypeAlias = Literal["read", "referral", "system"]

_MEDIA_TYPES = {"image": "image/*", "video": "video/*", "audio": "audio/*"}
_NOT_FOR_KEEPS = {"story_mention": "story_mention", "ephemeral": "ephemeral"}
"""Attachments that vanish by their sender's will: no machine answers and nothing is stored (rule IG-2)."""
_UNHANDLED: Mapping[str, _Kind] = {
    "read": "read",
    "messaging_seen": "read",
    "referral": "referral",
    "optin": "system",
    "account_linking": "system",
    "policy_enforcement": "system",
    "policy-enforcement": "system",
    "pass_thread_control": "system",
    "take_thread_control": "system",
    "request_thread_control": "system",
    "app_roles": "system",
    "game_play": "system",
    "messaging_feedback": "system",
}


def parse_messaging(request: Request, account: Account, channel: str) -> list[Received]:
    """Read every event of a delivery; raises `UnparseableError` if it is no JSON object or has no entries.

    Entries of another account than ours become `unknown`, flagged `other_account`: they must not create events for us
    (rule MT-2). With an empty account everything counts, as the account that the entry names.
    """
    document = read_object(request.body)
    if "entry" not in document:
        raise UnparseableError("no_entry")
    everywhere = {"channel": channel, "account": account.key}
    return read_each(items(document, "entry"), lambda entry: _entry(entry, channel, account), everywhere)


def _entry(entry: _Element, channel: str, account: Account) -> list[Received]:
    ours = need(entry, "id")
    common = {"channel": channel, "account": account.key or ours}
    if account.address and ours != account.address:
        return [unknown(entry, common | {"account": ours}, "other_account")]
    standby = read_each(items(entry, "standby"), lambda element: [_observed(element, common)], common)
    changes = read_each(items(entry, "changes"), lambda element: [_change(element, common)], common)
    messaging = read_each(items(entry, "messaging"), lambda element: _event(element, common, ours), common)
    return [*messaging, *standby, *changes]


def _observed(element: _Element, common: _Common) -> Unhandled:
    """Another app has the conversation; we only look on (rule MT-3)."""
    return Unhandled(kind="system", provider_id=key("standby", digest(element)), flags=("standby",), **common)


def _change(element: _Element, common: _Common) -> Unhandled:
    """A comment or a mention: public, and never a direct message (rule MT-3)."""
    return Unhandled(kind="system", provider_id=key("change", text(element, "field"), digest(element)), **common)


def _event(element: _Element, common: _Common, ours: str) -> Iterable[Received]:
    common = common | _ends(element)
    for name, read in _READERS.items():
        if name in element:
            return read(element, common, ours)
    for name, kind in _UNHANDLED.items():
        if name in element:
            return [Unhandled(kind=kind, provider_id=key(name, digest(element)), **common)]
    return []


def _ends(element: _Element) -> _Common:
    sender, recipient = ident(child(element, "sender"), "id"), ident(child(element, "recipient"), "id")
    return {
        "sender": party(sender) if sender else None,
        "to": (party(recipient),) if recipient else (),
        "sent_at": at_milliseconds(element, "timestamp"),
    }


def _message(element: _Element, common: _Common, ours: str) -> list[Received]:
    message = child(element, "message")
    mid = need(message, "mid")
    if message.get("is_echo") is True or ident(child(element, "sender"), "id") == ours:
        return [_echo(message, mid, common)]
    if message.get("is_deleted") is True:  # with the mid of the message itself (rule FB-4)
        return [Deletion(provider_id=key(mid, "delete"), target=key(mid), **common)]
    return [_written(message, common | {"provider_id": key(mid)})]


def _echo(message: _Element, mid: str, common: _Common) -> Received:
    """Our own side's message (rule X-14); one with our mark settles the send that it came of, if that wasn't known.

    Without a mark, its `thread.message_id` tells a message of ours from one by a person elsewhere.
    """
    conversation, _, ours = text(message, "metadata").partition(" ")
    if conversation and ours:
        return DeliveryReport(
            provider_id=key(mid, "echo"),
            delivery=Delivery(status=DeliveryStatus.SENT),
            original_id=key(mid),
            conversation_id=conversation,
            message_id=ours,
            **common,
        )
    return Unhandled(kind="echo", provider_id=key(mid, "echo"), thread=Thread(message_id=key(mid)), **common)


def _written(message: _Element, common: _Common) -> Received:
    words = text(message, "text")
    common = common | {"thread": _thread(message)}
    if message.get("is_unsupported") is True:
        return Message(text=words or "[unsupported message]", flags=("unsupported",), **common)
    kinds = {text(found, "type") for found in items(message, "attachments") if isinstance(found, dict)}
    if passing := sorted(_NOT_FOR_KEEPS[kind] for kind in kinds & _NOT_FOR_KEEPS.keys()):
        return Message(
            text=words or f"[{passing[0].replace('_', ' ')}]",
            flags=("ephemeral",),
            auto=silent(passing[0]),
            **common,
        )
    described = "\n".join(filter(None, [words, *_described(message)]))
    return said(described, tuple(_attachments(message)), common)


def _thread(message: _Element) -> Thread | None:
    answered = ident(child(message, "reply_to"), "mid")
    story = ident(child(message, "reply_to", "story"), "id")
    target = answered or (f"story:{story}" if story else None)
    return Thread(in_reply_to=key(target)) if target else None


def _attachments(message: _Element) -> Iterator[Attachment]:
    """Files by URL; what only points to a place, a page or a product is described in the text."""
    for found in items(message, "attachments"):
        kind, payload = text(child({"found": found}, "found"), "type"), child({"found": found}, "found", "payload")
        if (url := text(payload, "url")) and kind not in {"location", "fallback", "template"}:
            yield Attachment(url=url, content_type=_MEDIA_TYPES.get(kind, "application/octet-stream"))


def _described(message: _Element) -> Iterator[str]:
    """What attachments without a file say, in words."""
    for found in items(message, "attachments"):
        attachment = child({"found": found}, "found")
        kind, payload = text(attachment, "type"), child(attachment, "payload")
        place = child(payload, "coordinates")
        if place:
            yield f"[location] {place.get('lat')},{place.get('long')}"
        elif kind in {"fallback", "template", "location"} or not text(payload, "url"):
            title, url = text(attachment, "title") or text(payload, "title"), text(attachment, "url")
            yield " ".join(filter(None, [f"[{kind or 'attachment'}]", title, url or text(payload, "url")]))


def _postback(element: _Element, common: _Common, _ours: str) -> list[Received]:
    postback = child(element, "postback")
    mid, payload = ident(postback, "mid"), text(postback, "payload")
    sender, stamp = ident(child(element, "sender"), "id"), ident(element, "timestamp")
    own_key = key(mid, "postback") if mid else key("postback", sender, stamp, digest(payload))
    return [Postback(provider_id=own_key, payload=payload, text=text(postback, "title"), **common)]


def _reaction(element: _Element, common: _Common, _ours: str) -> list[Received]:
    reaction = child(element, "reaction")
    mid, action = need(reaction, "mid"), text(reaction, "action")
    sender, stamp = ident(child(element, "sender"), "id"), ident(element, "timestamp")
    emoji = "" if action == "unreact" else text(reaction, "emoji") or text(reaction, "reaction")
    return [Reaction(provider_id=key(mid, "reaction", sender, action, stamp), target=key(mid), emoji=emoji, **common)]


def _edit(element: _Element, common: _Common, _ours: str) -> list[Received]:
    edit = child(element, "message_edit")
    mid, count = need(edit, "mid"), ident(edit, "num_edit") or ident(element, "timestamp")
    return [Edit(provider_id=key(mid, "edit", count), target=key(mid), text=text(edit, "text"), **common)]


def _delivered(element: _Element, common: _Common, _ours: str) -> list[Received]:
    """Messages of ours that arrived: by their ids where Meta tells them, else all up to a time (the watermark)."""
    delivery = child(element, "delivery")
    delivered = Delivery(status=DeliveryStatus.DELIVERED, recipient=ident(child(element, "sender"), "id"))
    mids = [mid for mid in items(delivery, "mids") if isinstance(mid, str) and mid]
    check_count(mids)
    if not mids:
        return [DeliveryReport(provider_id=key("delivered", digest(element)), delivery=delivered, **common)]
    return [
        DeliveryReport(provider_id=key(mid, "delivered"), delivery=delivered, original_id=key(mid), **common)
        for mid in mids
    ]


_READERS: Mapping[str, Callable[[_Element, _Common, str], list[Received]]] = {
    "message": _message,
    "postback": _postback,
    "reaction": _reaction,
    "message_edit": _edit,
    "delivery": _delivered,
}
