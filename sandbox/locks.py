"""Who is running: a file that a living process keeps locked, with its process id in it.

The system drops the lock with the process, so a forgotten file or a recycled process id never misleads anybody.
"""

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import TextIO

_LOOK_EVERY = 0.1
"""Seconds."""


def take(path: Path) -> TextIO | None:
    """Lock a file; None if another process has. Whoever inherits it keeps the lock as well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def sign(file: TextIO, pid: int) -> None:
    """Say who holds the lock."""
    file.truncate(0)
    file.write(str(pid))
    file.flush()


def holder(path: Path) -> int | None:
    """Return the process that holds a lock, if any does."""
    if not path.exists():
        return None
    file = take(path)
    if file:
        file.close()
        return None
    return int(path.read_text(encoding="utf-8") or 0) or None


def end_holder(path: Path, patience: float) -> bool:
    """Ask the process that holds a lock to end, and after `patience` seconds make it; whether there was one."""
    pid = holder(path)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while holder(path) == pid:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(_LOOK_EVERY)
    return True
