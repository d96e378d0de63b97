"""From the WhatsApp Cloud API's webhook to events. Pure: nothing is fetched, media stay references.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from switchboard.channels import Account, Request
from switchboard.channels.inbound import party, read_each, said, silent, unknown
from switchboard.channels.payload import at_seconds, child, digest, ident, items, key, need, read_object, text
from switchboard.channels.whatsapp.content import attachments_of, is_understood, words_of
from switchboard.channels.whatsapp.people import Contacts, author, contacts_of, renamed
from switchboard.errors import UnparseableError
from switchboard.message import (
    Deletion,
    Delivery,
    DeliveryReport,
    DeliveryStatus,
    Edit,
    Message,
    Reaction,
    Received,
    Thread,
    Unhandled,
)

_Common: TypeAlias = dict[str, Any]
_Element: TypeAlias = dict[str, Any]

_STATUSES: Mapping[str, DeliveryStatus] = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.PLAYED,  # a voice message of ours
    "failed": DeliveryStatus.FAILED,
}
_NOTICES = {"system", "request_welcome"}


def parse(request: Request, account: Account) -> list[Received]:
    """Read every event of a delivery; raises `UnparseableError` with a code that names what is wrong.

    Changes of another number than ours become `unknown`, flagged `other_account` (rule SEC-13).
    """
    document = read_object(request.body)
    if "entry" not in document:
        raise UnparseableError("no_entry")
    common = {"channel": "whatsapp", "account": account.key}
    return read_each(items(document, "entry"), lambda entry: _entry(entry, account, common), common)


def _entry(entry: _Element, account: Account, common: _Common) -> list[Received]:
    business = ident(entry, "id") or ""
    return read_each(items(entry, "changes"), lambda change: _change(change, account, business, common), common)


def _change(change: _Element, account: Account, business: str, common: _Common) -> list[Received]:
    field, value = text(change, "field"), child(change, "value")
    ours = ident(child(value, "metadata"), "phone_number_id")
    common = common | {"account": account.key or ours or business}
    if account.address and ours and ours != account.address:
        return [unknown(change, common | {"account": ours}, "other_account")]
    if field in {"messages", ""}:
        return _conversation(value, common)
    if echoes := items(value, "message_echoes"):
        return read_each(echoes, lambda echo: [_echo(echo, common)], common)
    return [_notice(field, change, common)]


def _notice(field: str, change: _Element, common: _Common) -> Unhandled:
    """What Meta tells of templates, quality, calls or marketing consent, which is not consent to answers (WA-7)."""
    mentioned = renamed(child(change, "value")) if field == "user_id_update" else ()
    return Unhandled(kind="system", provider_id=key(field, digest(change)), from_mailboxes=mentioned, **common)


def _conversation(value: _Element, common: _Common) -> list[Received]:
    contacts = contacts_of(value)
    return [
        *read_each(items(value, "messages"), lambda message: [_message(message, contacts, common)], common),
        *read_each(items(value, "statuses"), lambda status: [_report(status, common)], common),
        *read_each(items(value, "errors"), lambda error: [_error(error, common)], common),
    ]


def _error(error: _Element, common: _Common) -> Unhandled:
    return Unhandled(kind="system", provider_id=key("error", digest(error)), **common)


def _echo(echo: _Element, common: _Common) -> Unhandled:
    """Our own side wrote, in the WhatsApp Business app (rule X-14)."""
    customer = ident(echo, "to")
    return Unhandled(
        kind="echo",
        provider_id=key(need(echo, "id"), "echo"),
        to=(party(customer),) if customer else (),
        sent_at=at_seconds(echo, "timestamp"),
        thread=Thread(message_id=key(need(echo, "id"))),
        **common,
    )


def _message(message: _Element, contacts: Contacts, common: _Common) -> Received:
    wamid = need(message, "id")
    common = (
        common | author(message, contacts) | {"provider_id": key(wamid), "sent_at": at_seconds(message, "timestamp")}
    )
    if message.get("group_id"):
        common |= {"flags": ("group",), "auto": silent("group")}
    kind = text(message, "type")
    if kind in _NOTICES:
        return Unhandled(kind="system", **common | {"from_mailboxes": renamed(message)})
    read = _CHANGES.get(kind)
    return read(message, common) if read else _written(message, common)


def _written(message: _Element, common: _Common) -> Received:
    """What a customer wrote or sent; of a type that we don't know they still wrote (rule X-7)."""
    context = child(message, "context")
    forwarded = ("forwarded",) if context.get("forwarded") or context.get("frequently_forwarded") else ()
    unsupported = () if is_understood(message) else ("unsupported",)
    answered = ident(context, "id")
    common = common | {
        "flags": (*common.get("flags", ()), *forwarded, *unsupported),
        "thread": Thread(in_reply_to=key(answered)) if answered else None,
    }
    words, attachments = words_of(message), attachments_of(message)
    return Message(text=words, **common) if unsupported else said(words, attachments, common)


def _reaction(message: _Element, common: _Common) -> Received:
    reaction = child(message, "reaction")
    return Reaction(target=key(need(reaction, "message_id")), emoji=text(reaction, "emoji"), **common)


def _edit(message: _Element, common: _Common) -> Received:
    edit = child(message, "edit")
    new = child(edit, "message")
    return Edit(
        target=key(need(edit, "original_message_id")),
        text=words_of(new),
        attachments=attachments_of(new),
        **common,
    )


def _revoke(message: _Element, common: _Common) -> Received:
    return Deletion(target=key(need(child(message, "revoke"), "original_message_id")), **common)


_CHANGES: Mapping[str, Callable[[_Element, _Common], Received]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
}


def _report(status: _Element, common: _Common) -> Received:
    """What became of a message of ours (rule WA-6); which one stands in the mark that we gave it."""
    wamid, word = need(status, "id"), text(status, "status").lower()
    common = common | {"provider_id": key(wamid, word), "sent_at": at_seconds(status, "timestamp")}
    if word not in _STATUSES:
        return Unhandled(kind="unknown", **common)
    conversation, _, ours = text(status, "biz_opaque_callback_data").partition(" ")
    errors = [error for error in items(status, "errors") if isinstance(error, dict)]
    recipient = ident(status, "recipient_id") or ident(status, "recipient_user_id")
    reason = ident(errors[0], "code") if errors else None
    return DeliveryReport(
        delivery=Delivery(status=_STATUSES[word], reason=reason, recipient=recipient),
        original_id=key(wamid),
        conversation_id=conversation if ours else None,
        message_id=ours or None,
        **common,
    )
