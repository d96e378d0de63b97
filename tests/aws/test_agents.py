"""The agents table: what a lead changes, who is listed, and who is found."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from switchboard import conversation as transition
from switchboard.conversation import Decision
from switchboard.errors import AgentUnavailableError, ConflictError, NotFoundError
from switchboard.flows import desk
from switchboard.policy import Priority
from switchboard.routing import Agent, Lane, Presence
from tests.world import MONDAY, World

SUPPORT = Lane("support", (), Priority.NORMAL)
RETURNS = Lane("returns", ("returns",), Priority.NORMAL)
SOON = MONDAY + timedelta(seconds=90)


def get(world: World, agent_id: str) -> Agent:
    agent = world.board.agents.get(agent_id)
    assert agent
    return agent


def found(world: World, lane: Lane, token: str = "", limit: int = 10) -> list[str]:
    return [agent.agent_id for agent in world.board.agents.sample(lane, token or "0", limit)]


def list_all(world: World, **tokens: str) -> None:
    for agent_id, token in tokens.items():
        world.board.agents.ensure_listed(agent_id, token)


def tokens(world: World, agent_id: str) -> dict[str, Any]:
    """The token of each membership row, None where there is none."""
    items = world.client.scan(TableName="agents")["Items"]
    rows = [item for item in items if item["agent_id"]["S"] == agent_id and item["item"]["S"].startswith("queue#")]
    return {row["item"]["S"].removeprefix("queue#"): row.get("token", {}).get("S") for row in rows}


def test_an_agent_is_read_as_they_were_put(world: World) -> None:
    ann = Agent(agent_id="ann", name="Ann", queues=("support",), skills=("returns",), units=3, free=3)
    world.board.agents.put(ann)
    assert get(world, "ann") == ann
    assert world.board.agents.get("nobody") is None


def test_a_shift_has_an_end_or_none(world: World) -> None:
    world.agent("ann")
    assert world.board.agents.set_shift("ann", SOON).shift_until == SOON
    assert world.board.agents.set_shift("ann", None).shift_until is None
    with pytest.raises(NotFoundError, match="a lead must add them first"):
        world.board.agents.set_shift("nobody", SOON)


def test_a_change_of_a_lead_keeps_presence_and_load(world: World) -> None:
    world.agent("ann", units=3)
    world.text()
    world.board.agents.put(Agent(agent_id="ann", name="Anne", queues=("returns",), skills=(), units=5, free=5))
    ann = get(world, "ann")
    assert (ann.name, ann.queues, ann.skills, ann.units) == ("Anne", ("returns",), (), 5)
    assert (ann.free, ann.presence) == (4, Presence.ONLINE)


def test_who_leaves_a_queue_is_not_found_there(world: World) -> None:
    world.agent("ann")
    assert found(world, SUPPORT) == ["ann"]
    world.board.agents.put(replace(get(world, "ann"), queues=("returns",)))
    assert found(world, SUPPORT) == []
    assert found(world, RETURNS) == ["ann"]


def test_only_who_has_the_skills_is_found(world: World) -> None:
    world.agent("ann", skills=("returns", "spanish"))
    world.agent("bob", skills=("spanish",))
    assert found(world, RETURNS) == ["ann"]
    assert set(found(world, SUPPORT)) == {"ann", "bob"}
    assert set(found(world, Lane("support", ("spanish",), Priority.LOW))) == {"ann", "bob"}


def test_a_sample_starts_at_its_token_and_goes_round(world: World) -> None:
    for name in ("ann", "bob", "cid"):
        world.agent(name, online=False)
        world.board.agents.set_presence(name, Presence.ONLINE, SOON, MONDAY)
    list_all(world, ann="1", bob="5", cid="9")
    assert found(world, SUPPORT, token="3") == ["bob", "cid", "ann"]
    assert found(world, SUPPORT, token="3", limit=2) == ["bob", "cid"]
    assert found(world, SUPPORT, token="95", limit=2) == ["ann", "bob"]


def test_a_rare_skill_is_found_among_a_hundred_agents(world: World) -> None:
    for number in range(60):
        row = {"agent_id": f"a{number:02d}", "item": "queue#returns", "queue": "returns", "token": f"{number:02d}"}
        world.client.put_item(TableName="agents", Item={name: {"S": value} for name, value in row.items()})
    world.agent("zoe")
    list_all(world, zoe="zz")
    assert found(world, RETURNS, token="00") == ["zoe"]


@pytest.mark.parametrize("changes", [{"units": 0}, {"presence": Presence.AWAY}])
def test_who_is_full_or_absent_is_no_longer_listed_once_found_so(world: World, changes: dict[str, Any]) -> None:
    ann = world.agent("ann")
    if "presence" in changes:
        world.board.agents.set_presence(ann.agent_id, changes["presence"], SOON, MONDAY)
    else:
        world.board.agents.put(replace(get(world, "ann"), units=0))
    assert all(tokens(world, "ann").values())
    assert found(world, SUPPORT) == ["ann"]
    assert tokens(world, "ann") == {"support": None, "returns": None}
    assert found(world, SUPPORT) == []


def test_who_has_room_again_meanwhile_stays_listed(world: World) -> None:
    world.agent("ann")
    world.board.agents._unlist(replace(get(world, "ann"), free=0))  # type: ignore[attr-defined]  # as a stale read would
    assert found(world, SUPPORT) == ["ann"]


def test_who_is_listed_keeps_their_token(world: World) -> None:
    world.agent("ann", online=False)
    list_all(world, ann="first")
    list_all(world, ann="second")
    assert tokens(world, "ann") == {"support": "first", "returns": "first"}


def test_a_heartbeat_of_nobody_is_refused_and_leaves_nothing_behind(world: World) -> None:
    with pytest.raises(NotFoundError, match="a lead must add them first"):
        world.board.agents.set_presence("nobody", Presence.ONLINE, SOON, MONDAY)
    assert world.board.agents.get("nobody") is None


def test_the_overdue_are_found_the_longest_overdue_first(world: World) -> None:
    for minutes, name in enumerate(("ann", "bob", "cid", "dan", "eve")):
        world.agent(name, online=False)
        world.board.agents.set_presence(name, Presence.ONLINE, MONDAY + timedelta(minutes=minutes), MONDAY)
    at = MONDAY + timedelta(minutes=3)
    assert world.board.agents.due(at, 10) == ["ann", "bob", "cid", "dan"]
    assert world.board.agents.due(at, 2) == ["ann", "bob"]


def test_whoever_is_gone_is_marked_unless_a_heartbeat_came(world: World) -> None:
    world.agent("ann")
    stale = get(world, "ann")
    world.board.agents.set_presence("ann", Presence.ONLINE, SOON + timedelta(minutes=1), MONDAY)
    with pytest.raises(ConflictError):
        world.board.agents.mark_gone(stale)
    world.board.agents.mark_gone(get(world, "ann"))
    assert get(world, "ann").presence is Presence.OFFLINE


def test_nothing_left_to_hand_on_is_forgotten_unless_they_came_back(world: World) -> None:
    world.agent("ann")
    world.board.agents.clear_due(get(world, "ann"))
    assert get(world, "ann").due_at == SOON
    world.board.agents.set_presence("ann", Presence.OFFLINE, MONDAY, MONDAY)
    world.board.agents.clear_due(get(world, "ann"))
    assert get(world, "ann").due_at is None
    with pytest.raises(ConflictError):
        world.board.agents.mark_gone(get(world, "ann"))


def test_an_error_that_is_no_lost_race_is_not_taken_for_one(world: World) -> None:
    world.agent("ann")
    ann = get(world, "ann")
    stubber = Stubber(world.client)
    for _ in range(2):
        stubber.add_client_error("update_item", "ProvisionedThroughputExceededException")
    with stubber:
        with pytest.raises(ClientError):
            world.board.agents.set_presence("ann", Presence.ONLINE, SOON, MONDAY)
        with pytest.raises(ClientError):
            world.board.agents.mark_gone(ann)


def test_what_an_agent_holds_is_counted_by_channel(world: World) -> None:
    ann = world.agent("ann")
    world.text(sender="+15551230001")
    world.text(sender="+15551230002")
    assert get(world, "ann").held == {"sms": 2}
    known = world.all_conversations()[0]
    desk.resolve(ann, known.id, world.board, leave_unanswered=True)
    assert get(world, "ann").held == {"sms": 1}


def test_a_claim_is_refused_over_the_cap_of_its_channel_whatever_units_are_left(world: World) -> None:
    world.text()
    world.agent("ann", online=False)
    world.board.agents.set_presence("ann", Presence.ONLINE, SOON, MONDAY)
    known = world.only()
    decision = Decision(thread=known.thread, number=1, agent_id="ann", at=MONDAY, seed="s", policy="p")
    after = transition.claim(known, decision, 1, None)
    name = {"agent_id": {"S": "ann"}, "item": {"S": "agent"}}
    one = {":one": {"N": "1"}}
    update = {"UpdateExpression": "SET #held = :one", "ExpressionAttributeNames": {"#held": "held#sms"}}
    world.client.update_item(TableName="agents", Key=name, ExpressionAttributeValues=one, **update)
    with pytest.raises(AgentUnavailableError):
        world.conversations.claim(known, after, decision, 1)
    assert world.conversations.claim(known, after, decision, 2).owner == "ann"


def test_caps_of_their_own_are_kept_and_changed(world: World) -> None:
    world.agent("ann", caps={"sms": 2})
    assert get(world, "ann").caps == {"sms": 2}
    world.board.agents.put(replace(get(world, "ann"), caps={"email": 3}))
    assert get(world, "ann").caps == {"email": 3}


def test_a_level_is_found_from_itself_on(world: World) -> None:
    for level in range(1, 6):
        world.agent(f"a{level}", skills=(f"spanish:{level}" if level > 1 else "spanish",))
    lane = Lane("support", ("spanish:3",), Priority.NORMAL)
    assert sorted(found(world, lane)) == ["a3", "a4", "a5"]


def test_who_comes_back_is_idle_since_then_and_a_heartbeat_changes_nothing(world: World) -> None:
    later = MONDAY + timedelta(hours=1)
    world.agent("ann")
    assert get(world, "ann").idle_since == MONDAY
    world.board.agents.set_presence("ann", Presence.ONLINE, SOON, later)
    assert get(world, "ann").idle_since == MONDAY
    world.board.agents.set_presence("ann", Presence.AWAY, SOON, later)
    assert get(world, "ann").idle_since == later
