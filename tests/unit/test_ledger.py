"""A campaign's account sees what it is there to see: one violation of each kind, planted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switchboard.conversation import Conversation, Entry, Status
from switchboard.message import DeliveryStatus
from switchboard.policy import Priority
from switchboard.routing import Agent
from tests.e2e.ledger import Account, Holdings, judge
from tests.world import MONDAY

OPEN = Conversation(
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
    status=Status.ASSIGNED,
    owner="ann",
    cost=1,
)
ANN = Agent(agent_id="ann", name="Ann", queues=("support",), skills=(), units=2, free=1)


def entry(text: str, author: Any = "customer", **changes: Any) -> Entry:
    made = Entry(
        id=f"id of {text}",
        thread=OPEN.thread,
        number=1,
        account="acme-sms",
        channel="sms",
        direction="inbound" if author == "customer" else "outbound",
        author=author,
        kind="acknowledgement" if author == "system" else "message",
        text=text,
        at=MONDAY,
        status=None if author == "customer" else DeliveryStatus.SENT,
    )
    return replace(made, **changes)


ACCOUNT = Account(accepted={"hello c1", "hello c2"}, garbage=1, answers={"answer a1"})
WHOLE = Holdings(
    conversations=[OPEN],
    entries=[entry("hello c1"), entry("hello c2"), entry("answer a1", "agent"), entry("we have it", "system")],
    agents=[ANN],
    quarantined=1,
    lists={"ann": [OPEN.id], "ben": []},
    received=["we have it", "answer a1"],
)


def test_where_nothing_is_missing_the_account_is_even() -> None:
    verdict = judge(ACCOUNT, WHOLE)
    assert verdict.violations == ()
    assert verdict.summary == (
        "messages in 3 = out 2 + quarantined 1; double owners 0; over capacity 0; lost 0; doubled 0"
    )


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"lists": {"ann": [OPEN.id], "ben": [OPEN.id]}}, "owners", OPEN.id),
        ({"agents": [replace(ANN, free=2)]}, "capacity", "0 units are counted as taken and 1 are"),
        ({"agents": [replace(ANN, units=0, free=-1)]}, "capacity", "more than their 0 units"),
        ({"entries": WHOLE.entries[1:]}, "lost", "hello c1"),
        ({"entries": [*WHOLE.entries[:2], WHOLE.entries[3]]}, "lost", "answer a1"),
        ({"quarantined": 0}, "lost", "1 of 1 quarantined"),
        ({"entries": [*WHOLE.entries, entry("hello c1", id="another")]}, "doubled", "2 times"),
        ({"received": ["answer a1", "answer a1"]}, "doubled", "answer a1"),
        ({"conversations": [OPEN, replace(OPEN, number=2, cost=0)]}, "doubled", "2 open conversations"),
        ({"entries": [*WHOLE.entries, entry("again", "system")]}, "doubled", "acknowledged 2 times"),
        ({"conversations": [replace(OPEN, status=Status.IDLE)]}, "others", "its owner is ann"),
        ({"entries": [*WHOLE.entries, entry("x", "agent", status=DeliveryStatus.QUEUED)]}, "others", "still queued"),
    ],
)
def test_what_is_missing_or_too_much_is_named(changes: dict[str, Any], kind: str, says: str) -> None:
    verdict = judge(ACCOUNT, replace(WHOLE, **changes))
    (violation,) = getattr(verdict, kind)
    assert says in violation
    assert verdict.violations == (violation,)


def test_an_agent_who_was_once_over_capacity_is_remembered() -> None:
    verdict = judge(replace(ACCOUNT, overdrawn={"ann"}), WHOLE)
    assert len(verdict.capacity) == 1


def acknowledged_four_times(*customers: str) -> Holdings:
    """Four acknowledgements in a day, of conversations with these customers in turn."""
    opened = [
        replace(OPEN, number=n, customer_id=customers[n % len(customers)], status=Status.RESOLVED, owner=None, cost=0)
        for n in range(2, 6)
    ]
    told = [entry(f"ack {n}", "system", number=n, at=MONDAY + timedelta(hours=n)) for n in range(2, 6)]
    return replace(WHOLE, conversations=[OPEN, *opened], entries=[*WHOLE.entries[:3], *told])


def test_X_15_more_acknowledgements_a_day_than_the_budget_allows_are_seen() -> None:
    (violation,) = judge(ACCOUNT, acknowledged_four_times("c1")).others
    assert "more than 3 times a day" in violation


def test_X_15_two_customers_whom_their_networks_gave_one_number_have_a_budget_each() -> None:
    assert judge(ACCOUNT, acknowledged_four_times("c1", "c2")).others == ()


def test_what_was_written_before_the_emulator_lost_its_streams_is_not_held_against_anybody() -> None:
    stuck = entry("x", "agent", status=DeliveryStatus.QUEUED)
    later = MONDAY + timedelta(minutes=1)
    assert judge(ACCOUNT, replace(WHOLE, entries=[*WHOLE.entries, stuck], settled_since=later)).violations == ()
