"""Agents' files in S3: put by signed URLs, looked at, copied, handed to providers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from switchboard.aws.media import SCANNED
from switchboard.aws.raw import S3RawStore
from switchboard.aws.shelf import S3Shelf
from switchboard.errors import NotFoundError, UnavailableError

KEY, KEPT = "uploads/c.1/ann/u1", "outgoing/c.1/u1"
SOON = timedelta(minutes=10)


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", config=Config(signature_version="s3v4"))
        client.create_bucket(Bucket="raw")
        yield client


@pytest.fixture
def shelf(s3: Any) -> S3Shelf:
    return S3Shelf(s3, "raw")


def put(s3: Any, content: bytes = b"hello") -> None:
    metadata = {"filename": "l%C3%A4mp.png", "declared-size": "5"}
    s3.put_object(Bucket="raw", Key=KEY, Body=content, ContentType="image/png", Metadata=metadata)


def test_a_url_takes_just_the_file_that_was_declared_and_not_for_long(shelf: S3Shelf) -> None:
    url, headers = shelf.offer(KEY, "l\u00e4mp.png", "image/png", 5, SOON)
    query = parse_qs(urlsplit(url).query)
    assert query["X-Amz-Expires"] == ["600"]
    signed = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert signed == {"host", "content-length", *headers}
    assert headers == {
        "content-type": "image/png",
        "x-amz-meta-filename": "l%C3%A4mp.png",
        "x-amz-meta-declared-size": "5",
    }


def test_what_was_put_is_told_as_it_was_declared_and_as_it_is(s3: Any, shelf: S3Shelf) -> None:
    put(s3, b"hello!")
    found = shelf.look(KEY)
    assert (found.filename, found.content_type, found.declared, found.size) == ("l\u00e4mp.png", "image/png", 5, 6)
    assert shelf.head(KEY, 2) == b"he"


def test_what_was_not_put_is_not_found(shelf: S3Shelf) -> None:
    for look in (shelf.look, shelf.verdict, lambda key: shelf.head(key, 5)):
        with pytest.raises(NotFoundError):
            look(KEY)
    with pytest.raises(UnavailableError):
        shelf.copy(KEY, KEPT)


def test_a_copy_has_the_file_and_what_was_said_of_it_but_not_the_scans_tags(s3: Any, shelf: S3Shelf) -> None:
    put(s3)
    s3.put_object_tagging(Bucket="raw", Key=KEY, Tagging={"TagSet": [{"Key": SCANNED, "Value": "NO_THREATS_FOUND"}]})
    assert shelf.verdict(KEY) == "NO_THREATS_FOUND"
    shelf.copy(KEY, KEPT)
    assert shelf.look(KEPT)[:4] == shelf.look(KEY)[:4]
    assert s3.get_object_tagging(Bucket="raw", Key=KEPT)["TagSet"] == []


def test_a_provider_gets_a_file_as_of_its_type_for_an_hour(shelf: S3Shelf) -> None:
    query = parse_qs(urlsplit(shelf.url(KEPT, 'a".pdf', "application/pdf")).query)
    assert query["X-Amz-Expires"] == ["3600"]
    assert query["response-content-type"] == ["application/pdf"]
    assert query["response-content-disposition"] == ["attachment; filename=\"a_.pdf\"; filename*=UTF-8''a%22.pdf"]


def test_SEC_16_all_files_of_a_conversation_are_found_by_how_their_keys_begin(s3: Any) -> None:
    kept = ["outgoing/c.1/u1", "outgoing/c.1/u2", "outgoing/c.10/u1"]
    for key in kept:
        s3.put_object(Bucket="raw", Key=key, Body=b"x")
    S3RawStore(s3, "raw").remove_all("outgoing/c.1/")
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="raw")["Contents"]] == kept[2:]


def test_a_bucket_that_can_t_be_listed_is_out_of_reach(s3: Any) -> None:
    with pytest.raises(UnavailableError):
        S3RawStore(s3, "nowhere").remove_all("outgoing/c.1/")
