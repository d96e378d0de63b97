"""The agents' API for customers: what each route takes and answers, and to whom."""

import json
from typing import Any

import pytest

from functions.agent_api.handler import lambda_handler
from tests.aws_events import CONTEXT, api_call
from tests.functions.conftest import Deployment
from tests.world import CUSTOMER

KEY = {"idempotency-key": "3f2b-1"}
LEAD: dict[str, Any] = {"sub": "lea", "groups": "[agents leads]"}
OTHER = "+15551230002"


def call(*arguments: Any, query: dict[str, str] | None = None, **changes: Any) -> tuple[int, Any]:
    event = api_call(*arguments, **changes)
    event["queryStringParameters"] = query or {}
    answer = lambda_handler(event, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def pair(deployment: Deployment) -> tuple[str, str]:
    """Two customers of ann's, by their ids."""
    world = deployment.world
    world.agent("ann")
    world.text("hello")
    world.text("hello from the other", sender=OTHER)
    found = [world.board.customers.contact(f"sms:{address}") for address in (CUSTOMER, OTHER)]
    one, other = (contact.customer_id for contact in found if contact)
    return one, other


def test_a_merge_is_shown_and_undone_by_its_id(pair: tuple[str, str]) -> None:
    one, other = pair
    status, merged = call("POST", f"/customers/{one}/joins", {"customer_id": other})
    assert (status, merged["customers"], merged["joins"][0]["by"]) == (200, [one, other], "agent:ann")
    path = f"/customers/{one}/joins/{merged['joins'][0]['join_id']}"
    for _ in range(2):
        status, parted = call("DELETE", path)
        assert (status, parted["customers"], parted["joins"][0]["undone_by"]) == (200, [one], "ann")


def test_a_customer_is_shown_with_addresses_and_what_is_open(pair: tuple[str, str]) -> None:
    one, other = pair
    call("POST", f"/customers/{one}/joins", {"customer_id": other})
    status, shown = call("GET", f"/customers/{other}")
    assert status == 200
    assert {(each["channel"], each["address"]) for each in shown["addresses"]} == {("sms", CUSTOMER), ("sms", OTHER)}
    assert (len(shown["open"]), len(shown["conversations"]), shown["withheld"]) == (2, 2, 0)
    assert (shown["language"], shown["tier"]) == ("en", None)


def test_a_timeline_is_paged(pair: tuple[str, str]) -> None:
    one, other = pair
    call("POST", f"/customers/{one}/joins", {"customer_id": other})
    _, first = call("GET", f"/customers/{one}/timeline", query={"limit": "1"})
    _, rest = call("GET", f"/customers/{one}/timeline", query={"limit": "1", "cursor": first["cursor"]})
    assert {page["items"][0]["text"] for page in (first, rest)} == {"hello", "hello from the other"}
    assert rest["cursor"] is None
    for wrong in ({"limit": "0"}, {"limit": "many"}, {"cursor": "x"}):
        assert call("GET", f"/customers/{one}/timeline", query=wrong)[0] == 422


def test_a_confirmed_name_and_zone_are_shown_at_every_address_and_forgotten_with_null(pair: tuple[str, str]) -> None:
    one, other = pair
    call("POST", f"/customers/{one}/joins", {"customer_id": other})
    for said in ({"first_name": "Zoé", "zone": "Asia/Tokyo"}, {"first_name": None, "zone": None}):
        assert call("PUT", f"/customers/{one}/particulars", said)[0] == 200
        _, shown = call("GET", f"/customers/{other}")
        assert [(each["first_name"], each["zone"]) for each in shown["addresses"]] == [
            (said["first_name"], said["zone"])
        ] * 2


@pytest.mark.parametrize(
    "said",
    [{"first_name": "see evil.example", "zone": None}, {"first_name": None, "zone": "Europe/Atlantis"}, {"zone": None}],
)
def test_what_is_no_name_or_no_zone_is_refused(pair: tuple[str, str], said: dict[str, Any]) -> None:
    assert call("PUT", f"/customers/{pair[0]}/particulars", said)[0] == 422


def test_only_who_spoke_with_a_customer_lately_says_what_they_are_called(pair: tuple[str, str]) -> None:
    said = {"first_name": "Zoé", "zone": None}
    assert call("PUT", f"/customers/{pair[0]}/particulars", said, sub="nobody")[0] in {403, 404}


def test_a_tier_is_for_leads_and_one_of_the_policys(pair: tuple[str, str]) -> None:
    path = f"/customers/{pair[0]}/tier"
    assert call("PUT", path, {"tier": None})[0] == 403
    assert call("PUT", path, {"tier": "diamond"}, **LEAD)[0] == 422
    assert call("PUT", path, {"tier": None}, **LEAD)[0] == 200


def test_an_invitation_is_an_answer_with_a_code(pair: tuple[str, str], deployment: Deployment) -> None:
    known = next(one for one in deployment.world.all_conversations() if one.address == CUSTOMER)
    path, body = f"/conversations/{known.id}/invitations", {"account": "acme-email"}
    assert call("POST", path, body)[0] == 400
    status, told = call("POST", path, body, headers=KEY)
    assert status == 201
    assert "mailto:support@acme.example?subject=LINK-" in told["text"]
    assert call("POST", path, body, headers=KEY) == (200, told)


def test_who_is_nobody_or_anothers_is_not_found(pair: tuple[str, str], deployment: Deployment) -> None:
    deployment.world.agent("out", queues=("returns",), online=False)
    for path in ("", "/timeline"):
        assert call("GET", f"/customers/nobody{path}", **LEAD)[0] == 404
        assert call("GET", f"/customers/{pair[0]}{path}", sub="out")[0] == 404
