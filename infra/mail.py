"""Mail's ways in: SES puts each mail into the raw bucket, and tells a topic what became of those that we sent.

What SES itself needs for that stands in `infra.ses`, since only the cloud has it. On a laptop its double does both.
"""

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.aws_sns_subscriptions import SqsSubscription
from constructs import Construct, IDependable

from infra.function import WorkQueue
from infra.settings import StageSettings
from infra.storage import MAIL_PREFIX


class Mail(Construct):
    """The queue of notices, and who may fill it: the raw bucket, and SES by way of a topic."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, bucket: s3.Bucket) -> None:
        super().__init__(scope, id)
        self.inbox = WorkQueue(self, "Inbox", name="ingest_email", settings=settings)
        self.events = sns.Topic(self, "Events", enforce_ssl=settings.enforce_ssl)
        self.events.add_subscription(SqsSubscription(self.inbox.queue, raw_message_delivery=True))
        self._tell_of_mail(bucket, scan_media=settings.scan_media)
        self._admit_ses(bucket, settings.ses_name)

    def _tell_of_mail(self, bucket: s3.Bucket, *, scan_media: bool) -> None:
        """Let the bucket tell the queue of each mail; natively, since CDK's own way is a function in JavaScript."""
        allowed = self._admit_bucket()
        native = bucket.node.default_child
        if not isinstance(native, s3.CfnBucket) or allowed is None:
            raise TypeError("the raw bucket and the mail queue must be this stack's own")
        prefix = s3.CfnBucket.FilterRuleProperty(name="prefix", value=MAIL_PREFIX)
        of_mail = s3.CfnBucket.QueueConfigurationProperty(
            event="s3:ObjectCreated:*",
            queue=self.inbox.queue.queue_arn,
            filter=s3.CfnBucket.NotificationFilterProperty(s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[prefix])),
        )
        native.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[of_mail],
            # GuardDuty hears by it of files to scan. It would set it itself, and a deployment would take it away.
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=scan_media),
        )
        native.node.add_dependency(allowed)

    def _admit_bucket(self) -> IDependable | None:
        """Let the bucket write to the queue, and return what it has to wait for.

        The bucket is made after this, so it can't be named: this account is, and how the stack's buckets are called.
        """
        buckets = f"arn:{Aws.PARTITION}:s3:::{Stack.of(self).stack_name.lower()}-*"
        statement = _by_service("s3", "TellOfMail", "sqs:SendMessage", self.inbox.queue.queue_arn, buckets)
        return self.inbox.queue.add_to_resource_policy(statement).policy_dependable

    def _admit_ses(self, bucket: s3.Bucket, name: str) -> None:
        """Let this stage's receipt rules write mail, and its configuration set publish events."""
        ses = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}"
        rules, sending = f"{ses}:receipt-rule-set/{name}:receipt-rule/*", f"{ses}:configuration-set/{name}"
        mail = bucket.arn_for_objects(f"{MAIL_PREFIX}*")
        bucket.add_to_resource_policy(_by_service("ses", "StoreMail", "s3:PutObject", mail, rules))
        self.events.add_to_resource_policy(
            _by_service("ses", "TellOfSending", "sns:Publish", self.events.topic_arn, sending)
        )


def _by_service(service: str, sid: str, action: str, resource: str, source: str) -> iam.PolicyStatement:
    """What a service may do, but only for `source` in this account."""
    return iam.PolicyStatement(
        sid=sid,
        principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
        actions=[action],
        resources=[resource],
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}, "ArnLike": {"aws:SourceArn": source}},
    )
