"""What could not be understood: the list, and the bytes."""

from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from switchboard.aws.raw import S3RawStore
from switchboard.events import MessageQuarantined
from tests.world import MONDAY, World


def quarantined(number: int, account: str = "acme-sms") -> MessageQuarantined:
    return MessageQuarantined(
        at=MONDAY + timedelta(minutes=number),
        account=account,
        channel="sms",
        quarantine_id=f"{9 - number}",
        reason="not_utf8",
        key=f"quarantine/{account}/{number}",
        size=3,
    )


def test_an_account_sees_its_own_the_newest_first(world: World) -> None:
    for number in (1, 2, 0):
        world.quarantine.add(quarantined(number))
    world.quarantine.add(quarantined(3, "acme-returns"))
    assert world.quarantine.list("acme-sms", 10) == [quarantined(2), quarantined(1), quarantined(0)]


def test_one_is_found_by_its_id(world: World) -> None:
    world.quarantine.add(quarantined(1))
    assert world.quarantine.get("acme-sms", "8") == quarantined(1)
    assert world.quarantine.get("acme-returns", "8") is None


def test_a_redelivery_is_the_same_item(world: World) -> None:
    world.quarantine.add(quarantined(1))
    world.quarantine.add(quarantined(1))
    assert len(world.quarantine.list("acme-sms", 10)) == 1


@pytest.fixture
def store() -> Iterator[S3RawStore]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="raw")
        yield S3RawStore(client, "raw")


def test_bytes_are_kept_as_they_were(store: S3RawStore) -> None:
    store.keep("quarantine/acme-sms/1", b"\xff\x00raw")
    assert store.fetch("quarantine/acme-sms/1") == b"\xff\x00raw"
