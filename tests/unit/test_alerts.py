"""What is told to agents who don't look: once, together, and only what still matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.alerts import (
    LISTENED,
    MOST_LISTED,
    STALE,
    Alert,
    Occasion,
    Preference,
    Slate,
    compose,
    concerns,
    is_looking,
    may_be_alerted,
    next_look,
    put,
    subject,
    text,
    wipe,
)
from switchboard.conversation import Acknowledgement, Conversation, Status
from switchboard.policy import Priority
from switchboard.push import Connection
from switchboard.routing import Agent, Presence

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANN = Agent(agent_id="ann", name="Ann", queues=("support",), skills=(), units=5, free=5, presence=Presence.ONLINE)
EMPTY = Slate(agent_id="ann")
PROMISED = Acknowledgement(at=NOON, sent=True, reason="first_message", promised_at=NOON + MINUTE)


def occasion(number: int = 1, at: datetime = NOON, reason: str = "assigned") -> Occasion:
    return Occasion(conversation_id=f"acme-sms.c{number}.1", reason=reason, at=at)  # type: ignore[arg-type]  # a literal


def conversation(number: int = 1, **changes: object) -> Conversation:
    known = Conversation(
        thread=f"acme-sms.c{number}",
        number=1,
        account="acme-sms",
        channel="sms",
        address="+15551230001",
        customer_id=f"c{number}",
        queue="support",
        priority=Priority.NORMAL,
        skills=(),
        reasons=(),
        language="en",
        policy="p",
        opened_at=NOON,
        status=Status.ASSIGNED,
        owner="ann",
        awaiting_since=NOON,
    )
    return replace(known, **changes)  # type: ignore[arg-type]  # fields of a conversation


# -- the slate -------------------------------------------------------------------------------------


def test_a_copy_of_an_event_is_the_same_occasion_before_and_after_it_was_told() -> None:
    noted = put(EMPTY, occasion(), NOON)
    assert put(noted, occasion(), NOON) is noted
    told = wipe(noted, noted.occasions, NOON)
    assert put(told, occasion(), NOON + MINUTE) is told


def test_what_is_older_than_a_slate_remembers_is_not_told_any_more() -> None:
    assert put(EMPTY, occasion(), NOON + STALE + MINUTE) is EMPTY


@given(st.lists(st.integers(0, 5), max_size=20), st.lists(st.integers(0, 90), min_size=20, max_size=20))
def test_each_occasion_is_on_a_slate_once_however_its_copies_come(numbers: list[int], minutes: list[int]) -> None:
    slate, told, now = EMPTY, [], NOON
    for number, passed in zip(numbers, minutes, strict=False):
        now += passed * MINUTE
        slate = put(slate, occasion(number), now)
        if passed % 2:
            told += list(slate.occasions)
            slate = wipe(slate, slate.occasions, now)
    assert len(told) == len(set(told))


def test_a_slate_forgets_what_cannot_come_again() -> None:
    wiped = wipe(put(EMPTY, occasion(), NOON), [occasion()], NOON)
    assert wiped.wiped
    assert not wipe(wiped, [], NOON + STALE + MINUTE).wiped


# -- when to look ----------------------------------------------------------------------------------


def test_a_slate_is_looked_at_once_its_oldest_has_waited() -> None:
    slate = replace(EMPTY, occasions=(occasion(1, NOON + MINUTE), occasion(2)))
    assert next_look(slate, 2 * MINUTE, 15 * MINUTE, NOON) == NOON + 2 * MINUTE


def test_nobody_is_alerted_again_before_the_last_alert_has_rested() -> None:
    slate = replace(EMPTY, occasions=(occasion(),), alerted_at=NOON - MINUTE)
    assert next_look(slate, 2 * MINUTE, 15 * MINUTE, NOON) == NOON + 14 * MINUTE


def test_an_empty_slate_is_not_looked_at() -> None:
    assert next_look(EMPTY, MINUTE, MINUTE, NOON) is None


# -- whom it concerns ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("connected", "heard", "looks"),
    [(0, None, True), (10, None, False), (10, 2, True), (10, 4, False)],
)
def test_a_console_that_was_not_heard_of_for_a_while_is_shown_to_nobody(
    connected: int, heard: int | None, *, looks: bool
) -> None:
    console = Connection(
        connection_id="c",
        agent_id="ann",
        queues=(),
        connected_at=NOON - connected * MINUTE,
        heard_at=None if heard is None else NOON - heard * MINUTE,
    )
    assert is_looking([console], NOON) is looks
    assert LISTENED == 3 * MINUTE


def test_without_a_console_nobody_looks() -> None:
    assert not is_looking([], NOON)


@pytest.mark.parametrize(
    ("agent", "may"),
    [
        (ANN, True),
        (replace(ANN, presence=Presence.AWAY), True),
        (replace(ANN, presence=Presence.OFFLINE), False),
        (replace(ANN, shift_until=NOON), False),
        (replace(ANN, shift_until=NOON + MINUTE), True),
        (None, False),
    ],
)
def test_nobody_is_alerted_in_their_own_time(agent: Agent | None, *, may: bool) -> None:
    assert may_be_alerted(agent, NOON) is may


def test_what_was_answered_or_went_to_somebody_else_is_not_told() -> None:
    assert concerns(occasion(), "ann", conversation())
    assert not concerns(occasion(), "ann", conversation(owner="ben"))
    assert not concerns(occasion(), "ann", conversation(awaiting_since=None))
    assert not concerns(occasion(), "ann", None)


def test_a_mention_is_told_whoever_has_the_conversation() -> None:
    assert concerns(occasion(reason="mentioned"), "ann", conversation(owner="ben", awaiting_since=None))


def test_whoever_named_no_way_or_no_reason_wants_nothing() -> None:
    assert not Preference().wants_any
    assert not Preference(mail="ann@acme.example", reasons=()).wants_any
    assert Preference(webhook=True).wants_any


# -- the words -------------------------------------------------------------------------------------


def told(count: int) -> Alert:
    return compose("a1", "ann", {occasion(n): conversation(n) for n in range(count)}, NOON)


def test_a_conversation_is_listed_once_by_its_most_pressing_reason() -> None:
    occasions = {occasion(reason=reason): conversation() for reason in ("promise", "assigned", "mentioned")}
    alert = compose("a1", "ann", occasions, NOON)
    assert (alert.count, [line.reason for line in alert.lines]) == (1, ["promise"])


def test_an_alert_lists_some_and_counts_all() -> None:
    alert = told(MOST_LISTED + 3)
    assert (alert.count, len(alert.lines)) == (MOST_LISTED + 3, MOST_LISTED)
    assert "and 3 more" in text(alert, "https://console.example/")


def test_a_mail_says_queue_priority_promise_and_where_to_look() -> None:
    alert = compose("a1", "ann", {occasion(): conversation(acknowledgement=PROMISED)}, NOON)
    written = text(alert, "https://console.example/")
    assert subject(alert) == "A conversation waits for you"
    assert "- support, normal: is yours and waits for an answer; promised by 2026-11-23 12:01 UTC" in written
    assert "https://console.example/" in written


def test_nothing_of_a_customer_is_in_an_alert() -> None:
    known = conversation(subject="my secret")
    written = text(compose("a1", "ann", {occasion(): known}, NOON), "https://console.example/")
    assert known.address not in written
    assert "secret" not in written
