"""What a customer's words say about urgency, skills and queue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.policy import Policy, Priority, Rule, load_policy
from switchboard.priority import most_pressing, place
from tests.world import ROOT

POLICY = load_policy(ROOT / "policy.yaml")


def with_rules(*rules: Rule) -> Policy:
    return POLICY.model_copy(update={"rules": rules})


def test_without_a_match_it_is_normal_work_of_the_accounts_queue() -> None:
    placed = place("where is my order?", "acme-sms", POLICY)
    assert (placed.queue, placed.priority, placed.skills, placed.reasons) == ("support", Priority.NORMAL, (), ())


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


@given(st.text())
def test_any_text_is_placed_in_a_queue_that_exists(text: str) -> None:
    assert place(text, "acme-sms", POLICY).queue in POLICY.queues


@given(st.lists(st.sampled_from(Priority), min_size=1))
def test_the_most_pressing_stands_first_in_the_order(priorities: list[Priority]) -> None:
    assert most_pressing(*priorities) is next(p for p in Priority if p in priorities)
