"""Leads' routes for the quarantine and opt-outs, agents' for alerts, and the two functions behind them."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from functions.agent_api.handler import lambda_handler
from functions.alert import handler as alert
from functions.retry_quarantined import handler as retry
from switchboard import wiring
from switchboard.events import ConversationAssigned, MessageQuarantined
from switchboard.policy.alerts import Alerts
from tests.aws_events import CONTEXT, api_call, batch
from tests.functions.conftest import Deployment, client, forget
from tests.world import CUSTOMER

LEADS = "[agents leads]"
TEXT = {"MessageSid": f"SM{'1' * 32}", "From": CUSTOMER, "To": "+15550100100", "Body": "hello"}
OFFERED = {"via": ["mail"], "after": "2m", "sender": "alerts@acme.example", "domains": ["acme.example"]}


def call(method: str, path: str, body: Any = None, groups: str = LEADS, **more: Any) -> tuple[int, Any]:
    answer = lambda_handler(api_call(method, path, body, groups=groups, **more), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def put_aside(deployment: Deployment, raw: bytes = urlencode(TEXT).encode(), **changes: Any) -> None:
    item = {
        "at": deployment.world.now,
        "account": "acme-sms",
        "channel": "sms",
        "quarantine_id": "q1",
        "reason": "no_body",
        "key": "quarantine/acme-sms/q1",
        "size": len(raw),
        **changes,
    }
    deployment.world.quarantine.add(MessageQuarantined(**item))
    deployment.s3.put_object(Bucket="raw", Key=item["key"], Body=raw)


def queued(name: str) -> list[dict[str, Any]]:
    url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


# -- the quarantine --------------------------------------------------------------------------------


def test_a_lead_sees_all_accounts_with_counts_on_the_first_page_only(deployment: Deployment) -> None:
    put_aside(deployment)
    put_aside(deployment, account="acme-returns", at=deployment.world.now - timedelta(days=1))
    status, page = call("GET", "/quarantine", query={"limit": "1"})
    assert (status, [item["account"] for item in page["items"]]) == (200, ["acme-sms"])
    assert [(one["account"], one["count"]) for one in page["counts"]] == [("acme-returns", 1), ("acme-sms", 1)]
    _, following = call("GET", "/quarantine", query={"limit": "1", "cursor": page["cursor"]})
    assert [item["account"] for item in following["items"]] == ["acme-returns"]
    assert (following["counts"], following["cursor"]) == (None, None)


def test_a_retry_is_handed_to_the_function_that_reads_and_counts_once(deployment: Deployment) -> None:
    put_aside(deployment)
    for _ in range(2):
        status, asked = call("POST", "/quarantine/acme-sms/q1/retry")
        assert (status, asked["state"], asked["asked_by"]) == (202, "open", "ann")
    tasks = queued("retry")
    assert tasks == [{"account": "acme-sms", "quarantine_id": "q1"}] * 2
    for task in tasks:
        assert retry.lambda_handler(batch(task), CONTEXT) == {"batchItemFailures": []}
    (event,) = deployment.published()
    assert event["detail"]["message"]["text"] == "hello"
    _, done = call("GET", "/quarantine/acme-sms/q1")
    assert (done["state"], done["outcome"]) == ("retried", "message")
    assert call("POST", "/quarantine/acme-sms/q1/retry")[1]["state"] == "retried"
    assert queued("retry") == []


def test_what_is_dismissed_says_by_whom(deployment: Deployment) -> None:
    put_aside(deployment)
    status, gone = call("DELETE", "/quarantine/acme-sms/q1")
    assert (status, gone["state"], gone["dismissed_by"]) == (200, "dismissed", "ann")
    assert call("GET", "/quarantine/acme-sms")[1]["items"] == []
    assert len(call("GET", "/quarantine/acme-sms", query={"state": "dismissed"})[1]["items"]) == 1


def test_EM_3_a_virus_is_not_read_again(deployment: Deployment) -> None:
    put_aside(deployment, reason="virus")
    status, problem = call("POST", "/quarantine/acme-sms/q1/retry")
    assert (status, "dismiss it" in problem["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/quarantine"),
        ("POST", "/quarantine/acme-sms/q1/retry"),
        ("DELETE", "/quarantine/acme-sms/q1"),
        ("GET", "/optouts"),
        ("POST", "/optouts"),
        ("POST", "/optouts/search"),
        ("POST", "/optouts/lift"),
    ],
)
def test_only_leads_may(deployment: Deployment, method: str, path: str) -> None:
    assert call(method, path, {}, groups="[agents]")[0] == 403


@pytest.mark.parametrize(("method", "path"), [("POST", "/retry"), ("DELETE", ""), ("GET", "")])
def test_what_is_not_there_is_404(deployment: Deployment, method: str, path: str) -> None:
    assert call(method, f"/quarantine/acme-sms/q9{path}")[0] == 404


def test_a_cursor_that_is_none_is_told_so(deployment: Deployment) -> None:
    status, problem = call("GET", "/quarantine", query={"cursor": "?"})
    assert (status, "cursor" in problem["detail"]) == (422, True)


# -- opt-outs --------------------------------------------------------------------------------------


def test_an_opt_out_is_written_down_found_and_lifted(deployment: Deployment) -> None:
    said = {"account": "acme-sms", "address": CUSTOMER, "reason": "told Ann on the phone"}
    status, one = call("POST", "/optouts", said)
    assert (status, one["state"], one["how"], one["by"]) == (200, "stopped", "agent", "ann")
    assert call("GET", "/optouts")[1]["items"] == [one]
    assert call("POST", "/optouts/search", {"address": CUSTOMER})[1]["items"] == [one]
    assert call("POST", "/optouts/lift", said)[1]["state"] == "granted"
    assert call("GET", "/optouts", query={"account": "acme-sms"})[1] == {"items": [], "cursor": None}


def test_an_account_that_is_none_of_ours_is_404(deployment: Deployment) -> None:
    assert call("GET", "/optouts", query={"account": "nobody"})[0] == 404
    assert call("POST", "/optouts", {"account": "nobody", "address": "1", "reason": "r"})[0] == 404


# -- alerts ----------------------------------------------------------------------------------------


@pytest.fixture
def alerting(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The policy offers mail; returns what SES is asked to send."""
    sent: list[dict[str, Any]] = []

    class Ses:
        def send_email(self, **arguments: Any) -> dict[str, str]:
            sent.append(arguments)
            return {"MessageId": "m"}

    deployment.world.with_policy(alerts=Alerts.model_validate(OFFERED))
    forget()
    monkeypatch.setattr(wiring, "policy", lambda: deployment.world.policy)
    make = boto3.client
    monkeypatch.setattr(boto3, "client", lambda name, **more: Ses() if name == "sesv2" else make(name, **more))
    return sent


