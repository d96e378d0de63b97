"""The agents' API for what a console needs to know first."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler
from functions.agent_api.workspace_views import in_words
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment

LEAD: dict[str, Any] = {"sub": "lea", "groups": "[agents leads]"}


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    answer = lambda_handler(api_call(*arguments, **changes), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_agent_is_told_who_they_are_and_what_there_is_to_choose_from(deployment: Deployment) -> None:
    deployment.world.agent("ann", name="Ann Novak", queues=("support",))
    status, told = call("GET", "/workspace")
    assert status == 200
    assert told["me"] == {
        "agent_id": "ann",
        "name": "Ann Novak",
        "role": "agent",
        "in_team": True,
        "queues": ["support"],
    }
    (support,) = told["queues"]
    assert (support["queue"], support["is_open"], support["zone"]) == ("support", True, "America/New_York")
    assert support["targets"]["normal"] == {"seconds": 7200, "words": "2 hours"}
    assert told["all_queues"] == ["support", "returns"]
    assert (told["stage"], told["skills"], told["tiers"]) == ("local", ["returns"], [])
    assert told["priorities"] == ["urgent", "high", "normal", "low"]
    assert told["times"] == {
        "lease_seconds": 600,
        "grace_seconds": 90,
        "resolve_seconds": 259200,
        "sticky_seconds": 259200,
        "last_call_seconds": 900,
    }


def test_accounts_say_whom_one_can_write_to_first(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    _, told = call("GET", "/workspace")
    begins = {one["channel"]: (one["begins"], one["window_seconds"]) for one in told["accounts"]}
    assert (begins["sms"], begins["email"]) == (("anyone", None), ("anyone", None))
    assert (begins["telegram"], begins["messenger"][0]) == (("known", None), "recent")
    assert told["accounts"][0] == {
        "account": "acme-sms",
        "channel": "sms",
        "brand": "Acme",
        "address": "+15550100100",
        "queue": "support",
        "begins": "anyone",
        "window_seconds": None,
    }


def test_channels_say_what_a_conversation_takes(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    _, told = call("GET", "/workspace")
    limits = {"cap": None, "largest_cap": None, "linger_seconds": 600}
    assert told["channels"][0] == {"channel": "sms", "units": 1, **limits}


def test_a_lead_who_answers_nobody_has_a_workspace_with_all_queues(deployment: Deployment) -> None:
    status, told = call("GET", "/workspace", **LEAD)
    assert (status, told["me"]["role"], told["me"]["in_team"], told["me"]["name"]) == (200, "lead", False, None)
    assert [one["queue"] for one in told["queues"]] == ["support", "returns"]


def test_whom_no_lead_has_added_has_none(deployment: Deployment) -> None:
    status, problem = call("GET", "/workspace")
    assert (status, "a lead must add them first" in problem["detail"]) == (404, True)


def test_colleagues_share_a_queue_and_a_lead_has_all(deployment: Deployment) -> None:
    for agent_id, queues in (("ann", ("support",)), ("ben", ("support", "returns")), ("cho", ("returns",))):
        deployment.world.agent(agent_id, queues=queues, online=agent_id != "ben")
    status, told = call("GET", "/colleagues")
    assert (status, told["cursor"]) == (200, None)
    assert [(one["agent_id"], one["name"], one["presence"]) for one in told["items"]] == [
        ("ann", "Ann", "online"),
        ("ben", "Ben", "offline"),
    ]
    assert told["items"][1]["queues"] == ["support", "returns"]
    assert [one["agent_id"] for one in call("GET", "/colleagues", **LEAD)[1]["items"]] == ["ann", "ben", "cho"]


def test_colleagues_come_page_by_page_and_each_once(deployment: Deployment) -> None:
    for n in range(5):
        deployment.world.agent(f"a{n}", queues=("support", "returns") if n % 2 else ("returns",))
    found, cursor = [], None
    for _ in range(3):
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        _, told = call("GET", "/colleagues", query=query, **LEAD)
        found += [one["agent_id"] for one in told["items"]]
        cursor = told["cursor"]
    assert (found, cursor) == (["a0", "a1", "a2", "a3", "a4"], None)
    assert call("GET", "/colleagues", query={"cursor": "no cursor"}, **LEAD)[0] == 422


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"minutes": 15}, "15 minutes"),
        ({"hours": 1}, "1 hour"),
        ({"hours": 1, "minutes": 30}, "1 hour 30 minutes"),
        ({"days": 2, "hours": 3}, "2 days 3 hours"),
        ({"seconds": 90}, "1 minute 30 seconds"),
        ({"seconds": 45}, "45 seconds"),
    ],
)
def test_a_target_is_told_in_words(span: dict[str, int], words: str) -> None:
    assert in_words(timedelta(**span)) == words
