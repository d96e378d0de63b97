"""Who changed which setting, when, and what from and to: kept for longer than a year. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal, TypeAlias

from switchboard.instant import Instant

KEPT = timedelta(days=400)

Kind: TypeAlias = Literal["agent", "canned", "roster"]
Values: TypeAlias = Mapping[str, str]
"""A setting as people read it, field by field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that was changed; None where there was, or is, nothing."""

    field: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One decision of a lead's. `subject` is an agent's id, a canned response's shortcut, or a queue."""

    change_id: str
    at: Instant
    by: str
    kind: Kind
    subject: str
    differences: tuple[Difference, ...]


def differences(before: Values, after: Values) -> tuple[Difference, ...]:
    """What became of each field, those that stayed left out."""
    return tuple(_differences(before, after))


def _differences(before: Values, after: Values) -> Iterator[Difference]:
    for field in dict.fromkeys((*before, *after)):
        if before.get(field) != after.get(field):
            yield Difference(field=field, before=before.get(field), after=after.get(field))


def tag_of(values: Values) -> str:
    """What stands for a setting as somebody read it: the same settings have the same."""
    return sha256(json.dumps(dict(values), sort_keys=True).encode()).hexdigest()[:16]
