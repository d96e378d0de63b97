"""The agents' API for what leads decide: what each route takes and answers, and to whom."""

import json
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler
from switchboard import wiring
from switchboard.flows.team import Personnel
from tests.aws_events import CONTEXT, api_call
from tests.directory import MemoryDirectory
from tests.functions.conftest import Deployment
from tests.sockets import MemorySockets

LEAD: dict[str, Any] = {"sub": "lea", "groups": "[agents leads]"}
ANN = {"name": "Ann Novak", "queues": ["support"], "skills": ["returns:3"], "units": 2, "caps": {"sms": 1}}
INVITED = {**ANN, "email": "ann@acme.example"}
THANKS = {"title": "Thanks", "texts": {"en": "Thanks, {{agent_name}}"}, "queues": []}
DUTIES = {"duties": [{"days": ["mon", "tue"], "hours": "09:00-17:30", "units": 5}]}


def ask(method: str, path: str, body: object = None, **changes: Any) -> tuple[int, Any, str | None]:
    """Status, body and ETag."""
    answer = lambda_handler(api_call(method, path, body, **{**LEAD, **changes}), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"]), answer.get("headers", {}).get("ETag")


def call(*arguments: Any, **changes: Any) -> tuple[int, Any]:
    status, body, _ = ask(*arguments, **changes)
    return status, body


@pytest.fixture(autouse=True)
def directory(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> MemoryDirectory:
    """The user pool, with Lea for a lead."""
    pool = MemoryDirectory()
    pool.add("lea", lead=True)
    monkeypatch.setattr(wiring, "sockets", MemorySockets)
    personnel = Personnel(deployment.world.board, wiring.team_settings(), pool, wiring.exchange())
    monkeypatch.setattr(wiring, "personnel", lambda: personnel)
    return pool


# -- the team --------------------------------------------------------------------------------------


def test_somebody_is_invited_listed_shown_changed_and_removed(directory: MemoryDirectory) -> None:
    status, ann = call("POST", "/settings/agents", INVITED)
    assert (status, ann["sign_in"], ann["in_team"], ann["skills"]) == (201, "invited", True, ["returns:3"])
    assert call("POST", "/settings/agents", INVITED)[0] == 200
    path = f"/settings/agents/{ann['agent_id']}"
    assert call("GET", path) == (200, ann)
    _, people = call("GET", "/settings/agents")
    assert [(one["agent_id"], one["in_team"], one["role"]) for one in people["items"]] == [
        ("lea", False, "lead"),
        (ann["agent_id"], True, "agent"),
    ]
    status, changed = call("PUT", path, {**ANN, "units": 4, "role": "lead"})
    assert (status, changed["units"], changed["free"], changed["role"]) == (200, 4, 4, "lead")
    status, gone = call("DELETE", path)
    assert (status, gone["in_team"], gone["sign_in"], gone["units"]) == (200, False, "disabled", None)


def test_a_page_of_people_goes_on_where_the_one_before_ended(directory: MemoryDirectory) -> None:
    directory.add("ben")
    _, first = call("GET", "/settings/agents", query={"limit": "1"})
    _, rest = call("GET", "/settings/agents", query={"limit": "1", "cursor": first["cursor"]})
    assert [one["agent_id"] for one in (*first["items"], *rest["items"])] == ["lea", "ben"]
    assert rest["cursor"] is None
    assert call("GET", "/settings/agents", query={"cursor": "no cursor"})[0] == 422


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"email": "ann"}, "email: "),
        ({"email": 'a"b@acme.example'}, "email: "),
        ({"units": 0}, "units: "),
        ({"name": "  "}, "name: "),
        ({"skills": ["Returns!"]}, "skills.0: "),
        ({"queues": ["sales"]}, "queues: there is no 'sales': use support, returns"),
        ({"caps": {"fax": 1}}, "caps: no account has the channel 'fax'"),
        ({"role": "boss"}, "role: "),
    ],
)
def test_what_is_wrong_with_a_person_is_named(changes: dict[str, Any], named: str) -> None:
    status, problem = call("POST", "/settings/agents", {**INVITED, **changes})
    assert status == 422
    assert named in problem["detail"]