def test_an_agent_asks_to_be_told(deployment: Deployment, alerting: list[dict[str, Any]]) -> None:
    deployment.world.agent("ann")
    status, before = call("GET", "/me/alerts")
    assert (status, before["mail"], before["offered"], before["after_seconds"]) == (200, None, ["mail"], 120)
    assert call("PUT", "/me/alerts", {"mail": "ann@acme.example"})[1]["mail"] == "ann@acme.example"
    assert call("GET", "/me/alerts")[1]["mail"] == "ann@acme.example"
    assert call("PUT", "/me/alerts", {"mail": "ann@elsewhere.example"})[0] == 422
    assert call("PUT", "/me/alerts", {"webhook": True})[0] == 422
    assert call("PUT", "/me/alerts", {"reasons": ["dance"]})[0] == 422


def test_an_assignment_ends_in_one_mail_without_anything_of_the_customers(
    deployment: Deployment, alerting: list[dict[str, Any]]
) -> None:
    deployment.world.agent("ann")
    call("PUT", "/me/alerts", {"mail": "ann@acme.example"})
    deployment.world.text("my secret")
    known = deployment.world.only()
    assigned = {
        "detail-type": ConversationAssigned.DETAIL_TYPE,
        "detail": {"conversation_id": known.id, "at": deployment.world.now.isoformat(), "agent_id": "ann"},
    }
    for _ in range(2):
        assert alert.lambda_handler(batch(assigned), CONTEXT) == {"batchItemFailures": []}
    slate = wiring.alerting().slates.slate("ann")
    (occasion,) = slate.occasions
    assert occasion.reason == "assigned"
    tell = {
        "detail-type": "alert.tell",
        "detail": {
            "alert": {
                "alert_id": "a1",
                "agent_id": "ann",
                "at": deployment.world.now.isoformat(),
                "count": 1,
                "lines": [
                    {"conversation_id": known.id, "reason": "assigned", "queue": "support", "priority": "normal"}
                ],
            },
            "way": "mail",
        },
    }
    for _ in range(2):
        assert alert.lambda_handler(batch(tell), CONTEXT) == {"batchItemFailures": []}
    (mail,) = alerting
    assert mail["Destination"] == {"ToAddresses": ["ann@acme.example"]}
    assert "console/" in json.dumps(mail)
    assert "secret" not in json.dumps(mail)
    assert CUSTOMER not in json.dumps(mail)


def test_a_look_at_an_empty_slate_does_nothing(deployment: Deployment, alerting: list[dict[str, Any]]) -> None:
    look = {"detail-type": "alert.look", "detail": {"agent_id": "ann"}}
    assert alert.lambda_handler(batch(look), CONTEXT) == {"batchItemFailures": []}
    assert alerting == []
