"""The conversations table: each write names what it believed, and reads come back as written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from switchboard.aws.conversations import record_of, skills_of, skills_text
from switchboard.aws.records import attributes
from switchboard.conversation import Acknowledgement, Answer, Conversation, Decision, Entry, Heard, Last, Status, delete
from switchboard.errors import AgentUnavailableError, ConflictError
from switchboard.excerpt import Spoken, Words
from switchboard.message import Attachment, DeliveryStatus
from switchboard.policy import Priority
from switchboard.routing import Lane
from tests.world import MONDAY, World

ONE = Conversation(
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
)
FULL = replace(
    ONE,
    skills=("returns", "spanish"),
    reasons=("safety",),
    heard=(Heard("m1", MONDAY), Heard("m2", MONDAY + timedelta(milliseconds=1))),
    acknowledgement=Acknowledgement(at=MONDAY, sent=True, reason="r", promised_at=MONDAY, samples=12.5),
    answer=Answer(agent_id="ann", at=MONDAY, first=True, response_seconds=60.25, promise_kept=False),
    passed_over="bob",
    queued_reason="lease_lapsed",
    due_at=MONDAY,
    check_at=MONDAY,
    last=Last(MONDAY, "m2"),
)
WHY = Decision(
    thread=ONE.thread,
    number=ONE.number,
    agent_id="ann",
    at=MONDAY,
    seed="s",
    policy="p",
    considered=(("ann", "drawn"), ("bob", "is away")),
)
ENTRY = Entry(
    id="m1",
    thread="acme-sms.c1",
    number=1,
    account="acme-sms",
    channel="sms",
    direction="inbound",
    author="customer",
    kind="message",
    text="héllo \U0001f44b",
    at=MONDAY,
    attachments=(Attachment(url="https://media.example/1", size=3),),
)
QUEUED = replace(
    ENTRY, id="r1", direction="outbound", author="agent", position=1, status=DeliveryStatus.QUEUED, attachments=()
)
LANE = Lane("support", (), Priority.NORMAL)


def taken(before: Conversation, agent_id: str = "ann", cost: int = 2) -> Conversation:
    return replace(before, status=Status.ASSIGNED, owner=agent_id, assigned_at=MONDAY, cost=cost)


@pytest.mark.parametrize("written", [ONE, FULL])
def test_a_conversation_is_read_as_it_was_written(world: World, written: Conversation) -> None:
    world.conversations.open(written)
    assert world.conversations.get("acme-sms.c1", 1) == written
    assert world.conversations.latest("acme-sms.c1") == written


def test_what_is_not_there_is_none(world: World) -> None:
    assert world.conversations.get("acme-sms.c1", 1) is None
    assert world.conversations.latest("acme-sms.c1") is None
    assert world.conversations.entry("acme-sms.c1", "m1") is None


def test_the_latest_is_the_highest_number_of_the_thread(world: World) -> None:
    for number in (9, 10, 2):
        world.conversations.open(replace(ONE, number=number))
    world.conversations.open(replace(ONE, thread="acme-sms.c2", number=99))
    latest = world.conversations.latest("acme-sms.c1")
    assert latest
    assert latest.number == 10


def test_a_number_is_opened_once(world: World) -> None:
    world.conversations.open(ONE)
    with pytest.raises(ConflictError):
        world.conversations.open(replace(ONE, language="es"))
    assert world.conversations.get("acme-sms.c1", 1) == ONE


def test_a_change_is_written_only_over_what_was_read(world: World) -> None:
    world.conversations.open(ONE)
    saved = world.conversations.save(ONE, replace(ONE, language="es"))
    assert saved.revision == 2
    with pytest.raises(ConflictError, match="read it again"):
        world.conversations.save(ONE, replace(ONE, language="de"))
    assert world.conversations.get("acme-sms.c1", 1) == saved


def test_a_claim_takes_units_and_the_conversation_together(world: World) -> None:
    world.agent("ann", units=3)
    world.conversations.open(ONE)
    claimed = world.conversations.claim(ONE, taken(ONE), WHY)
    assert world.conversations.get("acme-sms.c1", 1) == claimed
    assert world.free("ann") == 1


def test_promise_9_a_claim_and_why_it_was_made_are_written_together(world: World) -> None:
    world.agent("ann", units=3)
    world.conversations.open(ONE)
    assert world.board.decisions.latest(ONE.id) is None
    world.conversations.claim(ONE, taken(ONE), WHY)
    assert world.board.decisions.latest(ONE.id) == WHY


def test_a_claim_of_a_changed_conversation_takes_nothing(world: World) -> None:
    world.agent("ann")
    world.conversations.open(ONE)
    world.conversations.save(ONE, ONE)
    with pytest.raises(ConflictError) as lost:
        world.conversations.claim(ONE, taken(ONE), WHY)
    assert not isinstance(lost.value, AgentUnavailableError)
    assert world.free("ann") == 5


@pytest.mark.parametrize(("units", "online"), [(1, True), (5, False)])
def test_a_claim_for_who_is_full_or_absent_changes_nothing(world: World, *, units: int, online: bool) -> None:
    world.agent("ann", units=units, online=online)
    world.conversations.open(ONE)
    with pytest.raises(AgentUnavailableError):
        world.conversations.claim(ONE, taken(ONE), WHY)
    assert world.conversations.get("acme-sms.c1", 1) == ONE
    assert world.free("ann") == units


def test_freeing_gives_back_exactly_what_was_taken_and_once(world: World) -> None:
    world.agent("ann")
    world.conversations.open(ONE)
    claimed = world.conversations.claim(ONE, taken(ONE), WHY)
    released = replace(claimed, status=Status.WAITING, owner=None, assigned_at=None, cost=0)
    world.conversations.free(claimed, released, MONDAY)
    with pytest.raises(ConflictError):
        world.conversations.free(claimed, released, MONDAY)
    assert world.free("ann") == 5


def test_what_a_person_decides_moves_units_of_both_sides_past_the_capacity_with_its_note(world: World) -> None:
    world.agent("ann")
    world.agent("bob", units=1)
    world.conversations.open(ONE)
    claimed = world.conversations.claim(ONE, taken(ONE), WHY)
    note = replace(QUEUED, id="n1", direction="internal", kind="note", position=None, status=None)
    world.conversations.change(claimed, replace(claimed, owner="bob"), MONDAY, note)
    assert (world.free("ann"), world.free("bob")) == (5, -1)
    assert world.conversations.entry("acme-sms.c1", "n1") == note


def test_a_decision_for_who_is_offline_or_on_what_changed_changes_nothing(world: World) -> None:
    world.agent("ann")
    world.agent("bob", online=False)
    world.conversations.open(ONE)
    claimed = world.conversations.claim(ONE, taken(ONE), WHY)
    with pytest.raises(AgentUnavailableError):
        world.conversations.change(claimed, replace(claimed, owner="bob"), MONDAY, QUEUED)
    with pytest.raises(ConflictError):
        world.conversations.change(ONE, replace(ONE, owner="ann", cost=1), MONDAY, QUEUED)
    assert (world.free("ann"), world.free("bob")) == (3, 5)
    assert world.conversations.entry("acme-sms.c1", "r1") is None
    assert world.conversations.get("acme-sms.c1", 1) == claimed


def test_a_conversation_that_an_agent_opens_is_written_with_its_message_and_their_units_once(world: World) -> None:
    world.agent("ann")
    first = replace(ONE, status=Status.ASSIGNED, owner="ann", cost=2, assigned_at=MONDAY, awaiting_since=None)
    world.conversations.change(None, first, MONDAY, QUEUED)
    with pytest.raises(ConflictError):
        world.conversations.change(None, first, MONDAY, QUEUED)
    assert world.free("ann") == 3


def test_a_change_and_its_message_are_written_together_or_not_at_all(world: World) -> None:
    world.conversations.open(ONE)
    written = world.conversations.write(ONE, replace(ONE, outbound=1), QUEUED)
    assert world.conversations.entry("acme-sms.c1", "r1") == QUEUED
    with pytest.raises(ConflictError):
        world.conversations.write(written, replace(written, outbound=2), QUEUED)
    with pytest.raises(ConflictError):
        world.conversations.write(ONE, replace(ONE, outbound=2), replace(QUEUED, id="r2"))
    assert world.conversations.get("acme-sms.c1", 1) == written
    assert world.conversations.entry("acme-sms.c1", "r2") is None


def test_an_inbound_message_is_recorded_once_and_the_first_is_returned_after_that(world: World) -> None:
    assert world.conversations.record(ENTRY) is None
    assert world.conversations.record(replace(ENTRY, number=2, text="other")) == ENTRY


def test_a_message_moves_to_another_conversation_of_its_thread(world: World) -> None:
    world.conversations.record(ENTRY)
    world.conversations.move(ENTRY, 2)
    assert world.conversations.entries("acme-sms.c1", 1) == []
    assert world.conversations.entries("acme-sms.c1", 2) == [replace(ENTRY, number=2)]


def test_a_timeline_is_in_order_of_time_and_of_its_conversation_only(world: World) -> None:
    later = replace(ENTRY, id="a0", at=MONDAY + timedelta(seconds=1))
    for entry in (later, ENTRY, replace(ENTRY, id="m2", number=2)):
        world.conversations.record(entry)
    assert world.conversations.entries("acme-sms.c1", 1) == [ENTRY, later]


def test_a_delivery_advances_only_from_what_was_read(world: World) -> None:
    world.conversations.record(QUEUED)
    sending = replace(QUEUED, status=DeliveryStatus.SENDING, attempt_at=MONDAY)
    world.conversations.advance(QUEUED, sending)
    with pytest.raises(ConflictError):
        world.conversations.advance(QUEUED, sending)
    again = replace(sending, attempt_at=MONDAY + timedelta(seconds=30))
    world.conversations.advance(sending, again)
    with pytest.raises(ConflictError):
        world.conversations.advance(sending, again)
    assert world.conversations.entry("acme-sms.c1", "r1") == again


def test_a_lane_shows_who_waits_in_order_of_arrival(world: World) -> None:
    for minutes, thread in ((2, "acme-sms.c2"), (0, "acme-sms.c0"), (1, "acme-sms.c1")):
        since = MONDAY + timedelta(minutes=minutes)
        world.conversations.open(replace(ONE, thread=thread, awaiting_since=since))
    world.conversations.open(replace(ONE, thread="acme-sms.c3", priority=Priority.URGENT))
    world.conversations.open(replace(ONE, thread="acme-sms.c4", skills=("returns",)))
    world.conversations.open(taken(replace(ONE, thread="acme-sms.c5")))
    heads = world.conversations.heads(LANE, 2)
    assert [head.thread for head in heads] == ["acme-sms.c0", "acme-sms.c1"]
    assert heads[1].since == MONDAY + timedelta(minutes=1)
    (skilled,) = world.conversations.heads(Lane("support", ("returns",), Priority.NORMAL), 2)
    assert skilled.thread == "acme-sms.c4"


def test_what_is_due_comes_the_longest_due_first_from_every_shard(world: World) -> None:
    for minutes in range(6):
        due_at = MONDAY + timedelta(minutes=minutes)
        world.conversations.open(replace(ONE, thread=f"acme-sms.c{minutes}", due_at=due_at))
    at = MONDAY + timedelta(minutes=4)
    assert world.conversations.due(at, 10) == [(f"acme-sms.c{n}", 1) for n in range(5)]
    assert world.conversations.due(at, 2) == [("acme-sms.c0", 1), ("acme-sms.c1", 1)]


def test_an_agents_conversations_are_found(world: World) -> None:
    world.conversations.open(taken(ONE))
    world.conversations.open(taken(replace(ONE, thread="acme-sms.c2"), "bob"))
    assert world.conversations.owned("ann") == [("acme-sms.c1", 1)]


@pytest.mark.parametrize("skills", [(), ("a",), ("a", "b")])
def test_skills_survive_being_part_of_a_key(skills: tuple[str, ...]) -> None:
    assert skills_of(skills_text(skills)) == skills


def test_an_item_of_another_kind_is_nothing() -> None:
    assert record_of(attributes({"thread": "acme-sms.c1", "item": "note#1"})) is None


# -- what was said last ----------------------------------------------------------------------------


def spoken(number: int, entry: Entry = ENTRY) -> Conversation:
    return replace(ONE, number=number, last=Last(entry.at, entry.id), heard=())


def test_what_was_said_last_is_read_where_it_was_said_and_as_it_is_by_then(world: World) -> None:
    world.conversations.record(ENTRY)
    world.conversations.record(QUEUED)
    asked = [spoken(2, QUEUED), ONE, spoken(1), replace(spoken(1), thread="acme-sms.gone")]
    answer, nothing, said, gone = (one.last for one in world.conversations.spoken(asked))
    assert (nothing, gone) == (None, None)
    assert [answer, said] == [Words.of(QUEUED), Words.of(ENTRY)]
    world.conversations.amend(ENTRY, delete(ENTRY, MONDAY))
    (left,) = (one.last for one in world.conversations.spoken([spoken(1)]))
    assert left
    assert (left.text, left.attachments, left.change) == ("", (), "deleted")


def test_what_the_customer_said_last_is_read_beside_the_answer_that_came_after_it(world: World) -> None:
    world.conversations.record(ENTRY)
    world.conversations.record(QUEUED)
    answered = replace(spoken(1, QUEUED), heard=(Heard(message_id=ENTRY.id, at=ENTRY.at),))
    assert world.conversations.spoken([answered]) == [Spoken(last=Words.of(QUEUED), heard=Words.of(ENTRY))]


def test_two_conversations_that_point_at_one_message_are_both_told(world: World) -> None:
    world.conversations.record(ENTRY)
    assert world.conversations.spoken([spoken(1), spoken(2)]) == [Spoken(last=Words.of(ENTRY))] * 2


def test_the_last_words_of_a_hundred_are_one_request_of_what_an_excerpt_needs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = [], world.client.batch_get_item

    def read(**more: Any) -> Any:
        asked.append(more["RequestItems"]["conversations"])
        return real(**more)

    monkeypatch.setattr(world.client, "batch_get_item", read)
    many = [replace(spoken(1), thread=f"acme-sms.c{n}") for n in range(101)]
    assert world.conversations.spoken(many[:100]) == [Spoken()] * 100
    assert [len(one["Keys"]) for one in asked] == [100]
    read_of_each = set(asked[0]["ExpressionAttributeNames"].values())
    assert read_of_each == {"thread", "item", *Words.__dataclass_fields__}
    world.conversations.spoken(many)
    assert [len(one["Keys"]) for one in asked[1:]] == [100, 1]
    world.conversations.spoken([replace(ONE, heard=())])
    assert len(asked) == 3, "nothing is asked where nothing is known"


def test_words_that_dynamodb_does_not_give_are_asked_for_once_more_and_then_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.conversations.record(ENTRY)
    world.conversations.record(QUEUED)
    asked, real = [], world.client.batch_get_item

    def read(RequestItems: Any) -> Any:  # noqa: N803  # botocore's name
        wanted = RequestItems["conversations"]
        asked.append(len(wanted["Keys"]))
        first, left = wanted["Keys"][:1], wanted["Keys"][1:]
        answer = real(RequestItems={"conversations": {**wanted, "Keys": first}})
        return {**answer, "UnprocessedKeys": {"conversations": {"Keys": left or first}}}

    monkeypatch.setattr(world.client, "batch_get_item", read)
    third = replace(QUEUED, id="r2")
    world.conversations.record(third)
    found = world.conversations.spoken([spoken(1), spoken(2, QUEUED), spoken(3, third)])
    assert [one.last for one in found] == [Words.of(ENTRY), Words.of(QUEUED), None]
    assert asked == [3, 2]


# -- what DynamoDB answers beside ---------------------------------------------------------------------


def refusing(world: World, operation: str, code: str, times: int = 1, **more: Any) -> Stubber:
    stubber = Stubber(world.client)
    for _ in range(times):
        stubber.add_client_error(operation, code, **more)
    return stubber


@pytest.mark.parametrize("operation", ["put_item"])
def test_an_error_that_is_no_lost_race_is_not_taken_for_one(world: World, operation: str) -> None:
    calls: list[Any] = [
        lambda: world.conversations.save(ONE, ONE),
        lambda: world.conversations.record(ENTRY),
        lambda: world.conversations.advance(QUEUED, QUEUED),
    ]
    with refusing(world, operation, "ProvisionedThroughputExceededException", len(calls)):
        for call in calls:
            with pytest.raises(ClientError, match="ProvisionedThroughput"):
                call()
