"""What the API takes and shows of leads' work: the quarantine, opt-outs, floods, erasures."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import Field

from functions.agent_api.views import Body, Query, View
from switchboard.erasure import Erasure
from switchboard.erasure import State as ErasureState
from switchboard.flows.held import Held
from switchboard.flows.optouts import MOST as MOST_REFUSALS
from switchboard.flows.optouts import Refused
from switchboard.flows.pages import Page
from switchboard.flows.quarantine import MOST, MOST_COUNTED
from switchboard.quarantine import Quarantined, State

_LONGEST_CURSOR = 1000


class QuarantineQuery(Query):
    """`GET /agent/quarantine`, of all accounts or one."""

    state: State = Field(default=State.OPEN, description="what became of them")
    cursor: str | None = Field(default=None, max_length=_LONGEST_CURSOR, description="of the page before")
    limit: int = Field(default=50, ge=1, le=MOST)


class QuarantinedView(View):
    """A delivery that was verified and could not be understood.

    `asked_at` is when somebody last asked to have it read again, `retried_at` when it last was: it is then `retried`,
    and `outcome` says what it was, or it stays `open` with the reason of today.
    """

    account: str
    quarantine_id: str
    channel: str
    reason: str
    size: int
    at: datetime
    state: Literal["open", "retried", "dismissed"]
    asked_at: datetime | None
    asked_by: str | None
    retried_at: datetime | None
    outcome: str | None
    dismissed_at: datetime | None
    dismissed_by: str | None

    @classmethod
    def of(cls, item: Quarantined) -> "QuarantinedView":
        """As a lead sees it."""
        return cls(**{name: getattr(item, name) for name in QuarantinedView.model_fields})


class QuarantinedBytesView(QuarantinedView):
    """The same with its raw bytes, as base64; null for mail, which is not handed out: it may hold a virus (EM-3)."""

    raw_base64: str | None


class QuarantineCountView(View):
    """How many items of an account are open; with `is_more`, more than `count`."""

    account: str
    count: int
    is_more: bool


class QuarantineView(View):
    """Part of what is in quarantine, the newest first; `cursor` asks for what follows, null where that is nothing.

    `counts` are of all that is open in the accounts asked for, on a first page; null on others.
    """

    items: tuple[QuarantinedView, ...]
    counts: tuple[QuarantineCountView, ...] | None
    cursor: str | None

    @classmethod
    def of(cls, page: Page[Quarantined], counts: Mapping[str, int] | None) -> "QuarantineView":
        """As a lead sees it."""
        counted = (counts or {}).items()
        shown = tuple(
            QuarantineCountView(account=account, count=min(count, MOST_COUNTED), is_more=count > MOST_COUNTED)
            for account, count in counted
        )
        return cls(
            items=tuple(map(QuarantinedView.of, page.items)),
            counts=None if counts is None else shown,
            cursor=page.cursor,
        )


class OptOutsQuery(Query):
    """`GET /agent/optouts`."""

    account: str | None = Field(default=None, min_length=1, max_length=40, description="one of ours; without it, all")
    cursor: str | None = Field(default=None, max_length=_LONGEST_CURSOR, description="of the page before")
    limit: int = Field(default=50, ge=1, le=MOST_REFUSALS)


class OptOutSearchBody(Body):
    """`POST /agent/optouts/search`: an exact address, on all channels. In a body: addresses don't belong in URLs."""

    address: str = Field(min_length=1, max_length=320)


class OptOutBody(Body):
    """`POST /agent/optouts`: a customer told a person to be left alone; `reason` is how, for the audit trail."""

    account: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=1, max_length=320)
    reason: str = Field(min_length=1, max_length=500)


class LiftBody(Body):
    """`POST /agent/optouts/lift`; `reason` is why a person may do that, for the audit trail."""

    account: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=1, max_length=320)
    reason: str = Field(min_length=1, max_length=500)


class OptOutView(View):
    """Whom an account may not write to by itself, since when, and how that came about.

    `stopped` forbids answers, too; `suspected` forbids only what no person writes. `how` is a `word` of the customer's
    own, their `wording` that only sounds like it, the `provider`, an `agent` (`by`), or `carried` over from another
    address or an erasure. `remedy` is what would lift it.
    """

    account: str
    channel: str
    address: str
    customer_id: str
    state: Literal["granted", "suspected", "stopped"]
    since: datetime | None
    how: Literal["word", "wording", "provider", "agent", "carried"] | None
    said: str | None
    by: str | None
    can_be_lifted: bool
    remedy: str | None

    @classmethod
    def of(cls, known: Refused) -> "OptOutView":
        """As a lead sees it."""
        return cls(**{name: getattr(known, name) for name in cls.model_fields})


class OptOutPageView(View):
    """Part of the opt-outs, the newest first; `cursor` asks for what follows, null where that is nothing."""

    items: tuple[OptOutView, ...]
    cursor: str | None

    @classmethod
    def of(cls, page: Page[Refused]) -> "OptOutPageView":
        """As a lead sees it."""
        return cls(items=tuple(map(OptOutView.of, page.items)), cursor=page.cursor)


class ErasureBody(Body):
    """`POST /agent/erasures`: a customer by their address, as a conversation shows it."""

    channel: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=1, max_length=320)


class ReleaseBody(Body):
    """Whose budget is lifted."""

    source: str = Field(min_length=1, max_length=400)


class ErasureView(View):
    """A request to erase a customer: who asked for it when, how far it got, and how much there was."""

    code: str
    state: str
    asked: tuple[dict[str, object], ...]
    done_at: datetime | None
    conversations: int
    messages: int
    files: int
    left_at_provider: int

    @classmethod
    def of(cls, known: Erasure) -> "ErasureView":
        """As a lead sees it."""
        return cls(
            code=known.code,
            state=known.state,
            asked=tuple(asdict(asked) for asked in known.asked),
            done_at=known.done_at if known.state is ErasureState.DONE else None,
            **asdict(known.found),
        )


class HeldView(View):
    """What one counterparty has held in a queue, beyond its budget of waiting places; `source` is what to release."""

    source: str
    counterparty: str
    queue: str
    urgent: bool
    count: int
    since: datetime

    @classmethod
    def of(cls, found: Held) -> "HeldView":
        """As the API shows it."""
        source = found.source
        return cls(
            source=source.text,
            counterparty=source.counterparty,
            queue=source.queue,
            urgent=source.is_urgent,
            count=found.count,
            since=found.since,
        )


class FloodsView(View):
    """Who has something held."""

    items: tuple[HeldView, ...]
