"""Points in time: always aware, UTC, to the millisecond, and text that sorts as time does."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import PlainSerializer


def to_text(at: datetime) -> str:
    """ISO 8601 in UTC, fixed width: `2026-11-21T21:37:49.120Z`. Sorting the text sorts the times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def to_millisecond(at: datetime) -> datetime:
    """The same instant as it survives storage."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def system_clock() -> datetime:
    """Now. The only place that asks the machine; everything else is told.

    In a sandbox, which can travel in time, the file that `CLOCK_FILE` names says by how many seconds it is ahead.
    """
    file = os.environ.get("CLOCK_FILE")
    return to_millisecond(datetime.now(UTC) + timedelta(seconds=seconds_ahead(Path(file)) if file else 0))


def seconds_ahead(file: Path) -> float:
    """How far a sandbox is ahead of the machine; it is not where nobody has written its file."""
    try:
        return float(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return 0


Instant = Annotated[datetime, PlainSerializer(to_text, when_used="json")]
"""A datetime field that is stored as sortable text."""
