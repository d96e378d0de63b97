"""Recorded traffic under another policy."""

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.decisions import Answered, Freed, Seen
from switchboard.policy import Priority
from switchboard.routing import Lane, Presence
from switchboard.whatif.figures import Waits, agent_rows, of_record, of_run, rows, spoken
from switchboard.whatif.model import Discipline, simulate
from switchboard.whatif.page import page
from switchboard.whatif.traffic import Effort, Job, Traffic, gather
from tests.decided import MONDAY, policy, traffic

NINE = MONDAY.replace(hour=9)
DAY = (MONDAY.replace(hour=0), MONDAY.replace(hour=0) + timedelta(days=1))
POLICY = policy()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def job(number: int, at: datetime, hold: float = 10, priority: Priority = Priority.NORMAL, thread: str = "") -> Job:
    return Job(
        thread=thread or f"acme-sms.c{number}",
        number=1,
        since=at,
        account="acme-sms",
        channel="sms",
        lane=Lane("support", (), priority),
        effort=Effort(minutes(hold / 2), minutes(hold)),
    )


def seen(agent_id: str, at: datetime = NINE, presence: Presence = Presence.ONLINE, units: int = 1) -> Seen:
    return Seen(agent_id=agent_id, at=at, presence=presence, queues=("support",), skills=(), units=units)


def of(jobs: list[Job], *shifts: Seen) -> Traffic:
    ordered = tuple(sorted(jobs, key=lambda one: one.since))
    return Traffic(since=DAY[0], until=DAY[1], jobs=ordered, shifts=shifts)


def assigned(made: Traffic, discipline: Discipline | None = None) -> list[tuple[str | None, float | None]]:
    """Per job in order of arrival: who got it, and after how many minutes."""
    run = simulate(made, POLICY, discipline=discipline)
    return [
        (one.agent_id, (one.assigned_at - one.job.since) / minutes(1) if one.assigned_at else None)
        for one in run.outcomes
    ]


def test_who_is_free_gets_it_at_once_and_the_next_waits_for_the_slot() -> None:
    assert assigned(of([job(1, NINE), job(2, NINE + minutes(1))], seen("ann"))) == [("ann", 0), ("ann", 9)]


def test_nobody_gets_what_comes_after_everybody_left() -> None:
    left = seen("ann", NINE + minutes(1), Presence.OFFLINE)
    assert assigned(of([job(1, NINE + minutes(2))], seen("ann"), left)) == [(None, None)]


def test_who_leaves_hands_on_what_they_have_not_answered() -> None:
    shifts = (seen("ann"), seen("bob", NINE + minutes(1)), seen("ann", NINE + minutes(2), Presence.OFFLINE))
    assert assigned(of([job(1, NINE)], *shifts)) == [("bob", 2)]


def test_who_leaves_after_the_answer_has_answered() -> None:
    shifts = (seen("ann"), seen("bob", NINE + minutes(1)), seen("ann", NINE + minutes(7), Presence.OFFLINE))
    assert assigned(of([job(1, NINE)], *shifts)) == [("ann", 0)]


def test_who_is_away_finishes_and_gets_nothing_new() -> None:
    shifts = (seen("ann"), seen("ann", NINE + minutes(1), Presence.AWAY))
    assert assigned(of([job(1, NINE), job(2, NINE + minutes(2))], *shifts)) == [("ann", 0), (None, None)]


def test_the_urgent_go_first_as_the_router_ranks_them() -> None:
    jobs = [job(1, NINE), job(2, NINE + minutes(1)), job(3, NINE + minutes(2), priority=Priority.URGENT)]
    assert assigned(of(jobs, seen("ann"))) == [("ann", 0), ("ann", 19), ("ann", 8)]


def test_what_was_raised_while_it_waited_is_raised_in_the_model() -> None:
    urgent = Lane("support", (), Priority.URGENT)
    raised = replace(job(3, NINE + minutes(2)), raises=((NINE + minutes(3), urgent),))
    assert assigned(of([job(1, NINE), job(2, NINE + minutes(1)), raised], seen("ann")))[2] == ("ann", 8)


def test_a_customer_who_comes_back_gets_the_agent_whom_they_know() -> None:
    shifts = [seen(f"a{n}", units=3) for n in range(5)]
    first, *_ = assigned(of([job(1, NINE, thread="t")], *shifts))
    again = [job(1, NINE, thread="t"), job(2, NINE + minutes(30), thread="t")]
    assert assigned(of(again, *shifts)) == [first, (first[0], 0)]


def test_a_sweep_only_gives_out_work_every_so_often() -> None:
    every = Discipline(every=minutes(15))
    assert assigned(of([job(1, NINE + minutes(1))], seen("ann")), every) == [("ann", 14)]


