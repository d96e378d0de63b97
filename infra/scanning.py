"""GuardDuty scans customers' files for malware and tags each with what it found (rule SEC-10). Only AWS has it."""

import json

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.storage import MEDIA_PREFIX, UPLOADS_PREFIX

_SERVICE = "malware-protection-plan.guardduty.amazonaws.com"
_RULE = "DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"
"""By this rule, which it makes and keeps itself, GuardDuty hears of new objects."""
_VALIDATION = "malware-protection-resource-validation-object"
"""GuardDuty puts it into the bucket to see whether its rights suffice."""


_SCANNED = (MEDIA_PREFIX, UPLOADS_PREFIX)
"""What comes from others: customers' files, and agents' before they are sent."""


class MalwareScan(Construct):
    """The scan of some prefixes of a bucket.

    https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection-s3-iam-policy-prerequisite.html
    """

    def __init__(self, scope: Construct, id: str, *, bucket: s3.IBucket) -> None:
        super().__init__(scope, id)
        role = self._role(bucket)
        guardduty.CfnMalwareProtectionPlan(
            self,
            "Plan",
            role=role.role_arn,
            protected_resource=guardduty.CfnMalwareProtectionPlan.CFNProtectedResourceProperty(
                s3_bucket=guardduty.CfnMalwareProtectionPlan.S3BucketProperty(
                    bucket_name=bucket.bucket_name, object_prefixes=list(_SCANNED)
                )
            ),
            actions=guardduty.CfnMalwareProtectionPlan.CFNActionsProperty(
                tagging=guardduty.CfnMalwareProtectionPlan.CFNTaggingProperty(status="ENABLED")
            ),
        )

    def _role(self, bucket: s3.IBucket) -> iam.Role:
        rule = Stack.of(self).format_arn(service="events", resource="rule", resource_name=_RULE)
        files = [bucket.arn_for_objects(f"{prefix}*") for prefix in _SCANNED]
        managed = {"StringLike": {"events:ManagedBy": _SERVICE}}
        keeping = "PutRule DeleteRule PutTargets RemoveTargets"
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(_SERVICE),
            inline_policies={
                "Own": iam.PolicyDocument(
                    statements=[
                        _allow("ManageOwnRule", "events", keeping, rule, conditions=managed),
                        _allow("WatchOwnRule", "events", "DescribeRule ListTargetsByRule", rule),
                        _allow("HearOfObjects", "s3", "PutBucketNotification GetBucketNotification", bucket.bucket_arn),
                        _allow("CheckBucket", "s3", "ListBucket", bucket.bucket_arn),
                        _allow("TryRights", "s3", "PutObject", bucket.arn_for_objects(_VALIDATION)),
                        _allow("Scan", "s3", "GetObject GetObjectVersion", *files),
                        _allow(
                            "TellResult",
                            "s3",
                            "PutObjectTagging GetObjectTagging PutObjectVersionTagging GetObjectVersionTagging",
                            *files,
                        ),
                    ]
                )
            },
        )
        own = f"arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/{_RULE}"
        for resource in (own, *(_files_of(bucket, prefix) for prefix in _SCANNED)):
            Validations.of(role).acknowledge(
                Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::{resource}]",
                    reason="it scans every file that comes, and names its own rule itself",
                )
            )
        return role


def _files_of(bucket: s3.IBucket, prefix: str) -> str:
    """The files' ARN as cdk-nag writes it, which names the other stack's output; if that changes, it says how."""
    output = {
        "StackName": Stack.of(bucket).stack_name,
        "Region": {"Ref": "AWS::Region"},
        "OutputName": "PublishOutputFnGetAttStorageRaw7E344C76ArnC2DBB4A9",
    }
    return json.dumps({"Fn::GetStackOutput": output}, separators=(",", ":")) + f"/{prefix}*"


def _allow(
    sid: str, service: str, actions: str, *resources: str, conditions: dict[str, dict[str, str]] | None = None
) -> iam.PolicyStatement:
    named = [f"{service}:{action}" for action in actions.split()]
    return iam.PolicyStatement(sid=sid, actions=named, resources=list(resources), conditions=conditions)
