"""What an agent has read and begun to write, for nobody but them: unread or not, and their drafts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from switchboard.bookmark import Bookmark, Draft, is_unread, newest_heard
from switchboard.conversation import Conversation, Entry
from switchboard.errors import NotFoundError
from switchboard.excerpt import Spoken
from switchboard.flows import inbox
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find
from switchboard.ports import Drafted

_DROPPED_AT_ONCE = 100


class Kept(NamedTuple):
    """A conversation as one agent finds it: beside what it is and was said last, what they read and began to write."""

    known: Conversation
    bookmark: Bookmark
    spoken: Spoken

    @property
    def is_unread(self) -> bool:
        """Whether there is something in it that they have not seen."""
        return is_unread(self.known, self.bookmark)


def kept(caller: Caller, conversations: Iterable[Conversation], board: Board) -> list[Kept]:
    """The caller's bookmarks in conversations and what was said last there: a request each for a hundred at most."""
    known = list(conversations)
    bookmarks, spoken = board.bookmarks.of(caller.agent_id, known), board.conversations.spoken(known)
    return [Kept(*one) for one in zip(known, bookmarks, spoken, strict=True)]


def opened(caller: Caller, known: Conversation, entries: Iterable[Entry], board: Board) -> Kept:
    """The same of one conversation, all of whose messages are read."""
    (bookmark,) = board.bookmarks.of(caller.agent_id, [known])
    return Kept(known, bookmark, Spoken.of(entries))


def _blank(caller: Caller, known: Conversation) -> Bookmark:
    return Bookmark(thread=known.thread, number=known.number, agent_id=caller.agent_id)


def mark_read(caller: Caller, conversation_id: str, until: datetime | None, board: Board) -> bool:
    """Note that the caller has read a conversation as it is, or until a time: an earlier one makes it unread again.

    Returns whether it is unread all the same.
    """
    known, now = find(caller, conversation_id, board), board.clock()
    heard, noted = (newest_heard(known), now) if until is None else (min(until, now),) * 2
    bookmark = replace(_blank(caller, known), heard_until=heard, noted_until=noted)
    board.bookmarks.mark(bookmark, now)
    return is_unread(known, bookmark)


def keep_draft(caller: Caller, conversation_id: str, draft: Draft, seen: str | None, board: Board) -> Draft:
    """Keep what the caller has begun to write; an empty draft is none.

    `seen` is the etag of the draft that it replaces: raises `OutdatedError` if that changed elsewhere. Keeping the same
    twice is keeping it once.
    """
    now, bookmark = board.clock(), _blank(caller, find(caller, conversation_id, board))
    if draft.is_empty:
        board.bookmarks.drop(bookmark, seen)
        return Draft()
    board.bookmarks.keep(bookmark, draft, seen, now)
    if board.conversations.get(bookmark.thread, bookmark.number) is None:  # erased meanwhile: so is what was kept of it
        board.bookmarks.drop(bookmark, None)
        raise NotFoundError("there is no such conversation any more")
    return replace(draft, updated_at=now)


def drafts(caller: Caller, cursor: str | None, limit: int, board: Board) -> tuple[list[Kept], str | None]:
    """Where the caller has a draft, the one that was begun last first, page by page."""
    page = inbox.drafted(caller, cursor, limit, board)
    found = kept(caller, page.conversations, board)
    return [one for one in found if not one.bookmark.draft.is_empty], page.cursor


def drop_drafts(agent_id: str, board: Board) -> None:
    """Nobody will send any more what somebody has begun to write."""
    row, after = Drafted(agent_id), None
    while stops := board.conversations.walk(row, after, _DROPPED_AT_ONCE):
        for stop in stops:
            board.bookmarks.drop(Bookmark(thread=stop.thread, number=stop.number, agent_id=agent_id), None)
        after = stops[-1]
