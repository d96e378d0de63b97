"""What the flows ask of the outside world. `switchboard.aws` answers; nothing here knows how.

Writes are conditional: they raise `ConflictError` where somebody else was first, and the flow reads and decides again.

Annotations stay text: the records that they name would otherwise be imported by every function, on each cold start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import IO, TYPE_CHECKING, Generic, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from switchboard.consent import Consent, ConsentEvent
from switchboard.conversation import Mark  # noqa: TC001  # of a stored record, whose types pydantic reads
from switchboard.instant import Instant  # noqa: TC001  # the same
from switchboard.routing import Agent, Lane, Presence, Waiting

if TYPE_CHECKING:
    from switchboard.alerts import Alert, Preference, Slate
    from switchboard.audit import Change
    from switchboard.bookmark import Bookmark, Draft
    from switchboard.canned import Canned
    from switchboard.channels.media import Download
    from switchboard.conversation import Conversation, Decision, Entry
    from switchboard.customer import Person
    from switchboard.decisions import Record, Seen
    from switchboard.erasure import Erasure
    from switchboard.estimate.announcement import Knowledge
    from switchboard.estimate.backlog import Line
    from switchboard.estimate.coverage import Coverage
    from switchboard.estimate.decay import Increment, Tally
    from switchboard.estimate.statistics import Staffing
    from switchboard.events import Event, MessageQuarantined
    from switchboard.excerpt import Spoken
    from switchboard.flood import Places, Source
    from switchboard.invitation import Invitation
    from switchboard.policy import Priority
    from switchboard.policy.queues import Duty
    from switchboard.push import Connection, Look, Note, Ticket
    from switchboard.quarantine import Quarantined, State
    from switchboard.team import FormerLeads, Role, SignIn

Clock = Callable[[], datetime]
Listed = TypeVar("Listed")


class Before(NamedTuple):
    """Up to where a list is asked for: places below this one, or this one, too."""

    place: str
    inclusive: bool = False


class Filed(NamedTuple, Generic[Listed]):
    """Something and its place in a list, which begins with a time and which no other of the list has."""

    place: str
    item: Listed


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

    def remove_all(self, prefix: str) -> None:
        """The same for all whose keys begin so."""


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


class Shelved(NamedTuple):
    """A file that was put onto the shelf, when: what was said of it, and how many bytes it really has."""

    filename: str
    content_type: str
    declared: int
    size: int
    at: datetime


class Shelf(Protocol):
    """Agents' files on their way to customers. What reads raises `NotFoundError`, and all `UnavailableError`."""

    def offer(
        self, key: str, filename: str, content_type: str, size: int, lives: timedelta
    ) -> tuple[str, dict[str, str]]:
        """A URL to which just this file can be PUT for so long, and the headers that must go with it."""

    def look(self, key: str) -> Shelved:
        """A file that was put."""

    def head(self, key: str, length: int) -> bytes:
        """That many bytes from the beginning."""

    def verdict(self, key: str) -> str | None:
        """What the scan for malware found, in GuardDuty's words; None before it."""

    def copy(self, key: str, to: str) -> None:
        """Keep a file under another key, too."""


