"""What changes something that is known, and opens nothing: edits, reactions, blocks, answers by other programs."""

from dataclasses import replace
from datetime import datetime

from switchboard import conversation as transition
from switchboard.channels import channel
from switchboard.conversation import Entry, thread_of
from switchboard.flows.board import Board
from switchboard.flows.meet import rename
from switchboard.message import Deletion, Edit, Reaction, Received, Unhandled
from switchboard.ports import Contact


def amend(message: Received, at: datetime, board: Board) -> str:
    """Give such an event its effect; returns what was done, as a code. Repeating it changes nothing more."""
    if isinstance(message, Edit | Deletion | Reaction):
        return board.settle(lambda: _change(message, at, board))
    if isinstance(message, Unhandled) and message.kind == "echo":
        return board.settle(lambda: _note_answer(message, board))
    if isinstance(message, Unhandled) and message.kind in {"block", "unblock"}:
        return board.settle(lambda: _note_block(message, board))
    if isinstance(message, Unhandled) and message.kind == "system" and message.from_mailboxes:
        return rename(message, at, board)
    return "ignored"


def _change(message: Edit | Deletion | Reaction, at: datetime, board: Board) -> str:
    """A sender changed, took back or marked a message; what we don't have is not changed (rule FB-3)."""
    contact = board.customers.contact(_address(message))
    known = _targeted(message, contact, board) if contact else None
    if known is None or (known.direction != "inbound" and not isinstance(message, Reaction)):
        return f"{message.kind}_of_unknown"
    changed = _changed(known, message, at)
    if changed and changed != known:
        board.conversations.amend(known, changed)
    return message.kind


def _targeted(message: Edit | Deletion | Reaction, contact: Contact, board: Board) -> Entry | None:
    """The message that is meant: the sender's own by its id, one of ours by the id that the network gave it."""
    thread = thread_of(message.account, contact.customer_id)
    if own := board.conversations.entry(thread, message.target):
        return own
    ours = board.conversations.alias(message.account, [message.target])
    return board.conversations.entry(thread, ours.message_id) if ours and ours.thread == thread else None


def _note_answer(echo: Unhandled, board: Board) -> str:
    """One of us answered a customer by another program: no acknowledgement any more (rule X-14)."""
    contact = board.customers.contact(channel(echo.channel).contact(echo.to[0].address)) if echo.to else None
    known = board.conversations.latest(thread_of(echo.account, contact.customer_id)) if contact else None
    if known is None or not known.is_open or known.answered_elsewhere or _is_ours(echo, board):
        return "echo"
    board.conversations.save(known, replace(known, answered_elsewhere=True))
    return "answered_elsewhere"


def _is_ours(echo: Unhandled, board: Board) -> bool:
    """Whether we sent it ourselves: then its id is known to us."""
    told = echo.thread.message_id if echo.thread else None
    return told is not None and board.conversations.alias(echo.account, [told]) is not None


def _note_block(message: Unhandled, board: Board) -> str:
    """A customer shut us out of their app, or let us in again (rules TG-4, LN-5)."""
    contact = board.customers.contact(_address(message))
    reason = "blocked" if message.kind == "block" else None
    if contact and contact.undeliverable != reason:
        board.customers.suppress(contact, reason)
    return message.kind


def _changed(known: Entry, message: Edit | Deletion | Reaction, at: datetime) -> Entry | None:
    if isinstance(message, Edit):
        return transition.edit(known, message.text, message.attachments, at)
    if isinstance(message, Deletion):
        return transition.delete(known, at)
    return replace(known, reaction=message.emoji or None)


def _address(message: Edit | Deletion | Reaction | Unhandled) -> str:
    return channel(message.channel).contact(message.sender.address if message.sender else "")
