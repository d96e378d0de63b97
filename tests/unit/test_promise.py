import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.hours import Hours, Interval
from switchboard.promise import (
    BIN_COUNT,
    ENOUGH_SAMPLES,
    FIRST_BIN,
    PERIOD,
    TAU,
    Estimate,
    ResponseTimes,
    bin_of,
    count,
    estimate,
    landmark_of,
    landmarks_to_read,
    pool,
    promise,
    quantile,
    weight_at,
)

NOW = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)  # a Tuesday, 10:02 in New York
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NEW_YORK = Hours("America/New_York", ((Interval(540, 1070),),) * 5 + ((), ()))  # 9:00-17:50
EMPTY = ResponseTimes((0.0,) * BIN_COUNT, NOW)

responses = st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 100 * 86400)), max_size=40)


def counted(pairs: Iterable[tuple[float, datetime]]) -> list[ResponseTimes]:
    """What a table holds after each of these response times was added at its instant."""
    rows: dict[datetime, list[float]] = {}
    for seconds, at in pairs:
        response = count(seconds, at)
        rows.setdefault(response.landmark, [0.0] * BIN_COUNT)[response.bin] += response.weight
    return [ResponseTimes(tuple(weights), landmark) for landmark, weights in rows.items()]


def recent(*seconds: float) -> ResponseTimes:
    return pool(counted((each, NOW) for each in seconds), NOW)


@given(st.floats(0, 1e9))
def test_a_response_time_is_within_the_edges_of_its_bin(seconds: float) -> None:
    index = bin_of(seconds)
    lower = FIRST_BIN * 2 ** ((index - 1) / 4) if index else 0.0
    assert seconds >= lower
    assert index == BIN_COUNT - 1 or seconds < FIRST_BIN * 2 ** (index / 4)


@given(st.floats(-1e6, 1e9), st.floats(-1e6, 1e9))
def test_a_longer_response_is_never_in_a_lower_bin(one: float, other: float) -> None:
    assert bin_of(min(one, other)) <= bin_of(max(one, other))


def test_a_negative_response_time_from_clock_skew_counts_as_none() -> None:
    assert bin_of(-5.0) == bin_of(0.0) == 0


def test_a_response_weighs_e_times_more_each_tau() -> None:
    assert weight_at(NOW + TAU, NOW) == pytest.approx(math.e)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_weights_stay_small_for_a_century(at: datetime) -> None:
    landmark = landmark_of(at)
    assert landmark <= at < landmark + PERIOD
    assert 1 <= count(60.0, at).weight < 450_000


@given(responses, st.randoms())
def test_the_order_of_counting_does_not_matter(pairs: list[tuple[float, int]], random: Random) -> None:
    timed = [(seconds, NOW - timedelta(seconds=age)) for seconds, age in pairs]
    shuffled = list(timed)
    random.shuffle(shuffled)
    one, other = pool(counted(timed), NOW), pool(counted(shuffled), NOW)
    assert one.weights == pytest.approx(other.weights)


@given(responses)
def test_pooled_periods_weigh_each_response_by_its_age_alone(pairs: list[tuple[float, int]]) -> None:
    pooled = pool(counted((seconds, NOW - timedelta(seconds=age)) for seconds, age in pairs), NOW)
    assert sum(pooled.weights) == pytest.approx(sum(math.exp(-age / TAU.total_seconds()) for _, age in pairs))


def test_responses_before_and_after_a_landmark_are_pooled() -> None:
    landmark = landmark_of(NOW)
    rows = counted([(100.0, landmark - MINUTE), (100.0, landmark)])
    assert {row.landmark for row in rows} == set(landmarks_to_read(landmark + MINUTE))
    assert sum(pool(rows, landmark + MINUTE).weights) == pytest.approx(2.0, abs=0.001)


def test_what_is_older_than_the_periods_read_hardly_weighs() -> None:
    _, previous = landmarks_to_read(landmark_of(NOW))
    assert 1 / weight_at(landmark_of(NOW), previous) < 3e-6


def test_pooling_nothing_gives_an_empty_histogram() -> None:
    assert quantile(pool([], NOW), 0.9, NOW) == (None, 0.0)


def test_samples_decay_while_nothing_is_counted() -> None:
    _, samples = quantile(recent(*[300.0] * 20), 0.9, NOW + TAU)
    assert samples == pytest.approx(20 / math.e)


def test_the_quantile_is_linear_inside_a_bin() -> None:
    first = bin_of(0.0)
    weights = tuple(99.0 if index == first else 0.0 for index in range(BIN_COUNT))
    assert quantile(ResponseTimes(weights, NOW), 0.5, NOW)[0] == pytest.approx(60 * 50 / 99)


