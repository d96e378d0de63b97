"""The last line against loss: what a provider has received for us, and no webhook ever brought (rule X-3).

Twilio gives up after fifteen seconds and repeats nothing. So every few minutes each account's list of messages is
compared with ours, and what we have not is put on the bus, exactly as its webhook would have done it. The router's
conditional write makes a message count once, whichever way it comes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from switchboard.channels import Account, History, Listed, channel
from switchboard.conversation import thread_of
from switchboard.errors import SecretMissingError
from switchboard.events import MessageReceived
from switchboard.message import Message
from switchboard.policy import Policy
from switchboard.ports import Bus, Clock, Conversations, Cursor, Cursors, Customers

YOUNG = timedelta(minutes=2)
"""What is younger is left to its webhook."""
OVERLAP = timedelta(hours=2)
"""Looked at again each time: a list may show a message late, and our own queues may be behind."""
LONGEST = timedelta(days=7)
"""How far a gap in the schedule is made up for."""
SLICE = timedelta(minutes=30)
"""Listed at once. The cursor moves after each, so that whatever ends a run, the next goes on from there."""
MOST_SLICES = 24
"""Per account and run, so that one that is far behind does not keep the others waiting."""
MOST_HANDED_OVER = 2000
"""Ids that a cursor remembers, the newest: as many as its item has room for. One forgotten is put on the bus again."""

Connect = Callable[[str, str], History]
"""A history for a channel's name and an account's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """What comparing takes. The stores are only read."""

    policy: Policy
    conversations: Conversations
    customers: Customers
    cursors: Cursors
    bus: Bus
    clock: Clock
    connect: Connect


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of an account: how many of its messages were looked at, and how many had been lost."""

    account: str
    looked_at: int = 0
    found: int = 0
    failure: Exception | None = None
    """Why it is not done; the cursor stands where it went well."""


def reconcile(parts: Reconciler) -> list[Reconciled]:
    """Compare every account whose provider keeps a list, the furthest behind first; one's error is not another's."""
    now = parts.clock()
    accounts = [key for key, account in parts.policy.accounts.items() if channel(account.channel).history]
    cursors = {account: parts.cursors.get(account) for account in accounts}
    in_turn = sorted(accounts, key=lambda account: cursor.until if (cursor := cursors[account]) else now)
    return [_reconcile(account, cursors[account], now, parts) for account in in_turn]


def begin(now: datetime) -> Cursor:
    """Return the cursor of an account that is new: what came before was another system's."""
    return Cursor(begun=now - YOUNG, until=now - YOUNG)


def slices(cursor: Cursor, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans to list, the oldest first: the overlap, and before it what an earlier run did not come to."""
    end = now - YOUNG
    since = max(cursor.begun, now - LONGEST, min(cursor.until, end - OVERLAP))
    for _ in range(MOST_SLICES):
        if since >= end:
            return
        until = min(since + SLICE, end)
        yield since, until
        since = until


def _reconcile(key: str, known: Cursor | None, now: datetime, parts: Reconciler) -> Reconciled:
    done, cursor = Reconciled(key), known or begin(now)
    ours = parts.policy.accounts[key]
    try:
        history = parts.connect(ours.channel, key)
        if known is None:
            parts.cursors.put(key, cursor)
        for since, until in slices(cursor, now):
            listed = list(history.received(Account(key, ours.address), since, until))
            lost = _hand_over(listed, cursor, history, parts)
            moved = _move(cursor, until, lost)
            if moved != cursor:
                parts.cursors.put(key, moved)
            cursor = moved
            done = replace(done, looked_at=done.looked_at + len(listed), found=done.found + len(lost))
    except SecretMissingError:
        return done  # an account without credentials has no webhooks either
    except Exception as error:  # noqa: BLE001  # whatever it is, the other accounts have to be looked at
        return replace(done, failure=error)
    return done


def _hand_over(listed: Iterable[Listed], cursor: Cursor, history: History, parts: Reconciler) -> list[Listed]:
    """Put what is lost on the bus, the oldest first; returns it."""
    ordered = sorted(listed, key=lambda one: one.at)
    lost = [one for one in ordered if one.event.provider_id not in cursor.handed_over and _is_lost(one, parts)]
    if lost:
        parts.bus.publish([_received(one, history) for one in lost])
    return lost


def _is_lost(listed: Listed, parts: Reconciler) -> bool:
    """Whether nothing that we keep knows of a message: neither its conversation nor the trail of consents."""
    event = listed.event
    contact = parts.customers.contact(channel(event.channel).contact(event.sender.address))
    if contact is None:
        return True
    thread = thread_of(event.account, contact.customer_id)
    if isinstance(event, Message) and parts.conversations.entry(thread, event.provider_id):
        return False
    return not parts.customers.has_evidence(contact, event.account, event.provider_id)


def _received(listed: Listed, history: History) -> MessageReceived:
    """What its webhook would have put on the bus, at the time when the message came to the provider."""
    event = listed.event
    if listed.has_files and isinstance(event, Message):
        event = event.model_copy(update={"attachments": history.files(event.provider_id)})
    return MessageReceived(at=listed.at, message=event)


def _move(cursor: Cursor, until: datetime, lost: list[Listed]) -> Cursor:
    until = max(cursor.until, until)
    handed_over = cursor.handed_over | {one.event.provider_id: one.at for one in lost}
    newest = sorted(handed_over.items(), key=lambda pair: pair[1])[-MOST_HANDED_OVER:]
    return replace(cursor, until=until, handed_over={key: at for key, at in newest if at >= until - OVERLAP})
