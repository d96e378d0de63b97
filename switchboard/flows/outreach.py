"""An agent writes first: a conversation that no customer's message opened."""

from datetime import datetime
from functools import partial
from hashlib import sha256

from switchboard import actions
from switchboard.channels import channel
from switchboard.conversation import Conversation, Entry, say, thread_of
from switchboard.errors import ForbiddenError, RefusedError, UnfitError
from switchboard.flows.assignments import present
from switchboard.flows.board import Board
from switchboard.flows.bookmarks import answered
from switchboard.flows.desk import Caller, may_reach, me, must_fit, reply_entry
from switchboard.phone import to_e164
from switchboard.policy import Priority
from switchboard.ports import Contact
from switchboard.routing import lane_of

_LENGTH = 10


def begin(
    caller: Caller, account: str, address: str, text: str, subject: str | None, key: str, board: Board
) -> tuple[Conversation, Entry, bool]:
    """Write to a customer on one of our accounts; returns what was opened, the message, and whether this call did it.

    It is the caller's own. Raises `RefusedError` with the reason where the customer may not be written to, or has a
    conversation already; `UnfitError` for what is no address; `ForbiddenError` for another queue's account.
    """
    known = board.policy.accounts.get(account)
    if known is None:
        raise UnfitError(f"account: there is none of this name: use one of {', '.join(board.policy.accounts)}")
    if not caller.is_lead and known.queue not in me(caller, board).queues:
        raise ForbiddenError("this account's queue is none of yours: ask a lead to add you to it")
    must_fit(text, known.channel)
    reached = _address(address, known.channel)
    return board.settle(partial(_begin, caller, account, reached, text, subject, key, board))


def _address(written: str, channel_name: str) -> str:
    """An address as customers' own messages have it."""
    spoken = channel(channel_name)
    address = (to_e164(written) or written.strip()) if spoken.transport == "sms" else written.strip()
    if not spoken.is_reachable(address) or (spoken.transport == "email" and "@" not in address[1:-1]):
        raise UnfitError("address: nobody can be written to there: a number starts with + and the country's code")
    return address


def _begin(
    caller: Caller, account: str, address: str, text: str, subject: str | None, key: str, board: Board
) -> tuple[Conversation, Entry, bool]:
    now, known = board.clock(), board.policy.accounts[account]
    contact = board.customers.contact(channel(known.channel).contact(address))
    if contact is None and channel(known.channel).transport == "social":
        raise RefusedError("this network lets us answer only: the customer must write first")
    contact = contact or _meet(channel(known.channel).contact(address), now, board)
    thread = _thread(account, known.channel, contact, caller, key)
    latest = board.conversations.latest(thread)
    if latest and (written := board.conversations.entry(thread, f"opening.{key}")):
        return board.conversations.get(thread, written.number) or latest, written, False
    if latest and latest.is_open:
        raise RefusedError("the customer has an open conversation on this account: take that one over")
    may_reach(contact, account, latest.heard[-1].at if latest and latest.heard else None, board)
    present(caller.agent_id, board)
    first = _conversation(caller, account, address, contact, thread, subject, latest, now, board)
    entry = reply_entry(first, f"opening.{key}", caller.agent_id, text, now)
    board.queues.add_lane(lane_of(first))  # it may come to wait there once the customer has answered
    opened = board.conversations.change(None, say(first, entry.id, now), now, entry)
    answered(opened, entry, board)
    return opened, entry, True


def _meet(key: str, now: datetime, board: Board) -> Contact:
    """A customer whom we don't know, or were asked to forget: what they had forbidden before still counts."""
    erased = board.erasures.get(board.erasures.code_of(key))
    return board.customers.meet(key, board.new_id(), now, after=erased)


def _thread(account: str, channel_name: str, contact: Contact, caller: Caller, key: str) -> str:
    """A chat's one thread; a mail begins an exchange of its own."""
    chat = thread_of(account, contact.customer_id)
    if channel(channel_name).transport != "email":
        return chat
    return f"{chat}.{sha256(f'{caller.agent_id}.{key}'.encode()).hexdigest()[:_LENGTH]}"


def _conversation(
    caller: Caller,
    account: str,
    address: str,
    contact: Contact,
    thread: str,
    subject: str | None,
    latest: Conversation | None,
    now: datetime,
    board: Board,
) -> Conversation:
    policy, known = board.policy, board.policy.accounts[account]
    is_mail = channel(known.channel).transport == "email"
    opened = Conversation(
        thread=thread,
        number=latest.number + 1 if latest else 1,
        account=account,
        channel=known.channel,
        customer_id=contact.customer_id,
        address=address,
        language=latest.language if latest else known.languages[0],
        queue=known.queue,
        priority=Priority.NORMAL,
        skills=policy.queues[known.queue].skills,
        reasons=(actions.OPENED_BY_US,),
        policy=policy.hash,
        opened_at=now,
        silence=actions.OPENED_BY_US,
        heard=latest.heard if latest else (),
        outbound=1,
        subject=(subject or policy.brands[known.brand].name) if is_mail else None,
        participants=(channel(known.channel).identity(address),) if is_mail else (),
    )
    cost, hours = policy.cost(known.channel), policy.hours_of(known.queue)
    return actions.assign(opened, caller.agent_id, caller.agent_id, now, cost, hours, policy.times)
