"""What people do by hand, as transitions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard import actions
from switchboard import conversation as transition
from switchboard.conversation import Conversation, Decision, Status
from switchboard.errors import RefusedError, UnfitError
from switchboard.hours import Hours, Interval
from switchboard.policy import Priority, Times

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ALWAYS = Hours("UTC", ((Interval(0, 1440),),) * 7, {})
TIMES = Times()
HOUR = timedelta(hours=1)
WAITING = Conversation(
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
    policy="p1",
    opened_at=NOW,
    awaiting_since=NOW,
    heard=(transition.Heard("m1", NOW),),
)
ASSIGNED = transition.claim(
    WAITING, Decision(thread="t", number=1, agent_id="ann", at=NOW, seed="", policy="p"), 1, NOW + TIMES.lease
)
ANSWERED = transition.answer(ASSIGNED, "ann", NOW, ALWAYS, HOUR)
RESOLVED = transition.resolve(ASSIGNED, NOW, leave_unanswered=True)


def assign(known: Conversation, agent_id: str = "ben", by: str = "lea", at: datetime = NOW) -> Conversation:
    return actions.assign(known, agent_id, by, at, 1, ALWAYS, TIMES)


def test_an_assignment_starts_a_new_lease_if_an_answer_is_owed_else_the_linger() -> None:
    later = NOW + HOUR
    assert assign(ASSIGNED, at=later).due_at == later + TIMES.lease
    assert assign(ANSWERED, at=later).due_at == later + TIMES.linger_of("sms")


def test_an_assignment_keeps_the_wait_and_says_who_decided() -> None:
    given_to_ben = assign(ASSIGNED)
    assert (given_to_ben.owner, given_to_ben.last_agent, given_to_ben.assigned_by) == ("ben", "ben", "lea")
    assert given_to_ben.awaiting_since == NOW


def test_the_machines_claim_forgets_that_a_person_once_assigned_it() -> None:
    waiting = transition.release(assign(ASSIGNED), "agent_gone", NOW, HOUR)
    decision = Decision(thread="t", number=1, agent_id="ann", at=NOW, seed="", policy="p")
    assert transition.claim(waiting, decision, 1, None).assigned_by is None


@pytest.mark.parametrize("known", [WAITING, ASSIGNED, ANSWERED])
def test_what_is_transferred_to_a_queue_waits_at_its_age_or_from_now(known: Conversation) -> None:
    passed = actions.pass_on(known, "returns", ("returns",), "ann", NOW + HOUR, TIMES.lease)
    assert (passed.status, passed.queue, passed.skills, passed.owner, passed.cost) == (
        *(Status.WAITING, "returns", ("returns",), None),
        0,
    )
    assert passed.waiting_since == (known.awaiting_since or NOW + HOUR)
    assert passed.passed_over == known.owner


@pytest.mark.parametrize(
    "act",
    [
        assign,
        lambda known: actions.pass_on(known, "returns", (), "ann", NOW, HOUR),
        lambda known: actions.place(known, "returns", (), Priority.LOW, "ann", NOW),
        lambda known: actions.snooze(known, NOW + HOUR, "ann", NOW),
    ],
)
def test_what_is_resolved_must_be_reopened_first(act: Any) -> None:
    with pytest.raises(RefusedError, match="reopen"):
        act(RESOLVED)


# -- snooze -----------------------------------------------------------------------------------------


def snoozed(known: Conversation = ASSIGNED) -> Conversation:
    return actions.snooze(known, NOW + HOUR, "ann", NOW)


def test_a_snooze_takes_it_from_the_agents_load() -> None:
    assert (snoozed().status, snoozed().owner, snoozed().cost, snoozed().last_agent) == (Status.SNOOZED, None, 0, "ann")
    assert snoozed().waiting_since is None


def test_nothing_happens_to_what_is_snoozed_before_its_time() -> None:
    assert transition.lapse(snoozed(), NOW + HOUR / 2, HOUR, HOUR) is None


def test_at_the_end_it_waits_at_its_age_if_an_answer_was_owed_else_from_then_on() -> None:
    for known, since in ((ASSIGNED, NOW), (ANSWERED, NOW + HOUR)):
        awake = transition.lapse(snoozed(known), NOW + 2 * HOUR, HOUR, HOUR)
        assert awake
        assert (awake.status, awake.waiting_since, awake.queued_reason) == (Status.WAITING, since, "snooze_over")
        assert awake.last_agent == "ann"


@pytest.mark.parametrize("known", [ASSIGNED, ANSWERED])
def test_a_customers_message_ends_a_snooze(known: Conversation) -> None:
    later = NOW + HOUR / 2
    awake = transition.hear(snoozed(known), "m2", later, Priority.HIGH, ALWAYS, HOUR, later)
    assert (awake.status, awake.queued_reason, awake.due_at) == (Status.WAITING, "customer_returned", None)
    assert awake.waiting_since == (known.awaiting_since or later)
    assert awake.priority is Priority.HIGH


def test_an_answer_to_what_is_snoozed_leaves_it_snoozed() -> None:
    answered = transition.answer(snoozed(), "ann", NOW, ALWAYS, HOUR)
    assert (answered.status, answered.due_at, answered.awaiting_since) == (Status.SNOOZED, NOW + HOUR, None)


@pytest.mark.parametrize("until", [NOW, NOW - HOUR, NOW + timedelta(days=91)])
def test_a_snooze_ends_in_the_near_future(until: datetime) -> None:
    with pytest.raises(RefusedError, match="within 90 days"):
        actions.snooze(ASSIGNED, until, "ann", NOW)


# -- reopening, marks, tags, notes ------------------------------------------------------------------


def test_what_is_reopened_is_its_agents_and_owes_nothing() -> None:
    again = actions.reopen(RESOLVED, "ann", NOW + HOUR, 1, ALWAYS, TIMES)
    assert (again.status, again.owner, again.awaiting_since) == (Status.ASSIGNED, "ann", None)
    assert (again.resolved_by, again.resolved_at) == (None, None)
    with pytest.raises(RefusedError, match="take it over"):
        actions.reopen(again, "ann", NOW, 1, ALWAYS, TIMES)


def test_a_mark_ends_the_conversation_and_lifting_it_leaves_it_ended() -> None:
    held = actions.hold_for(ASSIGNED, "spam", "ann", NOW)
    assert (held.status, held.mark, held.owner, held.awaiting_since) == (Status.RESOLVED, "spam", None, None)
    lifted = actions.acquit(held, "lea")
    assert (lifted.status, lifted.mark, lifted.changed_by) == (Status.RESOLVED, None, "lea")
    assert actions.hold_for(held, "blocked", "ann", NOW).mark == "blocked"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (["VIP", " vip "], ("vip",)),
        (["b", "a"], ("a", "b")),
        (["late  delivery!"], ("late-delivery",)),
        (["Straße", "STRASSE"], ("strasse",)),
        (["返品"], ("返品",)),
        (["\uff57ide"], ("wide",)),
        ([], ()),
    ],
)
def test_tags_have_one_spelling(written: list[str], kept: tuple[str, ...]) -> None:
    assert actions.normalise_tags(written) == kept


@pytest.mark.parametrize("written", [[""], ["!!"], ["a" * 41], [str(n) for n in range(21)]])
def test_tags_are_bounded(written: list[str]) -> None:
    with pytest.raises(UnfitError, match="tags"):
        actions.normalise_tags(written)


@given(st.lists(st.text(max_size=60), max_size=30))
def test_spelling_tags_twice_is_spelling_them_once(written: list[str]) -> None:
    try:
        once = actions.normalise_tags(written)
    except UnfitError:
        return
    assert actions.normalise_tags(once) == once


def test_a_note_is_internal_and_in_no_line_to_be_sent() -> None:
    note = actions.note(WAITING, "note.1.k", "ann", "look", ("ben",), NOW)
    assert (note.direction, note.kind, note.position, note.status) == ("internal", "note", None, None)


@given(
    st.lists(
        st.sampled_from(
            ["assign", "pass_on", "place", "snooze", "hear", "answer", "lapse", "hold", "reopen", "resolve"]
        )
    )
)
def test_whatever_people_do_a_slot_is_held_exactly_while_it_is_somebodys(steps: list[str]) -> None:
    known, at = WAITING, NOW
    for step in steps:
        at += HOUR / 7
        known = _do(step, known, at)
        assert (known.owner is not None) is (known.status is Status.ASSIGNED)
        assert (known.cost > 0) is (known.owner is not None)
        assert (known.waiting_since is not None) is (known.status is Status.WAITING)
        assert known.is_open or known.awaiting_since is None


def _do(step: str, known: Conversation, at: datetime) -> Conversation:
    acts: dict[str, Any] = {
        "assign": lambda: assign(known, at=at),
        "pass_on": lambda: actions.pass_on(known, "returns", (), "ann", at, TIMES.lease),
        "place": lambda: actions.place(known, "returns", (), Priority.LOW, "ann", at),
        "snooze": lambda: actions.snooze(known, at + HOUR, "ann", at),
        "hear": lambda: (
            transition.hear(known, f"m{at}", at, Priority.NORMAL, ALWAYS, HOUR, at) if known.is_open else known
        ),
        "answer": lambda: transition.answer(known, known.owner, at, ALWAYS, HOUR) if known.owner else known,
        "lapse": lambda: transition.lapse(known, at, HOUR, HOUR) or known,
        "hold": lambda: actions.hold_for(known, "spam", "ann", at),
        "reopen": lambda: actions.reopen(known, "ann", at, 1, ALWAYS, TIMES),
        "resolve": lambda: transition.resolve(known, at, leave_unanswered=True),
    }
    try:
        done: Conversation = acts[step]()
    except RefusedError:
        return known
    return replace(done)
