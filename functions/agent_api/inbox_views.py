"""What the API shows of conversations in lists beside what they are: what was said last."""

from datetime import datetime
from typing import Literal

from functions.agent_api.views import ConversationView, View
from switchboard.conversation import Conversation
from switchboard.excerpt import FileKind, Spoken, Words


class LastView(View):
    """What customer and agents said to each other last: no note, no forward, no acknowledgement.

    `excerpt` is how it begins, as one line of at most 120 characters; empty where there are no words, or where they
    were taken back (`change`). `file_kind` is what all of its `files` are.
    """

    author: Literal["customer", "agent"]
    agent_id: str | None
    excerpt: str
    files: int
    file_kind: FileKind | None
    change: Literal["edited", "deleted"] | None
    at: datetime

    @classmethod
    def of(cls, words: Words) -> "LastView":
        """As an agent sees it."""
        names = ("author", "agent_id", "excerpt", "file_kind", "change", "at")
        return cls(**{name: getattr(words, name) for name in names}, files=len(words.files))


class SpokenView(ConversationView):
    """A conversation with what was said `last`; null where that is not known.

    `called` is what the customer calls themselves in their newest message, as their network or their mail tells it:
    nothing proves it, so show it beside the address.
    """

    last: LastView | None
    called: str | None

    @classmethod
    def spoken(cls, known: Conversation, spoken: Spoken) -> "SpokenView":
        """As an agent sees it."""
        last = LastView.of(spoken.last) if spoken.last else None
        return cls(**ConversationView.of(known).model_dump(), last=last, called=spoken.called(known.address))
