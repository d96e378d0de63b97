"""What Twilio has received for a number of ours, for those whose webhooks got lost (rule X-3).

https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from twilio.rest import Client

from switchboard.channels import Account, Listed, Secret
from switchboard.channels.sms import rest
from switchboard.channels.sms.networks import network_of
from switchboard.channels.sms.parse import read_inbound
from switchboard.errors import UnparseableError
from switchboard.message import Attachment

_PAGE = 1000
_MEDIA = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages/{message}/Media/{file}"


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "TwilioHistory":
    """Make a history; see `rest.connect`."""
    return TwilioHistory(rest.connect(secret, base_url, timeout))


class TwilioHistory:
    """One Twilio account; implements `channels.History`."""

    def __init__(self, client: Client) -> None:
        self._messages = client.messages

    def received(self, account: Account, since: datetime, until: datetime) -> list[Listed]:
        """List customers' messages to this number, page by page. Twilio's times are in whole seconds.

        Not for WhatsApp and RCS, where a list can't be told from what webhooks said: it has neither a customer's id
        nor the button that was pressed, so that messages would count twice.
        """
        if network_of(account.address):
            return []
        try:
            return list(self._received(account, since, until))
        except Exception as error:  # noqa: BLE001  # whatever it was, the caller must learn that nothing is known
            failure = rest.failure(error)
        raise failure  # outside of the except clause: a traceback must not show Twilio's text, which quotes numbers

    def _received(self, account: Account, since: datetime, until: datetime) -> Iterator[Listed]:
        listed = self._messages.stream(
            to=account.address,
            date_sent_after=since.astimezone(UTC),
            date_sent_before=until.astimezone(UTC) + timedelta(seconds=1),
            page_size=_PAGE,
        )
        for message in listed:
            at = message.date_sent or message.date_created
            is_theirs = message.direction == "inbound" and message.from_ != account.address  # rule X-14
            if is_theirs and since <= at < until:  # Twilio may take days where it is given times
                try:
                    event = read_inbound(_fields(message), account)
                except UnparseableError:
                    continue  # its webhook is quarantined, with the raw bytes that a list has not
                yield Listed(event, at, has_files=int(message.num_media or 0) > 0)

    def files(self, provider_id: str) -> tuple[Attachment, ...]:
        """List a message's files with the URLs that its webhook would have had."""
        try:
            return tuple(map(_attachment, self._messages(provider_id).media.list()))
        except Exception as error:  # noqa: BLE001  # as above
            failure = rest.failure(error)
        raise failure


def _fields(message: Any) -> dict[str, str]:  # noqa: ANN401  # the SDK ships no types
    """A listed message as the form of its webhook."""
    return {"MessageSid": message.sid, "From": message.from_ or "", "To": message.to or "", "Body": message.body or ""}


def _attachment(media: Any) -> Attachment:  # noqa: ANN401  # the SDK ships no types
    url = _MEDIA.format(account=media.account_sid, message=media.parent_sid, file=media.sid)
    return Attachment(url=url, content_type=media.content_type)
