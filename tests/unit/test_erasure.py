"""A request to be forgotten: its code, its states, and what may stay of a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.consent import Consent, ConsentState
from switchboard.erasure import (
    SETTLING,
    Asked,
    Erasure,
    Found,
    State,
    ask,
    begin,
    code_of,
    covers,
    finish,
    identify,
    is_code,
    is_over,
    is_stale,
    revive,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ADDRESS, PEPPER = "sms:+15551230001", b"a pepper"
CODE = code_of(ADDRESS, PEPPER)
STOPPED, GRANTED = Consent(ConsentState.STOPPED, NOON), Consent()
LEAD = Asked(by="agent:dee", at=NOON)
ASKED = ask(None, CODE, ADDRESS, LEAD)
RUNNING = identify(begin(ASKED, NOON), "c1", {"acme-sms": STOPPED, "acme-returns": GRANTED}, "complained")
DONE = finish(RUNNING, NOON + SETTLING)


def test_SEC_16_a_code_names_nobody_and_is_the_same_each_time() -> None:
    assert code_of(ADDRESS, PEPPER) == CODE
    assert is_code(CODE)
    assert "1555" not in CODE
    assert code_of("sms:+15551230002", PEPPER) != CODE
    assert code_of(ADDRESS, b"another pepper") != CODE


@given(st.text())
def test_any_address_has_a_code(address: str) -> None:
    assert is_code(code_of(address, PEPPER))


@pytest.mark.parametrize("text", ["", "x" * 32, CODE[:-1], CODE.upper(), "../../../etc/passwd"])
def test_what_can_not_be_a_code_is_not_looked_for(text: str) -> None:
    assert not is_code(text) or text == CODE


def test_SEC_16_when_it_is_done_neither_address_nor_customer_is_left() -> None:
    assert DONE.state is State.DONE
    assert ADDRESS not in repr(DONE)
    assert "c1" not in repr(DONE)
    assert DONE.until == NOON


def test_SEC_16_what_the_customer_had_forbidden_outlives_them() -> None:
    assert dict(DONE.consents) == {"acme-sms": STOPPED}
    assert DONE.undeliverable == "complained"


def test_what_a_customer_lifted_later_is_not_forbidden_any_more() -> None:
    again = identify(begin(ask(DONE, CODE, ADDRESS, replace(LEAD, at=LATER)), LATER), "c2", {"acme-sms": GRANTED}, None)
    assert (dict(again.consents), again.undeliverable) == ({}, None)


def test_without_a_contact_what_was_forbidden_before_stays() -> None:
    again = begin(ask(DONE, CODE, ADDRESS, replace(LEAD, at=LATER)), LATER)
    assert dict(finish(again, LATER).consents) == {"acme-sms": STOPPED}


def test_MT_5_asking_twice_is_asking_once() -> None:
    assert ask(ASKED, CODE, ADDRESS, replace(LEAD, at=LATER)) == ASKED


def test_everybody_who_asks_is_noted_once() -> None:
    both = ask(ASKED, CODE, ADDRESS, Asked(by="provider:acme-messenger", at=LATER))
    assert [each.by for each in both.asked] == ["agent:dee", "provider:acme-messenger"]
    assert ask(both, CODE, ADDRESS, replace(LEAD, at=LATER)) == both


def test_asking_while_it_runs_takes_what_came_meanwhile_too() -> None:
    again = begin(ask(RUNNING, CODE, ADDRESS, replace(LEAD, at=LATER)), LATER)
    assert (again.until, again.customer_ids) == (LATER, ("c1",))


def test_asking_again_after_it_was_done_erases_again_and_notes_it() -> None:
    counted = replace(DONE, found=Found(conversations=2))
    again = ask(counted, CODE, ADDRESS, replace(LEAD, at=LATER))
    assert (again.state, again.address, again.found, len(again.asked)) == (State.ASKED, ADDRESS, Found(), 2)
    assert again.until == NOON, "until it begins, the tombstone of the first stands"


def test_beginning_again_after_a_crash_changes_nothing() -> None:
    assert begin(RUNNING, LATER) == RUNNING


def test_it_is_over_only_when_nobody_can_be_writing_any_more() -> None:
    assert not is_over(ASKED, LATER)
    assert not is_over(RUNNING, NOON + SETTLING - timedelta(milliseconds=1))
    assert is_over(RUNNING, NOON + SETTLING)


def test_SEC_16_a_restored_backup_goes_again_and_what_came_since_does_not() -> None:
    again = revive(DONE, ADDRESS, LATER)
    assert (again.state, again.until, again.asked[-1].by) == (State.RUNNING, NOON, "restore")
    assert is_over(again, LATER)
    assert not covers(again, NOON + timedelta(seconds=1))


def test_interrupted_counts_are_the_largest_that_were_seen() -> None:
    first, rest = Found(conversations=2, messages=5, files=1), Found(messages=3, left_at_provider=1)
    assert first | rest == Found(conversations=2, messages=5, files=1, left_at_provider=1)


@pytest.mark.parametrize(
    ("received", "sent", "stale"),
    [
        (0, None, True),
        (1, None, False),
        (-60, None, True),  # a dead letter that is driven again
        (3600, -60, True),  # the network delivers again what it could not before
        (3600, 60, False),
        (1, 0, False),  # whole seconds: it may be from after noon
        (1, -1, True),
        (-60, 60, True),  # a network's clock that is ahead does not make it new
    ],
)
def test_SEC_16_a_late_copy_is_told_from_what_is_new(received: int, sent: int | None, *, stale: bool) -> None:
    sent_at = None if sent is None else NOON + timedelta(seconds=sent)
    assert is_stale(RUNNING, NOON + timedelta(seconds=received), sent_at) is stale


def test_nothing_is_stale_before_an_erasure_has_begun() -> None:
    assert not is_stale(ASKED, NOON - timedelta(days=1), None)


@given(st.lists(st.sampled_from(["ask", "begin", "finish"]), max_size=8))
def test_in_any_order_the_tombstone_only_ever_moves_later(steps: list[str]) -> None:
    known: Erasure = ASKED
    for hour, step in enumerate(steps):
        at, before = NOON + timedelta(hours=hour), known.until
        if step == "ask":
            known = ask(known, CODE, ADDRESS, Asked(by="agent:dee", at=at))
        elif step == "begin":
            known = begin(known, at)
        elif known.state is State.RUNNING:
            known = finish(known, at)
        assert before is None or (known.until is not None and known.until >= before)
        assert (known.address is None) == (known.state is State.DONE)
