"""Who a customer is: by phone number, by business-scoped user id (BSUID), or by both.

Since 2026 customers with a user name have no phone number to us. https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from switchboard.channels.inbound import party
from switchboard.channels.payload import child, ident, items, text
from switchboard.errors import UnparseableError
from switchboard.message import Party

Contacts: TypeAlias = Mapping[str, dict[str, Any]]
"""The contact cards of a delivery by each of their ids; the only card by "" as well."""


def contacts_of(value: dict[str, Any]) -> Contacts:
    """Index the cards, so that a delivery of many messages and many cards is read in linear time."""
    cards = [card for card in items(value, "contacts") if isinstance(card, dict)]
    known = {found: card for card in cards for name in ("wa_id", "user_id") if (found := ident(card, name))}
    return known | {"": cards[0]} if len(cards) == 1 else known


def author(message: dict[str, Any], contacts: Contacts) -> dict[str, Any]:
    """The `sender` of a message, and under `from_mailboxes` every id that is known of them (rule WA-1).

    The sender's address is what an answer goes to: the phone number where there is one. The ids, which change one by
    one, tell that two addresses are the same customer. Raises `UnparseableError` if there is none.
    """
    contact = _contact(message, contacts)
    phone = ident(message, "from") or ident(contact, "wa_id")
    bsuid = ident(message, "from_user_id") or ident(contact, "user_id")
    known = [found for found in (phone, bsuid) if found]
    if not known:
        raise UnparseableError("no_sender")
    name = text(child(contact, "profile"), "name") or text(child(contact, "profile"), "username")
    parties = tuple(party(found, name) for found in known)
    return {"sender": parties[0], "from_mailboxes": parties if len(parties) > 1 else ()}


def renamed(message: dict[str, Any]) -> tuple[Party, ...]:
    """Every id that a notice about a changed number or user id names, old and new (rule WA-2)."""
    notice = child(message, "system") or message
    names = ("from", "from_user_id", "wa_id", "new_wa_id", "user_id", "new_user_id", "previous_user_id", "customer")
    sources = [message, notice, child(notice, "user_id"), child(notice, "wa_id"), child(notice, "parent_user_id")]
    found = [ident(source, name) for source in sources for name in (*names, "previous", "current")]
    return tuple(party(address) for address in dict.fromkeys(filter(None, found)))


def _contact(message: dict[str, Any], contacts: Contacts) -> dict[str, Any]:
    """The card that belongs to a message; without any id in the message, the only one there is."""
    ids = [found for name in ("from", "from_user_id") if (found := ident(message, name))]
    return next((contacts[found] for found in ids or [""] if found in contacts), {})
