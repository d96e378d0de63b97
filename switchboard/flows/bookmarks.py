"""What saying something does to bookmarks: a draft that was sent is none any more, and whoever answers has read.

All of it comes after what was said is written, and again with each repetition of the request: who dies between the two
leaves a draft that was sent.
"""

from switchboard.bookmark import Bookmark, newest_heard
from switchboard.conversation import Conversation, Entry
from switchboard.flows.board import Board


def answered(known: Conversation, entry: Entry, board: Board) -> None:
    """An agent answered a conversation, so they have read what was there then."""
    said(entry, board)
    if entry.agent_id:
        heard = min(newest_heard(known), entry.at)
        mark = Bookmark(
            thread=entry.thread,
            number=entry.number,
            agent_id=entry.agent_id,
            heard_until=heard,
            noted_until=entry.at,
        )
        board.bookmarks.mark(mark, entry.at)


def said(entry: Entry, board: Board) -> None:
    """An agent said something: to the customer, to others, or to colleagues, some of whom it may mean."""
    board.bookmarks.sent(entry)
    if entry.mentions:
        board.bookmarks.mention(entry)
