"""What saves texts that their webhook could not take: its queue, its clock, its alarms, and what it can cost."""

import json
from typing import Any

import pytest
from aws_cdk import App

from infra.app import add_stacks, read_settings
from infra.bundle import LIBRARIES
from infra.permissions import GRANTS
from infra.policy import ROOT, policy_of
from infra.settings import STAGES
from switchboard.errors import PolicyError
from tests.infra.conftest import Synthesis, Template

pytestmark = pytest.mark.infra


def test_X_3_the_reconciler_is_called_every_five_minutes_by_a_clock_that_may_do_nothing_else(
    template: Template,
) -> None:
    clocks = template.of_type("AWS::Scheduler::Schedule").values()
    (clock,) = [clock for clock in clocks if clock["ScheduleExpression"] == "rate(5 minutes)"]
    function = template.of_type("AWS::Lambda::Function")[clock["Target"]["Arn"]["Fn::GetAtt"][0]]
    assert function["Handler"] == "functions.reconcile_sms.handler.lambda_handler"
    role = template.of_type("AWS::IAM::Role")[clock["Target"]["RoleArn"]["Fn::GetAtt"][0]]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", clock["Target"]["Arn"])


def test_X_3_what_the_fallback_catches_wakes_the_function_that_verifies(template: Template) -> None:
    functions = template.of_type("AWS::Lambda::Function")
    woken = {
        functions[source["FunctionName"]["Ref"]]["Handler"]: source["ScalingConfig"]["MaximumConcurrency"]
        for source in template.of_type("AWS::Lambda::EventSourceMapping").values()
        if "RescueCaught" in json.dumps(source["EventSourceArn"])
    }
    assert woken == {"functions.ingest_sms.handler.lambda_handler": 5}


def test_X_3_the_fallback_can_do_nothing_but_fill_its_queue() -> None:
    (grant,) = GRANTS["catch_sms"]
    assert (grant.service, grant.actions) == ("sqs", ("SendMessage",))


def test_X_3_a_flood_of_the_fallback_is_bounded_where_customers_are(prod: Synthesis) -> None:
    own = STAGES["prod"].functions
    assert own["catch_sms"].reserved_concurrency
    assert own["reconcile_sms"].reserved_concurrency == 1, "two runs at once would find the same texts"
    assert own["ingest_sms"].consumers * 10 <= (own["ingest_sms"].reserved_concurrency or 0)


def test_X_3_lost_texts_and_accounts_that_can_not_be_asked_raise_an_alarm(template: Template) -> None:
    alarms: dict[str, Any] = {
        alarm["MetricName"]: alarm for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
    }
    for metric, threshold in {"Reconciled": 1, "NotReconciled": 12}.items():
        assert (alarms[metric]["Period"], alarms[metric]["Threshold"]) == (3600, threshold)
        assert alarms[metric]["Dimensions"] == [{"Name": "service", "Value": "reconcile_sms"}]


@pytest.mark.parametrize(("stage", "refuses"), [("local", False), ("dev", True), ("prod", True)])
def test_TW_12_a_stage_in_the_cloud_is_not_made_with_unregistered_numbers(
    stage: str,
    refuses: bool,  # noqa: FBT001  # a column
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    policy = policy_of(stage)
    accounts = {key: account.model_copy(update={"registration": None}) for key, account in policy.accounts.items()}
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context={**context, "stage": stage}, outdir=str(tmp_path_factory.mktemp(stage)))
    code = tmp_path_factory.mktemp("code")
    (code / "policy.json").write_text("{}")

    def add() -> None:
        unregistered = policy.model_copy(update={"accounts": accounts})
        add_stacks(app, read_settings(app.node), unregistered, dict.fromkeys(LIBRARIES, code))

    if refuses:
        with pytest.raises(PolicyError, match="registration"):
            add()
    else:
        add()
