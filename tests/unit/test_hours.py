from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.hours import Hours, Interval, timeline

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

NINE_TO_FIVE = (Interval(540, 1020),)
ALL_DAY = (Interval(0, 1440),)
WORKING_WEEK = (NINE_TO_FIVE,) * 5 + ((), ())
NEW_YORK = Hours("America/New_York", WORKING_WEEK, {date(2026, 11, 26): (), date(2026, 11, 28): (Interval(600, 720),)})

# Zones and a day on which each does something odd: clocks change at 02:00, at midnight (Santiago, Beirut), by half an
# hour (Lord Howe), one minute past midnight (St. John's), backwards in winter (Dublin); a date is skipped (Apia).
ODD_DAYS = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/St_Johns", date(2010, 3, 14)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Kiritimati", date(1994, 12, 31)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Europe/Dublin", date(2026, 10, 25)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]


def days_of_intervals() -> st.SearchStrategy[tuple[Interval, ...]]:
    bounds = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(sorted)
    return bounds.map(lambda edges: tuple(Interval(a, b) for a, b in list(pairwise(edges))[::2]))


@st.composite
def hours_around_odd_days(draw: st.DrawFn) -> tuple[Hours, datetime]:
    zone, day = draw(st.sampled_from(ODD_DAYS))
    weekly = tuple(draw(st.lists(days_of_intervals(), min_size=7, max_size=7)))
    near = st.integers(-3, 3).map(lambda days: day + days * DAY)
    exceptions = draw(st.dictionaries(near, days_of_intervals(), max_size=2))
    return Hours(zone, weekly, exceptions), datetime(day.year, day.month, day.day, tzinfo=UTC)


hours_and_days = hours_around_odd_days()
offsets = st.timedeltas(min_value=-4 * DAY, max_value=4 * DAY)


@given(hours_and_days, st.integers(-3 * 1440, 2 * 1440), st.integers(1, 1440))
@settings(max_examples=150, deadline=None)
def test_elapsed_agrees_with_asking_every_minute(
    hours_and_day: tuple[Hours, datetime], first: int, minutes: int
) -> None:
    hours, day = hours_and_day
    start = day + first * MINUTE
    open_minutes = sum(hours.is_open(start + n * MINUTE) for n in range(minutes))
    assert hours.elapsed(start, start + minutes * MINUTE) == open_minutes * MINUTE


@given(hours_and_days, st.tuples(offsets, offsets, offsets))
@settings(deadline=None)
def test_elapsed_adds_up_in_any_order_of_instants(
    hours_and_day: tuple[Hours, datetime], moves: tuple[timedelta, timedelta, timedelta]
) -> None:
    hours, day = hours_and_day
    a, b, c = (day + move for move in moves)
    assert hours.elapsed(a, b) + hours.elapsed(b, c) == hours.elapsed(a, c)


@given(hours_and_days, offsets, offsets)
@settings(deadline=None)
def test_elapsed_is_never_more_than_clock_time(
    hours_and_day: tuple[Hours, datetime], first: timedelta, second: timedelta
) -> None:
    hours, day = hours_and_day
    start, end = sorted((day + first, day + second))
    assert timedelta() <= hours.elapsed(start, end) <= end - start


@given(hours_and_days, offsets, st.timedeltas(min_value=timedelta(), max_value=5 * DAY))
@settings(deadline=None)
def test_after_is_the_inverse_of_elapsed(
    hours_and_day: tuple[Hours, datetime], move: timedelta, work: timedelta
) -> None:
    hours, day = hours_and_day
    start = day + move
    end = hours.after(start, work)
    if end is None:
        assert hours.elapsed(start, start + 731 * DAY) < work
    else:
        assert hours.elapsed(start, end) == work
        assert not work or hours.elapsed(start, end - timedelta(microseconds=1)) < work


@given(hours_and_days, offsets)
@settings(deadline=None)
def test_nothing_is_open_before_the_next_opening_nor_closed_before_the_next_closing(
    hours_and_day: tuple[Hours, datetime], move: timedelta
) -> None:
    hours, day = hours_and_day
    start = day + move
    opening, closing = hours.next_opening(start), hours.next_closing(start)
    if opening is not None:
        assert hours.is_open(opening)
        assert not hours.elapsed(start, opening)
    if closing is not None:
        assert not hours.is_open(closing)
        assert hours.elapsed(start, closing) == closing - start


