"""Public holidays as dates, from the calendars of the package `holidays`. Only where people's files are read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from switchboard.errors import PolicyError
from switchboard.policy.hours import Holidays, HoursPolicy
from switchboard.policy.policy import Policy
from switchboard.policy.values import Where, refuse

_REMARK = re.compile(r"\s*[(\uff08].*[)\uff09]$")
_SHOWN = 40
"""Known names in a message: the longest list, of a country's holidays, is about as long."""


def with_holidays(policy: Policy, years: range) -> Policy:
    """Return the policy with the holidays that its hours name as closed dates; a date in the file stays as it is.

    Raises pydantic's `ValidationError` for an unknown country, region or name, `PolicyError` without the package.
    """
    wanted = {key: hours.holidays for key, hours in policy.hours.items() if hours.holidays}
    if not wanted:
        return policy
    found = {key: _calendar(holidays, ("hours", key, "holidays"), years) for key, holidays in wanted.items()}
    hours = {key: _closed(part, found.get(key, {})) for key, part in policy.hours.items()}
    return policy.model_copy(update={"hours": hours})


def _closed(hours: HoursPolicy, holidays: Mapping[date, str]) -> HoursPolicy:
    exceptions = {**dict.fromkeys(holidays, ()), **hours.exceptions}
    names = {**holidays, **hours.names}
    return hours.model_copy(
        update={"exceptions": dict(sorted(exceptions.items())), "names": dict(sorted(names.items()))}
    )


def _calendar(wanted: Holidays, where: Where, years: range) -> dict[date, str]:
    try:
        import holidays  # noqa: PLC0415  # the functions don't carry it, and a policy may do without
    except ImportError as error:
        remedy = "install requirements/dev.txt, or list the dates in exceptions"
        raise PolicyError(f"{'.'.join(map(str, where))} needs the Python package 'holidays': {remedy}") from error
    regions = holidays.list_supported_countries()
    refuse(_unknown_places(wanted, where, regions))
    spoken = holidays.country_holidays(wanted.country).default_language  # else the machine's locale would decide
    calendar = holidays.country_holidays(wanted.country, subdiv=wanted.region, years=years, language=spoken)
    days = dict(sorted(calendar.items()))
    refuse(_unknown_names(wanted, where, days.values()))
    return {day: name for day, name in days.items() if not _names(name) <= set(wanted.open_on)}


def _unknown_places(wanted: Holidays, where: Where, regions: Mapping[str, list[str]]) -> Iterator[tuple[Where, str]]:
    if wanted.country not in regions:
        yield (*where, "country"), f"{wanted.country!r} has no calendar: use a code of ISO 3166, such as US or DE"
    elif wanted.region is not None and wanted.region not in regions[wanted.country]:
        known = f"use one of {', '.join(regions[wanted.country])}" if regions[wanted.country] else "leave it out"
        yield (*where, "region"), f"{wanted.region!r} is no region of {wanted.country}: {known}"


def _unknown_names(wanted: Holidays, where: Where, names: Iterable[str]) -> Iterator[tuple[Where, str]]:
    known = dict.fromkeys(part for name in names for part in sorted(_names(name)))
    for position, name in enumerate(wanted.open_on):
        if name not in known:
            yield (
                (*where, "open_on", position),
                f"{name!r} is no holiday there: use one of {', '.join(list(known)[:_SHOWN])}",
            )


def _names(of_day: str) -> set[str]:
    """Of a date with several holidays all, without remarks such as "(observed)" and "(estimated)"."""
    return {_REMARK.sub("", name) for name in of_day.split("; ")}
