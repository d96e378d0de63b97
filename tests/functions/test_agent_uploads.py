"""The agents' API: files for an answer, copies, passing mail on; and the links that customers get."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.hand_out.handler import lambda_handler as hand_out
from sandbox.files import content_of
from tests.aws_events import CONTEXT
from tests.functions.conftest import Deployment
from tests.functions.test_agent_api import KEY, call

PNG = content_of("image/png")
PICTURE = {"filename": "l\u00e4mp.png", "content_type": "image/png", "size": len(PNG)}


@pytest.fixture
def owned(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a conversation of ann's."""
    monkeypatch.setenv("SCAN_MEDIA", "")
    deployment.world.agent("ann")
    deployment.world.text()
    return deployment.world.only().id


def upload(deployment: Deployment, owned: str) -> str:
    """A file, put as the answer says."""
    status, asked = call("POST", f"/conversations/{owned}/uploads", PICTURE)
    assert (status, asked["method"]) == (201, "PUT")
    metadata = {name.removeprefix("x-amz-meta-"): value for name, value in asked["headers"].items() if "meta" in name}
    key = urlsplit(asked["url"]).path.removeprefix("/raw/").lstrip("/")
    deployment.s3.put_object(
        Bucket="raw", Key=key, Body=PNG, ContentType=asked["headers"]["content-type"], Metadata=metadata
    )
    return str(asked["upload_id"])


def ask(conversation: str, file: str, method: str = "GET") -> dict[str, Any]:
    """What a customer's browser is answered."""
    parts = {"conversation": conversation, "file": file}
    event = {"requestContext": {"http": {"method": method}}, "rawPath": "/files/x/y", "pathParameters": parts}
    return hand_out(event, CONTEXT)


def test_an_answer_shows_its_files_which_can_be_downloaded(deployment: Deployment, owned: str) -> None:
    body = {"attachments": [upload(deployment, owned)]}
    status, message = call("POST", f"/conversations/{owned}/replies", body, headers=KEY)
    assert (status, message["text"]) == (201, "")
    (file,) = message["attachments"]
    assert (file["filename"], file["state"], file["size"]) == ("l\u00e4mp.png", "ready", len(PNG))
    status, released = call("GET", f"/conversations/{owned}/messages/{message['message_id']}/attachments/0")
    assert (status, released["filename"]) == (200, "l\u00e4mp.png")
    assert "/outgoing/" in released["url"]


def test_SEC_10_our_own_files_are_not_scanned_again(
    deployment: Deployment, owned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"attachments": [upload(deployment, owned)]}
    _, message = call("POST", f"/conversations/{owned}/replies", body, headers=KEY)
    monkeypatch.setenv("SCAN_MEDIA", "true")
    assert call("GET", f"/conversations/{owned}/messages/{message['message_id']}/attachments/0")[0] == 200


def test_SEC_10_a_file_that_is_not_scanned_yet_is_not_sent(
    deployment: Deployment, owned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAN_MEDIA", "true")
    body = {"attachments": [upload(deployment, owned)]}
    status, problem = call("POST", f"/conversations/{owned}/replies", body, headers=KEY)
    assert (status, problem["detail"]) == (409, "not scanned yet: try again in a minute")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"filename": "a.svg", "content_type": "image/svg+xml"}, "content_type: "),
        ({"filename": "a.exe"}, "filename: "),
        ({"size": 5_000_001_0}, "size: "),
        ({"size": 0}, "size: "),
        ({"filename": ""}, "filename: "),
    ],
)
def test_a_file_that_may_not_be_sent_is_refused_by_its_field(
    deployment: Deployment, owned: str, changes: dict[str, Any], named: str
) -> None:
    status, problem = call("POST", f"/conversations/{owned}/uploads", {**PICTURE, **changes})
    assert status == 422
    assert problem["detail"].startswith(named)


def test_an_answer_of_nothing_is_refused(deployment: Deployment, owned: str) -> None:
    status, problem = call("POST", f"/conversations/{owned}/replies", {"text": ""}, headers=KEY)
    assert status == 422
    assert "write something, or send a file" in problem["detail"]


@pytest.mark.parametrize("body", [{"attachments": ["../x"]}, {"attachments": ["u"] * 11}, {"cc": ["a@b.example"] * 21}])
def test_what_an_answer_has_is_bounded(deployment: Deployment, owned: str, body: dict[str, Any]) -> None:
    assert call("POST", f"/conversations/{owned}/replies", {"text": "hi", **body}, headers=KEY)[0] == 422


def test_an_unknown_upload_is_a_conflict_that_says_what_to_do(deployment: Deployment, owned: str) -> None:
    status, problem = call("POST", f"/conversations/{owned}/replies", {"attachments": ["nothing"]}, headers=KEY)
    assert status == 409
    assert "ask for a new one" in problem["detail"]


def test_a_text_message_has_no_copies_and_is_not_passed_on(deployment: Deployment, owned: str) -> None:
    body = {"text": "hi", "cc": ["a@b.example"]}
    assert call("POST", f"/conversations/{owned}/replies", body, headers=KEY)[0] == 422
    assert call("POST", f"/conversations/{owned}/forward", {"to": ["a@b.example"]}, headers=KEY)[0] == 422


def test_a_conversation_tells_which_files_an_answer_may_have(deployment: Deployment, owned: str) -> None:
    _, known = call("GET", f"/conversations/{owned}")
    files = known["limits"]["files"]
    assert (files["most"], files["bytes_in_all"], files["bytes_each"]) == (10, 5_000_000, 25_000_000)
    png = next(kind for kind in files["types"] if kind["content_type"] == "image/png")
    assert (png["endings"], png["bytes_each"], png["bytes_as_file"]) == (["png"], 25_000_000, 5_000_000)


def test_a_customer_follows_a_link_to_the_file(deployment: Deployment, owned: str) -> None:
    upload_id = upload(deployment, owned)
    assert ask(owned, upload_id)["statusCode"] == 404, "it has not been sent"
    call("POST", f"/conversations/{owned}/replies", {"attachments": [upload_id]}, headers=KEY)
    answer = ask(owned, upload_id)
    assert answer["statusCode"] == 302
    query = parse_qs(urlsplit(answer["headers"]["location"]).query)
    assert query["response-content-type"] == ["image/png"]
    assert query["response-content-disposition"][0].startswith("attachment;")
    assert answer["headers"]["cache-control"] == "no-store"


def test_a_link_only_shows(deployment: Deployment) -> None:
    assert ask("a", "b", "POST")["statusCode"] == 405
    assert ask("a", "b", "HEAD")["statusCode"] == 404
