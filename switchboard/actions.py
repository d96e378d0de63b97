"""What people do with a conversation by hand, as transitions. Pure; what the machine does is in conversation.py.

A person's decision stands: dispatch only ever takes what waits, so what an agent was given stays theirs until a lease
or a linger ends, they leave, or a person decides again. It may exceed an agent's capacity, which then is negative
until work has been given back. Each transition says who made it, which its event repeats.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from switchboard.conversation import Conversation, Entry, Mark, Status, resolve
from switchboard.errors import RefusedError, UnfitError
from switchboard.hours import Hours
from switchboard.policy import Priority, Times

LONGEST_SNOOZE = timedelta(days=90)
MOST_TAGS = 20
LONGEST_TAG = 40
MOST_MENTIONS = 20
OPENED_BY_US = "opened_by_agent"
"""Why a conversation that an agent opened is not acknowledged: nobody asked anything."""

_NO_TAG = re.compile(r"[^\w.:/+]+")


def assign(
    conversation: Conversation, agent_id: str, by: str, at: datetime, cost: int, hours: Hours, times: Times
) -> Conversation:
    """Give a conversation to an agent, whoever has it now. An owed answer's lease starts anew, else the linger.

    Raises `RefusedError` for one that is over.
    """
    if not conversation.is_open:
        raise RefusedError("the conversation is resolved: reopen it first")
    is_owed = conversation.awaiting_since is not None
    return replace(
        conversation,
        status=Status.ASSIGNED,
        owner=agent_id,
        last_agent=agent_id,
        last_agent_at=at,
        assigned_at=at,
        taken_at=conversation.taken_at or at,
        assigned_by=by,
        changed_by=by,
        cost=cost,
        queued_reason=None,
        passed_over=None,
        due_at=hours.after(at, times.lease) if is_owed else at + times.linger_of(conversation.channel),
    )


def pass_on(
    conversation: Conversation, queue: str, skills: tuple[str, ...], by: str, at: datetime, lease: timedelta
) -> Conversation:
    """Put a conversation into a queue, at its age if an answer is owed; else it waits from now on.

    Whoever had it is passed over for the length of a lease, even if the queue is theirs, too.
    """
    if not conversation.is_open:
        raise RefusedError("the conversation is resolved: reopen it first")
    return replace(
        conversation,
        status=Status.WAITING,
        queue=queue,
        skills=skills,
        awaiting_since=conversation.awaiting_since or at,
        queued_reason="transferred",
        owner=None,
        assigned_at=None,
        cost=0,
        passed_over=conversation.owner,
        passed_until=at + lease if conversation.owner else None,
        changed_by=by,
        placed_at=at,
        held=False,
        due_at=at + lease if conversation.owner else None,
    )


def place(
    conversation: Conversation, queue: str, skills: tuple[str, ...], priority: Priority, by: str, at: datetime
) -> Conversation:
    """Change queue or priority: who waits moves at once, who is being served stays where they are.

    What was held beyond its counterparty's budget no longer is: a person wants it there.
    """
    if not conversation.is_open:
        raise RefusedError("the conversation is resolved: reopen it first")
    return replace(
        conversation,
        queue=queue,
        skills=skills,
        priority=priority,
        passed_over=None,
        passed_until=None,
        changed_by=by,
        placed_at=at,
        held=False,
    )


def snooze(conversation: Conversation, until: datetime, by: str, at: datetime) -> Conversation:
    """Put a conversation aside: it is nobody's load until then, or until its customer writes.

    Then it waits, its last agent first: at its age if an answer was owed, else from the end of the snooze.
    """
    if not conversation.is_open:
        raise RefusedError("the conversation is resolved: reopen it first")
    if not at < until <= at + LONGEST_SNOOZE:
        raise RefusedError(f"a snooze ends in the future, within {LONGEST_SNOOZE.days} days: choose another time")
    return replace(
        conversation,
        status=Status.SNOOZED,
        owner=None,
        assigned_at=None,
        cost=0,
        passed_over=None,
        queued_reason=None,
        changed_by=by,
        due_at=until,
    )


def reopen(
    conversation: Conversation, agent_id: str, at: datetime, cost: int, hours: Hours, times: Times
) -> Conversation:
    """Take up again what was resolved; no answer is owed. Raises `RefusedError` for what is open."""
    if conversation.is_open:
        raise RefusedError("the conversation is open: take it over instead")
    opened = replace(conversation, status=Status.IDLE, resolved_by=None, resolved_at=None)
    return assign(opened, agent_id, agent_id, at, cost, hours, times)


def hold_for(conversation: Conversation, mark: Mark, by: str, at: datetime) -> Conversation:
    """End a conversation whose customer is a spammer, or is blocked by us; what they wait for stays unanswered."""
    ended = resolve(conversation, at, leave_unanswered=True) if conversation.is_open else conversation
    return replace(ended, mark=mark, changed_by=by)


def acquit(conversation: Conversation, by: str) -> Conversation:
    """Its customer is held for nothing any more. The conversation stays over; it can be reopened."""
    return replace(conversation, mark=None, changed_by=by)


def tag(conversation: Conversation, tags: Iterable[str], by: str) -> Conversation:
    """Replace a conversation's tags; raises `UnfitError`."""
    return replace(conversation, tags=normalise_tags(tags), changed_by=by)


def normalise_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags in one spelling, each once, in order; raises `UnfitError` for too many, or one that is empty or too long.

    >>> normalise_tags(["  Late Delivery ", "late-delivery", "VIP"])
    ('late-delivery', 'vip')
    """
    spelt = sorted({_NO_TAG.sub("-", unicodedata.normalize("NFKC", tag).casefold()).strip("-") for tag in tags})
    if len(spelt) > MOST_TAGS:
        raise UnfitError(f"tags: {MOST_TAGS} at most: remove some")
    if any(not 0 < len(tag) <= LONGEST_TAG for tag in spelt):
        raise UnfitError(f"tags: each has 1 to {LONGEST_TAG} letters, digits or . : / + -")
    return tuple(spelt)


def note(
    conversation: Conversation, entry_id: str, agent_id: str, text: str, mentions: tuple[str, ...], at: datetime
) -> Entry:
    """What an agent tells the others on the timeline. It has no position and no delivery: it is never sent."""
    return Entry(
        id=entry_id,
        thread=conversation.thread,
        number=conversation.number,
        account=conversation.account,
        channel=conversation.channel,
        direction="internal",
        author="agent",
        kind="note",
        text=text,
        at=at,
        agent_id=agent_id,
        mentions=mentions,
    )
