"""From Telegram's update to an event. Pure: nothing is fetched, files stay references.

https://core.telegram.org/bots/api#update. A message's `provider_id` is `{chat}:{message}`, which is what edits,
deletions, reactions and replies name it by; every other event's is made of the update's id.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import ValidationError

from switchboard.channels import Account, Request
from switchboard.channels.inbound import check_count, party, said, silent
from switchboard.channels.payload import at_seconds, child, ident, items, key, need, read_object, text
from switchboard.channels.telegram.content import attachments_of, is_notice, is_understood, words_of
from switchboard.consent import Keyword
from switchboard.errors import UnparseableError
from switchboard.message import (
    ConsentChange,
    Deletion,
    Edit,
    Message,
    Party,
    Postback,
    Reaction,
    Received,
    Thread,
    Unhandled,
)

_Common: TypeAlias = dict[str, Any]
_Element: TypeAlias = dict[str, Any]

_COMMAND = re.compile(r"/(start|stop|help)(?:@\w{1,64})?(?:\s.{0,100})?", re.IGNORECASE | re.DOTALL)
_COMMANDS: Mapping[str, Keyword] = {"start": "opt_in", "stop": "opt_out", "help": "help"}
_GONE, _BACK = {"kicked"}, {"member"}


def parse(request: Request, account: Account) -> list[Received]:
    """Read an update: one event, or one per deleted message; raises `UnparseableError`."""
    update = read_object(request.body)
    common = {"channel": "telegram", "account": account.key, "provider_id": key("update", need(update, "update_id"))}
    for name, read in _READERS.items():
        if isinstance(update.get(name), dict):
            try:
                return read(update[name], common, account)
            except ValidationError:
                pass
            raise UnparseableError("bad_update")  # outside of the except clause: the original error is long
    return [Unhandled(kind="unknown", **common)]


def _message(message: _Element, common: _Common, account: Account) -> list[Received]:
    update = common["provider_id"]
    common = common | _frame(message) | {"provider_id": _own_key(message)}
    if _is_ours(message, account):
        return [Unhandled(kind="echo", **common)]
    if is_notice(message):
        return [Unhandled(kind="system", **common)]
    if "edit_date" in message:
        return [_edit(message, common, update)]
    if "sender" not in common:
        raise UnparseableError("no_sender")
    return [_written(message, common)]


def _written(message: _Element, common: _Common) -> Received:
    words, attachments = words_of(message), attachments_of(message)
    is_private = "group" not in common["flags"]
    command = _COMMAND.fullmatch(words) if is_private else None
    if command:
        return ConsentChange(kind=_COMMANDS[command[1].lower()], wording=words, **common)
    forwarded = ("forwarded",) if "forward_origin" in message or "forward_date" in message else ()
    unsupported = () if is_understood(message) else ("unsupported",)
    common = common | {"flags": (*common["flags"], *forwarded, *unsupported), "thread": _thread(message)}
    if "via_bot" in message and "auto" not in common:
        common |= {"auto": silent("via_bot")}
    return Message(text=words, **common) if unsupported else said(words, attachments, common)


def _edit(message: _Element, common: _Common, update: str) -> Edit:
    own = common["provider_id"]
    return Edit(
        text=words_of(message),
        attachments=attachments_of(message),
        target=own,
        **common | {"provider_id": key(own, "edit", update)},
    )


def _post(message: _Element, common: _Common, _account: Account) -> list[Received]:
    """What appears in a channel is for everybody and from nobody (rule TG-3)."""
    return [Unhandled(kind="system", sent_at=at_seconds(message, "date"), flags=("group",), **common)]


def _deleted(deleted: _Element, common: _Common, _account: Account) -> list[Received]:
    """Messages that vanished from a chat of a connected business: nowhere else does Telegram tell."""
    ids = [found for element in items(deleted, "message_ids") if (found := ident({"": element}, ""))]
    check_count(ids)
    targets = [_key(deleted, message_id) for message_id in ids]
    return [Deletion(target=target, **common | {"provider_id": key(target, "delete")}) for target in targets]


def _pressed(query: _Element, common: _Common, _account: Account) -> list[Received]:
    sender = _person(child(query, "from"))
    answered = child(query, "message")
    thread = Thread(in_reply_to=_own_key(answered)) if answered else None
    return [Postback(payload=text(query, "data"), sender=sender, thread=thread, **common)]


def _reaction(reaction: _Element, common: _Common, _account: Account) -> list[Received]:
    new = [child({"": element}, "") for element in items(reaction, "new_reaction")]
    emoji = next((text(found, "emoji") or "[custom emoji]" for found in new), "")
    target = _key(reaction, need(reaction, "message_id"))
    return [Reaction(target=target, emoji=emoji, **common | _frame(reaction, "user"))]


def _membership(change: _Element, common: _Common, _account: Account) -> list[Received]:
    """The customer stopped or restarted the bot (rule TG-4), or it came into or out of a group."""
    common = common | _frame(change)
    status, before = (text(child(change, name), "status") for name in ("new_chat_member", "old_chat_member"))
    if "group" in common["flags"]:
        return [Unhandled(kind="system", **common)]
    if status in _GONE:
        return [Unhandled(kind="block", **common)]
    return [Unhandled(kind="unblock" if status in _BACK and before in _GONE else "system", **common)]


def _notice(_notice: _Element, common: _Common, _account: Account) -> list[Received]:
    return [Unhandled(kind="system", **common)]


_READERS: Mapping[str, Callable[[_Element, _Common, Account], list[Received]]] = {
    "message": _message,
    "edited_message": _message,
    "business_message": _message,
    "edited_business_message": _message,
    "deleted_business_messages": _deleted,
    "channel_post": _post,
    "edited_channel_post": _post,
    "callback_query": _pressed,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
    "business_connection": _notice,
    "chat_member": _notice,
    "chat_join_request": _notice,
    "chat_boost": _notice,
    "removed_chat_boost": _notice,
    "message_reaction_count": _notice,
    "poll": _notice,
    "poll_answer": _notice,
    "inline_query": _notice,
    "chosen_inline_result": _notice,
    "shipping_query": _notice,
    "pre_checkout_query": _notice,
    "purchased_paid_media": _notice,
}


def _frame(element: _Element, author: str = "from") -> _Common:
    """Who, when, and whether in a group, where no machine answers (rule TG-3)."""
    is_private = text(child(element, "chat"), "type") in {"private", ""}
    sender = _person(child(element, author), ident(element, "business_connection_id"))
    frame: _Common = {"sent_at": at_seconds(element, "edit_date") or at_seconds(element, "date")}
    frame |= {"flags": ()} if is_private else {"flags": ("group",), "auto": silent("group")}
    return frame | ({"sender": sender} if sender else {})


def _person(user: _Element, business: str | None = None) -> Party | None:
    """A user. Someone who wrote to a connected business can only be answered through that connection."""
    user_id = ident(user, "id")
    if user_id is None:
        return None
    name = " ".join(filter(None, [text(user, "first_name"), text(user, "last_name")]))
    return party(f"{business}:{user_id}" if business else user_id, name or text(user, "username"))


def _thread(message: _Element) -> Thread | None:
    answered = ident(child(message, "reply_to_message"), "message_id")
    return Thread(in_reply_to=_key(message, answered)) if answered else None


def _own_key(message: _Element) -> str:
    return _key(message, need(message, "message_id"))


def _key(element: _Element, message_id: str) -> str:
    return key(ident(element, "business_connection_id"), need(child(element, "chat"), "id"), message_id)


def _is_ours(message: _Element, account: Account) -> bool:
    """Bots, our own inline results, and a business that writes to its customer itself (rule X-14)."""
    author, through = child(message, "from"), child(message, "via_bot")
    own_names = {ident(through, "id"), f"@{text(through, 'username')}".lower()}
    is_own_result = bool(through) and account.address.lower() in own_names
    is_business = "business_connection_id" in message and ident(author, "id") != ident(child(message, "chat"), "id")
    return author.get("is_bot") is True or is_own_result or is_business
