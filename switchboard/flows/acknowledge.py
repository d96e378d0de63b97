"""Tell the customer, once per opening, that their message arrived and when to expect an answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from switchboard import conversation as transition
from switchboard.acknowledgement import REPEATING, Situation, decide, render
from switchboard.channels import channel
from switchboard.conversation import Acknowledgement, Conversation, Entry
from switchboard.flows.board import Board
from switchboard.message import DeliveryStatus
from switchboard.ports import Contact
from switchboard.promise import Promise, estimate, promise

DAY = timedelta(days=1)


def acknowledge(thread: str, number: int, board: Board) -> str:
    """Decide, estimate and write the acknowledgement; returns the reason for sending or not, as a code.

    The record on the conversation and the message to send are one transaction, on condition that there was none: so
    there is one per opening, under duplicates, races and crashes (rule AK-3).
    """
    return board.settle(lambda: _attempt(thread, number, board))


def _attempt(thread: str, number: int, board: Board) -> str:
    known = board.conversations.get(thread, number)
    if known is None:
        return "unknown_conversation"
    if known.acknowledgement is not None:
        return "already_acknowledged"
    now = board.clock()
    contact = board.customers.meet(channel(known.channel).contact(known.address), known.customer_id, now)
    lately = {key: at for key, at in contact.acknowledged.items() if now - at < DAY}
    decision = decide(_situation(known, contact, lately, board))
    if known.silence or not decision.send:
        reason = known.silence or decision.reason
        declined = Acknowledgement(at=now, sent=False, reason=reason)
        board.conversations.save(known, transition.acknowledge(known, declined))
        return reason
    if known.id not in lately:
        wordings = {key: contact.wordings[key] for key in lately if key in contact.wordings}
        wordings |= {known.id: known.wording} if known.wording else {}
        board.customers.count_acknowledgement(contact, {**lately, known.id: now}, wordings)
    promised = _promise(known, board)
    acknowledgement = Acknowledgement(
        at=now,
        sent=True,
        reason=decision.reason,
        promised_at=promised.at if promised else None,
        samples=promised.samples if promised else 0,
    )
    after = transition.acknowledge(known, acknowledgement)
    board.conversations.write(known, after, _entry(after, acknowledgement, promised, board))
    return decision.reason


def _situation(known: Conversation, contact: Contact, lately: Mapping[str, datetime], board: Board) -> Situation:
    return Situation(
        kind="message",
        consent_stopped=not contact.consent(known.account).allows_automation,
        already_acknowledged=known.acknowledgement is not None,
        answered=known.answers > 0 or known.answered_elsewhere,
        conversation_open=known.is_open,
        recipient_ok=channel(known.channel).is_reachable(known.address),
        undeliverable=contact.undeliverable is not None,
        acks_today=len(lately.keys() - {known.id}),
        repeats=_repeats(known, contact, board.clock()),
        enabled=board.policy.accounts[known.account].acknowledge,
        age=board.clock() - known.opened_at,
    )


def _repeats(known: Conversation, contact: Contact, now: datetime) -> int:
    return sum(
        now - at < REPEATING and known.wording is not None and contact.wordings.get(key) == known.wording
        for key, at in contact.acknowledged.items()
        if key != known.id
    )


def _promise(known: Conversation, board: Board) -> Promise | None:
    policy, now = board.policy, board.clock()
    times = board.queues.response_times(known.queue, known.priority, now)
    estimated = estimate(times, policy.target(known.queue, known.priority), policy.promise_level, now)
    return promise(estimated, policy.hours_of(known.queue), now)


def _entry(known: Conversation, told: Acknowledgement, promised: Promise | None, board: Board) -> Entry:
    account = board.policy.accounts[known.account]
    text = render(
        known.language,
        brand=board.policy.brands[account.brand].name,
        promise=promised,
        hours=board.policy.hours_of(known.queue),
        now=told.at,
        reference=reference(known),
        discloses=channel(known.channel).discloses,
    )
    return Entry(
        id=f"ack.{known.number}",
        thread=known.thread,
        number=known.number,
        account=known.account,
        channel=known.channel,
        direction="outbound",
        author="system",
        kind="acknowledgement",
        text=text,
        at=told.at,
        position=known.outbound,
        status=DeliveryStatus.QUEUED,
    )


def reference(known: Conversation) -> str:
    """What a customer may quote: short, without meaning."""
    return f"{known.customer_id[:6].upper()}-{known.number}"
