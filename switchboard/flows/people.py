"""What is known of the person behind a customer's id: their other addresses, and their story over all channels."""

from collections.abc import Iterable

from switchboard.conversation import Conversation
from switchboard.customer import History, Person, history
from switchboard.flows.board import Board
from switchboard.instant import Instant
from switchboard.ports import Contact

RECALLED = 5
"""Conversations that are looked at when a new one is opened."""
SHOWN = 20
"""Conversations that are looked at when a person asks."""
MOST_ADDRESSES = 50


def contacts_of(person: Person, board: Board) -> list[Contact]:
    """Every address of a person, as the index shows them, in a fixed order."""
    addresses = (address for customer in person.customers for address in board.customers.addresses(customer))
    listed = list(dict.fromkeys(addresses))[:MOST_ADDRESSES]
    return [contact for address in listed if (contact := board.customers.contact(address))]


def others_of(contact: Contact, board: Board) -> list[Contact]:
    """A person's other addresses."""
    person = board.customers.person(contact.customer_id)
    return [other for other in contacts_of(person, board) if other.address != contact.address]


def read_again(contacts: Iterable[Contact], board: Board) -> list[Contact]:
    """The same addresses as they are by now."""
    return [known for contact in contacts if (known := board.customers.contact(contact.address))]


def acknowledged_to(others: Iterable[Contact]) -> dict[str, Instant]:
    """Conversations that were acknowledged to a person's other addresses lately, and when (rule X-15)."""
    return {key: at for other in others for key, at in other.acknowledged.items()}


def past_of(person: Person, limit: int, board: Board) -> list[Conversation]:
    """A person's newest conversations of any channel, the newest first, as the index shows them."""
    opened = sorted(
        (one for customer in person.customers for one in board.conversations.opened(customer, limit)), reverse=True
    )
    found = (board.conversations.get(one.thread, one.number) for one in opened[:limit])
    return [conversation for conversation in found if conversation]


def history_of(person: Person, latest: Conversation | None, at: Instant, board: Board) -> History:
    """A person's story before a new conversation; `latest` is the one before it in its own thread."""
    return history(_with(latest, past_of(person, RECALLED, board)), at)


def _with(latest: Conversation | None, past: Iterable[Conversation]) -> list[Conversation]:
    """Consistently read, the one before is what it is, whatever the index shows."""
    known = {one.id: one for one in past}
    return list((known | {latest.id: latest} if latest else known).values())
