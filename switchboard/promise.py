"""When a customer can expect an answer: an estimate from recent response times, as a time worth saying aloud.

Response times are business seconds from a conversation's opening to its first answer, counted in one histogram per
queue and priority that forgets: a response weighs e times less each `TAU`. Forgetting is *forward decay* (Cormode,
Shkapenyuk, Srivastava, Xu: "Forward decay", ICDE 2009): old counts are never touched, newer ones weigh more,
exp((time - landmark) / TAU), and readers divide by the weight of now. So counting is one ADD of one number, and the
order and number of processes that count don't matter.

That weight grows without end, so each `PERIOD` since 1970 has a landmark (its start) and a histogram of its own. Which
one a response goes to follows from its own time alone, weights stay below exp(PERIOD / TAU) (about 440 000), and
whoever reads pools the current and the previous period. What is older is at least `PERIOD` old and weighs less than
0.000003 of a response: leave it out, or expire it.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

from switchboard.hours import Hours, zone_info

TAU = timedelta(days=7)
PERIOD = timedelta(days=91)  # 13 TAU, and whole weeks
ENOUGH_SAMPLES = 5.0
"""Below this much weight the queue's target is a better guess than its history."""

FIRST_BIN = 60.0
BINS_PER_DOUBLING = 4
BIN_COUNT = 64
"""Bin 0 is up to `FIRST_BIN` seconds, each next is 2^(1/4) = 1.19 times longer, the last starts at 32 business days."""

NEAR = timedelta(hours=1)
NEAR_GRAIN = timedelta(minutes=5)
FAR_GRAIN = timedelta(minutes=30)

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UPPER_EDGES = tuple(FIRST_BIN * 2 ** (index / BINS_PER_DOUBLING) for index in range(BIN_COUNT))
_EDGES = (0.0, *_UPPER_EDGES)


@dataclass(frozen=True)
class Count:
    """What one response adds: `weight` to bin number `bin` of the histogram of `landmark`."""

    landmark: datetime
    bin: int
    weight: float


@dataclass(frozen=True)
class ResponseTimes:
    """A histogram of one queue and priority: `BIN_COUNT` weights, each relative to the landmark."""

    weights: tuple[float, ...]
    landmark: datetime

    def __post_init__(self) -> None:
        if len(self.weights) != BIN_COUNT:
            raise ValueError(f"a histogram has {BIN_COUNT} weights, not {len(self.weights)}: use 0.0 for absent bins")


@dataclass(frozen=True)
class Estimate:
    """Business time until the answer, from that many effective samples."""

    business: timedelta
    samples: float


@dataclass(frozen=True)
class Promise:
    """An instant in UTC, rounded up to what one would say, from that many effective samples."""

    at: datetime
    samples: float


def landmark_of(at: datetime) -> datetime:
    """Return the start (UTC) of the period that an instant is in."""
    return _UNIX_EPOCH + (at - _UNIX_EPOCH) // PERIOD * PERIOD


def landmarks_to_read(now: datetime) -> tuple[datetime, datetime]:
    """Return the landmarks of the current and the previous period: the histograms to `pool`."""
    current = landmark_of(now)
    return current, current - PERIOD


def bin_of(seconds: float) -> int:
    """Return the bin of a response time in business seconds; what is negative (clock skew) counts as zero."""
    return min(bisect_right(_UPPER_EDGES, seconds), BIN_COUNT - 1)


def weight_at(now: datetime, landmark: datetime) -> float:
    """Weight of one response at `now`; also what readers divide by to let weights decay to `now`."""
    return math.exp((now - landmark) / TAU)


def count(seconds: float, answered_at: datetime) -> Count:
    """Return the ADD that counts one response; it commutes with every other."""
    landmark = landmark_of(answered_at)
    return Count(landmark, bin_of(seconds), weight_at(answered_at, landmark))


def pool(parts: Iterable[ResponseTimes], now: datetime) -> ResponseTimes:
    """Add up histograms of different landmarks, relative to now; all zero if there are none."""
    scaled = [[weight / weight_at(now, part.landmark) for weight in part.weights] for part in parts]
    return ResponseTimes(tuple(map(math.fsum, zip([0.0] * BIN_COUNT, *scaled, strict=True))), now)


def quantile(times: ResponseTimes, level: float, now: datetime) -> tuple[float | None, float]:
    """Return the response time in business seconds that `level` (0 to 1) stay within, and the effective samples.

    Linear inside a bin. The next response counts as one sample slower than all known ones (split conformal
    prediction), which matters while there are few: then it is the upper end of the slowest bin seen. None without
    samples.
    """
    scale = weight_at(now, times.landmark)
    weights = [weight / scale for weight in times.weights]
    samples = math.fsum(weights)
    if samples <= 0:
        return None, 0.0
    rank = level * (samples + 1)
    slowest = 0.0
    for (lower, upper), weight, below in zip(pairwise(_EDGES), weights, accumulate(weights, initial=0.0), strict=False):
        if weight <= 0:
            continue
        if below + weight >= rank:
            return lower + (upper - lower) * max(0.0, rank - below) / weight, samples
        slowest = upper
    return slowest, samples


def estimate(times: ResponseTimes, default: timedelta, level: float, now: datetime) -> Estimate:
    """Return what `level` of answers stay within; `default`, the queue's target, until there are enough samples."""
    seconds, samples = quantile(times, level, now)
    if seconds is None or samples < ENOUGH_SAMPLES:
        return Estimate(default, samples)
    return Estimate(timedelta(seconds=seconds), samples)


def promise(estimated: Estimate, hours: Hours, now: datetime) -> Promise | None:
    """Turn an estimate into a time to announce; None if the hours never open for that long again.

    Rounded up on the wall clock: to 5 minutes within the next hour, else to 30, but never into closed time: where
    closing comes first, the promise is the closing instant.
    """
    exact = hours.after(now, estimated.business)
    if exact is None:
        return None
    rounded = _round_up(exact, hours.zone, NEAR_GRAIN if exact - now <= NEAR else FAR_GRAIN)
    if hours.elapsed(exact, rounded) < rounded - exact:
        rounded = hours.next_closing(exact) or rounded
    return Promise(rounded, estimated.samples)


def _round_up(at: datetime, zone: str, grain: timedelta) -> datetime:
    local = at.astimezone(zone_info(zone))
    into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at + -into_hour % grain
