"""Calling a provider's JSON API, and what its answer means for a message.

Errors carry a code and nothing else: a URL may hold a token, and providers' own texts quote people. urllib3 comes with
botocore, so it costs a bundle nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from switchboard.errors import SendError, SendRefusedError, SendThrottledError, SendUnknownError

_LARGEST_ANSWER = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer: its HTTP status and its JSON object, empty where it is none."""

    status: int
    document: dict[str, Any]

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Api:
    """A provider's API at a base URL. It follows no redirect, repeats nothing and heeds no proxy of the environment."""

    def __init__(self, base_url: str, timeout: timedelta, headers: Mapping[str, str]) -> None:
        """`timeout` bounds each wait for the network; `headers` go along with every call."""
        self._base_url = base_url.rstrip("/")
        self._headers = {"content-type": "application/json", **headers}
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(timeout.total_seconds()), retries=False)

    def get(self, path: str) -> Answer:
        """Ask once; raises the same as `post`."""
        return self._call("GET", path, None, {})

    def put(self, path: str, document: Mapping[str, Any]) -> Answer:
        """Set once; raises the same as `post`."""
        return self._call("PUT", path, document, {})

    def post(self, path: str, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        """Call once. Raises `SendThrottledError` if it was not reached, `SendUnknownError` if it gave no answer."""
        return self._call("POST", path, document, headers or {})

    def _call(self, method: str, path: str, document: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Answer:
        try:
            response = self._pool.request(
                method,
                self._base_url + path,
                body=None if document is None else json.dumps(document).encode(),
                headers={**self._headers, **headers},
                redirect=False,
                preload_content=False,
            )
            try:
                return Answer(response.status, _object(response.read(_LARGEST_ANSWER)))
            finally:
                response.release_conn()
        except (NewConnectionError, ConnectTimeoutError, SSLError):
            failure: SendError = SendThrottledError("unreachable", "the provider was not reached; nothing was sent")
        except HTTPError as error:
            failure = SendUnknownError(type(error).__name__, "no usable answer; the text may be out")
        raise failure  # outside of the except clauses: a traceback must not show the URL


def failure(status: int, code: str) -> SendError:
    """Tell what an answer other than 2xx means where the provider's code says no more."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendThrottledError(code, "too many requests; nothing was sent")
    if status == HTTPStatus.UNAUTHORIZED:
        return credentials_refused(code)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendRefusedError(code, "refused by the provider; see the channel's README for the codes")
    return SendUnknownError(code, "failed at the provider; the text may be out")


def credentials_refused(code: str) -> SendThrottledError:
    """The secret may have been rotated a moment ago, so trying again may help."""
    return SendThrottledError(code, "credentials not accepted; nothing was sent. Check the account's secret")


def outside_window() -> SendRefusedError:
    """The customer wrote too long ago for the provider to let a free text through."""
    return SendRefusedError("window", "the customer's last message is too old for the provider; nothing was sent")


def blocked() -> SendRefusedError:
    """The customer does not want our messages, or is gone."""
    return SendRefusedError("blocked", "the recipient has blocked this account or is gone; nothing was sent")


def no_id() -> SendUnknownError:
    """A success that can't be followed up."""
    return SendUnknownError("no_id", "the provider's answer names no message; the text may be out")


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
