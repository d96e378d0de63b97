"""What is held beyond its counterparty's budget: it gets its place once one is free, or a lead lifts the budget."""

from dataclasses import dataclass
from datetime import timedelta

from switchboard import conversation as transition
from switchboard.conversation import Conversation
from switchboard.errors import ForbiddenError, NotFoundError, UnfitError
from switchboard.flood import Source, line_of, source_named, source_of
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.flows.dispatch import find_agent
from switchboard.flows.places import AFTER, SETTLING, take, tidy
from switchboard.instant import Instant
from switchboard.routing import lane_of

AT_ONCE = 25
"""Conversations placed by one look; more take another."""
SOURCES = 20
"""Sources looked at per line."""
COUNTED = 1000
"""Held conversations are counted up to here."""
LIFTED = timedelta(days=1)
"""How long a lead's word holds."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one counterparty has held in a queue: at least `count`, if that is `COUNTED`."""

    source: Source
    count: int
    since: Instant
    """When the oldest was written."""


def fill(source: Source, board: Board) -> int:
    """Give free places to what is held, the oldest first, and offer each; returns how many got one."""
    places = board.places.get(source)
    tidy(source, places, board)
    found = board.conversations.held(source.line, source.counterparty, AT_ONCE)
    placed = 0
    for at, _ in found:
        known = board.conversations.get(*at)
        if known is None or not known.held or source_of(known) != source:
            continue
        if not take(source, known.id, board):
            return placed
        placed += _admit(known, source, board)
    if len(found) == AT_ONCE:
        board.router_queue.look_again({"source": source.text}, AFTER)
    elif not found and places.crowded_at and board.clock() - places.crowded_at > SETTLING:
        board.places.uncrowd(source, places.crowded_at)
    return placed


def _admit(held: Conversation, source: Source, board: Board) -> bool:
    def attempt() -> Conversation | None:
        known = board.conversations.get(held.thread, held.number)
        if known is None or not known.held or source_of(known) != source:
            return None
        placed = transition.admit(known, board.clock())
        board.queues.add_lane(lane_of(placed))
        return board.conversations.save(known, placed)

    placed = board.settle(attempt)
    if placed:
        find_agent(placed, board)
    return placed is not None


def fill_all(board: Board) -> int:
    """Do so for everybody of whom something is held: what no event brought. Returns how many got a place."""
    return sum(fill(source, board) for source in _sources(board, SOURCES))


def _sources(board: Board, limit: int) -> list[Source]:
    lines = [(queue, is_urgent) for queue in board.policy.queues for is_urgent in (True, False)]
    return [
        Source(counterparty, queue, is_urgent)
        for queue, is_urgent in lines
        for counterparty in board.conversations.crowded(line_of(queue, is_urgent=is_urgent), limit)
    ]


def overview(caller: Caller, board: Board) -> list[Held]:
    """Who has how much held, the most first; for leads."""
    _must_lead(caller)
    told = (_look(source, board) for source in _sources(board, SOURCES))
    return sorted((one for one in told if one), key=lambda one: (-one.count, one.source))


def _look(source: Source, board: Board) -> Held | None:
    found = board.conversations.held(source.line, source.counterparty, COUNTED)
    return Held(source, len(found), found[0][1]) if found else None


def lift(caller: Caller, text: str, board: Board) -> Held:
    """Lift a counterparty's budget for a day: all that it has held gets its place; for leads.

    Raises `NotFoundError` where nothing is held, `UnfitError` for a text that names no source.
    """
    _must_lead(caller)
    try:
        source = source_named(text)
    except ValueError as error:
        raise UnfitError("source: take it from GET /agent/held as it stands there") from error
    found = _look(source, board)
    if found is None:
        raise NotFoundError("nothing of this source is held")
    board.places.lift(source, board.clock() + LIFTED)
    board.router_queue.look_again({"source": source.text}, timedelta(0))
    return found


def _must_lead(caller: Caller) -> None:
    if not caller.is_lead:
        raise ForbiddenError("only a lead may see and release what is held: ask one")
