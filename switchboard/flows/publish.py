"""What committed changes mean: the events of a conversation, derived from its table's stream, and published."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypedDict

from switchboard.conversation import FINAL, Conversation, Entry, Status
from switchboard.events import (
    ConversationAcknowledged,
    ConversationAnswered,
    ConversationAssigned,
    ConversationDeliveryChanged,
    ConversationErased,
    ConversationEvent,
    ConversationIdled,
    ConversationMarked,
    ConversationMessageAdded,
    ConversationMessageChanged,
    ConversationNoted,
    ConversationOpened,
    ConversationPlaced,
    ConversationPromiseBroken,
    ConversationPromiseRenewed,
    ConversationQueued,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationTagged,
)
from switchboard.ports import Bus


class _Facts(TypedDict):
    at: datetime
    conversation_id: str
    account: str
    channel: str
    queue: str
    priority: str
    former_queue: str | None
    former_agent_id: str | None


class _EntryFacts(TypedDict):
    at: datetime
    conversation_id: str
    account: str
    channel: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """One committed write of the conversations table: a conversation or a message, before and after, and when.

    A message's change carries the conversation it belongs to only by id.
    """

    before: Conversation | Entry | None
    after: Conversation | Entry
    at: datetime


@dataclass(frozen=True, slots=True)
class Removal:
    """A conversation was removed, and when: all that is still known of it."""

    conversation_id: str
    account: str
    channel: str
    at: datetime
    former_queue: str | None = None
    former_agent_id: str | None = None


def publish(changes: Sequence[Change | Removal], bus: Bus) -> int:
    """Announce what changes mean; returns the number of events.

    A redelivered change is announced again: consumers are idempotent. Raises `BusRefusedError`.
    """
    events = [event for change in changes for event in events_of(change)]
    if events:
        bus.publish(events)
    return len(events)


def events_of(change: Change | Removal) -> Iterator[ConversationEvent]:
    """Everything that a change says, in the order in which it makes sense."""
    if isinstance(change, Removal):
        yield ConversationErased(**asdict(change))
        return
    before, after = change.before, change.after
    if isinstance(after, Entry):
        yield from _entry_events(before if isinstance(before, Entry) else None, after, change.at)
    else:
        yield from _conversation_events(before if isinstance(before, Conversation) else None, after, change.at)


def _conversation_events(before: Conversation | None, after: Conversation, at: datetime) -> Iterator[ConversationEvent]:
    facts = _Facts(
        at=at,
        conversation_id=after.id,
        account=after.account,
        channel=after.channel,
        queue=after.queue,
        priority=after.priority,
        former_queue=before.queue if before and before.queue != after.queue else None,
        former_agent_id=before.owner if before and before.owner != after.owner else None,
    )
    if before is None:
        yield ConversationOpened(**facts, skills=after.skills, policy=after.policy, agent_id=after.owner)
    if after.acknowledgement and not (before and before.acknowledgement):
        told = after.acknowledgement
        yield ConversationAcknowledged(
            **facts,
            sent=told.sent,
            reason=told.reason,
            promised_at=told.promised_at,
            samples=told.samples,
            bound=after.expected.bound if after.expected else None,
        )
    if before:
        yield from _promised(before, after, facts)
    if before and after.answers > before.answers and after.answer:
        yield ConversationAnswered(
            **facts,
            agent_id=after.answer.agent_id,
            first=after.answer.first,
            response_seconds=after.answer.response_seconds,
            promise_kept=after.answer.promise_kept,
            bound=after.expected.bound if after.expected and after.answer.first else None,
            renewed=after.renewal is not None and after.renewal.sent,
        )
    if before:
        yield from _decided_by_hand(before, after, facts)
    if after.owner and after.owner != (before.owner if before else None):
        yield _assigned(after, facts)
    if after.status is not (before.status if before else Status.WAITING):
        yield from _stands(before, after, facts)


def _promised(before: Conversation, after: Conversation, facts: _Facts) -> Iterator[ConversationEvent]:
    """What became of the promise on its way to an answer."""
    if after.renewal and not before.renewal:
        told = after.renewal
        yield ConversationPromiseRenewed(
            **facts,
            sent=told.sent,
            reason=told.reason,
            promised_before=before.promised_at,
            promised_at=told.promised_at,
        )
    if after.promise_broken_at and not before.promise_broken_at:
        renewed = after.renewal is not None and after.renewal.sent
        yield ConversationPromiseBroken(**facts, promised_at=after.promise_broken_at, renewed=renewed)


def _decided_by_hand(before: Conversation, after: Conversation, facts: _Facts) -> Iterator[ConversationEvent]:
    agent_id = after.changed_by or ""
    if before.status is Status.RESOLVED and after.is_open:
        yield ConversationReopened(**facts, agent_id=agent_id)
    if after.placed_at != before.placed_at and _lane(after) != _lane(before):
        yield ConversationPlaced(**facts, agent_id=agent_id, from_queue=before.queue, from_priority=before.priority)
    if after.tags != before.tags:
        yield ConversationTagged(**facts, agent_id=agent_id, tags=len(after.tags))
    if after.mark != before.mark:
        yield ConversationMarked(**facts, agent_id=agent_id, mark=after.mark)
    is_aside = before.status is Status.SNOOZED and before.due_at == after.due_at
    if after.status is Status.SNOOZED and after.due_at and not is_aside:
        yield ConversationSnoozed(**facts, agent_id=agent_id, until=after.due_at)


def _lane(known: Conversation) -> tuple[str, str]:
    return known.queue, known.priority


def _stands(before: Conversation | None, after: Conversation, facts: _Facts) -> Iterator[ConversationEvent]:
    """Where it stands now that its status has changed, but for an assignment."""
    match after.status:
        case Status.WAITING if after.queued_reason and after.awaiting_since:
            by = after.changed_by if after.queued_reason == "transferred" else None
            yield ConversationQueued(
                **facts, reason=after.queued_reason, waiting_since=after.awaiting_since, agent_id=by
            )
        case Status.IDLE:
            yield ConversationIdled(**facts, agent_id=(before.owner if before else None) or "")
        case Status.RESOLVED:
            by = after.changed_by if after.resolved_by == "agent" else None
            yield ConversationResolved(**facts, by=after.resolved_by or "agent", agent_id=by)


def _assigned(after: Conversation, facts: _Facts) -> ConversationAssigned:
    waited = (after.assigned_at or facts["at"]) - (after.awaiting_since or after.opened_at)
    return ConversationAssigned(
        **facts,
        agent_id=after.owner or "",
        waited_seconds=waited.total_seconds(),
        lease_until=after.due_at,
        policy=after.policy,
        by=after.assigned_by,
    )


def _entry_events(before: Entry | None, after: Entry, at: datetime) -> Iterator[ConversationEvent]:
    facts = _EntryFacts(
        at=at,
        conversation_id=after.conversation_id,
        account=after.account,
        channel=after.channel,
        message_id=after.id,
    )
    if after.direction == "internal" or after.kind == "note":
        yield ConversationNoted(**facts, agent_id=after.agent_id or "", mentions=after.mentions)
        return
    if before is None:
        awaited = sum(file.is_awaited for file in after.attachments)
        yield ConversationMessageAdded(
            **facts, direction=after.direction, author=after.author, kind=after.kind, attachments=awaited
        )
        return
    if after.status in FINAL and after.status is not before.status:
        yield ConversationDeliveryChanged(**facts, status=after.status, code=after.code)
    if after.change and after.changed_by_sender_at != before.changed_by_sender_at:
        yield ConversationMessageChanged(**facts, change=after.change, removed=_removed(before, after))
    elif after.reaction != before.reaction:
        yield ConversationMessageChanged(**facts, change="reacted")
    elif after.fetched_at != before.fetched_at:
        yield ConversationMessageChanged(**facts, change="fetched")


def _removed(before: Entry, after: Entry) -> tuple[str, ...]:
    kept = {file.key for file in after.attachments}
    return tuple(file.key for file in before.attachments if file.key and file.key not in kept)
