"""To which exchange a message belongs: in a chat the one of a customer with an account, of mails one of many."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from switchboard.channels import Channel, channel
from switchboard.conversation import Conversation, split_id, thread_of
from switchboard.flows.board import Board
from switchboard.message import Message, Party, Thread
from switchboard.policy import Policy
from switchboard.ports import Alias, Contact

MOST_PARTICIPANTS = 50
_MOST_CANDIDATES = 20
_LENGTH = 10
"""Hexadecimal digits that tell a customer's exchanges apart, and are short enough for a signed address."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A thread, and the conversation of another that it may belong to (rule EM-21)."""

    thread: str
    possibly: str | None = None


def exchange_of(message: Message, contact: Contact, board: Board) -> Exchange:
    """Find or begin the exchange that a message belongs to; the same message always gets the same.

    A mail belongs where our signed mark says, else where what it answers does (rule EM-20); but only if its sender
    takes part there: anybody else's begins a new exchange, linked to the other as a possibility (rule EM-21).
    """
    if channel(message.channel).transport != "email":
        return Exchange(thread_of(message.account, contact.customer_id))
    own_name = f"mail:{message.provider_id}"
    known = board.conversations.alias(message.account, [own_name])
    if known is None:
        found = _choose(message, contact, board)
        alias = Alias(thread=found.thread, message_id=message.provider_id, possibly=found.possibly)
        known = board.conversations.add_alias(message.account, own_name, alias)
    return Exchange(known.thread, known.possibly)


def name(message: Message, exchange: Exchange, board: Board) -> bool:
    """Remember a mail by its Message-ID, so that an answer to it is found to belong here.

    Returns whether it looks like a copy of another, with the same id and words: a hint for people, never a reason to
    drop it, since a sender may write any id.
    """
    told = message.thread.message_id if message.thread else None
    if channel(message.channel).transport != "email" or told is None:
        return False
    alias = Alias(thread=exchange.thread, message_id=message.provider_id)
    first = board.conversations.add_alias(message.account, told, alias)
    if first.message_id == message.provider_id:
        return False
    other = board.conversations.entry(first.thread, first.message_id)
    return other is not None and other.text == message.text


def participants(message: Message, policy: Policy) -> tuple[str, ...]:
    """Who takes part in a mail, besides us, by the form of their address that identity goes by."""
    mail = channel(message.channel)
    if mail.transport != "email":
        return ()
    everybody = [message.sender, *message.from_mailboxes, *others(message, policy)]
    return tuple(dict.fromkeys(mail.identity(party.address) for party in everybody))[:MOST_PARTICIPANTS]


def others(message: Message, policy: Policy) -> tuple[Party, ...]:
    """Return the recipients of a mail that aren't us."""
    mail = channel(message.channel)
    ours = _ours(mail, policy)
    return tuple(party for party in (*message.to, *message.cc) if _untagged(party.address, mail) not in ours)


def is_ours(address: str, mail: Channel, policy: Policy) -> bool:
    """Whether a mail address is one of our accounts', with a tag or without."""
    return _untagged(address, mail) in _ours(mail, policy)


def _ours(mail: Channel, policy: Policy) -> set[str]:
    return {mail.identity(account.address) for account in policy.accounts.values() if account.channel == mail.name}


def merge(known: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    """Add participants; those who were there first stay."""
    return tuple(dict.fromkeys((*known, *more)))[:MOST_PARTICIPANTS]


def _choose(message: Message, contact: Contact, board: Board) -> Exchange:
    begun = f"{thread_of(message.account, contact.customer_id)}.{_digest(message.provider_id)}"
    home = _referred(message, board)
    if home is None:
        return Exchange(begun)
    if channel(message.channel).identity(message.sender.address) in home.participants:
        return Exchange(home.thread)
    return Exchange(begun, possibly=home.id)


def _referred(message: Message, board: Board) -> Conversation | None:
    """The conversation that a mail says it belongs to: by our mark, else by the newest id that we know."""
    thread = message.thread or Thread()
    if thread.token and (marked := _marked(thread.token, message.account, board)):
        return marked
    known_as = channel(message.channel).known_as
    named = (thread.in_reply_to, *reversed(thread.references[-_MOST_CANDIDATES:]), thread.message_id)  # a copy: its own
    names = list(dict.fromkeys(known_as(identifier) for identifier in named if identifier))
    alias = board.conversations.alias(message.account, names)
    return board.conversations.latest(alias.thread) if alias else None


def _marked(token: str, account: str, board: Board) -> Conversation | None:
    try:
        thread, number = split_id(token)
    except ValueError:
        return None
    return board.conversations.get(thread, number) if thread.startswith(f"{account}.") else None


def _digest(provider_id: str) -> str:
    return sha256(provider_id.encode("utf-8", "replace")).hexdigest()[:_LENGTH]


def _untagged(address: str, mail: Channel) -> str:
    local, at, domain = mail.identity(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
