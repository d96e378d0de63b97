"""The sandbox's time: everybody reads the same file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.clock import clock_of
from switchboard.instant import system_clock

CHRISTMAS = datetime(2026, 12, 24, 17, 30, tzinfo=UTC)
MOMENT = timedelta(minutes=1)


def test_it_shows_the_machines_time_until_somebody_travels(tmp_path: Path) -> None:
    assert abs(clock_of(tmp_path)() - datetime.now(UTC)) < MOMENT


def test_whoever_travels_is_there_and_time_goes_on(tmp_path: Path) -> None:
    clock = clock_of(tmp_path)
    clock.travel(CHRISTMAS)
    assert timedelta(0) <= clock() - CHRISTMAS < MOMENT


def test_the_functions_are_where_the_sandbox_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock_of(tmp_path).travel(CHRISTMAS)
    monkeypatch.setenv("CLOCK_FILE", str(clock_of(tmp_path).file))
    assert timedelta(0) <= system_clock() - CHRISTMAS < MOMENT


def test_another_process_finds_the_same_clock_by_its_directory(tmp_path: Path) -> None:
    clock_of(tmp_path).travel(CHRISTMAS)
    assert clock_of(tmp_path)() - CHRISTMAS < MOMENT


def test_one_can_come_back(tmp_path: Path) -> None:
    clock = clock_of(tmp_path)
    clock.travel(CHRISTMAS)
    clock.come_back()
    assert abs(clock() - datetime.now(UTC)) < MOMENT