def test_the_etag_of_a_person_is_of_what_is_decided_and_not_of_what_they_do(deployment: Deployment) -> None:
    deployment.world.agent("ann", units=2)
    _, _, tag = ask("GET", "/settings/agents/ann")
    deployment.world.text()
    assert ask("GET", "/settings/agents/ann")[2] == tag
    headers = {"if-match": tag}
    status, changed, other = ask("PUT", "/settings/agents/ann", {**ANN, "units": 3}, headers=headers)
    assert (status, changed["free"], other == tag) == (200, 2, False)
    status, problem = call("PUT", "/settings/agents/ann", ANN, headers=headers)
    assert (status, problem["status"]) == (412, 412)
    assert "read it again" in problem["detail"]
    assert call("DELETE", "/settings/agents/ann", headers=headers)[0] == 412


@pytest.mark.parametrize("tag", ["", "abc", '"1.0"', 'W/"0123456789abcdef"'])
def test_an_etag_that_no_setting_ever_had_is_told_how_to_look(tag: str) -> None:
    status, problem = call("PUT", "/settings/rosters/support", DUTIES, headers={"if-match": tag})
    assert (status, problem["status"]) == (400, 400)
    assert "ETag of the setting" in problem["detail"]


def test_the_last_lead_can_not_leave_or_step_down(directory: MemoryDirectory) -> None:
    for method, body in (("PUT", ANN), ("DELETE", None)):
        status, problem = call(method, "/settings/agents/lea", body)
        assert (status, "make somebody else a lead first" in problem["detail"]) == (409, True)


def test_a_lead_who_was_removed_decides_and_sees_nothing_with_the_token_that_they_still_have(
    directory: MemoryDirectory,
) -> None:
    directory.add("dee", lead=True)
    assert call("DELETE", "/settings/agents/lea", sub="dee")[0] == 200
    for method, path in (("POST", "/settings/agents"), ("PUT", "/settings/canned/x"), ("GET", "/quarantine")):
        assert call(method, path, {})[0] == 403
    for path in ("/me", "/workspace", "/feed", "/conversations", "/canned"):
        assert call("GET", path)[0] == 404
    assert call("POST", "/push/ticket")[0] == 404


def test_a_lead_who_is_one_no_more_is_an_agent_with_the_token_that_they_still_have(
    directory: MemoryDirectory, deployment: Deployment
) -> None:
    directory.add("dee", lead=True)
    deployment.world.text(account="acme-sms")
    known = deployment.world.only().id
    assert call("PUT", "/settings/agents/lea", {**ANN, "queues": ["returns"]}, sub="dee")[0] == 200
    assert call("GET", "/settings/agents")[0] == 403
    assert call("GET", f"/conversations/{known}")[0] == 404
    assert call("GET", "/workspace")[1]["me"]["role"] == "agent"


def test_an_agent_who_was_removed_is_told_nothing_of_what_they_once_answered(deployment: Deployment) -> None:
    deployment.world.agent("ann")
    deployment.world.text()
    path = f"/conversations/{deployment.world.only().id}"
    ann = {"sub": "ann", "groups": "[agents]"}
    assert call("GET", path, **ann)[0] == 200
    assert call("DELETE", "/settings/agents/ann")[0] == 200
    status, problem = call("GET", path, **ann)
    assert (status, problem["detail"]) == (404, "no agent with this sign-in: a lead must add them first")
    assert call("GET", "/feed", **ann)[0] == 404


def test_people_are_put_into_a_queue_and_out_of_it(deployment: Deployment) -> None:
    deployment.world.agent("ann", queues=("support",))
    path = "/settings/queues/returns/agents/ann"
    assert call("PUT", path)[1]["queues"] == ["support", "returns"]
    assert call("DELETE", path)[1]["queues"] == ["support"]
    assert call("PUT", "/settings/queues/sales/agents/ann")[0] == 404
    assert call("PUT", "/settings/queues/returns/agents/nobody")[0] == 404


def test_queues_are_shown_as_the_policy_has_them() -> None:
    status, told = call("GET", "/settings/queues")
    assert status == 200
    assert told["items"][1] == {
        "queue": "returns",
        "zone": "America/New_York",
        "skills": ["returns"],
        "targets": {"urgent": 1800, "high": 7200, "normal": 14400, "low": 57600},
        "overflow": [],
    }


# -- canned responses, rosters, the record ---------------------------------------------------------


