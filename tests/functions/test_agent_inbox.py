"""The agents' API for lists, search and the floor: what each route takes and answers."""

import json
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler, logger
from switchboard.conversation import delete
from switchboard.message import Message, Party
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


def everywhere(known: Any, what: str = "last") -> list[Any]:
    """What was said last in it, or something else of it, as every list has it, and the conversation itself."""
    path = f"/conversations/{known['conversation_id']}"
    asked = [("GET", "/conversations"), ("GET", "/me/conversations"), ("POST", "/search", {"customer": CUSTOMER})]
    items = [item for one in asked for item in call(*one)[1]["items"]]
    items += call("GET", f"/customers/{known['customer_id']}")[1]["conversations"]
    return [one[what] for one in (*items, call("GET", path)[1])]


def test_every_list_and_the_conversation_tell_the_same_of_what_was_said_last(deployment: Deployment) -> None:
    world = deployment.world
    world.agent("ann")
    world.text("Hello,\n\n where is my parcel? " + "I need it. " * 20)
    (known,) = call("GET", "/me/conversations")[1]["items"]
    first = everywhere(known)
    assert len(first) == 5
    assert {json.dumps(one) for one in first} == {json.dumps(first[0])}
    assert first[0]["excerpt"].startswith("Hello, where is my parcel? I need it.")
    assert (first[0]["author"], len(first[0]["excerpt"]) <= 120, first[0]["files"]) == ("customer", True, 0)
    world.later(seconds=1)
    said = {"text": "On its way"}
    call("POST", f"/conversations/{known['conversation_id']}/replies", said, headers={"idempotency-key": "k"})
    assert {(one["author"], one["agent_id"], one["excerpt"]) for one in everywhere(known)} == {
        ("agent", "ann", "On its way")
    }


def test_every_list_tells_what_a_customer_calls_themselves_after_an_answer_too(deployment: Deployment) -> None:
    world = deployment.world
    world.agent("ann")
    message = Message(
        channel="sms",
        account="acme-sms",
        provider_id="SM1",
        sender=Party(address=CUSTOMER, name="Mia Berg"),
        to=(Party(address=world.policy.accounts["acme-sms"].address),),
        text="hello",
    )
    world.route(message)
    (known,) = call("GET", "/me/conversations")[1]["items"]
    world.later(seconds=1)
    said = {"text": "Good morning"}
    call("POST", f"/conversations/{known['conversation_id']}/replies", said, headers={"idempotency-key": "k"})
    assert everywhere(known, "called") == ["Mia Berg"] * 5


def test_what_a_customer_took_back_is_in_no_list_any_more(deployment: Deployment) -> None:
    world = deployment.world
    world.agent("ann")
    world.text("my secret")
    (entry,) = world.entries(world.only())
    world.conversations.amend(entry, delete(entry, world.now))
    (known,) = call("GET", "/me/conversations")[1]["items"]
    assert {(one["excerpt"], one["change"]) for one in everywhere(known)} == {("", "deleted")}
    assert "secret" not in json.dumps(world.client.scan(TableName="conversations")["Items"])
