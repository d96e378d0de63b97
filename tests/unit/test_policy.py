"""The policy file: what is accepted, and that each refusal names the field and the remedy."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from switchboard.errors import PolicyError
from switchboard.policy import Policy, Priority, load_policy, read_policy
from tests.world import ROOT

DEMO = ROOT / "policy.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))


def changed(path: str, value: object) -> dict[str, Any]:
    """The demonstration's policy with one field set; a key that is not there is added."""
    document = copy.deepcopy(DOCUMENT)
    *parents, last = path.split(".")
    place: Any = document
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    place[last] = value
    return document


def test_the_demonstrations_policy_loads() -> None:
    policy = load_policy(DEMO)
    assert policy.target("support", Priority.URGENT) == timedelta(minutes=15)
    assert policy.cost("sms") == 1
    assert policy.times.grace == timedelta(seconds=90)
    assert date(2026, 11, 26) in policy.hours["office"].exceptions


def test_the_json_that_functions_carry_is_the_same_policy(tmp_path: Path) -> None:
    policy = load_policy(DEMO)
    carried = tmp_path / "policy.json"
    carried.write_text(policy.model_dump_json(), encoding="utf-8")
    assert load_policy(carried) == policy
    assert load_policy(carried).hash == policy.hash


def test_a_policy_round_trips_through_json() -> None:
    policy = load_policy(DEMO)
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_a_changed_policy_has_another_hash() -> None:
    assert read_policy(changed("promise_level", 0.8)).hash != read_policy(DOCUMENT).hash


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("accounts.acme-sms.brand", "acne", ["accounts.acme-sms.brand", "'acne'", "use one of acme"]),
        ("accounts.acme-sms.queue", "sales", ["accounts.acme-sms.queue", "'sales'", "support, returns"]),
        ("queues.support.hours", "never", ["queues.support.hours", "'never'", "every-day, office"]),
        ("rules.3.queue", "sales", ["rules.returns.queue", "'sales'", "support, returns"]),
        ("queues.support.targets", {"urgent": "15m"}, ["queues.support", "high, normal, low", "name a duration"]),
        ("hours.office.weekly.mon", ["8-12"], ["hours.office", "'8-12'", "09:00-17:30"]),
        ("hours.office.weekly.mon", ["08:61-12:00"], ["hours.office", "'08:61-12:00'", "00:00 to 24:00"]),
        ("hours.office.weekly.mon", ["08:00-24:01"], ["hours.office", "'08:00-24:01'", "00:00 to 24:00"]),
        ("hours.office.weekly.monday", [], ["hours.office", "monday", "mon, tue"]),
        ("hours.office.zone", "Mars/Olympus", ["hours.office", "Mars/Olympus"]),
        ("times.lease", "ten minutes", ["times.lease"]),
        ("times.lease", "0s", ["times.lease", "greater than"]),
        ("times.resolve", "400d", ["times.resolve", "less than or equal"]),
        ("promise_level", 1, ["promise_level", "less than 1"]),
        ("units.sms", 0, ["units.sms", "greater than or equal to 1"]),
        ("brands.Acme Inc", {"name": "Acme"}, ["brands.Acme Inc", "pattern"]),
        ("rules.0.words", [], ["rules.0.words", "at least 1"]),
        ("rules.0.words", [" "], ["rules.0.words.0", "pattern"]),
        ("rules.0.priorty", "urgent", ["rules.0.priorty", "not permitted"]),
        ("timers", {}, ["timers", "not permitted"]),
    ],
)
def test_a_mistake_is_named_with_its_field_and_the_remedy(path: str, value: object, named: list[str]) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(changed(path, value))
    assert all(word in str(refused.value) for word in named), str(refused.value)


def test_all_mistakes_are_named_at_once() -> None:
    document = changed("promise_level", 2)
    document["units"] = {"sms": 0}
    with pytest.raises(PolicyError, match=r"units\.sms.*promise_level"):
        read_policy(document)


def test_what_is_no_mapping_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"^policy: "):
        read_policy(["brands"])


def test_a_missing_file_says_where_to_put_one(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="POLICY_PATH"):
        load_policy(tmp_path / "policy.json")


def test_broken_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("brands: {", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy\.yaml is no YAML"):
        load_policy(path)


@pytest.mark.parametrize("text", ["{", json.dumps({"brands": {}})])
def test_broken_json_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError):
        load_policy(path)


def test_a_queues_hours_are_computed_with() -> None:
    policy = load_policy(DEMO)
    assert policy.hours_of("returns").zone == "America/New_York"


def test_what_is_not_configured_has_a_default() -> None:
    policy = load_policy(DEMO)
    assert policy.cost("telegram") == 1
    assert policy.times.linger_of("telegram") == timedelta(minutes=10)
