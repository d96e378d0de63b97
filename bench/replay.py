"""A hundred thousand recorded decisions made again: none may differ, in less than two megabytes of memory."""

import sys
import time
import tracemalloc

from bench.report import save, show_table
from sandbox.progress import step
from switchboard.replay import Replay
from tests.decided import cases, decided

DECISIONS = 100_000
_WATCHED = (1_000, 10_000)
"""Peaks of memory are compared on shorter runs of their own: watching is slow."""


def main() -> int:
    """Replay, show, save; returns 1 if anything differs."""
    with step(f"{DECISIONS:,} decisions"):
        seconds, run = _timed()
    with step("memory"):
        peaks = [_peak(count) for count in _WATCHED]
    rows = [
        ("decisions", DECISIONS),
        ("different", run.different),
        ("microseconds each, with making them", round(seconds / DECISIONS * 1e6, 1)),
        ("peak KiB, a thousand", peaks[0]),
        ("peak KiB, ten thousand", peaks[1]),
    ]
    show_table("Replay", ("", "found"), rows)
    save("replay", dict(rows))
    return 1 if run.different else 0


def _timed() -> tuple[float, Replay]:
    run, started = Replay(), time.perf_counter()
    _exhaust(run, DECISIONS)
    return time.perf_counter() - started, run


def _peak(count: int) -> int:
    tracemalloc.start()
    _exhaust(Replay(), count)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak // 1024


def _exhaust(run: Replay, count: int) -> None:
    for _ in run.run(decided(case) for case in cases(count)):
        pass


if __name__ == "__main__":
    sys.exit(main())
