"""What the API takes and shows: pydantic models at the edge, made from the domain's records."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from switchboard.actions import MOST_MENTIONS
from switchboard.conversation import Conversation, Entry, Status
from switchboard.flows.copies import MOST_COPIES
from switchboard.flows.files import Released
from switchboard.flows.floor import QueueState, Standing, Team
from switchboard.flows.inbox import MOST
from switchboard.flows.limits import FileLimits, Limits
from switchboard.flows.uploads import MOST_FILES
from switchboard.gsm7 import PART_SEPTETS, PART_UNITS, SINGLE_SEPTETS, SINGLE_UNITS
from switchboard.message import Attachment, Content, Party
from switchboard.policy import Priority
from switchboard.routing import Agent, Presence
from switchboard.why import Sentence

LONGEST_NOTE = 10_000
AgentId: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
UploadId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
MailAddress: TypeAlias = Annotated[str, Field(min_length=3, max_length=320)]


class View(BaseModel):
    """What is shown; what serialises it is built on first use: a request shows one."""

    model_config = ConfigDict(defer_build=True)


class Body(BaseModel):
    """A request: unknown fields are mistakes and are named."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Query(BaseModel):
    """What stands in a URL after the question mark; unknown names are mistakes, too."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class WhyQuery(Query):
    """`GET /agent/conversations/{id}/why`: after each decision, why it wasn't this one."""

    asked: str | None = Field(default=None, alias="not", min_length=1, max_length=100, description="a name, or an id")


class PresenceBody(Body):
    """`PUT /agent/me/presence`. Sending `online` again is the heartbeat."""

    presence: Presence


class ReplyBody(Body):
    """`POST /agent/conversations/{id}/replies`: words, files, or both.

    `cc` is of mail: exactly these get a copy, and without it whoever had one of what is answered.
    """

    text: str = Field(default="", max_length=100_000, description="at most what the channel takes")
    attachments: tuple[UploadId, ...] = Field(default=(), max_length=MOST_FILES)
    cc: tuple[MailAddress, ...] | None = Field(default=None, max_length=MOST_COPIES)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and not self.attachments:
            raise ValueError("text: write something, or send a file")
        return self


class ResolveBody(Body):
    """`POST /agent/conversations/{id}/resolve`."""

    leave_unanswered: bool = False


class ShiftBody(Body):
    """`PUT /agent/me/shift`; null is no end."""

    until: AwareDatetime | None


class OpeningBody(Body):
    """`POST /agent/conversations`; `subject` is of mail."""

    account: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=1, max_length=320)
    text: str = Field(min_length=1, max_length=100_000, description="at most what the channel takes")
    subject: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\r\n]*$")


class AssignBody(Body):
    """`POST /agent/conversations/{id}/assign`."""

    agent_id: AgentId


class TransferBody(Body):
    """`POST /agent/conversations/{id}/transfer`: to an agent or a queue, with a note for whoever gets it."""

    agent_id: AgentId | None = None
    queue: str | None = Field(default=None, min_length=1, max_length=40)
    note: str = Field(min_length=1, max_length=LONGEST_NOTE)

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if (self.agent_id is None) is (self.queue is None):
            raise ValueError("name either an agent_id or a queue")
        return self


class SnoozeBody(Body):
    """`POST /agent/conversations/{id}/snooze`."""

    until: AwareDatetime


class NoteBody(Body):
    """`POST /agent/conversations/{id}/notes`; `mentions` are agents' ids."""

    text: str = Field(min_length=1, max_length=LONGEST_NOTE)
    mentions: tuple[AgentId, ...] = Field(default=(), max_length=MOST_MENTIONS)


class TagsBody(Body):
    """`PUT /agent/conversations/{id}/tags`: all there are to be."""

    tags: tuple[Annotated[str, Field(max_length=100)], ...] = Field(max_length=100)


