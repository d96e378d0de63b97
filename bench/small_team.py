"""Weeks of a small team: who writes when and about what, who is there, and how long an answer takes. Pure.

For the queue `returns` of the demonstration's policy, in New York: open on weekdays but for lunch, and on Saturdays
from ten to two; customers write at other times, too.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
FIRST_DAY = date(2027, 1, 11)
"""A Monday, with no holiday in the weeks after it."""

WEEKDAY = (*[0.0] * 7, 1.5, *[6.0] * 4, *[5.0] * 6, *[4.0] * 2, *[1.0] * 3, 0.0)
"""Messages an hour, from midnight on."""
SATURDAY = (*[0.0] * 8, *[1.5] * 2, *[5.0] * 4, *[1.0] * 8, *[0.0] * 2)
SUNDAY = (*[0.0] * 9, *[1.5] * 12, *[0.0] * 3)
BODIES = {
    "Where is my money for the shoes that I returned?": 0.80,
    "This is urgent, I need my refund today!": 0.15,
    "Somebody used my card without my permission!": 0.05,
}
"""What they write, and how many of them: normal, high and urgent by the policy's rules."""

_HOURS: dict[str, dict[int, tuple[tuple[int, int], ...]]] = {
    "ada": dict.fromkeys(range(5), ((8, 12), (13, 15))),
    "bo": {0: ((8, 12),), 2: ((8, 12),)},
    "cem": {**dict.fromkeys(range(4), ((13, 20),)), 4: ((13, 18),)},
    "dot": {1: ((14, 19),), 3: ((14, 19),)},
    "eli": {0: ((13, 17),), 4: ((9, 12),)},
    "fay": {5: ((10, 14),)},
}
"""From when until when, by agent and weekday (Monday is 0)."""
AGENTS = tuple(_HOURS)

ANSWERED_AFTER, ANSWER_SPREAD = timedelta(minutes=4), 0.5
"""Median of the time from the assignment to the answer, and its spread as a logarithm: one in thirty outlasts the
lease."""
OVER_AFTER, OVER_SPREAD = timedelta(minutes=7), 0.3
"""The same from the answer until the agent resolves; a little less than the slot is kept."""


@dataclass(frozen=True, slots=True, order=True)
class Arrival:
    """A customer of their own writes, at an instant (UTC)."""

    at: datetime
    sender: str
    body: str


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Somebody is there, between two instants (UTC)."""

    begins: datetime
    ends: datetime
    agent_id: str


def instant(day: int, hour: float = 0.0) -> datetime:
    """An hour of the clock on so many days after the first (UTC)."""
    local = datetime.combine(FIRST_DAY + timedelta(days=day), time(), ZONE)
    return (local + timedelta(hours=hour)).astimezone(UTC)


def arrivals(days: int, seed: int) -> list[Arrival]:
    """Who writes in so many days, in order: Poisson by the hour."""
    chance = random.Random(seed)  # noqa: S311  # a simulation
    found = [at for day in range(days) for at in _times(day, chance)]
    bodies = chance.choices(list(BODIES), list(BODIES.values()), k=len(found))
    return [
        Arrival(at, f"+1555{number:07d}", body) for number, (at, body) in enumerate(zip(found, bodies, strict=True))
    ]


def _times(day: int, chance: random.Random) -> list[datetime]:
    weekday = (FIRST_DAY + timedelta(days=day)).weekday()
    rates = {5: SATURDAY, 6: SUNDAY}.get(weekday, WEEKDAY)
    return sorted(instant(day, hour + after) for hour, rate in enumerate(rates) for after in _within(rate, chance))


def _within(rate: float, chance: random.Random) -> Iterator[float]:
    """Times of an hour, as parts of it."""
    at = chance.expovariate(rate) if rate else math.inf
    while at < 1:
        yield at
        at += chance.expovariate(rate)


def shifts(days: int) -> list[Shift]:
    """Who is there when in so many days, in order."""
    return sorted(
        Shift(instant(day, begins), instant(day, ends), agent_id)
        for day in range(days)
        for agent_id, weekly in _HOURS.items()
        for begins, ends in weekly.get((FIRST_DAY + timedelta(days=day)).weekday(), ())
    )


def handling(key: str, seed: int) -> tuple[timedelta, timedelta]:
    """How long the assignment of this key takes to the answer, and from that until it is over."""
    chance = random.Random(f"{seed} {key}")  # noqa: S311  # a simulation
    return (
        ANSWERED_AFTER * chance.lognormvariate(0, ANSWER_SPREAD),
        OVER_AFTER * chance.lognormvariate(0, OVER_SPREAD),
    )
