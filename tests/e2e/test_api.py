"""The agents' API as deployed: who gets in, who may do what, and refusals that say what to do (RFC 9457)."""

import base64
import json
from typing import Any

import httpx
import pytest

from switchboard.conversation import Conversation, Status
from tests.e2e.lab import Lab

PROBLEM = "application/problem+json"


def _owned_by_ann(lab: Lab) -> Conversation:
    lab.agent("ann")
    lab.text("hello")

    def look() -> Conversation | None:
        known = lab.conversation_of()
        return known if known and known.status is Status.ASSIGNED else None

    found = lab.wait_for(look, "a conversation of Ann's")
    assert found
    return found


NOWHERE = "acme-sms.nobody.1"


def _is_problem(answer: httpx.Response, status: int, *words: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    described = answer.json()
    assert set(described) == {"type", "title", "status", "detail"}
    assert described["status"] == status
    for word in words:
        assert word in described["detail"]


def _reply(lab: Lab, who: str, conversation_id: str, body: Any) -> httpx.Response:
    return lab.call(who, "POST", f"conversations/{conversation_id}/replies", body, {"idempotency-key": "k-1"})


# -- getting in ------------------------------------------------------------------------------------


def _tampered(token: str) -> str:
    """The same token for somebody else."""
    head, claims, signature = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**known, "sub": "somebody-else"}).encode()).decode().rstrip("=")
    return f"{head}.{forged}.{signature}"


def _unsigned(token: str) -> str:
    """The same token, which says that it needs no signature."""
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


@pytest.mark.parametrize("spoil", [lambda _: "", lambda _: "nonsense", _tampered, _unsigned, lambda t: t[:-4] + "AAAA"])
def test_without_a_genuine_token_nobody_gets_in(lab: Lab, spoil: Any) -> None:
    token = lab.agent("ann", online=False).sign_in()
    headers = {"authorization": f"Bearer {spoil(token)}"} if spoil(token) else {}
    assert lab.call(None, "GET", "me", headers=headers).status_code == 401
    assert lab.call(None, "GET", "me", headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_a_token_whose_time_is_over_is_refused(lab: Lab) -> None:
    cognito = lab.running.client("cognito-idp")
    client = {"UserPoolId": lab.outputs["UserPoolId"], "ClientId": lab.outputs["UserPoolClientId"]}
    known = cognito.describe_user_pool_client(**client)["UserPoolClient"]
    before = {name: known[name] for name in ("AccessTokenValidity", "TokenValidityUnits")}
    units = {**known["TokenValidityUnits"], "AccessToken": "seconds"}
    cognito.update_user_pool_client(**client, AccessTokenValidity=1, TokenValidityUnits=units)
    try:
        token = lab.agent("cho", online=False).sign_in()
    finally:
        cognito.update_user_pool_client(**client, **before)
    headers = {"authorization": f"Bearer {token}"}
    lab.wait_for(lambda: lab.call(None, "GET", "me", headers=headers).status_code == 401, "the token to expire")
    assert lab.call("cho", "GET", "me").status_code == 200


# -- who may do what -------------------------------------------------------------------------------


def test_an_agent_does_not_learn_of_other_queues_conversations(lab: Lab) -> None:
    known = _owned_by_ann(lab)
    unseen = lab.call("cho", "GET", f"conversations/{known.id}")
    absent = lab.call("cho", "GET", f"conversations/{NOWHERE}")
    _is_problem(unseen, 404)
    assert unseen.content == absent.content
    _is_problem(_reply(lab, "cho", known.id, {"text": "Hi!"}), 404)
    _is_problem(lab.call("cho", "POST", f"conversations/{known.id}/resolve", {}), 404)


def test_an_agent_of_the_queue_may_read_and_not_answer_what_somebody_else_owns(lab: Lab) -> None:
    known = _owned_by_ann(lab)
    assert lab.call("ben", "GET", f"conversations/{known.id}").status_code == 200
    _is_problem(_reply(lab, "ben", known.id, {"text": "Hi!"}), 403, "owns")
    _is_problem(lab.call("ben", "POST", f"conversations/{known.id}/resolve", {"leave_unanswered": True}), 403, "owns")
    assert lab.conversation_of() == lab.conversations.get(known.thread, known.number)
    assert all(entry.author != "agent" for entry in lab.all_entries())


def test_a_conversation_that_is_owed_an_answer_is_not_resolved_by_mistake(lab: Lab) -> None:
    known = _owned_by_ann(lab)
    _is_problem(lab.call("ann", "POST", f"conversations/{known.id}/resolve", {}), 409, "leave_unanswered")
    assert lab.call("ann", "POST", f"conversations/{known.id}/resolve", {"leave_unanswered": True}).is_success


def test_a_resolved_conversation_takes_no_answer(lab: Lab) -> None:
    known = _owned_by_ann(lab)
    lab.call("ann", "POST", f"conversations/{known.id}/resolve", {"leave_unanswered": True})
    _is_problem(_reply(lab, "ann", known.id, {"text": "Hi!"}), 409, "resolved")


def test_TW_6_who_opted_out_is_not_written_to(lab: Lab) -> None:
    known = _owned_by_ann(lab)
    lab.text("STOP")

    def has_opted_out() -> bool:
        contact = lab.customers.contact(f"sms:{known.address}")
        return bool(contact and not contact.consent(known.account).allows_replies)

    lab.wait_for(has_opted_out, "the consent's record")
    _is_problem(_reply(lab, "ann", known.id, {"text": "Hi!"}), 409, "START")


def test_a_fault_of_our_own_is_a_problem_that_does_not_blame_the_caller(lab: Lab) -> None:
    with lab.without("agent_api", "ClaimAgents"):
        _is_problem(lab.call("ann", "GET", "me"), 500, "try again")


# -- what is asked wrongly -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "a" * 100_001}, "text"),
        ({"text": 1}, "text"),
        ({"text": "hi", "sender": "me"}, "sender"),
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b'{"text": "\\ud800"}', "body"),
    ],
    ids=["absent", "empty", "too long", "not text", "unknown", "not JSON", "not UTF-8", "half a character"],
)
def test_a_wrong_body_is_answered_with_422_that_names_the_field_and_not_its_content(
    deployed: Lab, body: Any, named: str
) -> None:
    answer = _reply(deployed, "ann", NOWHERE, body)
    _is_problem(answer, 422, named)
    assert "aaaa" not in answer.text


