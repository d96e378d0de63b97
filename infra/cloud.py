"""What only AWS has. The embedded AWS refuses these resources, so they stand apart and nothing depends on them."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from constructs import Construct

from infra.settings import StageSettings
from switchboard.events import SOURCE


class CloudOnlyStack(Stack):
    """Two weeks of what happened to conversations, for replay. `message.*` carries content and is never archived."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, bus: events.IEventBus) -> None:
        super().__init__(scope, id, description="Switchboard: what only AWS has", synthesizer=settings.synthesizer())
        events.Archive(
            self,
            "Archive",
            source_event_bus=bus,
            description="Events of conversations: ids and facts, without text, names or addresses",
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=events.Match.prefix("conversation.")),
            retention=Duration.days(14),
        )
