"""What every stage's template promises, and where the stages differ."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.bundle import LIBRARIES
from infra.policy import policy_of
from infra.settings import STAGES
from tests.infra.conftest import Synthesis, Synthesise, Template
from tests.tables import TABLES

pytestmark = pytest.mark.infra

WORKS_ON_THE_EMBEDDED_AWS = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CDK::Metadata",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Cognito::UserPoolGroup",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::Secret",
}


def name_of(function: Mapping[str, Any]) -> str:
    return str(function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"])


def functions(template: Template) -> dict[str, Mapping[str, Any]]:
    return {name_of(function): function for function in template.of_type("AWS::Lambda::Function").values()}


def target_of(reference: Mapping[str, Any]) -> str:
    """The logical id that a Ref or a GetAtt names."""
    return str(reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0])


def test_the_main_stack_has_only_what_the_embedded_aws_has(template: Template) -> None:
    assert {resource["Type"] for resource in template.resources.values()} <= WORKS_ON_THE_EMBEDDED_AWS


def test_every_function_is_there_and_nothing_else(template: Template) -> None:
    assert functions(template).keys() == LIBRARIES.keys()


def test_every_function_is_python_313_on_arm64_and_logs_json(template: Template) -> None:
    for name, function in functions(template).items():
        assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"]), name
        assert function["LoggingConfig"]["LogFormat"] == "JSON", name
        assert function["Handler"] == f"functions.{name}.handler.lambda_handler"


def test_every_function_has_a_log_of_its_own_that_ends_within_a_month(template: Template) -> None:
    logs = template.of_type("AWS::Logs::LogGroup")
    own = [target_of(function["LoggingConfig"]["LogGroup"]) for function in functions(template).values()]
    assert len(own) == len(set(own))
    assert all(log["RetentionInDays"] <= 30 for log in logs.values())


def test_every_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [target_of(function["Role"]) for function in functions(template).values()]
    assert len(roles) == len(set(roles))


def inboxes(template: Template) -> set[str]:
    """The queues that wake functions."""
    sources = template.of_type("AWS::Lambda::EventSourceMapping").values()
    return {target_of(source["EventSourceArn"]) for source in sources} & template.of_type("AWS::SQS::Queue").keys()


def test_every_queue_has_dead_letters_or_is_where_they_end(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    work = {id_: queue for id_, queue in queues.items() if "RedrivePolicy" in queue}
    ends = {id_: queue for id_, queue in queues.items() if "RedrivePolicy" not in queue}
    assert len(work) == len(inboxes(template))
    for queue in work.values():
        assert target_of(queue["RedrivePolicy"]["deadLetterTargetArn"]) in ends
        assert queue["RedrivePolicy"]["maxReceiveCount"] in {5, 12}, "12 outlasts a provider's outage"
    assert all(queue["MessageRetentionPeriod"] == 14 * 86400 for queue in ends.values())


def test_every_queue_is_encrypted(template: Template) -> None:
    assert all(queue["SqsManagedSseEnabled"] for queue in template.of_type("AWS::SQS::Queue").values())


def alarmed(template: Template, metric: str, dimension: str) -> set[str]:
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    found = [alarm["Dimensions"] for alarm in alarms if alarm.get("MetricName") == metric]
    return {target_of(d["Value"]) for dimensions in found for d in dimensions if d["Name"] == dimension}


def test_lateness_of_every_inbox_and_anything_given_up_raises_an_alarm(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    work = {id_ for id_, queue in queues.items() if "RedrivePolicy" in queue}
    assert alarmed(template, "ApproximateAgeOfOldestMessage", "QueueName") == work
    assert alarmed(template, "ApproximateNumberOfMessagesVisible", "QueueName") == queues.keys() - work


def test_errors_and_throttles_of_every_function_raise_an_alarm(template: Template) -> None:
    everything = set(template.of_type("AWS::Lambda::Function"))
    assert alarmed(template, "Errors", "FunctionName") == everything
    assert alarmed(template, "Throttles", "FunctionName") == everything


def test_deliveries_that_every_rule_failed_at_raise_an_alarm(template: Template) -> None:
    ids = {id_.removesuffix("Arn") for id_ in alarmed(template, "FailedInvocations", "EventBusName")}
    assert ids == set(template.of_type("AWS::Events::EventBus"))
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    rules = [alarm for alarm in alarms if alarm.get("MetricName") == "FailedInvocations"]
    assert len(rules) == len(template.of_type("AWS::Events::Rule"))


def test_X_6_more_than_five_refused_signatures_a_minute_raise_an_alarm(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    refused = [alarm for alarm in alarms if alarm.get("MetricName") == "SignatureFailed"]
    assert {(a["Namespace"], a["Period"], a["Threshold"]) for a in refused} == {("Switchboard", 60, 6)}
    assert {a["Dimensions"][0]["Value"] for a in refused} == {"ingest_sms", "ingest_social", "erasure_api"}


def test_X_5_a_lost_subscription_and_one_that_can_not_be_asked_about_raise_an_alarm(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    told = [alarm for alarm in alarms if alarm.get("MetricName", "").startswith("Subscription")]
    assert {alarm["MetricName"] for alarm in told} == {"SubscriptionLost", "SubscriptionUnknown"}
    assert {(alarm["Dimensions"][0]["Value"], alarm["Threshold"]) for alarm in told} == {("watch_channels", 1)}


def test_X_5_and_MT_4_the_watchdog_is_called_each_day_and_its_clock_may_do_nothing_else(template: Template) -> None:
    clocks = template.of_type("AWS::Scheduler::Schedule").values()
    (daily,) = [clock for clock in clocks if clock["ScheduleExpression"] == "rate(1 day)"]
    called = target_of(daily["Target"]["Arn"])
    assert name_of(template.of_type("AWS::Lambda::Function")[called]) == "watch_channels"
    (policy,) = template.of_type("AWS::IAM::Role")[target_of(daily["Target"]["RoleArn"])]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], target_of(statement["Resource"])) == ("lambda:InvokeFunction", called)


def test_a_class_whose_promises_of_seven_days_hold_for_less_than_85_percent_raises_an_alarm(template: Template) -> None:
    alarms = template.of_type("AWS::CloudWatch::Alarm").values()
    watched = [alarm for alarm in alarms if alarm["MetricName"] == "PromiseKept"]
    assert len(watched) == 4
    for alarm in watched:
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0.85, "LessThanThreshold")
        assert (alarm["Statistic"], alarm["Period"] * alarm["EvaluationPeriods"]) == ("Average", 7 * 86400)


def test_every_alarm_tells_somebody_and_says_what_to_do(template: Template) -> None:
    for id_, alarm in template.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"], id_
        assert ": " in alarm["AlarmDescription"], id_
        assert alarm["TreatMissingData"] == "notBreaching", id_


def test_every_source_reports_partial_failures(template: Template) -> None:
    sources = template.of_type("AWS::Lambda::EventSourceMapping").values()
    assert len(sources) == len(inboxes(template)) + 1, "and the stream"
    assert all(source["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for source in sources)


def test_an_inbox_hides_a_message_for_six_times_the_functions_timeout(template: Template) -> None:
    timeouts = {id_: f["Timeout"] for id_, f in template.of_type("AWS::Lambda::Function").items()}
    queues = template.of_type("AWS::SQS::Queue")
    for source in template.of_type("AWS::Lambda::EventSourceMapping").values():
        if queue := queues.get(target_of(source["EventSourceArn"])):
            assert queue["VisibilityTimeout"] == 6 * timeouts[target_of(source["FunctionName"])]
            woken = name_of(template.of_type("AWS::Lambda::Function")[target_of(source["FunctionName"])])
            assert source["BatchSize"] == STAGES["prod"].functions[woken].batch


def test_the_stream_is_halved_on_errors_and_its_failures_are_kept(template: Template) -> None:
    sources = template.of_type("AWS::Lambda::EventSourceMapping").values()
    (stream,) = (source for source in sources if "StartingPosition" in source)
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["BisectBatchOnFunctionError"]
    assert stream["MaximumRetryAttempts"] == 50
    assert target_of(stream["DestinationConfig"]["OnFailure"]["Destination"]) in template.of_type("AWS::SQS::Queue")


def test_every_table_can_be_restored_to_any_second(template: Template) -> None:
    tables = template.of_type("AWS::DynamoDB::GlobalTable").values()
    assert len(tables) == 9
    for table in tables:
        (replica,) = table["Replicas"]
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"]["SSEEnabled"]


def test_the_stream_wakes_its_function_for_conversations_and_messages_and_not_for_what_agents_keep_of_them(
    template: Template,
) -> None:
    sources = template.of_type("AWS::Lambda::EventSourceMapping").values()
    (stream,) = (source for source in sources if "StartingPosition" in source)
    patterns = [json.loads(one["Pattern"]) for one in stream["FilterCriteria"]["Filters"]]
    told = [pattern["dynamodb"]["Keys"]["item"]["S"][0]["prefix"] for pattern in patterns]
    assert told == ["conversation#", "message#"]


def indexes(template: Template) -> dict[tuple[str, str], tuple[list[str], list[str], Mapping[str, Any]]]:
    found = {}
    for table in template.of_type("AWS::DynamoDB::GlobalTable").values():
        partition = table["KeySchema"][0]["AttributeName"]
        for index in table.get("GlobalSecondaryIndexes", []):
            keys: dict[str, list[str]] = {"HASH": [], "RANGE": []}
            for key in index["KeySchema"]:
                keys[key["KeyType"]].append(key["AttributeName"])
            found[partition, index["IndexName"]] = (keys["HASH"], keys["RANGE"], index["Projection"])
    return found


def projecting(table: str, index: str) -> Mapping[str, Any]:
    """As `tests/tables.py` has it, for lists that are shown without reading each item."""
    projected = TABLES[table]["indexes"][index][2]
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(projected)}


def test_the_indexes_are_those_of_the_architecture(template: Template) -> None:
    keys_only = {"ProjectionType": "KEYS_ONLY"}
    assert indexes(template) == {
        ("thread", "lanes"): (["queue", "skills", "priority"], ["waiting_since"], keys_only),
        ("thread", "due"): (["due_shard"], ["check_at"], keys_only),
        ("thread", "owners"): (["owner"], ["assigned_at"], keys_only),
        ("thread", "placed"): (["queue", "phase"], ["opened_at"], keys_only),
        ("thread", "customers"): (["customer_id"], ["opened_at"], keys_only),
        ("thread", "timeline"): (["customer_id"], ["at"], keys_only),
        ("thread", "held"): (["held_in"], ["counterparty", "awaiting_since"], keys_only),
        ("thread", "drafts"): (["drafted_by"], ["drafted_at"], keys_only),
        ("address", "identities"): (["customer_id"], ["met_at"], keys_only),
        ("address", "refusals"): (["refused"], ["place"], projecting("customers", "refusals")),
        ("account", "received"): (["account", "state"], ["place"], projecting("quarantine", "received")),
        ("agent_id", "candidates"): (
            ["queue"],
            ["token"],
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["skills"]},
        ),
        ("agent_id", "members"): (["queue"], ["agent_id"], keys_only),
        ("agent_id", "due"): (["due_shard"], ["due_at"], keys_only),
    }


def test_the_raw_bucket_is_private_and_forgets_each_part_in_its_time(template: Template) -> None:
    bucket = template.only("AWS::S3::Bucket")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert "VersioningConfiguration" not in bucket
    ages = {rule["Prefix"]: rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert {"quarantine/": 30, "mail/": 400, "content/": 400, "media/": 400}.items() <= ages.items()
    assert (ages["uploads/"], ages["outgoing/"]) == (1, 400)


def test_the_console_s_page_and_no_other_puts_files_into_the_bucket(synthesise: Synthesise) -> None:
    made = synthesise("dev", console_url="https://desk.acme.example").main
    (rule,) = made.only("AWS::S3::Bucket")["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (["https://desk.acme.example"], ["PUT"])


def test_without_a_domain_of_its_own_the_console_uploads_from_the_api_s_origin(
    local: Synthesis, prod: Synthesis
) -> None:
    for made, begins in ((local, "http://127.0.0.1:4566"), (prod, "https://")):
        (rule,) = made.main.only("AWS::S3::Bucket")["CorsConfiguration"]["CorsRules"]
        (origin,) = rule["AllowedOrigins"]
        parts = origin["Fn::Join"][1] if isinstance(origin, dict) else [origin]
        assert parts[0] == begins
        assert not str(parts[-1]).endswith("/")


def test_a_secret_starts_as_a_random_placeholder_and_a_mail_accounts_as_its_key(template: Template) -> None:
    accounts = policy_of("prod").accounts
    for secret in template.of_type("AWS::SecretsManager::Secret").values():
        account = accounts.get(secret["Name"].rpartition("/")[2])
        if account is not None:
            starts_as = "mail_key" if account.channel == "email" else "placeholder"
            assert secret["GenerateSecretString"]["GenerateStringKey"] == starts_as
            assert secret["GenerateSecretString"]["SecretStringTemplate"] == "{}"


def test_only_agents_with_a_token_reach_the_agents_api(template: Template) -> None:
    routes = {route["RouteKey"]: route for route in template.of_type("AWS::ApiGatewayV2::Route").values()}
    authorized = {key: route["AuthorizationType"] for key, route in routes.items()}
    assert authorized == {
        "ANY /sms/{account}": "NONE",
        "ANY /caught/sms/{account}": "NONE",
        "ANY /social/{channel}/{account}": "NONE",
        "ANY /erasure/{channel}/{account}": "NONE",
        "ANY /erasure/{code}": "NONE",
        "ANY /files/{conversation}/{file}": "NONE",  # found by a name that nobody guesses
        "ANY /agent/{proxy+}": "JWT",
        "$connect": "CUSTOM",
        "$disconnect": "NONE",
        "$default": "NONE",  # the console's page, and what consoles say over their WebSocket
    }


def test_the_access_log_has_neither_paths_nor_addresses(template: Template) -> None:
    (stage,) = [s for s in template.of_type("AWS::ApiGatewayV2::Stage").values() if "AccessLogSettings" in s]
    logged = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert "$context.requestId" in logged
    assert not {field for field in logged if any(word in field.lower() for word in ("ip", "path", "query", "user"))}


def test_the_console_signs_in_with_a_code_and_has_no_secret(template: Template) -> None:
    client = template.only("AWS::Cognito::UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert not client["GenerateSecret"]
    assert template.only("AWS::Cognito::UserPool")["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_nothing_is_named_so_that_two_stages_would_collide(syntheses: Mapping[str, Synthesis]) -> None:
    named = ("BucketName", "TableName", "QueueName", "FunctionName", "RoleName", "TopicName", "AlarmName", "Name")
    names = []
    for stage in syntheses.values():
        for resource in stage.main.resources.values():
            names += [str(resource["Properties"][key]) for key in named if _is_name(resource, key)]
    assert len(names) == len(set(names)), names


def _is_name(resource: Mapping[str, Any], key: str) -> bool:
    """Whether a property names the resource itself, within the account: not a part of something else."""
    within_another = {"AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission", "AWS::ApiGatewayV2::Api"}
    within_another |= {"AWS::ApiGatewayV2::Authorizer"}
    return resource["Type"] not in within_another and isinstance(resource.get("Properties", {}).get(key), str)


def test_data_in_prod_outlives_the_stack_and_is_protected(prod: Synthesis) -> None:
    keeping = ("AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool")
    for resource in prod.main.resources.values():
        if resource["Type"] in keeping:
            assert resource["DeletionPolicy"] == "Retain"
    for table in prod.main.of_type("AWS::DynamoDB::GlobalTable").values():
        assert table["Replicas"][0]["DeletionProtectionEnabled"]
    assert prod.main.only("AWS::Cognito::UserPool")["DeletionProtection"] == "ACTIVE"


def test_prod_reserves_concurrency_and_its_consumers_stay_within(prod: Synthesis) -> None:
    functions_ = prod.main.of_type("AWS::Lambda::Function")
    assert sum(function["ReservedConcurrentExecutions"] for function in functions_.values()) <= 900
    for source in prod.main.of_type("AWS::Lambda::EventSourceMapping").values():
        reserved = functions_[target_of(source["FunctionName"])]["ReservedConcurrentExecutions"]
        assert source.get("ScalingConfig", {}).get("MaximumConcurrency", 0) <= reserved


def test_plain_http_is_refused_in_prod_and_taken_on_a_laptop(prod: Synthesis, local: Synthesis) -> None:
    def refuses(synthesis: Synthesis) -> list[str]:
        policies = [*synthesis.main.of_type("AWS::S3::BucketPolicy").values()]
        policies += synthesis.main.of_type("AWS::SQS::QueuePolicy").values()
        return [policy for policy in map(json.dumps, policies) if "aws:SecureTransport" in policy]

    assert len(refuses(prod)) == 1 + len(prod.main.of_type("AWS::SQS::Queue"))
    assert refuses(local) == []


def test_signing_in_with_a_password_by_api_is_for_laptops(prod: Synthesis, local: Synthesis) -> None:
    flow = "ALLOW_USER_PASSWORD_AUTH"
    assert flow in local.main.only("AWS::Cognito::UserPoolClient")["ExplicitAuthFlows"]
    assert flow not in prod.main.only("AWS::Cognito::UserPoolClient")["ExplicitAuthFlows"]
    assert prod.main.only("AWS::Cognito::UserPool")["MfaConfiguration"] == "ON"


def test_what_only_the_cloud_has_stands_in_a_stack_of_its_own(syntheses: Mapping[str, Synthesis]) -> None:
    assert syntheses["local"].stacks == {"Switchboard-local"}
    assert syntheses["dev"].stacks == {"Switchboard-dev", "Switchboard-dev-cloud"}
    only_there = {r["Type"] for r in syntheses["prod"].cloud_only.resources.values()} - {"AWS::CDK::Metadata"}
    assert only_there >= {"AWS::Events::Archive", "AWS::SES::ReceiptRule"}
    assert only_there.isdisjoint(WORKS_ON_THE_EMBEDDED_AWS - {"AWS::IAM::Role"})


def test_SEC_10_what_comes_from_others_and_nothing_else_is_scanned_in_the_cloud(prod: Synthesis) -> None:
    plan = prod.cloud_only.only("AWS::GuardDuty::MalwareProtectionPlan")
    assert plan["ProtectedResource"]["S3Bucket"]["ObjectPrefixes"] == ["media/", "uploads/"]
    assert plan["Actions"] == {"Tagging": {"Status": "ENABLED"}}
    role = prod.cloud_only.of_type("AWS::IAM::Role")[target_of(plan["Role"])]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "malware-protection-plan.guardduty.amazonaws.com"}


def test_SEC_10_files_are_handed_out_only_after_the_scan_but_on_a_laptop(syntheses: Mapping[str, Synthesis]) -> None:
    told = {stage: functions(made.main)["agent_api"]["Environment"] for stage, made in syntheses.items()}
    scans = {stage: environment["Variables"]["SCAN_MEDIA"] for stage, environment in told.items()}
    assert scans == {"local": "", "dev": "true", "prod": "true"}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cdk_nag_finds_nothing(stage: str, syntheses: Mapping[str, Synthesis]) -> None:
    assert syntheses[stage].findings == []


def test_one_deployments_knobs_reach_its_functions(synthesise: Synthesise) -> None:
    knobs = {"provider_base_url": "http://127.0.0.1:9999", "public_base_url": "https://hooks.example.com"}
    people = {"alarm_email": "ops@example.com", "identity_provider": "Company"}
    made = synthesise("dev", **knobs, **people, console_url="https://desk.example.com")
    outbound = functions(made.main)["outbound"]["Environment"]["Variables"]
    assert outbound["PROVIDER_BASE_URL"] == "http://127.0.0.1:9999"
    assert outbound["PUBLIC_BASE_URL"] == "https://hooks.example.com"
    subscriptions = made.main.of_type("AWS::SNS::Subscription").values()
    assert [known["Endpoint"] for known in subscriptions if known["Protocol"] == "email"] == ["ops@example.com"]
    client = made.main.only("AWS::Cognito::UserPoolClient")
    assert client["CallbackURLs"] == ["https://desk.example.com/console/"]
    assert client["SupportedIdentityProviders"] == ["COGNITO", "Company"]


def test_whoever_deployed_is_told_where_everything_is(template: Template) -> None:
    assert {
        "ApiUrl",
        "PublicBaseUrl",
        "ConsoleUrl",
        "UserPoolId",
        "UserPoolClientId",
        "BusName",
        "RawBucket",
        "ConversationsTable",
        "AgentsTable",
        "CustomersTable",
        "QueuesTable",
        "QuarantineTable",
        "RouterQueueUrl",
        "RouterDeadLettersUrl",
        "AutoAckQueueUrl",
        "AutoAckDeadLettersUrl",
        "IngestSmsQueueUrl",
        "IngestSmsDeadLettersUrl",
        "IngestEmailQueueUrl",
        "IngestEmailDeadLettersUrl",
        "OutboundQueueUrl",
        "OutboundDeadLettersUrl",
        "UndeliveredUrl",
        "OutboxFailuresUrl",
    } <= template.outputs.keys()
