"""Who wrote: a customer by the address that a message came from, or by another that the network says is theirs."""

from datetime import datetime

from switchboard.channels import channel
from switchboard.flows.board import Board
from switchboard.message import ConsentChange, Message, Unhandled
from switchboard.ports import Contact

_LIFTED = {"blocked", "bounced"}
"""Why somebody could not be written to, and can again once they write."""


def meet(message: Message | ConsentChange, at: datetime, board: Board) -> Contact:
    """The contact of a message's sender, made if it is the first.

    Where a network names a person by several ids (rule WA-1), all of them become contacts of one customer: any may be
    missing from the next message.
    """
    contacts = board.customers
    first, *others = keys_of(message)
    known = contacts.contact(first)
    if known is None:
        older = next((found for key in others if (found := contacts.contact(key))), None)
        known = contacts.meet_again(older, first, at) if older else contacts.meet(first, board.new_id(), at)
        for key in others:
            contacts.meet_again(known, key, at)
    if isinstance(message, Message) and known.undeliverable in _LIFTED and is_proven(message):
        return board.settle(lambda: _lift(first, at, board))
    return known


def rename(notice: Unhandled, at: datetime, board: Board) -> str:
    """A network tells of a customer's new number or id (rule WA-2): whoever we knew by an old one has it now, too."""
    place = channel(notice.channel)
    keys = [place.contact(party.address) for party in notice.from_mailboxes]
    known = next((found for key in keys if (found := board.customers.contact(key))), None)
    if known is None:
        return "rename_of_unknown"
    for key in keys:
        board.customers.meet_again(known, key, at)
    return "renamed"


def keys_of(message: Message | ConsentChange) -> list[str]:
    """The sender's contacts: by their address, and by whatever else the network calls them.

    Several authors of a mail are several people.
    """
    place = channel(message.channel)
    parties = () if place.transport == "email" else message.from_mailboxes
    return list(dict.fromkeys(place.contact(party.address) for party in (message.sender, *parties)))


def _lift(key: str, at: datetime, board: Board) -> Contact:
    """Whoever writes can be reached again; a complaint stays."""
    contact = board.customers.meet(key, board.new_id(), at)
    if contact.undeliverable in _LIFTED:
        board.customers.suppress(contact, None)
    return board.customers.meet(key, contact.customer_id, at)


def is_proven(message: Message) -> bool:
    """Whether its sender wrote it: neither a forger nor their machine."""
    return "unverified" not in message.flags and not (message.auto and message.auto.generated)
