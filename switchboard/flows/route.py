"""The router's first half: a received message finds its customer and its conversation, exactly once."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from switchboard import conversation as transition
from switchboard.channels import channel
from switchboard.consent import ConsentEvent, apply, lifts_stop, suspected_opt_out
from switchboard.conversation import Conversation, Entry, Heard, Last, Status, has_heard, wording_of
from switchboard.customer import History, told
from switchboard.errors import AlreadyRecordedError
from switchboard.events import MessageReceived
from switchboard.flows import exchanges
from switchboard.flows.amend import amend
from switchboard.flows.board import Board
from switchboard.flows.dispatch import find_agent
from switchboard.flows.erasures import admit
from switchboard.flows.exchanges import Exchange
from switchboard.flows.identity import prove
from switchboard.flows.meet import keys_of, meet
from switchboard.flows.people import history_of
from switchboard.flows.places import counterparty_of, seat
from switchboard.language import language_of
from switchboard.language.choice import choose_language
from switchboard.message import ConsentChange, Message
from switchboard.policy import Priority
from switchboard.ports import Contact, Evidence
from switchboard.priority import Placement, most_pressing, place, sort_out
from switchboard.routing import lane_of
from switchboard.thanks import is_thanks


def route(received: MessageReceived, board: Board) -> str:
    """Give what was received its effect; returns what was done, as a code for the log.

    Safe to repeat: a redelivery continues where an earlier try ended, and has no further effect after that.
    """
    message = received.message
    if not admit(message, received.at, board):
        return "erased"
    if isinstance(message, Message):
        return _route(message, received.at, board)
    if isinstance(message, ConsentChange):
        _record_consent(message, message.kind, message.wording, received.at, board)
        return message.kind
    return amend(message, received.at, board)


def _route(message: Message, at: datetime, board: Board) -> str:
    contact = meet(message, at, board)
    message = prove(message, contact, at, board)
    if lifts_stop(message.text) and _answers_a_stop(message, contact, board):
        _record_consent(message, "opt_in", message.text, at, board)
        return "opt_in"
    if suspected_opt_out(message.text):
        _record_consent(message, "suspected", message.text, at, board)
    exchange = exchanges.exchange_of(message, contact, board)
    conversation = board.settle(lambda: _join(message, at, contact, exchange, board))
    if conversation.status is Status.WAITING:
        conversation = find_agent(conversation, board)
    return "held" if conversation.held else conversation.status


def _answers_a_stop(message: Message, contact: Contact, board: Board) -> bool:
    """Whether a bare YES lifts a stop now, or did when it first came."""
    is_stopped = not contact.consent(message.account).allows_replies
    return is_stopped or board.customers.has_evidence(contact, message.account, message.provider_id)


def _record_consent(
    message: Message | ConsentChange, kind: ConsentEvent, wording: str, at: datetime, board: Board
) -> None:
    """A person says it once, whichever of their ids it came by."""
    evidence = Evidence(kind=kind, wording=wording, provider_id=message.provider_id, at=at)
    meet(message, at, board)

    def attempt(key: str) -> None:
        contact = board.customers.meet(key, board.new_id(), at)
        known = contact.consent(message.account)
        board.customers.record_consent(contact, message.account, apply(known, kind, at), evidence)

    for key in keys_of(message):
        with suppress(AlreadyRecordedError):
            board.settle(partial(attempt, key))


def _join(message: Message, at: datetime, contact: Contact, exchange: Exchange, board: Board) -> Conversation:
    """Write the message, then its effect on the conversation; each is conditional and either may already be done."""
    latest = board.conversations.latest(exchange.thread)
    is_quiet = latest is not None and _wants_nothing(latest, message, at, contact, board)
    number = 1 if latest is None else latest.number if latest.is_open or is_quiet else latest.number + 1
    flags = ("duplicate",) if exchanges.name(message, exchange, board) else ()
    entry = _entry(message, at, exchange.thread, number, flags, board)
    if known := board.conversations.record(entry):
        of_known = latest and latest.number == known.number
        home = latest if of_known else board.conversations.get(exchange.thread, known.number)
        if home and has_heard(home, known.id, known.at):
            return home
        entry = known
    if entry.number != number:
        board.conversations.move(entry, number)
    if latest and is_quiet:
        return board.conversations.save(latest, transition.overhear(latest, entry.id, entry.at))
    person = board.customers.person(contact.customer_id)
    if latest and latest.is_open:
        placement = _placed(message, contact, person.tier, History(repeats=transition.repeats(latest, entry.at)), board)
        return _continue(latest, message, entry, placement, board)
    history = history_of(person, latest, entry.at, board)
    placement = _placed(message, contact, person.tier, history, board)
    return _open(message, entry.at, contact, exchange, latest, placement, history, board)


def _wants_nothing(latest: Conversation, message: Message, at: datetime, contact: Contact, board: Board) -> bool:
    """Whether a message is only recorded: of somebody whom we blocked, or thanks for what was just resolved."""
    if contact.mark == "blocked":
        return True
    is_thankful = not message.attachments and is_thanks(message.text, language_of(message.text))
    return is_thankful and _was_just_resolved(latest, at, board)


def _was_just_resolved(latest: Conversation | None, at: datetime, board: Board) -> bool:
    """Whether a conversation was over a short while ago, so that what comes now still is about it."""
    if latest is None or latest.resolved_at is None:
        return False
    return at - latest.resolved_at <= board.policy.times.resolve


def _entry(message: Message, at: datetime, thread: str, number: int, flags: tuple[str, ...], board: Board) -> Entry:
    is_mail = channel(message.channel).transport == "email"
    return Entry(
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
        language=language_of(message.text),
        flags=(*message.flags, *flags),
        subject=message.subject,
        sender=message.sender if is_mail or message.sender.name else None,
        cc=exchanges.others(message, board.policy) if is_mail else (),
        mail=message.thread if is_mail else None,
        answer_to=_answer_to(message) if is_mail or message.reply_to else None,
        acknowledge_to=message.auto.answer_to if message.auto else None,
        content=message.content,
        raw=message.raw,
        reply_token=message.reply_token,
    )


def _answer_to(message: Message) -> str:
    """Where a person's answer goes: to Reply-To if the sender is proven, since a forger of mail could name any."""
    is_proven = "unverified" not in message.flags
    return message.reply_to[0].address if is_proven and message.reply_to else message.sender.address


