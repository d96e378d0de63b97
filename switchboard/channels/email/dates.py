"""When a mail says that it was written."""

from datetime import UTC, datetime
from email.utils import parsedate_tz

_LONGEST = 200


def read(value: str | None) -> datetime | None:
    """Return a Date header's instant in UTC; None for what is no date. A zone that is missing or unknown is UTC."""
    try:
        found = parsedate_tz((value or "")[:_LONGEST])
        if found is None:
            return None
        year, month, day, hour, minute, second = found[:6]
        instant = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).timestamp() - (found[9] or 0)
        return datetime.fromtimestamp(instant, UTC)
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        return None
