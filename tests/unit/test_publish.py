"""Which events a committed change gives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from switchboard import actions
from switchboard import conversation as transition
from switchboard.conversation import Acknowledgement, Conversation, Decision, Entry
from switchboard.events import (
    CONVERSATION_EVENTS,
    ConversationAcknowledged,
    ConversationAnswered,
    ConversationAssigned,
    ConversationDeliveryChanged,
    ConversationEvent,
    ConversationIdled,
    ConversationMarked,
    ConversationMessageAdded,
    ConversationNoted,
    ConversationOpened,
    ConversationQueued,
    ConversationResolved,
    ConversationSnoozed,
    PlacedEvent,
)
from switchboard.flows.publish import Change, Removal, events_of
from switchboard.hours import Hours, Interval
from switchboard.message import DeliveryStatus
from switchboard.policy import Priority, Times

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ALWAYS = Hours("UTC", ((Interval(0, 1440),),) * 7, {})
LEASE, SILENCE = timedelta(minutes=10), timedelta(days=3)
ADDRESS, WORDS = "+15551230001", "my words"

WAITING = Conversation(
    thread="acme-sms.c1",
    number=1,
    account="acme-sms",
    channel="sms",
    customer_id="c1",
    address=ADDRESS,
    language="en",
    queue="support",
    priority=Priority.NORMAL,
    skills=("returns",),
    reasons=(),
    policy="p1",
    opened_at=NOW,
    awaiting_since=NOW,
)
ASSIGNED = transition.claim(
    WAITING,
    Decision(thread="t", number=1, agent_id="ann", at=NOW + timedelta(seconds=5), seed="", policy="p2"),
    1,
    NOW + LEASE,
)
ANSWERED = transition.answer(ASSIGNED, "ann", NOW + timedelta(minutes=1), ALWAYS, LEASE)
IDLE = transition.release(ANSWERED, "agent_gone", NOW, SILENCE)
RESOLVED = transition.resolve(WAITING, NOW, leave_unanswered=True)
INBOUND = Entry(
    id="m1",
    thread="acme-sms.c1",
    number=1,
    account="acme-sms",
    channel="sms",
    direction="inbound",
    author="customer",
    kind="message",
    text=WORDS,
    at=NOW,
)
OUTBOUND = replace(
    INBOUND, id="r1", direction="outbound", author="agent", position=1, status=DeliveryStatus.QUEUED, agent_id="ann"
)


def events(before: Any, after: Any) -> list[ConversationEvent]:
    return list(events_of(Change(before, after, NOW)))


def only(before: Any, after: Any) -> Any:
    (event,) = events(before, after)
    return event


def test_a_first_write_is_an_opening() -> None:
    opened = only(None, WAITING)
    assert isinstance(opened, ConversationOpened)
    assert (opened.conversation_id, opened.skills, opened.policy) == ("acme-sms.c1.1", ("returns",), "p1")


def test_a_claim_is_an_assignment_by_the_policy_that_decided_it() -> None:
    assigned = only(WAITING, ASSIGNED)
    assert isinstance(assigned, ConversationAssigned)
    assert (assigned.agent_id, assigned.waited_seconds, assigned.policy) == ("ann", 5, "p2")
    assert assigned.lease_until == NOW + LEASE


def test_a_decided_acknowledgement_is_announced_once() -> None:
    told = transition.acknowledge(WAITING, Acknowledgement(at=NOW, sent=False, reason="opted_out"))
    event = only(WAITING, told)
    assert isinstance(event, ConversationAcknowledged)
    assert (event.sent, event.reason) == (False, "opted_out")
    assert events(told, replace(told, revision=2)) == []


def test_an_answer_is_announced_with_its_time() -> None:
    event = only(ASSIGNED, ANSWERED)
    assert isinstance(event, ConversationAnswered)
    assert (event.agent_id, event.first, event.response_seconds, event.promise_kept) == ("ann", True, 60, None)


@pytest.mark.parametrize("reason", ["agent_gone", "agent_offline"])
def test_a_release_with_an_owed_answer_is_a_queueing(reason: Any) -> None:
    event = only(ASSIGNED, transition.release(ASSIGNED, reason, NOW, SILENCE))
    assert isinstance(event, ConversationQueued)
    assert (event.reason, event.waiting_since) == (reason, NOW)


def test_a_returning_customer_is_a_queueing() -> None:
    heard = transition.hear(IDLE, "m2", NOW, Priority.NORMAL, ALWAYS, LEASE, NOW)
    assert isinstance(only(IDLE, heard), ConversationQueued)


def test_a_release_without_one_is_an_idling_and_names_who_had_it() -> None:
    event = only(ANSWERED, IDLE)
    assert isinstance(event, ConversationIdled)
    assert event.agent_id == "ann"


def test_a_resolution_says_by_whom() -> None:
    event = only(IDLE, transition.lapse(IDLE, NOW + SILENCE, LEASE, SILENCE))
    assert isinstance(event, ConversationResolved)
    assert event.by == "silence"
    assert only(ANSWERED, transition.resolve(ANSWERED, NOW, leave_unanswered=False)).by == "agent"


def test_a_change_that_means_nothing_outside_is_silent() -> None:
    assert events(WAITING, replace(WAITING, revision=2, passed_over="ann")) == []


def test_a_message_is_announced_in_either_direction() -> None:
    for entry in (INBOUND, OUTBOUND):
        event = only(None, entry)
        assert isinstance(event, ConversationMessageAdded)
        assert (event.message_id, event.direction, event.author) == (entry.id, entry.direction, entry.author)


def test_a_message_that_moved_is_not_announced_again() -> None:
    assert events(INBOUND, replace(INBOUND, number=2)) == []


@pytest.mark.parametrize("status", [DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN])
def test_a_final_delivery_is_announced(status: DeliveryStatus) -> None:
    event = only(OUTBOUND, replace(OUTBOUND, status=status, code="30003"))
    assert isinstance(event, ConversationDeliveryChanged)
    assert (event.status, event.code) == (status, "30003")


@pytest.mark.parametrize("status", [DeliveryStatus.SENDING, DeliveryStatus.SENT])
def test_a_passing_delivery_is_not(status: DeliveryStatus) -> None:
    assert events(OUTBOUND, replace(OUTBOUND, status=status)) == []


def test_an_unchanged_final_delivery_is_not_announced_again() -> None:
    delivered = replace(OUTBOUND, status=DeliveryStatus.DELIVERED)
    assert events(delivered, replace(delivered, provider_id="SM1")) == []


def test_no_event_carries_words_addresses_or_who_the_customer_is_by_name() -> None:
    told = transition.acknowledge(WAITING, Acknowledgement(at=NOW, sent=True, reason="first_message"))
    changes = [
        *((None, WAITING), (WAITING, ASSIGNED), (WAITING, told), (ASSIGNED, ANSWERED), (ANSWERED, IDLE)),
        *((ASSIGNED, transition.release(ASSIGNED, "agent_gone", NOW, SILENCE)), (None, INBOUND)),
        (ANSWERED, transition.resolve(ANSWERED, NOW, leave_unanswered=False)),
        (OUTBOUND, replace(OUTBOUND, status=DeliveryStatus.DELIVERED)),
        (INBOUND, transition.edit(INBOUND, WORDS, (), NOW)),
        (ASSIGNED, actions.snooze(ASSIGNED, NOW + LEASE, "ann", NOW)),
        (WAITING, actions.place(WAITING, "returns", (), Priority.HIGH, "ann", NOW)),
        (WAITING, actions.tag(WAITING, [WORDS], "ann")),
        (WAITING, actions.hold_for(WAITING, "spam", "ann", NOW)),
        (told, transition.renew(told, Acknowledgement(at=NOW, sent=True, reason="renewed", promised_at=NOW))),
        (told, replace(told, promise_broken_at=NOW)),
        (RESOLVED, actions.reopen(RESOLVED, "ann", NOW, 1, ALWAYS, Times())),
        (None, actions.note(WAITING, "note.1.k", "ann", WORDS, ("ben",), NOW)),
    ]
    published = [event for before, after in changes for event in events(before, after)]
    published += events_of(Removal(WAITING.id, WAITING.account, WAITING.channel, NOW))
    assert {type(event) for event in published} == set(CONVERSATION_EVENTS)
    text = "".join(event.model_dump_json() for event in published)
    assert ADDRESS not in text
    assert WORDS not in text


def kinds(before: Any, after: Any) -> list[str]:
    return [event.DETAIL_TYPE.removeprefix("conversation.") for event in events(before, after)]


def test_an_assignment_by_a_person_says_by_whom() -> None:
    by_lead = actions.assign(ASSIGNED, "ben", "lea", NOW, 1, ALWAYS, Times())
    event = only(ASSIGNED, by_lead)
    assert isinstance(event, ConversationAssigned)
    assert (event.agent_id, event.by) == ("ben", "lea")
    assert only(WAITING, ASSIGNED).by is None


def test_an_assignment_from_rest_and_of_what_an_agent_opened_are_announced() -> None:
    taken = actions.assign(IDLE, "ben", "ben", NOW, 1, ALWAYS, Times())
    assert kinds(IDLE, taken) == ["assigned"]
    assert kinds(None, replace(taken, silence=actions.OPENED_BY_US)) == ["opened", "assigned"]


def test_what_a_blocked_customer_opens_is_over_at_once() -> None:
    assert kinds(None, RESOLVED) == ["opened", "resolved"]


def test_a_transfer_to_a_queue_is_a_queueing_that_says_by_whom_and_where_it_is_now() -> None:
    queued, placed = (actions.pass_on(ASSIGNED, queue, (), "ann", NOW, LEASE) for queue in ("support", "returns"))
    event = only(ASSIGNED, queued)
    assert isinstance(event, ConversationQueued)
    assert (event.reason, event.agent_id) == ("transferred", "ann")
    assert kinds(ASSIGNED, placed) == ["placed", "queued"]


def test_a_snooze_tells_until_when_and_its_end_that_it_waits() -> None:
    snoozed = actions.snooze(ASSIGNED, NOW + LEASE, "ann", NOW)
    event = only(ASSIGNED, snoozed)
    assert isinstance(event, ConversationSnoozed)
    assert (event.agent_id, event.until) == ("ann", NOW + LEASE)
    ended = only(snoozed, transition.lapse(snoozed, NOW + LEASE, LEASE, SILENCE))
    assert isinstance(ended, ConversationQueued)
    assert (ended.reason, ended.waiting_since, ended.agent_id) == ("snooze_over", NOW, None)


def test_a_priority_that_the_machine_raises_later_is_nobodys_placing() -> None:
    placed = actions.place(WAITING, "support", (), Priority.LOW, "ann", NOW)
    assert kinds(WAITING, placed) == ["placed"]
    assert kinds(placed, replace(placed, priority=Priority.URGENT)) == []


def test_a_note_is_announced_as_a_note_only_and_never_as_a_message() -> None:
    event = only(None, actions.note(WAITING, "note.1.k", "ann", WORDS, ("ben",), NOW))
    assert isinstance(event, ConversationNoted)
    assert (event.agent_id, event.mentions) == ("ann", ("ben",))


def test_a_lifted_mark_is_announced() -> None:
    held = actions.hold_for(WAITING, "blocked", "ann", NOW)
    assert kinds(WAITING, held) == ["marked", "resolved"]
    lifted = only(held, actions.acquit(held, "lea"))
    assert isinstance(lifted, ConversationMarked)
    assert (lifted.agent_id, lifted.mark) == ("lea", None)


def test_each_change_of_a_message_by_its_sender_is_announced_once() -> None:
    edited = transition.edit(INBOUND, WORDS, (), NOW)
    assert edited
    marked = replace(INBOUND, reaction="x")
    changes = [only(INBOUND, edited), only(INBOUND, transition.delete(INBOUND, NOW)), only(INBOUND, marked)]
    assert [event.change for event in changes] == ["edited", "deleted", "reacted"]
    assert events(edited, edited) == []


@pytest.mark.parametrize(
    "after",
    [
        actions.assign(ASSIGNED, "ben", "lea", NOW, 1, ALWAYS, Times()),
        actions.pass_on(ASSIGNED, "returns", (), "ann", NOW, LEASE),
        actions.snooze(ASSIGNED, NOW + LEASE, "ann", NOW),
        transition.release(ASSIGNED, "lease_lapsed", NOW, SILENCE),
        transition.resolve(ASSIGNED, NOW, leave_unanswered=True),
    ],
)
def test_whatever_takes_a_conversation_from_its_agent_says_from_whom(after: Conversation) -> None:
    told = [event for event in events(ASSIGNED, after) if isinstance(event, PlacedEvent)]
    assert told
    assert {event.former_agent_id for event in told} == {"ann"}


def test_a_move_to_another_queue_says_from_which() -> None:
    moved = actions.pass_on(ASSIGNED, "returns", (), "ann", NOW, LEASE)
    told = [event for event in events(ASSIGNED, moved) if isinstance(event, PlacedEvent)]
    assert {(event.queue, event.former_queue) for event in told} == {("returns", "support")}


def test_what_stays_where_it_is_names_nobody_who_lost_it() -> None:
    event = only(ASSIGNED, actions.place(ASSIGNED, "support", (), Priority.LOW, "ann", NOW))
    assert (event.former_queue, event.former_agent_id) == (None, None)
