"""What could not be understood: the list, what people did about it, and the bytes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from switchboard import quarantine as transition
from switchboard.aws.raw import S3RawStore
from switchboard.errors import ConflictError
from switchboard.events import MessageQuarantined
from switchboard.ports import Before
from switchboard.quarantine import Quarantined, State
from tests.world import MONDAY, World


def facts(number: int, account: str = "acme-sms") -> dict[str, Any]:
    return {
        "at": MONDAY + timedelta(minutes=number),
        "account": account,
        "channel": "sms",
        "quarantine_id": f"{9 - number}",
        "reason": "not_utf8",
        "key": f"quarantine/{account}/{number}",
        "size": 3,
    }


def quarantined(number: int, account: str = "acme-sms") -> MessageQuarantined:
    return MessageQuarantined(**facts(number, account))


def listed(world: World, state: State = State.OPEN, before: Before | None = None, limit: int = 10) -> list[str]:
    page = world.quarantine.page("acme-sms", state, before, limit)
    return [filed.item.quarantine_id for filed in page]


def test_an_account_sees_its_own_the_newest_first(world: World) -> None:
    for number in (1, 2, 0):
        world.quarantine.add(quarantined(number))
    world.quarantine.add(quarantined(3, "acme-returns"))
    assert listed(world) == ["7", "8", "9"]


def test_a_page_goes_on_below_a_place_or_at_it(world: World) -> None:
    for number in range(4):
        world.quarantine.add(quarantined(number))
    (first,) = world.quarantine.page("acme-sms", State.OPEN, None, 1)
    assert listed(world, before=Before(first.place), limit=2) == ["7", "8"]
    assert listed(world, before=Before(first.place, inclusive=True), limit=2) == ["6", "7"]


def test_one_is_found_by_its_id(world: World) -> None:
    world.quarantine.add(quarantined(1))
    assert world.quarantine.get("acme-sms", "8") == Quarantined(**facts(1))
    assert world.quarantine.get("acme-returns", "8") is None


def test_a_redelivery_is_the_same_item_and_stays_as_people_left_it(world: World) -> None:
    world.quarantine.add(quarantined(1))
    known = Quarantined(**facts(1))
    world.quarantine.save(known, transition.dismiss(known, "dee", MONDAY))
    world.quarantine.add(quarantined(1))
    assert (listed(world), listed(world, State.DISMISSED)) == ([], ["8"])


def test_of_two_who_change_an_item_one_is_first(world: World) -> None:
    world.quarantine.add(quarantined(1))
    known = Quarantined(**facts(1))
    saved = world.quarantine.save(known, transition.ask(known, "dee", MONDAY))
    assert saved == world.quarantine.get("acme-sms", "8")
    with pytest.raises(ConflictError):
        world.quarantine.save(known, transition.dismiss(known, "eli", MONDAY))


def test_an_item_from_before_there_were_states_can_be_changed(world: World) -> None:
    world.quarantine.add(quarantined(1))
    world.client.update_item(
        TableName="quarantine",
        Key={"account": {"S": "acme-sms"}, "item": {"S": "8"}},
        UpdateExpression="REMOVE #state, revision, place",
        ExpressionAttributeNames={"#state": "state"},
    )
    known = world.quarantine.get("acme-sms", "8")
    assert known == Quarantined(**facts(1))
    assert world.quarantine.save(known, replace(known, reason="no_from")).revision == 2


def test_what_is_open_is_counted_up_to_a_limit(world: World) -> None:
    for number in range(5):
        world.quarantine.add(quarantined(number))
    assert world.quarantine.count_open("acme-sms", 10) == 5
    assert world.quarantine.count_open("acme-sms", 3) == 4
    assert world.quarantine.count_open("acme-returns", 3) == 0


@pytest.fixture
def store() -> Iterator[S3RawStore]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="raw")
        yield S3RawStore(client, "raw")


def test_bytes_are_kept_as_they_were(store: S3RawStore) -> None:
    store.keep("quarantine/acme-sms/1", b"\xff\x00raw")
    assert store.fetch("quarantine/acme-sms/1") == b"\xff\x00raw"
