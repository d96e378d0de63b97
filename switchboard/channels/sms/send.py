"""Sending through Twilio's REST API, and asking it what became of a send.

https://www.twilio.com/docs/messaging/api/message-resource. Creating a message is not idempotent, so every failure says
whether anything may have been sent (rule TW-8).
"""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

from twilio.rest import Client

from switchboard.channels import Secret
from switchboard.channels.sms import rest
from switchboard.channels.sms.status import STATUSES
from switchboard.errors import SendUnknownError
from switchboard.message import DeliveryStatus, Outgoing, Sent

_PAGE = 50


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "TwilioSender":
    """Make a sender; see `rest.connect`."""
    return TwilioSender(rest.connect(secret, base_url, timeout))


class TwilioSender:
    """One Twilio account; implements `channels.Sender`."""

    def __init__(self, client: Client) -> None:
        self._messages = client.messages

    def send(self, outgoing: Outgoing) -> Sent:
        """Create the message. Twilio answers before the carrier does: how it went comes as delivery reports."""
        try:
            return _sent(self._messages.create(**_parameters(outgoing)))
        except Exception as error:  # noqa: BLE001  # whatever it was, the caller must learn whether a text may be out
            failure = rest.failure(error)
        raise failure  # outside of the except clause: a traceback must not show Twilio's text, which quotes numbers

    def find(self, outgoing: Outgoing, since: datetime) -> list[Sent]:
        """Return the messages with this text and as many files, created between the same numbers since, newest first.

        Twilio's times are in whole seconds, so `since` is taken down to its second. Raises `SendUnknownError` if
        Twilio can't be asked.
        """
        second = since.astimezone(UTC).replace(microsecond=0)
        try:
            created = self._messages.stream(
                to=outgoing.recipient, from_=outgoing.sender, date_sent_after=second, page_size=_PAGE
            )
            recent = takewhile(lambda message: message.date_created >= second, created)  # Twilio lists newest first
            return [_sent(message) for message in recent if _is_like(message, outgoing)]
        except Exception as error:  # noqa: BLE001  # whatever it was, it is still not known whether the text is out
            code = rest.failure(error).code
        raise SendUnknownError(code, "could not be asked; ask again")


def _parameters(outgoing: Outgoing) -> dict[str, Any]:
    optional = {"status_callback": outgoing.status_callback, "validity_period": outgoing.valid_for}
    return {
        "to": outgoing.recipient,
        "from_": outgoing.sender,
        **({"body": outgoing.text} if outgoing.text else {}),
        **({"media_url": [file.url for file in outgoing.files]} if outgoing.files else {}),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _is_like(message: Any, outgoing: Outgoing) -> bool:  # noqa: ANN401  # the SDK ships no types
    return (message.body or "") == outgoing.text and int(message.num_media or 0) == len(outgoing.files)


def _sent(message: Any) -> Sent:  # noqa: ANN401  # the SDK ships no types
    return Sent(
        provider_id=message.sid,
        at=message.date_created,
        status=STATUSES.get(message.status, DeliveryStatus.UNKNOWN),
        segments=int(message.num_segments or 0) or None,  # 0: a Messaging Service has not counted yet
    )
