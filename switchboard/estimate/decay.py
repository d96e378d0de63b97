"""Sums that forget, kept by additions: *forward decay* (Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009).

What is added at a time weighs exp((time - landmark) / tau); old amounts are never touched, and readers divide by the
weight of now. So each observation is one ADD, and neither their order nor how many processes add matters.

Weights grow without end, so each `PERIOD` since 1970 has a landmark (its start) and an item of its own. Which one an
observation goes to follows from its own time alone, and whoever reads pools the current and the previous one. What is
older is at least `PERIOD` old and, with a tau of ten days, weighs less than 0.0002: leave it out, or expire it.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PERIOD = timedelta(days=91)

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Increment:
    """What one observation adds: amounts by name, to the item of a statistic whose period starts at `landmark`.

    `queue` is None for what all queues share. `at` becomes the item's `since` if it has none.
    """

    queue: str | None
    item: str
    landmark: datetime
    at: datetime
    amounts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tally:
    """Amounts that are added to an item which forgets nothing; kept until `expires`, or for good."""

    queue: str
    item: str
    amounts: Mapping[str, float]
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A statistic's item as it is kept: sums relative to the landmark, and when the first of them was added."""

    landmark: datetime
    since: datetime | None
    amounts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Learned:
    """A statistic as of now: what was just added counts as itself. `since` is None where nothing is known."""

    amounts: Mapping[str, float]
    since: datetime | None

    def __getitem__(self, name: str) -> float:
        return self.amounts.get(name, 0.0)


def landmark_of(at: datetime) -> datetime:
    """Return the start (UTC) of the period that an instant is in."""
    return _UNIX_EPOCH + (at - _UNIX_EPOCH) // PERIOD * PERIOD


def landmarks_to_read(now: datetime) -> tuple[datetime, datetime]:
    """Return the landmarks of the current and the previous period: the items to `pool`."""
    current = landmark_of(now)
    return current, current - PERIOD


def expiry(landmark: datetime) -> datetime:
    """Return when an item of a period is worth nothing to anybody any more."""
    return landmark + 3 * PERIOD


def weight(at: datetime, landmark: datetime, tau: timedelta) -> float:
    """Weight of what is added at an instant; also what readers divide by."""
    return math.exp((at - landmark) / tau)


def increment(queue: str | None, item: str, tau: timedelta, at: datetime, amounts: Mapping[str, float]) -> Increment:
    """Return the additions that an observation at an instant makes."""
    landmark = landmark_of(at)
    weighing = weight(at, landmark, tau)
    return Increment(queue, item, landmark, at, {name: amount * weighing for name, amount in amounts.items()})


def pool(parts: Iterable[Part], tau: timedelta, now: datetime) -> Learned:
    """Add up items of different landmarks, as of now."""
    amounts: dict[str, float] = {}
    since: datetime | None = None
    for part in parts:
        scale = 1 / weight(now, part.landmark, tau)
        for name, amount in part.amounts.items():
            amounts[name] = amounts.get(name, 0.0) + amount * scale
        if part.since is not None:
            since = part.since if since is None else min(since, part.since)
    return Learned(amounts, since)
