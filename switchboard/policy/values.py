"""What the parts of a policy are written with: names, durations, skills and priorities."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from switchboard.message import Model
from switchboard.skills import HIGHEST, PATTERN, combined, parse

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

KEY_FORM = r"^[a-z0-9][a-z0-9-]{0,39}$"
LANGUAGE_FORM = r"^[a-z]{2,3}$"
TAG_FORM = r"^[a-z]{2,3}(-[A-Z]{2})?$"
CONTACT_FORM = r"^(\+?[0-9][0-9 ()-]{1,18}[0-9]|https://[!-~]{4,32})$"
NOT_BLANK = r"\S"

Where: TypeAlias = tuple[str | int, ...]
"""The way to a field: keys of mappings and positions in lists."""


class Priority(StrEnum):
    """How soon an answer is due. Members stand in order, the most pressing first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Part(Model):
    """A part of the policy: an unknown field is a typing mistake and is named."""

    model_config = ConfigDict(extra="forbid")


def refuse(problems: Iterable[tuple[Where, str]]) -> None:
    """Raise what pydantic reports as one error each, at that field below the part that is validated; if there are any.

    Each text says what is wrong and the remedy.
    """
    details = [
        InitErrorDetails(type=PydanticCustomError("policy", "{problem}", {"problem": text}), loc=where, input=None)
        for where, text in problems
    ]
    if details:
        raise ValidationError.from_exception_data("Policy", details)


def unless_known(known: Collection[str], key: str, where: Where) -> Iterable[tuple[Where, str]]:
    """A problem for `refuse`, if a key refers to nothing."""
    if key not in known:
        remedy = f"use one of {', '.join(known)}, or add it" if known else "add it"
        yield where, f"names {key!r}, which is not defined: {remedy}"


def _duration(value: object) -> object:
    """Read `90s`, `15m`, `2h` or `3d`, and the ISO 8601 of the JSON; pydantic refuses what is no text."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,9})([smhd])", value)):
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    if isinstance(value, str) and not value.startswith(("P", "-P")):
        raise ValueError(f"{value!r} is no duration: write it as 90s, 15m, 2h or 3d")
    return value


def _skills(value: object) -> object:
    """Read `[returns, chat: 3]`, `{returns: 1, chat: 3}` and `[returns, "chat:3"]` alike."""
    if isinstance(value, Mapping):
        return tuple(_skill(name, level) for name, level in value.items())
    if isinstance(value, list):
        levels = [part.items() if isinstance(part, Mapping) else [(part, None)] for part in value]
        return tuple(_skill(name, level) for pairs in levels for name, level in pairs)
    return value


def _skill(name: object, level: object) -> object:
    return name if level is None else f"{name}:{level}"


def _one_skill(text: str) -> str:
    return parse(text).text


def _combined(texts: tuple[str, ...]) -> tuple[str, ...]:
    return combined(texts)


_DURATION_SCHEMA = WithJsonSchema(
    {"type": "string", "pattern": r"^\d{1,9}[smhd]$", "examples": ["90s", "15m", "2h", "3d"]}
)
_LEVELS_SCHEMA = {
    "type": "object",
    "propertyNames": {"pattern": KEY_FORM},
    "additionalProperties": {"type": "integer", "minimum": 1, "maximum": HIGHEST},
}
_SKILLS_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "array", "items": {"anyOf": [{"type": "string", "pattern": PATTERN}, _LEVELS_SCHEMA]}},
            _LEVELS_SCHEMA,
        ],
        "description": "names, with the level of 1 to 5 that is needed: [returns, spanish: 3]",
    }
)

Key = Annotated[str, Field(pattern=KEY_FORM)]
"""A name that may stand in a path, an id or a table's key."""
Language = Annotated[str, Field(pattern=LANGUAGE_FORM)]
"""A language of ISO 639, such as `en`."""
Duration = Annotated[
    timedelta, BeforeValidator(_duration), Field(gt=timedelta(0), le=timedelta(days=365)), _DURATION_SCHEMA
]
Pause = Annotated[
    timedelta, BeforeValidator(_duration), Field(ge=timedelta(0), le=timedelta(days=365)), _DURATION_SCHEMA
]
"""A duration that may be none at all: `0s`."""
Skills = Annotated[
    tuple[Annotated[str, AfterValidator(_one_skill)], ...],
    BeforeValidator(_skills),
    AfterValidator(_combined),
    _SKILLS_SCHEMA,
]
"""Required skills as `switchboard.skills` carries them."""
