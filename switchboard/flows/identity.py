"""One customer over many addresses: agents merge and undo, codes prove, leads rank; never a guess.

Each change is one transaction over the persons as they were read. Two merges at once, in whatever direction, are one:
whoever loses reads again and finds it done.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial

from switchboard import customer
from switchboard.channels import channel
from switchboard.conversation import Entry
from switchboard.customer import Join, Person, Ranking
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.first_name import first_name_in
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find, may_see, me, reply
from switchboard.flows.meet import is_proven
from switchboard.flows.people import SHOWN, contacts_of, past_of
from switchboard.hours import is_zone
from switchboard.invitation import (
    JOINED,
    MOST_ATTEMPTS,
    REFUSED,
    VALID,
    Invitation,
    is_good,
    make_code,
    read_code,
    recent,
    without_code,
    words,
)
from switchboard.message import Message
from switchboard.ports import Contact


def look(caller: Caller, customer_id: str, board: Board) -> Person:
    """A person whom the caller may know of: a lead anybody, an agent who sees one of their newest conversations.

    Raises `NotFoundError`.
    """
    person = board.customers.person(customer_id)
    if caller.is_lead:
        is_known = person.revision > 0 or bool(contacts_of(person, board))
    else:
        queues = me(caller, board).queues
        is_known = any(may_see(caller, one, queues) for one in past_of(person, SHOWN, board))
    if not is_known:
        raise NotFoundError("there is no such customer")
    return person


def merge(caller: Caller, customer_id: str, other_id: str, board: Board) -> Person:
    """Say that two customers are one person; saying it again changes nothing.

    Raises `ForbiddenError` for an agent who has had no conversation with one of them.
    """
    if customer_id == other_id:
        raise UnfitError("customer_id: this is the same customer: name another")
    return board.settle(partial(_merge, caller, customer_id, other_id, board))


def _merge(caller: Caller, customer_id: str, other_id: str, board: Board) -> Person:
    one, other = (_of_caller(caller, each, board) for each in (customer_id, other_id))
    if other_id in one.customers:
        return one
    joined = _joined(one, other, (customer_id, other_id), f"agent:{caller.agent_id}", board)
    board.customers.regroup((one, other), (joined,))
    return board.customers.person(customer_id)


def _joined(one: Person, other: Person, ends: tuple[str, str], by: str, board: Board) -> Person:
    made = Join(join_id=board.new_id(), one=ends[0], other=ends[1], at=board.clock(), by=by)
    return customer.join(one, other, made)


def _of_caller(caller: Caller, customer_id: str, board: Board) -> Person:
    """A person about whom the caller may decide: a lead about all, an agent about whom they talked to."""
    person = look(caller, customer_id, board)
    if not caller.is_lead and not any(
        caller.agent_id in {one.owner, one.last_agent} for one in past_of(person, SHOWN, board)
    ):
        raise ForbiddenError("you had no conversation with this customer lately: take one over first, or ask a lead")
    return person


def undo(caller: Caller, customer_id: str, join_id: str, board: Board) -> Person:
    """Take a join back; returns who the customer is now. Each side is who it was, with what was learned meanwhile."""
    return board.settle(partial(_undo, caller, customer_id, join_id, board))


def _undo(caller: Caller, customer_id: str, join_id: str, board: Board) -> Person:
    person = board.customers.person(customer_id)
    if any((each.join_id, each.undone_by) == (join_id, caller.agent_id) for each in person.joins):
        return person
    person = _of_caller(caller, customer_id, board)
    parts = customer.part(person, join_id, caller.agent_id, board.clock())
    if parts != (person,):
        board.customers.regroup((person,), parts)
    return board.customers.person(customer_id)


def rank(caller: Caller, customer_id: str, tier: str | None, board: Board) -> Person:
    """Give a customer a tier of the policy's, or none any more; raises `UnfitError` for another's. For leads."""
    if tier is not None and tier not in board.policy.tiers:
        raise UnfitError(f"tier: the policy has {', '.join(board.policy.tiers) or 'none'}: add it there first")
    return board.settle(partial(_rank, caller, customer_id, tier, board))


def _rank(caller: Caller, customer_id: str, tier: str | None, board: Board) -> Person:
    person = look(caller, customer_id, board)
    if person.tier != tier:
        given = Ranking(customer=customer_id, tier=tier, at=board.clock(), by=caller.agent_id)
        board.customers.regroup((person,), (customer.rank(person, given),))
    return board.customers.person(customer_id)


def describe(caller: Caller, customer_id: str, first_name: str | None, zone: str | None, board: Board) -> Person:
    """Confirm what a customer is called and by whose clock they live, at each of their addresses; None forgets it.

    Raises `UnfitError` for what is no first name, or no time zone.
    """
    if first_name is not None and (first_name := first_name_in(first_name)) is None:
        raise UnfitError("first_name: write letters, hyphens and apostrophes, 20 at most, or null")
    if zone is not None and not is_zone(zone):
        raise UnfitError("zone: use an IANA name such as 'America/New_York', or null")
    person = _of_caller(caller, customer_id, board)
    for address in [contact.address for contact in contacts_of(person, board)]:
        board.settle(partial(_describe, address, first_name, zone, board))
    return person


def _describe(address: str, first_name: str | None, zone: str | None, board: Board) -> None:
    contact = board.customers.contact(address)
    if contact and (contact.first_name, contact.zone) != (first_name, zone):
        board.customers.describe(contact, first_name, zone)


# -- proof ----------------------------------------------------------------------------------------


def invite(caller: Caller, conversation_id: str, account: str, key: str, board: Board) -> tuple[Entry, bool]:
    """Answer with a code that the customer may quote at another account of ours; as `desk.reply`.

    Raises `RefusedError` where more than one person would read it.
    """
    known, ours = find(caller, conversation_id, board), board.policy.accounts.get(account)
    if ours is None:
        raise UnfitError(f"account: there is none of this name: use one of {', '.join(board.policy.accounts)}")
    if account == known.account:
        raise RefusedError("the customer is on this account already: name the one to go on with")
    if len(known.participants) > 1:
        raise RefusedError("several people read this exchange, and whoever has the code could use it: merge by hand")
    code = make_code(board.new_id())
    board.customers.invite(
        Invitation(
            digest=_digest(code, board),
            customer_id=known.customer_id,
            account=account,
            by=caller.agent_id,
            expires_at=board.clock() + VALID,
        )
    )
    target = channel(ours.channel)
    is_named = target.transport == "social"  # its ids say nothing to people
    place = f"{board.policy.brands[ours.brand].name} ({ours.channel})" if is_named else ours.address
    text = words(known.language, code, place, target.compose(ours.address, code))
    return reply(caller, conversation_id, text, key, board)


def _digest(code: str, board: Board) -> str:
    """A keyed hash, by the key of erasures' codes: no contact begins like this."""
    return board.erasures.code_of(f"invitation#{code}")


