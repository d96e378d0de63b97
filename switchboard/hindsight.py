"""The commands that look back on much: replay, what if, and how promises turned out.

They only read; what they show is decided purely.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from switchboard.aws.stage import Stage
from switchboard.conversation import Decision, Entry
from switchboard.decisions import Placed, Record, name_of
from switchboard.errors import NotFoundError
from switchboard.estimate.coverage import Coverage, by_priority
from switchboard.policy import Policy
from switchboard.priority import place, sort_out
from switchboard.replay import Difference, Replay
from switchboard.routing import Lane
from switchboard.whatif.figures import Figures, agent_rows, of_record, of_run, rows
from switchboard.whatif.model import simulate
from switchboard.whatif.page import page
from switchboard.whatif.traffic import Traffic, gather, recorded_lane

Progress = Callable[[int], None]
"""Told how many records were read."""


def replayed(records: Iterable[Record], run: Replay, progress: Progress) -> Iterator[Difference]:
    """Run all decisions among the records again, one at a time."""
    return run.run(record for record in _counted(records, progress) if isinstance(record, Decision))


def lines_of(difference: Difference) -> list[str]:
    """A difference for people."""
    decision = difference.decision
    return [
        f"{name_of(decision)} at {decision.at:%Y-%m-%d %H:%M:%S} (policy {decision.policy}): {difference.about}",
        f"  recorded  {difference.recorded}",
        f"  now       {difference.replayed}",
    ]


@dataclass(slots=True)
class Replacing:
    """Places recorded messages under another policy, as far as their text is still there, and counts."""

    policy: Policy
    entry: Callable[[str, str], Entry | None]
    placed: int = 0
    kept: int = 0
    """Messages that stay where they were: their text is gone."""

    def lane_of(self, placed: Placed) -> Lane:
        """Where a message belongs under the policy."""
        entry = self.entry(placed.thread, placed.message_id)
        if entry is None or placed.account not in self.policy.accounts:
            self.kept += 1
            return self._known(recorded_lane(placed), placed.account)
        self.placed += 1
        found = place(
            entry.text,
            placed.account,
            self.policy,
            subject=entry.subject,
            language=entry.language,
            repeats=int("repeated" in placed.reasons),
        )
        found = sort_out(found, self.policy) if "spam" in entry.flags else found
        return Lane(found.queue, found.skills, found.priority)

    def _known(self, lane: Lane, account: str) -> Lane:
        """A queue that the policy hasn't got becomes its account's, or its first."""
        if lane.queue in self.policy.queues:
            return lane
        known = self.policy.accounts.get(account)
        queue = known.queue if known else next(iter(self.policy.queues))
        return Lane(queue, lane.skills, lane.priority)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Recorded traffic as it was, in the model under the policy of the time, and under another one."""

    columns: tuple[Figures, ...]
    notes: tuple[str, ...]

    def tables(self) -> list[list[tuple[str, ...]]]:
        """For a terminal: classes, then agents."""
        return [rows(self.columns), agent_rows(self.columns)]

    def html(self) -> str:
        """For a browser."""
        return page("What if", self.notes, self.columns)


def what_if(stage: Stage, other: Policy, since: datetime, until: datetime, progress: Progress) -> Comparison:
    """Play what was recorded under the policy of the time and under another. Raises `NotFoundError`."""
    found = _counted(stage.decisions.between(since, until), progress)
    records = [replace(record, case="") if isinstance(record, Decision) else record for record in found]
    return _compare(stage, other, records, since, until)


def _compare(stage: Stage, other: Policy, records: Sequence[Record], since: datetime, until: datetime) -> Comparison:
    then = _policy_of_the_time(stage, records)
    was = gather(records, since, until)
    again = Replacing(other, stage.conversations.entry)
    would_be = gather(records, since, until, again.lane_of)
    columns = (
        of_record("as it was", was, then),
        of_run("model, same policy", simulate(was, then), then, until),
        of_run("model, new policy", simulate(would_be, other), other, until),
    )
    return Comparison(tuple(_named(one, stage) for one in columns), _notes(was, again, then, other))


def _named(figures: Figures, stage: Stage) -> Figures:
    """With agents' names; who has left the team, or shares a name, is shown by their id."""
    names = {agent: known.name if (known := stage.agents.get(agent)) else agent for agent in figures.loads}
    shared = Counter(names.values())
    shown = {names[agent] if shared[names[agent]] == 1 else agent: load for agent, load in figures.loads.items()}
    return replace(figures, loads=shown)


def _policy_of_the_time(stage: Stage, records: Iterable[Record]) -> Policy:
    """The newest that is kept of those which placed something then."""
    placed = sorted((one for one in records if isinstance(one, Placed)), key=lambda one: one.at, reverse=True)
    if not placed:
        raise NotFoundError("nothing was recorded then: records are kept for 90 days")
    for digest in dict.fromkeys(one.policy for one in placed):
        if policy := stage.decisions.policy(digest):
            return policy
    raise NotFoundError("no policy of the time is kept: the router keeps it when it starts")


def _notes(was: Traffic, again: Replacing, then: Policy, other: Policy) -> tuple[str, ...]:
    span = f"{was.since:%Y-%m-%d %H:%M} to {was.until:%Y-%m-%d %H:%M} UTC"
    return (
        f"{len(was.jobs):,} waits, {span}. The policy of the time is {then.hash}, the other {other.hash}.",
        f"Placed anew: {again.placed:,} messages. Left where they were, since their text is gone: {again.kept:,}.",
        f"Agents take as long as they took; for {was.assumed:,} waits without an answer, the median of their channel.",
    )


def _counted(records: Iterable[Record], progress: Progress) -> Iterator[Record]:
    for number, record in enumerate(records, start=1):
        progress(number)
        yield record


def promises(stage: Stage, policy: Policy, now: datetime, days: int) -> list[list[tuple[str, ...]]]:
    """How many promises held lately, as tables: by class, then by class, queue and channel."""
    found = [one for queue in policy.queues for one in stage.estimates.coverage(queue, now, days)]
    totals = [
        (str(priority), f"{count:,}", f"{kept:,}", f"{kept / count:.1%}")
        for priority, (count, kept) in by_priority(found).items()
    ]
    return [
        [("class", "promises", "kept", "share"), *totals],
        [("class", "queue", "channel", "promises", "kept", "share", "announced / actual"), *map(_row, found)],
    ]


def _row(one: Coverage) -> tuple[str, ...]:
    counts = (f"{one.count:,}", f"{one.kept:,}", f"{one.share:.1%}", f"{one.ratio:.2f}")
    return (str(one.priority), one.queue, one.channel, *counts)
