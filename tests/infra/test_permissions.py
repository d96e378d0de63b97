"""Who may do what, as the template says it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.permissions import GRANTS, Resource
from tests.infra.conftest import Template

pytestmark = pytest.mark.infra

WILDCARDS = {
    *("/quarantine/*", "/mail/*", "/content/*", "/media/*", "/uploads/*", "/outgoing/*"),
    *("/@connections/*", "-??????"),
}
"""All that roles may leave open: objects of one prefix, open connections, and what ends a secret's ARN."""


def statements(template: Template) -> Iterator[Mapping[str, Any]]:
    for role in template.of_type("AWS::IAM::Role").values():
        for policy in role["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]


def resources(statement: Mapping[str, Any]) -> Iterator[str]:
    found = statement["Resource"]
    for resource in found if isinstance(found, list) else [found]:
        yield json.dumps(resource)


NOT_CUSTOMERS = {Resource.CONSOLES, Resource.AGENTS, Resource.SETTINGS}
"""Tables without customers' data: who is connected, who answers, and what leads decide."""


def test_every_statement_says_what_it_is_for(template: Template) -> None:
    assert all(statement["Sid"] for statement in statements(template))


def test_no_role_has_more_than_its_own_policy(template: Template) -> None:
    assert template.of_type("AWS::IAM::Policy") == {}
    assert all("ManagedPolicyArns" not in role for role in template.of_type("AWS::IAM::Role").values())


def test_no_action_is_a_wildcard(template: Template) -> None:
    assert not [statement for statement in statements(template) if "*" in json.dumps(statement["Action"])]


def test_every_wildcard_in_a_resource_is_one_of_the_listed(template: Template) -> None:
    for statement in statements(template):
        for resource in resources(statement):
            stripped = resource
            for allowed in WILDCARDS:
                stripped = stripped.replace(allowed, "")
            assert "*" not in stripped, statement["Sid"]
            assert "?" not in stripped, statement["Sid"]


def test_nobody_scans_a_table(template: Template) -> None:
    assert "dynamodb:Scan" not in json.dumps(list(statements(template)))


def test_only_the_ingest_functions_and_the_outbox_publish() -> None:
    publishing = {name for name, grants in GRANTS.items() if any("PutEvents" in grant.actions for grant in grants)}
    assert publishing == {"ingest_sms", "reconcile_sms", "ingest_social", "ingest_email", "retry_quarantined", "outbox"}


def test_SEC_16_only_the_eraser_deletes_and_what_anybody_may_call_reaches_no_customers_data() -> None:
    deleting = {
        name
        for name, grants in GRANTS.items()
        for grant in grants
        if "DeleteItem" in grant.actions and not NOT_CUSTOMERS.issuperset(grant.resources)
    }
    assert deleting == {"erase"}
    reached = {resource for grant in GRANTS["erasure_api"] for resource in grant.resources}
    assert reached == {Resource.CALLBACK_SECRETS, Resource.PEPPER, Resource.ERASURES, Resource.ERASE_QUEUE}


def test_only_the_agents_api_reaches_the_user_pool_and_no_other_pool(template: Template) -> None:
    (pool,) = template.of_type("AWS::Cognito::UserPool")
    reaching = [one for one in statements(template) if "cognito-idp:" in json.dumps(one["Action"])]
    assert {one["Sid"] for one in reaching} == {"FindPeople", "InvitePeople", "AdmitPeople", "ShutOutPeople"}
    assert {json.dumps(one["Resource"]) for one in reaching} == {json.dumps({"Fn::GetAtt": [pool, "Arn"]})}
    assert {name for name, grants in GRANTS.items() if any(g.service == "cognito-idp" for g in grants)} == {"agent_api"}


def test_nobody_sets_another_persons_password(template: Template) -> None:
    assert "AdminSetUserPassword" not in json.dumps(list(statements(template)))


def test_a_function_is_told_of_nothing_that_it_may_not_touch(template: Template) -> None:
    told = {
        function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: set(function["Environment"]["Variables"])
        for function in template.of_type("AWS::Lambda::Function").values()
    }
    always = {"STAGE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
    assert {name: variables - always for name, variables in told.items()} == {
        "ingest_sms": {"BUS_NAME", "RAW_BUCKET", "SECRET_PREFIX", "PUBLIC_BASE_URL"},
        "catch_sms": {"CAUGHT_QUEUE_URL"},
        "reconcile_sms": {
            "BUS_NAME",
            "SECRET_PREFIX",
            "PROVIDER_BASE_URL",
            "CONVERSATIONS_TABLE",
            "CUSTOMERS_TABLE",
            "QUEUES_TABLE",
        },
        "ingest_social": {"BUS_NAME", "RAW_BUCKET", "SECRET_PREFIX", "PUBLIC_BASE_URL"},
        "ingest_email": {"BUS_NAME", "RAW_BUCKET", "SECRET_PREFIX"},
        "router": {
            "CONVERSATIONS_TABLE",
            "AGENTS_TABLE",
            "CUSTOMERS_TABLE",
            "QUEUES_TABLE",
            "QUARANTINE_TABLE",
            "ERASURES_TABLE",
            "DECISIONS_TABLE",
            "PEPPER_SECRET",
            "ROUTER_QUEUE_URL",
        },
        "auto_ack": {"CONVERSATIONS_TABLE", "CUSTOMERS_TABLE", "QUEUES_TABLE"},
        "outbound": {
            "CONVERSATIONS_TABLE",
            "CUSTOMERS_TABLE",
            "SECRET_PREFIX",
            "PUBLIC_BASE_URL",
            "PROVIDER_BASE_URL",
            "CONFIGURATION_SET",
            "RAW_BUCKET",
        },
        "fetch_media": {"CONVERSATIONS_TABLE", "SECRET_PREFIX", "PUBLIC_BASE_URL", "PROVIDER_BASE_URL", "RAW_BUCKET"},
        "outbox": {"BUS_NAME", "QUEUES_TABLE", "DECISIONS_TABLE"},
        "agent_api": {
            "CONVERSATIONS_TABLE",
            "AGENTS_TABLE",
            "CUSTOMERS_TABLE",
            "QUEUES_TABLE",
            "QUARANTINE_TABLE",
            "ERASURES_TABLE",
            "DECISIONS_TABLE",
            "ERASE_QUEUE_URL",
            "RETRY_QUEUE_URL",
            "PEPPER_SECRET",
            "RAW_BUCKET",
            "ROUTER_QUEUE_URL",
            "SCAN_MEDIA",
            "CONSOLES_TABLE",
            "PUSH_ENDPOINT",
            "PUSH_URL",
            "SETTINGS_TABLE",
            "USER_POOL_ID",
        },
        "console": {"ISSUER", "CLIENT_ID", "SIGN_IN_URL", "PUSH_URL", "FILE_ORIGINS", "FRAMED_BY"},
        "push": {"CONVERSATIONS_TABLE", "CONSOLES_TABLE", "PUSH_ENDPOINT"},
        "notify": {"CONVERSATIONS_TABLE", "CONSOLES_TABLE", "PUSH_ENDPOINT", "NOTIFY_QUEUE_URL"},
        "hand_out": {"RAW_BUCKET"},
        "alert": {
            "CONVERSATIONS_TABLE",
            "AGENTS_TABLE",
            "CONSOLES_TABLE",
            "ALERT_QUEUE_URL",
            "CONSOLE_URL",
            "PROVIDER_BASE_URL",
            "WEBHOOK_SECRET",
            "CONFIGURATION_SET",
        },
        "retry_quarantined": {"BUS_NAME", "RAW_BUCKET", "SECRET_PREFIX", "QUARANTINE_TABLE"},
        "erasure_api": {"ERASURES_TABLE", "ERASE_QUEUE_URL", "PEPPER_SECRET", "SECRET_PREFIX", "PUBLIC_BASE_URL"},
        "erase": {
            "CONVERSATIONS_TABLE",
            "AGENTS_TABLE",
            "CUSTOMERS_TABLE",
            "ERASURES_TABLE",
            "DECISIONS_TABLE",
            "ERASE_QUEUE_URL",
            "PEPPER_SECRET",
            "RAW_BUCKET",
            "ROUTER_QUEUE_URL",
            "SECRET_PREFIX",
            "PROVIDER_BASE_URL",
        },
        "watch_channels": {"SECRET_PREFIX", "PUBLIC_BASE_URL", "PROVIDER_BASE_URL"},
    }
