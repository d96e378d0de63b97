"""When a promise that is about to break is renewed: a while before, and never in the customer's night. Pure.

One that would fall into the night is made on the evening before, if at least half of the promised wait has passed by
then; earlier nobody could tell whether it is needed, and later it would be broken. Then there is none.
"""

from datetime import datetime, timedelta

from switchboard.hours import zone_info
from switchboard.policy import Renewal

SHARE_OF_SHORT = 4
"""Of a short promise the last quarter is left when it is renewed."""

_DAY = timedelta(days=1)


def renewal_at(told: datetime, promised: datetime, renewal: Renewal, zone: str) -> datetime | None:
    """Return when (UTC) a promise made at `told` is to be renewed, by the clock of a zone; None if never."""
    if not renewal.enabled or promised <= told:
        return None
    at = promised - min(renewal.before, (promised - told) / SHARE_OF_SHORT)
    if is_awake(at, renewal, zone):
        return at
    evening = _last_evening(at, renewal, zone)
    return evening if evening - told >= (promised - told) / 2 else None


def is_awake(at: datetime, renewal: Renewal, zone: str) -> bool:
    """Whether the policy lets customers be told something then."""
    local, awake = at.astimezone(zone_info(zone)), renewal.awake_interval
    return awake.start <= local.hour * 60 + local.minute < awake.end


def _last_evening(at: datetime, renewal: Renewal, zone: str) -> datetime:
    """The last minute before a night that an instant is in."""
    local = at.astimezone(zone_info(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if local.hour * 60 + local.minute < renewal.awake_interval.start:
        midnight -= _DAY
    return (midnight + timedelta(minutes=renewal.awake_interval.end - 1)).astimezone(at.tzinfo)
