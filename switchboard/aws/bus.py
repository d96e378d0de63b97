"""The event bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from switchboard.errors import BusRefusedError
from switchboard.events import SOURCE, Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

ENTRIES = 10
"""PutEvents takes no more at once."""


@dataclass(frozen=True, slots=True)
class EventBridgeBus:
    """Implements `ports.Bus`."""

    client: "EventBridgeClient"
    name: str

    def publish(self, events: Sequence[Event]) -> None:
        for start in range(0, len(events), ENTRIES):
            self._put([self._entry(event) for event in events[start : start + ENTRIES]])

    def _put(self, entries: "list[PutEventsRequestEntryTypeDef]") -> None:
        try:
            answer = self.client.put_events(Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise BusRefusedError("the event bus is out of reach: try again") from error
        if answer["FailedEntryCount"]:
            raise BusRefusedError(f"the event bus refused {answer['FailedEntryCount']} of {len(entries)} events")

    def _entry(self, event: Event) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": event.DETAIL_TYPE,
            "Detail": event.model_dump_json(exclude_none=True),
        }
