"""The shapes in which AWS tells of a mail."""

import base64
import json
from typing import Any

import pytest

from switchboard.channels.email.events import Arrival, arrivals
from switchboard.channels.email.mail import Envelope
from switchboard.channels.email.verdicts import Verdict
from switchboard.errors import UnparseableError

S3: dict[str, Any] = {
    "Records": [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "mail"}, "object": {"key": "in/a+b%2Bc", "size": 123}},
        }
    ]
}
STORED = Arrival(Envelope(provider_id="a b+c"), bucket="mail", key="in/a b+c", size=123)
SES: dict[str, Any] = {
    "notificationType": "Received",
    "mail": {"messageId": "m1", "source": "jane@customer.example", "timestamp": "2026-11-21T09:30:00.000Z"},
    "receipt": {
        "timestamp": "2026-11-21T09:30:01.000Z",
        "recipients": ["support@brand.example"],
        "spamVerdict": {"status": "PASS"},
        "virusVerdict": {"status": "PASS"},
        "spfVerdict": {"status": "GRAY"},
        "dkimVerdict": {"status": "PROCESSING_FAILED"},
        "dmarcVerdict": {"status": "FAIL"},
        "dmarcPolicy": "REJECT",
        "action": {"type": "S3", "bucketName": "mail", "objectKey": "in/m1"},
    },
}


def _sns(message: object) -> dict[str, Any]:
    return {"Type": "Notification", "TopicArn": "arn:x", "Message": json.dumps(message)}


def test_EM_1_s3_tells_bucket_key_and_size_and_encodes_the_key() -> None:
    assert arrivals(S3) == [STORED]


@pytest.mark.parametrize(
    "wrapped",
    [
        {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(S3)}}]},
        {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(S3)}]},
        {"Records": [{"eventSource": "aws:sqs", "body": json.dumps(_sns(S3))}]},
        _sns(S3),
        json.dumps(S3),
    ],
)
def test_EM_1_s3_notices_come_wrapped(wrapped: Any) -> None:
    assert arrivals(wrapped) == [STORED]


def test_EM_1_event_bridge_does_not_encode_the_key() -> None:
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "mail"}, "object": {"key": "in/a+b", "size": 5}},
    }
    assert arrivals(event) == [Arrival(Envelope(provider_id="a+b"), bucket="mail", key="in/a+b", size=5)]


def test_EM_1_ses_tells_the_envelope_and_the_verdicts() -> None:
    [arrival] = arrivals(SES)
    envelope = arrival.envelope
    assert (arrival.bucket, arrival.key, arrival.content) == ("mail", "in/m1", None)
    assert (envelope.provider_id, envelope.sender) == ("m1", "jane@customer.example")
    assert envelope.recipients == ("support@brand.example",)
    assert envelope.verdicts is not None
    assert (envelope.verdicts.spf, envelope.verdicts.dmarc_policy) == (Verdict.GRAY, "reject")
    assert envelope.received_at is not None
    assert envelope.received_at.second == 1


def test_EM_1_the_lambda_action_has_the_same_in_its_records() -> None:
    notice = {"Records": [{"eventSource": "aws:ses", "ses": SES}]}
    assert arrivals(notice) == arrivals(SES)


def test_EM_1_a_mail_may_come_inside_the_notice() -> None:
    plain = SES | {"content": "Subject: Hi\r\n\r\nHello"}
    assert arrivals(_sns(plain))[0].content == b"Subject: Hi\r\n\r\nHello"
    action = {"type": "SNS", "encoding": "BASE64"}
    encoded = plain | {"content": base64.b64encode(b"Hi").decode(), "receipt": SES["receipt"] | {"action": action}}
    assert arrivals(_sns(encoded))[0].content == b"Hi"


def test_EM_1_several_records_are_several_mails() -> None:
    assert len(arrivals({"Records": S3["Records"] * 3})) == 3


@pytest.mark.parametrize(
    "notice",
    [
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "mail"},
        {"Records": [{"s3": {"bucket": {"name": "mail"}, "object": {"key": "in/AMAZON_SES_SETUP_NOTIFICATION"}}}]},
        {"notificationType": "AMAZON_SES_SETUP_NOTIFICATION"},
        SES | {"mail": {"messageId": "AMAZON_SES_SETUP_NOTIFICATION"}},
        {"Type": "SubscriptionConfirmation", "TopicArn": "arn:x", "Message": "confirm"},
        {"Records": [{"eventName": "ObjectRemoved:Delete", "s3": S3["Records"][0]["s3"]}]},
        {"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}},
    ],
)
def test_EM_1_set_up_and_other_notices_bring_no_mail(notice: dict[str, Any]) -> None:
    assert arrivals(notice) == []


@pytest.mark.parametrize(
    "notice",
    [
        {},
        "no json",
        "[]",
        "null",
        {"Records": [{}]},
        {"Records": ["x"]},
        {"Records": [{"s3": {}}]},
        {"a": 1},
        "[" * 99999,
    ],
)
def test_EM_1_what_has_no_known_shape_is_unparseable(notice: Any) -> None:
    with pytest.raises(UnparseableError):
        arrivals(notice)


def test_EM_4_the_size_is_known_before_anything_is_read() -> None:
    assert STORED.is_oversize(limit=100)
    assert not STORED.is_oversize(limit=123)
    assert not Arrival(Envelope()).is_oversize()
