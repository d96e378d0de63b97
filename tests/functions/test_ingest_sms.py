"""Twilio's webhooks through the handler: what is answered, and what is durable by then (rule X-2)."""

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.ingest_sms.handler import lambda_handler, logger
from switchboard import wiring
from tests.aws_events import CONTEXT, webhook
from tests.functions.conftest import SECRET, Deployment, client, log_of
from tests.world import BASE_URL, CUSTOMER

URL = f"{BASE_URL}/sms/acme-sms"
TEXT = {
    "MessageSid": "SM1",
    "AccountSid": SECRET["account_sid"],
    "From": CUSTOMER,
    "To": "+15550100100",
    "Body": "h\u00e9llo \U0001f44b",
}


def signature(fields: Mapping[str, str], token: str = SECRET["auth_token"], url: str = URL) -> dict[str, str]:
    said = url + "".join(name + value for name, value in sorted(fields.items()))
    return {"x-twilio-signature": base64.b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()}


def call(fields: Mapping[str, str] = TEXT, account: str = "acme-sms", **changes: Any) -> dict[str, Any]:
    headers = changes.pop("headers", None) or signature(fields)
    answer: dict[str, Any] = lambda_handler(webhook(account, fields, headers=headers, **changes), CONTEXT)
    return answer


def test_X_2_a_message_is_on_the_bus_and_answered_200_with_nothing_to_say(deployment: Deployment) -> None:
    answer = call()
    assert answer["statusCode"] == 200
    assert answer["headers"] == {"content-type": "text/xml"}
    assert answer["body"].endswith("<Response/>")
    (event,) = deployment.published()
    assert event["detail-type"] == "message.received"
    assert event["detail"]["message"]["text"] == TEXT["Body"]


def test_X_10_a_base64_body_is_verified_over_its_bytes(deployment: Deployment) -> None:
    assert call(base64=True)["statusCode"] == 200


def test_X_11_a_signature_for_the_host_that_a_header_names_is_wrong(deployment: Deployment) -> None:
    forged = signature(TEXT, url="https://evil.example/sms/acme-sms")
    assert call(headers={**forged, "x-forwarded-host": "evil.example"}) == {"statusCode": 403}


@pytest.mark.parametrize("headers", [{"x-twilio-signature": "wrong"}, {"x-other": "1"}])
def test_X_2_what_is_not_signed_is_answered_403_with_an_empty_body(
    deployment: Deployment, headers: dict[str, str]
) -> None:
    assert call(headers=headers) == {"statusCode": 403}
    assert deployment.published() == []


def test_X_2_a_wrong_method_is_answered_405(deployment: Deployment) -> None:
    assert call(method="DELETE") == {"statusCode": 405}


def test_X_2_what_is_too_large_is_answered_413(deployment: Deployment) -> None:
    assert call({**TEXT, "Body": "a" * 70_000}) == {"statusCode": 413}


def test_X_2_what_cannot_be_parsed_is_answered_200_and_kept(deployment: Deployment) -> None:
    assert call({**TEXT, "MessageSid": "no sid"})["statusCode"] == 200
    (event,) = deployment.published()
    assert event["detail-type"] == "message.quarantined"
    kept = deployment.s3.get_object(Bucket="raw", Key=event["detail"]["key"])["Body"].read()
    assert b"MessageSid=no+sid" in kept


def test_X_2_with_the_bus_down_it_is_answered_503(deployment: Deployment) -> None:
    stubber = Stubber(wiring.bus().client)
    stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]})
    with stubber:
        assert call() == {"statusCode": 503}


def test_X_13_an_account_whose_secret_is_missing_verifies_nothing(deployment: Deployment) -> None:
    fields = {**TEXT, "To": "+15550100200"}
    headers = signature(fields, token="", url=f"{BASE_URL}/sms/acme-returns")
    assert call(fields, "acme-returns", headers=headers) == {"statusCode": 403}


def test_SEC_12_a_message_signed_with_the_new_secret_is_taken_while_both_are_valid(deployment: Deployment) -> None:
    rotated = {**SECRET, "auth_token": "1" * 32}
    client("secretsmanager").put_secret_value(SecretId="switchboard/acme-sms", SecretString=json.dumps(rotated))
    assert call()["statusCode"] == 200
    assert call(headers=signature(TEXT, token="1" * 32))["statusCode"] == 200


def test_no_log_line_has_words_numbers_or_secrets(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(monkeypatch, logger)
    call()
    call(headers={"x-twilio-signature": "wrong"})
    call({**TEXT, "MessageSid": "no sid"})
    logged = log.getvalue() + capsys.readouterr().out
    assert '"outcome":"message"' in logged
    assert '"SignatureFailed":[1.0]' in logged
    for private in (CUSTOMER, CUSTOMER[1:], "llo", SECRET["auth_token"]):
        assert private not in logged
