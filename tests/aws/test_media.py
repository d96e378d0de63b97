"""Our copies of customers' files, in S3."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from switchboard.aws.media import SCANNED, S3MediaStore
from switchboard.errors import NotFoundError, UnavailableError

KEY = "media/acme-sms/MM1/0"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", config=Config(signature_version="s3v4"))
        client.create_bucket(Bucket="raw")
        yield client


@pytest.fixture
def store(s3: Any) -> S3MediaStore:
    return S3MediaStore(s3, "raw")


def test_SEC_10_a_file_is_kept_as_nothing_that_a_browser_opens(s3: Any, store: S3MediaStore) -> None:
    store.put(KEY, BytesIO(b"<script>"))
    kept = s3.get_object(Bucket="raw", Key=KEY)
    assert kept["Body"].read() == b"<script>"
    assert (kept["ContentType"], kept["ContentDisposition"]) == ("application/octet-stream", "attachment")


def test_the_scans_verdict_is_read_from_its_tag(s3: Any, store: S3MediaStore) -> None:
    store.put(KEY, BytesIO(b"x"))
    assert store.verdict(KEY) is None
    tags = [{"Key": "other", "Value": "1"}, {"Key": SCANNED, "Value": "NO_THREATS_FOUND"}]
    s3.put_object_tagging(Bucket="raw", Key=KEY, Tagging={"TagSet": tags})
    assert store.verdict(KEY) == "NO_THREATS_FOUND"


def test_what_has_expired_has_no_verdict(store: S3MediaStore) -> None:
    with pytest.raises(NotFoundError):
        store.verdict(KEY)


def test_SEC_10_a_link_lives_five_minutes_and_makes_a_browser_save_the_file(store: S3MediaStore) -> None:
    query = parse_qs(urlsplit(store.link(KEY, "a.pdf")).query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["response-content-type"] == ["application/octet-stream"]
    assert query["response-cache-control"] == ["no-store"]
    assert query["response-content-disposition"] == ["attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"]


@pytest.mark.parametrize("name", ['a"; filename="b.exe', "a\r\nset-cookie: b", "\u00e9%22", "a;b\\c"])
def test_SEC_7_no_name_breaks_out_of_its_header(name: str, store: S3MediaStore) -> None:
    (header,) = parse_qs(urlsplit(store.link(KEY, name)).query)["response-content-disposition"]
    plain, encoded = header.removeprefix('attachment; filename="').split("\"; filename*=UTF-8''")
    assert not set(plain) & set('"\\\r\n%')
    assert not set(encoded) & set("\"'\\\r\n; ")


def test_a_bucket_out_of_reach_is_said_so(store: S3MediaStore) -> None:
    with pytest.raises(UnavailableError):
        S3MediaStore(store.client, "nobodys").put(KEY, BytesIO(b"x"))