@settings(max_examples=25)
@given(
    waits=st.integers(1, 60),
    agents=st.integers(1, 5),
    load=st.floats(0.2, 1.5),
    seed=st.integers(0, 10**6),
    units=st.integers(1, 3),
)
def test_no_model_overfills_an_agent_loses_a_wait_or_answers_before_it_came(
    waits: int, agents: int, load: float, seed: int, units: int
) -> None:
    made = gather(traffic(waits, agents, load=load, seed=seed, units=units), *DAY)
    run = simulate(made, POLICY)
    assert len(run.outcomes) == waits
    events: Counter[tuple[str, datetime]] = Counter()
    for one in run.outcomes:
        if one.agent_id and one.assigned_at:
            assert one.assigned_at >= one.job.since
            events[one.agent_id, one.assigned_at] += 1
            events[one.agent_id, one.assigned_at + one.job.effort.hold] -= 1
    for agent in {agent for agent, _ in events}:
        held = 0
        for at in sorted(at for name, at in events if name == agent):
            held += events[agent, at]
            assert 0 <= held <= units
    assert all(run.busy[agent] <= run.present[agent] * (1 + 1e-9) for agent in run.present)


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_the_same_traffic_gives_the_same_run(seed: int) -> None:
    records = list(traffic(40, 3, seed=seed))
    runs = [simulate(gather(made, *DAY), POLICY) for made in (records, records[::-1])]
    assert [(one.agent_id, one.answered_at) for one in runs[0].outcomes] == [
        (one.agent_id, one.answered_at) for one in runs[1].outcomes
    ]


# -- traffic --------------------------------------------------------------------------------------


def test_a_job_takes_what_its_agent_took_for_it() -> None:
    made = gather(traffic(1, 1), *DAY)
    (one,) = made.jobs
    assert one.effort.answer == one.effort.hold / 2
    assert (one.agent_id, made.assumed) == ("agent00", 0)


def test_a_wait_without_an_answer_is_given_the_median_of_its_channel() -> None:
    records = list(traffic(9, 2))
    kept = [
        record for record in records if not (isinstance(record, Answered | Freed) and record.thread == "acme-sms.c4")
    ]
    made = gather(kept, *DAY)
    efforts = sorted(one.effort.hold for one in made.jobs if one.answered_at)
    (open_one,) = [one for one in made.jobs if one.answered_at is None]
    assert made.assumed == 1
    assert open_one.effort.hold == (efforts[3] + efforts[4]) / 2


def test_where_a_message_is_placed_anew_is_where_its_job_waits() -> None:
    made = gather(traffic(3, 1), *DAY, lambda _: Lane("support", (), Priority.LOW))
    assert {one.lane.priority for one in made.jobs} == {Priority.LOW}


# -- figures and the page -------------------------------------------------------------------------


def test_a_quantile_is_of_the_answered_and_a_miss_of_all() -> None:
    waits = Waits((60.0, 120.0, 600.0), unanswered=1, missed=2)
    assert (waits.quantile(0.5), waits.quantile(0.9), waits.missed_share) == (120.0, 600.0, 0.5)
    assert (Waits((), 0, 0).quantile(0.5), Waits((), 0, 0).missed_share) == (None, 0.0)


def test_who_still_waits_past_the_target_is_missed() -> None:
    made = of([job(1, NINE, priority=Priority.URGENT), job(2, NINE, priority=Priority.LOW)])
    found = of_run("m", simulate(made, POLICY), POLICY, DAY[1])
    assert found.waits[Priority.URGENT] == Waits((), 1, 1)
    assert found.waits[Priority.LOW].missed == 1  # eight hours of nine


@pytest.mark.parametrize(("seconds", "said"), [(None, "-"), (0, "0 s"), (59, "59 s"), (90, "1.5 min"), (7200, "2 h")])
def test_a_time_is_said_in_its_largest_unit(seconds: float | None, said: str) -> None:
    assert spoken(seconds) == said


def test_tables_name_each_class_once_with_its_runs_below_each_other() -> None:
    made = gather(traffic(80, 3), *DAY)
    columns = (of_record("as it was", made, POLICY), of_run("model", simulate(made, POLICY), POLICY, DAY[1]))
    table = rows(columns)
    assert [row[1] for row in table[1:]] == ["as it was", "model"] * 5
    assert [row[0] for row in table if row[0]] == ["urgent", "high", "normal", "low", "all"]
    assert [row[0] for row in agent_rows(columns)] == ["", "agent00", "agent01", "agent02"]


def test_the_page_stands_alone_in_light_and_dark_and_escapes_what_it_shows() -> None:
    made = gather(traffic(80, 3), *DAY)
    columns = (of_record("as <it> was", made, POLICY), of_run("model", simulate(made, POLICY), POLICY, DAY[1]))
    shown = page("What & if", ["a <note>"], columns)
    assert "<it>" not in shown
    assert "prefers-color-scheme: dark" in shown
    assert not re.search(r"https?://|<script|url\(|@import", shown)
    for drawn in re.findall(r"<svg.*?</svg>", shown, re.DOTALL):
        ET.fromstring(drawn)  # noqa: S314  # our own page


def test_the_page_of_an_empty_day_is_a_page() -> None:
    made = of([])
    shown = page(
        "What if", [], (of_record("as it was", made, POLICY), of_run("m", simulate(made, POLICY), POLICY, DAY[1]))
    )
    assert shown.endswith("</html>\n")


def test_a_placement_without_its_queue_open_waits_in_business_time() -> None:
    night = MONDAY.replace(hour=20)
    made = of([job(1, night)])
    assert of_run("m", simulate(made, POLICY), POLICY, DAY[1]).waits[Priority.NORMAL].missed == 0
