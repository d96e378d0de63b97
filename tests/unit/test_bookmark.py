"""What an agent has read, and what they have begun to write."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.bookmark import Bookmark, Draft, is_unread, newest_heard
from switchboard.conversation import Conversation, Heard
from switchboard.policy import Priority
from tests.world import MONDAY

KNOWN = Conversation(
    thread="acme-sms.cust1",
    number=1,
    account="acme-sms",
    channel="sms",
    customer_id="cust1",
    address="+15551230001",
    language="en",
    queue="support",
    priority=Priority.NORMAL,
    skills=(),
    reasons=(),
    policy="p",
    opened_at=MONDAY,
)
BLANK = Bookmark(thread=KNOWN.thread, number=1, agent_id="ann")
SECONDS = st.integers(0, 10).map(lambda seconds: MONDAY + timedelta(seconds=seconds))
DRAFTS = st.builds(
    Draft,
    kind=st.sampled_from(("message", "note", "forward")),
    text=st.text(max_size=3),
    subject=st.none() | st.text(max_size=2),
    to=st.lists(st.sampled_from("ab"), max_size=1).map(tuple),
    cc=st.none() | st.lists(st.sampled_from("ab"), max_size=1).map(tuple),
    attachments=st.lists(st.sampled_from("ab"), max_size=1).map(tuple),
    updated_at=st.none() | SECONDS,
)


def heard(*times: datetime) -> Conversation:
    return replace(KNOWN, heard=tuple(Heard(str(n), at) for n, at in enumerate(sorted(times))))


def test_what_an_agent_never_looked_at_is_unread() -> None:
    assert is_unread(KNOWN, BLANK)
    assert is_unread(KNOWN, replace(BLANK, draft=Draft(text="hi")))


@given(st.lists(SECONDS, min_size=1), SECONDS)
def test_it_is_unread_exactly_while_the_customer_wrote_after_the_mark(times: list[datetime], mark: datetime) -> None:
    assert is_unread(heard(*times), replace(BLANK, heard_until=mark, noted_until=mark)) is (max(times) > mark)


@given(SECONDS, SECONDS)
def test_a_note_that_means_the_agent_is_unread_until_they_look_again(mentioned: datetime, mark: datetime) -> None:
    marked = replace(BLANK, heard_until=MONDAY, noted_until=mark, mentioned_at=mentioned)
    assert is_unread(heard(MONDAY), marked) is (mentioned > mark)


def test_where_we_wrote_first_there_is_nothing_unread_until_the_customer_writes() -> None:
    assert newest_heard(KNOWN) == MONDAY
    assert not is_unread(KNOWN, replace(BLANK, heard_until=newest_heard(KNOWN)))


@given(DRAFTS, DRAFTS)
def test_drafts_have_the_same_etag_exactly_if_they_say_the_same(one: Draft, other: Draft) -> None:
    said = [
        Draft() if draft.is_empty else Draft(**{f.name: getattr(draft, f.name) for f in fields(Draft) if f.init})
        for draft in (one, other)
    ]
    is_same = replace(said[0], updated_at=None) == replace(said[1], updated_at=None)
    assert (one.etag == other.etag) is is_same


@pytest.mark.parametrize(
    "draft", [Draft(text="x"), Draft(subject="x"), Draft(to=("x",)), Draft(cc=("x",)), Draft(attachments=("x",))]
)
def test_a_draft_with_anything_in_it_is_not_empty(draft: Draft) -> None:
    assert not draft.is_empty
    assert Draft(kind="note").is_empty
