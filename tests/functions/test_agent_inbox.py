"""The agents' API for lists, search and the floor: what each route takes and answers."""

import json
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler, logger
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment, log_of
from tests.world import CUSTOMER

LEADS = "[agents leads]"


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    answer = lambda_handler(api_call(*arguments, **changes), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def waiting(deployment: Deployment) -> Deployment:
    """Two conversations wait for ann's queue, where she is away."""
    deployment.world.agent("ann", online=False)
    for sender in (CUSTOMER, "+15551230002"):
        deployment.world.text("canary parcel", sender=sender)
    return deployment


def test_a_list_goes_on_at_its_cursor(waiting: Deployment) -> None:
    asked = {"view": "queue", "limit": "1"}
    status, first = call("GET", "/conversations", query=asked)
    assert (status, [one["customer"] for one in first["items"]]) == (200, [CUSTOMER])
    status, second = call("GET", "/conversations", query={**asked, "cursor": first["cursor"]})
    assert (status, [one["customer"] for one in second["items"]]) == (200, ["+15551230002"])


@pytest.mark.parametrize("query", [{"view": "yours"}, {"limit": "0"}, {"limit": "101"}, {"cursor": "x"}, {"page": "2"}])
def test_a_wrong_query_is_named(waiting: Deployment, query: dict[str, str]) -> None:
    status, problem = call("GET", "/conversations", query=query)
    assert (status, problem["detail"].partition(":")[0]) == (422, next(iter(query)))


def test_search_finds_by_words_and_logs_none_of_them(waiting: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of(monkeypatch, logger)
    status, found = call("POST", "/search", {"text": "CANARY", "customer": CUSTOMER})
    assert (status, [one["customer"] for one in found["items"]], found["cursor"]) == (200, [CUSTOMER], None)
    assert "canary" not in log.getvalue().lower()


def test_the_floor_shows_queues_and_teams(waiting: Deployment) -> None:
    status, shown = call("GET", "/queues", groups=LEADS, sub="lea")
    support = next(one for one in shown["items"] if one["queue"] == "support")
    assert (status, sum(one["count"] for one in support["waiting"])) == (200, 2)
    status, team = call("GET", "/queues/support/agents")
    assert (status, [(one["agent_id"], one["presence"]) for one in team["items"]]) == (200, [("ann", "offline")])


def test_a_conversation_tells_what_an_answer_may_be(waiting: Deployment) -> None:
    status, known = call("GET", f"/conversations/{waiting.world.all_conversations()[0].id}")
    assert (status, known["limits"]["unit"], known["limits"]["segments"]["gsm7_joined"]) == (200, "characters", 153)
