from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.estimate.capacity import Capacity, Duty, Shift, planned_capacity, usual_capacity
from switchboard.estimate.intake import growth
from switchboard.estimate.lessons import learned_at_arrival
from switchboard.estimate.memory import Memory
from switchboard.estimate.statistics import STAFFING, STAFFING_TAU, Staffing
from switchboard.hours import Hours, Interval, zone_info
from switchboard.policy import Priority

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MADRID = Hours("Europe/Madrid", ((Interval(540, 1080),),) * 5 + ((), ()))  # 9:00-18:00
START = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday

spans = st.tuples(st.integers(0, 100), st.integers(1, 50), st.integers(1, 9))


def madrid(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=zone_info("Europe/Madrid"))


def roster(shifts: Sequence[tuple[int, int, int]]) -> Capacity:
    return Capacity.of_shifts(
        Shift(START + begin * HOUR, START + (begin + length) * HOUR, slots) for begin, length, slots in shifts
    )


@given(st.lists(spans, max_size=10), st.integers(0, 160))
def test_a_rosters_slots_are_the_sum_of_its_shifts(shifts: list[tuple[int, int, int]], hour: int) -> None:
    there = sum(slots for begin, length, slots in shifts if begin <= hour < begin + length)
    assert roster(shifts).at((START + hour * HOUR).timestamp()) == there


@given(st.lists(spans, max_size=10), st.integers(0, 160), st.integers(0, 60))
def test_slot_seconds_and_comers_agree_with_looking_every_hour(
    shifts: list[tuple[int, int, int]], first: int, hours: int
) -> None:
    plan, begin, end = roster(shifts), START + first * HOUR, START + (first + hours) * HOUR
    worked, came = growth(plan, begin.timestamp(), end.timestamp())
    each_hour = [plan.at((begin + hour * HOUR).timestamp()) for hour in range(hours)]
    assert worked == pytest.approx(3600 * sum(each_hour))
    assert came == sum(slots for starts, _, slots in shifts if first < starts <= first + hours)


def seen(*glances: tuple[datetime, float], hours: Hours = MADRID) -> Staffing:
    memory = Memory()
    for at, online in glances:
        memory.add(learned_at_arrival("support", Priority.NORMAL, online, hours, at))
    now = max(at for at, _ in glances)
    return Staffing.of(memory.read("support", item, STAFFING_TAU, now) for item in STAFFING)


def level(plan: Capacity, at: datetime) -> float:
    return plan.at(at.timestamp())


def test_without_a_roster_each_hour_of_the_week_has_who_was_there_lately() -> None:
    glances = [
        (madrid(day, hour, minute), 8 if hour < 13 else 2)
        for day in (2, 9, 16)
        for hour in range(9, 18)
        for minute in range(0, 60, 2)
    ]
    plan = usual_capacity(MADRID, seen(*glances), madrid(20, 12))
    assert level(plan, madrid(23, 10)) == pytest.approx(8, abs=0.2)
    assert level(plan, madrid(23, 15)) == pytest.approx(2, abs=0.2)


def test_a_weekday_that_nobody_saw_begins_with_as_many_as_the_others() -> None:
    monday = [(madrid(23, hour, minute), 2 if hour < 10 else 8) for hour in range(9, 18) for minute in range(60)]
    plan = usual_capacity(MADRID, seen(*monday), madrid(23, 19))
    assert level(plan, madrid(24, 9)) == pytest.approx(2, abs=0.4)
    assert level(plan, madrid(24, 10)) == pytest.approx(8, abs=0.4)


def test_what_a_weekday_saw_counts_for_more_than_the_other_days() -> None:
    glances = [(madrid(day, 9, minute), 2 if day == 23 else 8) for day in (23, 24, 25) for minute in range(60)]
    plan = usual_capacity(MADRID, seen(*glances), madrid(25, 19))
    assert level(plan, madrid(30, 9)) == pytest.approx(2, abs=0.4)


def test_an_hour_of_the_week_that_nobody_saw_has_what_is_usual() -> None:
    plan = usual_capacity(MADRID, seen((madrid(23, 10), 6), (madrid(23, 11), 6)), madrid(23, 12))
    assert level(plan, madrid(26, 16)) == pytest.approx(6)


