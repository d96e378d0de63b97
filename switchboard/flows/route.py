"""The router's first half: a received message finds its customer and its conversation, exactly once."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from switchboard import conversation as transition
from switchboard.acknowledgement import choose_language
from switchboard.consent import ConsentEvent, apply, lifts_stop, suspected_opt_out
from switchboard.conversation import Conversation, Entry, Heard, Status, has_heard, thread_of
from switchboard.errors import AlreadyRecordedError
from switchboard.events import MessageReceived
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent, lane_of
from switchboard.message import ConsentChange, Deletion, Edit, Message, Reaction
from switchboard.ports import Contact, Evidence
from switchboard.priority import Placement, most_pressing, place


def route(received: MessageReceived, board: Board) -> str:
    """Give a received message its effect; returns what was done, as a code for the log.

    Safe to repeat: a redelivery continues where an earlier try ended, and has no further effect after that.
    """
    message = received.message
    if isinstance(message, ConsentChange):
        _record_consent(message, message.kind, message.wording, received.at, board)
        return message.kind
    if isinstance(message, Edit | Deletion | Reaction):
        return board.settle(lambda: _amend(message, received.at, board))
    if not isinstance(message, Message):
        return "ignored"
    contact = board.customers.meet(_address(message), board.new_id(), received.at)
    if lifts_stop(message.text) and _answers_a_stop(message, contact, board):
        _record_consent(message, "opt_in", message.text, received.at, board)
        return "opt_in"
    if suspected_opt_out(message.text):
        _record_consent(message, "suspected", message.text, received.at, board)
    conversation = board.settle(lambda: _join(message, received.at, contact, board))
    if conversation.status is Status.WAITING:
        conversation = find_agent(conversation, board)
    return conversation.status


def _amend(message: Edit | Deletion | Reaction, at: datetime, board: Board) -> str:
    """A sender changed, took back or marked a message of theirs; what we don't have is not changed (rule FB-3)."""
    contact = board.customers.contact(_address(message))
    thread = thread_of(message.account, contact.customer_id) if contact else ""
    known = board.conversations.entry(thread, message.target) if thread else None
    if known is None or known.direction != "inbound":
        return f"{message.kind}_of_unknown"
    changed = _changed(known, message, at)
    if changed and changed != known:
        board.conversations.amend(known, changed)
    return message.kind


def _changed(known: Entry, message: Edit | Deletion | Reaction, at: datetime) -> Entry | None:
    if isinstance(message, Edit):
        return transition.edit(known, message.text, message.attachments, at)
    if isinstance(message, Deletion):
        return transition.delete(known, at)
    return replace(known, reaction=message.emoji or None)


def _address(message: Message | ConsentChange | Edit | Deletion | Reaction) -> str:
    return f"{message.channel}:{message.sender.address if message.sender else ''}"


def _answers_a_stop(message: Message, contact: Contact, board: Board) -> bool:
    """Whether a bare YES lifts a stop now, or did when it first came."""
    is_stopped = not contact.consent(message.account).allows_replies
    return is_stopped or board.customers.has_evidence(contact, message.account, message.provider_id)


def _record_consent(
    message: Message | ConsentChange, kind: ConsentEvent, wording: str, at: datetime, board: Board
) -> None:
    evidence = Evidence(kind=kind, wording=wording, provider_id=message.provider_id, at=at)

    def attempt() -> None:
        contact = board.customers.meet(_address(message), board.new_id(), at)
        known = contact.consent(message.account)
        board.customers.record_consent(contact, message.account, apply(known, kind, at), evidence)

    with suppress(AlreadyRecordedError):
        board.settle(attempt)


def _join(message: Message, at: datetime, contact: Contact, board: Board) -> Conversation:
    """Write the message, then its effect on the conversation; each is conditional and either may already be done."""
    thread = thread_of(message.account, contact.customer_id)
    latest = board.conversations.latest(thread)
    number = 1 if latest is None else latest.number if latest.is_open else latest.number + 1
    entry = Entry(
        id=message.provider_id,
        thread=thread,
        number=number,
        account=message.account,
        channel=message.channel,
        direction="inbound",
        author="customer",
        kind="message",
        text=message.text,
        at=at,
        attachments=message.attachments,
    )
    if known := board.conversations.record(entry):
        home = latest if latest and latest.number == known.number else board.conversations.get(thread, known.number)
        if home and has_heard(home, known.id, known.at):
            return home
        entry = known
    if entry.number != number:
        board.conversations.move(entry, number)
    placement = place(message.text, message.account, board.policy)
    if latest is None or not latest.is_open:
        return _open(message, entry.at, contact, number, placement, board)
    return _continue(latest, entry, placement, board)


def _open(
    message: Message, at: datetime, contact: Contact, number: int, placement: Placement, board: Board
) -> Conversation:
    account = board.policy.accounts[message.account]
    conversation = Conversation(
        thread=thread_of(message.account, contact.customer_id),
        number=number,
        account=message.account,
        channel=message.channel,
        customer_id=contact.customer_id,
        address=message.sender.address,
        language=choose_language(message.text, account.languages),
        queue=placement.queue,
        priority=placement.priority,
        skills=placement.skills,
        reasons=placement.reasons,
        policy=board.policy.hash,
        opened_at=at,
        silence=message.auto.reason or "automatic" if message.auto and not message.auto.may_reply else None,
        awaiting_since=at,
        heard=(Heard(message.provider_id, at),),
    )
    board.queues.add_lane(lane_of(conversation))
    board.conversations.open(conversation)
    return conversation


def _continue(known: Conversation, entry: Entry, placement: Placement, board: Board) -> Conversation:
    policy = board.policy
    priority = most_pressing(known.priority, placement.priority)
    hours, lease = policy.hours_of(known.queue), policy.times.lease
    heard = transition.hear(known, entry.id, entry.at, priority, hours, lease, board.clock())
    if priority is not known.priority:
        board.queues.add_lane(lane_of(heard))
    return board.conversations.save(known, heard)