def prove(message: Message, contact: Contact, at: datetime, board: Board) -> Message:
    """Let a code in a message have its effect, once; returns the message without it, flagged with what it did."""
    code = read_code(message)
    if code is None:
        return message
    return without_code(message, board.settle(partial(_redeem, code, message, contact.address, at, board)))


def _redeem(code: str, message: Message, address: str, at: datetime, board: Board) -> str | None:
    contact = board.customers.contact(address)
    if contact is None:
        return None  # erased meanwhile
    invitation = board.customers.invitation(_digest(code, board))
    person = board.customers.person(contact.customer_id)
    if invitation and invitation.used_by == message.provider_id:
        return JOINED
    if invitation and invitation.customer_id in person.customers:
        return None
    if not is_proven(message):
        return REFUSED
    wrong = recent(contact.attempts, at)
    is_heard = len(wrong.keys() - {message.provider_id}) < MOST_ATTEMPTS
    if invitation and is_heard and is_good(invitation, message.account, at):
        return _accept(invitation, contact.customer_id, person, message.provider_id, board)
    if is_heard and message.provider_id not in wrong:
        board.customers.count_attempts(contact, {**wrong, message.provider_id: at})
    return REFUSED


def _accept(invitation: Invitation, customer_id: str, person: Person, message_id: str, board: Board) -> str:
    inviter = board.customers.person(invitation.customer_id)
    if not contacts_of(inviter, board):
        return REFUSED  # erased meanwhile
    try:
        joined = _joined(inviter, person, (invitation.customer_id, customer_id), f"code:{invitation.by}", board)
    except RefusedError:
        return REFUSED
    board.customers.regroup((inviter, person), (joined,), replace(invitation, used_by=message_id))
    return JOINED