UrlOf: TypeAlias = Callable[[str, str, str], str]
"""A URL that gives anybody the file of a key for an hour, by its name and as of its type."""


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
    zone: str | None = None
    """The customer's time zone (IANA), confirmed by an agent: promises are told and renewed by its clock."""
    first_name: str | None = None
    """One that an agent confirmed; never what a customer or network calls itself. Acknowledgements greet by it."""
    wordings: dict[str, str] = field(default_factory=dict)
    """Digest of what opened each of these."""
    undeliverable: str | None = None
    """Why nothing may be sent there: `bounced`, `complained` (rule EM-25) or `blocked` by the customer."""
    met_at: Instant | None = None
    mark: Mark | None = None
    """What an agent holds them for."""
    attempts: dict[str, Instant] = field(default_factory=dict)
    """Messages that brought a code that proves nothing, and when (invitation.py)."""
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

    def record_consent(self, contact: Contact, account: str, consent: Consent, evidence: Evidence) -> None:
        """Write the state and its audit row together.

        Raises `ConflictError` if the contact changed, `AlreadyRecordedError` if this evidence had its effect before.
        """

    def has_evidence(self, contact: Contact, account: str, provider_id: str) -> bool:
        """Whether a message has changed this consent before."""

    def refusals(self, account: str, before: Before | None, limit: int) -> Sequence[Filed[Refusal]]:
        """Who refuses an account, the newest first; may be stale."""

    def refusal(self, address: str, account: str) -> Refusal | None:
        """What is written down of one; of older ones nothing is."""

    def count_acknowledgement(
        self, contact: Contact, acknowledged: dict[str, datetime], wordings: dict[str, str]
    ) -> None:
        """Replace the budget's record; raises `ConflictError` if it changed meanwhile."""

    def suppress(self, contact: Contact, reason: str | None) -> None:
        """Send nothing more there, or again (None); raises `ConflictError` if the contact changed meanwhile."""

    def mark(self, contact: Contact, mark: Mark | None) -> None:
        """Hold a contact for something, or for nothing any more; raises `ConflictError` if it changed meanwhile."""

    def describe(self, contact: Contact, first_name: str | None, zone: str | None) -> None:
        """Replace what an agent confirmed; raises `ConflictError` if the contact changed meanwhile."""

    def count_attempts(self, contact: Contact, attempts: dict[str, datetime]) -> None:
        """Replace the record of wrong codes; raises `ConflictError` if the contact changed meanwhile."""

    def person(self, customer_id: str) -> Person:
        """The person that a customer is, read consistently; raises `ConflictError` if that changes all the time."""

    def regroup(self, before: Sequence[Person], after: Sequence[Person], spent: Invitation | None = None) -> None:
        """Write who is one person now, and the invitation that was used for it, in one transaction.

        `before` are persons as they were read, `after` what becomes of the same customers; whoever is not in it is
        forgotten. Raises `ConflictError` if one of them changed meanwhile, or the invitation was used.
        """

    def invite(self, invitation: Invitation) -> None:
        """Remember a new invitation until a while after it expires."""

    def invitation(self, digest: str) -> Invitation | None:
        """One by its code's hash, read consistently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a consent changed: kept for audit."""

    kind: ConsentEvent
    wording: str
    """What the customer wrote, or a person's reason; empty where the provider said so."""
    provider_id: str
    at: Instant
    by: str | None = None
    """Id of the agent whose word it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """That an account may not write to an address by itself, or at all, and by which evidence."""

    address: str
    account: str
    customer_id: str
    consent: Consent
    kind: ConsentEvent | Literal["carried"] | None = None
    """`carried` over from another address of the same customer, or from before an erasure; None of old ones."""
    wording: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of a message, by which others refer to it: a Message-ID, a network's own id.

    `possibly` is of a mail's own name: the conversation that it may belong to.
    """

    thread: str
    message_id: str
    possibly: str | None = None


class WaitingPlaces(Protocol):
    """Which conversations have a place of their counterparty's budget."""

    def take(self, source: Source, conversation_id: str, most: int, at: datetime) -> Places | None:
        """Take a place, which a conversation does once however often; returns None, or the places if all are taken."""

    def leave(self, source: Source, conversation_ids: Iterable[str]) -> None:
        """These have none any more."""

    def get(self, source: Source) -> Places:
        """As they are, read consistently."""

    def crowd(self, source: Source, at: datetime) -> None:
        """Note that somebody found no place."""

    def uncrowd(self, source: Source, since: datetime) -> None:
        """Forget that, if nobody has noted it anew."""

    def lift(self, source: Source, until: datetime) -> None:
        """Have no budget until then."""

    def forget(self, counterparty: str) -> None:
        """Remove everything of a counterparty's."""


class Opened(NamedTuple):
    """When a conversation was opened, and which it is."""

    at: datetime
    thread: str
    number: int


class Said(NamedTuple):
    """When a message was said, and which it is."""

    at: datetime
    thread: str
    entry_id: str


