"""A promise that is about to break is renewed once, with an apology; one that has passed is recorded as broken.

Each minute, what is due by its `promise_due_at` is looked at. The renewal is written with the message that tells it,
on condition that nothing changed meanwhile, so there is one at most; right before it is sent everything is looked at
again (`deliver`), and an agent's first answer cancels it until then.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from switchboard import conversation as transition
from switchboard.acknowledgement import decide
from switchboard.channels import channel
from switchboard.conversation import Acknowledgement, Conversation, acknowledgement_id
from switchboard.estimate.renewal import is_awake
from switchboard.flows.acknowledge import DAY, entry_of, situation_of
from switchboard.flows.board import Board
from switchboard.flows.expect import Expectation, expect
from switchboard.flows.people import others_of, read_again
from switchboard.message import DeliveryStatus
from switchboard.ports import Contact

_REACHED = frozenset(
    {
        DeliveryStatus.SENT,
        DeliveryStatus.DELAYED,
        DeliveryStatus.DELIVERED,
        DeliveryStatus.READ,
        DeliveryStatus.PLAYED,
    }
)
"""Whoever may never have got the promise gets no apology for it."""


LIMIT = 100
"""Conversations looked at in a minute; those behind come with the next."""


def look_at_due(board: Board) -> Mapping[str, int]:
    """Do what is due about promises; returns how often what was done, by its code."""
    due = board.conversations.due(board.clock(), LIMIT)
    return Counter(done for at in due if (done := look(at, board)))


def look(at: tuple[str, int], board: Board) -> str | None:
    """Do what is due about a conversation's promise; returns what was done, as a code, or None if nothing was due."""
    return board.settle(lambda: _attempt(at, board))


def _attempt(at: tuple[str, int], board: Board) -> str | None:
    known, now = board.conversations.get(*at), board.clock()
    if known is None or known.promised_at is None or known.promise_due_at is None or known.promise_due_at > now:
        return None
    if now >= known.promised_at:
        board.conversations.save(known, replace(transition.break_promise(known), check_at=None))
        return "broken"
    return _renew(known, board, now)


def _renew(known: Conversation, board: Board, now: datetime) -> str:
    address = channel(known.channel).contact(known.address)
    contact = board.customers.meet(address, known.customer_id, now)
    key = _key(known)
    lately = {name: at for name, at in contact.acknowledged.items() if now - at < DAY}
    others = others_of(contact, board)
    objection = _objection(known, contact, board, now) or _silence(known, contact, lately, others, board, now)
    if objection is None and key not in lately:
        wordings = {name: contact.wordings[name] for name in lately if name in contact.wordings}
        board.customers.count_acknowledgement(contact, {**lately, key: now}, wordings)
        others = read_again(others, board)  # of two at once on two channels, one sees the other
        objection = _silence(known, contact, lately, others, board, now)
    expectation = None if objection else expect(known, board, now)
    if expectation is None:
        declined = Acknowledgement(at=now, sent=False, reason=objection or "no_estimate")
        board.conversations.save(known, replace(transition.renew(known, declined), check_at=None))
        return declined.reason
    _write(known, expectation, contact, board, now)
    return "renewed"


def _key(known: Conversation) -> str:
    """What it counts as in the customer's daily budget."""
    return f"{known.id}.renewal"


def _silence(
    known: Conversation,
    contact: Contact,
    lately: Mapping[str, datetime],
    others: Sequence[Contact],
    board: Board,
    now: datetime,
) -> str | None:
    """What forbids any message of a machine (rule AK-2)."""
    late = now - (known.promise_due_at or now)
    decision = decide(situation_of(known, _key(known), contact, lately, others, board, late))
    return None if decision.send else decision.reason


def _write(known: Conversation, expectation: Expectation, contact: Contact, board: Board, now: datetime) -> None:
    told = Acknowledgement(
        at=now, sent=True, reason="renewed", promised_at=expectation.spoken.at, samples=expectation.samples
    )
    after = replace(transition.renew(known, told), check_at=None)
    entry = entry_of(after, "renewal", told, expectation.spoken, contact, board)
    board.conversations.write(known, after, entry)


def _objection(known: Conversation, contact: Contact, board: Board, now: datetime) -> str | None:
    """What forbids a renewal that would not forbid a first acknowledgement."""
    zone = contact.zone or board.policy.hours_of(known.queue).zone
    if not board.policy.renewal.enabled:
        return "disabled"
    if not is_awake(now, board.policy.renewal, zone):
        return "quiet_hours"
    window = channel(known.channel).window_of(board.policy.accounts[known.account].address)
    if window and known.heard and now - known.heard[-1].at > window:
        return "window"
    told = board.conversations.entry(known.thread, acknowledgement_id(known.number))
    return None if told and told.status in _REACHED else "not_told"
