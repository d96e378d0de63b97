"""What time alone sets off: a schedule, and the one right that it needs for that."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct


class Clock(Construct):
    """Does `action` (such as `lambda:InvokeFunction`) to `target` at each `rate`. `sid` says what for, in IAM.

    With `patience`, in seconds, a call that fails is tried again that long: it must be less than the rate, since a lost
    call is made up for by the next.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rate: str,
        description: str,
        sid: str,
        action: str,
        target: str,
        input: str = "{}",
        patience: int = 60,
    ) -> None:
        super().__init__(scope, id)
        call = iam.PolicyStatement(sid=sid, actions=[action], resources=[target])
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
            inline_policies={"Own": iam.PolicyDocument(statements=[call])},
        )
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description=description,
            schedule_expression=rate,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=target,
                role_arn=role.role_arn,
                input=input,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=patience, maximum_retry_attempts=3
                ),
            ),
        )
