"""The agents' API for what people do by hand: what each route takes and answers."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler, logger
from switchboard.flows import desk
from switchboard.instant import to_text
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment, log_of
from tests.world import CUSTOMER

KEY = {"idempotency-key": "3f2b-1"}
LEADS = "[agents leads]"


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    answer = lambda_handler(api_call(*arguments, **changes), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def owned(deployment: Deployment) -> str:
    """The id of a conversation of ann's; ben is there, too."""
    deployment.world.agent("ann")
    deployment.world.text()
    deployment.world.agent("ben")
    return deployment.world.only().id


def in_(deployment: Deployment, **span: float) -> str:
    return to_text(deployment.world.now + timedelta(**span))


def test_a_lead_assigns_and_the_view_says_by_whom(deployment: Deployment, owned: str) -> None:
    body = {"agent_id": "ben"}
    assert call("POST", f"/conversations/{owned}/assign", body)[0] == 403
    status, known = call("POST", f"/conversations/{owned}/assign", body, sub="lea", groups=LEADS)
    assert (status, known["owner"], known["assigned_by"]) == (200, "ben", "lea")


def test_an_agent_takes_over(deployment: Deployment, owned: str) -> None:
    status, known = call("POST", f"/conversations/{owned}/take", sub="ben")
    assert (status, known["owner"]) == (200, "ben")


def test_a_transfer_needs_a_key_a_note_and_one_target(deployment: Deployment, owned: str) -> None:
    path, body = f"/conversations/{owned}/transfer", {"queue": "returns", "note": "please"}
    assert call("POST", path, body)[0] == 400
    for wrong in ({"queue": "returns"}, {"note": "please"}, {**body, "agent_id": "ben"}, {**body, "note": ""}):
        assert call("POST", path, wrong, headers=KEY)[0] == 422
    for _ in range(2):
        status, known = call("POST", path, body, headers=KEY)
        assert (status, known["queue"], known["owner"]) == (200, "returns", "ben")


def test_a_snooze_shows_its_end(deployment: Deployment, owned: str) -> None:
    until = in_(deployment, hours=1)
    status, known = call("POST", f"/conversations/{owned}/snooze", {"until": until})
    assert (status, known["status"], known["owner"]) == (200, "snoozed", None)
    assert known["snoozed_until"].startswith(until[:19])
    assert call("POST", f"/conversations/{owned}/snooze", {"until": in_(deployment, hours=-1)})[0] == 409
    assert call("POST", f"/conversations/{owned}/snooze", {"until": "2030-01-01T00:00:00"})[0] == 422


def test_a_resolved_conversation_is_reopened(deployment: Deployment, owned: str) -> None:
    assert call("POST", f"/conversations/{owned}/reopen")[0] == 200
    call("POST", f"/conversations/{owned}/resolve", {"leave_unanswered": True})
    status, known = call("POST", f"/conversations/{owned}/reopen")
    assert (status, known["status"], known["owner"]) == (200, "assigned", "ann")


def test_a_note_is_created_once_per_key_and_shown_as_internal(deployment: Deployment, owned: str) -> None:
    body = {"text": "look", "mentions": ["ben"]}
    first = call("POST", f"/conversations/{owned}/notes", body, headers=KEY)
    again = call("POST", f"/conversations/{owned}/notes", body, headers=KEY)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert (first[1]["direction"], first[1]["kind"], first[1]["mentions"]) == ("internal", "note", ["ben"])
    timeline = call("GET", f"/conversations/{owned}")[1]
    assert [message["kind"] for message in timeline["messages"]] == ["message", "note"]


def test_tags_are_normalised_and_bounded(deployment: Deployment, owned: str) -> None:
    status, known = call("PUT", f"/conversations/{owned}/tags", {"tags": ["VIP", "Late one"]})
    assert (status, known["tags"]) == (200, ["late-one", "vip"])
    assert call("PUT", f"/conversations/{owned}/tags", {"tags": ["a" * 41]})[0] == 422
    assert call("PUT", f"/conversations/{owned}/tags", {})[0] == 422


