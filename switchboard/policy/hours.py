"""When a queue is staffed: weekly intervals, dates that differ, and the holidays of a country or region."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from switchboard.hours import MINUTES_PER_DAY, Hours, Interval, zone_info
from switchboard.policy.values import Part

_FORM = r"^(\d\d):(\d\d)-(\d\d):(\d\d)$"


class Holidays(Part):
    """Whose public holidays are closed: computed when the file is read, and deployed as dates."""

    country: str = Field(min_length=2, description="ISO 3166, such as US or DE")
    region: str | None = Field(default=None, description="ISO 3166-2 without the country, such as NY or BY")
    open_on: tuple[str, ...] = Field(default=(), description="names of the holidays that are worked on")


def _checked(text: str) -> str:
    to_interval(text)
    return text


def to_interval(text: str) -> Interval:
    """Read an interval such as `09:00-17:30`; ValueError says what is wrong."""
    match = re.fullmatch(_FORM, text)
    if not match:
        raise ValueError(f"{text!r} is no interval: write it as 09:00-17:30")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    end = end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or end > MINUTES_PER_DAY:  # noqa: PLR2004  # minutes of an hour
        raise ValueError(f"{text!r} is no time of day: 00:00 to 24:00")
    return Interval(hour * 60 + minute, end)


def _known_zone(name: str) -> str:
    zone_info(name)
    return name


Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
OneInterval: TypeAlias = Annotated[
    str, AfterValidator(_checked), WithJsonSchema({"type": "string", "pattern": _FORM, "examples": ["09:00-17:30"]})
]
Intervals: TypeAlias = tuple[OneInterval, ...]


class HoursPolicy(Part):
    """When a queue is staffed: intervals such as `09:00-17:30` per weekday, and dates that differ."""

    zone: Annotated[str, AfterValidator(_known_zone)] = Field(description="IANA, such as America/New_York")
    weekly: Mapping[Weekday, Intervals]
    holidays: Holidays | None = None
    exceptions: Mapping[date, Intervals] = Field(
        default_factory=dict, description="dates with other intervals, [] for closed; they win over holidays"
    )
    names: Mapping[date, str] = Field(default_factory=dict, description="what the dates are called")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        self.to_hours()
        return self

    def to_hours(self) -> Hours:
        """The same as business time computes with."""
        return Hours(
            self.zone,
            tuple(_intervals(self.weekly.get(day, ())) for day in WEEKDAYS),
            {day: _intervals(intervals) for day, intervals in self.exceptions.items()},
        )


def _intervals(texts: Intervals) -> tuple[Interval, ...]:
    return tuple(to_interval(text) for text in texts)
