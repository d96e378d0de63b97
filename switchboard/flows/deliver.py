"""Outbound: messages of a conversation go to the provider in their order, each at most once for all we can know."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from switchboard.channels import Sender, channel
from switchboard.channels.files import split, whole
from switchboard.consent import apply
from switchboard.conversation import SETTLED, Conversation, Entry, advances, renewal_id
from switchboard.errors import (
    AlreadyRecordedError,
    ConflictError,
    NotYetError,
    OptedOutError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.estimate.renewal import is_awake
from switchboard.flows.board import Board
from switchboard.flows.files import OUTGOING, name_of
from switchboard.message import (
    Attachment,
    Delivery,
    DeliveryReport,
    DeliveryStatus,
    Outgoing,
    OutgoingFile,
    Party,
    Sent,
)
from switchboard.ports import Alias, Contact, Evidence, UrlOf

Connect = Callable[[str, str], Sender]
"""A sender for a channel's name and an account's key."""

ATTEMPT = timedelta(seconds=30)
"""No attempt outlives this (it is the function's time-out): an older one died half-way."""
RUN = timedelta(seconds=12)
"""After this, a run sends no further part of a message: the rest comes with the next."""
ACK_VALID = 4 * 3600
"""Seconds after which an acknowledgement is not worth delivering (rule TW-9)."""
CLOCK_SKEW = timedelta(minutes=2)
"""Between the provider's clock and ours, when asking what it has."""


def _nowhere(_key: str, _filename: str, _content_type: str) -> str:
    raise TypeError("whoever delivers files says where providers get them")


def deliver(
    thread: str,
    number: int,
    entry_id: str,
    board: Board,
    connect: Connect,
    public_base_url: str,
    url_of: UrlOf = _nowhere,
) -> str:
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
    after = _work_off(_Line(known, board, connect, public_base_url, url_of), entry)
    if entry.status in SETTLED:
        return "already_settled"
    return str(after.status) if after.status in SETTLED else "waits_its_turn"


def _work_off(line: "_Line", own: Entry) -> Entry:
    """Settle one message after the other, until one is on its way elsewhere; returns our own as it then is."""
    tried: set[str] = set()
    while turn := line.head():
        head = turn.entry
        is_elsewhere = head.status is DeliveryStatus.SENDING and line.may_still_run(head)
        if is_elsewhere or head.id in tried or not line.settle(turn):
            if head.id == own.id:
                raise NotYetError("another attempt at this message may still be running")
            break
        tried.add(head.id)
    return line.board.conversations.entry(own.thread, own.id) or own


@dataclass(frozen=True, slots=True)
class _Turn:
    """A message to send, and the customer's that it answers: what opened the conversation, or the newest before it."""

    entry: Entry
    asked: Entry | None

    @classmethod
    def of(cls, entry: Entry, entries: list[Entry]) -> "_Turn":
        if entry.kind == "forward":
            return cls(entry, None)
        written = [e for e in entries if e.direction == "inbound"]
        earlier = [e for e in written if e.at <= entry.at] if entry.author == "agent" else []
        return cls(entry, earlier[-1] if earlier else next(iter(written), None))

    @property
    def recipient(self) -> str | None:
        """Where it goes, where the mail that is answered says so (rule AK-1), or who passes it on."""
        if self.entry.kind == "forward":
            return self.entry.to[0].address
        if self.asked is None:
            return None
        return self.asked.acknowledge_to if self.entry.kind == "acknowledgement" else self.asked.answer_to


@dataclass(frozen=True, slots=True)
class _Line:
    """A conversation's outbound messages, and what it takes to send them."""

    known: Conversation
    board: Board
    connect: Connect
    public_base_url: str
    url_of: UrlOf

    def head(self) -> _Turn | None:
        """The first message that isn't settled, read now."""
        entries = self.board.conversations.entries(self.known.thread, self.known.number)
        open_ones = [e for e in entries if e.direction == "outbound" and e.status not in SETTLED]
        first = min(open_ones, key=lambda e: e.position or 0, default=None)
        return _Turn.of(first, entries) if first else None

    def may_still_run(self, entry: Entry) -> bool:
        """Whether the process that began this attempt can still be alive."""
        return entry.attempt_at is not None and self.board.clock() - entry.attempt_at < ATTEMPT

    def settle(self, turn: _Turn) -> bool:
        """Send, reconcile or refuse a message; False if another process was first."""
        entry = turn.entry
        if entry.status is DeliveryStatus.SENDING:
            return self._reconcile(turn)
        if refusal := self._objection(turn):
            return self._advance(entry, status=DeliveryStatus.FAILED, code=refusal) is not None
        sender = self.connect(self.known.channel, self.known.account)  # without credentials nothing is attempted
        attempt = self._advance(entry, status=DeliveryStatus.SENDING, attempt_at=self.board.clock())
        return attempt is not None and self._try(replace(turn, entry=attempt), sender)

    def _objection(self, turn: _Turn) -> str | None:
        """What forbids sending now, checked at the last moment (rule AK-5)."""
        contact = self._contact(self._asked_by(turn))
        if contact and contact.undeliverable:
            return "suppressed"
        consent = contact.consent(self.known.account) if contact else None
        if consent and not consent.allows_replies:
            return "opted_out"
        window = channel(self.known.channel).window_of(self.board.policy.accounts[self.known.account].address)
        if window and self.board.clock() - self.known.heard[-1].at > window:
            return "window"
        return self._needless(turn.entry, contact) if turn.entry.kind == "acknowledgement" else None

    def _needless(self, entry: Entry, contact: Contact | None) -> str | None:
        """What makes a machine's message needless: an answer above all. Nobody is told a new promise at night."""
        if contact and not contact.consent(self.known.account).allows_automation:
            return "opt_out_suspected"
        current = self.board.conversations.get(self.known.thread, self.known.number) or self.known
        if current.answers or current.answered_elsewhere or not current.is_open:
            return "already_answered"
        now, is_renewal = self.board.clock(), entry.id == renewal_id(entry.number)
        told = current.renewal if is_renewal else current.acknowledgement
        if told and told.promised_at and told.promised_at <= now:
            return "too_late"
        zone = (contact.zone if contact else None) or self.board.policy.hours_of(current.queue).zone
        return "quiet_hours" if is_renewal and not is_awake(now, self.board.policy.renewal, zone) else None

    def _asked_by(self, turn: _Turn) -> str:
        """Whose wishes count: with mail whoever gets it, else the customer, however they are reached (rule TW-13)."""
        is_mail = channel(self.known.channel).transport == "email"
        return turn.recipient if is_mail and turn.recipient else self.known.address

    def _contact(self, address: str) -> Contact | None:
        return self.board.customers.contact(channel(self.known.channel).contact(address))

    def _try(self, turn: _Turn, sender: Sender) -> bool:
        """Send what is left of a message, part by part; False if another process has decided on it meanwhile."""
        parts, attempt, began = self._parts(turn), turn.entry, self.board.clock()
        while sent := self._send(parts[len(attempt.sent_parts)], attempt, sender):
            if len(attempt.sent_parts) + 1 == len(parts):
                self._accept(attempt, sent)
                break
            if not (noted := self._note_part(attempt, sent)):
                return False
            attempt = noted
            if self.board.clock() - began > RUN:
                self._advance(attempt, status=DeliveryStatus.QUEUED, attempt_at=None)
                raise NotYetError("there are more parts than one run has time for")
        return True

    def _parts(self, turn: _Turn) -> list[Outgoing]:
        """The messages that one becomes at the provider, in their order."""
        outgoing = self._outgoing(turn)
        return split(outgoing, channel(self.known.channel).files_of(outgoing.sender, outgoing.recipient))

    def _note_part(self, attempt: Entry, sent: Sent) -> Entry | None:
        """Record that the provider has a part, and that the next is begun: so no part is ever sent twice."""
        taken = (*attempt.sent_parts, sent.provider_id)
        if noted := self._advance(attempt, sent_parts=taken, attempt_at=self.board.clock()):
            self._name(attempt, sent)
        return noted

    def _send(self, part: Outgoing, attempt: Entry, sender: Sender) -> Sent | None:
        """Send one part; None if its failure has settled the message."""
        try:
            return sender.send(part)
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
        return None

    def _reconcile(self, turn: _Turn) -> bool:
        """An attempt died half-way: ask the provider before anything is repeated; never repeat an acknowledgement."""
        entry = turn.entry
        means = channel(self.known.channel).on_unknown
        if means == "leave" or (means == "repeat" and entry.kind == "acknowledgement"):
            return self._advance(entry, status=DeliveryStatus.UNKNOWN, code="interrupted") is not None
        sender = self.connect(self.known.channel, self.known.account)
        since = (entry.attempt_at or self.board.clock()) - CLOCK_SKEW
        said = self.board.conversations.entries(entry.thread, entry.number)
        others = {taken for e in said for taken in (e.provider_id, *e.sent_parts)}
        parts, n = self._parts(turn), len(entry.sent_parts)
        if found := [sent for sent in sender.find(parts[n], since) if sent.provider_id not in others]:
            if n + 1 == len(parts):
                self._accept(entry, found[-1])
                return True
            noted = self._note_part(entry, found[-1])
            return noted is not None and self._try(replace(turn, entry=noted), sender)
        if entry.kind == "acknowledgement":
            return self._advance(entry, status=DeliveryStatus.UNKNOWN, code="interrupted") is not None
        again = self._advance(entry, attempt_at=self.board.clock())
        return again is not None and self._try(replace(turn, entry=again), sender)

    def _accept(self, attempt: Entry, sent: Sent) -> None:
        """Record that the provider has it, unless a delivery report was faster and says more.

        A provider's own "queued" is sent for us: from here on it is theirs, and it settles the message.
        """
        status = sent.status if advances(DeliveryStatus.SENT, sent.status) else DeliveryStatus.SENT
        self._name(attempt, sent)
        self._advance(attempt, status=status, provider_id=sent.provider_id)

    def _name(self, attempt: Entry, sent: Sent) -> None:
        """Remember the provider's id, by which others speak of it: answers, reports, reactions."""
        if channel(attempt.channel).transport != "sms":
            alias = Alias(thread=attempt.thread, message_id=attempt.id)
            self.board.conversations.add_alias(attempt.account, sent.provider_id, alias)

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
            address = channel(known.channel).contact(known.address)
            contact = board.customers.meet(address, known.customer_id, evidence.at)
            consent = apply(contact.consent(known.account), evidence.kind, evidence.at)
            board.customers.record_consent(contact, known.account, consent, evidence)

        with suppress(AlreadyRecordedError):
            board.settle(record)

    def _outgoing(self, turn: _Turn) -> Outgoing:
        known, policy, entry, asked = self.known, self.board.policy, turn.entry, turn.asked
        account, is_automatic = policy.accounts[known.account], entry.author == "system"
        recipient = turn.recipient or known.address
        return Outgoing(
            account=known.account,
            sender=account.address,
            recipient=recipient,
            text=entry.text,
            conversation_id=known.id,
            message_id=entry.id,
            status_callback=f"{self.public_base_url}{channel(known.channel).path(known.account)}"
            f"?conversation={known.id}&message={entry.id}",
            valid_for=ACK_VALID if entry.kind == "acknowledgement" else None,
            sender_name=policy.brands[account.brand].name,
            subject=asked.subject or known.subject if asked else known.subject,
            thread=asked.mail if asked else None,
            cc=tuple(self._copied(turn, recipient)),
            also_to=tuple(self._reached(entry.to[1:], recipient)) if entry.kind == "forward" else (),
            passes_on=entry.kind == "forward",
            files=tuple(self._file(file, n) for n, file in enumerate(entry.attachments)),
            automatic=is_automatic,
            language=entry.language,
            reply_token=asked.reply_token if asked else None,
            asked_at=asked.at if asked else None,
        )

    def _file(self, file: Attachment, n: int) -> OutgoingFile:
        """A file as a channel is given it: by a URL for the provider, or by one for the customer."""
        key, name = file.key or "", name_of(file, n)
        return OutgoingFile(
            key=key,
            filename=name,
            content_type=file.content_type,
            size=file.size or 0,
            url=self.url_of(key, name, file.content_type),
            link=f"{self.public_base_url}/files/{key.removeprefix(OUTGOING)}",
        )

    def _copied(self, turn: _Turn, recipient: str) -> Iterator[str]:
        """Who gets a copy of an answer: whom its agent named, else everybody else who got the mail that is answered."""
        if turn.entry.has_own_copies:
            return self._reached(turn.entry.cc, recipient)
        is_automatic = turn.entry.author == "system"
        return self._reached(turn.asked.cc if turn.asked and not is_automatic else (), recipient)

    def _reached(self, parties: Iterable[Party], recipient: str) -> Iterator[str]:
        """Their addresses, each once, save the recipient's and those whom mail doesn't reach."""
        mail = channel(self.known.channel)
        seen = {mail.identity(recipient)}
        for party in parties:
            if (one := mail.identity(party.address)) not in seen and mail.is_reachable(party.address):
                seen.add(one)
                contact = self._contact(party.address)
                if contact is None or not contact.undeliverable:
                    yield party.address


def report(reported: DeliveryReport, board: Board) -> str:
    """Record what a provider says became of a message; reports may come in any order (rule X-7).

    An address that bounced for good or complained gets nothing more (rule EM-25). A report that names a message by the
    provider's id alone is taken for the one that was sent under it.
    """
    thread, message_id = _reported(reported, board)
    for bad in _undeliverable(reported):
        board.settle(lambda bad=bad: _suppress(reported, bad, board))  # type: ignore[misc]  # bound early
    if thread is None or message_id is None:
        return "not_ours"
    return board.settle(lambda: _report(thread, message_id, reported, board))


def _reported(reported: DeliveryReport, board: Board) -> tuple[str | None, str | None]:
    """Thread and id of the message that a report is about."""
    if reported.conversation_id and reported.message_id:
        return reported.conversation_id.rpartition(".")[0], reported.message_id
    if reported.original_id is None:
        return None, None
    alias = board.conversations.alias(reported.account, [channel(reported.channel).known_as(reported.original_id)])
    return (alias.thread, alias.message_id) if alias else (None, None)


def _undeliverable(reported: DeliveryReport) -> list[Delivery]:
    """Recipients whom mail never reaches again, or who don't want any; never on the word of whoever else sends mail."""
    if channel(reported.channel).transport != "email" or "unverified" in reported.flags:
        return []
    found = reported.delivery_recipients or (reported.delivery,)
    return [one for one in found if one.recipient and (one.hard or one.status is DeliveryStatus.COMPLAINED)]


def _suppress(reported: DeliveryReport, bad: Delivery, board: Board) -> None:
    address = channel(reported.channel).contact(bad.recipient or "")
    contact = board.customers.meet(address, board.new_id(), board.clock())
    reason = "complained" if bad.status is DeliveryStatus.COMPLAINED else "bounced"
    if contact.undeliverable not in {reason, "complained"}:
        board.customers.suppress(contact, reason)


_FAILURES = {DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.BOUNCED}


def _report(thread: str, message_id: str, reported: DeliveryReport, board: Board) -> str:
    name, is_part = whole(message_id)
    entry = board.conversations.entry(thread, name)
    if entry is None or entry.status is None:
        return "not_ours"
    known_as = channel(entry.channel).known_as
    is_part = is_part or known_as(reported.original_id or "") in entry.sent_parts
    if is_part and reported.delivery.status not in _FAILURES:
        return "of_a_part"  # the last one tells how far the message got
    if not advances(entry.status, reported.delivery.status):
        return "known_already"
    board.conversations.advance(entry, replace(entry, status=reported.delivery.status, code=reported.delivery.reason))
    return str(reported.delivery.status)
