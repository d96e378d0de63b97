"""What waits in a queue as sums: read, moved, recounted, and seen by who has waited for a while."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.estimate.backlog import Backlog, Line, Place, line, moved, older, recounted
from switchboard.hours import Hours, timeline
from switchboard.policy import Priority

URGENT, HIGH, NORMAL, LOW = Priority
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TABLE = timeline(Hours.always(), NOW)
TARGETS = {URGENT: 3600.0, HIGH: 7200.0, NORMAL: 14400.0, LOW: 28800.0}
MINUTE = timedelta(minutes=1)

moves = st.lists(st.tuples(st.sampled_from(Priority), st.integers(0, 5000)), max_size=20)


def add(sums: dict[str, float], amounts: dict[str, float]) -> dict[str, float]:
    return {name: sums.get(name, 0.0) + amounts.get(name, 0.0) for name in {*sums, *amounts}}


def summed(*places: Place) -> dict[str, float]:
    sums: dict[str, float] = {}
    for place in places:
        for tally in moved(None, place):
            sums = add(sums, dict(tally.amounts))
    return sums


@given(moves, st.randoms(use_true_random=False))
def test_whatever_came_and_went_in_whatever_order_nothing_is_left(
    found: list[tuple[Priority, int]], chance: object
) -> None:
    places = [Place("support", priority, NOW - timedelta(seconds=age)) for priority, age in found]
    tallies = [tally for place in places for tally in (*moved(None, place), *moved(place, None))]
    chance.shuffle(tallies)  # type: ignore[attr-defined]  # a random.Random
    sums: dict[str, float] = {}
    for tally in tallies:
        sums = add(sums, dict(tally.amounts))
    assert all(amount == 0 for amount in sums.values())


def test_staying_adds_nothing() -> None:
    place = Place("support", NORMAL, NOW)
    assert moved(place, place) == ()


def test_the_first_in_an_even_line_has_waited_twice_the_average() -> None:
    sums = summed(*(Place("support", NORMAL, NOW - age * MINUTE) for age in (0, 10, 20, 30, 40)))
    assert line(sums, NORMAL).age(TABLE, NOW) == pytest.approx(2400)


def test_an_empty_line_has_no_age_and_a_negative_one_is_empty() -> None:
    assert Line().age(TABLE, NOW) == 0
    assert line({"waiting_normal": -1.0, "since_normal": -5.0}, NORMAL) == Line()


def test_a_conversation_leaves_itself_out_of_its_line() -> None:
    sums = summed(Place("support", NORMAL, NOW - 10 * MINUTE), Place("support", NORMAL, NOW))
    others = line(sums, NORMAL).without(NOW)
    assert (others.count, others.since) == (1, (NOW - 10 * MINUTE).timestamp())
    assert others.without(NOW) == Line()


def test_who_has_not_waited_sees_the_whole_backlog() -> None:
    backlog = Backlog(dict.fromkeys(Priority, 10.0), dict.fromkeys(Priority, 0.0), 0, 5)
    assert older(NORMAL, 0.0, backlog, TARGETS) == backlog


def test_who_has_waited_sees_those_who_are_older_relative_to_their_target() -> None:
    backlog = Backlog(dict.fromkeys(Priority, 10.0), dict.fromkeys(Priority, 7200.0), 0, 5)
    seen = older(NORMAL, 3600.0, backlog, TARGETS).waiting
    assert seen[URGENT] == 10, "the urgent overtake whatever waits"
    assert seen[HIGH] == pytest.approx(10 * (1 - 1800 / 7200))
    assert seen[NORMAL] == pytest.approx(5)
    assert seen[LOW] == pytest.approx(0)


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.sampled_from(Priority))
def test_the_longer_it_has_waited_the_less_is_ahead(one: float, other: float, priority: Priority) -> None:
    backlog = Backlog(dict.fromkeys(Priority, 10.0), dict.fromkeys(Priority, 20_000.0), 0, 5)
    less, more = (older(priority, age, backlog, TARGETS).waiting for age in sorted((one, other)))
    assert all(more[each] <= less[each] for each in Priority)


def test_a_difference_is_corrected_when_two_counts_agree_and_only_that_much() -> None:
    waiting = [NOW - 10 * MINUTE] * 3
    first = recounted("support", NORMAL, {}, waiting)
    assert first
    assert "waiting_normal" not in first.amounts
    sums = add(summed(Place("support", NORMAL, NOW - 10 * MINUTE)), dict(first.amounts))
    sums["since_normal"] = (NOW - 10 * MINUTE).timestamp()
    second = recounted("support", NORMAL, sums, waiting)
    assert second
    assert second.amounts["waiting_normal"] == 2
    assert line(add(sums, dict(second.amounts)), NORMAL).age(TABLE, NOW) == pytest.approx(1200)


@given(st.integers(-20, 20).filter(bool), st.integers(0, 20))
def test_a_lasting_difference_is_gone_after_two_counts(wrong: int, really: int) -> None:
    waiting = [NOW - MINUTE] * really
    sums = {"waiting_normal": float(really + wrong), "since_normal": (really + wrong) * NOW.timestamp()}
    for _ in range(2):
        tally = recounted("support", NORMAL, sums, waiting)
        assert tally
        sums = add(sums, dict(tally.amounts))
    assert sums["waiting_normal"] == really
    assert sums["since_normal"] == pytest.approx(sum(at.timestamp() for at in waiting))


def test_what_is_right_stays_as_it_is() -> None:
    assert recounted("support", NORMAL, summed(Place("support", NORMAL, NOW)), [NOW]) is None