class PlaceBody(Body):
    """`PUT /agent/conversations/{id}/place`: what is left out stays."""

    queue: str | None = Field(default=None, min_length=1, max_length=40)
    priority: Priority | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.queue is None and self.priority is None:
            raise ValueError("name a queue, a priority, or both")
        return self


class AgentView(View):
    """An agent: who they are, and how much they can still take. `heartbeat_by` is when they count as gone.

    `held` is what they have and `caps` the most they may have at once, by channel.
    """

    agent_id: str
    name: str
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    units: int
    free: int
    held: dict[str, int]
    caps: dict[str, int]
    presence: Presence
    heartbeat_by: datetime | None
    shift_until: datetime | None

    @classmethod
    def of(cls, agent: Agent) -> "AgentView":
        """As the agent sees themselves."""
        shown = {name: getattr(agent, name) for name in cls.model_fields if name != "heartbeat_by"}
        return cls(**shown, heartbeat_by=agent.due_at)


_SHOWN = (
    *("account", "channel", "language", "queue", "skills", "reasons", "why", "subject", "possibly", "owner"),
    *("customer_id", "opened_at", "awaiting_since", "assigned_by", "tags", "mark"),
)
"""What of a conversation is shown as it is."""


class ConversationView(View):
    """A conversation in a list.

    `reasons` and `why` say what placed it, as codes and in words. `possibly` is a conversation that a mail may belong
    to, by ids that its sender can have had from anywhere. `promised_at` is the newest promise, made anew at
    `renewed_at` if the first would have broken. `heard_at` is when the customer last wrote. `etag` goes into
    `If-Match`, so that what is decided on this state does nothing to another.
    """

    conversation_id: str
    customer_id: str
    account: str
    channel: str
    customer: str
    language: str
    queue: str
    priority: str
    skills: tuple[str, ...]
    reasons: tuple[str, ...]
    why: tuple[str, ...]
    subject: str | None
    possibly: str | None
    status: str
    owner: str | None
    assigned_by: str | None
    tags: tuple[str, ...]
    mark: Literal["spam", "blocked"] | None
    snoozed_until: datetime | None
    opened_at: datetime
    awaiting_since: datetime | None
    lease_until: datetime | None
    promised_at: datetime | None
    renewed_at: datetime | None
    promise: Literal["pending", "kept", "broken"] | None
    heard_at: datetime | None
    etag: str

    @classmethod
    def of(cls, known: Conversation) -> "ConversationView":
        """As an agent sees it."""
        return cls(
            etag=f'"{known.revision}.{known.outbound}"',
            heard_at=known.heard[-1].at if known.heard else None,
            **{name: getattr(known, name) for name in _SHOWN},
            conversation_id=known.id,
            customer=known.address,
            priority=known.priority,
            status=known.status,
            snoozed_until=known.due_at if known.status is Status.SNOOZED else None,
            lease_until=known.due_at if known.owner and known.awaiting_since else None,
            promised_at=known.promised_at,
            renewed_at=known.renewal.at if known.renewal and known.renewal.sent else None,
            promise=known.promise,
        )


class AttachmentView(View):
    """A file of a message: its `n` asks for it. `state` is `fetching`, `ready`, or `refused:` and why.

    `content_type` is what was declared, `sniffed_type` what the bytes say; an `inline` file is shown within the text.
    """

    n: int
    filename: str | None
    content_type: str
    sniffed_type: str | None
    size: int | None
    inline: bool
    state: str

    @classmethod
    def of(cls, n: int, file: Attachment) -> "AttachmentView":
        """As an agent sees it: neither where it came from nor where it lies."""
        names = ("filename", "content_type", "sniffed_type", "size", "inline")
        state = f"refused:{file.refusal}" if file.refusal else "fetching" if file.is_awaited else "ready"
        return cls(**{name: getattr(file, name) for name in names}, n=n, state=state)


class ReleasedView(View):
    """A file that may be downloaded from `url`, without a token, for five minutes."""

    url: str
    filename: str
    content_type: str
    size: int | None

    @classmethod
    def of(cls, file: Released) -> "ReleasedView":
        """As an agent sees it."""
        return cls(**{name: getattr(file, name) for name in cls.model_fields})