@pytest.mark.parametrize("key", ["", "a" * 65, "a b", "a/b", "a#b"])
def test_an_answer_without_a_proper_idempotency_key_is_not_taken(deployed: Lab, key: str) -> None:
    headers = {"idempotency-key": key} if key else {}
    answer = deployed.call("ann", "POST", f"conversations/{NOWHERE}/replies", {"text": "Hi!"}, headers)
    _is_problem(answer, 400, "Idempotency-Key")


def test_an_unknown_presence_is_answered_with_422(deployed: Lab) -> None:
    _is_problem(deployed.call("ann", "PUT", "me/presence", {"presence": "asleep"}), 422, "presence")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nowhere", 404), ("DELETE", "me", 405), ("POST", "me/conversations", 405), ("PUT", "conversations", 405)],
)
def test_a_route_that_does_not_exist_is_a_problem_too(deployed: Lab, method: str, path: str, status: int) -> None:
    _is_problem(deployed.call("ann", method, path), status, "route")


@pytest.mark.parametrize("conversation_id", ["x", "a.b", "a.b.c", "a.b.0", "a.b.1e9", "a.b.-1", "%2e%2e", "a" * 3000])
def test_a_conversation_id_that_cannot_be_one_is_not_found(deployed: Lab, conversation_id: str) -> None:
    assert deployed.call("ann", "GET", f"conversations/{conversation_id}").status_code == 404


def test_the_same_key_twice_is_created_once_and_then_returned(lab: Lab) -> None:
    known = _owned_by_ann(lab)
    first, second = (_reply(lab, "ann", known.id, {"text": "Hi!"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["message_id"] == second.json()["message_id"]
