"""The policy as people's file: a mistake is named with its line, and public holidays become dates."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from switchboard.errors import PolicyError
from switchboard.policy import Policy, load_policy
from tests.world import ROOT

SMALLEST = """\
brands:
  acme: {name: Acme}
accounts:
  acme-sms: {channel: sms, address: "+15550100100", brand: acme, queue: support}
hours:
  office:
    zone: America/New_York
    weekly:
      mon: &day ["09:00-17:00"]
      tue: *day
    holidays:
      country: US
      region: NY
      open_on: [Columbus Day]
    exceptions:
      2026-12-25: ["10:00-12:00"]
queues:
  support:
    hours: office
    targets: {urgent: 15m, high: 1h, normal: 2h, low: 8h}
rules:
  - name: safety
    words: [fire]
    priority: urgent
  - name: returns
    words: [refund]
    queue: support
"""


def load(text: str, folder: Path, year: int = 2026) -> Policy:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, year=year)


def refusal(text: str, folder: Path) -> str:
    with pytest.raises(PolicyError) as refused:
        load(text, folder)
    return str(refused.value)


def test_a_policy_without_what_was_added_later_still_loads(tmp_path: Path) -> None:
    assert load(SMALLEST, tmp_path).queues["support"].overflow == ()


@pytest.mark.parametrize(
    ("written", "mistaken", "said"),
    [
        ("brand: acme", "brand: acne", "policy.yaml:4: accounts.acme-sms.brand: names 'acne'"),
        ("    hours: office", "    hours: shop", "policy.yaml:19: queues.support.hours: names 'shop'"),
        (
            "    words: [refund]",
            "    word: [refund]",
            "policy.yaml:26: rules.returns.word: is no field: did you mean words?",
        ),
        ("    queue: support", "    queue: sales", "policy.yaml:27: rules.returns.queue: names 'sales'"),
        ("      mon: &day", "      monday: &day", "policy.yaml:9: hours.office.weekly.monday: "),
        ("2026-12-25", "2026-13-25", "policy.yaml:16: hours.office.exceptions.2026-13-25: is no date"),
        ("country: US", "country: NO", "policy.yaml:12: hours.office.holidays.country: is no text: write it in quotes"),
        (
            "country: US",
            "country: XX",
            "policy.yaml:12: hours.office.holidays.country: 'XX' has no calendar: use a code",
        ),
        (
            "region: NY",
            "region: BY",
            "policy.yaml:13: hours.office.holidays.region: 'BY' is no region of US: use one of",
        ),
        ("Columbus Day", "Columbus", "policy.yaml:14: hours.office.holidays.open_on.0: 'Columbus' is no holiday there"),
        ("    hours: office\n", "", "policy.yaml:18: queues.support.hours: is missing: add it"),
    ],
)
def test_a_mistake_is_named_with_its_line(written: str, mistaken: str, said: str, tmp_path: Path) -> None:
    assert written in SMALLEST
    assert refusal(SMALLEST.replace(written, mistaken), tmp_path).startswith(said)


def test_each_mistake_has_a_line_of_its_own(tmp_path: Path) -> None:
    lines = refusal(SMALLEST.replace("brand: acme", "brand: acne").replace("hours: office", "hours: shop"), tmp_path)
    assert [line.split(": ")[0] for line in lines.splitlines()] == ["policy.yaml:4", "policy.yaml:19"]


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    twice = SMALLEST.replace("queues:", "hours: {}\nqueues:")
    assert "'hours' is given a second time, after line 5: join the two" in refusal(twice, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "policy.yaml:1: policy: has no fields"),
        ("a: &a [*a]", "policy.yaml:1: a: is no field"),
        ("a: !!int b", "no YAML"),
    ],
)
def test_what_is_hardly_yaml_is_refused(text: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(text, tmp_path)


def test_public_holidays_are_closed_for_three_years_with_their_names(tmp_path: Path) -> None:
    office = load(SMALLEST, tmp_path).hours["office"]
    assert (office.exceptions[date(2026, 11, 26)], office.names[date(2026, 11, 26)]) == ((), "Thanksgiving Day")
    assert {day.year for day in office.exceptions} >= {2026, 2027, 2028}
    assert max(office.exceptions) < date(2029, 1, 1)


def test_a_date_in_the_file_wins_over_a_holiday(tmp_path: Path) -> None:
    policy = load(SMALLEST, tmp_path)
    assert policy.hours["office"].exceptions[date(2026, 12, 25)] == ("10:00-12:00",)
    assert policy.hours["office"].names[date(2026, 12, 25)] == "Christmas Day"
    assert policy.hours_of("support").is_open(datetime(2026, 12, 25, 16, tzinfo=UTC))


def test_a_holiday_that_is_worked_on_is_a_day_like_others(tmp_path: Path) -> None:
    office = load(SMALLEST, tmp_path).hours["office"]
    assert date(2026, 10, 12) not in office.exceptions
    everywhere = load(SMALLEST.replace("      open_on: [Columbus Day]\n", ""), tmp_path).hours["office"]
    assert everywhere.names[date(2026, 10, 12)] == "Columbus Day"


def test_a_day_off_for_a_holiday_at_a_weekend_has_its_name(tmp_path: Path) -> None:
    closed = load(SMALLEST, tmp_path).hours["office"].names
    assert closed[date(2027, 7, 5)] == "Independence Day (observed)"
    worked = SMALLEST.replace("[Columbus Day]", "[Independence Day]")
    assert date(2027, 7, 5) not in load(worked, tmp_path).hours["office"].exceptions


def test_the_json_carries_the_dates_and_needs_no_calendars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = load(SMALLEST, tmp_path)
    (tmp_path / "policy.json").write_text(policy.model_dump_json(), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "holidays", None)
    monkeypatch.setitem(sys.modules, "yaml", None)
    carried = load_policy(tmp_path / "policy.json")
    assert carried == policy
    assert carried.hash == policy.hash


def test_without_the_calendars_only_a_file_that_names_holidays_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert load_policy(ROOT / "policy.yaml").hours["office"].holidays is None
    assert "hours.office.holidays needs the Python package 'holidays': install" in refusal(SMALLEST, tmp_path)


def test_another_year_is_another_policy(tmp_path: Path) -> None:
    assert load(SMALLEST, tmp_path).hash == load(SMALLEST, tmp_path).hash != load(SMALLEST, tmp_path, year=2027).hash


@pytest.mark.parametrize("locale", ["C", "en_US.UTF-8", "sv_SE.UTF-8"])
def test_holidays_have_the_countrys_names_whatever_the_machine_speaks(
    locale: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", locale)
    swedish = SMALLEST.replace("      region: NY\n      open_on: [Columbus Day]\n", "").replace(
        "country: US", "country: SE"
    )
    assert load(swedish, tmp_path).hours["office"].names[date(2026, 5, 1)] == "F\u00f6rsta maj"
