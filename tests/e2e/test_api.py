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


def _is_problem(answer: httpx.Response, status: int, *words: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    described = answer.json()
    assert set(described) == {"type", "title", "status", "detail"}
    assert described["status"] == status
    for word in words:
        assert word in described["detail"]


def _reply(lab: Lab, who: str, known: Conversation, body: Any, **headers: str) -> httpx.Response:
    return lab.call(who, "POST", f"conversations/{known.id}/replies", body, {"idempotency-key": "k-1", **headers})


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


def test_a_token_whose_hour_is_over_is_refused(lab: Lab) -> None:
    client = lab.running.client("cognito-idp")
    pool = {"UserPoolId": lab.outputs["UserPoolId"], "ClientId": lab.outputs["UserPoolClientId"]}
    before = client.describe_user_pool_client(**pool)["UserPoolClient"]
    assert before["AccessTokenValidity"] == 60
