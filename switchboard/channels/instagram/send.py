"""Sending through the Instagram messaging API, which can't be asked afterwards what it sent.

https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from switchboard.channels import Secret
from switchboard.channels.length import cut_utf8
from switchboard.channels.meta_graph import Graph
from switchboard.channels.meta_sending import content_of
from switchboard.channels.payload import ident, key
from switchboard.channels.rest import no_id
from switchboard.instant import system_clock
from switchboard.message import Outgoing, Sent

API = "https://graph.instagram.com"
TEXT_LIMIT = 1000
"""Bytes of UTF-8."""


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "InstagramSender":
    """Make a sender; `base_url` stands in for graph.instagram.com. Raises `SecretMissingError`."""
    return InstagramSender(Graph(secret, base_url or API, timeout))


class InstagramSender:
    """One Instagram account; implements `channels.Sender`."""

    def __init__(self, graph: Graph, clock: Callable[[], datetime] = system_clock) -> None:
        self._graph, self._clock = graph, clock

    def send(self, outgoing: Outgoing) -> Sent:
        """Send a text, cut between characters (rule IG-1), or a file, as a response within the messaging window."""
        document = {
            "recipient": {"id": outgoing.recipient},
            "messaging_type": "RESPONSE",
            "message": content_of(outgoing, cut_utf8(outgoing.text, TEXT_LIMIT)),
        }
        found = ident(self._graph.post_message(outgoing.sender, document), "message_id")
        if found is None:
            raise no_id()
        return Sent(provider_id=key(found), at=self._clock())

    def find(self, _outgoing: Outgoing, _since: datetime) -> Sequence[Sent]:
        """Nothing: Meta can't be asked."""
        return ()