class Planned(NamedTuple):
    """What tells who will be there: who usually is, and the roster that a lead gave; None is the policy's."""

    staffing: Staffing
    roster: tuple[Duty, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an announcement is made from: what waits in a queue, who is there, and what is learned of it."""

    lines: Mapping[Priority, Line]
    online: float
    knowledge: Knowledge
    planned: Planned


class Estimates(Protocol):
    """What promises are made from and how they turned out, as sums that are only ever added to."""

    def outlook(self, queue: str, priority: Priority, now: datetime) -> Outlook:
        """All of it in one request, whatever the backlog and the team."""

    def planned(self, queue: str, now: datetime) -> Planned:
        """Who will be there; as of some minutes ago at most."""

    def learn(self, conversation_id: str, revision: int, added: Sequence[Increment | Tally]) -> bool:
        """Add what one revision of a conversation teaches, all or nothing, and only once; whether this call did.

        Once is: unless this or a later revision was counted before.
        """

    def count_online(self, agent_id: str, units: Mapping[str, int]) -> None:
        """Count an agent's units in each of their queues from now on; none of those who are not there.

        Raises `ConflictError` if somebody else counts them at the same time.
        """

    def online(self) -> dict[str, dict[str, int]]:
        """Whoever is counted, by id, with their units by queue."""

    def recount(self, queue: str, waiting: Mapping[Priority, Sequence[datetime]]) -> Sequence[str]:
        """Correct a queue's lines by those who really wait in it, and since when; returns what was missed lastingly."""

    def coverage(self, queue: str, now: datetime, days: int) -> list[Coverage]:
        """How many promises held in the last days, today included."""


class Owned(NamedTuple):
    """What an agent owns, the longest theirs first."""

    agent_id: str


class Placed(NamedTuple):
    """What is in a queue, open or over, the newest first."""

    queue: str
    is_open: bool


class Past(NamedTuple):
    """A customer's conversations, the newest first."""

    customer_id: str


class Drafted(NamedTuple):
    """Where an agent has begun to write something, the newest first."""

    agent_id: str


Row: TypeAlias = Lane | Owned | Placed | Past | Drafted
"""Conversations in an order that an index has."""


class Stop(NamedTuple):
    """A conversation in a row: the time by which it is in order there, and which it is."""

    at: datetime
    thread: str
    number: int


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

    def opened(self, customer_id: str, limit: int) -> list[Opened]:
        """A customer's newest conversations, the newest first; may be stale."""

    def said(self, customer_id: str, until: datetime | None) -> Iterator[Said]:
        """A customer's messages and ours to them, the newest first, from `until` back; read as it goes, maybe stale."""

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

    def waiting_since(self, lane: Lane) -> list[datetime]:
        """Since when each in a lane has waited, however many there are; may be stale."""

    def held(self, line: str, counterparty: str, limit: int) -> list[tuple[tuple[str, int], datetime]]:
        """What is held of a counterparty, the oldest first, with the time of its message; may be stale."""

    def crowded(self, line: str, limit: int) -> list[str]:
        """Counterparties of whom something is held; may be stale."""

    def due(self, now: datetime, limit: int) -> list[tuple[str, int]]:
        """Thread and number of conversations that time alone may change now, the longest due first; may be stale."""

    def owned(self, agent_id: str) -> list[tuple[str, int]]:
        """Thread and number of an agent's conversations; may be stale."""

    def walk(self, row: Row, after: Stop | None, limit: int) -> list[Stop]:
        """The first of a row, or those after one that was there; may be stale."""

    def read_all(self, stops: Sequence[Stop]) -> list[Conversation | None]:
        """Up to a hundred conversations at once, in this order, read consistently."""

    def spoken(self, conversations: Sequence[Conversation]) -> list[Spoken]:
        """What was said last in each, in this order, read consistently, a hundred messages in one request.

        Without what is not known, gone, or not to be had at the moment: then nothing is shown of it.
        """


class Bookmarks(Protocol):
    """How far agents have read, and what they have begun to write: theirs alone, for ninety days after a touch."""

    def of(self, agent_id: str, conversations: Sequence[Conversation]) -> list[Bookmark]:
        """An agent's in these conversations, in this order, read consistently, a hundred in one request."""

    def mark(self, bookmark: Bookmark, at: datetime) -> None:
        """Note how far its agent has read, which must be said; their draft stays."""

    def keep(self, bookmark: Bookmark, draft: Draft, seen: str | None, at: datetime) -> None:
        """Replace a draft; raises `OutdatedError` if it is not the one with the etag that was seen any more."""

    def drop(self, bookmark: Bookmark, seen: str | None) -> None:
        """The same for having none any more."""

    def sent(self, entry: Entry) -> None:
        """An agent said this: a draft of its kind is gone, unless it was changed since."""

    def mention(self, entry: Entry) -> None:
        """A note means these agents."""

    def within(self, thread: str) -> list[Bookmark]:
        """Everybody's in a thread, read consistently."""

    def forget(self, bookmark: Bookmark) -> None:
        """Remove one, if it is still there."""


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

    def members(self, queue: str, after: str | None, limit: int) -> list[Agent]:
        """A queue's agents by id, those after one; at most a hundred, and maybe stale."""

    def colleagues(self, queues: Collection[str], after: str | None, limit: int) -> list[Agent]:
        """The same for whoever is in one of these queues."""

    def several(self, agent_ids: Sequence[str]) -> list[Agent]:
        """Up to a hundred by their ids, those who are not there left out; maybe stale."""

    def sample(self, lane: Lane, token: str, limit: int) -> list[Agent]:
        """Up to `limit` listed agents of the lane's queue who have its skills, from a random point on.

        May be stale; whoever is found to be full or absent is no longer listed.
        """

    def present(self) -> list[Agent]:
        """Everybody who is not offline, in requests of many; may be stale."""

    def due(self, now: datetime, limit: int) -> list[str]:
        """Agents whose heartbeat is overdue, or who went offline and may have left work behind; may be stale."""


class Queues(Protocol):
    """What is remembered per queue."""

    def lanes(self, queue: str) -> Collection[Lane]:
        """Every lane that has ever held something."""

    def add_lane(self, lane: Lane) -> None: ...

    def begin_sweep(self, now: datetime, rest: timedelta) -> bool:
        """Say that a sweep begins; whether none has begun for as long as it is to rest."""


class Quarantine(Protocol):
    """What could not be understood, for a lead to look at."""

    def add(self, item: MessageQuarantined) -> None:
        """Note one, once: what is known stays as it is."""

    def get(self, account: str, quarantine_id: str) -> Quarantined | None:
        """One, read consistently."""

    def page(self, account: str, state: State, before: Before | None, limit: int) -> Sequence[Filed[Quarantined]]:
        """An account's in this state, the newest first; may be stale."""

    def count_open(self, account: str, most: int) -> int:
        """How many of an account's are open; one more than `most` stands for more."""

    def save(self, before: Quarantined, after: Quarantined) -> Quarantined:
        """Write a change; returns it with its revision, raises `ConflictError`."""


class RetryQueue(Protocol):
    """What is to be read again."""

    def retry(self, account: str, quarantine_id: str) -> None:
        """Ask for it."""


class Preferences(Protocol):
    """Which agents want to be told outside of the console."""

    def get(self, agent_id: str) -> Preference: ...

    def put(self, agent_id: str, preference: Preference) -> None:
        """Keep what an agent wants; raises `NotFoundError` if they are none any more."""


class Slates(Protocol):
    """What agents are to be told."""

    def slate(self, agent_id: str) -> Slate:
        """An agent's, empty if there is none; read consistently."""

    def save_slate(self, before: Slate, after: Slate) -> Slate:
        """Write a change; returns it with its revision, raises `ConflictError`."""

    def connections(self, topic: str, limit: int, begin: str | None = None) -> list[Connection]:
        """As `Consoles.connections`."""

    def connection(self, connection_id: str) -> Connection | None:
        """As `Consoles.connection`: as it was heard of last."""

    def claim_alert(self, alert_id: str, way: str, at: datetime) -> bool:
        """Whether nobody has sent this alert this way yet: the first who asks is to."""

    def unclaim_alert(self, alert_id: str, way: str) -> None:
        """It was certainly not sent: somebody may try again."""


class AlertQueue(Protocol):
    """What is to be done about alerts, at once or later."""

    def look(self, agent_id: str, delay: timedelta) -> None:
        """Look at an agent's slate."""

    def tell(self, alert: Alert, way: str) -> None:
        """Send an alert."""


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


class Consoles(Protocol):
    """Agents' consoles: tickets, who is connected and watches what, and the feeds of what happened."""

    def issue(self, text: str, ticket: Ticket) -> None:
        """Remember what a text is good for; the text itself is not kept."""

    def redeem(self, text: str, now: datetime) -> Ticket | None:
        """What a text is good for, once: None if it is unknown, expired, or was redeemed before."""

    def connect(self, connection: Connection) -> None:
        """A console is there."""

    def hear(self, connection_id: str, at: datetime) -> None:
        """A console was heard of; no effect on one that is gone."""

    def connection(self, connection_id: str) -> Connection | None:
        """An open console, read consistently."""

    def watch(self, connection_id: str, queues: Sequence[str]) -> Sequence[str]:
        """Have a console watch these queues and no others; returns those that it may."""

    def look(self, before: Connection, look: Look | None) -> bool:
        """Have a console look at a conversation and no other; whether it is still there."""

    def lookers(self, conversation_id: str, limit: int) -> list[Connection]:
        """Consoles that look at a conversation, or did and were cut, read consistently."""

    def disconnect(self, connection_id: str) -> Connection | None:
        """A console is gone; returns what it was, None if it was gone already."""

    def connections(self, topic: str, limit: int, begin: str | None = None) -> list[Connection]:
        """Consoles that are told of a topic, from a random text on, or the newest; may be stale."""

    def consoles_of(self, agent_id: str) -> list[Connection]:
        """All of an agent's, read consistently."""

    def void(self, agent_id: str, at: datetime) -> None:
        """Have an agent's tickets from before a time open nothing any more."""

    def voided_at(self, agent_id: str) -> datetime | None:
        """The last such time, read consistently; None if no ticket can be that old any more."""

    def forget(self, agent_id: str) -> None:
        """Remove an agent's feed, and what was to be told to them outside of the console."""

    def claim_hint(self, topic: str, now: datetime, pause: timedelta) -> bool:
        """Whether whoever asks is to give a hint at the end of the pause: the first who asks in it is."""

    def write(self, topic: str, note: Note, note_id: str) -> None:
        """Add to a feed; the same again is another note."""

    def notes(self, topic: str, begin: datetime, limit: int) -> list[Note]:
        """A feed from a time on, in order of time, read consistently."""


class Reached(Enum):
    """What became of a call to a console."""

    YES = auto()
    GONE = auto()
    LOST = auto()
    """Not now: throttled or out of reach."""


class Sockets(Protocol):
    """Open connections."""

    def post(self, connection_id: str, message: Mapping[str, object]) -> Reached:
        """Send a console something, once."""

    def close(self, connection_id: str) -> Reached:
        """Cut a console off, in one attempt."""


class HintQueue(Protocol):
    """What is to be said a moment later."""

    def hint(self, queue: str, delay: timedelta) -> None:
        """Ask for a hint to those who watch a queue."""


class Roster(NamedTuple):
    """Who is planned to be there in a queue, as a lead gave it; None is what the policy says."""

    duties: tuple[Duty, ...] | None = None
    revision: int = 0


class Settings(Protocol):
    """What leads decide beside the policy. Each change is written with its record, in one transaction.

    Writes raise `ConflictError` if the setting is not as it was read.
    """

    def former_leads(self) -> FormerLeads:
        """Who leads no more, read consistently."""

    def employ(self, before: Agent | None, after: Agent, former: FormerLeads, change: Change) -> None:
        """Add an agent, or change their name, queues, skills, units and caps. What they hold stays, and takes units.

        `former` has the revision that was read, and who leads no more from now on.
        """

    def demote(self, former: FormerLeads, change: Change) -> None:
        """Have somebody lead no more, who need not be an agent."""

    def dismiss(self, agent: Agent, change: Change) -> None:
        """Remove an agent who is offline and holds nothing, and what they wanted to be alerted to."""

    def canned(self, after: str | None, limit: int) -> tuple[list[Canned], str | None]:
        """Canned responses by shortcut, and after which to go on; None where nothing follows."""

    def canned_response(self, shortcut: str) -> Canned | None:
        """One, read consistently."""

    def write_canned(self, before: Canned | None, after: Canned, change: Change) -> None:
        """Add a canned response, or change it."""

    def remove_canned(self, before: Canned, change: Change) -> None: ...

    def roster(self, queue: str) -> Roster:
        """A queue's, read consistently."""

    def keep_roster(self, queue: str, before: Roster, duties: tuple[Duty, ...] | None, change: Change) -> None:
        """Give a queue a roster, or the policy's again."""

    def changes(self, after: str | None, limit: int) -> tuple[list[Change], str | None]:
        """What was changed, the newest first, and after which to go on; None where nothing follows."""


class Directory(Protocol):
    """Who can sign in: the user pool and its groups. Raises `ConflictError` where it is asked too much at once."""

    def page(self, cursor: str | None, limit: int) -> tuple[list[SignIn], str | None]:
        """Some of its users, at most sixty, and how to go on; raises `UnfitError` for a cursor that is none."""

    def get(self, agent_id: str) -> SignIn | None: ...

    def find(self, email: str) -> SignIn | None: ...

    def leads(self) -> Collection[str]:
        """The ids of whoever leads."""

    def invite(self, email: str, name: str) -> SignIn:
        """Make a user, who is mailed how to sign in; raises `ConflictError` if there is one with this address."""

    def remind(self, sign_in: SignIn) -> None:
        """Mail somebody who has not signed in yet anew how to."""

    def admit(self, sign_in: SignIn, role: Role) -> None:
        """Let somebody sign in, in the groups of a role."""

    def shut_out(self, sign_in: SignIn) -> None:
        """Let somebody not sign in any more, and end what they have."""
