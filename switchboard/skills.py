"""What an agent must be able to do, and how well: `returns` is level 1, `returns:3` level 3 of 5.

Conversations, lanes and agents carry skills as these texts, at most one of each name, sorted by name.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

HIGHEST = 5
PATTERN = r"^[a-z0-9][a-z0-9-]{0,39}(:[1-5])?$"


class Skill(NamedTuple):
    """An ability and its level, 1 to 5."""

    name: str
    level: int = 1

    @property
    def text(self) -> str:
        """As it is carried: level 1 is the plain name."""
        return self.name if self.level == 1 else f"{self.name}:{self.level}"


def parse(text: str) -> Skill:
    """Read `returns` or `returns:3`; raises `ValueError` with the remedy."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r} is no skill: write a name of a-z, 0-9 and -, with a level up to 5 as in returns:3")
    name, _, level = text.partition(":")
    return Skill(name, int(level or 1))


def combined(*groups: Iterable[str]) -> tuple[str, ...]:
    """Return all of the skills as they are carried: of each name the highest level."""
    return _texts(_levels(skill for group in groups for skill in group))


def missing(agent_skills: Iterable[str], required: Iterable[str]) -> tuple[str, ...]:
    """Return the required skills that the agent doesn't have, or not at that level. What is no skill counts as none."""
    levels = _levels(skill for skill in agent_skills if re.fullmatch(PATTERN, skill))
    return tuple(text for text in required if levels.get(parse(text).name, 0) < parse(text).level)


def satisfies(agent_skills: Iterable[str], required: Iterable[str]) -> bool:
    """Whether the agent has every required skill at its level or above."""
    return not missing(agent_skills, required)


def relaxed(required: Iterable[str], steps: int) -> tuple[str, ...]:
    """Return what is still asked for after some steps: each lowers every level by one, and a skill ends below 1."""
    lowered = {name: level - steps for name, level in _levels(required).items()}
    return _texts({name: level for name, level in lowered.items() if level >= 1})


def sufficient(required: str) -> tuple[str, ...]:
    """Return the texts of the levels that satisfy a skill: `returns:4` is satisfied by `returns:4`, `returns:5`."""
    name, lowest = parse(required)
    return tuple(Skill(name, level).text for level in range(lowest, HIGHEST + 1))


def _levels(skills: Iterable[str]) -> dict[str, int]:
    levels: dict[str, int] = {}
    for name, level in map(parse, skills):
        levels[name] = max(level, levels.get(name, 0))
    return levels


def _texts(levels: dict[str, int]) -> tuple[str, ...]:
    return tuple(Skill(name, level).text for name, level in sorted(levels.items()))
