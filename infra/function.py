"""The one Lambda function that all are made of, and what wakes it: a queue of its own or a table's stream."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsDlq
from constructs import Construct

from infra.settings import StageSettings

RUNTIME = lambda_.Runtime.PYTHON_3_13
METRICS_NAMESPACE = "Switchboard"
_STREAM_BATCH = 100
_STREAM_TRIES = 50  # minutes of a bus out of reach; then one poisoned change must not hold up all conversations


def title(name: str) -> str:
    """A function's name as construct ids and outputs spell it: `auto_ack` is `AutoAck`."""
    return "".join(part.capitalize() for part in name.split("_"))


def parking_queue(scope: Construct, id: str, settings: StageSettings) -> sqs.Queue:
    """Where what could not be delivered or handled waits two weeks for a person."""
    queue = sqs.Queue(
        scope,
        id,
        retention_period=Duration.days(14),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=settings.enforce_ssl,
    )
    Validations.of(queue).acknowledge(
        Acknowledgment(id="AwsSolutions-SQS3", reason="it is itself where others' undeliverable messages end")
    )
    return queue


class Source(Protocol):
    """What wakes a function."""

    def statements(self) -> list[iam.PolicyStatement]:
        """What the function's role must allow for it."""

    def wake(self, function: lambda_.Function) -> None:
        """Connect it to the function."""


class WorkQueue(Construct):
    """A function's inbox: a standard queue, and its dead letters after five tries."""

    def __init__(self, scope: Construct, id: str, *, name: str, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self._consumers = settings.functions[name].consumers
        self._batch = settings.functions[name].batch
        self.dead_letters = parking_queue(self, "DeadLetters", settings)
        self.queue = sqs.Queue(
            self,
            "Queue",
            # Lambda's advice: six times the function's timeout, so that a slow batch is not handed out twice.
            visibility_timeout=Duration.seconds(6 * settings.functions[name].timeout),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=settings.functions[name].tries
            ),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=settings.enforce_ssl,
        )

    def statements(self) -> list[iam.PolicyStatement]:
        """What Lambda does with the queue in the function's name."""
        return [
            iam.PolicyStatement(
                sid="TakeFromOwnQueue",
                actions=[
                    "sqs:ReceiveMessage",
                    "sqs:DeleteMessage",
                    "sqs:ChangeMessageVisibility",
                    "sqs:GetQueueAttributes",
                ],
                resources=[self.queue.queue_arn],
            )
        ]

    def wake(self, function: lambda_.Function) -> None:
        """Hand the function batches, of which it reports the messages that failed."""
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=function,
            event_source_arn=self.queue.queue_arn,
            batch_size=self._batch,
            max_concurrency=self._consumers,
            report_batch_item_failures=True,
        )


class ChangeStream(Construct):
    """A table's changes in order. What keeps failing is set aside, so that it does not hold up the rest.

    Only `items` whose sort key begins so wake anybody: the others are dropped unread, and cost nothing.
    """

    def __init__(
        self, scope: Construct, id: str, *, table: dynamodb.TableV2, items: Sequence[str], settings: StageSettings
    ) -> None:
        super().__init__(scope, id)
        self._arn = table.table_stream_arn
        self._items = items
        self.failures = parking_queue(self, "Failures", settings)

    def statements(self) -> list[iam.PolicyStatement]:
        """What Lambda does with the stream in the function's name."""
        return [
            iam.PolicyStatement(
                sid="ReadStream",
                actions=[
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                ],
                resources=[self._required_arn()],
            ),
            iam.PolicyStatement(
                sid="SetFailuresAside", actions=["sqs:SendMessage"], resources=[self.failures.queue_arn]
            ),
        ]

    def wake(self, function: lambda_.Function) -> None:
        """Hand the function batches; a failing one is halved until what fails is alone."""
        lambda_.EventSourceMapping(
            self,
            "Source",
            target=function,
            event_source_arn=self._required_arn(),
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=_STREAM_BATCH,
            bisect_batch_on_error=True,
            retry_attempts=_STREAM_TRIES,
            report_batch_item_failures=True,
            on_failure=SqsDlq(self.failures),
            filters=[
                lambda_.FilterCriteria.filter(
                    {"dynamodb": {"Keys": {"item": {"S": lambda_.FilterRule.begins_with(prefix)}}}}
                )
                for prefix in self._items
            ],
        )

    def _required_arn(self) -> str:
        if self._arn is None:
            raise ValueError("the table has no stream: give it dynamo_stream")
        return self._arn


class Function(Construct):
    """A function with its own log and its own role, which allows `statements`, its log and its source."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: StageSettings,
        code: Path,
        environment: Mapping[str, str],
        statements: Sequence[iam.PolicyStatement],
        source: Source | None = None,
    ) -> None:
        super().__init__(scope, id)
        own = settings.functions[name]
        self.log = logs.LogGroup(self, "Log", retention=settings.log_retention, removal_policy=RemovalPolicy.DESTROY)
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(code)),
            handler=f"functions.{name}.handler.lambda_handler",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=own.memory,
            timeout=Duration.seconds(own.timeout),
            reserved_concurrent_executions=own.reserved_concurrency,
            role=self._role([*statements, *(source.statements() if source else [])]),
            log_group=self.log,
            logging_format=lambda_.LoggingFormat.JSON,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,  # a start and a report per call cost more than they tell
            environment={
                "STAGE": settings.stage,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                **({"CLOCK_FILE": settings.clock_file} if settings.clock_file else {}),
                **environment,
            },
        )
        Validations.of(self.function).acknowledge(
            Acknowledgment(id="AwsSolutions-L1", reason="Python 3.13 starts faster than 3.14 and is supported as long")
        )
        if source:
            source.wake(self.function)

    def _role(self, statements: Sequence[iam.PolicyStatement]) -> iam.IRole:
        """The function's rights, within the role: the function and its source then wait for all of them."""
        write_own_log = iam.PolicyStatement(
            sid="WriteOwnLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[self.log.log_group_arn],
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Own": iam.PolicyDocument(statements=[write_own_log, *statements])},
        )
        return role.without_policy_updates()
