"""What the stream teaches: each committed change of a conversation is counted once, in the sums that promises use.

What waits is counted as it moves, an arrival with its estimate, the first assignment and the first answer against
that estimate. A change that comes again, or after a later one, adds nothing.
"""

from collections.abc import Iterator

from switchboard.conversation import Conversation, Expected, Status
from switchboard.estimate import coverage
from switchboard.estimate.announcement import Remembered
from switchboard.estimate.backlog import Place, moved
from switchboard.estimate.coverage import Outcome
from switchboard.estimate.decay import Increment, Tally
from switchboard.estimate.lessons import learned_at_arrival, learned_at_assignment, learned_at_reply
from switchboard.flows.expect import plan_of
from switchboard.flows.publish import Change, Removal
from switchboard.policy import Policy
from switchboard.ports import Estimates


def learn(change: Change | Removal, policy: Policy, estimates: Estimates) -> Outcome | None:
    """Count what a change teaches; returns how a promise turned out, if this call counted it.

    A removed conversation is no longer readable: the next recount misses it in its line.
    """
    if isinstance(change, Removal) or not isinstance(change.after, Conversation):
        return None
    after, before = change.after, change.before if isinstance(change.before, Conversation) else None
    outcome = _outcome(before, after, policy)
    added: list[Increment | Tally] = [
        *moved(_place(before), _place(after)),
        *_lessons(before, after, policy, estimates),
    ]
    if outcome:
        added.append(coverage.counted(outcome))
    is_news = bool(added) and estimates.learn(after.id, after.revision, added)
    return outcome if is_news else None


def _place(known: Conversation | None) -> Place | None:
    """Where it waits in line; what is held beyond its counterparty's budget is behind all others."""
    if known is None or known.status is not Status.WAITING or known.waiting_since is None or known.held:
        return None
    return Place(known.queue, known.priority, known.waiting_since)


def _lessons(
    before: Conversation | None, after: Conversation, policy: Policy, estimates: Estimates
) -> Iterator[Increment]:
    expected = after.expected
    if expected is None or expected.queue not in policy.queues:
        return
    hours, queue = policy.hours_of(expected.queue), expected.queue
    if before is None or before.expected is None:
        yield from learned_at_arrival(queue, expected.priority, expected.online, hours, after.opened_at)
    made_of = _made_of(expected)
    if made_of is None:
        return
    if after.taken_at and not (before and before.taken_at):
        plan = plan_of(queue, estimates.planned(queue, after.taken_at), expected.online, policy, after.taken_at)
        yield from learned_at_assignment(queue, made_of, after.opened_at, plan, after.taken_at)
    if after.answered_at and not (before and before.answered_at):
        taken = after.taken_at or after.answered_at
        yield from learned_at_reply(
            queue, expected.priority, after.channel, made_of, after.opened_at, taken, hours, after.answered_at
        )


def _made_of(expected: Expected) -> Remembered | None:
    return None if expected.point is None else Remembered(expected.need, expected.presence, expected.point)


def _outcome(before: Conversation | None, after: Conversation, policy: Policy) -> Outcome | None:
    expected, answered = after.expected, after.answered_at
    if expected is None or answered is None or (before and before.answered_at):
        return None
    if expected.queue not in policy.queues:
        return None
    hours = policy.hours_of(expected.queue)
    return Outcome(
        queue=expected.queue,
        channel=after.channel,
        priority=expected.priority,
        at=answered,
        kept=answered <= expected.said,
        announced=hours.elapsed(after.opened_at, expected.said).total_seconds(),
        actual=hours.elapsed(after.opened_at, answered).total_seconds(),
    )