def test_nobody_is_expected_in_closed_time_whoever_was_there() -> None:
    plan = usual_capacity(MADRID, seen((madrid(23, 10), 6), (madrid(23, 20), 6)), madrid(23, 21))
    assert level(plan, madrid(23, 20)) == 0
    assert level(plan, madrid(28, 10)) == 0


def test_a_plan_from_experience_follows_exceptions_of_the_hours() -> None:
    holiday = Hours("Europe/Madrid", MADRID.weekly, {date(2026, 11, 25): (Interval(600, 720),)})
    plan = usual_capacity(holiday, seen((madrid(23, 10), 6), hours=holiday), madrid(23, 12))
    assert [level(plan, madrid(25, hour)) for hour in (9, 10, 11, 12)] == [0, 6, 6, 0]


def test_a_plan_from_experience_keeps_local_hours_when_clocks_change() -> None:
    before = [
        (datetime(2026, 10, 19, hour, 30, tzinfo=zone_info("Europe/Madrid")), 5 if hour == 9 else 1)
        for hour in range(9, 18)
    ]
    plan = usual_capacity(MADRID, seen(*before * 50), datetime(2026, 10, 24, tzinfo=UTC))
    monday = datetime(2026, 10, 26, 9, 30, tzinfo=zone_info("Europe/Madrid"))
    assert level(plan, monday) == pytest.approx(5, abs=0.3)
    assert level(plan, monday + HOUR) == pytest.approx(1, abs=0.3)


def test_the_team_comes_on_shift_at_opening_and_again_where_it_grows() -> None:
    glances = [(madrid(16, hour, minute), 4 if hour < 10 else 7) for hour in range(9, 18) for minute in range(60)]
    plan = usual_capacity(MADRID, seen(*glances), madrid(20, 12))
    assert plan.coming(madrid(23, 9).timestamp()) == pytest.approx(4, abs=0.2)
    assert plan.coming(madrid(23, 10).timestamp()) == pytest.approx(3, abs=0.2)


def test_as_long_as_nobody_was_seen_there_is_no_plan() -> None:
    assert usual_capacity(MADRID, seen((madrid(23, 10), 0)), madrid(23, 12)).is_empty


def test_a_plan_covers_a_fortnight_back_and_four_weeks_ahead() -> None:
    plan = usual_capacity(MADRID, seen((madrid(23, 10), 6)), madrid(25, 12))
    assert level(plan, madrid(25, 12) - 14 * DAY) > 0
    assert level(plan, madrid(25, 12) + 28 * DAY) > 0


MORNINGS = tuple(Duty(weekday, Interval(480, 720), 6) for weekday in range(7))
"""8:00-12:00, an hour of which is before opening."""


def test_a_weekly_roster_is_there_while_it_is_open() -> None:
    plan = planned_capacity(MADRID, MORNINGS, START)
    assert [level(plan, madrid(24, hour)) for hour in (8, 9, 11, 12, 15)] == [0, 6, 6, 0, 0]


def test_duties_at_the_same_time_add_up() -> None:
    plan = planned_capacity(MADRID, (*MORNINGS, Duty(1, Interval(600, 1440), 2)), START)
    assert [level(plan, madrid(24, hour)) for hour in (9, 11, 13, 19)] == [6, 8, 2, 0]


def test_on_a_closed_date_nobody_of_the_roster_is_there() -> None:
    hours = Hours("Europe/Madrid", MADRID.weekly, {date(2026, 11, 24): ()})
    plan = planned_capacity(hours, MORNINGS, START)
    assert [level(plan, madrid(day, 10)) for day in (23, 24, 25)] == [6, 0, 6]


def test_a_roster_keeps_local_hours_when_clocks_change() -> None:
    plan = planned_capacity(Hours.always("Europe/Madrid"), MORNINGS, datetime(2026, 10, 22, tzinfo=UTC))
    zone = zone_info("Europe/Madrid")
    for day in (23, 26):
        assert level(plan, datetime(2026, 10, day, 8, tzinfo=zone)) == 6
        assert level(plan, datetime(2026, 10, day, 7, 59, tzinfo=zone)) == 0
