"""What an agent types at the desk, as the API gets it."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto import mock_aws

from sandbox.api import AgentApi
from sandbox.desk import Desk, _parser
from sandbox.emulator import Emulator

KNOWN: dict[str, Any] = {
    "conversation_id": "acme-sms.abc.1",
    "customer": "+15551230001",
    "queue": "support",
    "priority": "normal",
    "awaiting_since": None,
    "promised_at": None,
    "snoozed_until": "2026-11-23T15:00:00Z",
    "tags": ["vip"],
    "messages": [],
    "name": "Ann",
    "presence": "online",
    "free": 1,
    "units": 3,
}
asked: list[tuple[str, str, Any]] = []


@pytest.fixture
def api() -> AgentApi:
    asked.clear()

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked.append((request.method, request.url.path.removeprefix("/agent/"), body))
        return httpx.Response(200, json=KNOWN)

    outputs = {"UserPoolClientId": "client", "ApiUrl": "http://api.example"}
    with mock_aws():
        made = AgentApi(Emulator(Path("unused"), 1), outputs, "ann", "secret")
    made._http = httpx.Client(
        transport=httpx.MockTransport(answer),
        base_url="http://api.example/agent/",
        headers={"authorization": "Bearer token"},
    )
    return made


ONE = "conversations/acme-sms.abc.1"


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("note look here", ("POST", f"{ONE}/notes", {"text": "look here", "mentions": []})),
        ("transfer returns it is theirs", ("POST", f"{ONE}/transfer", {"queue": "returns", "note": "it is theirs"})),
        ("reopen", ("POST", f"{ONE}/reopen", None)),
        ("tag vip late", ("PUT", f"{ONE}/tags", {"tags": ["vip", "late"]})),
        ("priority high", ("PUT", f"{ONE}/place", {"priority": "high"})),
        ("spam", ("PUT", f"{ONE}/spam", None)),
        ("block", ("PUT", f"{ONE}/block", None)),
        ("shift", ("PUT", "me/shift", {"until": None})),
    ],
)
def test_a_command_at_the_desk_is_one_request(api: AgentApi, typed: str, request_: tuple[str, str, Any]) -> None:
    desk = Desk(api)
    desk._do(f"take {KNOWN['conversation_id']}")
    desk._do("open 1")
    desk._do(typed)
    assert asked[-1] == request_


def test_minutes_become_a_time(api: AgentApi) -> None:
    desk = Desk(api)
    desk._do(f"take {KNOWN['conversation_id']}")
    desk._do("open 1")
    desk._do("snooze 30")
    assert asked[-1][:2] == ("POST", f"{ONE}/snooze")
    before = len(asked)
    desk._do("snooze soon")
    assert len(asked) == before


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (["take", "acme-sms.abc.1"], ("POST", f"{ONE}/take", None)),
        (["assign", "acme-sms.abc.1", "bob"], ("POST", f"{ONE}/assign", {"agent_id": "bob"})),
        (["unspam", "acme-sms.abc.1"], ("DELETE", f"{ONE}/spam", None)),
        (["unblock", "acme-sms.abc.1"], ("DELETE", f"{ONE}/block", None)),
        (
            ["begin", "acme-sms", "+15551230001", "hi"],
            ("POST", "conversations", {"account": "acme-sms", "address": "+15551230001", "text": "hi"}),
        ),
    ],
)
def test_one_command_at_a_time_is_one_request(api: AgentApi, line: list[str], request_: tuple[str, str, Any]) -> None:
    options = _parser().parse_args(["ann", *line])
    options.command(api, options)
    assert asked == [request_]
