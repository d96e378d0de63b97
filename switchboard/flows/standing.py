"""Customers whom we don't serve: spammers, whose messages go to their own queue, and whom we blocked.

The mark stands on the contact, for all messages to come, and on the conversation, from where its event is derived. Both
are written in an order in which a repetition completes what a crash left.
"""

from functools import partial

from switchboard import actions
from switchboard.channels import channel
from switchboard.conversation import Conversation, Mark
from switchboard.errors import ForbiddenError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find, must_be_as_seen
from switchboard.flows.dispatch import has_room
from switchboard.flows.people import contacts_of
from switchboard.flows.remarks import may_decide


def hold(caller: Caller, conversation_id: str, mark: Mark, board: Board) -> Conversation:
    """End a conversation and hold its customer for a spammer, or block them. Doing it twice is doing it once."""
    known = find(caller, conversation_id, board)
    may_decide(caller, known)
    if known.mark == "blocked" and mark == "spam" and not caller.is_lead:
        raise ForbiddenError("only a lead may lift a block")
    if known.mark != mark or known.is_open:
        must_be_as_seen(caller, known)
    _mark(known, mark, board)

    def attempt() -> tuple[Conversation, str | None]:
        current = find(caller, conversation_id, board)
        if current.mark == mark and not current.is_open:
            return current, None
        now = board.clock()
        after = actions.hold_for(current, mark, caller.agent_id, now)
        return board.conversations.change(current, after, now), current.owner

    held, freed = board.settle(attempt)
    if freed:
        has_room(freed, board)
    return held


def lift(caller: Caller, conversation_id: str, mark: Mark, board: Board) -> Conversation:
    """Take a mark away: a block only as a lead. What is not marked so stays as it is."""
    known = find(caller, conversation_id, board)
    if mark == "blocked" and not caller.is_lead:
        raise ForbiddenError("only a lead may lift a block: ask one")
    _mark(known, None, board, only=mark)

    def attempt() -> Conversation:
        current = find(caller, conversation_id, board)
        if current.mark != mark:
            return current
        return board.conversations.save(current, actions.acquit(current, caller.agent_id))

    return board.settle(attempt)


def _mark(known: Conversation, mark: Mark | None, board: Board, only: Mark | None = None) -> None:
    """Mark all addresses of the person; with `only`, those that are marked so."""
    own = channel(known.channel).contact(known.address)
    others = contacts_of(board.customers.person(known.customer_id), board)
    for address in dict.fromkeys((own, *(contact.address for contact in others))):
        board.settle(partial(_mark_contact, address, mark, board, only))


def _mark_contact(address: str, mark: Mark | None, board: Board, only: Mark | None) -> None:
    contact = board.customers.contact(address)
    if contact and contact.mark != mark and only in {None, contact.mark}:
        board.customers.mark(contact, mark)
