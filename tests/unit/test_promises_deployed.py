"""The parts of bench/promises_deployed.py that need no deployment."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bench.promises_deployed import measures
from bench.small_team import AGENTS, BODIES, arrivals, handling, instant, shifts
from switchboard.policy import load_policy
from tests.time_travel import policy, travelled
from tests.world import ROOT

OFFICE = load_policy(ROOT / "policy.yaml").hours_of("returns")


def test_a_seed_is_always_the_same_weeks_and_another_seed_others() -> None:
    assert arrivals(3, 1) == arrivals(3, 1) != arrivals(3, 2)
    assert handling("a", 1) == handling("a", 1) != handling("b", 1)


def test_messages_come_in_order_from_customers_of_their_own_within_the_days() -> None:
    found = arrivals(7, 1)
    assert all(before.at <= after.at for before, after in pairwise(found))
    assert len({one.sender for one in found}) == len(found)
    assert instant(0) <= found[0].at < found[-1].at < instant(7)


def test_a_week_has_some_hundreds_of_messages_of_each_kind_also_while_it_is_closed() -> None:
    found = arrivals(7, 1)
    assert 300 < len(found) < 450
    assert {one.body for one in found} == set(BODIES)
    assert not all(OFFICE.is_open(one.at) for one in found)


def test_the_team_is_there_when_it_is_open_and_somebody_always_is() -> None:
    week = shifts(7)
    assert {one.agent_id for one in week} == set(AGENTS)
    assert all(OFFICE.elapsed(one.begins, one.ends) == one.ends - one.begins for one in week)
    for opens, closes in OFFICE.open_between(instant(0), instant(7)):
        assert any(one.begins <= opens < one.ends for one in week)
        assert any(one.begins < closes <= one.ends for one in week)


def test_a_lease_is_seldom_outlasted() -> None:
    answers = [handling(str(number), 1)[0] for number in range(500)]
    assert 0 < sum(one > timedelta(minutes=10) for one in answers) < 50


def test_coverage_and_widths_are_of_the_first_promise_and_renewals_are_counted() -> None:
    known = [one.known for one in travelled() if one.journey.account == "hotline"]
    found = measures(known, policy().hours_of("hotline"))
    first = [one.answered_at <= one.expected.said for one in known if one.answered_at and one.expected]
    assert found["coverage, as said"] == pytest.approx(sum(first) / len(first), abs=0.001)
    assert found["answered"] == found["messages"] == len(known)
    assert found["renewed"] == found["renewed and kept"] == 1
    assert found["broken at last"] == 1
    assert found["width, h"] == pytest.approx(2.0, abs=0.2)


def test_nothing_measured_is_no_error() -> None:
    assert measures([], OFFICE)["coverage"] == 0
