"""The raw bucket: mail is measured before it is read, and what fails says whether to come again."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from switchboard.aws.raw import S3RawStore
from switchboard.errors import NotFoundError, UnavailableError

KEY = "mail/acme-email/m1"
READS: list[tuple[str, Callable[[S3RawStore], object]]] = [
    ("get_object", lambda store: store.fetch(KEY)),
    ("get_object", lambda store: store.fetch_head(KEY, 4)),
    ("head_object", lambda store: store.size(KEY)),
]


@pytest.fixture
def store() -> Iterator[S3RawStore]:
    with mock_aws():
        client: Any = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="raw")
        yield S3RawStore(client, "raw")


def test_EM_4_a_size_is_known_without_reading(store: S3RawStore) -> None:
    store.keep(KEY, b"x" * 5000)
    assert store.size(KEY) == 5000


@pytest.mark.parametrize(("length", "read"), [(4, b"From"), (5000, b"From: x")])
def test_EM_4_the_beginning_can_be_read_by_itself(store: S3RawStore, length: int, read: bytes) -> None:
    store.keep(KEY, b"From: x")
    assert store.fetch_head(KEY, length) == read


@pytest.mark.parametrize(("_", "read"), READS)
def test_what_is_gone_is_told_apart(store: S3RawStore, _: str, read: Callable[[S3RawStore], object]) -> None:
    with pytest.raises(NotFoundError):
        read(store)


@pytest.mark.parametrize("code", ["403", "AccessDenied"])
@pytest.mark.parametrize(("call", "read"), READS)
def test_what_is_not_there_may_be_called_forbidden(
    store: S3RawStore, call: str, read: Callable[[S3RawStore], object], code: str
) -> None:
    with Stubber(store.client) as stubber:
        stubber.add_client_error(call, code)
        with pytest.raises(NotFoundError):
            read(store)


@pytest.mark.parametrize(("call", "use"), [*READS, ("put_object", lambda store: store.keep(KEY, b""))])
def test_X_2_a_bucket_out_of_reach_is_worth_another_try(
    store: S3RawStore, call: str, use: Callable[[S3RawStore], object]
) -> None:
    with Stubber(store.client) as stubber:
        stubber.add_client_error(call, "SlowDown")
        with pytest.raises(UnavailableError):
            use(store)
