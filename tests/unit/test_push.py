"""Who hears of what, from where on a feed is read, and what it comes to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from switchboard.conversation import Conversation, Status
from switchboard.policy import Priority
from switchboard.push import (
    KEPT,
    LOOK_LIFE,
    LOOK_REST,
    OVERLAP,
    Connection,
    Happened,
    Look,
    News,
    Note,
    audience,
    by_topic,
    changes,
    cursor_of,
    others,
    read_from,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WAITING = Conversation(
    thread="acme-sms.k3v9",
    number=1,
    account="acme-sms",
    channel="sms",
    customer_id="k3v9",
    address="+15551230001",
    language="en",
    queue="support",
    priority=Priority.NORMAL,
    skills=(),
    reasons=(),
    policy="p",
    opened_at=NOON,
)
ANNS = replace(WAITING, status=Status.ASSIGNED, owner="ann", last_agent="ann")


def news(**facts: object) -> News:
    return News.model_validate({"conversation_id": WAITING.id, **facts})


def test_whoever_has_a_conversation_hears_of_it() -> None:
    assert audience(news(), ANNS) == {"agent#ann"}


def test_whoever_had_it_until_now_hears_that_they_have_it_no_more() -> None:
    assert "agent#ben" in audience(news(queue="support", former_agent_id="ben"), ANNS)


def test_whoever_answered_last_hears_of_what_rests() -> None:
    assert audience(news(), replace(ANNS, status=Status.IDLE, owner=None)) == {"agent#ann", "queue#support"}


def test_whoever_is_meant_by_a_note_hears_of_it() -> None:
    assert "agent#cho" in audience(news(mentions=["cho"]), ANNS)


def test_a_queue_hears_of_what_moves_in_it_and_of_what_it_lost() -> None:
    heard = audience(news(queue="returns", former_queue="support"), ANNS)
    assert heard == {"agent#ann", "queue#returns", "queue#support"}


def test_a_queue_hears_of_messages_only_while_nobody_has_the_conversation() -> None:
    assert "queue#support" in audience(news(), WAITING)
    assert "queue#support" not in audience(news(), ANNS)


def test_whoever_had_what_was_erased_hears_of_it_though_it_can_not_be_read_any_more() -> None:
    assert audience(news(former_queue="support", former_agent_id="ann"), None) == {"agent#ann", "queue#support"}


def test_an_event_of_an_older_version_without_these_facts_is_read() -> None:
    assert News.model_validate({"conversation_id": "c", "version": 1, "tags": 3}) == News(conversation_id="c")


names, topics = st.sampled_from("abcd"), st.frozensets(st.sampled_from(["agent#ann", "queue#support"]))


@given(st.lists(st.tuples(st.builds(Happened, names, names), topics)))
def test_each_topic_is_told_everything_that_concerns_it_once(happened: list[tuple[Happened, frozenset[str]]]) -> None:
    told = dict(by_topic(happened))
    for topic in ("agent#ann", "queue#support"):
        mine = {one for one, concerned in happened if topic in concerned}
        assert set(told.get(topic, ())) == mine
        assert len(told.get(topic, ())) == len(mine)


def test_a_burst_about_one_conversation_is_one_change() -> None:
    notes = [Note(at=NOON + timedelta(seconds=n), happened=(Happened("c", "added"),)) for n in range(50)]
    (change,) = changes("agent#ann", notes)
    assert change.events == {"added": NOON + timedelta(seconds=49)}
    assert change.queue is None


@given(st.lists(st.tuples(names, st.integers(0, 100)), min_size=1), st.randoms(use_true_random=False))
def test_notes_come_to_the_same_in_whatever_order(found: list[tuple[str, int]], chance: object) -> None:
    notes = [Note(at=NOON + timedelta(seconds=n), happened=(Happened(name, "added"),)) for name, n in found]
    shuffled = list(notes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random, which hypothesis doesn't say
    key = str
    assert sorted(changes("queue#support", notes), key=key) == sorted(changes("queue#support", shuffled), key=key)


# -- cursors ---------------------------------------------------------------------------------------


@given(
    st.integers(0, 3600_000),
    st.integers(0, int(OVERLAP.total_seconds() * 500)),
    st.lists(st.integers(0, 600_000), min_size=1, max_size=20),
)
def test_whoever_reads_from_cursor_to_cursor_misses_no_note_however_late_it_is_committed(
    stamp: int, delay: int, pauses: list[int]
) -> None:
    """A note is stamped, and committed up to half the overlap later; readings before that can't see it."""
    committed = stamp + delay
    now, cursor, found = 0, cursor_of(NOON), False
    for pause in [*pauses, 3600_000, 3600_000]:
        now += pause
        begin = read_from(cursor, NOON + timedelta(milliseconds=now))
        assert begin is not None
        cursor = cursor_of(NOON + timedelta(milliseconds=now))
        found |= committed <= now and begin <= NOON + timedelta(milliseconds=stamp)
    assert found or committed > now


def test_a_cursor_that_is_older_than_the_feed_says_so() -> None:
    assert read_from(cursor_of(NOON), NOON + timedelta(hours=2)) == NOON - OVERLAP
    assert read_from(cursor_of(NOON), NOON + KEPT) is None


def test_what_is_no_cursor_and_one_of_the_future_start_anew() -> None:
    for cursor in ("", "yesterday", "2026-11-23T12:00:00", cursor_of(NOON + timedelta(hours=1))):
        assert read_from(cursor, NOON) is None
    assert read_from(cursor_of(NOON + timedelta(seconds=1)), NOON) is not None, "clocks differ a little"


# -- who looks -------------------------------------------------------------------------------------

LOOK = Look(conversation_id="a.b.1", typing=False, at=NOON)
SPANS = st.integers(0, 300).map(lambda seconds: timedelta(seconds=seconds))


def console(name: str, look: Look | None) -> Connection:
    return Connection(connection_id=name, agent_id=name[0], queues=(), connected_at=NOON, look=look)


@given(since=SPANS, typed=st.booleans(), types=st.booleans())
def test_a_look_is_news_if_it_says_something_else_or_comes_after_the_one_before_has_lapsed(
    *, since: timedelta, typed: bool, types: bool
) -> None:
    before, after = replace(LOOK, typing=typed), replace(LOOK, typing=types, at=NOON + since)
    assert after.is_news(before) is (typed is not types or since >= LOOK_LIFE)
    assert after.is_due(before) is (after.is_news(before) or since >= LOOK_REST)


def test_the_first_look_and_one_at_something_else_are_news() -> None:
    assert LOOK.is_news(None)
    assert LOOK.is_due(None)
    assert LOOK.is_news(replace(LOOK, conversation_id="a.b.2"))


@given(st.lists(st.tuples(st.sampled_from(["a1", "a2", "b1", "c1"]), st.booleans(), SPANS), max_size=6))
def test_others_are_those_who_still_look_each_once_without_oneself(
    drawn: list[tuple[str, bool, timedelta]],
) -> None:
    lookers = [console(name, replace(LOOK, typing=typing, at=NOON - ago)) for name, typing, ago in drawn]
    told = {one["agent_id"]: one["typing"] for one in others([*lookers, console("d1", None)], "a", NOON)}
    there = [one for one in lookers if one.look and one.look.lasts(NOON) and one.agent_id != "a"]
    assert set(told) == {one.agent_id for one in there}
    for name, typing in told.items():
        assert typing is any(one.look.typing for one in there if one.agent_id == name and one.look)
