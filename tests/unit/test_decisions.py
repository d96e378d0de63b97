"""What a committed change says that decisions need beside them."""

from dataclasses import replace
from datetime import timedelta

from switchboard.conversation import Answer, Conversation, Decision, Heard, Status
from switchboard.decisions import NAMED, Answered, Freed, Given, Placed, abridge, gist, steps_of
from switchboard.policy import Priority
from tests.decided import MONDAY

OPENED = Conversation(
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
    heard=(Heard("SM1", MONDAY),),
)
HELD = replace(OPENED, status=Status.ASSIGNED, owner="ann", assigned_at=MONDAY + timedelta(minutes=1), cost=2)
LATER = MONDAY + timedelta(minutes=5)


def kinds(before: Conversation | None, after: Conversation) -> list[type]:
    return [type(step) for step in steps_of(before, after, LATER)]


def test_an_opening_is_a_placement_by_its_message() -> None:
    (placed,) = steps_of(None, OPENED, MONDAY)
    assert isinstance(placed, Placed)
    assert (placed.effect, placed.message_id, placed.queue, placed.since) == ("opened", "SM1", "support", MONDAY)


def test_a_customer_who_comes_back_into_the_line_is_placed_again() -> None:
    idle = replace(OPENED, status=Status.IDLE, awaiting_since=None)
    (placed,) = steps_of(idle, replace(OPENED, awaiting_since=LATER, queued_reason="customer_returned"), LATER)
    assert isinstance(placed, Placed)
    assert (placed.effect, placed.since) == ("returned", LATER)


def test_who_writes_while_an_agent_holds_it_is_not_placed() -> None:
    assert kinds(replace(HELD, awaiting_since=None), replace(HELD, awaiting_since=LATER)) == []


def test_a_more_pressing_word_is_told() -> None:
    (placed,) = steps_of(OPENED, replace(OPENED, priority=Priority.URGENT), LATER)
    assert isinstance(placed, Placed)
    assert (placed.effect, placed.priority) == ("raised", Priority.URGENT)


def test_the_answer_that_an_agent_was_given_it_for_is_kept() -> None:
    answer = Answer(agent_id="ann", at=LATER, first=True, response_seconds=300)
    answered = replace(HELD, awaiting_since=None, answers=1, answer=answer)
    (step,) = steps_of(HELD, answered, LATER)
    assert isinstance(step, Answered)
    assert (step.agent_id, step.since, step.response_seconds) == ("ann", MONDAY, 300)


def test_further_answers_are_not() -> None:
    again = replace(HELD, awaiting_since=LATER, answers=1)
    answer = Answer(agent_id="ann", at=LATER, first=False, response_seconds=10)
    assert kinds(again, replace(again, awaiting_since=None, answers=2, answer=answer)) == []


def test_a_slot_that_is_given_back_says_how_long_it_was_held_and_why() -> None:
    freed = replace(HELD, status=Status.RESOLVED, owner=None, assigned_at=None, cost=0)
    (step,) = steps_of(HELD, freed, LATER)
    assert isinstance(step, Freed)
    assert (step.agent_id, step.at - step.assigned_at, step.cost, step.to) == (
        "ann",
        timedelta(minutes=4),
        2,
        "resolved",
    )


def test_what_a_person_gives_away_is_told_with_who_did_it() -> None:
    given = replace(HELD, owner="bob", assigned_by="dee", assigned_at=LATER)
    assert kinds(HELD, given) == [Freed, Given]
    assert kinds(OPENED, HELD) == []


def test_of_many_candidates_a_dozen_is_named_and_the_rest_counted() -> None:
    verdicts = [(f"agent{n}", "is away" if n % 2 else "has no free capacity") for n in range(NAMED + 5)]
    named, others = abridge(verdicts)
    assert named == tuple(verdicts[:NAMED])
    assert others == (("has no free capacity", 3), ("is away", 2))


def test_nobody_is_the_same_nobody_whoever_was_away() -> None:
    one = Decision(thread="t", number=1, agent_id=None, at=MONDAY, seed="s", policy="p", considered=(("a", "is away"),))
    other = replace(one, considered=(), others=(("is away", 1),), at=LATER, seed="z")
    assert gist(one) == gist(other)
    assert gist(one) != gist(replace(one, policy="q"))
    assert gist(one) != gist(replace(one, others=(("is away", 1),)))
