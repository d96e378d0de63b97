"""Who is one person: joins and their undoing, whatever the order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard import customer
from switchboard.conversation import Conversation, Heard, Status
from switchboard.customer import MOST_CUSTOMERS, MOST_REMEMBERED, History, Join, Person, Ranking, alone, history
from switchboard.errors import NotFoundError, RefusedError
from switchboard.policy import Priority
from switchboard.priority import Placement
from tests.placed import waiting
from tests.world import MONDAY


def made(one: str, other: str, join_id: str = "") -> Join:
    return Join(join_id=join_id or f"{one}{other}", one=one, other=other, at=MONDAY, by="agent:dee")


def joined(*pairs: str) -> Person:
    """Each pair of letters is a join."""
    persons = {letter: alone(letter) for pair in pairs for letter in pair}
    for one, other in map(tuple, pairs):
        whole = customer.join(persons[one], persons[other], made(one, other))
        persons |= dict.fromkeys(whole.customers, whole)
    return persons[pairs[0][0]]


def test_a_chain_is_one_person() -> None:
    assert set(joined("ab", "bc", "cd").customers) == set("abcd")


def test_undoing_a_link_of_a_chain_leaves_both_ends_whole() -> None:
    parts = customer.part(joined("ab", "bc", "cd"), "bc", "dee", MONDAY)
    assert [part.customers for part in parts] == [("a", "b"), ("c", "d")]
    assert [[each.join_id for each in part.joins if each.holds] for part in parts] == [["ab"], ["cd"]]


def test_both_sides_remember_what_was_undone() -> None:
    one, other = customer.part(joined("ab"), "ab", "dee", MONDAY)
    assert one.joins == other.joins
    assert [(each.undone_by, each.undone_at) for each in one.joins] == [("dee", MONDAY)]


def test_a_join_that_was_undone_is_not_undone_again() -> None:
    one, _ = customer.part(joined("ab"), "ab", "dee", MONDAY)
    assert customer.part(one, "ab", "eve", MONDAY) == (one,)


def test_a_join_that_there_never_was_can_not_be_undone() -> None:
    with pytest.raises(NotFoundError):
        customer.part(joined("ab"), "bc", "dee", MONDAY)


def test_a_person_has_a_bounded_number_of_customers() -> None:
    whole = Person(customers=tuple(f"c{n}" for n in range(MOST_CUSTOMERS)))
    with pytest.raises(RefusedError, match="undo a merge"):
        customer.join(whole, alone("x"), made("c0", "x"))


def test_of_what_was_undone_the_newest_is_remembered_and_all_that_holds() -> None:
    person = joined("ab", "bc")
    for n in range(MOST_REMEMBERED + 5):
        undone = replace(made("a", "x", f"old{n}"), undone_at=MONDAY + timedelta(minutes=n))
        person = customer.join(person, alone("c"), undone)
    kept = [each.join_id for each in person.joins]
    assert len(kept) == MOST_REMEMBERED + 2
    assert {"ab", "bc", f"old{MOST_REMEMBERED + 4}"} <= set(kept)
    assert "old4" not in kept


def test_a_tier_is_the_newest_of_any_and_goes_back_where_it_was_given() -> None:
    def ranked(letter: str, tier: str, minutes: int) -> Person:
        at = MONDAY + timedelta(minutes=minutes)
        return customer.rank(alone(letter), Ranking(customer=letter, tier=tier, at=at, by="dee"))

    whole = customer.join(ranked("a", "gold", 1), ranked("b", "member", 2), made("a", "b"))
    assert whole.tier == "member"
    assert [part.tier for part in customer.part(whole, "ab", "dee", MONDAY)] == ["gold", "member"]


def test_SEC_16_of_who_was_erased_nothing_is_left_with_the_others() -> None:
    whole = joined("ab", "bc", "cd")
    left = customer.without(whole, {"b"})
    assert [person.customers for person in left] == [("a",), ("c", "d")]
    assert "b" not in {end for person in left for each in person.joins for end in (each.one, each.other)}
    assert customer.without(whole, set("abcd")) == ()


LETTERS = "abcdef"
steps = st.lists(
    st.tuples(st.sampled_from(["join", "part"]), st.sampled_from(LETTERS), st.sampled_from(LETTERS)), max_size=25
)


@given(steps)
def test_persons_are_always_what_the_joins_that_hold_connect(taken: list[tuple[str, str, str]]) -> None:
    persons = {letter: alone(letter) for letter in LETTERS}
    holding: dict[str, set[str]] = {}
    for n, (step, one, other) in enumerate(taken):
        if step == "join" and other not in persons[one].customers:
            whole = customer.join(persons[one], persons[other], made(one, other, str(n)))
            persons |= dict.fromkeys(whole.customers, whole)
            holding[str(n)] = {one, other}
        elif step == "part" and (held := [each for each in persons[one].joins if each.holds]):
            for part in customer.part(persons[one], held[0].join_id, "dee", MONDAY):
                persons |= dict.fromkeys(part.customers, part)
            del holding[held[0].join_id]
    for letter in LETTERS:
        assert set(persons[letter].customers) == _reached(letter, list(holding.values()))
        assert {each.join_id for each in persons[letter].joins if each.holds} <= set(holding)


def _reached(letter: str, edges: list[set[str]]) -> set[str]:
    reached = {letter}
    for _ in edges:
        reached |= {end for edge in edges if edge & reached for end in edge}
    return reached


# -- history --------------------------------------------------------------------------------------


def known(**changes: Any) -> Conversation:
    return waiting(Placement("support", Priority.NORMAL, (), ()), **changes)


def test_somebody_new_has_no_history() -> None:
    assert history([], MONDAY) == History()


def test_a_history_has_the_last_agent_of_any_channel_and_the_newest_language() -> None:
    older = known(last_agent="ann", last_agent_at=MONDAY, channel="sms", language="es", opened_at=MONDAY)
    newer = known(last_agent=None, channel="email", language="en", opened_at=MONDAY + timedelta(hours=1))
    found = history([newer, older], MONDAY + timedelta(days=9))
    assert (found.last_agent, found.last_agent_on, found.language, found.conversations) == ("ann", "sms", "en", 2)


def test_coming_back_counts_over_all_conversations() -> None:
    waiting = known(status=Status.WAITING, awaiting_since=MONDAY, heard=(Heard("m1", MONDAY),), opened_at=MONDAY)
    resolved = known(status=Status.RESOLVED, awaiting_since=None, heard=(Heard("m2", MONDAY),), opened_at=MONDAY)
    assert history([waiting, resolved], MONDAY + timedelta(hours=1)).repeats == 2


def test_only_what_made_a_difference_is_told() -> None:
    met = History(conversations=1, last_agent="ann", last_agent_on="sms", language="es")
    assert customer.told(History(), None, "email", None) == ()
    assert customer.told(met, None, "email", "en") == ("the customer's last agent spoke with them on sms",)
    assert customer.told(met, None, "sms", None) == (
        "the customer's last agent spoke with them in another conversation",
        "the customer's last conversation was in es",
    )
    assert customer.told(met, known(), "sms", "es") == ()
