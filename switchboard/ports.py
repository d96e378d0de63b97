"""What the flows ask of the outside world. `switchboard.aws` answers; nothing here knows how.

Writes are conditional: they raise `ConflictError` where somebody else was first, and the flow reads and decides again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Protocol

from switchboard.channels.media import Download
from switchboard.consent import Consent, ConsentEvent
from switchboard.conversation import Conversation, Decision, Entry, Mark
from switchboard.decisions import Record, Seen
from switchboard.erasure import Erasure
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
        """Read; raises `NotFoundError` for what has expired, `UnavailableError`."""


class Bucket(RawStore, Protocol):
    """The same for whoever may also remove from it."""

    def remove(self, keys: Sequence[str]) -> None:
        """Make sure that they are gone; raises `UnavailableError`."""


class Web(Protocol):
    """The networks' files, under the guard of rule SEC-8."""

    def get(self, download: Download, hosts: Sequence[str], limit: int, into: IO[bytes]) -> int:
        """GET into a file, up to `limit` bytes; returns the status, which need not be a success.

        Raises `MediaRefusedError` for what must not be fetched, `MediaUnavailableError` where the network is too slow.
        """


class MediaStore(Protocol):
    """Our copies of customers' files, apart from everything else (rule SEC-10)."""

    def put(self, key: str, content: IO[bytes]) -> None:
        """Store from where the file stands; raises `UnavailableError`."""

    def verdict(self, key: str) -> str | None:
        """What the scan for malware found, in GuardDuty's words; None before it. Raises `NotFoundError`."""

    def link(self, key: str, filename: str) -> str:
        """A URL by which anybody can download it under this name for five minutes."""


class MailStore(Protocol):
    """The same bucket for mail, as SES puts it there. What reads raises `NotFoundError`, and all `UnavailableError`."""

    def keep(self, key: str, raw: bytes) -> None: ...

    def size(self, key: str) -> int:
        """Bytes of an object, without reading it."""

    def fetch(self, key: str) -> bytes: ...

    def fetch_head(self, key: str, length: int) -> bytes:
        """That many bytes from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far an account's messages at the provider have been compared with ours (rule X-3).

    Before `begun` they were none of ours. `handed_over` are the ids that were put on the bus since `until` was two
    hours younger, and when each came: they are on their way, and are not put there again.
    """

    begun: Instant
    until: Instant
    handed_over: dict[str, Instant] = field(default_factory=dict)


class Cursors(Protocol):
    """How far each account has been compared."""

    def get(self, account: str) -> Cursor | None: ...

    def put(self, account: str, cursor: Cursor) -> None: ...


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
    wordings: dict[str, str] = field(default_factory=dict)
    """Digest of what opened each of these."""
    undeliverable: str | None = None
    """Why nothing may be sent there: `bounced`, `complained` (rule EM-25) or `blocked` by the customer."""
    met_at: Instant | None = None
    mark: Mark | None = None
    """What an agent holds them for."""
    tier: str | None = None
    """One of the policy's tiers, written here by whoever knows it; the router only reads it."""
    revision: int = 1

    def consent(self, account: str) -> Consent:
        """What this address lets this account do."""
        return self.consents.get(account, Consent())


