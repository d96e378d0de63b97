"""The sandbox's time: the machine's, and as much ahead as somebody has travelled.

How far is a file: the functions read it too (`switchboard.instant.system_clock`), and so does another process that
travels. So one sees in a minute what a customer is told on a Friday evening, and whether it was kept on Monday.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.double import write_whole
from switchboard.instant import seconds_ahead, to_millisecond

_FILE = "clock"


@dataclass(frozen=True, slots=True)
class Clock:
    """Call it for now (UTC). Without its file it is the machine's."""

    file: Path

    def __call__(self) -> datetime:
        return to_millisecond(datetime.now(UTC) + timedelta(seconds=seconds_ahead(self.file)))

    def travel(self, to: datetime) -> None:
        """Be at that time, from which it goes on as usual. What was written later than that lies in the future."""
        ahead = to - datetime.now(UTC)
        write_whole(self.file, str(ahead.total_seconds()))

    def come_back(self) -> None:
        """Show the machine's time again."""
        self.file.unlink(missing_ok=True)


def clock_of(directory: Path) -> Clock:
    """The clock of the sandbox that keeps its state there, whether it runs or not."""
    return Clock(directory.resolve() / _FILE)
