"""Rosters: the policy's, a lead's instead, and what promises make of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from switchboard.audit import tag_of
from switchboard.aws.settings import DynamoSettings
from switchboard.errors import NotFoundError, OutdatedError
from switchboard.flows import audit, rosters
from switchboard.flows.desk import Caller
from switchboard.flows.expect import expect
from switchboard.policy.hours import WEEKDAYS
from switchboard.policy.queues import Duty
from tests.world import World

LEA = Caller("lea", is_lead=True)
ALWAYS = Duty(days=WEEKDAYS, hours="00:00-24:00", units=400)


@pytest.fixture
def settings(world: World) -> DynamoSettings:
    return DynamoSettings(world.client, "settings", "agents", "queues", lambda _: None)


def promised(world: World) -> datetime:
    """By when a conversation that waits now is answered."""
    expectation = expect(world.only(), world.board, world.now)
    assert expectation
    return expectation.bound.at


def test_without_a_leads_the_policys_holds(world: World, settings: DynamoSettings) -> None:
    support = world.policy.queues["support"].model_copy(update={"roster": (ALWAYS,)})
    world.with_policy(queues={**world.policy.queues, "support": support})
    assert rosters.plan("support", world.board, settings) == rosters.Plan("support", (ALWAYS,), is_policys=True)
    assert rosters.plan("returns", world.board, settings).duties == ()


def test_a_leads_roster_changes_the_next_promise_and_the_policys_comes_back(
    world: World, settings: DynamoSettings
) -> None:
    world.agent("ann", online=False)
    world.text()
    before = promised(world)
    rosters.replan(LEA, "support", (ALWAYS,), None, world.board, settings)
    assert promised(world) < before
    rosters.replan(LEA, "support", None, None, world.board, settings)
    assert promised(world) == before


def test_an_empty_roster_goes_before_the_policys_and_leaves_it_to_learning(
    world: World, settings: DynamoSettings
) -> None:
    world.text()
    learned = promised(world)
    support = world.policy.queues["support"].model_copy(update={"roster": (ALWAYS,)})
    world.with_policy(queues={**world.policy.queues, "support": support})
    assert promised(world) != learned
    rosters.replan(LEA, "support", (), None, world.board, settings)
    assert promised(world) == learned


def test_a_promise_reads_its_roster_in_no_request_of_its_own(
    world: World, settings: DynamoSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.text()
    known = world.only()
    asked: list[str] = []
    make = world.client._make_api_call

    def note(name: str, given: Any) -> Any:
        asked.append(name)
        return make(name, given)

    monkeypatch.setattr(world.client, "_make_api_call", note)
    for _ in range(2):
        asked.clear()
        expect(known, world.board, world.now)
        assert asked == ["BatchGetItem"]
        rosters.replan(LEA, "support", (ALWAYS,), None, world.board, settings)


def test_what_is_learned_knows_the_roster_some_minutes_later(world: World, settings: DynamoSettings) -> None:
    estimates = world.board.estimates
    assert estimates.planned("support", world.now).roster is None
    rosters.replan(LEA, "support", (ALWAYS,), None, world.board, settings)
    assert estimates.planned("support", world.now + timedelta(minutes=10)).roster == (ALWAYS,)


def test_a_roster_is_on_record_as_people_read_it(world: World, settings: DynamoSettings) -> None:
    duty = Duty(days=("mon", "tue"), hours="09:00-17:30", units=5)
    for _ in range(2):
        rosters.replan(LEA, "support", (duty,), None, world.board, settings)
    (change,) = audit.history(None, 50, settings).changes
    assert {one.field: (one.before, one.after) for one in change.differences} == {
        "from": ("policy", "lead"),
        "duties": ("", "mon tue 09:00-17:30: 5"),
    }


def test_of_two_leads_who_plan_at_once_the_second_is_told(world: World, settings: DynamoSettings) -> None:
    seen = tag_of(rosters.values_of(rosters.plan("support", world.board, settings)))
    rosters.replan(LEA, "support", (ALWAYS,), seen, world.board, settings)
    with pytest.raises(OutdatedError):
        rosters.replan(LEA, "support", (), seen, world.board, settings)


def test_a_roster_that_changed_in_between_is_planned_anew(
    world: World, settings: DynamoSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    raced: list[str] = []
    keep = DynamoSettings.keep_roster

    def keep_late(*arguments: Any) -> None:
        if not raced:
            raced.append("once")
            rosters.replan(LEA, "support", (), None, world.board, settings)
        keep(*arguments)

    monkeypatch.setattr(DynamoSettings, "keep_roster", keep_late)
    rosters.replan(LEA, "support", (ALWAYS,), None, world.board, settings)
    assert rosters.plan("support", world.board, settings).duties == (ALWAYS,)
    changes = audit.history(None, 50, settings).changes
    assert sorted(one.field for change in changes for one in change.differences) == ["duties", "from"]


def test_a_queue_that_there_is_not_has_no_roster(world: World, settings: DynamoSettings) -> None:
    with pytest.raises(NotFoundError, match="no such queue"):
        rosters.plan("sales", world.board, settings)
    with pytest.raises(NotFoundError, match="no such queue"):
        rosters.replan(LEA, "sales", (), None, world.board, settings)


def test_the_record_goes_back_page_by_page(world: World, settings: DynamoSettings) -> None:
    for units in (1, 2, 3):
        world.later(minutes=1)
        duty = Duty(days=("mon",), hours="09:00-17:00", units=units)
        rosters.replan(LEA, "support", (duty,), None, world.board, settings)
    first = audit.history(None, 2, settings)
    rest = audit.history(first.cursor, 2, settings)
    told = [change.differences[-1].after for page in (first, rest) for change in page.changes]
    assert told == [f"mon 09:00-17:00: {units}" for units in (3, 2, 1)]
    assert rest.cursor is None


def test_the_record_is_kept_for_400_days(world: World, settings: DynamoSettings) -> None:
    rosters.replan(LEA, "support", (), None, world.board, settings)
    (item,) = world.client.scan(TableName="settings")["Items"]
    assert int(item["expires_at"]["N"]) == int((world.now + timedelta(days=400)).timestamp())
