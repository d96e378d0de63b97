"""The decisions table: what was decided and what came of it, in order, for ninety days."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from switchboard.aws.decisions import DynamoDecisions
from switchboard.conversation import Decision
from switchboard.decisions import Answered, Freed, Given, Placed, Record, Seen
from switchboard.policy import Priority
from switchboard.routing import Presence
from tests.decided import cases, decided
from tests.world import MONDAY, World

PLACED = Placed(
    thread="acme-sms.c1",
    number=1,
    revision=1,
    at=MONDAY,
    effect="opened",
    message_id="SM1",
    account="acme-sms",
    channel="sms",
    language="en",
    queue="support",
    priority=Priority.HIGH,
    skills=("returns",),
    reasons=("refund",),
    why=("rule refund: high",),
    score=10,
    policy="p",
    since=MONDAY,
)
NOBODY = Decision(
    thread="acme-sms.c1",
    number=1,
    agent_id=None,
    at=MONDAY + timedelta(seconds=1),
    seed="s1",
    policy="p",
    considered=(("ann", "is away"),),
    case="{}",
)
TAKEN = replace(NOBODY, agent_id="ann", at=MONDAY + timedelta(seconds=9), seed="s2", considered=(("ann", "drawn"),))
ANSWERED = Answered(
    thread="acme-sms.c1",
    number=1,
    revision=3,
    at=MONDAY + timedelta(seconds=60),
    agent_id="ann",
    since=MONDAY,
    first=True,
    response_seconds=60.0,
)
GIVEN = Given(thread="acme-sms.c1", number=1, revision=4, at=MONDAY + timedelta(seconds=70), agent_id="bob", by="dee")
FREED = Freed(
    thread="acme-sms.c1",
    number=1,
    revision=5,
    at=MONDAY + timedelta(seconds=90),
    agent_id="bob",
    assigned_at=MONDAY + timedelta(seconds=70),
    cost=1,
    to="resolved",
)
STORY: list[Record] = [PLACED, NOBODY, TAKEN, ANSWERED, GIVEN, FREED]
SEEN = Seen(
    agent_id="ann", at=MONDAY - timedelta(hours=9), presence=Presence.ONLINE, queues=("support",), skills=(), units=5
)


def store(world: World) -> DynamoDecisions:
    return DynamoDecisions(world.client, "decisions")


def items(world: World) -> list[dict[str, Any]]:
    return list(world.client.scan(TableName="decisions")["Items"])


def test_a_story_is_read_in_order_of_time_whatever_the_order_of_writing(world: World) -> None:
    store(world).record([SEEN, *reversed(STORY)])
    assert store(world).of("acme-sms.c1.1") == STORY
    assert store(world).seen("ann") == [SEEN]


def test_the_same_again_changes_nothing(world: World) -> None:
    store(world).record(STORY)
    store(world).record(STORY)
    assert store(world).of("acme-sms.c1.1") == STORY


def test_the_latest_decision_is_the_newest_that_gave_it_to_somebody(world: World) -> None:
    assert store(world).latest("acme-sms.c1.1") is None
    store(world).record([*STORY, replace(NOBODY, at=FREED.at)])
    assert store(world).latest("acme-sms.c1.1") == TAKEN


def test_nobody_is_written_once_until_something_changes(world: World) -> None:
    decisions = store(world)
    later = replace(NOBODY, at=NOBODY.at + timedelta(minutes=1), seed="s3", considered=(("bob", "is away"),))
    other = replace(later, seed="s4", considered=(("bob", "has no free capacity"),))
    assert decisions.note(NOBODY)
    assert not decisions.note(later)
    assert decisions.note(other)
    assert decisions.note(replace(other, policy="q", at=other.at + timedelta(seconds=1)))
    assert len(decisions.of("acme-sms.c1.1")) == 3


def test_nobody_is_news_again_after_somebody_had_it(world: World) -> None:
    store(world).record([NOBODY, TAKEN, FREED])
    assert store(world).note(replace(NOBODY, at=FREED.at + timedelta(seconds=1)))


def test_a_whole_case_takes_little_room(world: World) -> None:
    largest = max((decided(case) for case in cases(50)), key=lambda decision: len(decision.case))
    store(world).record([largest])
    (item,) = items(world)
    assert len(largest.case) > 4_000
    assert len(item["case"]["B"]) < 1_500
    assert store(world).of(largest.conversation_id) == [largest]


def test_records_expire_after_ninety_days_and_policies_never(world: World) -> None:
    store(world).record(STORY)
    assert {int(item["expires_at"]["N"]) - int(MONDAY.timestamp()) for item in items(world)} >= {90 * 86400}
    store(world).keep(world.policy)
    kept = [item for item in items(world) if item["conversation"]["S"] == "policy"]
    assert [set(item) for item in kept] == [{"conversation", "item", "document"}]


def test_a_policy_is_found_by_its_hash(world: World) -> None:
    decisions = store(world)
    assert decisions.policy(world.policy.hash) is None
    decisions.keep(world.policy)
    decisions.keep(world.policy)
    assert decisions.policy(world.policy.hash) == world.policy
    found = decisions.policy(world.policy.hash)
    assert found
    assert found.hash == world.policy.hash


def test_a_span_of_time_is_read_with_agents_who_came_before_it(world: World) -> None:
    decisions = store(world)
    decisions.keep(world.policy)
    decisions.record([*STORY, SEEN])
    found = list(decisions.between(TAKEN.at, FREED.at))
    assert sorted(found, key=lambda record: record.at) == [SEEN, TAKEN, ANSWERED, GIVEN]


def test_SEC_16_what_was_decided_about_a_conversation_can_be_forgotten(world: World) -> None:
    other = replace(PLACED, number=2)
    store(world).record([*STORY, other])
    store(world).forget("acme-sms.c1.1")
    assert [item["conversation"]["S"] for item in items(world)] == ["acme-sms.c1.2"]


def test_no_text_name_or_address_is_in_what_is_kept(world: World) -> None:
    world.agent("ann")
    world.text("the canary sings", sender="+15551239876")
    world.settle()
    kept = str([str(record) for record in store(world).of(world.only().id)])
    assert "canary" not in kept
    assert "9876" not in kept
    assert "Ann" not in kept
