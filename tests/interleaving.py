"""Every order in which the steps of several flows can mix: each flow in a thread of its own, one moving at a time.

A flow calls `step()` before whatever others can notice. Where several flows could move next, one is moved and the
others are tried in further runs. A run ends early where it arrives at a point that was seen before: the stores hold
the same, and each flow has been told the same, so what follows is the same.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

LONGEST = 30
"""Seconds in which a flow comes to its next step: more is a deadlock of the test itself."""


class AbandonedError(BaseException):
    """Not an Exception: no `except` in the code under test may survive it."""


@dataclass
class Turn:
    """One flow, and whether it may move."""

    run: Callable[["Turn"], object]
    told: int = 0
    """Digest of all that it has been told by the stores."""
    moves: int = 0
    is_done: bool = False
    error: BaseException | None = None
    is_abandoned: bool = False
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def start(self) -> None:
        threading.Thread(target=self._play, daemon=True).start()
        self._await()

    def _play(self) -> None:
        try:
            self.step()
            self.run(self)
        except AbandonedError:
            pass
        except BaseException as error:  # noqa: BLE001  # it is raised where the test can see it
            self.error = error
        finally:
            self.is_done = True
            self.stopped.release()

    def step(self) -> None:
        """Wait for the next turn; the flow calls it."""
        self.stopped.release()
        self.go.acquire()
        if self.is_abandoned:
            raise AbandonedError

    def hear(self, answer: object) -> None:
        """Remember what a store answered: it is all that the flow's future depends on."""
        self.told = hash((self.told, repr(answer)))

    def move(self) -> None:
        """Let it do its next step; the explorer calls it."""
        self.moves += 1
        self.go.release()
        self._await()
        if self.error:
            raise self.error

    def abandon(self) -> None:
        if not self.is_done:
            self.is_abandoned = True
            self.go.release()
            self._await()

    def _await(self) -> None:
        assert self.stopped.acquire(timeout=LONGEST), "a flow does not come to its next step"


Begin: TypeAlias = Callable[[], tuple[Sequence[Turn], Callable[[], Hashable], Callable[[], None]]]
"""Sets everything up anew: the flows, what the stores hold, and the check of the end."""


def explore(begin: Begin) -> int:
    """Try every order; returns how many runs came to an end of their own."""
    open_prefixes: list[tuple[int, ...]] = [()]
    seen: set[Hashable] = set()
    complete = 0
    while open_prefixes:
        prefix = open_prefixes.pop()
        turns, content, check = begin()
        for turn in turns:
            turn.start()
        try:
            branches, is_new = _follow(turns, content, prefix, seen)
        finally:
            for turn in turns:
                turn.abandon()
        open_prefixes += branches
        if is_new:
            complete += 1
            try:
                check()
            except AssertionError as error:
                error.add_note(f"after the order that begins {prefix}")
                raise
    return complete


def _follow(
    turns: Sequence[Turn], content: Callable[[], Hashable], prefix: tuple[int, ...], seen: set[Hashable]
) -> tuple[list[tuple[int, ...]], bool]:
    """Play one order: as the prefix says, then the first that can move. Returns others, and if this came to an end."""
    done: list[int] = []
    branches: list[tuple[int, ...]] = []
    while able := [index for index, turn in enumerate(turns) if not turn.is_done]:
        if len(done) < len(prefix):
            index = prefix[len(done)]
        else:
            point = (content(), tuple((turn.moves, turn.told) for turn in turns))
            if point in seen:
                return branches, False
            seen.add(point)
            index, *others = able
            branches += [(*done, other) for other in others]
        turns[index].move()
        done.append(index)
    return branches, True
