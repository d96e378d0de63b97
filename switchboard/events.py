"""What travels over the event bus: versioned shapes, tested from both ends.

`message.received` and `message.quarantined` come from the ingest functions. Everything about a conversation is derived
from committed changes of its table (`outbox`) and carries ids and facts only: never text, names or addresses, so that
it may be archived. A reader accepts the version before its own and ignores types that it doesn't know; a field, a code
or a type is only ever added, or a new version made.
"""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from switchboard.message import DeliveryStatus, Inbound, Model

SOURCE = "switchboard"


class Event(Model):
    """Base of everything on the bus; `at` is when it became true, UTC."""

    DETAIL_TYPE: ClassVar[str]

    version: Literal[1] = 1
    at: AwareDatetime = Field(description="when it became true, UTC")


class MessageReceived(Event):
    """A verified delivery, normalised. The only event with content: it is never archived."""

    DETAIL_TYPE: ClassVar[str] = "message.received"

    message: Inbound


class MessageQuarantined(Event):
    """A verified delivery that could not be understood; its raw bytes are kept under `key`."""

    DETAIL_TYPE: ClassVar[str] = "message.quarantined"

    account: str
    channel: str
    quarantine_id: str = Field(description="derived from the raw bytes, of mail from its key: the same each time")
    reason: str
    key: str = Field(description="object key of the raw bytes in the raw bucket")
    size: int
    query: str = Field(default="", description="query of the webhook's URL, where it has a body beside it")


class ConversationEvent(Event):
    """What all events of a conversation say."""

    conversation_id: str = Field(description="`{account}.{customer}.{number}`; the customer's part is random")
    account: str = Field(description="which of our addresses, by its key in the policy")
    channel: str = Field(description="the channel's name, such as `sms`")


class PlacedEvent(ConversationEvent):
    """An event that also says in which queue and how pressing the conversation is."""

    queue: str = Field(description="the queue's key in the policy")
    priority: str = Field(description="`urgent`, `high`, `normal` or `low`")
    former_queue: str | None = Field(default=None, description="the queue that this took it from, if it moved")
    former_agent_id: str | None = Field(default=None, description="who owned it until this; absent if they still do")


class ConversationOpened(PlacedEvent):
    """A customer's message opened a conversation, or an agent did, to write first."""

    DETAIL_TYPE: ClassVar[str] = "conversation.opened"

    skills: tuple[str, ...] = Field(default=(), description="what an agent must be able to do")
    policy: str = Field(description="content hash of the policy that placed it")
    agent_id: str | None = Field(default=None, description="who opened it; absent where the customer did")


class ConversationQueued(PlacedEvent):
    """A conversation waits for an agent again."""

    DETAIL_TYPE: ClassVar[str] = "conversation.queued"

    reason: Literal["customer_returned", "lease_lapsed", "agent_gone", "agent_offline", "snooze_over", "transferred"]
    waiting_since: AwareDatetime = Field(description="the oldest message without an answer: its place in the lane")
    agent_id: str | None = Field(default=None, description="who transferred it; absent for other reasons")


class ConversationAssigned(PlacedEvent):
    """An agent owns the conversation now."""

    DETAIL_TYPE: ClassVar[str] = "conversation.assigned"

    agent_id: str = Field(description="the agent's `sub` in the user pool")
    waited_seconds: float = Field(description="clock time since the customer's oldest unanswered message")
    lease_until: AwareDatetime | None = Field(
        description="an answer is due by then, else the next agent is asked; absent if the queue never opens"
    )
    policy: str
    by: str | None = Field(default=None, description="who decided it, as an agent's id; absent for the machine")


class ConversationMessageAdded(ConversationEvent):
    """A message joined the conversation, in either direction. An outbound one is about to be sent."""

    DETAIL_TYPE: ClassVar[str] = "conversation.message_added"

    message_id: str = Field(description="of an inbound message the provider's id, of an outbound one ours")
    direction: Literal["inbound", "outbound"]
    author: Literal["customer", "agent", "system"]
    kind: Literal["message", "acknowledgement", "forward"]
    attachments: int = Field(default=0, description="files of it that are still to be fetched")


class ConversationMessageChanged(ConversationEvent):
    """The customer edited a message, took it back, or put an emoji to it; or its files have been fetched.

    What it says now is read through the API.
    """

    DETAIL_TYPE: ClassVar[str] = "conversation.message_changed"

    message_id: str
    change: Literal["edited", "deleted", "reacted", "fetched"]
    removed: tuple[str, ...] = Field(default=(), description="keys of our copies of files that it no longer has")


class ConversationAcknowledged(PlacedEvent):
    """The customer was promised an answer, or deliberately not."""

    DETAIL_TYPE: ClassVar[str] = "conversation.acknowledged"

    sent: bool
    reason: str = Field(description="why it was sent or why not, as a code")
    promised_at: AwareDatetime | None = Field(default=None, description="the announced bound, as worded and rounded")
    samples: float = Field(default=0, description="weight of measured responses behind the estimate; 0 is the default")
    bound: AwareDatetime | None = Field(
        default=None, description="the estimate before rounding, also where nothing was said"
    )


