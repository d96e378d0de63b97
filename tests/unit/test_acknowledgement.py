"""Whether a customer is told something: the table of rule AK-2."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.acknowledgement import Decision, Situation, decide
from switchboard.channels.sms.reach import is_reachable

FIRST = Situation(
    kind="message",
    consent_stopped=False,
    already_acknowledged=False,
    answered=False,
    conversation_open=True,
    recipient_ok=True,
    undeliverable=False,
    acks_today=0,
    repeats=0,
    enabled=True,
    age=timedelta(seconds=2),
)


def test_AK_2_a_customers_first_message_is_acknowledged() -> None:
    assert decide(FIRST) == Decision(send=True, reason="first_message")


@pytest.mark.parametrize("kind", ["opt_out", "opt_in", "help", "delivery_status", "echo", "system", "unknown"])
def test_TW_4_AK_2_only_a_message_is_acknowledged(kind: str) -> None:
    assert decide(replace(FIRST, kind=kind)) == Decision(send=False, reason="not_a_message")


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (replace(FIRST, consent_stopped=True), "opted_out"),
        (replace(FIRST, enabled=False), "disabled"),
        (replace(FIRST, already_acknowledged=True), "already_acknowledged"),
        (replace(FIRST, answered=True), "already_answered"),
        (replace(FIRST, conversation_open=False), "resolved"),
        (replace(FIRST, recipient_ok=False), "no_reply_address"),
        (replace(FIRST, undeliverable=True), "suppressed"),
        (replace(FIRST, repeats=2), "repeating"),
        (replace(FIRST, acks_today=3), "rate_limited"),
        (replace(FIRST, age=timedelta(hours=24, seconds=1)), "stale"),
    ],
)
def test_AK_2_each_row_of_the_table_keeps_silent_with_its_reason(situation: Situation, reason: str) -> None:
    assert decide(situation) == Decision(send=False, reason=reason)


@pytest.mark.parametrize(
    "situation",
    [
        replace(FIRST, acks_today=2),  # rate_limited
        replace(FIRST, repeats=1),  # repeating
        replace(FIRST, age=timedelta(hours=24)),  # stale
        replace(FIRST, age=timedelta(seconds=-3)),  # a provider's clock ahead of ours
    ],
)
def test_AK_2_a_near_miss_of_a_row_with_a_limit_is_acknowledged(situation: Situation) -> None:
    assert decide(situation).send


@pytest.mark.parametrize(
    "situation",
    [
        replace(FIRST, consent_stopped=True, already_acknowledged=True, acks_today=9, enabled=False),
        replace(FIRST, consent_stopped=True, answered=True, conversation_open=False, recipient_ok=False),
    ],
)
def test_AK_5_an_opt_out_is_the_reason_told_whatever_else_is_known(situation: Situation) -> None:
    assert decide(situation).reason == "opted_out"


@given(st.builds(Situation, kind=st.sampled_from(["message", "echo"])))
def test_AK_2_an_acknowledgement_is_sent_only_where_nothing_speaks_against_it(situation: Situation) -> None:
    fine = replace(FIRST, acks_today=situation.acks_today, repeats=situation.repeats, age=situation.age)
    within = situation.acks_today < 3 and situation.repeats < 2 and situation.age <= timedelta(hours=24)
    allowed = situation == fine and within
    assert decide(situation).send == allowed


@pytest.mark.parametrize("address", ["+15005550006", "+34600000000", "+12345678", "+123456789012345"])
def test_an_e164_number_can_be_answered(address: str) -> None:
    assert is_reachable(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "12345",
        "+12345",
        "ACME",
        "15005550006",
        "+1234567890123456",
        "+0123456789",
        "+1 5005550006",
        "+1500555000\u0661",
        "+15005550006\n",
        "+",
    ],
)
def test_a_short_code_or_alphanumeric_sender_cannot_be_answered(address: str) -> None:
    assert not is_reachable(address)
