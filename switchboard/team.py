"""Who is in the team, as a lead sees them: an agent's settings, and the sign-in they belong to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from switchboard.routing import Agent


class Role(StrEnum):
    """What one may do: leads see everything, and change these settings."""

    AGENT = "agent"
    LEAD = "lead"


class Access(StrEnum):
    """Whether somebody can sign in."""

    INVITED = "invited"
    """Yes, with the password that was mailed; they have not done so yet."""
    ACTIVE = "active"
    DISABLED = "disabled"
    NONE = "none"
    """There is an agent, and nobody who could sign in as them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerLeads:
    """Who leads no more by decision, whatever the user pool or a token still says.

    It is written with each decision about people, on condition that it is as it was read: so they come one after the
    other, and none is made by somebody who leads no more, or on leads who are none any more.
    """

    agent_ids: tuple[str, ...] = ()
    revision: int = 0

    def with_role(self, agent_id: str, role: Role) -> "FormerLeads":
        """The same with it decided that somebody leads, or that a lead does so no more."""
        others = tuple(one for one in self.agent_ids if one != agent_id)
        return replace(self, agent_ids=others if role is Role.LEAD else (*others, agent_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A user of the pool. `agent_id` is their `sub`, which never changes; `username` is what the pool calls them."""

    agent_id: str
    username: str
    name: str
    email: str | None
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What a lead decides of somebody. Skills are as `switchboard.skills` carries them; caps are by channel."""

    name: str
    role: Role
    queues: tuple[str, ...]
    skills: tuple[str, ...]
    units: int
    caps: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who is in the team (`agent`), or could be: with a sign-in, and no agent yet or any more."""

    agent_id: str
    agent: Agent | None
    sign_in: SignIn | None
    role: Role

    @property
    def name(self) -> str:
        """As colleagues know them."""
        return self.agent.name if self.agent else self.sign_in.name if self.sign_in else ""

    @property
    def duties(self) -> Duties | None:
        """What is decided of them now; None while they are not in the team."""
        return duties_of(self.agent, self.role) if self.agent else None


def duties_of(agent: Agent, role: Role) -> Duties:
    """The settings of an agent."""
    return Duties(
        name=agent.name,
        role=role,
        queues=agent.queues,
        skills=agent.skills,
        units=agent.units,
        caps=dict(agent.caps),
    )
