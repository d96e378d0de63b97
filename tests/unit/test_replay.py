"""Recorded decisions are the same when they are made again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.decisions import ASKED, unpack
from switchboard.replay import Replay, replay
from switchboard.routing import decide
from tests.decided import cases, decided


def test_ten_thousand_recorded_decisions_replay_without_a_difference() -> None:
    run = Replay()
    assert list(run.run(decided(case) for case in cases(10_000))) == []
    assert (run.same, run.different) == (10_000, 0)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_case_is_read_as_it_was_packed(seed: int) -> None:
    (case,) = cases(1, seed)
    assert unpack(decided(case).case) == case
    assert decide(unpack(decided(case).case)) == decide(case)


def test_another_order_is_a_difference() -> None:
    recorded = next(one for one in map(decided, cases(100)) if len(one.order) > 1)
    found = replay(replace(recorded, order=tuple(reversed(recorded.order))))
    assert found
    assert (found.about, found.replayed) == ("order", recorded.order)


def test_another_reason_is_a_difference() -> None:
    recorded = next(one for one in map(decided, cases(100)) if one.considered)
    (agent, _), *rest = recorded.considered
    found = replay(replace(recorded, considered=((agent, "is on the moon"), *rest)))
    assert found
    assert found.about == "considered"


def test_another_count_of_reasons_is_a_difference() -> None:
    recorded = next(one for one in map(decided, cases(100)) if one.others)
    found = replay(replace(recorded, others=()))
    assert found
    assert found.about == "others"


def test_who_asked_for_work_is_compared_with_nobody() -> None:
    case = next(one for one in cases(100) if decide(one).order)
    agent = next(agent for agent in case.candidates if agent.agent_id == decide(case).order[0])
    asked = decided(replace(case, candidates=(agent,)))
    assert replay(replace(asked, considered=((agent.agent_id, ASKED),))) is None


def test_differences_are_found_one_by_one_and_counted() -> None:
    recorded = [decided(case) for case in cases(20)]
    changed = [replace(one, order=("nobody",)) if n % 5 == 0 else one for n, one in enumerate(recorded)]
    run = Replay()
    found = run.run(changed)
    next(found)
    assert run.different == 1
    assert len(list(found)) == 3
    assert (run.same, run.different) == (16, 4)


def test_what_is_no_case_is_an_error() -> None:
    with pytest.raises(ValueError, match="JSON"):
        replay(replace(decided(next(cases(1))), case="?"))
