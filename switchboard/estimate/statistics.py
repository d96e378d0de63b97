"""What is learned: how long a slot is busy per message, replies, arrivals, who is there, and how wrong points were.

Each is read from sums that forget (`decay`), with a prior for the first days. Their items are per queue, but for
calibrations, which all queues share: one per priority.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from switchboard.estimate.decay import Learned
from switchboard.policy import Priority

PACE, PACE_TAU = "pace", timedelta(days=5)
REPLIES, REPLIES_TAU = "replies", timedelta(days=2)
ARRIVALS, ARRIVALS_TAU = "arrivals", timedelta(days=7)
STAFFING_TAU = timedelta(days=14)
CALIBRATION_TAU = timedelta(days=10)

PRIOR_PACE, PRIOR_PACE_WEIGHT = 2400.0, 20.0
PRIOR_REPLY, PRIOR_REPLY_WEIGHT = 600.0, 3.0
PRIOR_SIGMA, PRIOR_CALIBRATION_WEIGHT = 0.7, 10.0
"""Sigma of log-ratios, and how many replies they count as."""
PRIOR_WEIGHT_UNPLANNED = 30.0
"""The same where no roster plans who comes: the first day's replies are of its afternoon, when nobody waits for long,
and say nothing yet of how many will be there for who writes at night."""
PRIOR_STAFFING_WEIGHT = 2.0
"""How many glances at an hour of the week count as much as what is usual at that hour, and at an hour as much as what
is usual over all of them."""

SOFTENING = 900.0
"""Seconds added to both sides of a ratio, so that being five minutes late is little also where one was promised."""

FIRST_EDGE, BIN_WIDTH, EDGE_COUNT = -1.5, 0.125, 33
BIN_COUNT = EDGE_COUNT + 1
"""Bin 0 is up to the first edge, the last one is beyond the last."""

_EDGES = tuple(FIRST_EDGE + BIN_WIDTH * index for index in range(EDGE_COUNT))
_BEYOND = _EDGES[-1] + 4 * BIN_WIDTH
_LEAST_AGE = timedelta(hours=1)
_WEEKDAYS, _DAY_HOURS = 7, 24


@dataclass(frozen=True, slots=True)
class Pace:
    """Slot-seconds that messages took, and how many messages: a slot takes one every `seconds`."""

    slot_seconds: float
    messages: float

    @classmethod
    def of(cls, learned: Learned) -> "Pace":
        return cls(learned["seconds"], learned["messages"])

    @property
    def seconds(self) -> float:
        prior = PRIOR_PACE * PRIOR_PACE_WEIGHT
        return (self.slot_seconds + prior) / (self.messages + PRIOR_PACE_WEIGHT)


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """Business seconds from an assignment to its first reply by channel: their sums, and how many."""

    sums: Mapping[str, float]
    counts: Mapping[str, float]

    @classmethod
    def of(cls, learned: Learned) -> "ReplyTimes":
        return cls(_suffixes(learned, "seconds_"), _suffixes(learned, "count_"))

    def mean(self, channel: str) -> float:
        prior = PRIOR_REPLY * PRIOR_REPLY_WEIGHT
        return (self.sums.get(channel, 0.0) + prior) / (self.counts.get(channel, 0.0) + PRIOR_REPLY_WEIGHT)


@dataclass(frozen=True, slots=True)
class Demand:
    """Arrivals by priority, those in open hours apart from the others, and since when they are counted."""

    open: Mapping[str, float]
    closed: Mapping[str, float]
    since: datetime | None

    @classmethod
    def of(cls, learned: Learned) -> "Demand":
        return cls(_suffixes(learned, "open_"), _suffixes(learned, "closed_"), learned.since)

    def rates(self, open_share: float, now: datetime) -> "Rates":
        """Arrivals per second by priority; `open_share` is how much of the week is open."""
        age = max(now - self.since, _LEAST_AGE) if self.since else _LEAST_AGE
        counted = ARRIVALS_TAU.total_seconds() * -math.expm1(-age / ARRIVALS_TAU)
        return Rates(_per(self.open, counted * open_share), _per(self.closed, counted * (1 - open_share)))


@dataclass(frozen=True, slots=True)
class Rates:
    """Arrivals per open second and per closed second by priority."""

    open: Mapping[str, float]
    closed: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Staffing:
    """Slots seen online by weekday (Monday is 0) and hour of the local clock: their sums, and how many glances.

    One equals itself only, so that a plan made of it can be kept.
    """

    sums: Mapping[tuple[int, int], float]
    counts: Mapping[tuple[int, int], float]

    @classmethod
    def of(cls, days: Iterable[Learned]) -> "Staffing":
        """Read the seven days' items, Monday first."""
        week = list(enumerate(days))
        return cls(_by_hour(week, "slots_"), _by_hour(week, "count_"))

    def seeing(self, online: float, at: datetime) -> "Staffing":
        """The same with a glance of now where nobody was ever seen."""
        if self.usual() is not None:
            return self
        hour = (at.weekday(), at.hour)
        return Staffing({hour: online}, {hour: 1.0})

    def usual(self) -> float | None:
        """Slots online on average; None if nobody ever was."""
        total, count = math.fsum(self.sums.values()), math.fsum(self.counts.values())
        return total / count if total > 0 else None

    def expected(self, usual: float) -> dict[tuple[int, int], float]:
        """Slots to expect by hour of the week: what was there then, else at that hour on other days, else the usual.

        So the second day is not taken to begin with a whole team where the first began with half of one.
        """
        daily = [
            _shrunk(_on_any_day(self.sums, hour), _on_any_day(self.counts, hour), usual) for hour in range(_DAY_HOURS)
        ]
        return {
            (weekday, hour): _shrunk(
                self.sums.get((weekday, hour), 0.0), self.counts.get((weekday, hour), 0.0), daily[hour]
            )
            for weekday in range(_WEEKDAYS)
            for hour in range(_DAY_HOURS)
        }


