"""What agents write on a conversation for each other: notes, tags, and where it belongs."""

from functools import partial

from switchboard import actions
from switchboard.conversation import Conversation, Entry, Status
from switchboard.errors import ForbiddenError, UnfitError
from switchboard.flows.assignments import queue_named
from switchboard.flows.board import Board
from switchboard.flows.bookmarks import said
from switchboard.flows.desk import Caller, find, find_again, must_be_as_seen
from switchboard.flows.dispatch import find_agent
from switchboard.policy import Priority
from switchboard.routing import lane_of


def note(
    caller: Caller, conversation_id: str, text: str, mentions: tuple[str, ...], key: str, board: Board
) -> tuple[Entry, bool]:
    """Write an internal note; returns it, and whether this call wrote it. The same key again writes nothing.

    Raises `UnfitError` for a mention of nobody.
    """
    known = find(caller, conversation_id, board)
    mentioned = tuple(dict.fromkeys(mentions))
    entry_id = f"note.{known.number}.{key}"
    written = actions.note(known, entry_id, caller.agent_id, text, mentioned, board.clock())
    if any(board.agents.get(agent_id) is None for agent_id in mentioned):
        raise UnfitError("mentions: not everybody in it is an agent: use the ids of agents")
    first = board.conversations.record(written)
    said(first or written, board)
    return first or written, first is None


def tag(caller: Caller, conversation_id: str, tags: tuple[str, ...], board: Board) -> Conversation:
    """Replace a conversation's tags, each in one spelling; raises `UnfitError`."""

    def attempt() -> Conversation:
        known = find(caller, conversation_id, board)
        after = actions.tag(known, tags, caller.agent_id)
        if after.tags == known.tags:
            return known
        must_be_as_seen(caller, known)
        return board.conversations.save(known, after)

    return board.settle(attempt)


def place(
    caller: Caller, conversation_id: str, queue: str | None, priority: Priority | None, board: Board
) -> Conversation:
    """Change a conversation's queue or priority by hand; where it waits it moves at once, and is offered.

    In another queue it asks for that queue's skills. From then on only words that are urgent raise it by themselves.
    """
    moved = board.settle(partial(_place, caller, conversation_id, queue, priority, board))
    return find_agent(moved, board) if moved.status is Status.WAITING else moved


def _place(
    caller: Caller, conversation_id: str, queue: str | None, priority: Priority | None, board: Board
) -> Conversation:
    known = find_again(caller, conversation_id, board)
    wanted = queue or known.queue
    skills = known.skills if wanted == known.queue else queue_named(wanted, board).skills
    after = actions.place(known, wanted, skills, priority or known.priority, caller.agent_id, board.clock())
    if lane_of(after) == lane_of(known):
        return known
    may_decide(caller, known)
    must_be_as_seen(caller, known)
    board.queues.add_lane(lane_of(after))
    return board.conversations.save(known, after)


def may_decide(caller: Caller, known: Conversation) -> None:
    """Raise `ForbiddenError` for whoever only sees a conversation that is somebody else's."""
    if not caller.is_lead and known.owner not in {None, caller.agent_id}:
        raise ForbiddenError("somebody else owns this conversation: take it over first, or ask a lead")
