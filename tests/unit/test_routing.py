"""Which conversation is next and who gets it: order, objections, and a choice that replays."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.policy import Policy, Priority, load_policy
from switchboard.routing import Agent, Lane, Presence, Waiting, choose, may_take, objection, pressure, rank
from tests.world import ROOT

POLICY: Policy = load_policy(ROOT / "policy.yaml")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LANE = Lane("support", (), Priority.NORMAL)


def an_agent(agent_id: str = "ann", **changes: Any) -> Agent:
    defaults: dict[str, Any] = {
        "name": agent_id,
        "queues": ("support",),
        "skills": (),
        "units": 4,
        "free": 4,
        "presence": Presence.ONLINE,
    }
    return Agent(agent_id=agent_id, **{**defaults, **changes})


def waiting(hours: float, priority: Priority = Priority.NORMAL, queue: str = "support", name: str = "t") -> Waiting:
    return Waiting(thread=name, number=1, lane=Lane(queue, (), priority), since=NOW - timedelta(hours=hours))


# -- order ------------------------------------------------------------------------------------------


def test_the_urgent_lane_goes_first_however_young() -> None:
    old, urgent = waiting(40), waiting(0.01, Priority.URGENT)
    assert rank([old, urgent], POLICY, NOW) == [urgent, old]


def test_then_the_largest_share_of_the_target_goes_first() -> None:
    normal, high, low = waiting(1.9), waiting(1.1, Priority.HIGH), waiting(9, Priority.LOW)
    assert rank([normal, high, low], POLICY, NOW) == [low, high, normal]


def test_low_priority_is_not_starved() -> None:
    low, news = waiting(20, Priority.LOW), waiting(1, Priority.HIGH)
    assert rank([news, low], POLICY, NOW)[0] == low


def test_within_a_lane_first_come_is_first_served() -> None:
    heads = [waiting(hours) for hours in (1, 3, 2)]
    assert rank(heads, POLICY, NOW) == sorted(heads, key=lambda w: w.since)


def test_age_counts_business_time_only() -> None:
    sunday_noon = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    one = Waiting(thread="t", number=1, lane=Lane("returns", (), Priority.HIGH), since=sunday_noon)
    assert pressure(one, POLICY, NOW) == 1  # open since 08:00 in New York, and it is 10:00; the target is 2 h


# -- who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"presence": Presence.AWAY}, "is away"),
        ({"presence": Presence.OFFLINE}, "is offline"),
        ({"queues": ("returns",)}, "is not in the queue"),
        ({"skills": ("returns",)}, "lacks spanish"),
        ({"free": 1}, "has no free capacity"),
        ({"free": -1}, "has no free capacity"),
        ({"agent_id": "bob"}, "just let it lapse"),
    ],
)
def test_an_objection_says_why_not(changes: dict[str, Any], expected: str | None) -> None:
    fields = {"agent_id": "ann", "skills": ("returns", "spanish"), **changes}
    lane = Lane("support", ("returns", "spanish"), Priority.NORMAL)
    assert objection(an_agent(**fields), lane, 2, "bob") == expected


def test_a_lane_may_be_taken_by_who_has_its_queue_and_all_its_skills() -> None:
    agent = an_agent(skills=("returns",))
    assert may_take(agent, Lane("support", ("returns",), Priority.LOW))
    assert not may_take(agent, Lane("support", ("returns", "spanish"), Priority.LOW))
    assert not may_take(agent, Lane("returns", (), Priority.LOW))


# -- choice -----------------------------------------------------------------------------------------

TEAM = [an_agent(f"a{n}", free=n % 5, presence=Presence.AWAY if n == 7 else Presence.ONLINE) for n in range(12)]


@given(st.text(), st.permutations(TEAM), st.sampled_from([None, "a3", "a7", "gone"]))
def test_a_choice_replays_bit_for_bit(seed: str, team: list[Agent], last: str | None) -> None:
    assert choose(team, LANE, 1, last, None, seed) == choose(team, LANE, 1, last, None, seed)
    assert choose(team, LANE, 1, last, None, seed).agents == choose(TEAM, LANE, 1, last, None, seed).agents


def test_a_choice_is_the_same_in_every_release_of_python() -> None:
    chosen = choose(TEAM, LANE, 1, None, None, "a seed")
    assert [agent.agent_id for agent in chosen.agents] == ["a11", "a6", "a9", "a3", "a2", "a1", "a4", "a8"]


@given(st.text(), st.integers(0, 5))
def test_only_who_may_take_it_is_chosen_and_everybody_is_explained(seed: str, cost: int) -> None:
    choice = choose(TEAM, LANE, cost, None, "a4", seed)
    able = {agent.agent_id for agent in TEAM if objection(agent, LANE, cost, "a4") is None}
    assert {agent.agent_id for agent in choice.agents} == able
    assert [name for name, _ in choice.considered] == [agent.agent_id for agent in TEAM]
    assert all(reason for _, reason in choice.considered)


@given(st.text())
def test_the_customers_last_agent_goes_first_if_able(seed: str) -> None:
    choice = choose(TEAM, LANE, 1, "a1", None, seed)
    assert choice.agents[0].agent_id == "a1"
    assert ("a1", "spoke with the customer last") in choice.considered


@given(st.text())
def test_the_last_agent_is_not_first_after_letting_it_lapse(seed: str) -> None:
    choice = choose(TEAM, LANE, 1, "a1", "a1", seed)
    assert "a1" not in {agent.agent_id for agent in choice.agents}
    assert ("a1", "just let it lapse") in choice.considered


@given(st.text())
def test_of_two_drawn_the_less_loaded_goes_first(seed: str) -> None:
    first, second = choose(TEAM, LANE, 1, None, None, seed).agents[:2]
    assert first.free >= second.free


@given(st.text())
def test_of_two_equally_loaded_the_longest_idle_goes_first(seed: str) -> None:
    busy = an_agent("a", idle_since=NOW)
    idle = an_agent("b", idle_since=NOW - timedelta(minutes=1))
    assert choose([busy, idle], LANE, 1, None, None, seed).agents == (idle, busy)


@given(st.text())
def test_load_is_the_share_that_is_taken_not_the_number_of_units(seed: str) -> None:
    large, small = an_agent("a", units=10, free=5), an_agent("b", units=2, free=2)
    assert choose([large, small], LANE, 1, None, None, seed).agents[0] == small


def test_over_time_equal_agents_get_equal_shares() -> None:
    team = {f"a{n}": an_agent(f"a{n}") for n in range(4)}
    taken: Counter[str] = Counter()
    for turn in range(1000):
        first = choose(list(team.values()), LANE, 1, None, None, str(turn)).agents[0]
        taken[first.agent_id] += 1
        team[first.agent_id] = replace(first, idle_since=NOW + timedelta(seconds=turn))
    assert all(200 < count < 300 for count in taken.values())


def test_without_candidates_nobody_is_chosen() -> None:
    choice = choose([], LANE, 1, "ann", None, "s")
    assert (choice.agents, choice.considered) == ((), ())
