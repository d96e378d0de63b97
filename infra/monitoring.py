"""What wakes a person, and the page they look at first."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from infra.function import METRICS_NAMESPACE, WorkQueue
from infra.push import Push
from infra.settings import StageSettings
from switchboard.policy import Priority

_MINUTE = Duration.minutes(1)
_FIVE_MINUTES = Duration.minutes(5)
_WEEK = Duration.days(7)
_LATE = 300
"""Seconds that the oldest message of a queue, or a change in the stream, may wait."""
_LEAST_KEPT = 0.85
"""Of a class's promises in 7 days."""


class Monitoring(Construct):
    """Alarms and the dashboard. Each method watches one kind of thing."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=settings.enforce_ssl)
        if settings.alarm_email:
            self.topic.add_subscription(EmailSubscription(settings.alarm_email))
        self._dashboard = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.hours(3))

    def watch_functions(self, functions: Mapping[str, lambda_.Function]) -> None:
        """Errors and throttles of each."""
        for name, function in functions.items():
            self._alarm(f"{name}-errors", function.metric_errors(period=_FIVE_MINUTES), 1, "read its log")
            self._alarm(
                f"{name}-throttles",
                function.metric_throttles(period=_FIVE_MINUTES),
                1,
                "raise its reserved concurrency or the account's quota",
            )
        self._graph("Errors", [function.metric_errors(label=name) for name, function in functions.items()])
        self._graph("Duration, p99", [f.metric_duration(label=name, statistic="p99") for name, f in functions.items()])

    def watch_work(self, queues: Mapping[str, WorkQueue]) -> None:
        """How late each inbox is, and whether anything in it was given up."""
        for name, work in queues.items():
            self._alarm(
                f"{name}-late",
                work.queue.metric_approximate_age_of_oldest_message(period=_MINUTE),
                _LATE,
                "its function fails or can't keep up",
            )
            self.watch_parked(name, work.dead_letters)
        self._graph(
            "Age of the oldest message, s",
            [work.queue.metric_approximate_age_of_oldest_message(label=name) for name, work in queues.items()],
        )

    def watch_parked(self, name: str, queue: sqs.Queue) -> None:
        """One message that nobody will handle by itself is enough."""
        self._alarm(
            f"{name}-parked",
            queue.metric_approximate_number_of_messages_visible(period=_MINUTE, statistic="Maximum"),
            1,
            "find out why, then redrive the queue",
        )

    def watch_stream(self, function: lambda_.Function) -> None:
        """How far the reader of the conversations' changes is behind; after a day they are gone."""
        age = function.metric("IteratorAge", period=_MINUTE, statistic="Maximum")
        self._alarm("outbox-late", age, _LATE * 1000, "events of conversations are held up")
        self._graph("Age of the stream, ms", [age])

    def watch_rules(self, bus: events.EventBus, rules: Mapping[str, events.Rule]) -> None:
        """Deliveries from the bus to a queue that failed for good."""
        for name, rule in rules.items():
            failed = cloudwatch.Metric(
                namespace="AWS/Events",
                metric_name="FailedInvocations",
                dimensions_map={"EventBusName": bus.event_bus_name, "RuleName": rule.rule_name},
                statistic="Sum",
                period=_FIVE_MINUTES,
            )
            self._alarm(f"{name}-undelivered", failed, 1, "check the policy of the rule's queue")

    def watch_signatures(self, service: str) -> None:
        """More than five refused webhooks a minute: somebody tries, or our secret is wrong (rule X-6)."""
        refused = cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name="SignatureFailed",
            dimensions_map={"service": service},
            statistic="Sum",
            period=_MINUTE,
        )
        self._alarm(f"{service}-refused", refused, 6, "compare the account's secret with the provider's")
        self._graph(f"Refused signatures, {service}", [refused])

    def watch_subscriptions(self) -> None:
        """A provider that stopped calling us, or that could not be asked (rule X-5)."""
        lost, unknown = (self._told_by_watchdog(name) for name in ("SubscriptionLost", "SubscriptionUnknown"))
        self._alarm("subscription-lost", lost, 1, "its log says whether it is restored; look for what was missed")
        self._alarm("subscription-unknown", unknown, 1, "its log says why; call it again, or renew the account's token")
        self._graph("Subscriptions", [lost, unknown])

    @staticmethod
    def _told_by_watchdog(name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=METRICS_NAMESPACE,
            metric_name=name,
            dimensions_map={"service": "watch_channels"},
            statistic="Sum",
            period=_FIVE_MINUTES,
        )

    def watch_reconciler(self, service: str) -> None:
        """Messages that came by no webhook, and accounts that could not be compared for an hour (rule X-3)."""
        lost, failed = (
            cloudwatch.Metric(
                namespace=METRICS_NAMESPACE,
                metric_name=name,
                dimensions_map={"service": service},
                statistic="Sum",
                period=Duration.hours(1),
            )
            for name in ("Reconciled", "NotReconciled")
        )
        self._alarm(f"{service}-lost", lost, 1, "webhooks get lost: see the ingest function, and the provider's log")
        self._alarm(f"{service}-failing", failed, 12, "its log names the account: compare its secret, ask the provider")
        self._graph(f"Found without a webhook, {service}", [lost, failed])

    def watch_promises(self) -> None:
        """Of each class, how many of a week's promises held: the policy asks for nine of ten."""
        shares = {priority: _share_kept(priority) for priority in Priority}
        for priority, share in shares.items():
            self._alarm(
                f"promises-{priority}",
                share,
                _LEAST_KEPT,
                "python -m switchboard promises says where; see docs/operations.md",
                below=True,
            )
        self._graph("Promises kept in 7 days", [share.with_(label=priority) for priority, share in shares.items()])

    def watch_api(self, api: apigatewayv2.HttpApi) -> None:
        """Answers that are our fault."""
        faults = api.metric_server_error(period=_FIVE_MINUTES, statistic="Sum")
        self._alarm("api-faults", faults, 1, "providers repeat such deliveries for a while only")
        self._graph("API", [api.metric_count(), faults, api.metric_client_error()])

    def watch_push(self, push: Push) -> None:
        """Connections that the function failed at: consoles then hear of things only when they ask."""
        faults = push.metric("IntegrationError").with_(period=_FIVE_MINUTES)
        self._alarm("push-faults", faults, 1, "read the log of push: consoles ask the feed meanwhile")
        self._graph("Push", [*map(push.metric, ("ConnectCount", "MessageCount", "ClientError")), faults])

    def _alarm(
        self, id: str, metric: cloudwatch.IMetric, threshold: float, advice: str, *, below: bool = False
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
            if below
            else cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{id}: {advice}",
        )
        alarm.add_alarm_action(SnsAction(self.topic))

    def _graph(self, title: str, metrics: Sequence[cloudwatch.IMetric]) -> None:
        self._dashboard.add_widgets(cloudwatch.GraphWidget(title=title, left=list(metrics), width=12))


def _share_kept(priority: Priority) -> cloudwatch.Metric:
    """Which part of a class's promises of the last 7 days held, over all queues and channels: each counts 0 or 1."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name="PromiseKept",
        dimensions_map={"service": "outbox", "class": priority.value},
        statistic="Average",
        period=_WEEK,
    )