class Customers(Protocol):
    """Who writes to us."""

    def contact(self, address: str) -> Contact | None: ...

    def meet(self, address: str, customer_id: str, at: datetime, after: Erasure | None = None) -> Contact:
        """The contact of an address; a first one is made under this id, and only once however many meet at once.

        A first one after an erasure has what the customer had forbidden before.
        """

    def addresses(self, customer_id: str) -> list[str]:
        """Contacts that are one customer; may be stale."""

    def forget(self, contact: Contact) -> None:
        """Remove a contact and its audit trail; raises `ConflictError` if it changed meanwhile."""

    def meet_again(self, known: Contact, address: str, at: datetime) -> Contact:
        """The contact of another address of the same customer: a first one is made with the same consents."""

    def record_consent(self, contact: Contact, account: str, consent: Consent, evidence: "Evidence") -> None:
        """Write the state and its audit row together.

        Raises `ConflictError` if the contact changed, `AlreadyRecordedError` if this evidence had its effect before.
        """

    def has_evidence(self, contact: Contact, account: str, provider_id: str) -> bool:
        """Whether a message has changed this consent before."""

    def count_acknowledgement(
        self, contact: Contact, acknowledged: dict[str, datetime], wordings: dict[str, str]
    ) -> None:
        """Replace the budget's record; raises `ConflictError` if it changed meanwhile."""

    def suppress(self, contact: Contact, reason: str | None) -> None:
        """Send nothing more there, or again (None); raises `ConflictError` if the contact changed meanwhile."""

    def mark(self, contact: Contact, mark: Mark | None) -> None:
        """Hold a contact for something, or for nothing any more; raises `ConflictError` if it changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a consent changed: kept for audit."""

    kind: ConsentEvent
    wording: str
    provider_id: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of a message, by which others refer to it: a Message-ID, a network's own id.

    `possibly` is of a mail's own name: the conversation that it may belong to.
    """

    thread: str
    message_id: str
    possibly: str | None = None


class Conversations(Protocol):
    """Conversations and their messages."""

    def record_files(self, before: Entry, after: Entry) -> None:
        """Say what became of a message's files; raises `ConflictError` if the message or they changed meanwhile."""

    def add_alias(self, account: str, name: str, alias: Alias) -> Alias:
        """Give a message another name; returns what the name stands for, which is the first that was ever given."""

    def alias(self, account: str, names: Sequence[str]) -> Alias | None:
        """What the first of the names that is known stands for, read consistently."""

    def latest(self, thread: str) -> Conversation | None:
        """The newest conversation of a thread, read consistently."""

    def get(self, thread: str, number: int) -> Conversation | None:
        """One conversation, read consistently."""

    def open(self, conversation: Conversation) -> None:
        """Write a new one; raises `ConflictError` if this number of its thread exists."""

    def save(self, before: Conversation, after: Conversation) -> Conversation:
        """Write a change; returns it with its new revision, raises `ConflictError`."""

    def claim(
        self, before: Conversation, after: Conversation, decision: Decision, cap: int | None = None
    ) -> Conversation:
        """Write a change that takes units from its owner, and why, in one transaction.

        Raises `ConflictError` if the conversation changed, `AgentUnavailableError` if the agent has not the units, is
        not online, or holds `cap` conversations of its channel already.
        """

    def free(self, before: Conversation, after: Conversation, at: datetime) -> Conversation:
        """Write a change that gives its cost back to the agent who owned it, in one transaction."""

    def write(self, before: Conversation, after: Conversation, entry: Entry) -> Conversation:
        """Write a change together with its outbound message; raises `ConflictError`, also if the message exists."""

    def change(
        self, before: Conversation | None, after: Conversation, at: datetime, entry: Entry | None = None
    ) -> Conversation:
        """Write what a person did, in one transaction: with a message, and with its owner's units, if that changes.

        The former owner gets the cost back, the new one has it taken whatever they have free. Without `before` it is a
        new one. Raises `ConflictError`, also if the message exists; `AgentUnavailableError` if the owner is offline.
        """

    def record(self, entry: Entry) -> Entry | None:
        """Write an inbound message or a note unless its id is known; returns the one that was there first, or None."""

    def move(self, entry: Entry, number: int) -> None:
        """Put a message into another conversation of its thread; raises `ConflictError` if it was erased meanwhile."""

    def amend(self, before: Entry, after: Entry) -> None:
        """Change what a message says; raises `ConflictError` if another change came first."""

    def entry(self, thread: str, entry_id: str) -> Entry | None:
        """One message, read consistently."""

    def entries(self, thread: str, number: int) -> list[Entry]:
        """All messages of a conversation in order of time, read consistently."""

    def advance(self, before: Entry, after: Entry) -> Entry:
        """Change an outbound message's delivery; raises `ConflictError` if its status is no longer the one read."""

    def threads(self, customer_id: str) -> list[str]:
        """Threads of a customer's conversations; may be stale."""

    def everything(self, thread: str) -> list[Conversation | Entry]:
        """All that a thread holds, conversations first, read consistently."""

    def forget(self, conversation: Conversation, at: datetime) -> None:
        """Remove a conversation and give its cost back to the agent who owns it, in one transaction.

        Raises `ConflictError` if it changed. Its messages and decisions are removed before it: by it they are found.
        """

    def remove(self, entry: Entry) -> None:
        """Remove a message, if it is still there."""

    def heads(self, lane: Lane, limit: int) -> list[Waiting]:
        """The first in a lane; may be stale."""

    def due(self, now: datetime, limit: int) -> list[tuple[str, int]]:
        """Thread and number of conversations that time alone may change now, the longest due first; may be stale."""

    def owned(self, agent_id: str) -> list[tuple[str, int]]:
        """Thread and number of an agent's conversations; may be stale."""


class Decisions(Protocol):
    """What was decided and what came of it, for ninety days. `Conversations.claim` writes what led to a claim."""

    def record(self, records: Sequence[Record]) -> None:
        """Write what happened; the same again changes nothing."""

    def note(self, decision: Decision) -> bool:
        """Write a decision that found nobody, unless the one before it said the same; returns whether it is news."""

    def of(self, conversation_id: str) -> list[Record]:
        """All that is known of a conversation, in order of time, read consistently."""

    def seen(self, agent_id: str) -> list[Seen]:
        """An agent's comings and goings, in order of time."""

    def latest(self, conversation_id: str) -> Decision | None:
        """The newest decision that gave a conversation to an agent."""

    def forget(self, conversation_id: str) -> None:
        """Remove all that is known of a conversation."""


class Agents(Protocol):
    """Who answers."""

    def get(self, agent_id: str) -> Agent | None:
        """One agent, read consistently."""

    def put(self, agent: Agent) -> None:
        """Add an agent or change what a lead decides: name, queues, skills, capacity. Presence and load stay."""

    def set_presence(self, agent_id: str, presence: Presence, due_at: datetime, at: datetime) -> Agent:
        """Record what an agent says, which is also a heartbeat; raises `NotFoundError` for an unknown agent."""

    def set_shift(self, agent_id: str, until: datetime | None) -> Agent:
        """Record when an agent's shift ends, or that it has no end; raises `NotFoundError` for an unknown agent."""

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


class Erasures(Protocol):
    """Whom we were asked to forget."""

    def code_of(self, address: str) -> str:
        """What names the erasure of a contact, and nobody to whoever has not our key."""

    def get(self, code: str) -> Erasure | None:
        """One by its code, read consistently."""

    def save(self, before: Erasure | None, after: Erasure) -> Erasure:
        """Write a change, or a first request; returns it with its revision, raises `ConflictError`."""


class EraseQueue(Protocol):
    """What is still to be erased."""

    def look(self, code: str, delay: timedelta) -> None:
        """Ask for a look at an erasure."""
