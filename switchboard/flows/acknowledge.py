"""Tell the customer, once per opening, that their message arrived and when to expect an answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from switchboard import conversation as transition
from switchboard.acknowledgement import REPEATING, Situation, Telling, compose, decide, voice_of
from switchboard.channels import channel
from switchboard.conversation import Acknowledgement, Conversation, Entry, acknowledgement_id, renewal_id
from switchboard.estimate.renewal import renewal_at
from switchboard.estimate.spoken import Spoken
from switchboard.flows.board import Board
from switchboard.flows.expect import expect
from switchboard.flows.people import acknowledged_to, others_of, read_again
from switchboard.message import DeliveryStatus
from switchboard.ports import Contact

DAY = timedelta(days=1)
_UPSET = frozenset({"anger", "fear", "leaving"})
"""Kinds of wording after which nobody is thanked (`switchboard.urgency`)."""


def acknowledge(thread: str, number: int, board: Board) -> str:
    """Decide, estimate and write the acknowledgement; returns the reason for sending or not, as a code.

    The record on the conversation and the message to send are one transaction, on condition that there was none: so
    there is one per opening, under duplicates, races and crashes (rule AK-3).
    """
    return board.settle(lambda: _attempt(thread, number, board))


def _attempt(thread: str, number: int, board: Board) -> str:
    """What is expected is kept of silent conversations, too: promises are measured from the first day on."""
    known = board.conversations.get(thread, number)
    if known is None:
        return "unknown_conversation"
    if known.acknowledgement is not None:
        return "already_acknowledged"
    now = board.clock()
    contact = board.customers.meet(channel(known.channel).contact(known.address), known.customer_id, now)
    lately = {key: at for key, at in contact.acknowledged.items() if now - at < DAY}
    others = others_of(contact, board)
    decision = decide(situation_of(known, known.id, contact, lately, others, board, now - known.opened_at))
    if decision.send and not known.silence and known.id not in lately:
        wordings = {key: contact.wordings[key] for key in lately if key in contact.wordings}
        wordings |= {known.id: known.wording} if known.wording else {}
        board.customers.count_acknowledgement(contact, {**lately, known.id: now}, wordings)
        # counted first, then looked at again: of two at once, on two channels of one person, one sees the other
        others = read_again(others, board)
        decision = decide(situation_of(known, known.id, contact, lately, others, board, now - known.opened_at))
    expectation = expect(known, board, now)
    expected = expectation.remembered(known, now) if expectation else None
    if known.silence or not decision.send:
        reason = known.silence or decision.reason
        declined = Acknowledgement(at=now, sent=False, reason=reason)
        board.conversations.save(known, transition.acknowledge(known, declined, expected))
        return reason
    spoken = expectation.spoken if expectation else None
    told = Acknowledgement(
        at=now,
        sent=True,
        reason=decision.reason,
        promised_at=spoken.at if spoken else None,
        samples=expectation.samples if expectation else 0,
    )
    after = transition.acknowledge(known, told, expected, _due_at(known, contact, told, board))
    board.conversations.write(known, after, entry_of(after, "first", told, spoken, contact, board))
    return decision.reason


def _due_at(known: Conversation, contact: Contact, told: Acknowledgement, board: Board) -> datetime | None:
    """When the promise is looked at: in time to renew it, else when it has passed."""
    if told.promised_at is None:
        return None
    zone = contact.zone or board.policy.hours_of(known.queue).zone
    return renewal_at(told.at, told.promised_at, board.policy.renewal, zone) or told.promised_at


def situation_of(
    known: Conversation,
    key: str,
    contact: Contact,
    lately: Mapping[str, datetime],
    others: Sequence[Contact],
    board: Board,
    age: timedelta,
) -> Situation:
    """What is known when a machine is to write, under `key` in the customer's daily budget, `age` after the reason."""
    elsewhere = acknowledged_to(others)
    everywhere = {*lately, *(each for each, at in elsewhere.items() if board.clock() - at < DAY)}
    return Situation(
        kind="message",
        consent_stopped=not contact.consent(known.account).allows_automation,
        already_acknowledged=False,
        answered=known.answers > 0 or known.answered_elsewhere,
        conversation_open=known.is_open,
        recipient_ok=channel(known.channel).is_reachable(known.address),
        undeliverable=contact.undeliverable is not None,
        acks_today=len(everywhere - {key}),
        repeats=_repeats(known, contact, board.clock()),
        enabled=board.policy.accounts[known.account].acknowledge,
        age=age,
    )


def _repeats(known: Conversation, contact: Contact, now: datetime) -> int:
    return sum(
        now - at < REPEATING and known.wording is not None and contact.wordings.get(key) == known.wording
        for key, at in contact.acknowledged.items()
        if key != known.id
    )


def entry_of(
    known: Conversation,
    kind: Literal["first", "renewal"],
    told: Acknowledgement,
    spoken: Spoken | None,
    contact: Contact,
    board: Board,
) -> Entry:
    """What a machine says: the acknowledgement, or its one renewal, at the conversation's newest position."""
    composed = compose(
        Telling(
            kind=kind,
            channel=known.channel,
            language=known.language,
            voice=voice_of(board.policy.brands[board.policy.accounts[known.account].brand], known.language),
            spoken=spoken,
            hours=board.policy.hours_of(known.queue),
            now=told.at,
            reference=known.reference,
            zone=contact.zone,
            first_name=contact.first_name,
            upset=not _UPSET.isdisjoint(known.reasons),
            safety="safety" in known.reasons,
            discloses=kind == "first" and channel(known.channel).discloses,
        )
    )
    return Entry(
        id=acknowledgement_id(known.number) if kind == "first" else renewal_id(known.number),
        thread=known.thread,
        number=known.number,
        account=known.account,
        channel=known.channel,
        direction="outbound",
        author="system",
        kind="acknowledgement",
        text=composed.text,
        at=told.at,
        position=known.outbound,
        status=DeliveryStatus.QUEUED,
        language=known.language,
    )
