"""What a customer's words say about urgency, skills and queue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.policy import Policy, Priority, Rule, load_policy
from switchboard.priority import most_pressing, place, sort_out
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
