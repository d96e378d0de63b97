"""Programs that the sandbox runs: each with its own process group, environment and log file."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PATIENCE = 30
"""Seconds a program has to save and end when asked to."""
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")
"""All of the caller's environment that a program sees: nobody's AWS profile or proxy changes what it does."""


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """Make a program's environment."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | dict(own)


class Child:
    """A running program."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        own: Mapping[str, str],
        *,
        folder: Path = ROOT,
        inherited: Sequence[int] = (),
    ) -> None:
        """Start it in `folder`. What it prints goes to `log`; `inherited` are file descriptors that stay open in it."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  # our own commands
                command,
                cwd=folder,
                env=environment(own),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to hand on, and a group can be ended as one
                pass_fds=inherited,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait for its end and return its exit code; whoever is interrupted ends it."""
        try:
            return self._process.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask it to end, wait, and end whatever is left of its group."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        end_group(self.pid)
        self._process.wait()


def end_group(leader: int) -> None:
    """End whatever is left of the group of a `Child`, whose process id it is."""
    with suppress(ProcessLookupError, PermissionError):  # an empty group is the former on Linux, the latter on macOS
        os.killpg(leader, signal.SIGKILL)
