"""An agent's shift: its last call, when they get nothing new, and its end, when nothing is left with them. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from switchboard.routing import Agent, Presence


def is_over(agent: Agent, now: datetime) -> bool:
    """Whether the shift that an agent named has ended."""
    return agent.shift_until is not None and agent.shift_until <= now


def as_offered(agent: Agent, now: datetime, last_call: timedelta) -> Agent:
    """An agent as dispatch is to see them: during the last call they are as good as away."""
    if agent.presence is not Presence.ONLINE or agent.shift_until is None or now < agent.shift_until - last_call:
        return agent
    return replace(agent, presence=Presence.AWAY)


def silent_until(agent: Agent, now: datetime, grace: timedelta) -> datetime:
    """When an agent counts as gone without another heartbeat: at the end of their shift anyway."""
    due_at = now + grace
    return min(due_at, agent.shift_until) if agent.shift_until else due_at
