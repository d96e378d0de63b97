"""The agents' API: what each route answers, and refusals as problem details."""

import base64
import json
from datetime import datetime
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler, logger
from switchboard import wiring
from switchboard.conversation import Conversation
from switchboard.errors import ConflictError
from switchboard.events import MessageQuarantined
from switchboard.flood import Source
from switchboard.flows import desk
from switchboard.policy import Priority
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment, log_of
from tests.world import CUSTOMER

KEY = {"idempotency-key": "3f2b-1"}
LEADS = "[agents leads]"


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    """Status and body; a problem's is told by its title."""
    answer = lambda_handler(api_call(*arguments, **changes), CONTEXT)
    body = json.loads(answer["body"])
    kind = answer.get("headers", {}).get("Content-Type") or answer["multiValueHeaders"]["Content-Type"][0]
    assert kind == ("application/problem+json" if "title" in body else "application/json")
    return answer["statusCode"], body


@pytest.fixture
def owned(deployment: Deployment) -> str:
    """The id of a conversation of ann's."""
    deployment.world.agent("ann")
    deployment.world.text()
    return deployment.world.only().id


def quarantined(deployment: Deployment, key: str = "quarantine/acme-sms/q1") -> None:
    item = MessageQuarantined(
        at=deployment.world.now, account="acme-sms", channel="sms", quarantine_id="q1", reason="r", key=key, size=3
    )
    deployment.world.quarantine.add(item)
    deployment.s3.put_object(Bucket="raw", Key=key, Body=b"\xff\x00!")


def test_an_agent_reads_themselves(deployment: Deployment) -> None:
    deployment.world.agent("ann", units=3)
    status, me = call("GET", "/me")
    assert status == 200
    assert (me["agent_id"], me["units"], me["free"], me["presence"]) == ("ann", 3, 3, "online")
    assert me["heartbeat_by"]


def test_whom_no_lead_has_added_is_told_what_to_do(deployment: Deployment) -> None:
    status, problem = call("GET", "/me")
    assert (status, problem["title"], problem["status"]) == (404, "Not Found", 404)
    assert "a lead must add them first" in problem["detail"]


def test_coming_online_takes_what_waits(deployment: Deployment) -> None:
    deployment.world.text()
    deployment.world.agent("ann", online=False)
    status, me = call("PUT", "/me/presence", {"presence": "online"})
    assert (status, me["free"]) == (200, 4)
    status, mine = call("GET", "/me/conversations")
    assert [known["customer"] for known in mine["items"]] == [CUSTOMER]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"presence": "busy"}, "presence: "),
        ({}, "presence: "),
        ({"presence": "online", "since": "secret words"}, "since: "),
        ("not json secret words", "body: "),
        (None, "presence: "),
    ],
)
def test_a_body_that_is_wrong_is_named_by_its_fields_and_never_repeated(
    deployment: Deployment, body: object, named: str
) -> None:
    deployment.world.agent("ann", online=False)
    status, problem = call("PUT", "/me/presence", body)
    assert status == 422
    assert named in problem["detail"]
    assert "secret words" not in problem["detail"]


def test_a_timeline_shows_what_was_said_and_why_it_is_here(deployment: Deployment, owned: str) -> None:
    status, known = call("GET", f"/conversations/{owned}")
    assert status == 200
    assert [message["text"] for message in known["messages"]] == ["hello"]
    assert known["decision"]["considered"] == [["ann", "drawn at random, 0 of 5 units taken"]]
    assert known["lease_until"]


def test_a_conversation_says_in_sentences_why_it_is_here(deployment: Deployment, owned: str) -> None:
    status, told = call("GET", f"/conversations/{owned}/why")
    assert (status, [item["text"] for item in told["items"]]) == (
        200,
        ["Ann got it at once: Ann was drawn at random, 0 of 5 units taken."],
    )


def test_why_not_somebody_is_asked_by_name(deployment: Deployment, owned: str) -> None:
    status, told = call("GET", f"/conversations/{owned}/why", query={"not": "bob"})
    assert status == 200
    assert told["items"][-1]["text"].startswith("Why not bob? bob was not looked at")


def test_a_timeline_of_what_waits_has_no_decision(deployment: Deployment) -> None:
    deployment.world.text()
    status, known = call("GET", f"/conversations/{deployment.world.only().id}", sub="lea", groups=LEADS)
    assert (status, known["decision"], known["lease_until"]) == (200, None, None)


def test_a_reply_is_created_once_per_key(deployment: Deployment, owned: str) -> None:
    first = call("POST", f"/conversations/{owned}/replies", {"text": "done"}, headers=KEY)
    again = call("POST", f"/conversations/{owned}/replies", {"text": "done"}, headers=KEY)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert first[1]["status"] == "queued"


@pytest.mark.parametrize("kind", ["replies", "notes"])
def test_the_id_of_what_a_key_wrote_ends_with_it(deployment: Deployment, owned: str, kind: str) -> None:
    _, written = call("POST", f"/conversations/{owned}/{kind}", {"text": "done"}, headers=KEY)
    assert written["message_id"].endswith(f".{KEY['idempotency-key']}")


