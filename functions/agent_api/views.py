"""What the API takes and shows: pydantic models at the edge, made from the domain's records."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from switchboard.actions import MOST_MENTIONS
from switchboard.conversation import Conversation, Decision, Entry, Status
from switchboard.erasure import Erasure, State
from switchboard.events import MessageQuarantined
from switchboard.flows.files import Released
from switchboard.message import Attachment, Content, Party
from switchboard.policy import Priority
from switchboard.routing import Agent, Presence
from switchboard.why import Sentence

LONGEST_NOTE = 10_000
AgentId: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]


class View(BaseModel):
    """What is shown; what serialises it is built on first use: a request shows one."""

    model_config = ConfigDict(defer_build=True)


class Body(BaseModel):
    """A request: unknown fields are mistakes and are named."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class PresenceBody(Body):
    """`PUT /agent/me/presence`. Sending `online` again is the heartbeat."""

    presence: Presence


class ReplyBody(Body):
    """`POST /agent/conversations/{id}/replies`."""

    text: str = Field(min_length=1, max_length=100_000, description="at most what the channel takes")


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


class ErasureBody(Body):
    """`POST /agent/erasures`: a customer by their address, as a conversation shows it."""

    channel: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=1, max_length=320)


class AgentView(View):
    """An agent: who they are, and how much they can still take. `heartbeat_by` is when they count as gone."""

    agent_id: str
    name: str
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    units: int
    free: int
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
    *("opened_at", "awaiting_since", "assigned_by", "tags", "mark"),
)
"""What of a conversation is shown as it is."""


class ConversationView(View):
    """A conversation in a list.

    `reasons` and `why` say what placed it, as codes and in words. `possibly` is a conversation that a mail may belong
    to, by ids that its sender can have had from anywhere.
    """

    conversation_id: str
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

    @classmethod
    def of(cls, known: Conversation) -> "ConversationView":
        """As an agent sees it."""
        return cls(
            **{name: getattr(known, name) for name in _SHOWN},
            conversation_id=known.id,
            customer=known.address,
            priority=known.priority,
            status=known.status,
            snoozed_until=known.due_at if known.status is Status.SNOOZED else None,
            lease_until=known.due_at if known.owner and known.awaiting_since else None,
            promised_at=known.acknowledgement.promised_at if known.acknowledgement else None,
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

    `mentions` are the agents who are meant to read a note, which is internal. Who wrote (`sender`) and to whom else
    (`cc`) is told of mail. `is_whole` is false where there is more to read than `text`: the message's own address has
    it.
    """

    message_id: str
    direction: Literal["inbound", "outbound", "internal"]
    author: Literal["customer", "agent", "system"]
    kind: Literal["message", "acknowledgement", "note"]
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
        of_mail = ("subject", "sender", "cc", "language", "flags")
        return cls(
            **{name: getattr(entry, name) for name in (*names, *of_mail)},
            is_whole=entry.content is None,
            message_id=entry.id,
            attachments=tuple(AttachmentView.of(n, file) for n, file in enumerate(entry.attachments)),
        )


class WholeMessageView(MessageView):
    """A message with all of its content: `full_text` is what was written, `quoted` what `text` leaves out of it.

    `html` is sanitised: safe to show, without remote content.
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


class TimelineView(ConversationView):
    """A conversation with everything that was said, and why it is where it is."""

    messages: tuple[MessageView, ...]
    decision: DecisionView | None

    @classmethod
    def made(cls, known: Conversation, entries: list[Entry], chosen: Decision | None) -> "TimelineView":
        """As an agent sees it."""
        return cls(
            **ConversationView.of(known).model_dump(),
            messages=tuple(MessageView.of(entry) for entry in entries),
            decision=DecisionView(at=chosen.at, policy=chosen.policy, seed=chosen.seed, considered=chosen.considered)
            if chosen
            else None,
        )


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
            done_at=known.done_at if known.state is State.DONE else None,
            **asdict(known.found),
        )


class QuarantinedView(View):
    """A delivery that was verified and could not be understood."""

    account: str
    quarantine_id: str
    channel: str
    reason: str
    size: int
    at: datetime

    @classmethod
    def of(cls, item: MessageQuarantined) -> "QuarantinedView":
        """As a lead sees it."""
        return cls(**{name: getattr(item, name) for name in cls.model_fields})


class QuarantinedBytesView(QuarantinedView):
    """The same with its raw bytes, as base64; null for mail, which is not handed out: it may hold a virus (EM-3)."""

    raw_base64: str | None
