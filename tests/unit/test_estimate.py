import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.estimate.announcement import Bound, Knowledge, Remembered, announce
from switchboard.estimate.backlog import Backlog, ahead
from switchboard.estimate.capacity import Capacity, Shift
from switchboard.estimate.decay import Learned
from switchboard.estimate.intake import Intake, presence, turn
from switchboard.estimate.lessons import learned_at_arrival, learned_at_assignment, learned_at_reply
from switchboard.estimate.memory import Memory
from switchboard.estimate.statistics import (
    ARRIVALS,
    ARRIVALS_TAU,
    BIN_COUNT,
    CALIBRATION_TAU,
    PACE,
    PACE_TAU,
    PRIOR_PACE,
    PRIOR_REPLY,
    REPLIES,
    REPLIES_TAU,
    Calibration,
    Demand,
    Pace,
    Rates,
    ReplyTimes,
    bin_of,
    calibration,
    ratio,
    stretch,
)
from switchboard.hours import Hours, Interval, timeline, zone_info
from switchboard.policy import Priority

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROUNDING = timedelta(milliseconds=1)
URGENT, HIGH, NORMAL, LOW = Priority
TARGETS = {URGENT: HOUR, HIGH: 3 * HOUR, NORMAL: 9 * HOUR, LOW: 18 * HOUR}
SECONDS = {priority: target.total_seconds() for priority, target in TARGETS.items()}
MADRID = Hours("Europe/Madrid", ((Interval(540, 1080),),) * 5 + ((), ()))  # 9:00-18:00
NOTHING = Learned({}, None)
NO_RATES = Rates({}, {})
UNLEARNED = Knowledge(Pace.of(NOTHING), ReplyTimes.of(NOTHING), Demand.of(NOTHING), Calibration.of(NOTHING))
EMPTY = Backlog({}, {}, 0, 0)
NOBODY = Capacity((), (), ())


def madrid(day: int, clock: str) -> datetime:
    """A time in November 2026 on Madrid's clocks; the 23rd is a Monday."""
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}").replace(tzinfo=zone_info("Europe/Madrid"))


def working_days(slots: float, first: date = date(2026, 11, 23), days: int = 28) -> Capacity:
    """So many slots during Madrid's hours."""
    start = datetime.combine(first, datetime.min.time(), zone_info("Europe/Madrid"))
    return Capacity.of_shifts(
        Shift(opens, closes, slots) for opens, closes in MADRID.open_between(start - 14 * DAY, start + days * DAY)
    )


def told(
    now: datetime,
    backlog: Backlog = EMPTY,
    capacity: Capacity | None = None,
    knowledge: Knowledge = UNLEARNED,
    priority: Priority = NORMAL,
    hours: Hours = MADRID,
) -> Bound:
    plan = working_days(4) if capacity is None else capacity
    bound = announce(priority, "sms", backlog, plan, knowledge, TARGETS, hours, 0.9, now)
    assert bound is not None
    return bound


def waiting(count: int, online: float = 4, free: float = 0) -> Backlog:
    return Backlog({NORMAL: count}, {NORMAL: 600.0}, free, online)


# What is ahead of a message, and its turn


def test_a_message_for_whom_somebody_is_free_has_its_turn_at_once() -> None:
    now = madrid(23, "10:00")
    bound = told(now, waiting(0, free=1))
    assert bound.point == now + timedelta(seconds=PRIOR_REPLY)


def test_a_queue_is_taken_at_the_pace_of_its_slots() -> None:
    now = madrid(23, "10:00")
    bound = told(now, waiting(3))  # the fourth of four slots, each free after a pace
    assert bound.point == now + timedelta(seconds=PRIOR_PACE + PRIOR_REPLY)


def test_what_is_not_taken_today_waits_for_tomorrow() -> None:
    now = madrid(23, "17:50")
    bound = told(now, waiting(4, online=4))
    assert bound.point == madrid(24, "09:00") + timedelta(seconds=PRIOR_REPLY)  # four slots come, one message was taken


