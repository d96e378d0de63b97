"""Recorded traffic as a model takes it: jobs that come, how long each holds an agent, and who is there when."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from switchboard.conversation import Decision
from switchboard.decisions import Answered, Freed, Placed, Record, Seen, name_of
from switchboard.routing import Lane

UNKNOWN_ANSWER, UNKNOWN_HOLD = timedelta(minutes=5), timedelta(minutes=15)
"""Of a channel on which nothing was ever answered."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a job takes of its agent, from the assignment on: until the answer, and until the slot is free."""

    answer: timedelta
    hold: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A customer who waits for an agent, from `since` on. `raises` are lanes that it is moved to while it waits."""

    thread: str
    number: int
    since: datetime
    account: str
    channel: str
    lane: Lane
    effort: Effort
    raises: tuple[tuple[datetime, Lane], ...] = ()
    answered_at: datetime | None = None
    """As it was."""
    agent_id: str | None = None
    """Who answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What came from `since` until before `until`, in order, and agents' comings and goings, also from before."""

    since: datetime
    until: datetime
    jobs: tuple[Job, ...]
    shifts: tuple[Seen, ...]
    assumed: int = 0
    """Jobs that nobody had answered by the end: they are given the median effort of their channel."""


@dataclass(slots=True)
class _Life:
    """What is known of one conversation, as it is found."""

    placed: list[Placed] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    freed: list[Freed] = field(default_factory=list)
    claimed: list[datetime] = field(default_factory=list)


def gather(
    records: Iterable[Record], since: datetime, until: datetime, lane_of: Callable[[Placed], Lane] | None = None
) -> Traffic:
    """Make traffic of records in any order. `lane_of` may place a message anew; without, it is where it was.

    Holds a few times for each conversation, no cases: memory grows with conversations, not with decisions.
    """
    lives: dict[str, _Life] = defaultdict(_Life)
    shifts: list[Seen] = []
    for record in records:
        match record:
            case Seen():
                shifts.append(record)
            case Placed():
                lives[name_of(record)].placed.append(record)
            case Answered():
                lives[name_of(record)].answered.append(record)
            case Freed():
                lives[name_of(record)].freed.append(record)
            case Decision(agent_id=str()):
                lives[name_of(record)].claimed.append(record.at)
    known = _Efforts(lives.values())
    jobs = [job for life in lives.values() for job in _jobs(life, known, lane_of or recorded_lane)]
    return Traffic(
        since=since,
        until=until,
        jobs=tuple(sorted(jobs, key=lambda job: (job.since, job.thread, job.number))),
        shifts=tuple(sorted(shifts, key=lambda seen: (seen.at, seen.agent_id))),
        assumed=sum(job.answered_at is None for job in jobs),
    )


def recorded_lane(placed: Placed) -> Lane:
    """Where a message put its conversation, as it was."""
    return Lane(placed.queue, placed.skills, placed.priority)


class _Efforts:
    """Observed efforts, and their medians per channel for jobs that nobody answered."""

    def __init__(self, lives: Iterable[_Life]) -> None:
        found: dict[str, list[Effort]] = defaultdict(list)
        for life in lives:
            channels = {placed.channel for placed in life.placed}
            found["".join(channels)].extend(e for answer in life.answered if (e := _effort(answer, life)))
        self._typical = {channel: _median(efforts) for channel, efforts in found.items() if efforts}

    def typical(self, channel: str) -> Effort:
        return self._typical.get(channel, Effort(UNKNOWN_ANSWER, UNKNOWN_HOLD))


def _median(efforts: Sequence[Effort]) -> Effort:
    answer = median(effort.answer.total_seconds() for effort in efforts)
    hold = median(effort.hold.total_seconds() for effort in efforts)
    return Effort(timedelta(seconds=answer), timedelta(seconds=max(answer, hold)))


def _effort(answered: Answered, life: _Life) -> Effort | None:
    """From the last assignment before the answer; a slot that is still held counts as free with the answer."""
    slot = next((freed for freed in life.freed if freed.assigned_at <= answered.at <= freed.at), None)
    if slot:
        return Effort(answered.at - slot.assigned_at, slot.at - slot.assigned_at)
    claimed = max((at for at in life.claimed if at <= answered.at), default=None)
    return Effort(answered.at - claimed, answered.at - claimed) if claimed else None


def _jobs(life: _Life, known: _Efforts, lane_of: Callable[[Placed], Lane]) -> Iterable[Job]:
    arrivals = sorted(life.placed, key=lambda placed: (placed.since, placed.at))
    answers = {answered.since: answered for answered in life.answered}
    for placed in arrivals:
        if placed.effect == "raised":
            continue
        answered = answers.get(placed.since)
        effort = _effort(answered, life) if answered else None
        raises = [one for one in arrivals if one.effect == "raised" and one.since == placed.since]
        yield Job(
            thread=placed.thread,
            number=placed.number,
            since=placed.since,
            account=placed.account,
            channel=placed.channel,
            lane=lane_of(placed),
            effort=effort or known.typical(placed.channel),
            raises=tuple((one.at, lane_of(one)) for one in raises),
            answered_at=answered.at if answered else None,
            agent_id=answered.agent_id if answered else None,
        )
