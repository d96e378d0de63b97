"""What an agent has read and begun to write, for nobody but them: unread or not, and their drafts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from switchboard.bookmark import Bookmark, Draft, is_unread, newest_heard
from switchboard.conversation import Conversation
from switchboard.errors import NotFoundError
from switchboard.flows import inbox
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find


class Kept(NamedTuple):
    """A conversation as one agent finds it: beside what it is, what they have read and begun to write."""

    known: Conversation
    bookmark: Bookmark

    @property
    def is_unread(self) -> bool:
        """Whether there is something in it that they have not seen."""
        return is_unread(self.known, self.bookmark)


def kept(caller: Caller, conversations: Iterable[Conversation], board: Board) -> list[Kept]:
    """The caller's bookmarks in conversations, all in one request as long as they are a hundred at most."""
    known = list(conversations)
    return [Kept(*pair) for pair in zip(known, board.bookmarks.of(caller.agent_id, known), strict=True)]


def _blank(caller: Caller, known: Conversation) -> Bookmark:
    return Bookmark(thread=known.thread, number=known.number, agent_id=caller.agent_id)


def mark_read(caller: Caller, conversation_id: str, until: datetime | None, board: Board) -> Kept:
    """Note that the caller has read a conversation as it is, or until a time: an earlier one makes it unread again."""
    known, now = find(caller, conversation_id, board), board.clock()
    heard, noted = (newest_heard(known), now) if until is None else (min(until, now),) * 2
    bookmark = replace(_blank(caller, known), heard_until=heard, noted_until=noted)
    board.bookmarks.mark(bookmark, now)
    return Kept(known, bookmark)


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