def test_who_comes_on_shift_takes_one_each_at_once() -> None:
    now = madrid(23, "07:00")
    assert told(now, waiting(3)).point == madrid(23, "09:00") + timedelta(seconds=PRIOR_REPLY)
    assert told(now, waiting(4)).point > madrid(23, "09:00") + timedelta(seconds=PRIOR_REPLY)


def test_a_change_of_shift_brings_free_slots_though_their_number_stays() -> None:
    noon, end = madrid(23, "12:00"), madrid(23, "18:00")
    shifts = [Shift(madrid(23, "09:00"), noon, 4), Shift(noon, end, 4)]
    bound = told(madrid(23, "11:59"), waiting(3), Capacity.of_shifts(shifts))
    assert bound.point == noon + timedelta(seconds=PRIOR_REPLY)


def test_half_the_team_takes_twice_as_long_until_closing() -> None:
    now = madrid(23, "10:00")
    bound = told(now, waiting(3, online=2))
    assert bound.point == now + timedelta(seconds=2 * PRIOR_PACE + PRIOR_REPLY)


def test_who_is_missing_today_is_expected_tomorrow() -> None:
    late = madrid(23, "17:59")
    assert told(late, waiting(3, online=0.5)).point == told(late, waiting(3, online=4)).point


@pytest.mark.parametrize(("online", "expected"), [(0.0, 0.15), (2.0, 0.5), (4.0, 1.0), (40.0, 1.3)])
def test_presence_is_bounded(online: float, expected: float) -> None:
    now = madrid(23, "10:00").timestamp()
    assert presence(working_days(4), online, now, now + 3600) == expected


def test_the_night_says_nothing_about_presence() -> None:
    now = madrid(23, "03:00").timestamp()
    assert presence(working_days(4), 0, now, now) == 1


def test_an_urgent_message_waits_for_urgent_ones_alone() -> None:
    many = Backlog({URGENT: 2, HIGH: 50, NORMAL: 50, LOW: 50}, dict.fromkeys(Priority, 9e4), 0, 4)
    assert ahead(URGENT, many, Rates(dict.fromkeys(Priority, 1.0), {}), SECONDS).after(1e4, 0) == 3


def test_urgent_messages_overtake_whoever_waits() -> None:
    rates = Rates({URGENT: 0.001}, {URGENT: 0.0001})
    assert ahead(LOW, EMPTY, rates, SECONDS).after(1000, 1000) == pytest.approx(1 + 1 + 0.1)


def test_a_nearer_target_overtakes_only_with_who_comes_early_in_the_wait() -> None:
    assert ahead(NORMAL, EMPTY, Rates({HIGH: 0.001}, {}), SECONDS).after(900, 0) == pytest.approx(1 + 0.9 * 2 / 3)


def test_messages_of_one_target_never_overtake_one_another() -> None:
    rates = Rates({NORMAL: 1.0}, {NORMAL: 1.0})
    assert ahead(NORMAL, waiting(5), rates, SECONDS).after(1e6, 1e6) == 6


def test_a_farther_target_is_ahead_as_long_as_it_is_older_by_its_measure() -> None:
    aged = ahead(NORMAL, Backlog({LOW: 10}, {LOW: 3600.0}, 0, 4), NO_RATES, SECONDS)
    assert [aged.after(waited, 0) for waited in (0, 1800, 3600, 7200)] == [11, 6, 1, 1]


def test_messages_that_came_this_very_night_are_not_older() -> None:
    assert ahead(NORMAL, Backlog({LOW: 10}, {LOW: 0.0}, 0, 4), NO_RATES, SECONDS).after(0, 0) == 1


# Properties

