"""Points in time: always aware, UTC, to the millisecond, and text that sorts as time does."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import PlainSerializer


def to_text(at: datetime) -> str:
    """ISO 8601 in UTC, fixed width: `2026-11-21T21:37:49.120Z`. Sorting the text sorts the times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def to_millisecond(at: datetime) -> datetime:
    """The same instant as it survives storage."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def system_clock() -> datetime:
    """Now. The only place that asks the machine; everything else is told."""
    return to_millisecond(datetime.now(UTC))


Instant = Annotated[datetime, PlainSerializer(to_text, when_used="json")]
"""A datetime field that is stored as sortable text."""
