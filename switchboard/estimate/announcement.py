"""The bound that a customer is told: the message's turn and its reply, stretched by how wrong such points were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from switchboard.estimate import intake
from switchboard.estimate.backlog import Backlog, ahead
from switchboard.estimate.capacity import Capacity
from switchboard.estimate.intake import Intake, presence
from switchboard.estimate.statistics import (
    PRIOR_CALIBRATION_WEIGHT,
    PRIOR_WEIGHT_UNPLANNED,
    Calibration,
    Demand,
    Pace,
    ReplyTimes,
    stretch,
)
from switchboard.hours import Hours, timeline
from switchboard.policy import Priority

_WEEK = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is learned that a message's estimate needs: its queue's, and its priority's calibration."""

    pace: Pace
    replies: ReplyTimes
    demand: Demand
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an announcement was made of: kept with the conversation until its first reply, to learn from it.

    `need` is how many messages were to be taken in, up to and including this one, 0 if the plan never takes in as many;
    `point` is in business seconds.
    """

    need: float
    presence: float
    point: float


@dataclass(frozen=True, slots=True)
class Bound:
    """`point` is the likely time of the first reply, `at` the time that `level` of replies keep; UTC.

    `remembered` is None where nobody was ever seen: then both are the target's, and there is nothing to learn from.
    """

    point: datetime
    at: datetime
    remembered: Remembered | None


def announce(
    priority: Priority,
    channel: str,
    backlog: Backlog,
    capacity: Capacity,
    knowledge: Knowledge,
    targets: Mapping[Priority, timedelta],
    hours: Hours,
    level: float,
    now: datetime,
) -> Bound | None:
    """Return when a message that arrives now is answered; None if the hours never open for that long again."""
    if capacity.is_empty and backlog.free < 1:
        target = hours.after(now, targets[priority])
        return Bound(target, target, None) if target else None
    remembered = _remember(priority, channel, backlog, capacity, knowledge, targets, hours, now)
    prior = PRIOR_CALIBRATION_WEIGHT if capacity.is_planned else PRIOR_WEIGHT_UNPLANNED
    late = stretch(remembered.point, knowledge.calibration.quantile(level, now, prior))
    point, bound = _after(hours, now, remembered.point), _after(hours, now, late)
    return Bound(point, bound, remembered) if point and bound else None


def _remember(
    priority: Priority,
    channel: str,
    backlog: Backlog,
    capacity: Capacity,
    knowledge: Knowledge,
    targets: Mapping[Priority, timedelta],
    hours: Hours,
    now: datetime,
) -> Remembered:
    table, since = timeline(hours, now), now.timestamp()
    closing = table.closing(since)
    there = presence(capacity, backlog.online, since, closing)
    open_share = (table.business(since + _WEEK) - table.business(since)) / _WEEK
    rates = knowledge.demand.rates(open_share, now)
    before = ahead(priority, backlog, rates, {key: target.total_seconds() for key, target in targets.items()})
    today = min(closing, since + intake.PRESENCE_LASTS)
    taking = Intake(capacity, since, knowledge.pace.seconds, there, today)
    turn = intake.turn(before, taking, table)
    at = max(since, *table.closes[-1:]) if turn is None else turn
    waited = table.business(at) - table.business(since)
    # a turn that never comes counts those who overtake in all that time: far more than the pace should learn from
    need = 0.0 if turn is None else before.after(waited, at - since - waited)
    return Remembered(need, there, waited + knowledge.replies.mean(channel))


def _after(hours: Hours, now: datetime, seconds: float) -> datetime | None:
    """The same as `hours.after`, from the table where it reaches."""
    table = timeline(hours, now)
    at = table.clock(table.business(now.timestamp()) + seconds)
    return hours.after(now, timedelta(seconds=seconds)) if at is None else datetime.fromtimestamp(at, UTC)