def test_a_canned_response_is_written_offered_filled_in_and_removed(deployment: Deployment) -> None:
    deployment.world.agent("ann", name="Ann")
    deployment.world.text()
    status, written, tag = ask("POST", "/settings/canned", {**THANKS, "shortcut": "thanks"})
    assert (status, written["etag"]) == (201, tag)
    assert call("POST", "/settings/canned", {**THANKS, "shortcut": "thanks"})[0] == 200
    assert call("POST", "/settings/canned", {**THANKS, "title": "Other", "shortcut": "thanks"})[0] == 409
    assert call("GET", "/settings/canned/thanks") == (200, written)
    agent = {"sub": "ann", "groups": "[agents]"}
    assert call("GET", "/canned", **agent) == (200, {"items": [written], "cursor": None})
    _, filled = call("GET", f"/conversations/{deployment.world.only().id}/canned", **agent)
    assert filled["items"] == [
        {"shortcut": "thanks", "title": "Thanks", "language": "en", "text": "Thanks, Ann", "missing": []}
    ]
    assert ask("PUT", "/settings/canned/thanks", {**THANKS, "title": "Ta"}, headers={"if-match": tag})[0] == 200
    assert call("PUT", "/settings/canned/thanks", THANKS, headers={"if-match": tag})[0] == 412
    assert call("DELETE", "/settings/canned/thanks", headers={"if-match": tag})[0] == 412
    for _ in range(2):
        assert call("DELETE", "/settings/canned/thanks") == (200, {"shortcut": "thanks"})
    assert call("GET", "/settings/canned/thanks")[0] == 404
    assert call("PUT", "/settings/canned/thanks", THANKS)[0] == 404


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"texts": {}}, "texts: "),
        ({"texts": {"en": "   "}}, "texts: "),
        ({"texts": {"English": "Hi"}}, "texts.English"),
        ({"texts": {"en": "Hi {{customer}}"}}, "texts.en: {{customer}} is no variable: use one of {{agent_name}}"),
        ({"texts": {"en": "x" * 5001}}, "texts.en: "),
        ({"shortcut": "Thank you"}, "shortcut: "),
        ({"queues": ["sales"]}, "queues: there is no 'sales'"),
    ],
)
def test_what_is_wrong_with_a_canned_response_is_named(changes: dict[str, Any], named: str) -> None:
    status, problem = call("POST", "/settings/canned", {**THANKS, "shortcut": "thanks", **changes})
    assert status == 422
    assert named in problem["detail"]


@pytest.mark.parametrize("path", ["/canned", "/settings/audit"])
def test_a_cursor_of_no_page_is_refused(path: str) -> None:
    status, problem = call("GET", path, query={"cursor": "ü" * 2000})
    assert (status, problem["detail"][:7]) == (422, "cursor:")


def test_a_roster_is_given_shown_and_taken_back() -> None:
    _, policys, tag = ask("GET", "/settings/rosters/support")
    assert (policys["source"], policys["duties"]) == ("policy", [])
    status, given, other = ask("PUT", "/settings/rosters/support", DUTIES, headers={"if-match": tag})
    assert (status, given["source"], given["duties"]) == (200, "lead", DUTIES["duties"])
    assert call("PUT", "/settings/rosters/support", DUTIES, headers={"if-match": tag})[0] == 412
    assert call("DELETE", "/settings/rosters/support", headers={"if-match": other}) == (200, policys)
    assert call("GET", "/settings/rosters/sales")[0] == 404


@pytest.mark.parametrize(
    ("duty", "named"),
    [
        ({"days": ["someday"]}, "duties.0.days.0"),
        ({"hours": "9-17"}, "duties.0.hours"),
        ({"units": 0}, "duties.0.units"),
        ({"who": "ann"}, "duties.0.who"),
    ],
)
def test_what_is_wrong_with_a_roster_is_named(duty: dict[str, Any], named: str) -> None:
    wrong = {"duties": [{**DUTIES["duties"][0], **duty}]}
    status, problem = call("PUT", "/settings/rosters/support", wrong)
    assert status == 422
    assert named in problem["detail"]


def test_the_record_says_who_changed_what(deployment: Deployment) -> None:
    call("POST", "/settings/canned", {**THANKS, "shortcut": "thanks"})
    call("PUT", "/settings/rosters/support", DUTIES)
    status, told = call("GET", "/settings/audit", query={"limit": "1"})
    assert status == 200
    _, rest = call("GET", "/settings/audit", query={"cursor": told["cursor"]})
    assert {(one["by"], one["kind"], one["subject"]) for one in (*told["items"], *rest["items"])} == {
        ("lea", "roster", "support"),
        ("lea", "canned", "thanks"),
    }
    (roster,) = [one for one in (*told["items"], *rest["items"]) if one["kind"] == "roster"]
    assert roster["differences"][1] == {"field": "duties", "before": "", "after": "mon tue 09:00-17:30: 5"}