@given(
    st.sampled_from(["UTC", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]),
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.timedeltas(min_value=timedelta(), max_value=60 * DAY),
)
def test_always_open_is_clock_time(zone: str, start: datetime, work: timedelta) -> None:
    always = Hours.always(zone)
    assert always.elapsed(start, start + work) == work
    assert always.after(start, work) == start + work
    assert always.next_opening(start) == start


def test_the_autumn_day_has_an_hour_more_and_the_spring_day_one_less() -> None:
    always_new_york = Hours("America/New_York", (ALL_DAY,) * 7)
    zone = ZoneInfo("America/New_York")
    autumn, spring = datetime(2026, 11, 1, tzinfo=zone), datetime(2026, 3, 8, tzinfo=zone)
    assert always_new_york.elapsed(autumn, autumn + DAY) == 25 * HOUR  # wall-clock arithmetic: midnight to midnight
    assert always_new_york.elapsed(spring, spring + DAY) == 23 * HOUR


def test_an_interval_inside_the_spring_gap_has_no_time() -> None:
    hours = Hours("America/New_York", ((Interval(120, 180),),) * 7)
    assert not hours.elapsed(datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC))


def test_an_interval_inside_the_autumn_fold_is_open_twice() -> None:
    hours = Hours("America/New_York", ((Interval(75, 90),),) * 7)
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert hours.elapsed(start, start + 6 * HOUR) == 30 * MINUTE
    assert hours.after(start, 20 * MINUTE) == datetime(2026, 11, 1, 6, 20, tzinfo=UTC)


def test_a_date_that_the_zone_skipped_has_no_business_time() -> None:
    hours = Hours("Pacific/Apia", ((),) * 7, {date(2011, 12, 30): ALL_DAY})
    start = datetime(2011, 12, 27, tzinfo=UTC)
    assert not hours.elapsed(start, start + 7 * DAY)
    assert hours.next_opening(start) is None


def test_a_half_hour_change_counts_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    autumn = datetime(2026, 4, 5, tzinfo=zone)
    assert Hours("Australia/Lord_Howe", (ALL_DAY,) * 7).elapsed(autumn, autumn + DAY) == 24 * HOUR + 30 * MINUTE


def test_a_closed_day_has_no_business_time() -> None:
    thanksgiving = datetime(2026, 11, 26, 5, tzinfo=UTC)
    assert not NEW_YORK.elapsed(thanksgiving, thanksgiving + DAY)


def test_an_exception_opens_a_day_that_is_closed_every_week() -> None:
    saturday = datetime(2026, 11, 28, 5, tzinfo=UTC)
    assert NEW_YORK.elapsed(saturday, saturday + DAY) == 2 * HOUR


def test_work_left_at_closing_goes_on_at_the_next_opening() -> None:
    wednesday_1630 = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)
    assert NEW_YORK.after(wednesday_1630, HOUR) == datetime(2026, 11, 27, 14, 30, tzinfo=UTC)


def test_work_that_ends_at_closing_ends_at_the_closing_instant() -> None:
    wednesday_1630 = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)
    assert NEW_YORK.after(wednesday_1630, 30 * MINUTE) == datetime(2026, 11, 25, 22, tzinfo=UTC)


def test_no_work_is_done_at_once_even_while_closed() -> None:
    sunday = datetime(2026, 11, 22, tzinfo=UTC)
    assert NEW_YORK.after(sunday, timedelta()) == sunday


def test_the_opening_instant_is_open_and_the_closing_instant_is_not() -> None:
    assert NEW_YORK.is_open(datetime(2026, 11, 25, 14, tzinfo=UTC))
    assert not NEW_YORK.is_open(datetime(2026, 11, 25, 22, tzinfo=UTC))


def test_hours_past_midnight_are_two_intervals_without_a_gap() -> None:
    night = Hours("Europe/Madrid", ((Interval(0, 360), Interval(1320, 1440)),) * 7)
    at = datetime(2026, 6, 1, 21, tzinfo=UTC)
    assert night.next_closing(at) == datetime(2026, 6, 2, 4, tzinfo=UTC)


