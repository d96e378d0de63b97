"""How long the lowest class can wait under the router's rule, and what a simulated day says to it."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from bench.week import CLASSES, MONDAY, lowest_class, traffic
from bench.week_bound import capacity_of, discounted_load
from bench.week_plot import Spread, Way, draw
from switchboard.policy import Priority
from switchboard.whatif.model import Discipline, Outcome, simulate
from switchboard.whatif.traffic import Traffic
from tests.decided import policy

POLICY = policy()
TARGETS = POLICY.queues["support"].targets
SHARES = {priority: weight / sum(CLASSES.values()) for priority, weight in CLASSES.items()}


def a_day(load: float) -> Traffic:
    week, ends = traffic(load), MONDAY + timedelta(days=1)
    jobs = tuple(job for job in week.jobs if job.since < ends)
    return Traffic(since=MONDAY, until=ends, jobs=jobs, shifts=tuple(seen for seen in week.shifts if seen.at < ends))


def outcomes(load: float, discipline: Discipline | None = None) -> list[Outcome]:
    return simulate(a_day(load), POLICY, discipline=discipline).outcomes


@pytest.mark.parametrize("load", [0.8, 1.2])
def test_no_message_of_the_lowest_class_waits_longer_than_it_can(load: float) -> None:
    found = list(lowest_class(outcomes(load), POLICY, MONDAY + timedelta(days=1)))
    assert len(found) > 50
    assert any(one.waited > 0 for one in found)
    assert [one for one in found if one.waited > one.bound] == []


def test_the_bound_is_no_idle_one() -> None:
    """A day's waits are more than half of what could be."""
    found = list(lowest_class(outcomes(1.2), POLICY, MONDAY + timedelta(days=1)))
    assert sum(one.waited for one in found) > 0.5 * sum(one.bound for one in found)


def test_what_can_overtake_the_lowest_class_is_less_than_the_load() -> None:
    assert discounted_load(SHARES, TARGETS, 1.0) < 1 - SHARES[Priority.LOW]
    assert discounted_load(SHARES, TARGETS, 1.2) == pytest.approx(1.2 * discounted_load(SHARES, TARGETS, 1.0))


def test_capacity_is_told_by_time_and_time_by_capacity() -> None:
    capacity = capacity_of([(3600, 2), (3600, 4)])
    assert (capacity.at(1800), capacity.at(5400)) == (3600, 14400)
    assert (capacity.when(3600), capacity.when(14400)) == (1800, 5400)
    assert capacity.when(99999) == float("inf")


def test_a_picture_is_well_formed_and_names_the_bound() -> None:
    spread = Spread(half=0.5, most=2.0, longest=4.0, missed=0.25)
    ways = [Way(name, {"urgent": spread, "low": spread}, [(0, 0), (12, 40)]) for name in ("one & two", "three")]
    drawn = "".join(ET.fromstring(draw("A week", ways, 5.5)).itertext())  # noqa: S314  # our own
    assert "an agent within 5.5 h" in drawn
    assert "one & two" in drawn
