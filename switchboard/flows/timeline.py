"""One customer as agents see them: who they are, and everything that was said, over all channels in order of time."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from heapq import merge
from itertools import groupby, islice

from switchboard.conversation import Conversation, Entry
from switchboard.customer import Person
from switchboard.errors import UnfitError
from switchboard.excerpt import Spoken
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, may_see, me
from switchboard.flows.identity import look
from switchboard.flows.people import SHOWN, contacts_of, past_of
from switchboard.instant import to_text
from switchboard.ports import Contact, Said

MOST_ENTRIES = 50
_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer: the person, their addresses, and the newest of their conversations that the caller may read.

    `spoken` is what was said last in each; `withheld` how many more there are among the newest that they may not read.
    """

    customer_id: str
    person: Person
    contacts: list[Contact]
    conversations: list[Conversation]
    spoken: list[Spoken]
    withheld: int


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a timeline, the newest first. `cursor` asks for what came before; None where that is nothing."""

    entries: list[Entry]
    withheld: int
    """Entries of this part that the caller may not read."""
    cursor: str | None


def profile(caller: Caller, customer_id: str, board: Board) -> Profile:
    """A customer whom the caller may know of; raises `NotFoundError`."""
    person = look(caller, customer_id, board)
    past, queues = past_of(person, SHOWN, board), _queues(caller, board)
    seen = [one for one in past if may_see(caller, one, queues)]
    spoken = board.conversations.spoken(seen)
    return Profile(customer_id, person, contacts_of(person, board), seen, spoken, len(past) - len(seen))


def timeline(caller: Caller, customer_id: str, cursor: str | None, limit: int, board: Board) -> Page:
    """What was said with a customer on any channel; raises `NotFoundError`, and `UnfitError` for a wrong cursor."""
    person, since = look(caller, customer_id, board), _decode(cursor) if cursor else None
    read = (_in_order(board.conversations.said(one, since.at if since else None)) for one in person.customers)
    everything = merge(*read, reverse=True)
    found = list(islice((one for one in everything if since is None or one < since), min(limit, MOST_ENTRIES) + 1))
    page = found[: min(limit, MOST_ENTRIES)]
    entries = [entry for one in page if (entry := board.conversations.entry(one.thread, one.entry_id))]
    readable = _readable(caller, entries, board)
    return Page(readable, len(entries) - len(readable), _encode(page[-1]) if len(found) > len(page) else None)


def _readable(caller: Caller, entries: Iterable[Entry], board: Board) -> list[Entry]:
    queues = _queues(caller, board)

    @cache
    def is_seen(thread: str, number: int) -> bool:
        known = board.conversations.get(thread, number)
        return known is not None and may_see(caller, known, queues)

    return [entry for entry in entries if is_seen(entry.thread, entry.number)]


def _queues(caller: Caller, board: Board) -> Collection[str]:
    return () if caller.is_lead else me(caller, board).queues


def _in_order(said: Iterable[Said]) -> Iterator[Said]:
    """Of one moment in a fixed order, which the index has not."""
    for _, of_one_moment in groupby(said, key=lambda one: one.at):
        yield from sorted(of_one_moment, reverse=True)


def _encode(said: Said) -> str:
    text = _SEPARATOR.join((to_text(said.at), said.thread, said.entry_id))
    return urlsafe_b64encode(text.encode()).decode()


def _decode(cursor: str) -> Said:
    try:
        at, thread, entry_id = urlsafe_b64decode(cursor.encode()).decode().split(_SEPARATOR)
        return Said(datetime.fromisoformat(at), thread, entry_id)
    except ValueError:
        raise UnfitError("cursor: this is none: use the one that the page before named") from None
