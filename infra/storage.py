"""What is kept: the tables, mail as it came, and the raw bytes of what could not be understood."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.settings import StageSettings

QUARANTINE_PREFIX = "quarantine/"
MAIL_PREFIX = "mail/"
"""As SES stores it, in the account's folder: whoever finds a mail here knows whose it is."""
CONTENT_PREFIX = "content/"
"""What of mail is too large for an event."""
MEDIA_PREFIX = "media/"
"""Copies of customers' files, apart from everything else: scanned before they are handed out."""

TOLD_ITEMS = ("conversation#", "message#")
"""What of the conversations table somebody is told of; what agents keep of conversations is theirs alone."""
UPLOADS_PREFIX, OUTGOING_PREFIX = "uploads/", "outgoing/"
"""Agents' files, as their consoles put them, and the copies of those that were sent."""

_UPLOADED = Duration.days(1)
_QUARANTINED = Duration.days(30)
_KEPT = Duration.days(400)
"""More than a year: customers come back to last year's order, and answer the mail about it."""


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _number(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.NUMBER)


def _index(
    name: str, partition: list[dynamodb.Attribute], sort: list[dynamodb.Attribute], *projected: str
) -> dynamodb.GlobalSecondaryIndexPropsV2:
    """An index of natural attributes; sparse, since few items have them. It carries the keys and `projected`."""
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_keys=partition,
        sort_keys=sort,
        projection_type=dynamodb.ProjectionType.INCLUDE if projected else dynamodb.ProjectionType.KEYS_ONLY,
        non_key_attributes=list(projected) or None,
    )


_DUE_CONVERSATIONS = _index("due", [_number("due_shard")], [_text("check_at")])
_HELD_CONVERSATIONS = _index("held", [_text("held_in")], [_text("counterparty"), _text("awaiting_since")])
_REFUSALS = _index(
    "refusals", [_text("refused")], [_text("place")], "account", "customer_id", "consent", "kind", "wording", "by"
)
_RECEIVED = _index(
    "received",
    [_text("account"), _text("state")],
    [_text("place")],
    *("channel", "quarantine_id", "reason", "key", "size", "at", "query", "asked_at", "asked_by", "retried_at"),
    *("outcome", "dismissed_at", "dismissed_by", "revision"),
)
_DUE_AGENTS = _index("due", [_number("due_shard")], [_text("due_at")])


class Storage(Construct):
    """The tables and the raw bucket; docs/architecture.md says what is in each."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self.conversations = self._table(
            "Conversations",
            "thread",
            "item",
            indexes=[
                _index("lanes", [_text("queue"), _text("skills"), _text("priority")], [_text("waiting_since")]),
                _DUE_CONVERSATIONS,
                _index("owners", [_text("owner")], [_text("assigned_at")]),
                _index("placed", [_text("queue"), _text("phase")], [_text("opened_at")]),
                _index("customers", [_text("customer_id")], [_text("opened_at")]),
                _index("timeline", [_text("customer_id")], [_text("at")]),
                _HELD_CONVERSATIONS,
                _index("drafts", [_text("drafted_by")], [_text("drafted_at")]),
            ],
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            expires="gone_at",
        )
        self.agents = self._table(
            "Agents",
            "agent_id",
            "item",
            indexes=[
                _index("candidates", [_text("queue")], [_text("token")], "skills"),
                _index("members", [_text("queue")], [_text("agent_id")]),
                _DUE_AGENTS,
            ],
        )
        self.customers = self._table(
            "Customers",
            "address",
            "item",
            indexes=[_index("identities", [_text("customer_id")], [_text("met_at")]), _REFUSALS],
            expires="gone_at",
        )
        self.queues = self._table("Queues", "queue", "item", expires="expires_at")
        self.quarantine = self._table("Quarantine", "account", "item", indexes=[_RECEIVED])
        self.erasures = self._table("Erasures", "code", "item")
        self.decisions = self._table("Decisions", "conversation", "item", expires="expires_at")
        self.consoles = self._table("Consoles", "topic", "item", expires="gone_at")
        self.settings = self._table("Settings", "setting", "item", expires="expires_at")
        self.raw = self._raw_bucket()

    def _table(
        self,
        id: str,
        partition: str,
        sort: str,
        *,
        indexes: list[dynamodb.GlobalSecondaryIndexPropsV2] | None = None,
        stream: dynamodb.StreamViewType | None = None,
        expires: str | None = None,
    ) -> dynamodb.TableV2:
        return dynamodb.TableV2(
            self,
            id,
            partition_key=_text(partition),
            sort_key=_text(sort),
            global_secondary_indexes=indexes,
            dynamo_stream=stream,
            time_to_live_attribute=expires,
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._settings.keep_data,
            removal_policy=self._settings.removal_policy,
        )

    def take_uploads_from(self, origin: str) -> None:
        """Let the console's page, and no other, put files where a signed URL says."""
        self.raw.add_cors_rule(
            allowed_origins=[origin],
            allowed_methods=[s3.HttpMethods.PUT],
            allowed_headers=["content-type", "x-amz-meta-*"],
            max_age=3600,
        )

    def _raw_bucket(self) -> s3.Bucket:
        """Not versioned: an erased customer's bytes must be gone, and an object is written once."""
        bucket = s3.Bucket(
            self,
            "Raw",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=self._settings.enforce_ssl,
            removal_policy=self._settings.removal_policy,
            lifecycle_rules=[
                s3.LifecycleRule(
                    prefix=prefix, expiration=age, abort_incomplete_multipart_upload_after=Duration.days(1)
                )
                for prefix, age in {
                    QUARANTINE_PREFIX: _QUARANTINED,
                    MAIL_PREFIX: _KEPT,
                    CONTENT_PREFIX: _KEPT,
                    MEDIA_PREFIX: _KEPT,
                    UPLOADS_PREFIX: _UPLOADED,
                    OUTGOING_PREFIX: _KEPT,
                }.items()
            ],
        )
        Validations.of(bucket).acknowledge(
            Acknowledgment(
                id="AwsSolutions-S1",
                reason="few functions reach it, by key, and log what they did; a log of accesses would add nothing",
            )
        )
        return bucket
