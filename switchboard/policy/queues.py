"""Queues: their hours, targets and skills, and what changes as a conversation waits."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from switchboard.policy.hours import OneInterval, Weekday
from switchboard.policy.values import Duration, Key, Part, Priority, Skills, Where, refuse


class Overflow(Part):
    """From a waiting time on, agents of another queue may take a queue's conversations too."""

    after: Duration = Field(description="business time that a conversation has waited")
    queue: Key


class Relaxation(Part):
    """From a waiting time on, less is asked for: each step lowers every skill by a level, and drops it below 1."""

    after: Duration = Field(description="business time that a conversation has waited")
    steps: int = Field(ge=1, le=5, description="levels below what was asked for at first")


class Duty(Part):
    """Who is planned to be there: `units` of agents' capacity at a time of these weekdays, by the hours' clock."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    hours: OneInterval
    units: int = Field(ge=1, le=100_000, description="of capacity, over all agents who are there")


class QueuePolicy(Part):
    """A pool of work: its hours, what an agent must be able to do, and the target of a first answer per priority."""

    hours: Key
    targets: Mapping[Priority, Duration] = Field(description="business time to the first answer")
    skills: Skills = ()
    overflow: tuple[Overflow, ...] = Field(default=(), description="who else may take what has waited, and from when")
    roster: tuple[Duty, ...] = Field(
        default=(), description="who is planned to be there, which makes promises sharper; else it is learned"
    )
    relax: tuple[Relaxation, ...] = Field(default=(), description="how much less is asked for, and from when")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[tuple[Where, str]]:
        if lacking := [priority for priority in Priority if priority not in self.targets]:
            yield ("targets",), f"no target for {', '.join(lacking)}: name a duration for each priority"
        for position, (earlier, later) in enumerate(pairwise(self.relax), start=1):
            if later.after <= earlier.after or later.steps <= earlier.steps:
                yield ("relax", position), "is not later and more than the one above it: list them from early to late"

    def to_queues(self, waited: timedelta) -> Iterator[str]:
        """The other queues whose agents may take what has waited so long."""
        return (overflow.queue for overflow in self.overflow if overflow.after <= waited)

    def to_steps(self, waited: timedelta) -> int:
        """By how many levels skills are relaxed after so long."""
        return max((relaxation.steps for relaxation in self.relax if relaxation.after <= waited), default=0)

    def to_thresholds(self) -> tuple[timedelta, ...]:
        """The waiting times at which something changes."""
        return (*(overflow.after for overflow in self.overflow), *(relaxation.after for relaxation in self.relax))
