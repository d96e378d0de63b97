"""What only AWS has. The embedded AWS refuses these resources, so they stand apart and nothing depends on them."""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.scanning import MalwareScan
from infra.ses import Ses
from infra.settings import StageSettings
from switchboard.events import SOURCE


class CloudOnlyStack(Stack):
    """Two weeks of what happened to conversations, for replay, and SES where there are mail accounts.

    `message.*` carries content and is never archived. Mail is put into `bucket`, and what becomes of mail that is sent
    is told to `sending_events`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StageSettings,
        bus: events.IEventBus,
        mail_addresses: Mapping[str, str],
        bucket: s3.IBucket,
        sending_events: sns.ITopic,
    ) -> None:
        super().__init__(scope, id, description="Switchboard: what only AWS has", synthesizer=settings.synthesizer())
        if mail_addresses:
            Ses(self, "Ses", settings=settings, addresses=mail_addresses, bucket=bucket, events=sending_events)
        MalwareScan(self, "MalwareScan", bucket=bucket)
        events.Archive(
            self,
            "Archive",
            source_event_bus=bus,
            description="Events of conversations: ids and facts, without text, names or addresses",
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=events.Match.prefix("conversation.")),
            retention=Duration.days(14),
        )