def test_a_place_is_a_queue_or_a_priority(deployment: Deployment, owned: str) -> None:
    status, known = call("PUT", f"/conversations/{owned}/place", {"priority": "high"})
    assert (status, known["priority"], known["queue"]) == (200, "high", "support")
    assert call("PUT", f"/conversations/{owned}/place", {})[0] == 422
    assert call("PUT", f"/conversations/{owned}/place", {"priority": "top"})[0] == 422
    status, problem = call("PUT", f"/conversations/{owned}/place", {"queue": "nowhere"})
    assert (status, "support" in problem["detail"]) == (422, True)


@pytest.mark.parametrize(("path", "mark"), [("spam", "spam"), ("block", "blocked")])
def test_a_mark_is_put_and_deleted(deployment: Deployment, owned: str, path: str, mark: str) -> None:
    status, known = call("PUT", f"/conversations/{owned}/{path}")
    assert (status, known["mark"], known["status"]) == (200, mark, "resolved")
    assert call("DELETE", f"/conversations/{owned}/{path}")[0] == (200 if mark == "spam" else 403)
    status, known = call("DELETE", f"/conversations/{owned}/{path}", sub="lea", groups=LEADS)
    assert (status, known["mark"]) == (200, None)


def test_a_conversation_is_opened_once_per_key(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    body = {"account": "acme-sms", "address": CUSTOMER, "text": "your order is here"}
    assert call("POST", "/conversations", body)[0] == 400
    first = call("POST", "/conversations", body, headers=KEY)
    again = call("POST", "/conversations", body, headers=KEY)
    assert (first[0], again[0]) == (201, 200)
    assert first[1]["conversation_id"] == again[1]["conversation_id"]
    assert call("POST", "/conversations", {**body, "text": "a" * 1601}, headers=KEY)[0] == 422
    assert call("POST", "/conversations", {**body, "subject": "a\r\nb"}, headers=KEY)[0] == 422
    other = {"idempotency-key": "other"}
    status, problem = call("POST", "/conversations", body, headers=other)
    assert (status, "take that one over" in problem["detail"]) == (409, True)


def test_a_shift_is_named_and_forgotten(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    status, me = call("PUT", "/me/shift", {"until": in_(deployment, hours=8)})
    assert status == 200
    assert me["shift_until"]
    assert call("PUT", "/me/shift", {"until": None})[1]["shift_until"] is None
    assert call("PUT", "/me/shift", {})[0] == 422
    assert call("PUT", "/me/shift", {"until": in_(deployment, hours=-1)})[0] == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "take", None),
        ("POST", "transfer", {"queue": "returns", "note": "n"}),
        ("POST", "snooze", {"until": "2099-01-01T00:00:00Z"}),
        ("POST", "reopen", None),
        ("POST", "notes", {"text": "n"}),
        ("PUT", "tags", {"tags": []}),
        ("PUT", "place", {"priority": "low"}),
        ("PUT", "spam", None),
        ("DELETE", "spam", None),
        ("PUT", "block", None),
    ],
)
def test_what_is_of_another_queue_does_not_exist(
    deployment: Deployment, owned: str, method: str, path: str, body: Any
) -> None:
    deployment.world.agent("cho", queues=("returns",))
    status, problem = call(method, f"/conversations/{owned}/{path}", body, sub="cho", headers=KEY)
    assert (status, problem["detail"]) == (404, "there is no such conversation")


def test_no_log_line_has_notes_tags_addresses_or_ids(
    deployment: Deployment, owned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(monkeypatch, logger)
    call("POST", f"/conversations/{owned}/notes", {"text": "canary words"}, headers=KEY)
    call("PUT", f"/conversations/{owned}/tags", {"tags": ["canary"]})
    call("POST", "/conversations", {"account": "acme-sms", "address": "+15551239999", "text": "canary"}, headers=KEY)
    logged = log.getvalue()
    assert '"status":201' in logged
    for private in ("canary", "+15551239999", CUSTOMER, owned):
        assert private not in logged


def test_who_may_act_is_who_the_token_says(deployment: Deployment, owned: str) -> None:
    assert desk.me(desk.Caller("ann"), deployment.world.board).agent_id == "ann"
    assert call("POST", f"/conversations/{owned}/snooze", {"until": in_(deployment, hours=1)}, sub="ben")[0] == 403
