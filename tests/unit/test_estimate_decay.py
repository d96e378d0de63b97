import math
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.estimate.decay import PERIOD, increment, landmark_of, landmarks_to_read, weight
from switchboard.estimate.memory import Memory

NOW = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)
TAU = timedelta(days=5)
DAY = timedelta(days=1)

ages = st.timedeltas(min_value=timedelta(), max_value=200 * DAY)
observations = st.lists(st.tuples(ages, st.floats(0, 1e5)), min_size=1, max_size=30)


def remembering(pairs: list[tuple[timedelta, float]]) -> Memory:
    memory = Memory()
    for age, amount in pairs:
        memory.add([increment("support", "pace", TAU, NOW - age, {"seconds": amount, "messages": 1.0})])
    return memory


@given(observations)
def test_decay_by_landmarks_is_decay_computed_directly(pairs: list[tuple[timedelta, float]]) -> None:
    read = set(landmarks_to_read(NOW))
    direct = math.fsum(amount * math.exp(-age / TAU) for age, amount in pairs if landmark_of(NOW - age) in read)
    assert remembering(pairs).read("support", "pace", TAU, NOW)["seconds"] == pytest.approx(direct, rel=1e-9)


@given(observations, st.randoms(use_true_random=False))
def test_additions_commute(pairs: list[tuple[timedelta, float]], random: Random) -> None:
    shuffled = random.sample(pairs, len(pairs))
    one, other = (remembering(each).read("support", "pace", TAU, NOW) for each in (pairs, shuffled))
    assert one["seconds"] == pytest.approx(other["seconds"], rel=1e-9)
    assert one["messages"] == pytest.approx(other["messages"], rel=1e-9)


def test_what_is_left_out_weighs_next_to_nothing() -> None:
    long_ago = remembering([(2 * PERIOD, 1e5)]).read("support", "pace", TAU, NOW)
    assert not long_ago["seconds"]
    assert weight(NOW - PERIOD, NOW, timedelta(days=10)) < 0.0002


def test_a_statistic_goes_on_where_a_period_ends() -> None:
    landmark = landmark_of(NOW)
    memory = Memory()
    for at in (landmark - DAY, landmark + DAY):
        memory.add([increment("support", "pace", TAU, at, {"messages": 1.0})])
    learned = memory.read("support", "pace", TAU, landmark + DAY)
    assert learned["messages"] == pytest.approx(1 + math.exp(-2 * DAY / TAU))
    assert learned.since == landmark - DAY


def test_queues_learn_apart() -> None:
    memory = Memory()
    memory.add([increment("billing", "pace", TAU, NOW, {"messages": 1.0})])
    assert memory.read("support", "pace", TAU, NOW).since is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_weights_fit_a_table_for_a_century(at: datetime) -> None:
    assert 1 <= weight(at, landmark_of(at), timedelta(days=2)) < 1e20
