"""What saves a text that its webhook could not take: the fallback, and the reconciler (rule X-3)."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.catch_sms import handler as catch_sms
from functions.ingest_sms import handler as ingest_sms
from functions.reconcile_sms import handler as reconcile_sms
from sandbox.providers import Providers
from sandbox.twilio import Account, Line, Twilio
from switchboard import wiring
from switchboard.flows.reconcile import YOUNG
from switchboard.instant import system_clock
from switchboard.ports import Cursor
from tests.aws_events import CONTEXT, batch, failed, webhook
from tests.functions.conftest import SECRET, Deployment, client, log_of
from tests.functions.test_ingest_sms import TEXT, signature
from tests.world import BASE_URL, CUSTOMER

OURS = TEXT["To"]
CAUGHT_URL = f"{BASE_URL}/caught/sms/acme-sms"
REST = {"api_key": f"SK{'1' * 32}", "api_key_secret": "1" * 32}


@pytest.fixture
def caught(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> str:
    url: str = client("sqs").create_queue(QueueName="caught")["QueueUrl"]
    monkeypatch.setenv("CAUGHT_QUEUE_URL", url)
    return url


def call(fields: Mapping[str, str] | bytes = TEXT, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
    return catch_sms.lambda_handler(webhook("acme-sms", fields, headers=headers, **more), CONTEXT)


def kept(url: str) -> list[dict[str, Any]]:
    messages = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def take(records: list[dict[str, Any]]) -> list[str]:
    return failed(ingest_sms.lambda_handler(batch(*records), CONTEXT))


def signed(fields: Mapping[str, str] = TEXT) -> dict[str, str]:
    return signature(fields, url=CAUGHT_URL)


def test_X_3_the_fallback_keeps_a_delivery_unread_and_answers_with_nothing_to_say(caught: str) -> None:
    answer = call(b"Body=%zz", query="a=%2B&b", headers={"x-twilio-signature": "any"})
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    assert answer["body"].endswith("<Response/>")
    (record,) = kept(caught)
    assert record["pathParameters"] == {"account": "acme-sms"}
    assert (record["requestContext"], record["rawQueryString"]) == ({"http": {"method": "POST"}}, "a=%2B&b")
    assert record["headers"]["x-twilio-signature"] == "any"
    assert base64.b64decode(record["body"]) == b"Body=%zz"


@pytest.mark.parametrize(
    ("fields", "method", "status"), [(b"a" * 65_537, "POST", 413), (b"", "PUT", 405), (b"a" * 65_536, "POST", 200)]
)
def test_SEC_4_and_X_3_the_fallback_keeps_no_more_than_a_text_is(
    caught: str, fields: bytes, method: str, status: int
) -> None:
    assert call(fields, method=method)["statusCode"] == status
    assert len(kept(caught)) == (status == 200)


def test_X_2_and_X_3_a_fallback_that_can_not_keep_it_says_so(caught: str) -> None:
    with Stubber(wiring.sqs()) as sqs:
        sqs.add_client_error("send_message", "ServiceUnavailable")
        assert call() == {"statusCode": 503}


def test_X_3_a_caught_text_is_taken_as_of_when_it_came(caught: str, deployment: Deployment) -> None:
    call(headers=signed())
    records = kept(caught)
    records[0]["at"] = "2026-11-23T15:00:00.000Z"
    assert take(records) == []
    (event,) = deployment.published()
    assert event["detail"]["message"]["text"] == TEXT["Body"]
    assert event["detail"]["at"] == "2026-11-23T15:00:00Z"


def test_X_3_a_get_is_caught_like_a_post(caught: str, deployment: Deployment) -> None:
    query = "MessageSid=SM1&AccountSid=" + TEXT["AccountSid"] + "&From=%2B15551230001&To=%2B15550100100&Body=Hi"
    call(b"", method="GET", query=query, headers=signature({}, url=f"{CAUGHT_URL}?{query}"))
    assert take(kept(caught)) == []
    assert len(deployment.published()) == 1


def test_SEC_1_and_X_3_what_nobody_signed_is_dropped_and_counted(
    caught: str, deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    call(headers={"x-twilio-signature": "wrong"})
    call(headers=signature(TEXT))  # right for the webhook, wrong here
    assert take(kept(caught)) == []
    assert deployment.published() == []
    assert '"SignatureFailed":[1.0,1.0]' in capsys.readouterr().out.replace(" ", "")


def test_X_3_a_caught_text_waits_while_the_bus_is_out_of_reach(caught: str, deployment: Deployment) -> None:
    call(headers=signed())
    records = kept(caught)
    with Stubber(wiring.bus().client) as bus, Stubber(wiring.sqs()) as sqs:
        bus.add_client_error("put_events", "ServiceUnavailable")
        sqs.add_response("change_message_visibility", {})  # it comes again soon
        assert take(records) == ["m0"]
    assert take(records) == []


def test_X_3_no_log_line_of_the_fallback_has_words_or_numbers(
    caught: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(monkeypatch, catch_sms.logger)
    call(headers=signed())
    logged = log.getvalue() + capsys.readouterr().out
    assert '"outcome":"caught"' in logged
    assert '"Caught":[1.0]' in logged
    assert not any(private in logged for private in (CUSTOMER, CUSTOMER[1:], "llo"))


@pytest.fixture
def twilio(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    secret = {**SECRET, **REST}
    client("secretsmanager").put_secret_value(SecretId="switchboard/acme-sms", SecretString=json.dumps(secret))
    lines = [Line(OURS, "Support")]
    keys = {REST["api_key"]: REST["api_key_secret"]}
    twilio = Twilio([Account(SECRET["account_sid"], SECRET["auth_token"], lines=lines, api_keys=keys)])
    twilio.add_phone(CUSTOMER, "Ada")
    long_ago = system_clock() - timedelta(days=1)
    with Providers(twilio).serve() as base_url:
        monkeypatch.setenv("PROVIDER_BASE_URL", base_url)
        wiring.reconciler().cursors.put("acme-sms", Cursor(begun=long_ago, until=system_clock() - YOUNG))
        yield twilio


def lose(twilio: Twilio, body: str = "h\u00e9llo") -> str:
    """A text from ten minutes ago that no webhook brought."""
    (account,) = twilio.accounts.values()
    text = twilio._record(account, CUSTOMER, OURS, body, "inbound", "received")
    text.created = text.sent = (system_clock() - timedelta(minutes=10)).replace(microsecond=0)
    return text.sid


def test_X_3_the_reconciler_puts_lost_texts_on_the_bus(deployment: Deployment, twilio: Twilio) -> None:
    sids = [lose(twilio), lose(twilio, "STOP")]
    assert reconcile_sms.lambda_handler({}, CONTEXT) == {"found": 2, "failed": 0}
    events = [event["detail"]["message"] for event in deployment.published()]
    assert {event["provider_id"] for event in events} == set(sids)
    assert {event["kind"] for event in events} == {"message", "opt_out"}
    assert reconcile_sms.lambda_handler({}, CONTEXT) == {"found": 0, "failed": 0}


def test_X_3_the_reconciler_logs_accounts_and_counts_only(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(monkeypatch, reconcile_sms.logger)
    lose(twilio)
    reconcile_sms.lambda_handler({}, CONTEXT)
    logged = log.getvalue() + capsys.readouterr().out
    assert '"account":"acme-sms"' in logged
    assert '"Reconciled":[1.0]' in logged
    assert not any(private in logged for private in (CUSTOMER, CUSTOMER[1:], OURS[1:], "llo", REST["api_key_secret"]))


def test_X_3_an_account_that_can_not_be_asked_is_counted(
    twilio: Twilio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(monkeypatch, reconcile_sms.logger)
    (account,) = twilio.accounts.values()
    account.api_keys.clear()
    assert reconcile_sms.lambda_handler({}, CONTEXT) == {"found": 0, "failed": 1}
    assert '"NotReconciled":[1.0]' in capsys.readouterr().out
    assert '"error"' in log.getvalue()
