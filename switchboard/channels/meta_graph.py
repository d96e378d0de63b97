"""Sending through Meta's Graph API: one call, and what its error codes mean.

https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from switchboard.channels import Secret
from switchboard.channels.meta import VERSION, appsecret_proof, credential
from switchboard.channels.payload import child, ident, items
from switchboard.channels.rest import Answer, Api, blocked, credentials_refused, failure, outside_window
from switchboard.errors import SecretMissingError, SendError, SendThrottledError

_THROTTLED = {"4", "17", "32", "341", "613", "130429", "131016", "131056"}  # and 80000 to 80014, see `_is_throttled`
_BUSINESS_LIMITS = range(80_000, 80_015)
_OUTSIDE_WINDOW = {"131047", "2018278", "2534022"}
_BLOCKED = {"551", "1545041"}
_TOKEN_REFUSED = "190"  # noqa: S105  # an error code


class Graph:
    """The Graph API with an account's token."""

    def __init__(self, secret: Secret, base_url: str, timeout: timedelta) -> None:
        """Raises `SecretMissingError`."""
        token, app_secret = credential(secret, "access_token"), credential(secret, "app_secret")
        if token is None or app_secret is None:
            raise SecretMissingError("this account's secret needs app_secret and access_token")
        self._api = Api(base_url, timeout, {"authorization": f"Bearer {token}"})
        self._proof = urlencode({"appsecret_proof": appsecret_proof(token, app_secret)})

    def post_message(self, account: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Send from an account (a phone number's, page's or Instagram account's id); raises a `SendError`."""
        return _document(self._api.post(self._path(account, "messages"), document))

    def subscribed_apps(self, node: str) -> list[dict[str, Any]]:
        """Which apps are told of what happens to a page, an Instagram or a WhatsApp account; raises a `SendError`."""
        answer = _document(self._api.get(self._path(node, "subscribed_apps")))
        return [app for app in items(answer, "data") if isinstance(app, dict)]

    def subscribe(self, node: str, fields: Sequence[str]) -> None:
        """Have our app be told of these fields, or of those that it is set up for; raises a `SendError`."""
        query = f"&{urlencode({'subscribed_fields': ','.join(fields)})}" if fields else ""
        _document(self._api.post(self._path(node, "subscribed_apps") + query, {}))

    def _path(self, node: str, edge: str) -> str:
        return f"/{VERSION}/{quote(node, safe='')}/{edge}?{self._proof}"


def _document(answer: Answer) -> dict[str, Any]:
    if answer.is_success and "error" not in answer.document:
        return answer.document
    raise _failure(answer)


def _failure(answer: Answer) -> SendError:
    error = child(answer.document, "error")
    code, subcode = ident(error, "code") or str(answer.status), ident(error, "error_subcode") or ""
    if {code, subcode} & _OUTSIDE_WINDOW:
        return outside_window()
    if {code, subcode} & _BLOCKED:
        return blocked()
    if code == _TOKEN_REFUSED:
        return credentials_refused(code)
    if _is_throttled(code):
        return SendThrottledError(code, "too much or too fast for Meta; nothing was sent")
    return failure(answer.status, code)


def _is_throttled(code: str) -> bool:
    return code in _THROTTLED or (code.isdecimal() and len(code) == 5 and int(code) in _BUSINESS_LIMITS)  # noqa: PLR2004  # five digits
