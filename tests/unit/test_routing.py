"""Which conversation is next and who gets it: order, objections, and a choice that replays."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.decisions import pack, unpack
from switchboard.policy import Policy, Priority, load_policy
from switchboard.routing import (
    DRAWN,
    DRAWN_OF_FEW,
    SMALL_TEAM,
    Agent,
    Case,
    Lane,
    Presence,
    Terms,
    Waiting,
    decide,
    may_take,
    objection,
    pressure,
    rank,
)
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


@given(st.data())
def test_the_order_is_total_and_the_same_however_the_heads_are_listed(data: st.DataObject) -> None:
    heads = data.draw(
        st.lists(
            st.builds(
                waiting,
                st.sampled_from([0, 0.5, 1, 2, 8]),
                st.sampled_from(Priority),
                st.sampled_from(["support", "returns"]),
                st.sampled_from("abcdefgh"),
            ),
            unique_by=lambda one: one.thread,
        )
    )
    ranked = rank(heads, POLICY, NOW)
    assert rank(data.draw(st.permutations(heads)), POLICY, NOW) == ranked


@given(st.lists(st.integers(0, 600), min_size=2, max_size=8, unique=True), st.integers(0, 600))
def test_as_time_passes_nobody_overtakes_within_a_priority(ages: list[int], later: int) -> None:
    heads = [waiting(age / 60, name=str(age)) for age in ages]
    assert rank(heads, POLICY, NOW) == rank(heads, POLICY, NOW + timedelta(minutes=later))


@given(st.sampled_from(Priority), st.sampled_from(Priority), st.floats(0.1, 20))
def test_being_raised_never_costs_a_place(before: Priority, after: Priority, hours: float) -> None:
    first, second = sorted((before, after), key=list(Priority).index)
    others = [waiting(h, p, name=f"{p}{h}") for h in (0.2, 1, 4, 16) for p in Priority]
    place = [
        rank([*others, one], POLICY, NOW).index(one)
        for one in (waiting(hours, first, name="me"), waiting(hours, second, name="me"))
    ]
    assert place[0] <= place[1]


def longest_waits(share: dict[Priority, float], load: float, hours: int) -> dict[Priority, float]:
    """Serve a line one by one, which gets `load` times what can be served; the longest wait in hours, by priority."""
    step, credit, start = timedelta(minutes=1), dict.fromkeys(Priority, 0.0), NOW
    lanes: dict[Priority, deque[Waiting]] = {priority: deque() for priority in Priority}
    longest = dict.fromkeys(Priority, 0.0)
    for minute in range(hours * 60):
        now = start + minute * step
        for priority, part in share.items():
            credit[priority] += load * part
            while credit[priority] >= 1:
                credit[priority] -= 1
                lanes[priority].append(
                    Waiting(thread=f"{minute}", number=1, lane=Lane("support", (), priority), since=now)
                )
        ranked = rank((lane[0] for lane in lanes.values() if lane), POLICY, now)
        if ranked:
            lanes[ranked[0].lane.priority].popleft()
        for priority, lane in lanes.items():
            if lane:
                longest[priority] = max(longest[priority], (now - lane[0].since) / timedelta(hours=1))
    return longest


def test_in_an_overload_no_priority_starves_and_all_are_late_by_the_same_share_of_their_target() -> None:
    share = {Priority.URGENT: 0.05, Priority.HIGH: 0.25, Priority.NORMAL: 0.5, Priority.LOW: 0.2}
    longest = longest_waits(share, load=1.5, hours=48)
    late = {p: longest[p] / (POLICY.target("support", p) / timedelta(hours=1)) for p in Priority}
    assert late[Priority.URGENT] <= 1
    behind = [late[p] for p in (Priority.HIGH, Priority.NORMAL, Priority.LOW)]
    assert max(behind) <= 1.25 * min(behind)
    assert longest[Priority.LOW] < 48


@given(st.floats(1.05, 2), st.floats(0.05, 0.6))
def test_the_lowest_priority_is_never_later_than_the_highest_by_its_own_target(load: float, high: float) -> None:
    """Strict priority would let it wait for ever as soon as the higher ones fill the day."""
    longest = longest_waits({Priority.HIGH: high, Priority.LOW: 1 - high}, load, hours=24)
    targets = [POLICY.target("support", p) / timedelta(hours=1) for p in (Priority.HIGH, Priority.LOW)]
    high_late, low_late = longest[Priority.HIGH] / targets[0], longest[Priority.LOW] / targets[1]
    assert low_late <= high_late + 0.1


# -- who may ----------------------------------------------------------------------------------------

TERMS = Terms(queues=("support",), skills=(), cost=1)
TEAM = [an_agent(f"a{n}", free=n % 5, presence=Presence.AWAY if n == 7 else Presence.ONLINE) for n in range(12)]


def a_case(candidates: Sequence[Agent], seed: str = "s", *, terms: Terms = TERMS, **changes: Any) -> Case:
    defaults: dict[str, Any] = {
        "thread": "acme-sms.c1",
        "number": 1,
        "lane": LANE,
        "channel": "sms",
        "waiting_since": NOW,
        "at": NOW,
        "policy": "p",
        "team": SMALL_TEAM,
    }
    return Case(seed=seed, terms=terms, candidates=tuple(candidates), **{**defaults, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"skills": ("returns", "spanish:4")}, None),
        ({"queues": ("billing",)}, None),
        ({"held": {"sms": 2, "email": 9}}, None),
        ({"presence": Presence.AWAY}, "is away"),
        ({"presence": Presence.OFFLINE}, "is offline"),
        ({"queues": ("returns",)}, "is not in the queue"),
        ({"skills": ("returns", "spanish:2")}, "lacks spanish:3"),
        ({"free": 1}, "has no free capacity"),
        ({"free": -1}, "has no free capacity"),
        ({"held": {"sms": 3}}, "has as many of sms as one may"),
        ({"agent_id": "bob"}, "just let it lapse"),
    ],
)
def test_an_objection_says_why_not(changes: dict[str, Any], expected: str | None) -> None:
    agent = an_agent(**{"agent_id": "ann", "skills": ("returns", "spanish:3"), **changes})
    terms = Terms(queues=("support", "billing"), skills=("returns", "spanish:3"), cost=2, cap=3)
    assert objection(agent, a_case([agent], terms=terms, passed_over="bob")) == expected


def test_what_waits_may_be_taken_by_who_has_one_of_its_queues_and_all_that_is_asked() -> None:
    agent = an_agent(skills=("returns",))
    assert may_take(agent, ("support",), ("returns",))
    assert may_take(agent, ("billing", "support"), ())
    assert not may_take(agent, ("support",), ("returns", "spanish"))
    assert not may_take(agent, ("returns",), ())


# -- choice -----------------------------------------------------------------------------------------


@given(st.text(), st.permutations(TEAM), st.sampled_from([None, "a3", "a7", "gone"]))
def test_a_recorded_case_replays_bit_for_bit(seed: str, team: list[Agent], last: str | None) -> None:
    case = a_case(team, seed, last_agent=last, last_agent_at=NOW)
    assert decide(unpack(pack(case))) == decide(case)
    assert decide(case).order == decide(a_case(TEAM, seed, last_agent=last, last_agent_at=NOW)).order


def test_a_choice_is_the_same_in_every_release_of_python() -> None:
    assert decide(a_case(TEAM, "a seed")).order == ("a11", "a6", "a9", "a3", "a2", "a1", "a4", "a8")


@given(st.text(), st.integers(1, 5))
def test_only_who_may_take_it_is_chosen_and_everybody_is_explained(seed: str, cost: int) -> None:
    case = a_case(TEAM, seed, terms=replace(TERMS, cost=cost), passed_over="a4")
    choice = decide(case)
    assert set(choice.order) == {agent.agent_id for agent in TEAM if objection(agent, case) is None}
    assert [name for name, _ in choice.considered] == [agent.agent_id for agent in TEAM]
    assert all(reason for _, reason in choice.considered)


@given(st.text())
def test_the_customers_last_agent_goes_first_if_able(seed: str) -> None:
    choice = decide(a_case(TEAM, seed, last_agent="a1"))
    assert choice.order[0] == "a1"
    assert ("a1", "spoke with the customer last") in choice.considered


@pytest.mark.parametrize(("hours", "sticks"), [(0, True), (2, True), (2.01, False)])
def test_the_last_agent_goes_first_for_a_while_only(hours: float, sticks: bool) -> None:  # noqa: FBT001  # a parameter of the table
    terms = replace(TERMS, sticky=timedelta(hours=2))
    at = NOW - timedelta(hours=hours)
    choices = [decide(a_case(TEAM, str(n), terms=terms, last_agent="a1", last_agent_at=at)) for n in range(20)]
    assert all(choice.order[0] == "a1" for choice in choices) == sticks


@given(st.text())
def test_the_last_agent_is_not_first_after_letting_it_lapse(seed: str) -> None:
    choice = decide(a_case(TEAM, seed, last_agent="a1", passed_over="a1"))
    assert "a1" not in choice.order
    assert ("a1", "just let it lapse") in choice.considered


@given(st.text(), st.sampled_from([(SMALL_TEAM, DRAWN), (SMALL_TEAM - 1, DRAWN_OF_FEW)]))
def test_of_two_drawn_and_three_in_a_small_team_the_least_loaded_goes_first(seed: str, team: tuple[int, int]) -> None:
    size, drawn = team
    choice = decide(a_case(TEAM, seed, team=size))
    free = {agent.agent_id: agent.free for agent in TEAM}
    assert sum(reason.startswith("drawn") for _, reason in choice.considered) == drawn
    assert [free[name] for name in choice.order[:drawn]] == sorted(
        (free[n] for n in choice.order[:drawn]), reverse=True
    )


@given(st.text())
def test_of_two_equally_loaded_the_longest_idle_goes_first(seed: str) -> None:
    busy = an_agent("a", idle_since=NOW)
    idle = an_agent("b", idle_since=NOW - timedelta(minutes=1))
    assert decide(a_case([busy, idle], seed)).order == ("b", "a")


@given(st.text())
def test_load_is_the_share_that_is_taken_not_the_number_of_units(seed: str) -> None:
    large, small = an_agent("a", units=10, free=5), an_agent("b", units=2, free=2)
    assert decide(a_case([large, small], seed)).order[0] == "b"


def test_over_time_equal_agents_get_equal_shares() -> None:
    team = {f"a{n}": an_agent(f"a{n}") for n in range(4)}
    taken: Counter[str] = Counter()
    for turn in range(1000):
        first = decide(a_case(list(team.values()), str(turn))).order[0]
        taken[first] += 1
        team[first] = replace(team[first], idle_since=NOW + timedelta(seconds=turn))
    assert all(200 < count < 300 for count in taken.values())


def test_without_candidates_nobody_is_chosen() -> None:
    choice = decide(a_case([], last_agent="ann"))
    assert (choice.order, choice.considered) == ((), ())
