"""The adapter of what leads decide: each change and its record in one transaction, on what was there before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.agent_api.settings_views import LONGEST_TEXT
from switchboard.alerts import Preference
from switchboard.audit import Change, Difference
from switchboard.aws.alerts import DynamoPreferences
from switchboard.aws.settings import DynamoSettings
from switchboard.canned import Canned
from switchboard.errors import ConflictError
from switchboard.policy.queues import Duty
from switchboard.ports import Roster
from switchboard.routing import Agent, Presence
from switchboard.team import FormerLeads, Role
from tests.world import MONDAY, World

HELLO = Canned(shortcut="hello", title="Hello", texts={"en": "Hi", "es": "Hola"}, queues=("support",))
DUTIES = (Duty(days=("mon", "sun"), hours="09:00-17:30", units=5),)
ANN = Agent(agent_id="ann", name="Ann", queues=("support",), skills=(), units=3, free=3)


@pytest.fixture
def settings(world: World) -> DynamoSettings:
    return DynamoSettings(world.client, "settings", "agents", "queues", lambda _: None)


def change(number: int = 1, **more: Any) -> Change:
    at = MONDAY + timedelta(minutes=number)
    values = {"by": "lea", "kind": "agent", "subject": "ann", "differences": (Difference(field="units", after="3"),)}
    return Change(change_id=f"{at.isoformat()}.{number}", at=at, **{**values, **more})


def recorded(settings: DynamoSettings) -> int:
    return len(settings.changes(None, 50)[0])


# -- canned responses and the record ---------------------------------------------------------------


def test_a_canned_response_comes_back_as_it_was_written(settings: DynamoSettings) -> None:
    settings.write_canned(None, HELLO, change())
    assert settings.canned_response("hello") == HELLO
    assert settings.canned(None, 50) == ([HELLO], None)
    assert settings.canned_response("bye") is None


def test_a_canned_response_is_written_on_what_was_read(settings: DynamoSettings) -> None:
    settings.write_canned(None, HELLO, change())
    newer = replace(HELLO, title="Hey", revision=2)
    settings.write_canned(HELLO, newer, change(2))
    for before, after in ((None, HELLO), (HELLO, newer)):
        with pytest.raises(ConflictError):
            settings.write_canned(before, after, change(3))
    with pytest.raises(ConflictError):
        settings.remove_canned(HELLO, change(3))
    assert (settings.canned_response("hello"), recorded(settings)) == (newer, 2)
    settings.remove_canned(newer, change(4))
    assert (settings.canned(None, 50), recorded(settings)) == (([], None), 3)


def test_a_change_comes_back_as_it_was_recorded_and_the_newest_first(settings: DynamoSettings) -> None:
    made = [change(number, subject=f"s{number}") for number in (1, 2, 3)]
    for number, one in enumerate(made):
        settings.write_canned(None, replace(HELLO, shortcut=f"h{number}"), one)
    newest, cursor = settings.changes(None, 2)
    assert (newest, cursor) == ([made[2], made[1]], made[1].change_id)
    assert settings.changes(cursor, 2) == ([made[0]], None)


# -- rosters ---------------------------------------------------------------------------------------


def test_a_roster_comes_back_as_it_was_given_and_goes(settings: DynamoSettings) -> None:
    assert settings.roster("support") == Roster()
    settings.keep_roster("support", Roster(), DUTIES, change())
    assert settings.roster("support") == Roster(DUTIES, 1)
    settings.keep_roster("support", Roster(DUTIES, 1), (), change(2))
    assert settings.roster("support") == Roster((), 2)
    settings.keep_roster("support", Roster((), 2), None, change(3))
    assert settings.roster("support") == Roster(None, 3)


def test_a_roster_is_given_on_what_was_read(settings: DynamoSettings) -> None:
    settings.keep_roster("support", Roster(), DUTIES, change())
    for before in (Roster(), Roster(DUTIES, 2)):
        with pytest.raises(ConflictError):
            settings.keep_roster("support", before, None, change(2))
    assert (settings.roster("support").duties, recorded(settings)) == (DUTIES, 1)


# -- agents ----------------------------------------------------------------------------------------


def test_an_agent_is_added_once(world: World, settings: DynamoSettings) -> None:
    settings.employ(None, ANN, settings.former_leads(), change())
    assert world.board.agents.get("ann") == ANN
    assert world.board.agents.members("support", None, 10) == [ANN]
    with pytest.raises(ConflictError):
        settings.employ(None, ANN, settings.former_leads(), change(2))
    assert recorded(settings) == 1


@pytest.mark.parametrize(
    "other", [{"name": "An"}, {"queues": ()}, {"skills": ("x",)}, {"units": 4}, {"caps": {"sms": 1}}]
)
def test_an_agent_is_changed_on_what_was_read(world: World, settings: DynamoSettings, other: dict[str, Any]) -> None:
    settings.employ(None, ANN, settings.former_leads(), change())
    with pytest.raises(ConflictError):
        settings.employ(replace(ANN, **other), replace(ANN, units=9), settings.former_leads(), change(2))
    assert (world.board.agents.get("ann"), recorded(settings)) == (ANN, 1)


def test_an_agent_from_before_there_were_caps_can_be_changed(world: World, settings: DynamoSettings) -> None:
    settings.employ(None, ANN, settings.former_leads(), change())
    key = {"agent_id": {"S": "ann"}, "item": {"S": "agent"}}
    world.client.update_item(TableName="agents", Key=key, UpdateExpression="REMOVE caps")
    settings.employ(ANN, replace(ANN, caps={"sms": 2}), settings.former_leads(), change(2))
    known = world.board.agents.get("ann")
    assert known
    assert known.caps == {"sms": 2}


def test_what_an_agent_takes_meanwhile_is_not_overwritten(world: World, settings: DynamoSettings) -> None:
    world.agent("ann", queues=("support",), skills=(), units=3)
    before = world.board.agents.get("ann")
    assert before
    world.text()
    settings.employ(before, replace(before, units=5), settings.former_leads(), change())
    known = world.board.agents.get("ann")
    assert known
    assert (known.units, known.free, known.held, known.presence) == (5, 4, {"sms": 1}, Presence.ONLINE)


def test_nobody_who_is_there_or_holds_something_is_removed(world: World, settings: DynamoSettings) -> None:
    world.agent("ann", queues=("support",))
    world.text()
    known = world.board.agents.get("ann")
    assert known
    with pytest.raises(ConflictError):
        settings.dismiss(known, change())
    for presence, free in (("offline", 4), ("online", 5)):
        world.client.update_item(
            TableName="agents",
            Key={"agent_id": {"S": "ann"}, "item": {"S": "agent"}},
            UpdateExpression="SET presence = :presence, #free = :free",
            ExpressionAttributeNames={"#free": "free"},
            ExpressionAttributeValues={":presence": {"S": presence}, ":free": {"N": str(free)}},
        )
        with pytest.raises(ConflictError):
            settings.dismiss(known, change())
    assert recorded(settings) == 0


def test_who_is_removed_leaves_no_row(world: World, settings: DynamoSettings) -> None:
    settings.employ(None, replace(ANN, queues=("support", "returns")), settings.former_leads(), change())
    DynamoPreferences(world.client, "agents", lambda _: None).put("ann", Preference(webhook=True))
    settings.dismiss(replace(ANN, queues=("support", "returns")), change(2))
    assert world.client.scan(TableName="agents")["Items"] == []


# -- who leads no more -----------------------------------------------------------------------------


def test_who_leads_no_more_is_written_with_each_decision_about_people(settings: DynamoSettings) -> None:
    assert settings.former_leads() == FormerLeads()
    settings.demote(settings.former_leads().with_role("dee", Role.AGENT), change())
    settings.employ(None, ANN, settings.former_leads(), change(2))
    assert settings.former_leads() == FormerLeads(agent_ids=("dee",), revision=2)
    settings.employ(ANN, replace(ANN, units=4), settings.former_leads().with_role("dee", Role.LEAD), change(3))
    assert (settings.former_leads(), recorded(settings)) == (FormerLeads(revision=3), 3)


def test_of_two_decisions_about_people_on_the_same_state_one_is_made(world: World, settings: DynamoSettings) -> None:
    for made in (0, 1):
        before = settings.former_leads()
        settings.demote(before.with_role(f"first{made}", Role.AGENT), change())
        with pytest.raises(ConflictError):
            settings.demote(before.with_role("second", Role.AGENT), change(2))
        with pytest.raises(ConflictError):
            settings.employ(None, ANN, before, change(2))
    assert settings.former_leads().agent_ids == ("first0", "first1")
    assert world.board.agents.get("ann") is None


def test_the_largest_change_of_a_canned_response_fits_into_its_record(settings: DynamoSettings) -> None:
    """DynamoDB takes items of 400 KB."""
    texts = {f"e{letter}": "\N{GRINNING FACE}" * LONGEST_TEXT for letter in "abcdefgh"}
    largest = replace(HELLO, texts=texts)
    both = tuple(Difference(field=f"texts.{name}", before=text, after=text) for name, text in texts.items())
    settings.write_canned(None, largest, change(differences=both))
    assert settings.canned_response("hello") == largest
