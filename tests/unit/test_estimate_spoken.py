from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.estimate.spoken import round_up
from switchboard.hours import Hours, Interval, zone_info

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MADRID = Hours("Europe/Madrid", ((Interval(540, 1080),),) * 5 + ((), ()), {date(2026, 12, 8): ()})  # 9:00-18:00
ODD = Hours("Asia/Kathmandu", ((Interval(485, 1070),),) * 6 + ((),))  # 8:05-17:50
LUNCH = Hours("America/New_York", ((Interval(540, 720), Interval(770, 1020)),) * 7)
NIGHT = Hours("Australia/Lord_Howe", ((Interval(0, 400), Interval(1200, 1440)),) * 7)
ALWAYS = Hours.always("America/St_Johns")

some_hours = st.sampled_from([MADRID, ODD, LUNCH, NIGHT, ALWAYS])
instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
work = st.timedeltas(min_value=MINUTE, max_value=8 * DAY)


def madrid(day: int, clock: str) -> datetime:
    """A time in November 2026 on Madrid's clocks; the 23rd is a Monday."""
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}").replace(tzinfo=zone_info("Europe/Madrid"))


def said(bound: datetime, now: datetime, hours: Hours = MADRID) -> str:
    spoken = round_up(bound, hours, now)
    if spoken.kind == "within":
        return f"within {spoken.minutes}"
    local = spoken.at.astimezone(zone_info(hours.zone))
    return f"date {spoken.day}" if spoken.kind == "date" else f"{spoken.kind} {local:%H:%M}"


@given(some_hours, instants, work)
@settings(deadline=None)
def test_what_is_said_is_never_earlier_than_the_bound(hours: Hours, now: datetime, wait: timedelta) -> None:
    bound = hours.after(now, wait)
    assert bound is not None
    assert round_up(bound, hours, now).at >= bound


@given(some_hours, instants, work)
@settings(deadline=None)
def test_what_is_said_is_never_in_closed_time(hours: Hours, now: datetime, wait: timedelta) -> None:
    bound = hours.after(now, wait)
    assert bound is not None
    at = round_up(bound, hours, now).at
    assert hours.is_open(at) or hours.is_open(at - timedelta(microseconds=1))


@given(some_hours, instants, work)
@settings(deadline=None)
def test_less_than_an_hour_of_business_time_is_added_unless_only_a_date_is_said(
    hours: Hours, now: datetime, wait: timedelta
) -> None:
    bound = hours.after(now, wait)
    assert bound is not None
    spoken = round_up(bound, hours, now)
    assert spoken.kind == "date" or hours.elapsed(bound, spoken.at) < timedelta(hours=1)


@given(some_hours, instants, work)
@settings(deadline=None)
def test_the_words_name_the_day_of_the_promise(hours: Hours, now: datetime, wait: timedelta) -> None:
    bound = hours.after(now, wait)
    assert bound is not None
    spoken = round_up(bound, hours, now)
    ahead = (spoken.day - now.astimezone(zone_info(hours.zone)).date()).days
    assert {"today": ahead == 0, "tomorrow": ahead == 1, "weekday": 2 <= ahead <= 7}.get(spoken.kind, True)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("10:00:30", "within 5"),
        ("10:21", "within 25"),
        ("10:30", "within 30"),
        ("10:31", "today 10:45"),
        ("11:50", "today 12:00"),
        ("12:40", "today 13:00"),
        ("16:10", "today 16:30"),
        ("17:20", "today 17:30"),
        ("17:31", "today 18:00"),
    ],
)
def test_the_grain_is_coarser_the_farther_the_bound(bound: str, expected: str) -> None:
    assert said(madrid(23, bound), madrid(23, "10:00")) == expected


def test_the_last_half_hour_is_said_as_the_closing_time() -> None:
    assert said(madrid(23, "17:35"), madrid(23, "16:40")) == "today 18:00"


def test_a_few_minutes_stay_a_few_minutes_right_before_closing() -> None:
    assert said(madrid(23, "17:49"), madrid(23, "17:41")) == "within 10"


def test_minutes_are_not_counted_past_the_closing_time() -> None:
    assert said(madrid(23, "17:58"), madrid(23, "17:56")) == "today 18:00"


def test_what_is_due_after_the_closing_time_is_said_to_the_half_hour() -> None:
    assert said(madrid(24, "09:05"), madrid(23, "17:56")) == "tomorrow 09:30"


def test_a_night_is_no_minutes() -> None:
    assert said(madrid(24, "09:01"), madrid(24, "08:50")) == "today 09:30"


def test_over_the_weekend_the_weekday_is_said() -> None:
    assert said(madrid(30, "10:20"), madrid(27, "17:00")) == "weekday 10:30"


def test_more_than_three_open_days_ahead_only_the_date_is_said_and_means_its_end() -> None:
    spoken = round_up(madrid(27, "11:00"), MADRID, madrid(23, "10:00"))
    assert (spoken.kind, spoken.day, spoken.at) == ("date", date(2026, 11, 27), madrid(27, "18:00"))


def test_a_week_ahead_the_weekday_would_mislead() -> None:
    holidays = Hours("Europe/Madrid", MADRID.weekly, {date(2026, 11, day): () for day in (24, 25, 26, 27)})
    assert said(madrid(30, "11:00"), madrid(23, "17:00"), holidays) == "date 2026-11-30"


def test_a_date_whose_hours_end_at_midnight_is_still_that_date() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    spoken = round_up(now + 6 * DAY, ALWAYS, now)
    assert (spoken.kind, spoken.day) == ("date", date(2026, 11, 29))
