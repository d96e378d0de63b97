"""Sending through the Messenger Platform.

https://developers.facebook.com/docs/messenger-platform/reference/send-api. A message carries our mark, which its echo
brings back: so a send whose result is unknown is settled by that. The API itself can't be asked.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from switchboard.channels import Secret
from switchboard.channels.meta_graph import Graph
from switchboard.channels.meta_sending import content_of
from switchboard.channels.payload import ident, key
from switchboard.channels.rest import no_id
from switchboard.instant import system_clock
from switchboard.message import Outgoing, Sent

API = "https://graph.facebook.com"
TEXT_LIMIT = 2000


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "MessengerSender":
    """Make a sender; `base_url` stands in for graph.facebook.com. Raises `SecretMissingError`."""
    return MessengerSender(Graph(secret, base_url or API, timeout))


class MessengerSender:
    """One page; implements `channels.Sender`."""

    def __init__(self, graph: Graph, clock: Callable[[], datetime] = system_clock) -> None:
        self._graph, self._clock = graph, clock

    def send(self, outgoing: Outgoing) -> Sent:
        """Send a text or a file as a response within the messaging window, never under a tag."""
        mark = f"{outgoing.conversation_id} {outgoing.message_id}"
        document = {
            "recipient": {"id": outgoing.recipient},
            "messaging_type": "RESPONSE",
            "message": {**content_of(outgoing, outgoing.text[:TEXT_LIMIT]), "metadata": mark},
        }
        found = ident(self._graph.post_message(outgoing.sender, document), "message_id")
        if found is None:
            raise no_id()
        return Sent(provider_id=key(found), at=self._clock())

    def find(self, _outgoing: Outgoing, _since: datetime) -> Sequence[Sent]:
        """Nothing: Meta can't be asked."""
        return ()
