"""Transitions of a conversation: what each changes, and what it leaves alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.conversation import (
    FINAL,
    HEARD_LIMIT,
    SETTLED,
    Acknowledgement,
    Conversation,
    Decision,
    Heard,
    Last,
    Status,
    acknowledge,
    advances,
    answer,
    claim,
    conversation_id,
    file,
    has_heard,
    hear,
    lapse,
    overhear,
    release,
    repeats,
    resolve,
    say,
    split_id,
    thread_of,
    wait,
)
from switchboard.errors import RefusedError
from switchboard.hours import Hours, Interval
from switchboard.message import DeliveryStatus
from switchboard.policy import Priority

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ALWAYS = Hours("UTC", ((Interval(0, 1440),),) * 7, {})
LEASE, LINGER, SILENCE = timedelta(minutes=10), timedelta(minutes=5), timedelta(days=3)


def waiting(**changes: Any) -> Conversation:
    made = Conversation(
        thread="acme-sms.c1",
        number=1,
        account="acme-sms",
        channel="sms",
        customer_id="c1",
        address="+15551230001",
        language="en",
        queue="support",
        priority=Priority.NORMAL,
        skills=(),
        reasons=(),
        policy="p",
        opened_at=MONDAY,
        awaiting_since=MONDAY,
        heard=(Heard("m1", MONDAY),),
    )
    return replace(made, **changes)


def decided(agent_id: str) -> Decision:
    return Decision(thread="t", number=1, agent_id=agent_id, at=MONDAY, seed="s", policy="p")


def assigned(**changes: Any) -> Conversation:
    taken = claim(waiting(), decided("ann"), 1, MONDAY + LEASE)
    return replace(taken, **changes)


def answered() -> Conversation:
    return answer(assigned(), "ann", at(2), ALWAYS, LINGER)


def idle() -> Conversation:
    lapsed = lapse(answered(), at(7), LEASE, SILENCE)
    assert lapsed
    return lapsed


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def hear_at(conversation: Conversation, minutes: float, message_id: str = "m2", **changes: Any) -> Conversation:
    arguments: dict[str, Any] = {"priority": conversation.priority, "now": at(minutes), **changes}
    return hear(conversation, message_id, at(minutes), hours=ALWAYS, lease=LEASE, **arguments)


# -- identity ---------------------------------------------------------------------------------------


def test_an_id_names_account_customer_and_number() -> None:
    assert waiting().id == conversation_id(thread_of("acme-sms", "c1"), 1) == "acme-sms.c1.1"


def test_an_id_splits_into_thread_and_number() -> None:
    assert split_id("acme-sms.c1.12") == ("acme-sms.c1", 12)


@pytest.mark.parametrize("text", ["", "1", ".1", "acme", "acme.c1.", "acme.c1.x", "acme.c1.-1", "acme.c1.²"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="account"):
        split_id(text)


# -- hearing ----------------------------------------------------------------------------------------


def test_a_further_message_keeps_the_place_of_the_oldest_unanswered_one() -> None:
    heard = hear_at(waiting(), 5)
    assert heard.awaiting_since == MONDAY
    assert heard.waiting_since == MONDAY


def test_a_message_to_an_agent_who_answered_starts_a_lease() -> None:
    heard = hear_at(answered(), 4)
    assert (heard.status, heard.owner, heard.awaiting_since) == (Status.ASSIGNED, "ann", at(4))
    assert heard.due_at == at(14)


def test_a_further_message_does_not_extend_a_running_lease() -> None:
    assert hear_at(assigned(), 9).due_at == at(10)


def test_a_late_message_waits_from_when_it_was_received_but_its_lease_starts_now() -> None:
    heard = hear_at(answered(), 1, now=at(30))
    assert heard.awaiting_since == at(1)
    assert heard.due_at == at(40)


def test_an_idle_conversation_waits_again_and_remembers_its_last_agent() -> None:
    heard = hear_at(idle(), 60)
    assert (heard.status, heard.queued_reason, heard.due_at) == (Status.WAITING, "customer_returned", None)
    assert (heard.last_agent, heard.owner) == ("ann", None)


def test_a_message_may_raise_the_priority() -> None:
    assert hear_at(waiting(), 1, priority=Priority.URGENT).priority is Priority.URGENT


def test_what_was_heard_is_known() -> None:
    heard = hear_at(waiting(), 5)
    assert has_heard(heard, "m1", MONDAY)
    assert has_heard(heard, "m2", at(5))
    assert not has_heard(heard, "m3", at(5))


def test_in_a_long_conversation_a_new_message_is_news() -> None:
    long = waiting()
    for n in range(2 * HEARD_LIMIT):
        long = hear_at(long, n, f"n{n}")
    assert len(long.heard) == HEARD_LIMIT
    assert not has_heard(long, "new", at(2 * HEARD_LIMIT))


@given(st.permutations(range(3 * HEARD_LIMIT)))
def test_whatever_was_heard_counts_as_heard_in_any_order(order: list[int]) -> None:
    known = waiting(heard=())
    for n in order:
        known = hear_at(known, n, f"n{n}")
    assert all(has_heard(known, f"n{n}", at(n)) for n in order)


# -- claim and answer -------------------------------------------------------------------------------


def test_a_claim_sets_owner_cost_and_lease() -> None:
    taken = assigned()
    assert (taken.status, taken.owner, taken.last_agent, taken.cost) == (Status.ASSIGNED, "ann", "ann", 1)
    assert (taken.assigned_at, taken.due_at) == (MONDAY, MONDAY + LEASE)
    assert taken.waiting_since is None


def test_a_claim_ends_being_passed_over() -> None:
    taken = claim(waiting(passed_over="bob", queued_reason="lease_lapsed"), decided("ann"), 1, None)
    assert (taken.passed_over, taken.queued_reason) == (None, None)


@pytest.mark.parametrize("taken", [assigned(), answered(), idle()])
def test_only_a_waiting_conversation_can_be_claimed(taken: Conversation) -> None:
    with pytest.raises(RefusedError, match="read it again"):
        claim(taken, decided("bob"), 1, None)


def test_an_answer_ends_the_wait_and_starts_the_linger() -> None:
    known = answered()
    assert (known.awaiting_since, known.owner, known.due_at) == (None, "ann", at(2) + LINGER)
    assert (known.outbound, known.answers) == (1, 1)


def test_the_first_answer_is_measured_in_business_time() -> None:
    closed_until_1501 = Hours("UTC", ((Interval(901, 1440),),) * 7, {})
    known = answer(assigned(), "ann", at(2), closed_until_1501, LINGER)
    assert known.answer
    assert known.answer.first
    assert known.answer.response_seconds == 60


def test_a_second_message_of_the_agent_answers_nothing_further() -> None:
    known = answer(answered(), "ann", at(3), ALWAYS, LINGER)
    assert (known.outbound, known.answers) == (2, 1)
    assert known.due_at == at(3) + LINGER


def test_a_message_to_an_idle_conversation_does_not_take_the_slot_back() -> None:
    before = idle()
    known = answer(before, "ann", at(60), ALWAYS, LINGER)
    assert (known.status, known.owner, known.due_at) == (Status.IDLE, None, before.due_at)


def test_a_later_answer_is_not_the_first() -> None:
    known = answer(hear_at(answered(), 4), "ann", at(5), ALWAYS, LINGER)
    assert known.answer
    assert not known.answer.first
    assert known.answer.response_seconds == 60


@pytest.mark.parametrize(("promised", "kept"), [(3, True), (2, True), (1, False), (None, None)])
def test_an_answer_tells_whether_the_promise_was_kept(*, promised: float | None, kept: bool | None) -> None:
    bound = None if promised is None else at(promised)
    told = Acknowledgement(at=MONDAY, sent=True, reason="first_message", promised_at=bound)
    known = answer(acknowledge(assigned(), told), "ann", at(2), ALWAYS, LINGER)
    assert known.answer
    assert known.answer.promise_kept is kept


@pytest.mark.parametrize("sent", [True, False])
def test_only_an_acknowledgement_that_is_sent_takes_a_position(*, sent: bool) -> None:
    told = Acknowledgement(at=MONDAY, sent=sent, reason="r")
    known = acknowledge(waiting(), told)
    assert known.acknowledgement == told
    assert known.outbound == int(sent)


# -- release, lapse, resolve ------------------------------------------------------------------------


def test_a_released_conversation_keeps_its_place_in_the_lane() -> None:
    freed = release(assigned(), "agent_offline", at(5), SILENCE)
    assert (freed.status, freed.owner, freed.cost) == (Status.WAITING, None, 0)
    assert freed.waiting_since == MONDAY
    assert freed.queued_reason == "agent_offline"


def test_a_released_conversation_without_an_owed_answer_goes_idle() -> None:
    freed = release(answered(), "agent_gone", at(5), SILENCE)
    assert (freed.status, freed.owner, freed.due_at) == (Status.IDLE, None, at(5) + SILENCE)


@pytest.mark.parametrize("known", [waiting(), assigned(), answered(), idle()])
def test_nothing_lapses_before_it_is_due(known: Conversation) -> None:
    due = known.due_at or at(10**5)
    assert lapse(known, due - timedelta(milliseconds=1), LEASE, SILENCE) is None


def test_a_lapsed_lease_passes_the_agent_over_for_another_lease() -> None:
    lapsed = lapse(assigned(), at(10), LEASE, SILENCE)
    assert lapsed
    assert (lapsed.status, lapsed.passed_over, lapsed.due_at) == (Status.WAITING, "ann", at(20))
    over = lapse(lapsed, at(20), LEASE, SILENCE)
    assert over
    assert (over.status, over.passed_over, over.due_at, over.waiting_since) == (Status.WAITING, None, None, MONDAY)


def test_a_linger_that_ends_makes_it_idle_and_passes_nobody_over() -> None:
    assert (idle().status, idle().passed_over, idle().due_at) == (Status.IDLE, None, at(7) + SILENCE)


def test_silence_resolves() -> None:
    over = lapse(idle(), at(7) + SILENCE, LEASE, SILENCE)
    assert over
    assert (over.status, over.resolved_by, over.due_at, over.is_open) == (Status.RESOLVED, "silence", None, False)


def test_resolving_is_refused_while_an_answer_is_owed() -> None:
    with pytest.raises(RefusedError, match="leave_unanswered"):
        resolve(assigned(), at(7), leave_unanswered=False)


@pytest.mark.parametrize("known", [assigned(), waiting()])
def test_resolving_may_leave_a_customer_unanswered_on_purpose(known: Conversation) -> None:
    over = resolve(known, at(7), leave_unanswered=True)
    assert (over.status, over.resolved_by) == (Status.RESOLVED, "agent")
    assert (over.owner, over.cost, over.awaiting_since, over.due_at) == (None, 0, None, None)


# -- when the sweep looks ---------------------------------------------------------------------------


def test_the_sweep_looks_no_later_than_something_is_due() -> None:
    assert file(waiting(due_at=at(5))).check_at == at(5)
    assert file(waiting(due_at=at(5), check_at=at(9))).check_at == at(5)


def test_a_later_due_time_leaves_the_index_alone() -> None:
    assert file(waiting(due_at=at(9), check_at=at(5))).check_at == at(5)
    assert file(waiting(due_at=None, check_at=at(5))).check_at == at(5)


def test_what_is_over_is_looked_at_no_more() -> None:
    assert file(replace(waiting(check_at=at(5)), status=Status.RESOLVED)).check_at is None


# -- delivery ---------------------------------------------------------------------------------------


@given(st.sampled_from(DeliveryStatus), st.sampled_from(DeliveryStatus))
def test_X_7_of_two_different_reports_at_most_one_advances_the_other(a: DeliveryStatus, b: DeliveryStatus) -> None:
    assert not (advances(a, b) and advances(b, a))


@given(st.permutations(list(DeliveryStatus)))
def test_X_7_reports_in_any_order_end_at_the_highest(order: list[DeliveryStatus]) -> None:
    known = DeliveryStatus.QUEUED
    for reported in order:
        known = reported if advances(known, reported) else known
    assert known is DeliveryStatus.COMPLAINED


def test_X_7_a_late_delivery_overrides_a_failure_but_not_the_reverse() -> None:
    assert advances(DeliveryStatus.FAILED, DeliveryStatus.DELIVERED)
    assert not advances(DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)


def test_what_is_final_is_settled() -> None:
    assert FINAL < SETTLED
    assert DeliveryStatus.SENDING not in SETTLED


def written(*minutes: int, **changes: Any) -> Conversation:
    heard = tuple(Heard(f"m{at}", MONDAY + timedelta(minutes=at)) for at in minutes)
    return waiting(heard=heard, **changes)


def test_the_lines_of_a_burst_repeat_nothing() -> None:
    assert repeats(written(0, 1, 2), MONDAY + timedelta(minutes=3)) == 0


def test_who_writes_again_after_half_an_hour_without_an_answer_repeats() -> None:
    assert repeats(written(0, 40), MONDAY + timedelta(minutes=80)) == 2


def test_what_was_answered_is_not_repeated() -> None:
    assert repeats(written(0, awaiting_since=None), MONDAY + timedelta(hours=2)) == 0
    again = written(0, 120, awaiting_since=MONDAY + timedelta(minutes=120))
    assert repeats(again, MONDAY + timedelta(minutes=121)) == 0


@pytest.mark.parametrize(("hours", "expected"), [(71, 1), (73, 0)])
def test_who_comes_back_within_three_days_of_a_resolution_repeats(hours: int, expected: int) -> None:
    done = written(0, status=Status.RESOLVED, awaiting_since=None)
    assert repeats(done, MONDAY + timedelta(hours=hours)) == expected


def test_a_first_message_repeats_nothing() -> None:
    assert repeats(None, MONDAY) == 0


# -- waiting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed_until", "step", "due"), [(None, None, None), (None, 5, 5), (8, None, 8), (8, 5, 5), (8, 9, 8)]
)
def test_what_waits_is_due_at_its_next_step_or_when_nobody_is_passed_over_any_more(
    passed_until: float | None, step: float | None, due: float | None
) -> None:
    passed = {"passed_over": "ann", "passed_until": at(passed_until)} if passed_until else {}
    known = wait(waiting(**passed), at(step) if step else None)
    assert known.due_at == (at(due) if due else None)
    assert wait(known, at(step) if step else None) == known


def test_a_step_of_waiting_does_not_end_being_passed_over() -> None:
    known = wait(waiting(passed_over="ann", passed_until=at(8)), at(5))
    stepped = lapse(known, at(5), LEASE, SILENCE)
    assert stepped
    assert wait(stepped, None) == replace(known, due_at=at(8))
    over = lapse(wait(stepped, None), at(8), LEASE, SILENCE)
    assert over
    assert over.passed_over is None


def test_the_customer_was_last_with_whoever_took_it_or_answered() -> None:
    assert assigned().last_agent_at == MONDAY
    assert answered().last_agent_at == at(2)
    assert idle().last_agent_at == at(2)


@given(st.permutations([(0, "m1"), (1, "m2"), (1, "m3"), (2, "m4")]))
def test_what_was_said_last_is_the_newest_in_whichever_order_it_came(said: list[tuple[int, str]]) -> None:
    known = waiting()
    for minutes, message_id in said:
        known = say(known, message_id, at(minutes))
    assert known.last == Last(at(2), "m4")


def test_a_customers_message_is_what_was_said_last_whether_it_wants_an_answer_or_not() -> None:
    assert hear_at(assigned(), 3).last == Last(at(3), "m2")
    assert overhear(assigned(), "m3", at(4)).last == Last(at(4), "m3")