class MessageView(View):
    """A message in a timeline; `status` is the delivery of an outbound one.

    `mentions` are the agents who are meant to read a note, which is internal. Who wrote (`sender`), and to whom (`to`,
    `cc`), is told of mail; what was passed on to others has the kind `forward`. `is_whole` is false where there is more
    to read than `text`: the message's own address has it.
    """

    message_id: str
    direction: Literal["inbound", "outbound", "internal"]
    author: Literal["customer", "agent", "system"]
    kind: Literal["message", "acknowledgement", "note", "forward"]
    agent_id: str | None
    mentions: tuple[str, ...]
    text: str
    at: datetime
    attachments: tuple[AttachmentView, ...]
    status: str | None
    code: str | None
    change: Literal["edited", "deleted"] | None
    reaction: str | None
    subject: str | None
    sender: Party | None
    to: tuple[Party, ...]
    cc: tuple[Party, ...]
    language: str | None
    flags: tuple[str, ...]
    is_whole: bool

    @classmethod
    def of(cls, entry: Entry) -> "MessageView":
        """As an agent sees it."""
        names = (
            "direction",
            "author",
            "kind",
            "agent_id",
            "mentions",
            "text",
            "at",
            "status",
            "code",
            "change",
            "reaction",
        )
        of_mail = ("subject", "sender", "to", "cc", "language", "flags")
        return cls(
            **{name: getattr(entry, name) for name in (*names, *of_mail)},
            is_whole=entry.content is None,
            message_id=entry.id,
            attachments=tuple(AttachmentView.of(n, file) for n, file in enumerate(entry.attachments)),
        )


class WholeMessageView(MessageView):
    """A message with all of its content: `full_text` is what was written, `quoted` what `text` leaves out of it.

    `html` is sanitised: safe to show. A picture from elsewhere is `remote:https://…` in it, which loads nothing: to
    fetch it tells whoever wrote that they are read.
    """

    full_text: str | None
    quoted: str | None
    html: str | None

    @classmethod
    def made(cls, entry: Entry, content: Content) -> "WholeMessageView":
        """As an agent sees it."""
        return cls(**{**MessageView.of(entry).model_dump(), **content.model_dump()})


class DecisionView(View):
    """Why this agent has it: who was considered, and what was said of each."""

    at: datetime
    policy: str
    seed: str
    considered: tuple[tuple[str, str], ...]


class SentenceView(View):
    """A sentence of why a conversation is where it is, and when that was."""

    at: datetime
    text: str

    @classmethod
    def of(cls, told: Sentence) -> "SentenceView":
        """As anybody reads it."""
        return cls(at=told.at, text=told.text)


class SegmentsView(View):
    """How long a text message's segments are, alone and joined: septets of GSM 03.38, else UTF-16 units (UCS-2)."""

    gsm7: int = SINGLE_SEPTETS
    gsm7_joined: int = PART_SEPTETS
    ucs2: int = SINGLE_UNITS
    ucs2_joined: int = PART_UNITS


class FileTypeView(View):
    """A type of files that may be sent: how their names end, and how many bytes one may have; a link, if not a file.

    A file that is larger than `bytes_as_file` goes as a link; with 0 they all do.
    """

    content_type: str
    endings: tuple[str, ...]
    bytes_each: int
    bytes_as_file: int


class FilesView(View):
    """What files an answer may have: how many, of which types, and how many bytes each, and all that go as files."""

    most: int
    bytes_each: int
    bytes_in_all: int
    types: tuple[FileTypeView, ...]

    @classmethod
    def of(cls, known: FileLimits) -> "FilesView":
        """As an agent sees it."""
        types = tuple(FileTypeView(**asdict(one)) for one in known.types)
        return cls(most=known.most, bytes_each=known.bytes_each, bytes_in_all=known.bytes_in_all, types=types)


