"""How well urgency, danger and feeling are recognised: precision and recall on messages that people labelled.

`urgency.jsonl` has a message a line: its language, the kinds of signals that a reader finds in it, the priority it
should have, and whether it is a trap: a message that tempts to see more than it says. Languages are detected, as in
production. Half of the older messages may be looked at while wordings are edited (`tune`, with an earlier fresh set),
half should not (`held-out`, whose errors were listed once all the same). Those of `fresh2` were written on 2026-11-22
before wordings were changed, and no wording is ever to be changed for them: whoever looks at their errors has to write
new ones.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.report import save, show_table
from switchboard.language import language_of
from switchboard.policy import Priority
from switchboard.urgency import read, weigh

PARTS = ("tune", "held-out", "fresh2")
_MESSAGES = Path(__file__).with_suffix(".jsonl")
_UNLABELLED = "emphasis"
"""A kind that only adds to others."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A message's labels, and what was read."""

    id: str
    trap: bool
    kinds: frozenset[str]
    read_kinds: frozenset[str]
    priority: str
    read_priority: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How often something was found where it was (hits), where it was not (false), or overlooked (missed)."""

    hits: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the findings that are right; 1 without any."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def main() -> None:
    """Judge each part, show, save."""
    found: dict[str, Any] = {}
    for part in PARTS:
        judged = list(judge(part))
        kinds = [
            _row(kind, _quality(judged, kind)) for kind in sorted({kind for each in judged for kind in each.kinds})
        ]
        priorities = [_row(priority.value, _quality_of_priority(judged, priority)) for priority in Priority]
        share = accuracy(judged)
        trapped = accuracy([each for each in judged if each.trap])
        headers = ("labelled", "precision", "recall", "F1")
        show_table(f"{part}: {len(judged)} messages, kinds of signals", ("kind", *headers), kinds)
        show_table(
            f"{part}: priorities ({share:.1%} right; {trapped:.1%} of traps)", ("priority", *headers), priorities
        )
        show_table(f"{part}: labelled (rows) and read (columns)", ("", *Priority), _confusion(judged))
        found[part] = {"accuracy": share, "accuracy_of_traps": trapped, "kinds": kinds, "priorities": priorities}
    save("urgency", found)


def judge(part: str) -> Iterator[Judged]:
    """Read the messages of a part."""
    for message in _messages():
        if part_of(message["id"]) == part:
            signals = read(message["text"], language_of(message["text"]), message.get("subject"))
            yield Judged(
                message["id"],
                message["trap"],
                frozenset(message["kinds"]),
                frozenset(signal.kind for signal in signals) - {_UNLABELLED},
                message["priority"],
                weigh(signals).priority,
            )


def part_of(message_id: str) -> str:
    """Which part a message is in: by a hash of its id, so that nobody chooses."""
    if message_id.startswith("fresh2-"):
        return "fresh2"
    if message_id.startswith("fresh-"):
        return "tune"
    return "tune" if hashlib.sha256(message_id.encode()).digest()[0] % 2 == 0 else "held-out"


def accuracy(judged: Sequence[Judged]) -> float:
    """Share of the messages that got their priority."""
    return sum(each.priority == each.read_priority for each in judged) / len(judged)


@cache
def _messages() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in _MESSAGES.read_text(encoding="utf-8").splitlines())


def _quality(judged: Iterable[Judged], kind: str) -> Quality:
    return _count((kind in each.kinds, kind in each.read_kinds) for each in judged)


def _quality_of_priority(judged: Iterable[Judged], priority: Priority) -> Quality:
    return _count((each.priority == priority, each.read_priority == priority) for each in judged)


def _count(pairs: Iterable[tuple[bool, bool]]) -> Quality:
    counts = Counter(pairs)
    return Quality(counts[True, True], counts[False, True], counts[True, False])


def _row(name: str, quality: Quality) -> tuple[str, int, float, float, float]:
    return name, quality.hits + quality.missed, quality.precision, quality.recall, quality.f1


def _confusion(judged: Sequence[Judged]) -> list[tuple[object, ...]]:
    counts = Counter((each.priority, each.read_priority) for each in judged)
    return [(row.value, *(counts[row, column] for column in Priority)) for row in Priority]


if __name__ == "__main__":
    main()
