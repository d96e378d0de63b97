"""What leads decide of people: who is in the team, what they may do, and how much at once.

A change is written with its record in one transaction; then the user pool follows. Whoever is stopped in between
repeats the request: it goes on where it stopped. Who leads are those of the pool's group, but for whom it was decided
here that they do so no more: that is written first, and each decision is made on it as it was read.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

from switchboard.audit import Values
from switchboard.decisions import seen
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows.audit import change_by, must_be_as_read
from switchboard.flows.board import Board
from switchboard.flows.consoles import end
from switchboard.flows.desk import Caller, me, set_presence
from switchboard.flows.dispatch import has_room
from switchboard.flows.looking import Exchange
from switchboard.flows.reading import drop_drafts
from switchboard.flows.recount import count_online
from switchboard.ports import Directory, Settings
from switchboard.routing import Agent, Presence
from switchboard.team import Access, Duties, FormerLeads, Member, Role


@dataclass(frozen=True, slots=True)
class Personnel:
    """Where the team is kept: what leads decide of it, who can sign in, and their consoles."""

    board: Board
    settings: Settings
    directory: Directory
    exchange: Exchange


class Leads(NamedTuple):
    """Who leads, and who does so no more by decision."""

    current: Collection[str]
    former: FormerLeads


@dataclass(frozen=True, slots=True)
class People:
    """A page of the user pool, with the agents they are. `cursor` asks for what follows; None where that is nothing."""

    members: list[Member]
    cursor: str | None


def people(cursor: str | None, limit: int, personnel: Personnel) -> People:
    """Everybody who can sign in, or could, in the team or not."""
    found, following = personnel.directory.page(cursor, limit)
    leads = _leads(personnel).current
    agents = {agent.agent_id: agent for agent in personnel.board.agents.several([one.agent_id for one in found])}
    members = [
        Member(
            agent_id=one.agent_id,
            agent=agents.get(one.agent_id),
            sign_in=one,
            role=Role.LEAD if one.agent_id in leads else Role.AGENT,
        )
        for one in found
    ]
    return People(members, following)


def member(agent_id: str, personnel: Personnel) -> Member:
    """Somebody by their id; raises `NotFoundError`."""
    return _member(agent_id, _leads(personnel), personnel)


def _member(agent_id: str, leads: Leads, personnel: Personnel) -> Member:
    agent = personnel.board.agents.get(agent_id)
    sign_in = personnel.directory.get(agent_id)
    if agent is None and sign_in is None:
        raise NotFoundError("there is nobody with this id: invite them, or look in the list of people")
    role = Role.LEAD if sign_in and agent_id in leads.current else Role.AGENT
    return Member(agent_id=agent_id, agent=agent, sign_in=sign_in, role=role)


def _leads(personnel: Personnel) -> Leads:
    former = personnel.settings.former_leads()
    return Leads(set(personnel.directory.leads()).difference(former.agent_ids), former)


def vouch(caller: Caller, board: Board, settings: Settings, *, as_lead: bool) -> Caller:
    """What the bearer of a token is by now, whatever it says: it lives for an hour.

    A lead needs no agent's record. Raises `ForbiddenError` for who leads not, or no more, where that is asked, and
    `NotFoundError` for who is no agent either, or none any more.
    """
    now = replace(caller, as_of=board.clock())
    if caller.is_lead and caller.agent_id not in settings.former_leads().agent_ids:
        return now
    if as_lead:
        raise ForbiddenError("only a lead may see this: ask one to add you to the group leads")
    me(caller, board)
    return replace(now, is_lead=False)


def invite(caller: Caller, email: str, duties: Duties, personnel: Personnel) -> tuple[Member, bool]:
    """Bring somebody into the team by their address; returns them, and whether they were not in it before.

    Who has no sign-in is mailed one, and once more if they have not used it. Who is in the team already stays as they
    are.
    """
    _must_lead(caller, _leads(personnel))
    must_be_fit(duties, personnel.board)
    address = email.lower()

    def attempt() -> tuple[str, bool]:
        known = personnel.directory.find(address)
        if known is None:
            return personnel.directory.invite(address, duties.name).agent_id, True
        if known.access is Access.INVITED:
            personnel.directory.remind(known)
        return known.agent_id, personnel.board.agents.get(known.agent_id) is None

    agent_id, is_new = personnel.board.settle(attempt)
    if not is_new:
        return member(agent_id, personnel), False
    return change(caller, agent_id, duties, None, personnel), True


def change(caller: Caller, agent_id: str, duties: Duties, tag: str | None, personnel: Personnel) -> Member:
    """Replace what is decided of somebody, and bring them into the team if they are not in it.

    They keep what they hold, whatever that takes of their new units; if there is room for more, they get it at once.
    Consoles that were opened when other queues were theirs connect anew.
    Raises `OutdatedError`, `UnfitError`, and `RefusedError` for the last lead's role.
    """
    must_be_fit(duties, personnel.board)
    return _change(caller, agent_id, lambda _: duties, tag, personnel)


def join_queue(caller: Caller, agent_id: str, queue: str, personnel: Personnel) -> Member:
    """Have somebody of the team answer in a queue, too."""
    return _move(caller, agent_id, queue, lambda queues: (*queues, queue), personnel)


def leave_queue(caller: Caller, agent_id: str, queue: str, personnel: Personnel) -> Member:
    """Have somebody not answer in a queue any more. What they hold of it stays theirs."""
    return _move(caller, agent_id, queue, lambda queues: tuple(one for one in queues if one != queue), personnel)


def _move(
    caller: Caller,
    agent_id: str,
    queue: str,
    moved: Callable[[tuple[str, ...]], tuple[str, ...]],
    personnel: Personnel,
) -> Member:
    if queue not in personnel.board.policy.queues:
        raise NotFoundError("there is no such queue: the policy's are in GET /settings/queues")

    def wanted(known: Duties | None) -> Duties:
        if known is None:
            raise RefusedError("they are not in the team yet: give them skills and units first")
        return replace(known, queues=tuple(dict.fromkeys(moved(known.queues))))

    return _change(caller, agent_id, wanted, None, personnel)


def _change(
    caller: Caller,
    agent_id: str,
    wanted: Callable[[Duties | None], Duties],
    tag: str | None,
    personnel: Personnel,
) -> Member:
    def attempt() -> tuple[Member, Agent, Duties]:
        leads = _leads(personnel)
        _must_lead(caller, leads)
        known = _member(agent_id, leads, personnel)
        must_be_as_read(tag, values_of(known.duties))
        duties = wanted(known.duties)
        after, former = _with_duties(known, duties), _with_role(known, duties.role, leads)
        if duties != known.duties:
            record = change_by(caller, "agent", agent_id, values_of(known.duties), values_of(duties), personnel.board)
            personnel.settings.employ(known.agent, after, former, record)
        return known, after, duties

    known, after, duties = personnel.board.settle(attempt)
    if known.sign_in:
        personnel.directory.admit(known.sign_in, duties.role)
    end(agent_id, personnel.exchange, personnel.board.policy.queues if duties.role is Role.LEAD else duties.queues)
    if known.agent and known.agent.presence is not Presence.OFFLINE and known.agent != after:
        _tell(agent_id, personnel.board)
    return member(agent_id, personnel)


def _with_duties(known: Member, duties: Duties) -> Agent:
    """The agent as decided. What their conversations take of the units stays taken."""
    held = known.agent.units - known.agent.free if known.agent else 0
    settled = {
        "name": duties.name,
        "queues": duties.queues,
        "skills": duties.skills,
        "units": duties.units,
        "free": duties.units - held,
        "caps": dict(duties.caps),
    }
    if known.agent:
        return replace(known.agent, **settled)  # type: ignore[arg-type]  # fields by name
    return Agent(agent_id=known.agent_id, **settled)  # type: ignore[arg-type]  # the same


def _tell(agent_id: str, board: Board) -> None:
    """Everybody who counts on an agent learns of what they can do now; they do by being offered what there is."""
    agent = board.agents.get(agent_id)
    if agent is None:
        return
    board.decisions.record([seen(agent, board.clock())])
    count_online(agent, agent_id, board)
    has_room(agent_id, board)


def remove(caller: Caller, agent_id: str, tag: str | None, personnel: Personnel) -> Member:
    """Take somebody out of the team: they can't sign in any more, and what they hold goes to the next ones.

    A lead is none any more first, on record, so that of two who remove each other one is left. What they have open is
    ended, and what was kept for them alone is removed. Removing them twice is removing them once. Raises
    `OutdatedError`, and `RefusedError` for the last lead.
    """
    known = personnel.board.settle(lambda: _demoted(caller, agent_id, tag, personnel))
    if known.sign_in:
        personnel.directory.shut_out(known.sign_in)
    personnel.board.settle(lambda: _dismiss(caller, agent_id, personnel))
    end(agent_id, personnel.exchange)
    personnel.exchange.consoles.forget(agent_id)
    drop_drafts(agent_id, personnel.board)
    return member(agent_id, personnel) if known.sign_in else replace(known, agent=None)


def _demoted(caller: Caller, agent_id: str, tag: str | None, personnel: Personnel) -> Member:
    leads = _leads(personnel)
    _must_lead(caller, leads)
    known = _member(agent_id, leads, personnel)
    must_be_as_read(tag, values_of(known.duties))
    if known.role is Role.LEAD:
        roles: tuple[Values, Values] = {"role": Role.LEAD.value}, {"role": Role.AGENT.value}
        record = change_by(caller, "agent", agent_id, *roles, personnel.board)
        personnel.settings.demote(_with_role(known, Role.AGENT, leads), record)
    return known


def _dismiss(caller: Caller, agent_id: str, personnel: Personnel) -> None:
    """Once they are offline and hold nothing: who slips back in meanwhile is sent offline again."""
    board, known = personnel.board, member(agent_id, personnel)
    if known.agent is None:
        return
    set_presence(Caller(agent_id), Presence.OFFLINE, board)
    if gone := board.agents.get(agent_id):
        record = change_by(caller, "agent", agent_id, values_of(known.duties), values_of(None), board)
        personnel.settings.dismiss(gone, record)


def must_be_fit(duties: Duties, board: Board) -> None:
    """Raise `UnfitError` for a queue, a channel or a cap that the policy does not have."""
    policy = board.policy
    for queue in duties.queues:
        if queue not in policy.queues:
            raise UnfitError(f"queues: there is no {queue!r}: use {', '.join(policy.queues)}")
    channels = dict.fromkeys(account.channel for account in policy.accounts.values())
    for channel, cap in duties.caps.items():
        if channel not in channels:
            raise UnfitError(f"caps: no account has the channel {channel!r}: use {', '.join(channels)}")
        allowed = policy.cap(channel, cap)
        if allowed is not None and cap > allowed:
            raise UnfitError(f"caps.{channel}: the policy allows {allowed} at most: give that, or raise its maximum")


def values_of(duties: Duties | None) -> Values:
    """What is decided of somebody, as people read it; nothing of who is not in the team."""
    if duties is None:
        return {}
    return {
        "name": duties.name,
        "role": duties.role.value,
        "queues": ", ".join(duties.queues),
        "skills": ", ".join(duties.skills),
        "units": str(duties.units),
        "caps": ", ".join(f"{channel}: {cap}" for channel, cap in sorted(duties.caps.items())),
    }


def _must_lead(caller: Caller, leads: Leads) -> None:
    """Raise `ForbiddenError` for whoever leads no more, even if it is only the user pool that says so yet."""
    if caller.agent_id not in leads.current:
        raise ForbiddenError("you are not a lead any more: ask one, and sign in again")


def _with_role(known: Member, role: Role, leads: Leads) -> FormerLeads:
    """Who leads no more with this role decided; raises `RefusedError` where nobody would be left to change anything."""
    if known.role is role is Role.AGENT:
        return leads.former
    if role is Role.AGENT and set(leads.current) == {known.agent_id}:
        raise RefusedError("they are the last lead: make somebody else a lead first")
    return leads.former.with_role(known.agent_id, role)
