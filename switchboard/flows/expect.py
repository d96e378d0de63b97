"""When an answer to a conversation can be expected: what is known of its queue, put together."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from switchboard.conversation import Conversation, Expected
from switchboard.estimate.announcement import Bound, announce
from switchboard.estimate.backlog import Backlog, older
from switchboard.estimate.capacity import Capacity, Duty, planned_capacity, usual_capacity
from switchboard.estimate.spoken import Spoken, round_up
from switchboard.flows.board import Board
from switchboard.hours import timeline, zone_info
from switchboard.policy import Policy, Priority
from switchboard.policy.hours import WEEKDAYS, to_interval
from switchboard.ports import Outlook, Planned

ROUNDING = 0.03
"""Share of promises that hold because they are rounded up, measured by bench/promise_estimator.py: so much less than
the policy's share is asked of the estimate itself."""
LATER = timedelta(minutes=15)
"""Business time by which a new promise is later than the one before, at least."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """An estimate, as it is said, and of how many measured replies it is made."""

    bound: Bound
    spoken: Spoken
    online: float
    samples: float

    def remembered(self, known: Conversation, at: datetime) -> Expected:
        """What of it is kept with the conversation."""
        made_of = self.bound.remembered
        return Expected(
            at=at,
            queue=known.queue,
            priority=known.priority,
            bound=self.bound.at,
            said=self.spoken.at,
            online=self.online,
            point=made_of.point if made_of else None,
            need=made_of.need if made_of else 0,
            presence=made_of.presence if made_of else 1,
        )


def expect(known: Conversation, board: Board, now: datetime) -> Expectation | None:
    """Estimate from now on, however long it has waited; None if nobody waits, or the hours never open again.

    A promise that was made before is exceeded by the new one.
    """
    if known.awaiting_since is None or known.answered_at is not None or not known.is_open:
        return None
    policy, hours = board.policy, board.policy.hours_of(known.queue)
    outlook = board.estimates.outlook(known.queue, known.priority, now)
    bound = announce(
        known.priority,
        known.channel,
        _backlog(known, outlook, policy, now),
        plan_of(known.queue, outlook.planned, outlook.online, policy, now),
        outlook.knowledge,
        policy.queues[known.queue].targets,
        hours,
        policy.promise_level - ROUNDING,
        now,
    )
    at = bound.at if bound else None
    if at and known.promised_at and at < known.promised_at + LATER:
        at = hours.after(max(at, known.promised_at), LATER)
    if bound is None or at is None:
        return None
    samples = math.fsum(outlook.knowledge.calibration.weights)
    return Expectation(replace(bound, at=at), round_up(at, hours, now), outlook.online, samples)


def plan_of(queue: str, planned: Planned, online: float, policy: Policy, now: datetime) -> Capacity:
    """A queue's capacity over time: from its roster if it has one, else from who was there lately, or is there now.

    A lead's roster goes before the policy's.
    """
    hours = policy.hours_of(queue)
    roster = policy.queues[queue].roster if planned.roster is None else planned.roster
    if not roster:
        return usual_capacity(hours, planned.staffing.seeing(online, now.astimezone(zone_info(hours.zone))), now)
    duties = (Duty(WEEKDAYS.index(day), to_interval(duty.hours), duty.units) for duty in roster for day in duty.days)
    return planned_capacity(hours, tuple(duties), now)


def _backlog(known: Conversation, outlook: Outlook, policy: Policy, now: datetime) -> Backlog:
    """What is ahead of it. Whoever is with an agent already has nobody ahead.

    Who still waits has been offered before it is estimated, so nobody is free for it.
    """
    if known.owner:
        return Backlog({}, {}, 1.0, outlook.online)
    lines = dict(outlook.lines)
    if known.waiting_since and not known.held:  # the stream counted it before it announced it
        lines[known.priority] = lines[known.priority].without(known.waiting_since)
    table = timeline(policy.hours_of(known.queue), now)
    backlog = Backlog(
        {priority: line.count for priority, line in lines.items()},
        {priority: line.age(table, now) for priority, line in lines.items()},
        0.0,
        outlook.online,
    )
    waited = table.business(now.timestamp()) - table.business((known.waiting_since or known.opened_at).timestamp())
    return older(known.priority, waited, backlog, _targets(policy, known.queue))


def _targets(policy: Policy, queue: str) -> dict[Priority, float]:
    return {priority: target.total_seconds() for priority, target in policy.queues[queue].targets.items()}
