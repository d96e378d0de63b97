"""The agents' API and its document: that they say the same, and what both refuse alike."""

import json
import subprocess
import sys
from typing import Any

import pytest

from functions.agent_api import topics
from functions.agent_api.edge import api
from functions.agent_api.handler import lambda_handler
from functions.agent_api.operations import OPERATIONS, Operation
from functions.agent_api.routes import DOCUMENT
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment
from tests.world import ROOT

topics.add_all()
TOLD = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
UNTOLD = {("GET", "/openapi.json")}
"""The document doesn't describe itself."""
CHANGING = [known for known in OPERATIONS if known.is_conditional]


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    answer = lambda_handler(api_call(*arguments, **changes), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def path_of(known: Operation, **parts: str) -> str:
    return known.path.format(**{name: parts.get(name, "1") for name in known.takes})


def name(known: Operation) -> str:
    return known.act.__name__


def test_every_route_is_told_and_every_told_route_is_there() -> None:
    routes = {(one.method, one.path.replace("<", "{").replace(">", "}")) for one in _registered()}
    told = {(method.upper(), path) for path, methods in TOLD["paths"].items() for method in methods}
    assert routes - UNTOLD == told == {(known.method, known.path) for known in OPERATIONS}


def _registered() -> list[Any]:
    return [*api._static_routes, *api._dynamic_routes]


@pytest.mark.parametrize("known", OPERATIONS, ids=name)
def test_a_path_tells_which_routes_to_add(known: Operation) -> None:
    rare = {f"functions.agent_api.{module}" for module in topics.RARE.values()}
    asked_for = {f"functions.agent_api.{topics.RARE[part]}" for part in known.path.split("/") if part in topics.RARE}
    assert known.act.__module__ not in rare or known.act.__module__ in asked_for


def test_what_few_ask_for_is_imported_when_asked_for() -> None:
    code = "import sys, functions.agent_api.handler; sys.exit('functions.agent_api.settings' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_part_of_a_path_is_a_parameter_of_its_operation() -> None:
    for path, methods in TOLD["paths"].items():
        for told in methods.values():
            named = {one["name"] for one in told.get("parameters", ()) if one["in"] == "path"}
            assert {f"{{{one}}}" for one in named} == {part for part in path.split("/") if part.startswith("{")}


def test_every_reference_leads_to_a_schema() -> None:
    found = set(_references(TOLD))
    assert found <= {f"#/components/schemas/{one}" for one in TOLD["components"]["schemas"]}


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        yield from [node["$ref"]] if "$ref" in node else []
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(child)


def test_the_api_serves_its_document(deployment: Deployment) -> None:
    assert DOCUMENT == ROOT / "docs/openapi.json"
    assert call("GET", "/openapi.json") == (200, TOLD)


@pytest.mark.parametrize("known", [one for one in OPERATIONS if one.for_leads], ids=name)
def test_what_is_told_to_be_for_leads_is_refused_to_agents(deployment: Deployment, known: Operation) -> None:
    assert TOLD["paths"][known.path][known.method.lower()]["x-roles"] == ["leads"]
    assert call(known.method, path_of(known))[0] == 403


@pytest.mark.parametrize("known", OPERATIONS, ids=name)
def test_an_unknown_method_is_405_and_names_those_there_are(deployment: Deployment, known: Operation) -> None:
    answer = lambda_handler(api_call("PATCH", path_of(known)), CONTEXT)
    assert answer["statusCode"] == 405
    assert known.method in answer["multiValueHeaders"]["Allow"][0] if "multiValueHeaders" in answer else True
    assert known.method in json.loads(answer["body"])["detail"]


def test_a_body_that_is_no_json_by_its_own_word_is_415(deployment: Deployment) -> None:
    deployment.world.agent("ann", online=False)
    headers = {"content-type": "text/plain"}
    status, problem = call("PUT", "/me/presence", {"presence": "online"}, headers=headers)
    assert (status, problem["status"]) == (415, 415)
    assert "application/json" in problem["detail"]


def test_a_body_without_a_type_is_taken_for_json(deployment: Deployment) -> None:
    deployment.world.agent("ann", online=False)
    event = api_call("PUT", "/me/presence", {"presence": "online"})
    del event["headers"]["content-type"]
    assert lambda_handler(event, CONTEXT)["statusCode"] == 200


def test_a_huge_body_is_413(deployment: Deployment) -> None:
    deployment.world.agent("ann", online=False)
    status, problem = call(
        "POST", "/conversations/a.b.1/notes", {"text": "a" * 2**20}, headers={"idempotency-key": "k"}
    )
    assert (status, problem["status"]) == (413, 413)


def test_a_query_that_no_operation_takes_is_named(deployment: Deployment) -> None:
    deployment.world.agent("ann", online=False)
    status, problem = call("GET", "/conversations/a.b.1/why", query={"nor": "x"})
    assert (status, problem["detail"]) == (422, "nor: Extra inputs are not permitted")


@pytest.mark.parametrize("part", ["x" * 1001, "%C3%BC" * 501])
def test_a_part_of_a_path_that_no_table_has_a_key_for_names_nothing(deployment: Deployment, part: str) -> None:
    assert call("GET", f"/conversations/{part}")[0] == 404


# -- what two may write ----------------------------------------------------------------------------


@pytest.fixture
def owned(deployment: Deployment) -> str:
    """The id of a conversation of ann's; ben is there, too."""
    deployment.world.agent("ann")
    deployment.world.text()
    deployment.world.agent("ben")
    return deployment.world.only().id


def tag_of(owned: str, who: str = "ann") -> str:
    answer = lambda_handler(api_call("GET", f"/conversations/{owned}", sub=who), CONTEXT)
    (tag,) = {answer["headers"]["ETag"], json.loads(answer["body"])["etag"]}
    return str(tag)


BODIES = {
    "post_reply": {"text": "hi"},
    "post_resolve": {"leave_unanswered": True},
    "post_assign": {"agent_id": "ben"},
    "post_transfer": {"queue": "returns", "note": "please"},
    "post_snooze": {"until": "2026-11-30T00:00:00Z"},
    "put_tags": {"tags": ["vip"]},
    "put_place": {"priority": "high"},
}


@pytest.mark.parametrize("known", [one for one in CHANGING if name(one) not in {"post_reply", "post_reopen"}], ids=name)
def test_what_was_decided_on_an_older_state_is_refused_and_shows_the_new_one(
    deployment: Deployment, owned: str, known: Operation
) -> None:
    seen = tag_of(owned)
    call("PUT", f"/conversations/{owned}/tags", {"tags": ["new"]}, sub="ben")
    who = {"sub": "ben"} if name(known) == "post_take" else {"groups": "[agents leads]"}
    headers = {"if-match": seen, "idempotency-key": "k"}
    path = path_of(known, conversation_id=owned)
    status, problem = call(known.method, path, BODIES.get(name(known)), headers=headers, **who)
    assert (status, problem["status"]) == (412, 412)
    assert problem["conversation"]["tags"] == ["new"]
    assert problem["conversation"]["etag"] == tag_of(owned) != seen


def test_a_reply_is_refused_once_a_colleague_has_answered(deployment: Deployment, owned: str) -> None:
    seen, path = tag_of(owned), f"/conversations/{owned}/replies"
    call("POST", f"/conversations/{owned}/take", sub="ben")
    assert call("POST", path, {"text": "ben's"}, sub="ben", headers={"idempotency-key": "b"})[0] == 201
    call("POST", f"/conversations/{owned}/take")
    status, problem = call("POST", path, {"text": "ann's"}, headers={"idempotency-key": "a", "if-match": seen})
    assert (status, problem["conversation"]["owner"]) == (412, "ann")
    assert (problem["answer"]["agent_id"], problem["answer"]["text"]) == ("ben", "ben's")
    at = problem["answer"]["at"].replace("T", " ")[:19]
    assert problem["detail"].startswith(f"a colleague answered at {at} UTC: read it again")
    headers = {"idempotency-key": "a", "if-match": tag_of(owned)}
    assert call("POST", path, {"text": "ann's"}, headers=headers)[0] == 201


def test_a_reply_is_not_refused_for_what_the_customer_or_the_machine_wrote_since(
    deployment: Deployment, owned: str
) -> None:
    seen = tag_of(owned)
    deployment.world.text("more")
    deployment.world.settle()
    assert tag_of(owned) != seen
    headers = {"idempotency-key": "a", "if-match": seen}
    assert call("POST", f"/conversations/{owned}/replies", {"text": "hi"}, headers=headers)[0] == 201


def test_a_repeated_reply_is_the_first_one_however_old_its_etag(deployment: Deployment, owned: str) -> None:
    headers = {"idempotency-key": "a", "if-match": tag_of(owned)}
    first, again = (call("POST", f"/conversations/{owned}/replies", {"text": "hi"}, headers=headers) for _ in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]


def test_doing_again_what_is_done_needs_no_new_etag(deployment: Deployment, owned: str) -> None:
    headers = {"if-match": tag_of(owned)}
    for _ in range(2):
        assert call("PUT", f"/conversations/{owned}/tags", {"tags": ["vip"]}, headers=headers)[0] == 200


@pytest.mark.parametrize("tag", ["", "1.0", '"1"', 'W/"1.0"', '"1.0", "2.0"', '"\u0661.0"'])
def test_an_etag_that_no_conversation_ever_had_is_told_how_to_look(
    deployment: Deployment, owned: str, tag: str
) -> None:
    status, problem = call("PUT", f"/conversations/{owned}/tags", {"tags": []}, headers={"if-match": tag})
    assert (status, problem["status"]) == (400, 400)
    assert "ETag" in problem["detail"]
