"""Outbound: messages of a conversation go to the provider in their order, each at most once for all we can know."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from switchboard.channels import Sender, channel
from switchboard.consent import apply
from switchboard.conversation import SETTLED, Conversation, Entry, advances
from switchboard.errors import (
    AlreadyRecordedError,
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
    """Send a message if its turn has come, and those behind it; returns what became of it, as a code.

    Whoever settles a message looks again for those behind it; whoever finds another on its way before theirs leaves
    the rest to its sender. So none is forgotten: of a look and a write that happen at once one sees the other, and a
    sender who dies comes again, by which time its attempt is over for certain.

    Raises `NotYetError` while this very message is being tried by another process, `SendThrottledError` and
    `SendUnknownError` where trying again later may help.
    """
    known = board.conversations.get(thread, number)
    entry = board.conversations.entry(thread, entry_id)
    if known is None or entry is None:
        return "unknown_message"
    after = _work_off(_Line(known, board, connect, public_base_url), entry)
    if entry.status in SETTLED:
        return "already_settled"
    return str(after.status) if after.status in SETTLED else "waits_its_turn"


def _work_off(line: "_Line", own: Entry) -> Entry:
    """Settle one message after the other, until one is on its way elsewhere; returns our own as it then is."""
    tried: set[str] = set()
    while head := line.head():
        is_elsewhere = head.status is DeliveryStatus.SENDING and line.may_still_run(head)
        if is_elsewhere or head.id in tried or not line.settle(head):
            if head.id == own.id:
                raise NotYetError("another attempt at this message may still be running")
            break
        tried.add(head.id)
    return line.board.conversations.entry(own.thread, own.id) or own


@dataclass(frozen=True, slots=True)
class _Line:
    """A conversation's outbound messages, and what it takes to send them."""

    known: Conversation
    board: Board
    connect: Connect
    public_base_url: str

    def head(self) -> Entry | None:
        """The first message that isn't settled, read now."""
        entries = self.board.conversations.entries(self.known.thread, self.known.number)
        open_ones = [e for e in entries if e.direction == "outbound" and e.status not in SETTLED]
        return min(open_ones, key=lambda e: e.position or 0, default=None)

    def may_still_run(self, entry: Entry) -> bool:
        """Whether the process that began this attempt can still be alive."""
        return entry.attempt_at is not None and self.board.clock() - entry.attempt_at < ATTEMPT

    def settle(self, entry: Entry) -> bool:
        """Send, reconcile or refuse a message; False if another process was first."""
        if entry.status is DeliveryStatus.SENDING:
            return self._reconcile(entry)
        if refusal := self._objection(entry):
            return self._advance(entry, status=DeliveryStatus.FAILED, code=refusal) is not None
        sender = self.connect(self.known.channel, self.known.account)  # without credentials nothing is attempted
        attempt = self._advance(entry, status=DeliveryStatus.SENDING, attempt_at=self.board.clock())
        return attempt is not None and self._try(attempt, sender)

    def _objection(self, entry: Entry) -> str | None:
        """What forbids sending now, checked at the last moment (rule AK-5)."""
        contact = self.board.customers.contact(f"{self.known.channel}:{self.known.address}")
        consent = contact.consent(self.known.account) if contact else None
        if consent and not consent.allows_replies:
            return "opted_out"
        window = channel(self.known.channel).window
        if window and self.board.clock() - self.known.heard[-1].at > window:
            return "window"
        if entry.kind == "acknowledgement":
            if consent and not consent.allows_automation:
                return "opt_out_suspected"
            current = self.board.conversations.get(self.known.thread, self.known.number) or self.known
            if current.answers or not current.is_open:
                return "already_answered"
        return None

    def _try(self, attempt: Entry, sender: Sender) -> bool:
        try:
            sent = sender.send(self._outgoing(attempt))
        except OptedOutError as error:
            self._remember_opt_out(attempt)
            self._advance(attempt, status=DeliveryStatus.FAILED, code=error.code)
        except SendRefusedError as error:
            self._advance(attempt, status=DeliveryStatus.FAILED, code=error.code)
        except SendThrottledError:
            self._advance(attempt, status=DeliveryStatus.QUEUED, attempt_at=None)
            raise
        except SendUnknownError as error:
            if attempt.kind != "acknowledgement" and channel(self.known.channel).on_unknown != "leave":
                raise
            self._advance(attempt, status=DeliveryStatus.UNKNOWN, code=error.code)  # rule AK-3: not repeated
        else:
            self._accept(attempt, sent)
        return True

    def _reconcile(self, entry: Entry) -> bool:
        """An attempt died half-way: ask the provider before anything is repeated; never repeat an acknowledgement."""
        means = channel(self.known.channel).on_unknown
        if means == "leave" or (means == "repeat" and entry.kind == "acknowledgement"):
            return self._advance(entry, status=DeliveryStatus.UNKNOWN, code="interrupted") is not None
        sender = self.connect(self.known.channel, self.known.account)
        since = (entry.attempt_at or self.board.clock()) - CLOCK_SKEW
        others = {e.provider_id for e in self.board.conversations.entries(entry.thread, entry.number)}
        if found := [sent for sent in sender.find(self._outgoing(entry), since) if sent.provider_id not in others]:
            self._accept(entry, found[-1])
            return True
        if entry.kind == "acknowledgement":
            return self._advance(entry, status=DeliveryStatus.UNKNOWN, code="interrupted") is not None
        again = self._advance(entry, attempt_at=self.board.clock())
        return again is not None and self._try(again, sender)

    def _accept(self, attempt: Entry, sent: Sent) -> None:
        """Record that the provider has it, unless a delivery report was faster and says more.

        A provider's own "queued" is sent for us: from here on it is theirs, and it settles the message.
        """
        status = sent.status if advances(DeliveryStatus.SENT, sent.status) else DeliveryStatus.SENT
        self._advance(attempt, status=status, provider_id=sent.provider_id)

    def _advance(self, entry: Entry, **changes: Any) -> Entry | None:  # noqa: ANN401  # fields of Entry, checked there
        try:
            return self.board.conversations.advance(entry, replace(entry, **changes))
        except ConflictError:
            return None

    def _remember_opt_out(self, attempt: Entry) -> None:
        """The provider knows of an opt-out that we missed: believe it (rule TW-6)."""
        known, board = self.known, self.board
        evidence = Evidence(kind="opt_out", wording="", provider_id=attempt.id, at=board.clock())

        def record() -> None:
            contact = board.customers.meet(f"{known.channel}:{known.address}", known.customer_id, evidence.at)
            consent = apply(contact.consent(known.account), evidence.kind, evidence.at)
            board.customers.record_consent(contact, known.account, consent, evidence)

        with suppress(AlreadyRecordedError):
            board.settle(record)

    def _outgoing(self, entry: Entry) -> Outgoing:
        known = self.known
        return Outgoing(
            account=known.account,
            sender=self.board.policy.accounts[known.account].address,
            recipient=known.address,
            text=entry.text,
            conversation_id=known.id,
            message_id=entry.id,
            status_callback=f"{self.public_base_url}{channel(known.channel).path(known.account)}"
            f"?conversation={known.id}&message={entry.id}",
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
    if not advances(entry.status, reported.delivery.status):
        return "known_already"
    board.conversations.advance(entry, replace(entry, status=reported.delivery.status, code=reported.delivery.reason))
    return str(reported.delivery.status)
