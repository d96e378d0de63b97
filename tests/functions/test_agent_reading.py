"""The agents' API: what one has read and begun to write."""

import json
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler, logger
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment, log_of

WORDS = {"text": "canary, dear Mia"}


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    answer = lambda_handler(api_call(*arguments, **changes), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def path(deployment: Deployment) -> str:
    """Of a conversation of ann's; ben is in its queue."""
    deployment.world.agent("ann")
    deployment.world.text()
    deployment.world.agent("ben")
    return f"/conversations/{deployment.world.only().id}"


def unread(path: str, **who: str) -> set[bool]:
    """As all of the caller's lists, search and the conversation itself tell."""
    lists = [("GET", "/me/conversations"), ("GET", "/conversations")]
    items = [item for asked in lists for item in call(*asked, **who)[1]["items"]]
    items += call("POST", "/search", {"text": "hello"}, **who)[1]["items"]
    return {one["unread"] for one in (*items, call("GET", path, **who)[1])}


def test_what_was_read_is_told_the_same_everywhere(path: str, deployment: Deployment) -> None:
    assert unread(path) == {True}
    assert call("PUT", f"{path}/read", {}) == (200, {"unread": False})
    assert unread(path) == {False}
    assert unread(path, sub="ben") == {True}


def test_reading_until_the_time_of_a_message_is_told(path: str, deployment: Deployment) -> None:
    deployment.world.later(seconds=2)
    deployment.world.text("more")
    first = call("GET", path)[1]["messages"][0]["at"]
    assert call("PUT", f"{path}/read", {"until": first}) == (200, {"unread": True})


def test_a_draft_is_kept_and_found_with_its_etag(path: str) -> None:
    _, known = call("GET", path)
    assert (known["draft"]["text"], known["draft"]["updated_at"], known["has_draft"]) == ("", None, False)
    written = {**WORDS, "kind": "note", "to": ["m"], "cc": [], "attachments": ["u1"], "subject": "Your parcel"}
    answer = lambda_handler(api_call("PUT", f"{path}/draft", written), CONTEXT)
    kept = json.loads(answer["body"])
    assert (answer["statusCode"], answer["headers"]["ETag"]) == (200, kept["etag"])
    _, known = call("GET", path)
    assert known["draft"] == {**written, **kept}
    (listed,) = call("GET", "/me/drafts")[1]["items"]
    excerpt = {"kind": "note", "excerpt": WORDS["text"], "updated_at": kept["updated_at"]}
    assert (listed["draft"], listed["conversation_id"]) == (excerpt, known["conversation_id"])
    assert [one["has_draft"] for one in call("GET", "/me/conversations")[1]["items"]] == [True]


def test_nobody_else_sees_a_draft_not_even_a_lead(path: str) -> None:
    call("PUT", f"{path}/draft", WORDS)
    for who in ({"sub": "ben"}, {"sub": "lea", "groups": "[agents leads]"}):
        assert call("GET", path, **who)[1]["draft"]["text"] == ""
        assert call("GET", "/me/drafts", **who)[1] == {"items": [], "cursor": None}


def test_a_window_that_has_not_seen_the_newest_draft_is_refused_and_told_what_to_do(path: str) -> None:
    empty = call("GET", path)[1]["draft"]["etag"]
    first = call("PUT", f"{path}/draft", WORDS, headers={"if-match": empty})
    again = call("PUT", f"{path}/draft", WORDS, headers={"if-match": empty})
    assert [first[0], again[0], first[1]["etag"]] == [200, 200, again[1]["etag"]]
    for method, body in (("PUT", {"text": "other"}), ("DELETE", None)):
        status, problem = call(method, f"{path}/draft", body, headers={"if-match": empty})
        assert (status, problem["status"]) == (412, 412)
        assert "read the conversation again" in problem["detail"]
    assert call("DELETE", f"{path}/draft", headers={"if-match": first[1]["etag"]})[1]["etag"] == empty


def test_a_list_of_drafts_stays_small_however_long_they_are(path: str) -> None:
    assert call("PUT", f"{path}/draft", {"text": "\u2603" * 90_000})[0] == 200
    (listed,) = call("GET", "/me/drafts")[1]["items"]
    assert len(listed["draft"]["excerpt"]) == 200
    assert len(call("GET", path)[1]["draft"]["text"]) == 90_000


def test_a_draft_that_no_table_takes_is_refused_with_its_limit(path: str) -> None:
    status, problem = call("PUT", f"{path}/draft", {"text": "\u0001" * 60_000})
    assert (status, "300 KB" in problem["detail"]) == (422, True)


@pytest.mark.parametrize("tag", ["x", '"1.1"', '"XYZ0123456789abc"'])
def test_what_is_no_etag_of_a_draft_is_told_how_to_look(path: str, tag: str) -> None:
    status, problem = call("PUT", f"{path}/draft", WORDS, headers={"if-match": tag})
    assert (status, "ETag" in problem["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "x" * 100_001), ("attachments", ["u"] * 51), ("cc", ["x" * 321]), ("kind", "song"), ("bcc", [])],
)
def test_a_draft_is_bounded_and_its_faults_are_named(path: str, field: str, value: Any) -> None:
    status, problem = call("PUT", f"{path}/draft", {field: value})
    assert (status, problem["detail"].partition(":")[0].partition(".")[0]) == (422, field)


def test_an_answer_ends_its_draft(path: str) -> None:
    call("PUT", f"{path}/draft", WORDS)
    assert call("POST", f"{path}/replies", WORDS, headers={"idempotency-key": "k"})[0] == 201
    assert call("GET", "/me/drafts")[1]["items"] == []
    assert unread(path) == {False}


def test_whose_conversation_it_is_not_sees_none_of_it(path: str, deployment: Deployment) -> None:
    deployment.world.agent("dee", queues=("returns",))
    for method, what, body in (("PUT", "read", {}), ("PUT", "draft", WORDS), ("DELETE", "draft", None)):
        assert call(method, f"{path}/{what}", body, sub="dee")[0] == 404


def test_no_log_has_a_draft(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of(monkeypatch, logger)
    call("PUT", f"{path}/draft", WORDS)
    call("GET", "/me/drafts")
    assert "canary" not in log.getvalue()
