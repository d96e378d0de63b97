from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bench import promise_estimator, report
from bench.promise_estimator import MONDAY, Switchboard, hours_of, instant, make, plan_of
from bench.report import Points, save_points
from switchboard.hours import Interval

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass
class Calendar:
    """Open on Monday from 9:00 to 18:00 and on Saturday from 10:00 to 14:00, in the simulator's corners."""

    T: list[float] = field(default_factory=lambda: [0.0, 9 * HOUR, 18 * HOUR, 5 * DAY + 10 * HOUR, 5 * DAY + 14 * HOUR])
    B: list[float] = field(default_factory=lambda: [0.0, 0.0, 9 * HOUR, 9 * HOUR, 13 * HOUR])


@dataclass
class Plan:
    T: list[float] = field(default_factory=lambda: [0.0, 9 * HOUR, 18 * HOUR])
    S: list[float] = field(default_factory=lambda: [0.0, 5.0, 0.0])
    Ia: list[float] = field(default_factory=lambda: [0.0, 5.0, 5.0])


@dataclass
class Sim:
    cal: Calendar = field(default_factory=Calendar)
    cap: list[Plan] = field(default_factory=lambda: [Plan()])


@dataclass
class State:
    t: float
    q: int = 0
    k: int = 2
    ch: int = 0
    n_wait: tuple[int, ...] = (0, 0, 0, 0)
    hol_age_bt: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    free: float = 1.0
    online: float = 5.0
    target_bt: tuple[float, ...] = (HOUR, 3 * HOUR, 9 * HOUR, 18 * HOUR)
    note: dict[str, Any] = field(default_factory=dict)


@dataclass
class Message:
    arr: float
    note: dict[str, Any]
    start: float
    q: int = 0
    k: int = 2
    ch: int = 0


def test_a_simulators_calendar_is_read_as_opening_hours() -> None:
    weekly = hours_of(Calendar()).weekly
    assert weekly == ((Interval(540, 1080),), (), (), (), (), (Interval(600, 840),), ())


def test_a_simulators_plan_is_read_as_capacity() -> None:
    plan = plan_of(Plan())
    assert plan.at(instant(10 * HOUR).timestamp()) == 5
    assert plan.coming(instant(9 * HOUR).timestamp()) == 5


def test_estimators_answer_in_seconds_and_what_is_spoken_is_no_earlier() -> None:
    exact, spoken, _ = make(Sim())
    state = State(t=10 * HOUR)
    bound = exact.announce(state)
    assert 600 <= exact.point(state) <= bound <= spoken.announce(State(t=10 * HOUR))


def test_without_a_roster_the_first_who_is_seen_is_the_plan_as_it_is_deployed() -> None:
    *_, usual = make(Sim())
    assert usual.announce(State(t=10 * HOUR, online=0.0, free=0.0)) > 8 * HOUR  # nobody was ever seen: the target
    assert usual.announce(State(t=10 * HOUR, free=0.0)) < 8 * HOUR


def test_a_whole_story_of_a_message_is_learned_from() -> None:
    exact = make(Sim())[0]
    assert isinstance(exact, Switchboard)
    state = State(t=10 * HOUR)
    exact.announce(state)
    message = Message(state.t, {exact.name: state.note}, start=state.t + 60)
    for kind, at in (("arrive", state.t), ("start", state.t + 60), ("respond", state.t + 600)):
        exact.observe(kind, at, message)
    assert {item for _, item, _ in exact.memory.sums} == {"arrivals", "staffing#0", "replies", "calibration#normal"}


def test_instants_are_counted_from_a_monday() -> None:
    assert MONDAY.weekday() == 0
    assert instant(90.5) == MONDAY + timedelta(seconds=90.5)


def test_without_a_simulator_it_says_how_to_get_one_and_ends_with_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["promise_estimator"])
    assert promise_estimator.main() == 2
    assert "--sim" in capsys.readouterr().err


def test_a_plot_has_a_dot_per_point_and_a_legend(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    save_points(
        "week", "A <week>", [Points("kept", "#4e9a06", [(0.5, 2.0), (1.5, 3.0)]), Points("late", "#cc0000", [])]
    )
    drawn = (tmp_path / "week.svg").read_text()
    assert drawn.count('r="1.6"') == 2
    assert "A &lt;week&gt;" in drawn
    assert "late" in drawn
