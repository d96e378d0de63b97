"""Waiting places: who begins to wait takes one of their counterparty's, who waits no more leaves it to the next.

Ids are put into a set before the conversation is written, and leave it when somebody needs the place: whoever finds the
set full reads its conversations and removes those that wait no more. So nobody has to subtract, a crash costs nothing
that the next look doesn't find, and a customer who floods nobody costs one write.
"""

from dataclasses import replace
from datetime import timedelta

from switchboard.channels import channel
from switchboard.conversation import Conversation, split_id
from switchboard.flood import Places, Source, has_place, source_of
from switchboard.flows.board import Board
from switchboard.message import Message

SETTLING = timedelta(minutes=1)
"""Within it a conversation that took a place has been written, or never will be by the same try."""
_FRESH = timedelta(seconds=30)
"""So long a note that it is crowded is not written again. Less than what clears it: see `flows.held.fill`."""
AFTER = timedelta(seconds=1)
"""An index has caught up by then."""


def counterparty_of(message: Message, customer_id: str) -> str | None:
    """Who answers for what a message opens; None for a chat, which is one conversation however much is written.

    A person who proves their address is one counterparty. What proves nothing could name any address, and a machine
    often names a new one each time: these count for their domain as a whole.
    """
    if channel(message.channel).transport != "email":
        return None
    is_machine = message.auto is not None and (message.auto.generated or not message.auto.may_reply)
    if is_machine or "unverified" in message.flags:
        return "@" + message.sender.address.rpartition("@")[2].lower().replace(" ", "")
    return customer_id


def seat(conversation: Conversation, board: Board) -> Conversation:
    """Take a place for what is about to wait; without one it is held."""
    source = source_of(conversation)
    if source is None or take(source, conversation.id, board):
        return conversation
    return replace(conversation, held=True)


def take(source: Source, conversation_id: str, board: Board) -> bool:
    """Take a place; if there is none, look which are taken by what waits no more. Whether there was one.

    That it was crowded is written before the others are looked at: who leaves the lane after that look sees the note.
    """
    most, now = board.policy.flood.waiting, board.clock()
    full = board.places.take(source, conversation_id, most, now)
    if full is None:
        return True
    if full.crowded_at is None or now - full.crowded_at > _FRESH:
        board.places.crowd(source, now)
    return bool(tidy(source, full, board)) and board.places.take(source, conversation_id, most, now) is None


def tidy(source: Source, places: Places, board: Board) -> list[str]:
    """Remove from the set what waits no more; returns that."""
    gone = [member for member in sorted(places.members) if _is_gone(member, source, places, board)]
    if gone:
        board.places.leave(source, gone)
    return gone


def _is_gone(member: str, source: Source, places: Places, board: Board) -> bool:
    """Whether a place is free. What is held has just been given it, and is about to wait; the next look sees to it."""
    known = board.conversations.get(*split_id(member))
    if known is None:  # it is being opened just now, or its opening failed, or it was erased
        return places.taken_at is None or board.clock() - places.taken_at > SETTLING
    return not has_place(known, source) and not (known.held and source_of(known) == source)


def leave(before: Conversation, board: Board) -> None:
    """Something waits no more, and that is written: if its counterparty is crowded, have the next one get its place."""
    source = source_of(before)
    if source and has_place(before, source) and board.places.get(source).crowded_at:
        board.router_queue.look_again({"source": source.text}, AFTER)
