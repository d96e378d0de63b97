"""What leads decide of people: who is in the team, what they may do, and how much at once.

A change is written with its record in one transaction; then the user pool follows. Whoever is stopped in between
repeats the request: it goes on where it stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from switchboard.audit import Values
from switchboard.decisions import seen
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows.audit import change_by, must_be_as_read
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, set_presence
from switchboard.flows.dispatch import has_room
from switchboard.flows.recount import count_online
from switchboard.ports import Directory, Settings
from switchboard.routing import Agent, Presence
from switchboard.team import Access, Duties, Member, Role


@dataclass(frozen=True, slots=True)
class Personnel:
    """Where the team is kept: what leads decide of it, and who can sign in."""

    board: Board
    settings: Settings
    directory: Directory


@dataclass(frozen=True, slots=True)
class People:
    """A page of the user pool, with the agents they are. `cursor` asks for what follows; None where that is nothing."""

    members: list[Member]
    cursor: str | None


def people(cursor: str | None, limit: int, personnel: Personnel) -> People:
    """Everybody who can sign in, or could, in the team or not."""
    found, following = personnel.directory.page(cursor, limit)
    leads = personnel.directory.leads()
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
    agent = personnel.board.agents.get(agent_id)
    sign_in = personnel.directory.get(agent_id)
    if agent is None and sign_in is None:
        raise NotFoundError("there is nobody with this id: invite them, or look in the list of people")
    leads = sign_in is not None and agent_id in personnel.directory.leads()
    return Member(agent_id=agent_id, agent=agent, sign_in=sign_in, role=Role.LEAD if leads else Role.AGENT)


def invite(caller: Caller, email: str, duties: Duties, personnel: Personnel) -> tuple[Member, bool]:
    """Bring somebody into the team by their address; returns them, and whether they were not in it before.

    Who has no sign-in is mailed one, and once more if they have not used it. Who is in the team already stays as they
    are.
    """
    _must_lead(caller, personnel)
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
    Raises `OutdatedError`, `UnfitError`, and `RefusedError` for the last lead's role.
    """
    _must_lead(caller, personnel)
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
    _must_lead(caller, personnel)
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
        known = member(agent_id, personnel)
        must_be_as_read(tag, values_of(known.duties))
        duties = wanted(known.duties)
        _must_be_led(known, duties.role, personnel)
        after = _with_duties(known, duties)
        if duties != known.duties:
            record = change_by(caller, "agent", agent_id, values_of(known.duties), values_of(duties), personnel.board)
            personnel.settings.employ(known.agent, after, record)
        return known, after, duties

    known, after, duties = personnel.board.settle(attempt)
    if known.sign_in:
        personnel.directory.admit(known.sign_in, duties.role)
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

    Removing them twice is removing them once. Raises `OutdatedError`, and `RefusedError` for the last lead.
    """
    _must_lead(caller, personnel)
    board = personnel.board
    known = member(agent_id, personnel)
    must_be_as_read(tag, values_of(known.duties))
    _must_be_led(known, Role.AGENT, personnel)
    if known.sign_in:
        personnel.directory.shut_out(known.sign_in)

    def attempt() -> None:
        now = member(agent_id, personnel)
        if now.agent is None:
            return
        set_presence(Caller(agent_id), Presence.OFFLINE, board)
        if gone := board.agents.get(agent_id):
            record = change_by(caller, "agent", agent_id, values_of(now.duties), values_of(None), board)
            personnel.settings.dismiss(gone, record)

    board.settle(attempt)
    return member(agent_id, personnel) if known.sign_in else replace(known, agent=None)


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


def _must_lead(caller: Caller, personnel: Personnel) -> None:
    """Raise `ForbiddenError` for whoever leads no more: their token says so for up to an hour longer."""
    if caller.agent_id not in personnel.directory.leads():
        raise ForbiddenError("you are not a lead any more: ask one, and sign in again")


def _must_be_led(known: Member, role: Role, personnel: Personnel) -> None:
    """Raise `RefusedError` where nobody would be left to change anything."""
    others = set(personnel.directory.leads()) - {known.agent_id}
    if known.role is Role.LEAD and role is not Role.LEAD and not others:
        raise RefusedError("they are the last lead: make somebody else a lead first")
