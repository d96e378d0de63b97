"""What the API shows of a console's surroundings: the policy as far as it concerns people, and colleagues."""

from datetime import timedelta
from typing import Literal, Self

from functions.agent_api.views import View
from switchboard.channels import channel
from switchboard.flows.floor import Team
from switchboard.flows.workspace import OpenQueue, Workspace
from switchboard.policy import AccountPolicy, Policy, Priority
from switchboard.routing import Presence
from switchboard.skills import parse
from switchboard.team import Role

_UNITS = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}


class CallerView(View):
    """Who asks. `in_team` is false of a lead who answers nobody."""

    agent_id: str
    name: str | None
    role: Role
    in_team: bool
    queues: tuple[str, ...]


class TargetView(View):
    """Business time within which a first answer is due, also in words, such as `2 hours`."""

    seconds: int
    words: str

    @classmethod
    def of(cls, target: timedelta) -> Self:
        """As people read it."""
        return cls(seconds=int(target.total_seconds()), words=in_words(target))


class WorkQueueView(View):
    """A queue that the caller sees. `zone` is of its hours; `targets` are by priority."""

    queue: str
    is_open: bool
    zone: str
    skills: tuple[str, ...]
    targets: dict[Priority, TargetView]

    @classmethod
    def made(cls, known: OpenQueue, policy: Policy) -> Self:
        """As an agent sees it."""
        queue = policy.queues[known.queue]
        return cls(
            queue=known.queue,
            is_open=known.is_open,
            zone=known.zone,
            skills=queue.skills,
            targets={priority: TargetView.of(queue.targets[priority]) for priority in Priority},
        )


class AccountView(View):
    """One of our ends of a channel. `brand` is the name that customers know.

    `begins` says whom an agent can write to first: `anyone`, only those who wrote before (`known`), or only those who
    wrote lately (`recent`, within `window_seconds`).
    """

    account: str
    channel: str
    brand: str
    address: str
    queue: str
    begins: Literal["anyone", "known", "recent"]
    window_seconds: int | None

    @classmethod
    def made(cls, name: str, account: AccountPolicy, brand: str) -> Self:
        """As an agent sees it."""
        spoken = channel(account.channel)
        window = spoken.window_of(account.address)
        return cls(
            account=name,
            channel=account.channel,
            brand=brand,
            address=account.address,
            queue=account.queue,
            begins="recent" if window else "known" if spoken.transport == "social" else "anyone",
            window_seconds=int(window.total_seconds()) if window else None,
        )


class CapacityView(View):
    """What a conversation of a channel takes of an agent's units, and how many one may hold; null is no limit."""

    channel: str
    units: int
    cap: int | None
    largest_cap: int | None
    linger_seconds: int


class TimesView(View):
    """How long things may take, in seconds. `lease` is business time, the others are clock time."""

    lease_seconds: int
    grace_seconds: int
    resolve_seconds: int
    sticky_seconds: int
    last_call_seconds: int


class WorkspaceView(View):
    """What there is to choose from. `queues` are those that the caller sees, `all_queues` those to transfer to.

    `skills` are the names that the policy asks for anywhere.
    """

    stage: str
    me: CallerView
    queues: tuple[WorkQueueView, ...]
    all_queues: tuple[str, ...]
    accounts: tuple[AccountView, ...]
    channels: tuple[CapacityView, ...]
    priorities: tuple[Priority, ...]
    skills: tuple[str, ...]
    tiers: tuple[str, ...]
    times: TimesView

    @classmethod
    def made(cls, found: Workspace, policy: Policy, stage: str) -> Self:
        """As the caller sees it."""
        return cls(
            stage=stage,
            me=CallerView(
                agent_id=found.caller.agent_id,
                name=found.agent.name if found.agent else None,
                role=Role.LEAD if found.caller.is_lead else Role.AGENT,
                in_team=found.agent is not None,
                queues=found.agent.queues if found.agent else (),
            ),
            queues=tuple(WorkQueueView.made(queue, policy) for queue in found.queues),
            all_queues=tuple(policy.queues),
            accounts=tuple(
                AccountView.made(name, account, policy.brands[account.brand].name)
                for name, account in policy.accounts.items()
            ),
            channels=_channels(policy),
            priorities=tuple(Priority),
            skills=_skills(policy),
            tiers=policy.tiers,
            times=_times(policy),
        )


class ColleagueView(View):
    """Somebody of the team: enough to name them, and to pass something on to them."""

    agent_id: str
    name: str
    presence: Presence
    queues: tuple[str, ...]
    skills: tuple[str, ...]


class ColleaguesView(View):
    """A page of colleagues, by id. `cursor` asks for what follows; null where that is nothing."""

    items: tuple[ColleagueView, ...]
    cursor: str | None

    @classmethod
    def of(cls, team: Team) -> Self:
        """As a colleague sees them."""
        names = ("agent_id", "name", "presence", "queues", "skills")
        items = (ColleagueView(**{name: getattr(agent, name) for name in names}) for agent in team.agents)
        return cls(items=tuple(items), cursor=team.cursor)


def in_words(span: timedelta) -> str:
    """A duration as people say it: `2 hours`, `1 hour 30 minutes`."""
    parts, rest = [], span
    for name, unit in _UNITS.items():
        count, rest = divmod(rest, unit)
        parts += [_counted(count, name)] if count else []
    return " ".join(parts)


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"


def _channels(policy: Policy) -> tuple[CapacityView, ...]:
    names = dict.fromkeys(account.channel for account in policy.accounts.values())
    return tuple(
        CapacityView(
            channel=name,
            units=policy.cost(name),
            cap=policy.cap(name),
            largest_cap=policy.caps[name].maximum if name in policy.caps else None,
            linger_seconds=int(policy.times.linger_of(name).total_seconds()),
        )
        for name in names
    )


def _skills(policy: Policy) -> tuple[str, ...]:
    asked = (*(queue.skills for queue in policy.queues.values()), *(rule.skills for rule in policy.rules))
    return tuple(sorted({parse(skill).name for skills in asked for skill in skills}))


def _times(policy: Policy) -> TimesView:
    times = policy.times
    return TimesView(
        lease_seconds=int(times.lease.total_seconds()),
        grace_seconds=int(times.grace.total_seconds()),
        resolve_seconds=int(times.resolve.total_seconds()),
        sticky_seconds=int(times.sticky.total_seconds()),
        last_call_seconds=int(times.last_call.total_seconds()),
    )
