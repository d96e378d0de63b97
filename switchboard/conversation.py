"""A conversation: its identity, its states, and every transition between them. Pure.

A transition takes the conversation as it was read and returns what it becomes; the store writes it on condition that
`revision` is still the one that was read. `awaiting_since` is set exactly while an answer is owed: a customer's message
waits for one, or an agent was to come back to them (a snooze that ended, a transfer). An agent's slot is held exactly
while `owner` is set. What people do by hand is in actions.py. docs/architecture.md has the picture.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from switchboard.errors import RefusedError
from switchboard.hours import Hours
from switchboard.instant import Instant
from switchboard.message import Attachment, DeliveryStatus, Party, Thread
from switchboard.policy import Priority

HEARD_LIMIT = 16
"""How many of the newest inbound messages a conversation remembers, to tell a redelivery from news."""

REPEATED_AFTER = timedelta(minutes=30)
REPEATED_WITHIN = timedelta(hours=72)
"""A customer who writes after half an hour without an answer, or within three days of a resolution, comes back."""

QueuedReason: TypeAlias = Literal[
    "customer_returned", "lease_lapsed", "agent_gone", "agent_offline", "snooze_over", "transferred"
]

Mark: TypeAlias = Literal["spam", "blocked"]
"""What an agent holds a customer for: their messages go to the queue for spam, or to nobody."""


class Status(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    IDLE = "idle"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Heard(NamedTuple):
    """An inbound message that has had its effect, and when it was received."""

    message_id: str
    at: Instant


class Last(NamedTuple):
    """When customer and agents last said something to each other, and which entry has it: its words stay there."""

    at: Instant
    entry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What the customer was told on opening, or why nothing. `promised_at` is the bound as worded."""

    at: Instant
    sent: bool
    reason: str
    promised_at: Instant | None = None
    samples: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """When the first answer was to be expected, as of the opening: kept, told or not, to learn how true it was.

    `queue` and `priority` are those of the opening. `bound` is what the policy's share of answers stay within, `said`
    the same as it is said aloud, rounded up. `online` are the units of those who were there.
    """

    at: Instant
    queue: str
    priority: Priority
    bound: Instant
    said: Instant
    online: float = 0
    point: float | None = None
    """The likely business seconds until then; None where nobody was ever seen, and there is nothing to learn from."""
    need: float = 0
    """How many messages were to be taken in, up to and including this one."""
    presence: float = 1
    """How much of what was planned was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why this agent, or nobody: what the choice was made from. The same inputs and seed give the same agent.

    One that led to a claim is written with it, in the same transaction.
    """

    thread: str
    number: int
    agent_id: str | None = None
    """Who took it; None where nobody could."""
    at: Instant
    seed: str
    policy: str
    considered: tuple[tuple[str, str], ...] = ()
    """The first agents looked at, and why each was taken or passed over."""
    others: tuple[tuple[str, int], ...] = ()
    """How many more were looked at, by what was said of them."""
    order: tuple[str, ...] = ()
    """Whom to try, best first."""
    tries: int = 1
    """How many of them were tried."""
    case: str = ""
    """All that it was made from, as `decisions.pack` writes it."""

    @property
    def conversation_id(self) -> str:
        """The conversation it is about."""
        return conversation_id(self.thread, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The newest answer that ended a wait. `response_seconds` is business time."""

    agent_id: str
    at: Instant
    first: bool
    response_seconds: float
    promise_kept: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One exchange with a customer about something, from opening to resolution."""

    thread: str
    number: int
    account: str
    channel: str
    customer_id: str
    address: str
    """The customer's, where answers go. Never leaves the table but to the provider and the agent."""
    language: str
    queue: str
    priority: Priority
    skills: tuple[str, ...]
    reasons: tuple[str, ...]
    """Codes of what placed it: rules of the policy, kinds of wording."""
    policy: str
    opened_at: Instant
    silence: str | None = None
    """Why no machine may answer what opened it, as a code; None if one may (rule AK-2)."""
    status: Status = Status.WAITING
    revision: int = 1
    awaiting_since: Instant | None = None
    heard: tuple[Heard, ...] = ()
    """The newest of them, by the time they were received."""
    owner: str | None = None
    assigned_at: Instant | None = None
    cost: int = 0
    last_agent: str | None = None
    last_agent_at: Instant | None = None
    """When the customer was last with them: they took it, or answered."""
    passed_over: str | None = None
    """The agent who just let it lapse: not offered to the same one again at once."""
    passed_until: Instant | None = None
    queued_reason: QueuedReason | None = None
    due_at: Instant | None = None
    """When time alone changes something next: the end of the lease, of the linger, of being passed over, of silence;
    or so much waiting that more agents may take it."""
    check_at: Instant | None = None
    """When the sweep looks at it next: never later than `due_at`. See `file`."""
    outbound: int = 0
    """Position of the newest outbound message; they are sent in this order."""
    answers: int = 0
    answer: Answer | None = None
    answered_at: Instant | None = None
    """When an agent first answered."""
    taken_at: Instant | None = None
    """When an agent first had it."""
    acknowledgement: Acknowledgement | None = None
    renewal: Acknowledgement | None = None
    """What the customer was told when the promise was about to break, or why nothing."""
    expected: Expected | None = None
    promise_due_at: Instant | None = None
    """When its promise is looked at next: to renew it, then because it is broken."""
    promise_broken_at: Instant | None = None
    resolved_by: Literal["agent", "silence"] | None = None
    subject: str | None = None
    participants: tuple[str, ...] = ()
    """Addresses in the form that identity goes by, of those who take part in a mail exchange (rule EM-21)."""
    why: tuple[str, ...] = ()
    """The same for agents, in words that hold nothing of the customer's."""
    score: int = 0
    """How pressing what was said is, as points."""
    pending: tuple[str, ...] = ()
    """Names of the policy's rules that hold once it has waited as long as they say (`priority.aged`)."""
    possibly: str | None = None
    """A conversation that it may belong to, by ids that its sender could have had from anywhere (rule EM-21)."""
    wording: str | None = None
    """Digest of what opened it: the same again and again is a machine (rule X-15)."""
    answered_elsewhere: bool = False
    """A person of ours answered by another program: nothing is acknowledged any more (rule X-14)."""
    resolved_at: Instant | None = None
    changed_by: str | None = None
    """Who made the newest change by hand, as an agent's id."""
    assigned_by: str | None = None
    """Who gave it to its owner; None if the machine did."""
    placed_at: Instant | None = None
    """When a person last chose its queue or priority; None if only the machine did."""
    mark: Mark | None = None
    """What an agent held its customer for when it opened or since; what holds now stands on the contact."""
    counterparty: str | None = None
    """Who has a budget of waiting places (`flood`); None where nobody can open many, as in a chat."""
    held: bool = False
    """It waits beyond that budget: behind everybody else, until one of its counterparty's places is free."""
    queued_at: Instant | None = None
    """When it got its place, if it was held before: its age in the lane counts from then on."""
    tags: tuple[str, ...] = ()
    last: Last | None = None
    """Where lists find what was said last (`excerpt`); None where that was said before this was kept."""

    @property
    def id(self) -> str:
        """The conversation's name for the outside: `{account}.{customer}.{number}`."""
        return conversation_id(self.thread, self.number)

    @property
    def reference(self) -> str:
        """What a customer may quote: short, without meaning."""
        return f"{self.customer_id[:6].upper()}-{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether a further message of the customer belongs here."""
        return self.status is not Status.RESOLVED

    @property
    def promised_at(self) -> datetime | None:
        """The newest promise to the customer, as worded."""
        told = (self.renewal, self.acknowledgement)
        return next((one.promised_at for one in told if one and one.promised_at), None)

    @property
    def promise(self) -> Literal["pending", "kept", "broken"] | None:
        """What became of the newest promise; None where there is none, or nobody waits for it any more."""
        if self.promised_at is None:
            return None
        if self.answered_at:
            return "kept" if self.answered_at <= self.promised_at else "broken"
        if self.promise_broken_at:
            return "broken"
        return "pending" if self.is_open else None

    @property
    def waiting_since(self) -> datetime | None:
        """Its place in the lane, while it waits for an agent."""
        since = self.queued_at or self.awaiting_since
        return since if self.status is Status.WAITING else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message in a conversation's timeline, in either direction."""

    id: str
    thread: str
    number: int
    account: str
    channel: str
    direction: Literal["inbound", "outbound", "internal"]
    """Internal is what agents tell each other: no customer ever gets it."""
    author: Literal["customer", "agent", "system"]
    kind: Literal["message", "acknowledgement", "note", "forward"]
    """A forward is passed on to others than the customer, and answers nobody."""
    text: str
    at: Instant
    attachments: tuple[Attachment, ...] = ()
    agent_id: str | None = None
    position: int | None = None
    """Of an outbound message: its turn; message n goes when n-1 is settled."""
    status: DeliveryStatus | None = None
    attempt_at: Instant | None = None
    provider_id: str | None = None
    sent_parts: tuple[str, ...] = ()
    """Of what can't go as one message: the provider's ids of the parts that it has already taken, in their order."""
    code: str | None = None
    changed_by_sender_at: Instant | None = None
    """When the sender last edited it or took it back; what came earlier changes nothing any more."""
    change: Literal["edited", "deleted"] | None = None
    reaction: str | None = None
    """The customer's emoji."""
    language: str | None = None
    """Which it is written in, where that can be told."""
    flags: tuple[str, ...] = ()
    subject: str | None = None
    sender: Party | None = None
    """Who of several wrote it, where that isn't the customer."""
    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    has_own_copies: bool = False
    """Its agent said who gets a copy, in `cc`; else that is whoever had one of what it answers."""
    mail: Thread | None = None
    """What the mail says of its exchange: an answer refers to it."""
    answer_to: str | None = None
    """Where a person's answer to it goes, where that isn't the conversation's address."""
    acknowledge_to: str | None = None
    """The same of a machine's (rule AK-1)."""
    content: str | None = None
    """Key of the whole content in our bucket, where `text` isn't all of it."""
    raw: str | None = None
    """Key of the raw bytes in our bucket, where they are kept."""
    fetched_at: Instant | None = None
    """When the media worker last said what became of its files."""
    reply_token: str | None = None
    """With which the network lets this message be answered for a moment."""
    mentions: tuple[str, ...] = ()
    """Of a note: ids of the agents who are meant to read it."""

    @property
    def is_said(self) -> bool:
        """Whether customer or agent said it to the other: no note, nothing passed on to others, no machine's words."""
        return self.kind == "message"

    @property
    def conversation_id(self) -> str:
        """The conversation it belongs to."""
        return conversation_id(self.thread, self.number)


def thread_of(account: str, customer_id: str) -> str:
    """Chat and SMS: one thread per our account and customer."""
    return f"{account}.{customer_id}"


def customer_of(thread: str, account: str) -> str:
    """The customer whose thread it is: of a mail's exchange, too."""
    return thread.removeprefix(f"{account}.").partition(".")[0]


def conversation_id(thread: str, number: int) -> str:
    """The public id of a thread's n-th conversation."""
    return f"{thread}.{number}"


def wording_of(text: str) -> str:
    """A digest of what somebody wrote, by which the same words are known again; not of whose they are."""
    return sha256(" ".join(text.casefold().split()).encode("utf-8", "replace")).hexdigest()[:16]


def acknowledgement_id(number: int) -> str:
    """The message that acknowledges a thread's n-th conversation."""
    return f"ack.{number}"


def renewal_id(number: int) -> str:
    """The message that renews its promise."""
    return f"renewal.{number}"


def split_id(identifier: str) -> tuple[str, int]:
    """A public id's thread and number; raises `ValueError` for anything else."""
    thread, _, number = identifier.rpartition(".")
    if not thread or not number.isascii() or not number.isdigit():
        raise ValueError("a conversation's id is {account}.{customer}.{number}")
    return thread, int(number)


def has_heard(conversation: Conversation, message_id: str, at: datetime) -> bool:
    """Whether this inbound message has already had its effect.

    Exact among the newest `HEARD_LIMIT`; one that was received before all of those counts as heard.
    """
    known = conversation.heard
    is_remembered = any(heard.message_id == message_id for heard in known)
    return is_remembered or (len(known) >= HEARD_LIMIT and at < known[0].at)


def repeats(known: Conversation | None, at: datetime) -> int:
    """How often the customer has come back over what is unanswered, or was just resolved; a burst's lines are none."""
    if known is None:
        return 0
    if known.status is Status.RESOLVED:
        last = known.heard[-1].at if known.heard else known.opened_at
        return int(at - last <= REPEATED_WITHIN)
    if known.awaiting_since is None:
        return 0
    waiting = [heard.at for heard in known.heard if heard.at >= known.awaiting_since and heard.at < at]
    return sum(later - earlier >= REPEATED_AFTER for earlier, later in pairwise([*waiting, at]))


def hear(
    conversation: Conversation,
    message_id: str,
    at: datetime,
    priority: Priority,
    hours: Hours,
    lease: timedelta,
    now: datetime,
) -> Conversation:
    """A customer wrote: somebody owes an answer from now on.

    The wait counts from the oldest unanswered message, and a pressing word raises the priority. An agent who still
    holds the slot gets a new lease, which starts now even if the message is late; a conversation that had gone idle
    or was snoozed waits again, its last agent first.
    """
    raised = replace(overhear(conversation, message_id, at), priority=priority)
    if conversation.awaiting_since is not None and conversation.status is not Status.SNOOZED:
        return raised
    raised = replace(raised, awaiting_since=conversation.awaiting_since or at)
    if conversation.status is Status.ASSIGNED:
        return replace(raised, due_at=hours.after(now, lease))
    if conversation.status is Status.SNOOZED:
        raised = replace(raised, last_agent_at=now)  # who put it aside meant to come back
    return replace(raised, status=Status.WAITING, queued_reason="customer_returned", due_at=None, passed_over=None)


def overhear(conversation: Conversation, message_id: str, at: datetime) -> Conversation:
    """A customer wrote what wants no answer: it is remembered, and changes nothing else."""
    heard = sorted((*conversation.heard, Heard(message_id, at)), key=lambda heard: heard.at)[-HEARD_LIMIT:]
    return say(replace(conversation, heard=tuple(heard)), message_id, at)


def say(conversation: Conversation, entry_id: str, at: datetime) -> Conversation:
    """Customer or agent said something: the newest is remembered, in whichever order they come."""
    said = Last(at, entry_id)
    return replace(conversation, last=max(said, conversation.last or said))


def claim(conversation: Conversation, decision: Decision, cost: int, lease_until: datetime | None) -> Conversation:
    """An agent takes a waiting conversation and its lease starts."""
    if conversation.status is not Status.WAITING:
        raise RefusedError("only a waiting conversation can be claimed: read it again")
    return replace(
        conversation,
        status=Status.ASSIGNED,
        owner=decision.agent_id,
        last_agent=decision.agent_id,
        last_agent_at=decision.at,
        assigned_at=decision.at,
        taken_at=conversation.taken_at or decision.at,
        assigned_by=None,
        policy=decision.policy,
        cost=cost,
        queued_reason=None,
        passed_over=None,
        passed_until=None,
        due_at=lease_until,
    )


def answer(conversation: Conversation, agent_id: str, at: datetime, hours: Hours, linger: timedelta) -> Conversation:
    """An agent's message goes out at the next position; what the customer waited for is answered by it."""
    written = replace(conversation, outbound=conversation.outbound + 1)
    if agent_id == conversation.last_agent:
        written = replace(written, last_agent_at=at)
    if conversation.awaiting_since is None:
        return replace(written, due_at=at + linger) if conversation.owner else written
    promised = conversation.acknowledgement.promised_at if conversation.acknowledgement else None
    first = conversation.answers == 0
    return replace(
        written,
        awaiting_since=None,
        answers=conversation.answers + 1,
        answered_at=conversation.answered_at or at,
        promise_due_at=None,
        answer=Answer(
            agent_id=agent_id,
            at=at,
            first=first,
            response_seconds=hours.elapsed(conversation.awaiting_since, at).total_seconds(),
            promise_kept=at <= promised if first and promised else None,
        ),
        due_at=at + linger if conversation.owner else conversation.due_at,
    )


def pass_on(conversation: Conversation, participants: tuple[str, ...]) -> Conversation:
    """A message goes to others at the next position: it answers nobody, but what they say belongs here."""
    return replace(conversation, outbound=conversation.outbound + 1, participants=participants)


def acknowledge(
    conversation: Conversation,
    acknowledgement: Acknowledgement,
    expected: Expected | None = None,
    promise_due_at: datetime | None = None,
) -> Conversation:
    """Record what the customer was told on opening; what is sent takes an outbound position."""
    return replace(
        conversation,
        acknowledgement=acknowledgement,
        expected=expected,
        promise_due_at=promise_due_at,
        outbound=conversation.outbound + acknowledgement.sent,
    )


def renew(conversation: Conversation, renewal: Acknowledgement) -> Conversation:
    """Record what the customer was told when the promise was about to break; there is one renewal at most."""
    renewed = replace(conversation, renewal=renewal, outbound=conversation.outbound + renewal.sent)
    return replace(renewed, promise_due_at=renewed.promised_at)


def break_promise(conversation: Conversation) -> Conversation:
    """The newest promise has passed without an answer."""
    return replace(conversation, promise_broken_at=conversation.promised_at, promise_due_at=None)


def release(conversation: Conversation, reason: QueuedReason, at: datetime, silence: timedelta) -> Conversation:
    """Take the conversation from its agent: back to its place in the lane if an answer is owed, else idle.

    Its wait counts on from the customer's oldest unanswered message: nobody loses their place to an agent's silence.
    """
    freed = replace(conversation, owner=None, assigned_at=None, cost=0)
    if conversation.awaiting_since is None:
        return replace(freed, status=Status.IDLE, due_at=at + silence)
    return replace(freed, status=Status.WAITING, queued_reason=reason, due_at=None)


def lapse(conversation: Conversation, at: datetime, lease: timedelta, silence: timedelta) -> Conversation | None:
    """What time alone does to a conversation at `at`, or None while nothing is due.

    Whoever lets a lease lapse is passed over for the length of another, then may have it again: in a team of one,
    late is better than never.
    """
    if conversation.due_at is None or conversation.due_at > at:
        return None
    if conversation.status is Status.ASSIGNED:
        released = release(conversation, "lease_lapsed", at, silence)
        if released.status is Status.IDLE:
            return released
        return replace(released, passed_over=conversation.owner, passed_until=at + lease, due_at=at + lease)
    if conversation.status is Status.WAITING:
        is_over = conversation.passed_until is None or conversation.passed_until <= at
        return replace(conversation, passed_over=None if is_over else conversation.passed_over, due_at=None)
    if conversation.status is Status.SNOOZED:
        since = conversation.awaiting_since or conversation.due_at
        waking = replace(conversation, status=Status.WAITING, awaiting_since=since, due_at=None, passed_over=None)
        return replace(waking, queued_reason="snooze_over", last_agent_at=at)  # who put it aside meant to come back
    return replace(conversation, status=Status.RESOLVED, resolved_by="silence", resolved_at=at, due_at=None)


def wait(conversation: Conversation, step: datetime | None) -> Conversation:
    """Say when time alone changes something for what waits: at `step`, or when nobody is passed over any more."""
    passed = (conversation.passed_until or conversation.due_at) if conversation.passed_over else None
    due = min((at for at in (passed, step) if at), default=None)
    return replace(conversation, passed_until=passed, due_at=due)


def admit(conversation: Conversation, at: datetime) -> Conversation:
    """A held conversation gets a place: in the lane it is as old as its place, to its customer as its message."""
    return replace(conversation, held=False, queued_at=at)


def file(conversation: Conversation) -> Conversation:
    """Forget what is true of waiting only, and set when the sweep looks at it next, as cheaply as is right.

    Moving an index entry costs two writes, and most due times are replaced by later ones before they come. So the
    entry only ever moves to an earlier time; the sweep finds it there too soon, and files it anew.
    """
    if conversation.status is not Status.WAITING and (conversation.held or conversation.queued_at):
        conversation = replace(conversation, held=False, queued_at=None)
    if conversation.status is Status.RESOLVED:
        return replace(conversation, check_at=None, promise_due_at=None)
    dues = (conversation.due_at, conversation.promise_due_at)
    due, check = min((at for at in dues if at), default=None), conversation.check_at
    return replace(conversation, check_at=due) if due and (check is None or due < check) else conversation


def edit(entry: Entry, text: str, attachments: tuple[Attachment, ...], at: datetime) -> Entry | None:
    """What a message becomes when its sender changes it; None where a later change is known."""
    if entry.changed_by_sender_at and at < entry.changed_by_sender_at:
        return None
    return replace(entry, text=text, attachments=attachments, changed_by_sender_at=at, change="edited")


def delete(entry: Entry, at: datetime) -> Entry:
    """What is left when the sender takes a message back: that there was one (rules FB-4, WA-4, LN-4)."""
    return replace(entry, text="", attachments=(), reaction=None, changed_by_sender_at=at, change="deleted")


def resolve(conversation: Conversation, at: datetime, *, leave_unanswered: bool) -> Conversation:
    """An agent ends the conversation.

    Raises `RefusedError` while the customer waits for an answer, unless told to leave it so: a message that arrived
    a moment ago must not vanish with a click.
    """
    if conversation.awaiting_since is not None and not leave_unanswered:
        raise RefusedError("the customer waits for an answer: answer first, or resolve with leave_unanswered")
    return replace(
        conversation,
        status=Status.RESOLVED,
        resolved_by="agent",
        resolved_at=at,
        owner=None,
        assigned_at=None,
        cost=0,
        awaiting_since=None,
        due_at=None,
    )


_RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNKNOWN: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.DELAYED: 2,
    DeliveryStatus.FAILED: 3,
    DeliveryStatus.UNDELIVERED: 3,
    DeliveryStatus.BOUNCED: 3,
    DeliveryStatus.COMPLAINED: 6,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.READ: 5,
    DeliveryStatus.PLAYED: 5,
}

SETTLED = frozenset(DeliveryStatus) - {DeliveryStatus.QUEUED, DeliveryStatus.SENDING}
"""Nothing more will be tried: the next outbound message may go."""

FINAL = frozenset(
    {
        DeliveryStatus.DELIVERED,
        DeliveryStatus.READ,
        DeliveryStatus.PLAYED,
        DeliveryStatus.FAILED,
        DeliveryStatus.UNDELIVERED,
        DeliveryStatus.BOUNCED,
        DeliveryStatus.COMPLAINED,
        DeliveryStatus.UNKNOWN,
    }
)
"""What a subscriber wants to know of a delivery."""


def advances(known: DeliveryStatus, reported: DeliveryStatus) -> bool:
    """Whether a report says something newer: reports come in any order and a status never moves down (channels §3.5).

    A failure is overwritten by a delivery only, which some carriers report late.
    """
    return _RANK[reported] > _RANK[known]
