"""The watchdog's clock: providers are asked each day whether they still call us."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct


class Watchdog(Construct):
    """Calls the function each day, and at once when it is deployed."""

    def __init__(self, scope: Construct, id: str, *, function: lambda_.Function) -> None:
        super().__init__(scope, id)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            inline_policies={
                "Own": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            sid="CallWatchdog", actions=["lambda:InvokeFunction"], resources=[function.function_arn]
                        )
                    ]
                )
            },
        )
        scheduler.CfnSchedule(
            self,
            "Daily",
            description="Whether providers still call us",
            schedule_expression="rate(1 day)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(arn=function.function_arn, role_arn=role.role_arn, input="{}"),
        )
