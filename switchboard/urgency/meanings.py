"""What signals there are, what each is worth and what agents read about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "safety",
    "fraud",
    "outage",
    "fear",
    "anger",
    "leaving",
    "urgency",
    "deadline",
    "no_rush",
    "thanks",
    "emphasis",
]

GRAVE: frozenset[Kind] = frozenset({"safety", "fraud", "outage"})
"""What may make a message urgent; feelings and hurry are high at most."""
LOWERING: frozenset[Kind] = frozenset({"no_rush", "thanks"})
"""What makes a message low, if nothing in it raises."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that a text says, with its points, in words for agents: never the customer's own."""

    kind: Kind
    points: int
    evidence: str


@cache
def meanings() -> Mapping[tuple[str, str], Signal]:
    """Return the signal of each group of `meanings.toml`, by kind and group."""
    import tomllib  # noqa: PLC0415  # only who weighs a message reads them

    table: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
        (Path(__file__).parent / "meanings.toml").read_text(encoding="utf-8")
    )
    return {
        (kind, group): Signal(kind, meaning["points"], meaning["says"])  # type: ignore[arg-type]  # a test holds the keys
        for kind, groups in table.items()
        for group, meaning in groups.items()
    }
