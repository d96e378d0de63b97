"""The policy file: what is accepted, and that each refusal names the field and the remedy."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from switchboard.errors import PolicyError
from switchboard.policy import Policy, Priority, SignalKind, load_policy, read_policy
from switchboard.urgency import Kind
from tests.world import ROOT

DEMO = ROOT / "policy.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))


LATER_LESS = [{"after": "1h", "steps": 2}, {"after": "2h", "steps": 1}]


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
        ("hours.office.weekly.monday", [], ["hours.office.weekly.monday", "'mon', 'tue'"]),
        ("hours.office.zone", "Mars/Olympus", ["hours.office.zone", "Mars/Olympus", "use an IANA name"]),
        ("times.lease", "ten minutes", ["times.lease", "write it as 90s, 15m, 2h or 3d"]),
        ("times.lease", "0s", ["times.lease", "greater than"]),
        ("times.resolve", "400d", ["times.resolve", "less than or equal"]),
        ("promise_level", 1, ["promise_level", "less than 1"]),
        ("units.sms", 0, ["units.sms", "greater than or equal to 1"]),
        ("brands.Acme Inc", {"name": "Acme"}, ["brands.Acme Inc: ", "use a-z, 0-9 and -"]),
        ("rules.0.words", [], ["rules.safety.words: is empty", "name at least one"]),
        ("rules.0.words", [" "], ["rules.safety.words.0", "write a word"]),
        ("rules.0.priorty", "urgent", ["rules.safety.priorty", "did you mean priority?"]),
        ("timers", {}, ["timers: is no field", "did you mean times?", "There are brands"]),
        ("brands", 3, ["brands: has no fields"]),
        ("accounts.acme-sms.languages", "en", ["accounts.acme-sms.languages: is no list: write it in [ ]"]),
        ("accounts.acme-sms.languages", [False], ["accounts.acme-sms.languages.0: is no text: write it in quotes"]),
        ("hours.office.exceptions", {"2026-13-24": []}, ["exceptions.2026-13-24: is no date: write it as 2026-12-25"]),
        ("hours.office.weekly.mon", ["12:00-13:00", "09:00-10:00"], ["hours.office: ", "list them from early to late"]),
        ("queues.support.skills", ["returns:6"], ["queues.support.skills.0", "'returns:6' is no skill", "up to 5"]),
        ("queues.support.skills", {"returns": 0}, ["queues.support.skills.0", "'returns:0' is no skill"]),
        ("queues.support.overflow", [{"after": "1h", "queue": "sales"}], ["overflow.0.queue", "'sales'", "of returns"]),
        ("queues.support.overflow", [{"after": "1h", "queue": "support"}], ["overflow.0.queue", "one of returns"]),
        ("queues.support.relax", [{"after": "1h", "steps": 6}], ["relax.0.steps", "less than or equal to 5"]),
        ("queues.support.relax", LATER_LESS, ["queues.support.relax.1: is not later and more", "from early to late"]),
        ("rules", [{"name": "idle"}], ["rules.idle: has no condition", "add one of words, channels"]),
        ("rules.0.channels", ["fax"], ["rules.safety.channels.0", "'fax'", "sms, whatsapp"]),
        ("rules.0.accounts", ["acme-fax"], ["rules.safety.accounts.0", "'acme-fax'", "acme-sms"]),
        ("rules.0.tiers", ["gold"], ["rules.safety.tiers.0", "'gold', which is not defined: add it"]),
        ("rules.0.signals", ["angry"], ["rules.safety.signals.0", "'anger'"]),
        ("rules.0.languages", ["english"], ["rules.safety.languages.0", "a language's code, such as en"]),
        ("rules.0.repeats", 0, ["rules.safety.repeats", "greater than or equal to 1"]),
        ("rules", 2 * [{"name": "late", "waited": "1h"}], ["rules.late.name", "needs a name of its own"]),
        ("caps", {"sms": {"default": 3, "maximum": 2}}, ["caps.sms.default", "give at most 2"]),
        ("caps", {"fax": {"default": 3, "maximum": 3}}, ["caps.fax", "'fax'", "use one of sms"]),
        ("times.sticky", "-1d", ["times.sticky", "write it as"]),
        ("flood", {"waiting": 0}, ["flood.waiting", "greater than or equal to 1"]),
        ("flood", {"wating": 3}, ["flood.wating: is no field: did you mean waiting?"]),
    ],
)
def test_a_mistake_is_named_with_its_field_and_the_remedy(path: str, value: object, named: list[str]) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(changed(path, value))
    assert all(word in str(refused.value) for word in named), str(refused.value)


def test_all_mistakes_are_named_at_once() -> None:
    document = changed("promise_level", 2)
    document["units"] = {"sms": 0}
    with pytest.raises(PolicyError, match=r"units\.sms: .*\npromise_level: "):
        read_policy(document)


def test_of_a_list_whose_only_item_is_wrong_the_item_is_named_and_nothing_else() -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(changed("rules.0.signals", ["angry"]))
    assert "\n" not in str(refused.value)


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
    assert policy.cap("sms") is None
    assert policy.queues_for("returns", timedelta(days=3)) == ("returns",)
    assert policy.relaxation("returns", timedelta(days=3)) == 0
    assert policy.next_step("returns", timedelta(0)) is None
    assert (policy.times.sticky, policy.times.last_call) == (timedelta(days=3), timedelta(minutes=15))
    assert policy.cost("telegram") == 1
    assert policy.times.linger_of("telegram") == timedelta(minutes=10)


STEPS = [{"after": "30m", "queue": "support"}]
RELAX = [{"after": "20m", "steps": 1}, {"after": "40m", "steps": 3}]


def test_what_has_waited_overflows_into_another_queue() -> None:
    policy = read_policy(changed("queues.returns.overflow", STEPS))
    assert policy.queues_for("returns", timedelta(minutes=30) - timedelta(seconds=1)) == ("returns",)
    assert policy.queues_for("returns", timedelta(minutes=30)) == ("returns", "support")
    assert policy.feeders("support") == ("returns",)
    assert policy.feeders("returns") == ()


def test_skills_are_relaxed_by_the_steps_that_are_due() -> None:
    policy = read_policy(changed("queues.returns.relax", RELAX))
    steps = [policy.relaxation("returns", timedelta(minutes=minutes)) for minutes in (0, 19, 20, 39, 40, 500)]
    assert steps == [0, 0, 1, 1, 3, 3]


def test_the_next_step_is_the_earliest_that_is_still_to_come() -> None:
    document = changed("queues.returns.relax", RELAX)
    document["queues"]["returns"]["overflow"] = STEPS
    policy = read_policy(document)
    waits = [policy.next_step("returns", timedelta(minutes=minutes)) for minutes in (0, 20, 30, 40)]
    assert waits == [timedelta(minutes=20), timedelta(minutes=30), timedelta(minutes=40), None]


def test_an_agents_own_cap_goes_up_to_the_maximum() -> None:
    policy = read_policy(changed("caps", {"sms": {"default": 3, "maximum": 5}}))
    assert [policy.cap("sms", own) for own in (None, 1, 5, 9)] == [3, 1, 5, 5]
    assert policy.cap("email", 7) == 7


@pytest.mark.parametrize(
    "written",
    [["chat:3", "returns"], ["returns", {"chat": 3}], {"returns": 1, "chat": 3}, ["returns:1", "chat:2", "chat:3"]],
)
def test_skills_may_be_written_as_a_list_or_with_their_levels(written: object) -> None:
    assert read_policy(changed("queues.support.skills", written)).queues["support"].skills == ("chat:3", "returns")


def test_no_last_call_and_no_stickiness_is_a_choice() -> None:
    policy = read_policy(changed("times", {"sticky": "0s", "last_call": "0s"}))
    assert (policy.times.sticky, policy.times.last_call) == (timedelta(0), timedelta(0))


def test_rules_know_every_kind_of_signal() -> None:
    assert get_args(SignalKind) == get_args(Kind)


@pytest.mark.parametrize(
    ("written", "language", "told"),
    [
        ("+1 555 010 0199", "de", "+1 555 010 0199"),
        ("https://acme.example/now", "en", "https://acme.example/now"),
        ({"de": "112", "en": "911", "en-GB": "999"}, "en-GB", "999"),
        ({"de": "112", "en": "911"}, "en-US", "911"),
        ({"de": "112", "en": "911"}, "fr", "112"),
    ],
)
def test_a_brands_way_to_be_reached_for_safety_is_one_or_one_per_language(
    written: object, language: str, told: str
) -> None:
    assert read_policy(changed("brands.acme.safety", written)).brands["acme"].safety_in(language) == told


def test_a_brand_that_says_nothing_of_its_voice_is_formal() -> None:
    brand = read_policy(changed("brands.acme", {"name": "Acme"})).brands["acme"]
    assert (brand.tone, brand.safety_in("en"), brand.signature) == ("formal", None, None)


@pytest.mark.parametrize(
    "contact", ["call me", "http://acme.example", "555-CALL", "https://a.example/" + "x" * 40, "1"]
)
def test_what_is_neither_a_number_nor_a_safe_link_is_refused_with_the_remedy(contact: str) -> None:
    with pytest.raises(PolicyError, match="use a phone number such as"):
        read_policy(changed("brands.acme.safety", contact))
