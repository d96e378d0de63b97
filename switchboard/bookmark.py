"""An agent's bookmark in a conversation: how far they have read it, and what they have begun to write there. Pure.

It is theirs alone. A draft is the customers' matter as much as a message is, so it lies with the messages and goes with
them.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Literal, TypeAlias

from switchboard.conversation import Conversation
from switchboard.instant import Instant

KEPT = timedelta(days=90)
"""After the last touch a bookmark goes by itself."""
_ETAG_LENGTH = 16

Kind: TypeAlias = Literal["message", "note", "forward"]
"""What it is to become, as messages have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an agent has begun to write; an empty one is none. `attachments` are the ids of uploads."""

    kind: Kind = "message"
    text: str = ""
    subject: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] | None = None
    """None is whoever had a copy of what it answers."""
    attachments: tuple[str, ...] = ()
    updated_at: Instant | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.text or self.subject or self.to or self.cc or self.attachments)

    @property
    def etag(self) -> str:
        """A digest of what is in it: whoever saves the same twice has saved it once."""
        said = asdict(replace(Draft() if self.is_empty else self, updated_at=None))
        return sha256(dumps(said, sort_keys=True).encode()).hexdigest()[:_ETAG_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """Whose it is, and where. Without `heard_until` its agent has never looked at the conversation.

    What the customer said and what colleagues noted have a mark each: the first is by the time of the newest message
    that was there, since one that is older than the look may still be on its way.
    """

    thread: str
    number: int
    agent_id: str
    heard_until: Instant | None = None
    noted_until: Instant | None = None
    mentioned_at: Instant | None = None
    """When a colleague last meant them in a note."""
    draft: Draft = field(default_factory=Draft)


def newest_heard(known: Conversation) -> datetime:
    """When the customer said the newest that a conversation has; its opening, where we wrote first."""
    return known.heard[-1].at if known.heard else known.opened_at


def is_unread(known: Conversation, bookmark: Bookmark) -> bool:
    """Whether its agent has never looked at a conversation, or has been written to or meant since."""
    if bookmark.heard_until is None or newest_heard(known) > bookmark.heard_until:
        return True
    mentioned, noted = bookmark.mentioned_at, bookmark.noted_until
    return mentioned is not None and (noted is None or mentioned > noted)
