"""Sending through Twilio's REST API, and asking it what became of a send.

https://www.twilio.com/docs/messaging/api/message-resource. Creating a message is not idempotent, so every failure says
whether anything may have been sent (rule TW-8). Twilio's own error texts quote numbers; none of them gets out of here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import takewhile
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from typing_extensions import override
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from switchboard.channels import Secret
from switchboard.channels.sms.credentials import credential
from switchboard.channels.sms.status import STATUSES
from switchboard.errors import (
    OptedOutError,
    SecretMissingError,
    SendError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.message import DeliveryStatus, Outgoing, Sent

_API = "https://api.twilio.com"
_OPTED_OUT = 21610
_PAGE = 50


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "TwilioSender":
    """Make a sender with a secret's API key, or with its auth token if it has no key.

    `base_url` stands in for api.twilio.com; `timeout` bounds each wait for the network. Raises `SecretMissingError`.
    """
    account_sid = credential(secret, "account_sid")
    user, password = credential(secret, "api_key"), credential(secret, "api_key_secret")
    if user is None or password is None:
        user, password = account_sid, credential(secret, "auth_token")
    if account_sid is None or user is None or password is None:
        raise SecretMissingError(
            "this account's secret needs account_sid, and api_key with api_key_secret, or auth_token"
        )
    transport = _Transport(base_url or _API, timeout)
    return TwilioSender(Client(user, password, account_sid, http_client=transport, environment={"": ""}))


class TwilioSender:
    """One Twilio account; implements `channels.Sender`."""

    def __init__(self, client: Client) -> None:
        self._messages = client.messages

    def send(self, outgoing: Outgoing) -> Sent:
        """Create the message. Twilio answers before the carrier does: how it went comes as delivery reports."""
        try:
            return _sent(self._messages.create(**_parameters(outgoing)))
        except Exception as error:  # noqa: BLE001  # whatever it was, the caller must learn whether a text may be out
            failure = _failure(error)
        raise failure  # outside of the except clause: a traceback must not show Twilio's text, which quotes numbers

    def find(self, outgoing: Outgoing, since: datetime) -> list[Sent]:
        """Return the messages with this text, created between the same numbers at or after `since`, newest first.

        Twilio's times are in whole seconds, so `since` is taken down to its second. Raises `SendUnknownError` if
        Twilio can't be asked.
        """
        second = since.astimezone(UTC).replace(microsecond=0)
        try:
            created = self._messages.stream(
                to=outgoing.recipient, from_=outgoing.sender, date_sent_after=second, page_size=_PAGE
            )
            recent = takewhile(lambda message: message.date_created >= second, created)  # Twilio lists newest first
            return [_sent(message) for message in recent if message.body == outgoing.text]
        except Exception as error:  # noqa: BLE001  # whatever it was, it is still not known whether the text is out
            code = _failure(error).code
        raise SendUnknownError(code, "could not be asked; ask again")


def _parameters(outgoing: Outgoing) -> dict[str, Any]:
    optional = {"status_callback": outgoing.status_callback, "validity_period": outgoing.valid_for}
    return {
        "to": outgoing.recipient,
        "from_": outgoing.sender,
        "body": outgoing.text,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _sent(message: Any) -> Sent:  # noqa: ANN401  # the SDK ships no types
    return Sent(
        provider_id=message.sid,
        at=message.date_created,
        status=STATUSES.get(message.status, DeliveryStatus.UNKNOWN),
        segments=int(message.num_segments or 0) or None,  # 0: a Messaging Service has not counted yet
    )


def _failure(error: Exception) -> SendError:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refusal(error.status, error.code)
    if _never_connected(error):
        return SendThrottledError("unreachable", "Twilio could not be reached; nothing was sent")
    return SendUnknownError(type(error).__name__, "no usable answer; the text may be out")


def _refusal(status: int, code: int | None) -> SendError:
    """Tell what an answer other than 2xx means. A 5xx may come before or after Twilio took the message."""
    name = str(code or status)
    if code == _OPTED_OUT:
        return OptedOutError(name, "the recipient has opted out")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendThrottledError(name, "too many requests; nothing was sent")
    if status == HTTPStatus.UNAUTHORIZED:
        return SendThrottledError(name, "credentials not accepted; nothing was sent. Check the account's secret")
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendRefusedError(name, f"refused; see https://www.twilio.com/docs/api/errors/{name}")
    return SendUnknownError(name, "failed at Twilio; the text may be out")


def _never_connected(error: Exception) -> bool:
    """Tell whether no connection came about, so that nothing can have been sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError | ConnectTimeoutError)


class _Transport(HttpClient):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's HTTP without its retries and its log lines (they show numbers), and with an exchangeable base URL."""

    def __init__(self, base_url: str, timeout: timedelta) -> None:
        self.is_async = False  # all that the client reads of its transport
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout.total_seconds()
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc of the environment sees or changes the credentials
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=0))

    @override
    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        answer = self._session.request(
            method,
            self._base_url + uri.removeprefix(_API),
            params=params,  # type: ignore[arg-type]  # the SDK's values are text and numbers
            data=data,
            headers=headers,
            auth=auth,
            timeout=self._timeout if timeout is None else timeout,
            allow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)
