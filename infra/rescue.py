"""What saves what ingest could not take: the fallback's queue, the reconciler's clock (rule X-3), and retries."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.clock import Clock
from infra.function import WorkQueue
from infra.settings import StageSettings


class Rescue(Construct):
    """Anybody can fill the queue `caught`, since the fallback verifies nothing.

    What that can cost is bounded: by the API's throttle and the fallback's own concurrency on the way in, by 64 KB each
    and the queue's retention while it waits, and by few consumers on the way out, which drop what nobody signed.
    """

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.caught = WorkQueue(self, "Caught", name="ingest_sms", settings=settings)
        self.retries = WorkQueue(self, "Retries", name="retry_quarantined", settings=settings)

    def reconcile_with(self, function: lambda_.Function) -> None:
        """Call the reconciler every few minutes. A lost call is made up for by the next."""
        Clock(
            self,
            "Clock",
            rate="rate(5 minutes)",
            description="Find texts whose webhooks got lost",
            sid="CallReconciler",
            action="lambda:InvokeFunction",
            target=function.function_arn,
        )