def test_hours_that_never_open_have_no_time_after() -> None:
    never = Hours("UTC", ((),) * 7)
    assert never.after(datetime(2026, 1, 1, tzinfo=UTC), MINUTE) is None
    assert never.next_opening(datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_hours_that_never_close_have_no_next_closing() -> None:
    assert Hours.always().next_closing(datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_results_are_utc_whatever_zone_was_asked_in() -> None:
    asked = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    opening, closing, end = NEW_YORK.next_opening(asked), NEW_YORK.next_closing(asked), NEW_YORK.after(asked, HOUR)
    assert {at.tzinfo for at in (opening, closing, end) if at} == {UTC}


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (60, 60), (90, 60), (0, 1441)])
def test_an_interval_outside_a_day_or_empty_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="two intervals"):
        Interval(start, end)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America", "EST 5"])
def test_an_unknown_zone_is_refused_with_an_example(zone: str) -> None:
    with pytest.raises(ValueError, match="America/New_York"):
        Hours(zone, WORKING_WEEK)


def test_overlapping_intervals_are_refused_by_the_name_of_the_day() -> None:
    with pytest.raises(ValueError, match="Tuesday overlap"):
        Hours("UTC", ((), (Interval(0, 60), Interval(59, 90)), (), (), (), (), ()))


def test_overlapping_intervals_of_an_exception_are_refused_by_its_date() -> None:
    with pytest.raises(ValueError, match="2026-12-24 overlap"):
        Hours("UTC", WORKING_WEEK, {date(2026, 12, 24): (Interval(60, 90), Interval(0, 30))})


def test_a_week_of_six_days_is_refused() -> None:
    with pytest.raises(ValueError, match="give seven"):
        Hours("UTC", WORKING_WEEK[:6])


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        NEW_YORK.is_open(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive time is what is tested


def test_negative_work_is_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        NEW_YORK.after(datetime(2026, 1, 1, tzinfo=UTC), -MINUTE)


@given(hours_and_days, offsets, offsets)
@settings(deadline=None)
def test_a_timeline_agrees_with_elapsed(
    hours_and_day: tuple[Hours, datetime], first: timedelta, second: timedelta
) -> None:
    hours, day = hours_and_day
    table, start, end = timeline(hours, day), day + first, day + second
    passed = table.business(end.timestamp()) - table.business(start.timestamp())
    assert passed == pytest.approx(hours.elapsed(start, end).total_seconds(), abs=1e-5)


@given(hours_and_days, offsets, st.timedeltas(min_value=MINUTE, max_value=5 * DAY))
@settings(deadline=None)
def test_a_timeline_agrees_with_after_as_far_as_it_reaches(
    hours_and_day: tuple[Hours, datetime], move: timedelta, work: timedelta
) -> None:
    hours, day = hours_and_day
    table, start = timeline(hours, day), day + move
    at, end = table.clock(table.business(start.timestamp()) + work.total_seconds()), hours.after(start, work)
    if at is not None:
        assert end is not None
        assert at == pytest.approx(end.timestamp(), abs=1e-5)
    else:
        assert end is None or end > start + 7 * DAY


@given(hours_and_days, offsets)
@settings(deadline=None)
def test_a_timeline_closes_when_the_hours_do(hours_and_day: tuple[Hours, datetime], move: timedelta) -> None:
    hours, day = hours_and_day
    at = day + move
    closing, known = hours.next_closing(at), timeline(hours, day).closing(at.timestamp())
    assert known == (closing.timestamp() if closing and closing < day + 28 * DAY else timeline(hours, day).closes[-1])


@given(offsets)
def test_a_timeline_reaches_a_fortnight_back_and_four_weeks_ahead(move: timedelta) -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC) + move
    table = timeline(Hours.always(), at)
    assert table.opens[0] <= (at - 14 * DAY).timestamp()
    assert table.closes[-1] >= (at + 28 * DAY).timestamp()


def test_the_timeline_of_hours_that_never_open_is_empty() -> None:
    table = timeline(Hours("UTC", ((),) * 7), datetime(2026, 1, 1, tzinfo=UTC))
    assert table.business(0.0) == 0
    assert table.clock(1.0) is None
    assert table.closing(5.0) == 5


def test_equal_hours_share_a_timeline_and_others_with_the_same_week_do_not() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert timeline(Hours("Europe/Madrid", WORKING_WEEK), at) is timeline(Hours("Europe/Madrid", WORKING_WEEK), at)
    holiday = Hours("Europe/Madrid", WORKING_WEEK, {date(2026, 11, 24): ()})
    assert timeline(holiday, at) != timeline(Hours("Europe/Madrid", WORKING_WEEK), at)
