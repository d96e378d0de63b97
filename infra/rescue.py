"""What saves texts that the webhook could not take: the fallback's queue, and the reconciler's clock (rule X-3)."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.function import WorkQueue
from infra.settings import StageSettings

_RATE = "rate(5 minutes)"


class Rescue(Construct):
    """Anybody can fill the queue `caught`, since the fallback verifies nothing.

    What that can cost is bounded: by the API's throttle and the fallback's own concurrency on the way in, by 64 KB each
    and the queue's retention while it waits, and by few consumers on the way out, which drop what nobody signed.
    """

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.caught = WorkQueue(self, "Caught", name="ingest_sms", settings=settings)

    def reconcile_with(self, function: lambda_.Function) -> None:
        """Call the reconciler every few minutes. A lost call is made up for by the next."""
        role = iam.Role(
            self,
            "ClockRole",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            inline_policies={
                "Own": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            sid="CallReconciler", actions=["lambda:InvokeFunction"], resources=[function.function_arn]
                        )
                    ]
                )
            },
        )
        scheduler.CfnSchedule(
            self,
            "Clock",
            description="Find texts whose webhooks got lost",
            schedule_expression=_RATE,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=role.role_arn,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=60, maximum_retry_attempts=3
                ),
            ),
        )
