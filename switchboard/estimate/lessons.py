"""What an arrival, an assignment and a first reply teach: additions to the statistics."""

from datetime import datetime

from switchboard.estimate.announcement import Remembered
from switchboard.estimate.capacity import Capacity
from switchboard.estimate.decay import Increment, increment
from switchboard.estimate.intake import growth
from switchboard.estimate.statistics import (
    ARRIVALS,
    ARRIVALS_TAU,
    CALIBRATION_TAU,
    PACE,
    PACE_TAU,
    REPLIES,
    REPLIES_TAU,
    STAFFING,
    STAFFING_TAU,
    bin_of,
    calibration,
    ratio,
)
from switchboard.hours import Hours, zone_info
from switchboard.policy import Priority


def learned_at_arrival(
    queue: str, priority: Priority, online: float, hours: Hours, at: datetime
) -> tuple[Increment, ...]:
    """Count the arrival, and in open hours who was there to see it."""
    if not hours.is_open(at):
        return (increment(queue, ARRIVALS, ARRIVALS_TAU, at, {f"closed_{priority}": 1.0}),)
    local = at.astimezone(zone_info(hours.zone))
    seen = {f"slots_{local.hour}": online, f"count_{local.hour}": 1.0}
    return (
        increment(queue, ARRIVALS, ARRIVALS_TAU, at, {f"open_{priority}": 1.0}),
        increment(queue, STAFFING[local.weekday()], STAFFING_TAU, at, seen),
    )


def learned_at_assignment(
    queue: str, remembered: Remembered, arrived: datetime, capacity: Capacity, at: datetime
) -> tuple[Increment, ...]:
    """Count slot-seconds and messages since the arrival; nothing where whoever came on shift took them all at once."""
    worked, came = growth(capacity, arrived.timestamp(), at.timestamp())
    taken = remembered.need - came
    if taken < 1:
        return ()
    amounts = {"seconds": worked * remembered.presence, "messages": taken}
    return (increment(queue, PACE, PACE_TAU, at, amounts),)


def learned_at_reply(
    queue: str,
    priority: Priority,
    channel: str,
    remembered: Remembered,
    arrived: datetime,
    assigned: datetime,
    hours: Hours,
    at: datetime,
) -> tuple[Increment, ...]:
    """Count the time from the assignment to this first reply, and how wrong the point was."""
    replied = hours.elapsed(assigned, at).total_seconds()
    wrong = bin_of(ratio(hours.elapsed(arrived, at).total_seconds(), remembered.point))
    return (
        increment(queue, REPLIES, REPLIES_TAU, at, {f"seconds_{channel}": replied, f"count_{channel}": 1.0}),
        increment(None, calibration(priority), CALIBRATION_TAU, at, {f"b{wrong}": 1.0}),
    )
