"""Whether work grows with its input and no faster: the ratio of two CPU times in one run, never a time by itself.

The sizes are eight apart, so that quadratic work costs 64 times as much; up to 24 times passes. A busy machine can
make one measurement wrong, so work is found too fast-growing only where each of several says so.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")

SMALL, LARGE = 32 * 1024, 256 * 1024
SLACK = 3
TRIES = 4
NEGLIGIBLE = 0.05
"""Seconds below which a measurement says nothing."""


def grows_no_faster(make: Callable[[int], Input], work: Callable[[Input], object]) -> bool:
    """Do the work on a small and on a large input of the same kind; `make` is given their size."""
    small, large = make(SMALL), make(LARGE)
    work(small)  # what is imported on first use is not counted
    return any(_fits(small, large, work) for _ in range(TRIES))


def _fits(small: Input, large: Input, work: Callable[[Input], object]) -> bool:
    allowed = max(SLACK * LARGE / SMALL * _seconds(work, small), NEGLIGIBLE)
    return _seconds(work, large) <= allowed


def _seconds(work: Callable[[Input], object], given: Input) -> float:
    began = time.process_time()
    work(given)
    return time.process_time() - began
