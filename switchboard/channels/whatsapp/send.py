"""Sending through the WhatsApp Cloud API.

https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages. A message carries our mark, which its
statuses bring back: so a send whose result is unknown is settled by them. The API itself can't be asked.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from switchboard.channels import Secret
from switchboard.channels.meta_graph import Graph
from switchboard.channels.payload import child, ident, items, key
from switchboard.channels.rest import no_id
from switchboard.channels.whatsapp.files import kind_of
from switchboard.instant import system_clock
from switchboard.message import DeliveryStatus, Outgoing, Sent

API = "https://graph.facebook.com"
TEXT_LIMIT = 4096
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,160}")


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "WhatsAppSender":
    """Make a sender; `base_url` stands in for graph.facebook.com. Raises `SecretMissingError`."""
    return WhatsAppSender(Graph(secret, base_url or API, timeout))


class WhatsAppSender:
    """One WhatsApp Business account; implements `channels.Sender`."""

    def __init__(self, graph: Graph, clock: Callable[[], datetime] = system_clock) -> None:
        self._graph, self._clock = graph, clock

    def send(self, outgoing: Outgoing) -> Sent:
        """Send a text, or a file. That Meta took it does not mean that it was sent: statuses tell (rule WA-6)."""
        answer = self._graph.post_message(outgoing.sender, _document(outgoing))
        found = [ident(child({"": message}, ""), "id") for message in items(answer, "messages")]
        if not found or found[0] is None:
            raise no_id()
        return Sent(provider_id=key(found[0]), at=self._clock(), status=DeliveryStatus.QUEUED)

    def find(self, _outgoing: Outgoing, _since: datetime) -> Sequence[Sent]:
        """Nothing: Meta can't be asked."""
        return ()


def _document(outgoing: Outgoing) -> dict[str, Any]:
    """A free message, never a template (rule WA-3), to a phone number or to a user id (rule WA-1)."""
    field = "recipient" if _BSUID.fullmatch(outgoing.recipient) else "to"
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        field: outgoing.recipient,
        **_content(outgoing),
        "biz_opaque_callback_data": f"{outgoing.conversation_id} {outgoing.message_id}",
    }


def _content(outgoing: Outgoing) -> dict[str, Any]:
    if not outgoing.files:
        return {"type": "text", "text": {"body": outgoing.text[:TEXT_LIMIT], "preview_url": False}}
    (file,) = outgoing.files
    kind = kind_of(file.content_type)
    named = {"filename": file.filename} if kind == "document" else {}
    return {"type": kind, kind: {"link": file.url, **named}}
