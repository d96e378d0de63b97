"""Twilio's REST API through its SDK: one way to connect, and what an error of it means.

Twilio's own error texts quote numbers; none of them gets out of here.
"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from typing_extensions import override
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from switchboard.channels import Secret
from switchboard.channels.rest import outside_window
from switchboard.channels.sms.credentials import credential
from switchboard.errors import (
    OptedOutError,
    SecretMissingError,
    SendError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)

_OPTED_OUT, _OUTSIDE_WINDOW, _CHANNEL_RATE = 21610, 63016, 63018


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Client:
    """Make the SDK's client with a secret's API key, or with its auth token if it has no key.

    `base_url` stands in for Twilio's hosts; `timeout` bounds each wait for the network. Raises `SecretMissingError`.
    """
    account_sid = credential(secret, "account_sid")
    user, password = credential(secret, "api_key"), credential(secret, "api_key_secret")
    if user is None or password is None:
        user, password = account_sid, credential(secret, "auth_token")
    if account_sid is None or user is None or password is None:
        raise SecretMissingError(
            "this account's secret needs account_sid, and api_key with api_key_secret, or auth_token"
        )
    transport = _Transport(base_url, timeout)
    return Client(user, password, account_sid, http_client=transport, environment={"": ""})


def failure(error: Exception) -> SendError:
    """Tell what an exception of the SDK means for what was asked."""
    if answer := answer_of(error):
        return _refusal(*answer)
    if _never_connected(error):
        return SendThrottledError("unreachable", "Twilio could not be reached; nothing was sent")
    return SendUnknownError(type(error).__name__, "no usable answer; the text may be out")


def answer_of(error: Exception) -> tuple[int, int | None] | None:
    """Return the HTTP status and Twilio's code of an answer that was none of success; None if there was no answer."""
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return error.status, error.code
    told = error.args[-1] if isinstance(error, TwilioException) and error.args else None
    return (told.status_code, None) if isinstance(told, Response) else None  # so the SDK fails to list


def _refusal(status: int, code: int | None) -> SendError:
    """Tell what an answer other than 2xx means. A 5xx may come before or after Twilio took the message."""
    name = str(code or status)
    if code == _OPTED_OUT:
        return OptedOutError(name, "the recipient has opted out")
    if code == _OUTSIDE_WINDOW:
        return outside_window()
    if status == HTTPStatus.TOO_MANY_REQUESTS or code == _CHANNEL_RATE:
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

    def __init__(self, base_url: str | None, timeout: timedelta) -> None:
        self.is_async = False  # all that the client reads of its transport
        self._base_url = base_url.rstrip("/") if base_url else None
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
            self._located(uri),
            params=params,  # type: ignore[arg-type]  # the SDK's values are text and numbers
            data=data,
            headers=headers,
            auth=auth,
            timeout=self._timeout if timeout is None else timeout,
            allow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    def _located(self, uri: str) -> str:
        """The URI with its host exchanged, where another stands in for Twilio."""
        return uri if self._base_url is None else self._base_url + urlsplit(uri)._replace(scheme="", netloc="").geturl()
