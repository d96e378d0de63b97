"""What the API takes and shows: pydantic models at the edge, made from the domain's records."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from switchboard.conversation import Conversation, Decision, Entry
from switchboard.events import MessageQuarantined
from switchboard.routing import Agent, Presence


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

    @classmethod
    def of(cls, agent: Agent) -> "AgentView":
        """As the agent sees themselves."""
        shown = {name: getattr(agent, name) for name in cls.model_fields if name != "heartbeat_by"}
        return cls(**shown, heartbeat_by=agent.due_at)


class ConversationView(View):
    """A conversation in a list."""

    conversation_id: str
    account: str
    channel: str
    customer: str
    language: str
    queue: str
    priority: str
    skills: tuple[str, ...]
    reasons: tuple[str, ...]
    status: str
    owner: str | None
    opened_at: datetime
    awaiting_since: datetime | None
    lease_until: datetime | None
    promised_at: datetime | None

    @classmethod
    def of(cls, known: Conversation) -> "ConversationView":
        """As an agent sees it."""
        names = ("account", "channel", "language", "queue", "skills", "reasons", "owner", "opened_at", "awaiting_since")
        return cls(
            **{name: getattr(known, name) for name in names},
            conversation_id=known.id,
            customer=known.address,
            priority=known.priority,
            status=known.status,
            lease_until=known.due_at if known.owner and known.awaiting_since else None,
            promised_at=known.acknowledgement.promised_at if known.acknowledgement else None,
        )


class MessageView(View):
    """A message in a timeline; `status` is the delivery of an outbound one."""

    message_id: str
    direction: Literal["inbound", "outbound"]
    author: Literal["customer", "agent", "system"]
    kind: Literal["message", "acknowledgement"]
    text: str
    at: datetime
    attachments: tuple[dict[str, object], ...]
    status: str | None
    code: str | None
    change: Literal["edited", "deleted"] | None
    reaction: str | None

    @classmethod
    def of(cls, entry: Entry) -> "MessageView":
        """As an agent sees it."""
        names = ("direction", "author", "kind", "text", "at", "status", "code", "change", "reaction")
        return cls(
            **{name: getattr(entry, name) for name in names},
            message_id=entry.id,
            attachments=tuple(attachment.model_dump(mode="json") for attachment in entry.attachments),
        )


class DecisionView(View):
    """Why this agent has it: who was considered, and what was said of each."""

    at: datetime
    policy: str
    seed: str
    considered: tuple[tuple[str, str], ...]


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
    """The same with its raw bytes, as base64."""

    raw_base64: str
