"""Mail through the handler: a notice of the bucket, and what is durable by then."""

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.ingest_email.handler import lambda_handler, logger
from switchboard import wiring
from tests.aws_events import CONTEXT, batch, failed
from tests.functions.conftest import Deployment, client, log_of

KEY = "mail/acme-email/m1"
RAW = b"From: Jane <jane@customer.example>\r\nTo: support@acme.example\r\nSubject: Hi\r\n\r\nHello there\r\n"
HTML = RAW.replace(b"Subject", b"Content-Type: text/html\r\nSubject")


@pytest.fixture
def office(deployment: Deployment) -> Deployment:
    client("secretsmanager").create_secret(
        Name="switchboard/acme-email", SecretString=json.dumps({"mail_key": "k" * 64})
    )
    return deployment


def stored(deployment: Deployment, raw: bytes, key: str = KEY) -> dict[str, Any]:
    """Put a mail into the bucket; returns the bucket's notice of it."""
    deployment.s3.put_object(Bucket="raw", Key=key, Body=raw)
    described = {"bucket": {"name": "raw"}, "object": {"key": key, "size": len(raw)}}
    return {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": described}]}


def test_X_1_a_mail_is_on_the_bus_and_its_content_in_the_bucket(office: Deployment) -> None:
    assert failed(lambda_handler(batch(stored(office, HTML)), CONTEXT)) == []
    (event,) = office.published()
    message = event["detail"]["message"]
    assert (message["kind"], message["account"], message["raw"]) == ("message", "acme-email", KEY)
    content = json.loads(office.s3.get_object(Bucket="raw", Key=message["content"])["Body"].read())
    assert content["html"]


def test_X_8_one_notice_that_fails_is_not_its_neighbours_failure(office: Deployment) -> None:
    gone = json.loads(json.dumps(stored(office, RAW)).replace("m1", "m2"))
    assert failed(lambda_handler(batch(gone, stored(office, RAW), "no json"), CONTEXT)) == ["m0"]
    assert {event["detail-type"] for event in office.published()} == {"message.received", "message.quarantined"}


def test_EM_4_a_size_that_the_notice_does_not_tell_is_asked_of_the_bucket(office: Deployment) -> None:
    notice = stored(office, RAW)
    del notice["Records"][0]["s3"]["object"]["size"]
    assert failed(lambda_handler(batch(notice), CONTEXT)) == []
    assert len(office.published()) == 1


def test_EM_1_the_buckets_test_notice_is_taken_and_brings_nothing(office: Deployment) -> None:
    assert failed(lambda_handler(batch({"Service": "Amazon S3", "Event": "s3:TestEvent"}), CONTEXT)) == []
    assert office.published() == []


def test_X_2_with_the_bus_down_the_notice_stays_and_comes_again_soon(office: Deployment) -> None:
    stubber, hidden = Stubber(wiring.bus().client), Stubber(wiring.sqs())
    stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]})
    hidden.add_response("change_message_visibility", {})
    with stubber, hidden:
        assert failed(lambda_handler(batch(stored(office, RAW)), CONTEXT)) == ["m0"]
    hidden.assert_no_pending_responses()


def test_no_log_line_has_words_or_addresses(
    office: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(monkeypatch, logger)
    infected = b"X-SES-Virus-Verdict: FAIL\r\nX-SES-RECEIPT: x\r\n" + RAW
    notices: list[Any] = [stored(office, RAW), stored(office, infected, "mail/acme-email/m2"), RAW.decode()]
    lambda_handler(batch(*notices), CONTEXT)
    logged = log.getvalue() + capsys.readouterr().out
    assert '"outcome":"quarantined:virus"' in logged
    assert '"Received":[1.0]' in logged
    assert '"Quarantined":[1.0,1.0]' in logged
    for private in ("jane", "customer.example", "support@", "Hello there", "Hi"):
        assert private not in logged
