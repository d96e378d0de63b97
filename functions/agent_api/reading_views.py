"""What the API takes and shows of what one agent has read and begun to write; nobody else is shown it."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from functions.agent_api.inbox_views import SpokenView
from functions.agent_api.views import Body, DecisionView, LimitsView, MessageView, Query, View
from switchboard.bookmark import Draft, Kind
from switchboard.conversation import Decision, Entry
from switchboard.flows.inbox import MOST
from switchboard.flows.limits import Limits
from switchboard.flows.reading import Kept

Address = Annotated[str, Field(max_length=320)]
"""As far as it is typed."""
_MOST_ADDRESSES, _MOST_FILES = 50, 50
"""More than an answer can have, which is told when it is sent."""
_LARGEST = 300_000
"""Bytes of a draft as JSON: an item of DynamoDB's has 400 KB at most."""
_EXCERPT = 200
"""Characters of a draft that a list shows."""


class ReadBody(Body):
    """`PUT /agent/conversations/{id}/read`; without `until`, a message's `at`, it is all that is there."""

    until: AwareDatetime | None = None


class ReadView(View):
    """Whether there is something in the conversation that the caller has not read."""

    unread: bool


class DraftBody(Body):
    """`PUT /agent/conversations/{id}/draft`. `attachments` are ids of uploads; addresses may be half typed.

    `kind` is what it is to become; `cc` is null for whoever had a copy of what it answers.
    """

    kind: Kind = "message"
    text: str = Field(default="", max_length=100_000)
    subject: str | None = Field(default=None, max_length=200)
    to: tuple[Address, ...] = Field(default=(), max_length=_MOST_ADDRESSES)
    cc: tuple[Address, ...] | None = Field(default=None, max_length=_MOST_ADDRESSES)
    attachments: tuple[Annotated[str, Field(max_length=64)], ...] = Field(default=(), max_length=_MOST_FILES)

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if len(self.model_dump_json().encode()) > _LARGEST:
            raise ValueError(f"a draft has {_LARGEST // 1000} KB at most: shorten it")
        return self

    @property
    def draft(self) -> Draft:
        """The same for the flows."""
        return Draft(**{name: getattr(self, name) for name in type(self).model_fields})


class DraftView(View):
    """What the caller has begun to write; without `updated_at` it is empty, which has an `etag`, too."""

    kind: Kind
    text: str
    subject: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...] | None
    attachments: tuple[str, ...]
    updated_at: datetime | None
    etag: str

    @classmethod
    def of(cls, draft: Draft) -> "DraftView":
        """As its agent sees it."""
        shown = {name: getattr(draft, name) for name in cls.model_fields if name != "etag"}
        return cls(**shown, etag=f'"{draft.etag}"')


class DraftTagView(View):
    """That a draft is kept, since when, and the `etag` for the next time; null if it is empty, and so none."""

    updated_at: datetime | None
    etag: str

    @classmethod
    def of(cls, draft: Draft) -> "DraftTagView":
        """What the caller doesn't know."""
        return cls(updated_at=draft.updated_at, etag=f'"{draft.etag}"')


class ListedView(SpokenView):
    """A conversation in a list: `unread` is whether the customer wrote, or a note meant the caller, since they read it.

    `has_draft` is whether the caller has begun to write something in it.
    """

    unread: bool
    has_draft: bool

    @classmethod
    def made(cls, kept: Kept) -> "ListedView":
        """As its agent sees it."""
        shown = SpokenView.spoken(kept.known, kept.spoken).model_dump()
        return cls(**shown, unread=kept.is_unread, has_draft=not kept.bookmark.draft.is_empty)


class ConversationsView(View):
    """Conversations."""

    items: tuple[ListedView, ...]


class ConversationPageView(View):
    """Part of a list. `cursor` asks for what follows, also of a page that is empty; null where that is nothing."""

    items: tuple[ListedView, ...]
    cursor: str | None


class DraftsQuery(Query):
    """`GET /agent/me/drafts`."""

    cursor: str | None = Field(default=None, max_length=1000, description="of the page before")
    limit: int = Field(default=50, ge=1, le=MOST)


class DraftExcerptView(View):
    """How a draft begins, and when it was last changed; the conversation has it whole."""

    kind: Kind
    excerpt: str
    updated_at: datetime | None


class DraftedView(ListedView):
    """A conversation in which the caller has begun to write something."""

    draft: DraftExcerptView

    @classmethod
    def with_draft(cls, kept: Kept) -> "DraftedView":
        """As its agent sees it."""
        draft = kept.bookmark.draft
        begins = DraftExcerptView(kind=draft.kind, excerpt=draft.text[:_EXCERPT], updated_at=draft.updated_at)
        return cls(**ListedView.made(kept).model_dump(), draft=begins)


class DraftsView(View):
    """A page of drafts, the newest first. `cursor` asks for what follows; null where that is nothing."""

    items: tuple[DraftedView, ...]
    cursor: str | None


class TimelineView(ListedView):
    """A conversation with everything that was said, why it is where it is, and what an answer to it may be.

    `draft` is what the caller has begun to write, empty where that is nothing.
    """

    draft: DraftView
    messages: tuple[MessageView, ...]
    decision: DecisionView | None
    limits: LimitsView

    @classmethod
    def of_all(cls, kept: Kept, entries: list[Entry], chosen: Decision | None, limits: Limits) -> "TimelineView":
        """As an agent sees it."""
        return cls(
            **ListedView.made(kept).model_dump(),
            draft=DraftView.of(kept.bookmark.draft),
            limits=LimitsView.of(limits),
            messages=tuple(MessageView.of(entry) for entry in entries),
            decision=DecisionView(at=chosen.at, policy=chosen.policy, seed=chosen.seed, considered=chosen.considered)
            if chosen
            else None,
        )