@pytest.mark.parametrize("key", ["", "-", "a b", "\u00e9", "a" * 65, "a#b"])
def test_a_reply_without_a_proper_key_is_told_to_send_one(deployment: Deployment, owned: str, key: str) -> None:
    headers = {"idempotency-key": key}
    status, problem = call("POST", f"/conversations/{owned}/replies", {"text": "done"}, headers=headers)
    assert status == 400
    assert "Idempotency-Key" in problem["detail"]


@pytest.mark.parametrize("text", ["", "a" * 1601])
def test_a_reply_of_the_wrong_length_is_refused(deployment: Deployment, owned: str, text: str) -> None:
    assert call("POST", f"/conversations/{owned}/replies", {"text": text}, headers=KEY)[0] == 422


def test_a_reply_to_somebody_elses_conversation_is_forbidden(deployment: Deployment, owned: str) -> None:
    deployment.world.agent("bob", online=False)
    status, problem = call("POST", f"/conversations/{owned}/replies", {"text": "x"}, sub="bob", headers=KEY)
    assert (status, problem["title"]) == (403, "Forbidden")


def test_resolving_with_an_answer_owed_is_a_conflict_that_names_the_way_out(deployment: Deployment, owned: str) -> None:
    status, problem = call("POST", f"/conversations/{owned}/resolve")
    assert status == 409
    assert "leave_unanswered" in problem["detail"]
    status, known = call("POST", f"/conversations/{owned}/resolve", {"leave_unanswered": True})
    assert (status, known["status"], known["owner"]) == (200, "resolved", None)


def test_a_race_that_is_lost_each_time_is_a_503(
    deployment: Deployment, owned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object, **__: object) -> None:
        raise ConflictError("the item changed: read it again")

    monkeypatch.setattr(desk, "resolve", lose)
    assert call("POST", f"/conversations/{owned}/resolve")[0] == 503


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("DELETE", "/nothing"), ("GET", "/conversations/no.1")]
)
def test_what_does_not_exist_is_a_problem_too(deployment: Deployment, method: str, path: str) -> None:
    deployment.world.agent("ann")
    assert call(method, path)[0] == 404


@pytest.mark.parametrize("groups", ["", "[agents]", "[leadership agents]"])
def test_only_a_lead_sees_the_quarantine(deployment: Deployment, groups: str) -> None:
    quarantined(deployment)
    for path in ("/quarantine/acme-sms", "/quarantine/acme-sms/q1"):
        status, problem = call("GET", path, groups=groups)
        assert status == 403
        assert "leads" in problem["detail"]


@pytest.mark.parametrize("groups", ["leads", "[leads]", "[agents leads]", "[agents,leads]"])
def test_a_lead_sees_the_quarantine_and_the_bytes(deployment: Deployment, groups: str) -> None:
    quarantined(deployment)
    status, listed = call("GET", "/quarantine/acme-sms", groups=groups)
    assert (status, [item["quarantine_id"] for item in listed["items"]]) == (200, ["q1"])
    status, one = call("GET", "/quarantine/acme-sms/q1", groups=groups)
    assert (status, base64.b64decode(one["raw_base64"])) == (200, b"\xff\x00!")
    assert call("GET", "/quarantine/acme-sms/q2", groups=groups)[0] == 404


def test_EM_3_mail_in_quarantine_is_listed_and_its_bytes_are_not_handed_out(deployment: Deployment) -> None:
    quarantined(deployment, key="mail/acme-sms/m1")
    status, one = call("GET", "/quarantine/acme-sms/q1", groups="leads")
    assert (status, one["reason"], one["raw_base64"]) == (200, "r", None)


def test_no_log_line_has_words_numbers_or_ids_of_customers(
    deployment: Deployment, owned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(monkeypatch, logger)
    call("POST", f"/conversations/{owned}/replies", {"text": "canary words"}, headers=KEY)
    call("GET", f"/conversations/{owned}")
    logged = log.getvalue()
    assert '"status":201' in logged
    for private in ("canary", CUSTOMER, owned):
        assert private not in logged


def test_a_clean_process_needs_nothing_to_answer_that_there_is_no_route() -> None:
    wiring.board.cache_clear()
    assert call("GET", "/nothing")[0] == 404


def test_a_lead_sees_what_is_held_and_lifts_the_budget(deployment: Deployment) -> None:
    source = Source("@robot.example", "support", is_urgent=False)
    held = waiting_of(source, deployment.world.now)
    deployment.world.conversations.open(held)
    status, shown = call("GET", "/held", sub="lea", groups=LEADS)
    (item,) = shown["items"]
    assert (status, item["source"], item["counterparty"], item["count"]) == (200, source.text, "@robot.example", 1)
    status, _ = call("POST", "/held/release", {"source": item["source"]}, sub="lea", groups=LEADS)
    assert status == 202
    assert deployment.world.board.places.get(source).lifted_until


def test_only_leads_see_what_is_held(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    assert call("GET", "/held")[0] == 403
    assert call("POST", "/held/release", {"source": "@robot.example support"})[0] == 403


def waiting_of(source: Source, at: datetime) -> Conversation:
    return Conversation(
        thread="acme-email.c1.0001",
        number=1,
        account="acme-email",
        channel="email",
        customer_id="c1",
        address="a@robot.example",
        language="en",
        queue=source.queue,
        priority=Priority.NORMAL,
        skills=(),
        reasons=(),
        policy="p",
        opened_at=at,
        awaiting_since=at,
        counterparty=source.counterparty,
        held=True,
    )