def test_few_samples_give_the_upper_end_of_the_slowest_bin() -> None:
    seconds, _ = quantile(recent(60.0, 70.0, 3600.0), 0.9, NOW)
    assert seconds == pytest.approx(FIRST_BIN * 2 ** (bin_of(3600.0) / 4))


@given(st.lists(st.floats(0, 1e6), min_size=10, max_size=100), st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_at_least_the_level_of_known_responses_stay_within_the_quantiles_bin(
    seconds: list[float], level: float
) -> None:
    bound, samples = quantile(recent(*seconds), level, NOW)
    assert bound is not None
    assert samples == pytest.approx(len(seconds))
    within = sum(bin_of(each) <= bin_of(bound) for each in seconds)
    assert within >= level * len(seconds) - 1e-6


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_a_higher_level_is_never_a_shorter_time(seconds: list[float]) -> None:
    times = recent(*seconds)
    bounds = [quantile(times, level / 20, NOW)[0] or 0.0 for level in range(1, 20)]
    assert bounds == sorted(bounds)


def test_the_target_stands_in_until_there_are_enough_samples() -> None:
    few = recent(*[300.0] * int(ENOUGH_SAMPLES - 1))
    assert estimate(few, 2 * HOUR, 0.9, NOW).business == 2 * HOUR
    assert estimate(EMPTY, 2 * HOUR, 0.9, NOW) == Estimate(2 * HOUR, 0.0)


def test_with_enough_samples_the_history_is_the_estimate() -> None:
    enough = recent(*[300.0] * 30)
    estimated = estimate(enough, 2 * HOUR, 0.9, NOW)
    assert timedelta(seconds=240) < estimated.business < timedelta(seconds=345)


def test_a_histogram_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="64 weights"):
        ResponseTimes((1.0,), NOW)


def promised(business: timedelta, now: datetime = NOW, hours: Hours = NEW_YORK) -> str:
    made = promise(Estimate(business, 0.0), hours, now)
    assert made is not None
    assert made.at.tzinfo is UTC
    return f"{made.at.astimezone(ZoneInfo(hours.zone)):%a %H:%M}"


def test_within_the_hour_a_promise_is_rounded_up_to_five_minutes() -> None:
    assert promised(31 * MINUTE) == "Tue 10:35"


def test_later_in_the_day_a_promise_is_rounded_up_to_half_an_hour() -> None:
    assert promised(2 * HOUR) == "Tue 12:30"


def test_on_another_day_a_promise_is_rounded_up_to_half_an_hour() -> None:
    assert promised(8 * HOUR) == "Wed 09:30"


def test_a_time_already_round_stays_as_it_is() -> None:
    assert promised(28 * MINUTE) == "Tue 10:30"
    assert promised(118 * MINUTE) == "Tue 12:00"


def test_rounding_does_not_pass_closing() -> None:
    assert promised(7 * HOUR + 35 * MINUTE) == "Tue 17:50"


def test_a_promise_for_the_closing_instant_is_the_closing_instant() -> None:
    assert promised(7 * HOUR + 48 * MINUTE) == "Tue 17:50"


def test_rounding_does_not_pass_a_lunch_break() -> None:
    hours = Hours("America/New_York", ((Interval(540, 740), Interval(745, 1020)),) * 7)  # closed 12:20-12:25
    assert promised(2 * HOUR + 10 * MINUTE, hours=hours) == "Tue 12:20"


def test_rounding_follows_the_wall_clock_of_a_zone_off_the_hour() -> None:
    assert promised(2 * HOUR, hours=Hours.always("Asia/Kathmandu")) == "Tue 23:00"  # 20:47 + 2 h = 22:47


def test_hours_that_never_open_again_give_no_promise() -> None:
    assert promise(Estimate(HOUR, 9.0), Hours("UTC", ((),) * 7, {date(2026, 1, 1): ()}), NOW) is None


@given(
    st.timedeltas(min_value=timedelta(seconds=1), max_value=20 * DAY),
    st.timedeltas(min_value=timedelta(), max_value=300 * DAY),
)
def test_a_promise_is_never_earlier_than_the_estimate_and_at_most_a_grain_later(
    business: timedelta, later: timedelta
) -> None:
    now = NOW + later
    made = promise(Estimate(business, 0.0), NEW_YORK, now)
    exact = NEW_YORK.after(now, business)
    assert made is not None
    assert exact is not None
    assert exact <= made.at < exact + 30 * MINUTE
    assert NEW_YORK.elapsed(exact, made.at) == made.at - exact  # none of what was added is closed time
