"""Deleting at Twilio what it keeps of a message (rule TW-11).

https://www.twilio.com/docs/messaging/api/message-resource#delete-a-message-resource. Files go first: should that fail
half-way, the message is still there to find the rest by.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from switchboard.channels import Secret
from switchboard.channels.sms import rest
from switchboard.errors import SendError, SendThrottledError

_NOT_FINISHED = "20009"


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "TwilioEraser":
    """Make an eraser; see `rest.connect`."""
    return TwilioEraser(rest.connect(secret, base_url, timeout))


class TwilioEraser:
    """One Twilio account; implements `channels.Eraser`."""

    def __init__(self, client: Client) -> None:
        self._messages = client.messages

    def forget(self, provider_id: str) -> None:
        """Delete a message and its files. What is gone is gone: repeating it changes nothing."""
        try:
            self._delete(self._messages(provider_id))
        except Exception as error:  # noqa: BLE001  # whatever it was, the caller must learn whether to come again
            failed = _failure(error)
        else:
            return
        raise failed  # outside of the except clause: a traceback must not show Twilio's text, which quotes numbers

    def _delete(self, message: Any) -> None:  # noqa: ANN401  # the SDK ships no types
        with _gone_is_done():
            for file in message.media.list():
                with _gone_is_done():
                    file.delete()
            message.delete()


@contextmanager
def _gone_is_done() -> Iterator[None]:
    try:
        yield
    except TwilioException as error:
        if _status(error) != HTTPStatus.NOT_FOUND:
            raise


def _status(error: Exception) -> int | None:
    answer = rest.answer_of(error)
    return answer[0] if answer else None


def _failure(error: Exception) -> SendError:
    """As for a send; but what is still on its way can be deleted once it has arrived."""
    if _status(error) == HTTPStatus.CONFLICT:
        return SendThrottledError(_NOT_FINISHED, "still on its way; delete it later")
    return rest.failure(error)
