"""Sums that forget, kept in this process as tables keep them: for benchmarks and tests."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from switchboard.estimate.decay import Increment, Learned, Part, landmarks_to_read, pool

_Key = tuple[str | None, str, datetime]


@dataclass(frozen=True, slots=True)
class Memory:
    """Items by queue, name and landmark."""

    sums: dict[_Key, dict[str, float]] = field(default_factory=dict)
    since: dict[_Key, datetime] = field(default_factory=dict)

    def add(self, increments: Iterable[Increment]) -> None:
        """What an `ADD` of each amount does, with `since = if_not_exists(since, :at)`."""
        for one in increments:
            key = (one.queue, one.item, one.landmark)
            self.since.setdefault(key, one.at)
            item = self.sums.setdefault(key, {})
            for name, amount in one.amounts.items():
                item[name] = item.get(name, 0.0) + amount

    def read(self, queue: str | None, item: str, tau: timedelta, now: datetime) -> Learned:
        keys = [(queue, item, landmark) for landmark in landmarks_to_read(now)]
        return pool((Part(key[2], self.since[key], self.sums[key]) for key in keys if key in self.sums), tau, now)
