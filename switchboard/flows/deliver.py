"""Outbound: messages of a conversation go to the provider in their order, each at most once for all we can know."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from switchboard.channels import Sender
from switchboard.consent import apply
from switchboard.conversation import SETTLED, Conversation, Entry, advances
from switchboard.errors import (
    ConflictError,
    NotYetError,
    OptedOutError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.flows.board import Board
from switchboard.message import DeliveryReport, DeliveryStatus, Outgoing, Sent
from switchboard.ports import Evidence

Connect = Callable[[str, str], Sender]
"""A sender for a channel's name and an account's key."""

ATTEMPT = timedelta(seconds=30)
"""No attempt outlives this (it is the function's time-out): an older one died half-way."""
ACK_VALID = 4 * 3600
"""Seconds after which an acknowledgement is not worth delivering (rule TW-9)."""
CLOCK_SKEW = timedelta(minutes=2)
"""Between the provider's clock and ours, when asking what it has."""


def deliver(thread: str, number: int, entry_id: str, board: Board, connect: Connect, public_base_url: str) -> str:
    """Send one message if its turn has come, and those behind it; returns what was done as a code.

    Raises `NotYetError` while another process is at it, `SendThrottledError` and `SendUnknownError` where trying again
    later may help.
    """
    entry = board.conversations.entry(thread, entry_id)
    known = board.conversations.get(thread, number)
    if entry is None or known is None:
        return "unknown_message"
    queue = sorted(
        (e for e in board.conversations.entries(thread, number) if e.direction == "outbound"),
        key=lambda e: e.position or 0,
    )
    outcome = "waits_its_turn"
    for waiting in queue:
        if waiting.status in SETTLED:
            outcome = "already_settled" if waiting.id == entry_id else outcome
            continue
        settled = _send(waiting, known, board, connect, public_base_url)
        outcome = str(settled.status) if waiting.id == entry_id else outcome
    return outcome


def _send(entry: Entry, known: Conversation, board: Board, connect: Connect, public_base_url: str) -> Entry:
    now = board.clock()
    if entry.status is DeliveryStatus.SENDING:
        return _reconcile(entry, known, board, connect, public_base_url)
    if refusal := _objection(entry, known, board):
        return board.conversations.advance(entry, replace(entry, status=DeliveryStatus.FAILED, code=refusal))
    sender = connect(known.channel, known.account)  # without credentials nothing is attempted
    attempt = replace(entry, status=DeliveryStatus.SENDING, attempt_at=now)
    try:
        attempt = board.conversations.advance(entry, attempt)
    except ConflictError as error:
        raise NotYetError("another process is sending this message") from error
    return _try(attempt, known, board, sender, public_base_url)


def _objection(entry: Entry, known: Conversation, board: Board) -> str | None:
    """What forbids sending now, checked at the last moment (rule AK-5)."""
    contact = board.customers.contact(f"{known.channel}:{known.address}")
    consent = contact.consent(known.account) if contact else None
    if consent and not consent.allows_replies:
        return "opted_out"
    if entry.kind == "acknowledgement":
        if consent and not consent.allows_automation:
            return "opt_out_suspected"
        if known.answers or not known.is_open:
            return "already_answered"
    return None


def _try(attempt: Entry, known: Conversation, board: Board, sender: Sender, public_base_url: str) -> Entry:
    try:
        sent = sender.send(_outgoing(attempt, known, board, public_base_url))
    except OptedOutError as error:
        _remember_opt_out(attempt, known, board)
        return _fail(attempt, error.code, board)
    except SendRefusedError as error:
        return _fail(attempt, error.code, board)
    except SendThrottledError:
        board.conversations.advance(attempt, replace(attempt, status=DeliveryStatus.QUEUED, attempt_at=None))
        raise
    except SendUnknownError as error:
        if attempt.kind == "acknowledgement":  # a missing one is cheaper than two (rule AK-3)
            return board.conversations.advance(
                attempt, replace(attempt, status=DeliveryStatus.UNKNOWN, code=error.code)
            )
        raise
    return _accept(attempt, sent, board)


def _reconcile(entry: Entry, known: Conversation, board: Board, connect: Connect, public_base_url: str) -> Entry:
    """An attempt died half-way: ask the provider before anything is repeated; never repeat an acknowledgement."""
    now = board.clock()
    since = entry.attempt_at or now
    if now - since < ATTEMPT:
        raise NotYetError("an attempt at this message may still be running")
    sender = connect(known.channel, known.account)
    found = sender.find(_outgoing(entry, known, board, public_base_url), since - CLOCK_SKEW)
    if found:
        return _accept(entry, found, board)
    if entry.kind == "acknowledgement":
        return board.conversations.advance(entry, replace(entry, status=DeliveryStatus.UNKNOWN, code="interrupted"))
    again = board.conversations.advance(entry, replace(entry, attempt_at=now))
    return _try(again, known, board, sender, public_base_url)


def _accept(attempt: Entry, sent: Sent, board: Board) -> Entry:
    accepted = replace(attempt, status=sent.status, provider_id=sent.provider_id)
    try:
        return board.conversations.advance(attempt, accepted)
    except ConflictError:
        return accepted  # a delivery report was faster and says more


def _fail(attempt: Entry, code: str, board: Board) -> Entry:
    return board.conversations.advance(attempt, replace(attempt, status=DeliveryStatus.FAILED, code=code))


def _remember_opt_out(attempt: Entry, known: Conversation, board: Board) -> None:
    """The provider knows of an opt-out that we missed: believe it (rule TW-6)."""
    evidence = Evidence(kind="opt_out", wording="", provider_id=attempt.id, at=board.clock())

    def record() -> None:
        contact = board.customers.meet(f"{known.channel}:{known.address}", known.customer_id, evidence.at)
        consent = apply(contact.consent(known.account), evidence.kind, evidence.at)
        board.customers.record_consent(contact, known.account, consent, evidence)

    board.settle(record)


def _outgoing(entry: Entry, known: Conversation, board: Board, public_base_url: str) -> Outgoing:
    return Outgoing(
        account=known.account,
        sender=board.policy.accounts[known.account].address,
        recipient=known.address,
        text=entry.text,
        conversation_id=known.id,
        message_id=entry.id,
        status_callback=f"{public_base_url}/{known.channel}/{known.account}?conversation={known.id}&message={entry.id}",
        valid_for=ACK_VALID if entry.kind == "acknowledgement" else None,
    )


def report(reported: DeliveryReport, board: Board) -> str:
    """Record what a provider says became of a message; reports may come in any order (rule X-7)."""
    if reported.conversation_id is None or reported.message_id is None:
        return "not_ours"
    thread, _, _ = reported.conversation_id.rpartition(".")
    return board.settle(lambda: _report(thread, reported, board))


def _report(thread: str, reported: DeliveryReport, board: Board) -> str:
    entry = board.conversations.entry(thread, reported.message_id or "")
    if entry is None or entry.status is None:
        return "not_ours"
    if not advances(entry.status, reported.status):
        return "known_already"
    board.conversations.advance(entry, replace(entry, status=reported.status, code=reported.code))
    return str(reported.status)
