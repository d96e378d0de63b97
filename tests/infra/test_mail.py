"""Mail in the templates: how it comes in, what SES may do, and what it is sent with."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.permissions import GRANTS, Resource
from infra.policy import policy_of
from infra.ses import domains_of, mail_addresses
from infra.settings import settings_of
from switchboard.flows import collect
from tests.infra.conftest import Synthesis, Template

pytestmark = pytest.mark.infra

ADDRESSES = mail_addresses(policy_of("prod").accounts)


def rules(prod: Synthesis) -> dict[str, Mapping[str, Any]]:
    """Receipt rules by the folder that they write to."""
    found = {}
    for rule in prod.cloud_only.of_type("AWS::SES::ReceiptRule").values():
        (action,) = rule["Rule"]["Actions"]
        found[action["S3Action"]["ObjectKeyPrefix"]] = rule["Rule"]
    return found


def statements_of(template: Template, type_: str, sid: str) -> list[Mapping[str, Any]]:
    policies = template.of_type(type_).values()
    return [s for policy in policies for s in policy["PolicyDocument"]["Statement"] if s.get("Sid") == sid]


def test_the_bucket_tells_the_mail_queue_of_mail_and_of_nothing_else(template: Template) -> None:
    told = template.only("AWS::S3::Bucket")["NotificationConfiguration"]
    assert told.keys() == {"QueueConfigurations", "EventBridgeConfiguration"}
    (queue,) = told["QueueConfigurations"]
    assert queue["Event"] == "s3:ObjectCreated:*"
    assert queue["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "mail/"}]}}
    assert queue["Queue"] == {"Fn::GetAtt": [inbox(template), "Arn"]}


def test_a_deployment_leaves_guardduty_its_way_of_hearing_of_files(prod: Synthesis) -> None:
    told = prod.main.only("AWS::S3::Bucket")["NotificationConfiguration"]
    assert told["EventBridgeConfiguration"] == {"EventBridgeEnabled": True}


def inbox(template: Template) -> str:
    return str(template.outputs["IngestEmailQueueUrl"]["Value"]["Ref"])


def test_the_bucket_is_made_after_the_queue_lets_it_tell(template: Template) -> None:
    (bucket,) = (body for body in template.resources.values() if body["Type"] == "AWS::S3::Bucket")
    policies = {
        id_: body for id_, body in template.of_type("AWS::SQS::QueuePolicy").items() if id_ in bucket["DependsOn"]
    }
    ((allowed),) = policies.values()
    assert allowed["Queues"] == [{"Ref": inbox(template)}]
    (tells,) = [s for s in allowed["PolicyDocument"]["Statement"] if s.get("Sid") == "TellOfMail"]
    assert tells["Principal"] == {"Service": "s3.amazonaws.com"}
    assert tells["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "switchboard-" in json.dumps(tells["Condition"]["ArnLike"])


def test_only_this_accounts_ses_may_store_mail_and_only_there(any_stage: Synthesis, template: Template) -> None:
    (stores,) = statements_of(template, "AWS::S3::BucketPolicy", "StoreMail")
    assert (stores["Principal"], stores["Action"]) == ({"Service": "ses.amazonaws.com"}, "s3:PutObject")
    assert '"/mail/*"' in json.dumps(stores["Resource"])
    assert "AWS::AccountId" in json.dumps(stores["Condition"]["StringEquals"])
    (tells,) = statements_of(template, "AWS::SNS::TopicPolicy", "TellOfSending")
    assert (tells["Principal"], tells["Action"]) == ({"Service": "ses.amazonaws.com"}, "sns:Publish")


def test_EM_1_there_is_a_rule_for_each_account_and_none_takes_others_mail(prod: Synthesis) -> None:
    found = rules(prod)
    assert {prefix: rule["Recipients"] for prefix, rule in found.items()} == {
        f"mail/{account}/": [address] for account, address in ADDRESSES.items()
    }
    assert all(rule["Recipients"] for rule in found.values())


def test_EM_1_the_account_can_be_read_from_where_its_rule_stores_mail(prod: Synthesis) -> None:
    for account, prefix in zip(ADDRESSES, rules(prod), strict=True):
        found = collect._MAIL_KEY.fullmatch(f"{prefix}m1")
        assert found
        assert found.group(1) == account


def test_EM_3_every_rule_is_on_scans_and_takes_no_mail_in_the_clear(prod: Synthesis) -> None:
    for rule in rules(prod).values():
        assert rule["Enabled"]
        assert rule["ScanEnabled"]
        assert rule["TlsPolicy"] == "Require"


def test_rules_stand_in_the_set_of_their_stage_one_after_another(prod: Synthesis) -> None:
    assert prod.cloud_only.only("AWS::SES::ReceiptRuleSet")["RuleSetName"] == "switchboard-prod"
    first, *others = prod.cloud_only.of_type("AWS::SES::ReceiptRule").values()
    assert "After" not in first
    assert all("After" in rule for rule in others)


def test_EM_24_every_domain_is_verified_with_a_sender_of_its_own_and_the_configuration_set(prod: Synthesis) -> None:
    identities = prod.cloud_only.of_type("AWS::SES::EmailIdentity").values()
    assert [identity["EmailIdentity"] for identity in identities] == domains_of(ADDRESSES.values())
    for identity in identities:
        assert identity["MailFromAttributes"]["MailFromDomain"] == f"bounce.{identity['EmailIdentity']}"
        assert "ConfigurationSetName" in identity["ConfigurationSetAttributes"]


def test_whoever_deployed_is_told_which_dns_records_to_publish(prod: Synthesis) -> None:
    records = json.dumps(
        [output["Value"] for name, output in prod.cloud_only.outputs.items() if name.startswith("Dns")]
    )
    for part in ("MX 10 inbound-smtp.", "MX 10 feedback-smtp.", "v=spf1 include:amazonses.com", "DkimDNSTokenValue3"):
        assert part in records


def test_EM_25_what_becomes_of_mail_is_told_and_that_it_was_opened_is_not(prod: Synthesis) -> None:
    told = prod.cloud_only.only("AWS::SES::ConfigurationSetEventDestination")["EventDestination"]
    assert told["Enabled"]
    assert set(told["MatchingEventTypes"]) == {
        "REJECT",
        "BOUNCE",
        "COMPLAINT",
        "DELIVERY",
        "DELIVERY_DELAY",
        "RENDERING_FAILURE",
    }
    assert "SnsDestination" in told


def test_EM_24_mail_is_sent_as_our_domains_with_the_stages_configuration_set(any_stage: Synthesis) -> None:
    template = any_stage.main
    statements = [
        s
        for role in template.of_type("AWS::IAM::Role").values()
        for policy in role["Policies"]
        for s in policy["PolicyDocument"]["Statement"]
        if str(s["Action"]).startswith("ses:")
    ]
    assert sorted(s["Action"] for s in statements) == ["ses:SendEmail", "ses:SendEmail", "ses:SendRawEmail"]
    for statement in statements:
        named = json.dumps(statement["Resource"])
        assert all(f"identity/{domain}" in named for domain in domains_of(ADDRESSES.values()))
        assert "configuration-set/switchboard-" in named


def test_EM_24_only_what_answers_customers_and_what_alerts_agents_may_send_mail() -> None:
    sending = {name for name, grants in GRANTS.items() for grant in grants if grant.service == "ses"}
    assert sending == {"outbound", "alert"}


@pytest.mark.parametrize(("stage", "name"), [("local", ""), ("dev", "switchboard-dev"), ("prod", "switchboard-prod")])
def test_EM_24_the_sending_function_is_told_the_configuration_set_where_there_is_one(
    stage: str, name: str, syntheses: Mapping[str, Synthesis]
) -> None:
    functions = syntheses[stage].main.of_type("AWS::Lambda::Function").values()
    told = [f["Environment"]["Variables"] for f in functions]
    (outbound,) = (known for known in told if known["POWERTOOLS_SERVICE_NAME"] == "outbound")
    assert outbound["CONFIGURATION_SET"] == settings_of(stage).configuration_set == name


def test_SEC_17_agents_never_reach_mail_as_it_came() -> None:
    reached = {resource for grant in GRANTS["agent_api"] for resource in grant.resources}
    assert Resource.MAIL_BYTES not in reached
