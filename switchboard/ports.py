"""What the flows ask of the outside world. `switchboard.aws` answers; nothing here knows how.

Writes are conditional: they raise `ConflictError` where somebody else was first, and the flow reads and decides again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from switchboard.consent import Consent, ConsentEvent
from switchboard.conversation import Conversation, Decision, Entry
from switchboard.events import Event, MessageQuarantined
from switchboard.instant import Instant
from switchboard.promise import ResponseTimes
from switchboard.routing import Agent, Lane, Presence, Waiting

Clock = Callable[[], datetime]


class Bus(Protocol):
    """The event bus."""

    def publish(self, events: Sequence[Event]) -> None:
        """Put events on the bus; raises `BusRefusedError` if it did not take every one."""


class RawStore(Protocol):
    """Raw bytes of what could not be understood."""

    def keep(self, key: str, raw: bytes) -> None:
        """Store; raises `UnavailableError`."""

    def fetch(self, key: str) -> bytes:
        """Read; raises `NotFoundError` for what has expired."""


class Secrets(Protocol):
    """Credentials of our accounts."""

    def of(self, account: str) -> Sequence[dict[str, str]]:
        """Current first, then previous, without placeholders.

        Raises `SecretMissingError` if none is left, `UnavailableError` if they are out of reach.
        """

    def refresh(self, account: str) -> bool:
        """Forget the cached value, at most once a minute; whether it was forgotten (rule SEC-12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An address that has written to us: who it is, what it consented to, and how often we wrote by ourselves."""

    address: str
    customer_id: str
    consents: dict[str, Consent]
    """By account."""
    acknowledged: dict[str, Instant]
    """Conversations acknowledged lately, for the daily budget (rule X-15)."""
    revision: int = 1

    def consent(self, account: str) -> Consent:
        """What this address lets this account do."""
        return self.consents.get(account, Consent())


class Customers(Protocol):
    """Who writes to us."""

    def contact(self, address: str) -> Contact | None: ...

    def meet(self, address: str, customer_id: str, at: datetime) -> Contact:
        """The contact of an address; a first one is made under this id, and only once however many meet at once."""

    def record_consent(self, contact: Contact, account: str, consent: Consent, evidence: "Evidence") -> None:
        """Write the state and its audit row together.

        Raises `ConflictError` if the contact changed, `AlreadyRecordedError` if this evidence had its effect before.
        """

    def has_evidence(self, contact: Contact, account: str, provider_id: str) -> bool:
        """Whether a message has changed this consent before."""

    def count_acknowledgement(self, contact: Contact, acknowledged: dict[str, datetime]) -> None:
        """Replace the budget's record; raises `ConflictError` if it changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a consent changed: kept for audit."""

    kind: ConsentEvent
    wording: str
    provider_id: str
    at: Instant


class Conversations(Protocol):
    """Conversations and their messages."""

    def latest(self, thread: str) -> Conversation | None:
        """The newest conversation of a thread, read consistently."""

    def get(self, thread: str, number: int) -> Conversation | None:
        """One conversation, read consistently."""

    def open(self, conversation: Conversation) -> None:
        """Write a new one; raises `ConflictError` if this number of its thread exists."""

    def save(self, before: Conversation, after: Conversation) -> Conversation:
        """Write a change; returns it with its new revision, raises `ConflictError`."""

    def claim(self, before: Conversation, after: Conversation, decision: Decision) -> Conversation:
        """Write a change that takes units from its owner, and why, in one transaction.

        Raises `ConflictError` if the conversation changed, `AgentUnavailableError` if the agent has not the units or
        is not online.
        """

    def free(self, before: Conversation, after: Conversation, at: datetime) -> Conversation:
        """Write a change that gives its cost back to the agent who owned it, in one transaction."""

    def write(self, before: Conversation, after: Conversation, entry: Entry) -> Conversation:
        """Write a change together with its outbound message; raises `ConflictError`, also if the message exists."""

    def record(self, entry: Entry) -> Entry | None:
        """Write an inbound message unless its id is known; returns the one that was there first, or None."""

    def move(self, entry: Entry, number: int) -> None:
        """Put a message into another conversation of its thread."""

    def amend(self, before: Entry, after: Entry) -> None:
        """Change what a message says; raises `ConflictError` if another change came first."""

    def entry(self, thread: str, entry_id: str) -> Entry | None:
        """One message, read consistently."""

    def entries(self, thread: str, number: int) -> list[Entry]:
        """All messages of a conversation in order of time, read consistently."""

    def advance(self, before: Entry, after: Entry) -> Entry:
        """Change an outbound message's delivery; raises `ConflictError` if its status is no longer the one read."""

    def decision(self, thread: str, number: int) -> Decision | None:
        """The newest decision that gave a conversation to an agent."""

    def heads(self, lane: Lane, limit: int) -> list[Waiting]:
        """The first in a lane; may be stale."""

    def due(self, now: datetime, limit: int) -> list[tuple[str, int]]:
        """Thread and number of conversations that time alone may change now, the longest due first; may be stale."""

    def owned(self, agent_id: str) -> list[tuple[str, int]]:
        """Thread and number of an agent's conversations; may be stale."""


class Agents(Protocol):
    """Who answers."""

    def get(self, agent_id: str) -> Agent | None:
        """One agent, read consistently."""

    def put(self, agent: Agent) -> None:
        """Add an agent or change what a lead decides: name, queues, skills, capacity. Presence and load stay."""

    def set_presence(self, agent_id: str, presence: Presence, due_at: datetime, at: datetime) -> Agent:
        """Record what an agent says, which is also a heartbeat; raises `NotFoundError` for an unknown agent."""

    def mark_gone(self, agent: Agent) -> None:
        """Set offline whoever's heartbeat is overdue; raises `ConflictError` if one came meanwhile."""

    def clear_due(self, agent: Agent) -> None:
        """Nothing is left to hand on from an agent who is offline; no effect if they came back meanwhile."""

    def ensure_listed(self, agent_id: str, token: str) -> None:
        """Show the agent to dispatch in each of its queues, where it isn't already."""

    def sample(self, lane: Lane, token: str, limit: int) -> list[Agent]:
        """Up to `limit` listed agents of the lane's queue who have its skills, from a random point on.

        May be stale; whoever is found to be full or absent is no longer listed.
        """

    def due(self, now: datetime, limit: int) -> list[str]:
        """Agents whose heartbeat is overdue, or who went offline and may have left work behind; may be stale."""


class Queues(Protocol):
    """What is remembered per queue."""

    def lanes(self, queue: str) -> Collection[Lane]:
        """Every lane that has ever held something."""

    def add_lane(self, lane: Lane) -> None: ...

    def response_times(self, queue: str, priority: str, now: datetime) -> ResponseTimes:
        """How long first answers took lately, in business seconds."""

    def count_response(self, queue: str, priority: str, seconds: float, at: datetime) -> None:
        """Count one response time, commutatively."""


class Quarantine(Protocol):
    """What could not be understood, for a lead to look at."""

    def add(self, item: MessageQuarantined) -> None: ...

    def list(self, account: str, limit: int) -> "list[MessageQuarantined]": ...

    def get(self, account: str, quarantine_id: str) -> MessageQuarantined | None: ...


class RouterQueue(Protocol):
    """The router's own queue."""

    def look_again(self, detail: dict[str, str], delay: timedelta) -> None:
        """Ask for one more look at a hand-over, a moment later."""
