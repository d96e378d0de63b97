"""Lists of conversations as a console shows them, and search: page by page, each of bounded cost, without a scan.

A view is some rows one after another, each in the order that an index has (`ports.Row`). A page looks at so many
conversations at most, shows those that fit the filters, and its cursor goes on behind the last it looked at: it may
have few items, or none, and still not be the last.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeAlias

from switchboard.channels import channel
from switchboard.conversation import Conversation, Status
from switchboard.errors import ForbiddenError, UnfitError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, may_see, me
from switchboard.instant import to_text
from switchboard.phone import to_e164
from switchboard.policy import Priority
from switchboard.ports import Drafted, Owned, Past, Placed, Row, Stop
from switchboard.routing import Lane, lane_of

MOST = 100
"""Conversations on a page."""
LOOKED_AT = 200
"""Conversations read for one page, however few of them fit."""
SEARCHED = 25
"""Conversations whose messages are read for one page of a search for words."""
_BATCH = 50

View: TypeAlias = Literal["mine", "queue", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is shown of a view; None asks for nothing. Without a status, what is over is left out of views."""

    queue: str | None = None
    channel: str | None = None
    priority: Priority | None = None
    tag: str | None = None
    status: Status | None = None
    owner: str | None = None

    def fit(self, known: Conversation) -> bool:
        """Whether a conversation is as they ask."""
        asked = ((name, getattr(self, name)) for name in (field.name for field in fields(self)))
        return all(
            value is None or (value in known.tags if name == "tag" else getattr(known, name) == value)
            for name, value in asked
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a view. `cursor` asks for what follows; None where that is nothing."""

    conversations: list[Conversation]
    cursor: str | None


def browse(caller: Caller, view: View, filters: Filters, cursor: str | None, limit: int, board: Board) -> Page:
    """A page of a view, which are the caller's own, what waits in their queues, or all in them.

    What waits comes by priority, then by its age; one's own by when one got it; all by queue, the newest first. To a
    lead all queues are theirs. Raises `ForbiddenError` for another queue, `UnfitError` for a cursor that is none.
    """
    rows = _rows(caller, view, filters, board)
    return _page(rows, cursor, limit, LOOKED_AT, lambda known: _is_shown(known, view, filters), caller, board)


def search(
    caller: Caller,
    customer: str | None,
    words: str | None,
    filters: Filters,
    cursor: str | None,
    limit: int,
    board: Board,
) -> Page:
    """Conversations of a customer, by their address or id, and those in which all of these words were said.

    Words are looked for in whatever the caller may see, queue by queue, what is open first, the newest first; in
    what was said and in subjects, as parts of words, whatever their case. Of a page so many are read at most.
    """
    if customer is None and words is None:
        raise UnfitError("name a customer, or a text to look for")
    rows: Sequence[Row] = (
        [Past(one) for one in _customers(customer, board)]
        if customer is not None
        else [
            Placed(queue, is_open=is_open)
            for queue in queues_of(caller, filters.queue, board)
            for is_open in (True, False)
        ]
    )
    needles = (words or "").casefold().split()

    def fits(known: Conversation) -> bool:
        return filters.fit(known) and (not needles or _says(known, needles, board))

    return _page(rows, cursor, limit, SEARCHED if needles else LOOKED_AT, fits, caller, board)


def drafted(caller: Caller, cursor: str | None, limit: int, board: Board) -> Page:
    """A page of the conversations in which the caller has begun to write something, the newest first."""
    return _page([Drafted(caller.agent_id)], cursor, limit, LOOKED_AT, lambda _: True, caller, board)


def _rows(caller: Caller, view: View, filters: Filters, board: Board) -> Sequence[Row]:
    if view == "mine":
        return [Owned(caller.agent_id)]
    queues = queues_of(caller, filters.queue, board)
    if view == "queue":
        lanes = [lane for queue in queues for lane in board.queues.lanes(queue)]
        return sorted(lanes, key=lambda lane: (lane.held, list(Priority).index(lane.priority), lane))
    if filters.owner is not None:
        return [Owned(filters.owner)]
    return [Placed(queue, is_open=filters.status is not Status.RESOLVED) for queue in queues]


def queues_of(caller: Caller, queue: str | None, board: Board) -> Sequence[str]:
    """The caller's queues, or the one that they name, which must be theirs; a lead's are all."""
    own = tuple(board.policy.queues) if caller.is_lead else me(caller, board).queues
    if queue is not None and queue not in own:
        raise ForbiddenError("this queue is none of yours: ask a lead to add you to it")
    return own if queue is None else (queue,)


def _is_shown(known: Conversation, view: View, filters: Filters) -> bool:
    is_there = known.status is Status.WAITING if view == "queue" else known.is_open
    return filters.fit(known) and (is_there or (view == "all" and filters.status is not None))


def _customers(customer: str, board: Board) -> Sequence[str]:
    """Whoever has this address on any channel, and all whom a person is known as; else whose id it is."""
    names = dict.fromkeys(account.channel for account in board.policy.accounts.values())
    keys = {channel(name).contact(address) for name in names for address in _spellings(customer)}
    found = [contact.customer_id for key in sorted(keys) if (contact := board.customers.contact(key))]
    persons = [board.customers.person(one).customers for one in dict.fromkeys(found or [customer])]
    return list(dict.fromkeys(one for person in persons for one in person))


def _spellings(customer: str) -> set[str]:
    """As it was written, and as a telephone number if it is one."""
    written = customer.strip()
    return {written, to_e164(written) or written}


def _says(known: Conversation, needles: Sequence[str], board: Board) -> bool:
    said = [known.subject or ""]
    said += [entry.text for entry in board.conversations.entries(known.thread, known.number)]
    text = "\n".join(said).casefold()
    return all(needle in text for needle in needles)


def _page(
    rows: Sequence[Row],
    cursor: str | None,
    limit: int,
    most: int,
    fits: Callable[[Conversation], bool],
    caller: Caller,
    board: Board,
) -> Page:
    first, after = _decode(cursor, rows) if cursor else (0, None)
    queues = () if caller.is_lead else me(caller, board).queues
    found: list[Conversation] = []
    for count, (row, stop, known) in enumerate(_walk(rows, first, after, min(_BATCH, most), board), start=1):
        if known and _is_in(row, known) and may_see(caller, known, queues) and fits(known):
            found.append(known)
        if len(found) >= limit or count >= most:
            return Page(found, _encode(row, stop))
    return Page(found, None)


def _walk(
    rows: Sequence[Row], first: int, after: Stop | None, batch: int, board: Board
) -> Iterator[tuple[Row, Stop, Conversation | None]]:
    """Every conversation of the rows from there on, read a batch at a time."""
    for row in rows[first:]:
        while stops := board.conversations.walk(row, after, batch):
            yield from (
                (row, stop, known) for stop, known in zip(stops, board.conversations.read_all(stops), strict=True)
            )
            after = stops[-1]
        after = None


def _is_in(row: Row, known: Conversation) -> bool:
    """Whether a conversation is still where the index has it."""
    match row:
        case Lane():
            return lane_of(known) == row
        case Owned():
            return known.owner == row.agent_id
        case Placed():
            return (known.queue, known.is_open) == row
        case Past():
            return known.customer_id == row.customer_id
        case Drafted():
            return True


def _encode(row: Row, stop: Stop) -> str:
    parts = (_name(row), to_text(stop.at), stop.thread, str(stop.number))
    return urlsafe_b64encode("\n".join(parts).encode()).decode()


def _decode(cursor: str, rows: Sequence[Row]) -> tuple[int, Stop]:
    """The row in which to go on, and behind which; it must be one that the caller may look at."""
    try:
        name, at, thread, number = urlsafe_b64decode(cursor.encode()).decode().split("\n")
        return [_name(row) for row in rows].index(name), Stop(datetime.fromisoformat(at), thread, int(number))
    except ValueError:
        raise UnfitError("cursor: it is none of this list's: use the one of the page before, or begin anew") from None


def _name(row: Row) -> str:
    return sha256(repr(row).encode()).hexdigest()[:12]