def _placed(message: Message, contact: Contact, tier: str | None, history: History, board: Board) -> Placement:
    """Where a message belongs by its words, a mail's subject included (rule EM-18); spam has a queue (rule EM-3)."""
    placement = place(
        message.text,
        message.account,
        board.policy,
        subject=message.subject,
        language=language_of(message.text) or history.language,
        tier=tier,
        repeats=history.repeats,
    )
    if contact.mark == "spam":
        return replace(sort_out(placement, board.policy), why=("an agent marked this customer as spam",))
    if "spam" not in message.flags:
        return placement
    return sort_out(placement, board.policy)


def _open(
    message: Message,
    at: datetime,
    contact: Contact,
    exchange: Exchange,
    latest: Conversation | None,
    placement: Placement,
    history: History,
    board: Board,
) -> Conversation:
    """Open a conversation; it goes on where the customer's last agent was, on whichever channel."""
    conversation = Conversation(
        thread=exchange.thread,
        number=latest.number + 1 if latest else 1,
        account=message.account,
        channel=message.channel,
        customer_id=contact.customer_id,
        address=message.sender.address,
        language=_language(message, history, board),
        queue=placement.queue,
        priority=placement.priority,
        skills=placement.skills,
        reasons=placement.reasons,
        why=(*placement.why, *told(history, latest, message.channel, language_of(message.text))),
        score=placement.score,
        pending=placement.pending,
        policy=board.policy.hash,
        opened_at=at,
        silence=contact.mark or _silence(message),
        awaiting_since=at,
        mark=contact.mark,
        last_agent=history.last_agent,
        last_agent_at=history.last_agent_at,
        heard=(Heard(message.provider_id, at),),
        last=Last(at, message.provider_id),
        subject=message.subject,
        participants=exchanges.participants(message, board.policy),
        possibly=exchange.possibly,
        wording=wording_of(message.text) if message.text.strip() else None,
        counterparty=counterparty_of(message, contact.customer_id),
    )
    if contact.mark == "blocked":
        conversation = transition.resolve(conversation, at, leave_unanswered=True)
    else:
        conversation = seat(conversation, board)
    board.queues.add_lane(lane_of(conversation))  # also of a blocked customer: what is reopened may come to wait
    board.conversations.open(conversation)
    return conversation


def _language(message: Message, history: History, board: Board) -> str:
    """The one of the account's languages that the customer writes, else the one of before, else its first."""
    offered = board.policy.accounts[message.account].languages
    if history.language in offered and language_of(message.text) is None:
        return history.language
    return choose_language(message.text, offered)


def _silence(message: Message) -> str | None:
    """Why no machine may answer this, as a code; None if one may."""
    if message.auto is None:
        return None
    if not message.auto.may_reply:
        return message.auto.reason or "automatic"
    is_mail = channel(message.channel).transport == "email"
    return "no_reply_address" if is_mail and message.auto.answer_to is None else None


def _continue(known: Conversation, message: Message, entry: Entry, placement: Placement, board: Board) -> Conversation:
    policy = board.policy
    priority = known.priority
    if known.placed_at is None or placement.priority is Priority.URGENT:  # else a person's choice stands
        priority = most_pressing(known.priority, placement.priority)
    hours, lease = policy.hours_of(known.queue), policy.times.lease
    heard = transition.hear(known, entry.id, entry.at, priority, hours, lease, board.clock())
    heard = replace(heard, participants=exchanges.merge(known.participants, exchanges.participants(message, policy)))
    pending = tuple(name for name in dict.fromkeys((*known.pending, *placement.pending)) if name not in known.reasons)
    heard = replace(heard, pending=pending)
    if placement.score > known.score:
        reasons = tuple(dict.fromkeys((*known.reasons, *placement.reasons)))
        heard = replace(heard, score=placement.score, why=placement.why, reasons=reasons)
    if _begins_to_wait(known, heard):
        heard = seat(replace(heard, held=False), board)
    if lane_of(heard) != lane_of(known):
        board.queues.add_lane(lane_of(heard))
    return board.conversations.save(known, heard)


def _begins_to_wait(known: Conversation, heard: Conversation) -> bool:
    """Whether a message brings a conversation into a line, or one that is held into another."""
    was_waiting = known.status is Status.WAITING
    return heard.status is Status.WAITING and (not was_waiting or (known.held and heard.priority is not known.priority))
