"""Says what is being done and for how long, in one line each; on a terminal the seconds run."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

_TICK = 0.5
_WIDTH = 46


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show a step for as long as the block lasts; how it failed is for whoever catches the exception to say."""
    started = time.monotonic()
    done = Event()
    ticker = Thread(target=_tick, args=(what, started, done), daemon=True)
    if sys.stdout.isatty():
        ticker.start()
    try:
        yield
    except BaseException:
        _end(ticker, done)
        print(_line("✗", what, started))
        raise
    _end(ticker, done)
    print(_line("✓", what, started), flush=True)


def _end(ticker: Thread, done: Event) -> None:
    done.set()
    if ticker.is_alive():
        ticker.join()
        print("\r", end="")


def _tick(what: str, started: float, done: Event) -> None:
    while True:
        print(f"\r{_line('·', what, started)}", end="", flush=True)
        if done.wait(_TICK):
            return


def _line(mark: str, what: str, started: float) -> str:
    return f"  {mark} {what:<{_WIDTH}} {time.monotonic() - started:5.1f} s"