counts = st.fixed_dictionaries(dict.fromkeys(Priority, st.integers(0, 150)))
ages = st.fixed_dictionaries(dict.fromkeys(Priority, st.floats(0, 2e5)))
backlogs = st.builds(Backlog, counts, ages, st.floats(0, 5), st.floats(0, 30))
per_second = st.dictionaries(st.sampled_from(Priority), st.floats(0, 0.003))
instants = st.datetimes(datetime(2026, 10, 19), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
priorities = st.sampled_from(Priority)


@st.composite
def rosters(draw: st.DrawFn, least: int = 1) -> list[Shift]:
    days = st.integers(0, 12).map(lambda day: datetime(2026, 11, 20, tzinfo=UTC) + day * DAY)
    shifts = st.builds(
        lambda day, start, length, slots: Shift(day + start * HOUR, day + (start + length) * HOUR, slots),
        days,
        st.integers(0, 20),
        st.integers(1, 9),
        st.integers(1, 6),
    )
    return draw(st.lists(shifts, min_size=least, max_size=8))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[datetime, Backlog, list[Shift], Knowledge, Priority]:
    now = draw(instants)
    demand = Demand(draw(per_second), draw(per_second), now - draw(st.timedeltas(timedelta(), 30 * DAY)))
    grown = {key: value * 6e5 for key, value in demand.open.items()}
    knowledge = replace(UNLEARNED, demand=replace(demand, open=grown), pace=Pace(draw(st.floats(0, 1e6)), 100.0))
    return now, draw(backlogs), draw(rosters()), knowledge, draw(priorities)


world = worlds()
World = tuple[datetime, Backlog, list[Shift], Knowledge, Priority]


def no_later(one: Bound, other: Bound) -> bool:
    return one.point <= other.point + ROUNDING and one.at <= other.at + ROUNDING


@given(world, priorities, st.integers(1, 100))
@settings(deadline=None)
def test_more_waiting_is_never_an_earlier_bound(given_world: World, more: Priority, count: int) -> None:
    now, backlog, shifts, knowledge, priority = given_world
    longer = replace(backlog, waiting={**backlog.waiting, more: backlog.waiting[more] + count})
    plan = Capacity.of_shifts(shifts)
    assert no_later(told(now, backlog, plan, knowledge, priority), told(now, longer, plan, knowledge, priority))


@given(world, st.floats(0, 10), st.floats(0, 10))
@settings(deadline=None)
def test_more_agents_are_never_a_later_bound(given_world: World, online: float, free: float) -> None:
    now, backlog, shifts, knowledge, priority = given_world
    better = replace(backlog, online=backlog.online + online, free=backlog.free + free)
    plan = Capacity.of_shifts(shifts)
    assert no_later(told(now, better, plan, knowledge, priority), told(now, backlog, plan, knowledge, priority))


@given(world, rosters())
@settings(deadline=None)
def test_more_shifts_to_come_are_never_a_later_bound(given_world: World, more: list[Shift]) -> None:
    now, backlog, shifts, knowledge, priority = given_world
    coming = [shift for shift in more if shift.starts > now]
    fewer, many = Capacity.of_shifts(shifts), Capacity.of_shifts([*shifts, *coming])
    assert no_later(told(now, backlog, many, knowledge, priority), told(now, backlog, fewer, knowledge, priority))


@given(world, st.floats(0, 1e6))
@settings(deadline=None)
def test_slower_work_is_never_an_earlier_bound(given_world: World, seconds: float) -> None:
    now, backlog, shifts, knowledge, priority = given_world
    slower = replace(knowledge, pace=replace(knowledge.pace, slot_seconds=knowledge.pace.slot_seconds + seconds))
    plan = Capacity.of_shifts(shifts)
    assert no_later(told(now, backlog, plan, knowledge, priority), told(now, backlog, plan, slower, priority))


@given(world)
@settings(deadline=None)
def test_a_bound_is_open_or_closing_time_and_not_before_a_minute_of_work(given_world: World) -> None:
    now, backlog, shifts, knowledge, priority = given_world
    at = told(now, backlog, Capacity.of_shifts(shifts), knowledge, priority).at
    assert MADRID.is_open(at) or MADRID.is_open(at - ROUNDING)
    assert MADRID.elapsed(now, at) >= MINUTE - ROUNDING


@given(world, st.lists(st.floats(0, 1), max_size=5))
@settings(deadline=None)
def test_at_its_turn_a_message_is_reached_and_not_before(given_world: World, earlier: Sequence[float]) -> None:
    now, backlog, shifts, knowledge, priority = given_world
    table, since = timeline(MADRID, now), now.timestamp()
    before = ahead(priority, backlog, knowledge.demand.rates(45 / 168, now), SECONDS)
    intake = Intake(Capacity.of_shifts(shifts), since, knowledge.pace.seconds, 0.8, table.closing(since))
    at = turn(before, intake, table)

    def missing(instant: float) -> float:
        waited = table.business(instant) - table.business(since)
        return before.after(waited, instant - since - waited) - intake.by(instant)

    if at is not None and at > since:
        assert missing(at) < 1e-6 + 1e-9 * before.certain
        assert all(missing(since + share * (at - since)) > -1e-6 for share in earlier if share < 1)


# Calendars


@pytest.mark.parametrize("sunday", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_a_night_in_which_clocks_change_makes_no_difference_to_the_morning(sunday: datetime) -> None:
    friday = sunday.astimezone(zone_info("Europe/Madrid")).replace(hour=22) - 2 * DAY
    bound = told(friday, waiting(3), working_days(4, sunday.date()))
    monday = (friday + 3 * DAY).replace(hour=9, minute=0)
    assert bound.point == monday + timedelta(seconds=PRIOR_REPLY)


def test_a_holiday_is_no_working_day() -> None:
    closed = Hours("Europe/Madrid", MADRID.weekly, {date(2026, 11, 24): ()})
    shifts = [Shift(madrid(25, "09:00"), madrid(25, "18:00"), 4)]
    bound = told(madrid(23, "18:30"), waiting(0), Capacity.of_shifts(shifts), hours=closed)
    assert bound.point == madrid(25, "09:00") + timedelta(seconds=PRIOR_REPLY)


def test_hours_that_never_open_promise_nothing() -> None:
    never = Hours("UTC", ((),) * 7)
    assert (
        announce(NORMAL, "sms", waiting(3), working_days(4), UNLEARNED, TARGETS, never, 0.9, madrid(23, "10:00"))
        is None
    )


def test_hours_that_open_only_next_year_promise_next_year() -> None:
    season = Hours("Europe/Madrid", ((),) * 7, {date(2027, 6, 1): (Interval(540, 1080),)})
    assert told(madrid(23, "10:00"), waiting(3), hours=season).at.year == 2027


def test_a_backlog_beyond_all_plans_promises_no_earlier_than_their_end() -> None:
    now = madrid(23, "10:00")
    assert told(now, waiting(10**6)).point > now + 27 * DAY


def test_the_pace_learns_nothing_from_a_turn_that_the_plan_never_reaches() -> None:
    now, plan = madrid(23, "10:00"), working_days(4)
    hopeless = told(now, waiting(10**6), plan).remembered
    assert hopeless is not None
    assert learned_at_assignment("support", hopeless, now, plan, now + HOUR) == ()


def test_where_nobody_was_ever_seen_the_target_is_announced_and_nothing_learned_from_it() -> None:
    now = madrid(23, "10:00")
    assert told(now, waiting(3, online=0), NOBODY) == Bound(madrid(24, "10:00"), madrid(24, "10:00"), None)


def test_who_is_free_takes_it_also_where_nobody_is_planned() -> None:
    now = madrid(23, "10:00")
    assert told(now, waiting(0, online=1, free=1), NOBODY).point == now + timedelta(seconds=PRIOR_REPLY)


# Calibration


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_stretching_by_how_wrong_a_point_was_gives_what_came_true(actual: float, point: float) -> None:
    assert stretch(point, ratio(actual, point)) == pytest.approx(max(actual, 60.0), rel=1e-6, abs=1e-3)


@given(st.floats(-1.5, 2.5, exclude_min=True))
def test_a_log_ratio_is_within_the_edges_of_its_bin(wrong: float) -> None:
    assert -1.5 + (bin_of(wrong) - 1) * 0.125 < wrong <= -1.5 + bin_of(wrong) * 0.125


def learned(scores: Sequence[float], at: datetime) -> Calibration:
    weights = [0.0] * BIN_COUNT
    for score in scores:
        weights[bin_of(score)] += 1
    return Calibration(tuple(weights), at - 100 * DAY)


@given(st.lists(st.floats(-2, 3), min_size=20, max_size=200))
def test_nine_of_ten_of_what_was_learned_stay_within_the_bound(scores: list[float]) -> None:
    now = madrid(23, "10:00")
    factor = learned(scores, now).quantile(0.9, now)
    inside = sum(bin_of(score) <= bin_of(factor) for score in scores)
    assert inside >= 0.9 * len(scores) - 0.01


@given(st.lists(st.floats(-2, 3), max_size=50), st.floats(0.5, 0.97), st.floats(0.5, 0.97))
def test_a_higher_level_is_never_a_lower_quantile(scores: list[float], one: float, other: float) -> None:
    now = madrid(23, "10:00")
    known = learned(scores, now)
    assert known.quantile(min(one, other), now) <= known.quantile(max(one, other), now)


def test_without_experience_the_factor_is_the_priors() -> None:
    now = madrid(23, "10:00")
    assert Calibration.of(NOTHING).quantile(0.9, now) == pytest.approx(1.2816 * 0.7, abs=0.03)


def test_where_no_roster_plans_who_comes_a_lucky_first_day_counts_for_less() -> None:
    now, planned = madrid(23, "10:00"), working_days(4)
    lucky = Calibration(tuple(20.0 * (index == bin_of(-1.0)) for index in range(BIN_COUNT)), now)
    knowledge = replace(UNLEARNED, calibration=lucky)
    guessed = replace(planned, is_planned=False)
    assert told(now, waiting(3), guessed, knowledge).at > told(now, waiting(3), planned, knowledge).at


def test_the_prior_fades_like_what_was_learned() -> None:
    start = madrid(2, "10:00")
    certain = tuple(10.0 * (index == bin_of(0.0)) for index in range(BIN_COUNT))
    young, old = (Calibration(certain, start).quantile(0.9, start + age) for age in (timedelta(), 60 * DAY))
    assert old < 0.05 < young


def test_a_calibration_of_the_wrong_size_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="absent bins"):
        Calibration((1.0,), None)


# Learning


def test_arrivals_are_counted_in_open_and_in_closed_time_apart() -> None:
    memory = Memory()
    for at in (madrid(23, "10:00"), madrid(23, "10:00"), madrid(23, "20:00")):
        memory.add(learned_at_arrival("support", HIGH, 4, MADRID, at))
    demand = Demand.of(memory.read("support", ARRIVALS, ARRIVALS_TAU, madrid(23, "20:00")))
    assert demand.open[HIGH] == pytest.approx(2 * math.exp(-10 * HOUR / ARRIVALS_TAU))
    assert demand.closed[HIGH] == pytest.approx(1)


@pytest.mark.parametrize("days", [1, 7, 60])
def test_a_steady_rate_is_read_as_itself_from_the_first_day_on(days: int) -> None:
    memory, start = Memory(), madrid(2, "00:00").astimezone(UTC)
    always = Hours.always()
    for number in range(days * 24):
        memory.add(learned_at_arrival("support", NORMAL, 4, always, start + number * HOUR))
    now = start + days * DAY
    demand = Demand.of(memory.read("support", ARRIVALS, ARRIVALS_TAU, now))
    assert demand.rates(1.0, now).open[NORMAL] == pytest.approx(1 / 3600, rel=0.02)


def test_the_pace_is_the_slot_seconds_that_passed_per_message_that_was_ahead() -> None:
    now, plan = madrid(23, "10:00"), working_days(4)
    increments = learned_at_assignment("support", Remembered(8.0, 0.5, 0.0), now, plan, now + HOUR)
    memory = Memory()
    memory.add(increments)
    pace = Pace.of(memory.read("support", PACE, PACE_TAU, now + HOUR))
    assert pace.slot_seconds == pytest.approx(0.5 * 4 * 3600)
    assert pace.messages == pytest.approx(8)


def test_who_came_on_shift_took_theirs_without_a_pace() -> None:
    night, plan = madrid(23, "03:00"), working_days(4)
    assert learned_at_assignment("support", Remembered(4.5, 1.0, 0.0), night, plan, madrid(23, "09:00")) == ()


def test_a_message_that_was_taken_at_once_teaches_no_pace() -> None:
    now = madrid(23, "10:00")
    assert learned_at_assignment("support", Remembered(-2.0, 1.0, 0.0), now, working_days(4), now) == ()


def test_the_time_from_assignment_to_reply_is_learned_by_channel_in_business_time() -> None:
    memory, assigned, at = Memory(), madrid(23, "17:50"), madrid(24, "09:10")
    for _ in range(1000):
        memory.add(learned_at_reply("support", NORMAL, "sms", Remembered(1, 1, 600), assigned, assigned, MADRID, at))
    replies = ReplyTimes.of(memory.read("support", REPLIES, REPLIES_TAU, at))
    assert replies.mean("sms") == pytest.approx(1200, rel=0.01)
    assert replies.mean("email") == PRIOR_REPLY


def test_a_reply_teaches_its_priority_how_wrong_the_point_was_whatever_the_queue() -> None:
    memory, arrived, at = Memory(), madrid(23, "10:00"), madrid(23, "10:45")
    memory.add(learned_at_reply("support", LOW, "sms", Remembered(1, 1, 900), arrived, arrived, MADRID, at))
    weights = Calibration.of(memory.read(None, calibration(LOW), CALIBRATION_TAU, at)).weights
    assert weights[bin_of(math.log(2))] == pytest.approx(1)
    assert math.fsum(weights) == pytest.approx(1)


# A desk that serves in the order of arrival, from its first message on


def desk(random: Random, days: int, pace: float, slots: int = 5) -> list[tuple[datetime, bool]]:
    """When each message came, and whether the bound that it was told held."""
    memory, always, start = Memory(), Hours.always(), madrid(2, "00:00").astimezone(UTC)
    plan = Capacity.of_shifts([Shift(start - DAY, start + 365 * DAY, slots)])
    free_at = [start] * slots
    lessons: list[tuple[datetime, int, Bound, datetime, datetime]] = []
    pending: list[datetime] = []
    kept = []
    now, number = start, 0
    while now < start + days * DAY:
        now += timedelta(seconds=random.expovariate(0.9 * slots / pace))
        number += 1
        for replied, _, bound, arrived, assigned in sorted(each for each in lessons if each[0] <= now):
            if bound.remembered:
                memory.add(learned_at_assignment("q", bound.remembered, arrived, plan, assigned))
                memory.add(learned_at_reply("q", NORMAL, "sms", bound.remembered, arrived, assigned, always, replied))
        lessons = [each for each in lessons if each[0] > now]
        pending = [assigned for assigned in pending if assigned > now]
        memory.add(learned_at_arrival("q", NORMAL, slots, always, now))
        free = sum(at <= now for at in free_at)
        bound = told(now, waiting(len(pending), slots, free), plan, known(memory, now), hours=always)
        slot = min(range(slots), key=free_at.__getitem__)
        assigned = max(now, free_at[slot])
        replied = free_at[slot] = assigned + timedelta(seconds=random.expovariate(1 / pace))
        pending.append(assigned)
        lessons.append((replied, number, bound, now, assigned))
        kept.append((now, replied <= bound.at))
    return kept


def known(memory: Memory, now: datetime) -> Knowledge:
    return Knowledge(
        Pace.of(memory.read("q", PACE, PACE_TAU, now)),
        ReplyTimes.of(memory.read("q", REPLIES, REPLIES_TAU, now)),
        Demand.of(memory.read("q", ARRIVALS, ARRIVALS_TAU, now)),
        Calibration.of(memory.read(None, calibration(NORMAL), CALIBRATION_TAU, now)),
    )


@pytest.mark.parametrize("pace", [900.0, 2400.0, 4800.0])
def test_bounds_hold_from_the_first_message_on_though_the_prior_is_wrong(pace: float) -> None:
    kept = desk(Random(7), 4, pace)
    assert sum(held for _, held in kept) >= 0.85 * len(kept)


def test_with_experience_nine_of_ten_bounds_hold_and_hardly_more() -> None:
    kept = desk(Random(8), 24, 3600.0)
    later = [held for at, held in kept if at > kept[0][0] + 8 * DAY]
    assert 0.86 <= sum(later) / len(later) <= 0.95
