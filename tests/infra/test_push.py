"""The consoles' WebSocket as the template makes it."""

import json

import pytest

from infra.settings import STAGES
from switchboard.push import OVERLAP
from tests.infra.conftest import Synthesis, Template

pytestmark = pytest.mark.infra


def test_consoles_connect_with_a_ticket_and_are_refused_without_asking_the_function(template: Template) -> None:
    (authorizer,) = [
        found
        for found in template.of_type("AWS::ApiGatewayV2::Authorizer").values()
        if found["AuthorizerType"] == "REQUEST"
    ]
    assert authorizer["IdentitySource"] == ["route.request.querystring.ticket"]
    routes = {route["RouteKey"]: route for route in template.of_type("AWS::ApiGatewayV2::Route").values()}
    assert routes["$connect"]["AuthorizationType"] == "CUSTOM"


def test_SEC_17_only_those_that_call_consoles_may_and_only_what_removes_people_cuts_them_off(
    template: Template,
) -> None:
    may = {
        (id_[:-8], method)
        for id_, role in template.of_type("AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for method in ("POST", "DELETE", "GET", "*")
        if statement["Action"] == "execute-api:ManageConnections"
        and f"/push/{method}/@connections/*" in json.dumps(statement["Resource"])
    }
    posting = {(role, "POST") for role in ("PushRole", "NotifyRole", "AgentApiRole")}
    assert may == {*posting, ("AgentApiRole", "DELETE")}


def test_no_note_reaches_a_feed_later_than_consoles_read_it_again() -> None:
    for settings in STAGES.values():
        assert settings.functions["notify"].timeout * 2 <= OVERLAP.total_seconds()


def test_whoever_deployed_is_told_where_consoles_connect(local: Synthesis, prod: Synthesis) -> None:
    urls = [json.dumps(made.main.outputs["PushUrl"]["Value"]) for made in (local, prod)]
    assert "ws://127.0.0.1:4566/_aws/execute-api/" in urls[0]
    assert "wss://" in urls[1]
    assert all("/push" in url for url in urls)


def test_connections_that_the_function_failed_at_raise_an_alarm(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    assert [alarm["Threshold"] for alarm in alarms if alarm.get("MetricName") == "IntegrationError"] == [1]