@dataclass(frozen=True, slots=True)
class Calibration:
    """How wrong points were: `BIN_COUNT` weights of log-ratios of what came true to the point, since when."""

    weights: tuple[float, ...]
    since: datetime | None

    def __post_init__(self) -> None:
        if len(self.weights) != BIN_COUNT:
            raise ValueError(f"a calibration has {BIN_COUNT} weights, not {len(self.weights)}: use 0.0 for absent bins")

    @classmethod
    def of(cls, learned: Learned) -> "Calibration":
        return cls(tuple(learned[f"b{index}"] for index in range(BIN_COUNT)), learned.since)

    def quantile(self, level: float, now: datetime, prior_weight: float = PRIOR_CALIBRATION_WEIGHT) -> float:
        """The log-ratio that a share of `level` (0 to 1) stays within; linear inside a bin."""
        prior = prior_weight * (math.exp((self.since - now) / CALIBRATION_TAU) if self.since else 1.0)
        weights = [weight + prior * share for weight, share in zip(self.weights, _PRIOR, strict=True)]
        total = math.fsum(weights)
        index = bisect_left(list(accumulate(weights)), level * total)
        if index == 0:
            return FIRST_EDGE
        if index >= EDGE_COUNT:
            return _BEYOND
        below = math.fsum(weights[:index])
        return _EDGES[index - 1] + BIN_WIDTH * (level * total - below) / weights[index]


def calibration(priority: Priority) -> str:
    """The item of a priority's calibration."""
    return f"calibration#{priority}"


def staffing(weekday: int) -> str:
    """The item of a weekday's staffing."""
    return f"staffing#{weekday}"


STAFFING = tuple(map(staffing, range(_WEEKDAYS)))
"""The items of a week, Monday first."""


def ratio(actual: float, point: float) -> float:
    """How wrong a point was, as a logarithm; both are business seconds."""
    return math.log((max(actual, 0.0) + SOFTENING) / (point + SOFTENING))


def stretch(point: float, by: float) -> float:
    """The inverse: business seconds that are wrong by that much from the point, at least a minute."""
    return max((point + SOFTENING) * math.exp(by) - SOFTENING, 60.0)


def bin_of(log_ratio: float) -> int:
    """The bin that a log-ratio is in."""
    return bisect_left(_EDGES, log_ratio)


def _prior() -> tuple[float, ...]:
    middles = [FIRST_EDGE + BIN_WIDTH * (index - 0.5) for index in range(BIN_COUNT)]
    densities = [math.exp(-0.5 * (middle / PRIOR_SIGMA) ** 2) for middle in middles]
    return tuple(density / math.fsum(densities) for density in densities)


_PRIOR = _prior()


def _suffixes(learned: Learned, prefix: str) -> dict[str, float]:
    return {name.removeprefix(prefix): amount for name, amount in learned.amounts.items() if name.startswith(prefix)}


def _by_hour(week: Iterable[tuple[int, Learned]], prefix: str) -> dict[tuple[int, int], float]:
    return {
        (weekday, int(hour)): amount for weekday, learned in week for hour, amount in _suffixes(learned, prefix).items()
    }


def _on_any_day(amounts: Mapping[tuple[int, int], float], hour: int) -> float:
    return math.fsum(amounts.get((weekday, hour), 0.0) for weekday in range(_WEEKDAYS))


def _shrunk(total: float, count: float, usual: float) -> float:
    """A mean, with the usual for as many glances as its prior weighs."""
    return (total + PRIOR_STAFFING_WEIGHT * usual) / (count + PRIOR_STAFFING_WEIGHT)


def _per(counts: Mapping[str, float], exposure: float) -> dict[str, float]:
    return {name: count / exposure for name, count in counts.items()} if exposure > 0 else {}