class LimitsView(View):
    """What an answer may be now. `refusal` is why there can be none, whoever writes it.

    `window_until` is when the network stops taking answers unless the customer writes again, in `window_seconds`.
    With `has_copies`, whoever had a copy of what is answered gets one.
    """

    text_limit: int
    unit: Literal["characters", "bytes", "utf-16"]
    segments: SegmentsView | None
    window_until: datetime | None
    window_seconds: int | None
    has_copies: bool
    refusal: str | None
    files: FilesView

    @classmethod
    def of(cls, known: Limits) -> "LimitsView":
        """As an agent sees it."""
        return cls(
            **{name: getattr(known, name) for name in ("text_limit", "unit", "window_until", "has_copies", "refusal")},
            segments=SegmentsView() if known.is_in_segments else None,
            window_seconds=int(known.window_left.total_seconds()) if known.window_left is not None else None,
            files=FilesView.of(known.files),
        )


class WhyView(View):
    """The sentences, in order of time."""

    items: tuple[SentenceView, ...]


class ConversationsQuery(Query):
    """`GET /agent/conversations`. What no index knows is left out of what is read, so that pages may be short."""

    view: Literal["mine", "queue", "all"] = Field(
        default="mine", description="one's own; what waits in one's queues; all that is in them (a lead's are all)"
    )
    queue: str | None = Field(default=None, min_length=1, max_length=40)
    channel: str | None = Field(default=None, min_length=1, max_length=40)
    priority: Priority | None = None
    tag: str | None = Field(default=None, min_length=1, max_length=40, description="as the API spells it")
    status: Status | None = Field(default=None, description="without it, whatever is open")
    owner: AgentId | None = None
    cursor: str | None = Field(default=None, max_length=1000, description="of the page before")
    limit: int = Field(default=50, ge=1, le=MOST)


class SearchBody(Body):
    """`POST /agent/search`: a customer, by address or id, or words, or both. In a body: words don't belong in URLs."""

    customer: str | None = Field(default=None, min_length=1, max_length=320)
    text: str | None = Field(default=None, min_length=2, max_length=200)
    queue: str | None = Field(default=None, min_length=1, max_length=40)
    channel: str | None = Field(default=None, min_length=1, max_length=40)
    status: Status | None = None
    cursor: str | None = Field(default=None, max_length=1000, description="of the page before")
    limit: int = Field(default=25, ge=1, le=MOST)


class StandingView(View):
    """What waits in a queue of one priority; with `is_more`, more than `count`."""

    priority: Priority
    count: int
    is_more: bool
    oldest: datetime | None

    @classmethod
    def of(cls, known: Standing) -> "StandingView":
        """As the API shows it."""
        return cls(**{name: getattr(known, name) for name in cls.model_fields})


class QueueView(View):
    """A queue now. In the last seven days `promised` first answers were due, and `kept` of them came in time."""

    queue: str
    is_open: bool
    waiting: tuple[StandingView, ...]
    promised: int
    kept: int

    @classmethod
    def of(cls, known: QueueState) -> "QueueView":
        """As the API shows it."""
        shown = {name: getattr(known, name) for name in ("queue", "is_open", "promised", "kept")}
        return cls(**shown, waiting=tuple(map(StandingView.of, known.waiting)))


class QueuesView(View):
    """Queues, as the policy orders them."""

    items: tuple[QueueView, ...]


class TeamQuery(Query):
    """`GET /agent/queues/{queue}/agents`: a page."""

    cursor: str | None = Field(default=None, max_length=1000, description="of the page before")
    limit: int = Field(default=50, ge=1, le=MOST)


class TeamView(View):
    """A page of a queue's agents. `cursor` asks for what follows; null where that is nothing."""

    items: tuple[AgentView, ...]
    cursor: str | None

    @classmethod
    def of(cls, page: Team) -> "TeamView":
        """As the API shows it."""
        return cls(items=tuple(map(AgentView.of, page.agents)), cursor=page.cursor)