class ConversationPromiseRenewed(PlacedEvent):
    """The promise was about to break: the customer was told a new time, or deliberately not. Once at most."""

    DETAIL_TYPE: ClassVar[str] = "conversation.promise_renewed"

    sent: bool
    reason: str = Field(description="why it was sent or why not, as a code")
    promised_before: AwareDatetime | None = Field(default=None, description="the promise that was about to break")
    promised_at: AwareDatetime | None = Field(default=None, description="the new one")


class ConversationPromiseBroken(PlacedEvent):
    """The newest promise has passed, and nobody has answered."""

    DETAIL_TYPE: ClassVar[str] = "conversation.promise_broken"

    promised_at: AwareDatetime
    renewed: bool = Field(description="whether it was a renewed one")


class ConversationAnswered(PlacedEvent):
    """An agent answered what the customer was waiting for."""

    DETAIL_TYPE: ClassVar[str] = "conversation.answered"

    agent_id: str
    first: bool = Field(description="the first answer since the conversation opened")
    response_seconds: float = Field(description="business time from the oldest unanswered message to the answer")
    promise_kept: bool | None = Field(default=None, description="absent where nothing had been promised")
    bound: AwareDatetime | None = Field(
        default=None, description="of a first answer, the estimate before rounding, also where nothing was said"
    )
    renewed: bool = Field(default=False, description="whether the customer had been told a second time")


class ConversationDeliveryChanged(ConversationEvent):
    """An outbound message got further, or failed."""

    DETAIL_TYPE: ClassVar[str] = "conversation.delivery_changed"

    message_id: str
    status: DeliveryStatus
    code: str | None = None


class ConversationIdled(PlacedEvent):
    """The customer has been silent for a while after an answer: the agent's slot is free again."""

    DETAIL_TYPE: ClassVar[str] = "conversation.idled"

    agent_id: str


class ConversationResolved(PlacedEvent):
    """The conversation is over; the customer's next message opens a new one, unless it only thanks."""

    DETAIL_TYPE: ClassVar[str] = "conversation.resolved"

    by: Literal["agent", "silence"]
    agent_id: str | None = Field(default=None, description="who ended it; absent for silence")


class ConversationReopened(PlacedEvent):
    """An agent took up again what was resolved; it is theirs."""

    DETAIL_TYPE: ClassVar[str] = "conversation.reopened"

    agent_id: str


class ConversationSnoozed(PlacedEvent):
    """A conversation was put aside: it waits again at the end of the snooze, or when its customer writes."""

    DETAIL_TYPE: ClassVar[str] = "conversation.snoozed"

    agent_id: str = Field(description="who did it")
    until: AwareDatetime


class ConversationPlaced(PlacedEvent):
    """An agent changed the queue or the priority; where it is now is what every placed event says."""

    DETAIL_TYPE: ClassVar[str] = "conversation.placed"

    agent_id: str = Field(description="who did it")
    from_queue: str
    from_priority: str


class ConversationTagged(PlacedEvent):
    """An agent changed the tags. They are people's own words: the API has them."""

    DETAIL_TYPE: ClassVar[str] = "conversation.tagged"

    agent_id: str = Field(description="who did it")
    tags: int = Field(description="how many there are now")


class ConversationMarked(PlacedEvent):
    """An agent holds the customer for a spammer, blocked them, or lifted that."""

    DETAIL_TYPE: ClassVar[str] = "conversation.marked"

    agent_id: str = Field(description="who did it")
    mark: Literal["spam", "blocked"] | None = Field(default=None, description="absent when it was lifted")


class ConversationNoted(ConversationEvent):
    """An agent wrote an internal note; what it says is read through the API."""

    DETAIL_TYPE: ClassVar[str] = "conversation.noted"

    message_id: str
    agent_id: str = Field(description="who wrote it")
    mentions: tuple[str, ...] = Field(default=(), description="ids of the agents who are meant to read it")


class ConversationErased(ConversationEvent):
    """The conversation is gone, with all that was said in it: its customer asked to be forgotten. Forget it, too."""

    DETAIL_TYPE: ClassVar[str] = "conversation.erased"

    former_queue: str | None = Field(default=None, description="the queue that it was in")
    former_agent_id: str | None = Field(default=None, description="who had it, or had it last")


CONVERSATION_EVENTS: tuple[type[ConversationEvent], ...] = (
    ConversationOpened,
    ConversationQueued,
    ConversationAssigned,
    ConversationMessageAdded,
    ConversationMessageChanged,
    ConversationAcknowledged,
    ConversationPromiseRenewed,
    ConversationPromiseBroken,
    ConversationAnswered,
    ConversationDeliveryChanged,
    ConversationIdled,
    ConversationResolved,
    ConversationReopened,
    ConversationSnoozed,
    ConversationPlaced,
    ConversationTagged,
    ConversationMarked,
    ConversationNoted,
    ConversationErased,
)

ALL_EVENTS: tuple[type[Event], ...] = (MessageReceived, MessageQuarantined, *CONVERSATION_EVENTS)
