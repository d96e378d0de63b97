"""What a customer's words say about urgency, skills and queue."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.conversation import Status
from switchboard.policy import Policy, Priority, Rule, load_policy
from switchboard.priority import Placement, aged, ages_at, most_pressing, place, sort_out
from switchboard.urgency import read
from tests.placed import MONDAY, waiting
from tests.world import ROOT

POLICY = load_policy(ROOT / "policy.yaml")


def with_rules(*rules: Rule) -> Policy:
    return POLICY.model_copy(update={"rules": rules})


def test_without_a_match_it_is_normal_work_of_the_accounts_queue() -> None:
    placed = place("where is my order?", "acme-sms", POLICY)
    assert (placed.queue, placed.priority, placed.skills, placed.reasons) == ("support", Priority.NORMAL, (), ())
    assert (placed.score, placed.why) == (0, ())


def test_a_word_raises_the_priority_and_says_why() -> None:
    placed = place("there is SMOKE in the kitchen", "acme-sms", POLICY)
    assert (placed.priority, placed.reasons) == (Priority.URGENT, ("safety",))


def test_the_most_pressing_of_several_rules_wins() -> None:
    placed = place("urgent: my card was stolen", "acme-sms", POLICY)
    assert placed.priority is Priority.URGENT
    assert placed.reasons[:2] == ("fraud", "pressing")


def test_a_rule_may_choose_queue_and_skills() -> None:
    placed = place("I want a refund", "acme-sms", POLICY)
    assert (placed.queue, placed.skills) == ("returns", ("returns",))


def test_the_queues_own_skills_are_asked_for_too() -> None:
    assert place("hello", "acme-returns", POLICY).skills == ("returns",)


def test_the_first_rule_that_names_a_queue_decides_and_skills_add_up() -> None:
    first = Rule(name="one", words=("a",), queue="support", skills=("x",))
    second = Rule(name="two", words=("b",), queue="returns", skills=("y",))
    placed = place("a b", "acme-returns", with_rules(first, second))
    assert placed.queue == "support"
    assert placed.skills == ("x", "y")


def test_a_rule_never_lowers_the_priority() -> None:
    lower = Rule(name="calm", words=("whenever",), priority=Priority.LOW)
    assert place("whenever you like", "acme-sms", with_rules(lower)).priority is Priority.NORMAL


def test_words_that_no_rule_has_raise_too_and_say_by_how_much() -> None:
    placed = place("the charger exploded", "acme-sms", with_rules())
    assert (placed.priority, placed.reasons, placed.score) == (Priority.URGENT, ("safety",), 100)
    assert placed.why == ("+100 says that something burns, smokes or explodes",)


def test_what_can_wait_is_low() -> None:
    assert place("No rush, but where is my invoice?", "acme-sms", POLICY, language="en").priority is Priority.LOW


def test_a_rule_is_never_undercut() -> None:
    rule = Rule(name="wedding", words=("wedding",), priority=Priority.HIGH)
    placed = place("No rush, but it is for a wedding", "acme-sms", with_rules(rule), language="en")
    assert (placed.priority, placed.reasons) == (Priority.HIGH, ("wedding", "no_rush"))
    assert placed.why == ("rule wedding: high", "-20 says that it can wait")


def test_who_writes_again_is_heard_sooner() -> None:
    placed = place("where is my order?", "acme-sms", POLICY, repeats=2)
    assert (placed.priority, placed.reasons) == (Priority.HIGH, ("repeated",))
    assert placed.why == ("+30 wrote 2 times before in 72 hours",)


def test_EM_18_a_subject_counts_like_the_text() -> None:
    assert place("see above", "acme-sms", POLICY, subject="I want a refund").reasons == ("returns",)
    assert place("see above", "acme-sms", with_rules(), subject="my card was stolen").reasons == ("fraud",)


def test_the_language_decides_which_words_are_read() -> None:
    assert place("Es brennt", "acme-sms", with_rules(), language="de").priority is Priority.URGENT


def test_a_policy_may_do_without_the_weighing() -> None:
    placed = place("the charger exploded", "acme-sms", with_rules().model_copy(update={"urgency": False}), repeats=3)
    assert (placed.priority, placed.reasons, placed.score, placed.why) == (Priority.NORMAL, (), 0, ())


def test_EM_3_spam_is_last_in_line_and_says_so() -> None:
    sorted_out = sort_out(place("URGENT", "acme-sms", POLICY), POLICY)
    assert (sorted_out.priority, sorted_out.reasons, sorted_out.score) == (Priority.LOW, ("spam",), 0)
    assert sorted_out.why == ("the mail provider takes it for spam",)


@pytest.mark.parametrize(
    ("condition", "fitting", "failing"),
    [
        ({"channels": ("sms",)}, {}, {"account": "acme-email"}),
        ({"accounts": ("acme-sms",)}, {}, {"account": "acme-email"}),
        ({"languages": ("pt",)}, {"language": "pt-BR"}, {"language": "en"}),
        ({"languages": ("pt",)}, {"language": "pt"}, {"language": None}),
        ({"tiers": ("gold", "silver")}, {"tier": "silver"}, {"tier": None}),
        ({"signals": ("safety", "fraud")}, {"text": "the charger exploded"}, {"text": "where is it?"}),
        ({"repeats": 2}, {"repeats": 3}, {"repeats": 1}),
        ({"words": ("hello",)}, {"text": "Hello!"}, {"text": "Goodbye!"}),
    ],
)
def test_a_rule_holds_under_its_condition(
    condition: dict[str, Any], fitting: dict[str, Any], failing: dict[str, Any]
) -> None:
    policy = with_rules(Rule(name="it", skills=("x",), **condition))
    asked: dict[str, Any] = {"text": "hi", "account": "acme-sms", "policy": policy}
    assert place(**asked | fitting).skills == ("x",)
    assert place(**asked | failing).skills == ()


def test_all_of_a_rules_conditions_must_hold() -> None:
    policy = with_rules(Rule(name="both", words=("refund",), channels=("email",), skills=("x",)))
    assert place("refund", "acme-email", policy).reasons == ("both",)
    assert place("refund", "acme-sms", policy).reasons == ()
    assert place("hello", "acme-email", policy).reasons == ()


def test_a_rule_may_ask_for_signals_although_they_are_not_weighed() -> None:
    policy = with_rules(Rule(name="danger", signals=("safety",), skills=("x",)))
    placed = place("the charger exploded", "acme-sms", policy.model_copy(update={"urgency": False}))
    assert (placed.skills, placed.reasons, placed.score) == (("x",), ("danger",), 0)


def test_signals_that_were_read_before_are_taken_as_they_are() -> None:
    signals = read("the charger exploded", "en")
    assert place("", "acme-sms", with_rules(), signals=signals) == place(
        "the charger exploded", "acme-sms", with_rules()
    )


def test_of_a_skill_that_several_ask_for_the_highest_level_counts() -> None:
    policy = with_rules(Rule(name="hard", words=("hard",), skills=("returns:3",)))
    assert place("hard", "acme-returns", policy).skills == ("returns:3",)


LATE = Rule(name="late", words=("refund",), waited=timedelta(hours=2), priority=Priority.HIGH, skills=("x",))
LATER = Rule(name="later", waited=timedelta(hours=3), queue="returns")


def test_a_rule_that_waits_changes_nothing_on_arrival() -> None:
    placed = place("a refund", "acme-sms", with_rules(LATE, LATER))
    assert (placed.queue, placed.priority, placed.skills, placed.reasons) == ("support", Priority.NORMAL, (), ())
    assert placed.pending == ("late", "later")
    assert place("hello", "acme-sms", with_rules(LATE, LATER)).pending == ("later",)


def test_a_rule_that_waits_holds_from_its_time_on_and_says_why() -> None:
    policy = with_rules(LATE, LATER)
    conversation = waiting(place("a refund", "acme-sms", policy))
    assert aged(conversation, policy, MONDAY + timedelta(hours=2) - timedelta(seconds=1)) is None
    assert aged(conversation, policy, MONDAY + timedelta(hours=2)) == Placement(
        "support", Priority.HIGH, ("x",), ("late",), why=("rule late: high",), pending=("later",)
    )


def test_a_rule_holds_once() -> None:
    policy = with_rules(LATE)
    assert aged(waiting(place("hello", "acme-sms", policy)), policy, MONDAY + timedelta(days=1)) is None


def test_whoever_moves_to_another_queue_needs_its_skills_and_no_more_those_of_the_old() -> None:
    policy = with_rules(Rule(name="move", waited=timedelta(hours=1), queue="support"), LATE)
    conversation = waiting(place("a refund", "acme-returns", policy))
    assert conversation.skills == ("returns",)
    moved = aged(conversation, policy, MONDAY + timedelta(hours=5))
    assert moved
    assert (moved.queue, moved.skills, moved.reasons) == ("support", ("x",), ("move", "late"))


def test_waiting_is_counted_in_the_queues_business_time() -> None:
    policy = with_rules(LATE)
    conversation = waiting(place("a refund", "acme-returns", policy), awaiting_since=MONDAY + timedelta(hours=9))
    assert ages_at(conversation, policy) == MONDAY + timedelta(hours=23)  # after an hour on either day
    assert aged(conversation, policy, MONDAY + timedelta(hours=23, seconds=-1)) is None
    assert aged(conversation, policy, MONDAY + timedelta(hours=23))


@pytest.mark.parametrize(
    "changes", [{"status": Status.ASSIGNED}, {"placed_at": MONDAY}, {"awaiting_since": None}, {"pending": ("gone",)}]
)
def test_what_is_answered_or_was_placed_by_a_person_does_not_age(changes: dict[str, Any]) -> None:
    policy = with_rules(LATE)
    conversation = waiting(place("a refund", "acme-sms", policy), **changes)
    assert aged(conversation, policy, MONDAY + timedelta(days=1)) is None
    assert ages_at(conversation, policy) is None


@given(st.integers(0, 400), st.integers(0, 400))
def test_waiting_on_ages_exactly_from_when_it_says(minutes: int, delay: int) -> None:
    policy = with_rules(LATE, LATER)
    conversation = waiting(place("a refund", "acme-sms", policy), awaiting_since=MONDAY + timedelta(minutes=delay))
    now = MONDAY + timedelta(minutes=minutes + delay)
    at = ages_at(conversation, policy)
    assert at
    assert (aged(conversation, policy, now) is not None) is (at <= now)


@pytest.mark.parametrize(
    "text",
    [
        "Devolución, por favor",
        "DEVOLUCION",
        "devolucio\u0301n",
        "\uff44\uff45\uff56\uff4f\uff4c\uff55\uff43\uff49\uff4f\uff4e",
    ],
)
def test_case_accents_and_width_do_not_hide_a_word(text: str) -> None:
    assert place(text, "acme-sms", POLICY).reasons == ("returns",)


@pytest.mark.parametrize("text", ["gas leak!", "a gas\n leak", "(gas   leak)"])
def test_a_phrase_matches_over_any_space(text: str) -> None:
    assert place(text, "acme-sms", POLICY).reasons == ("safety",)


@pytest.mark.parametrize("text", ["firefly", "campfire", "fire_works", "gasleak", "prefunded"])
def test_only_whole_words_match(text: str) -> None:
    assert place(text, "acme-sms", POLICY).reasons == ()


def test_a_word_is_not_read_as_a_pattern() -> None:
    rule = Rule(name="dots", words=("c.d",), priority=Priority.HIGH)
    assert place("cxd", "acme-sms", with_rules(rule)).reasons == ()
    assert place("see c.d now", "acme-sms", with_rules(rule)).reasons == ("dots",)


@given(st.text(), st.integers(0, 5))
def test_a_policys_rules_only_raise(text: str, repeats: int) -> None:
    rule = Rule(name="all", words=("refund",), priority=Priority.HIGH)
    with_rule = place(f"refund {text}", "acme-sms", with_rules(rule), repeats=repeats)
    without = place(f"refund {text}", "acme-sms", with_rules(), repeats=repeats)
    assert most_pressing(with_rule.priority, without.priority, Priority.HIGH) is with_rule.priority


@given(st.text())
def test_any_text_is_placed_in_a_queue_that_exists(text: str) -> None:
    assert place(text, "acme-sms", POLICY).queue in POLICY.queues


@given(st.lists(st.sampled_from(Priority), min_size=1))
def test_the_most_pressing_stands_first_in_the_order(priorities: list[Priority]) -> None:
    assert most_pressing(*priorities) is next(p for p in Priority if p in priorities)
