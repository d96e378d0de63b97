"""POST, guarded: what calls an operator's webhook. The name is looked up once, and that very address is connected to.

No redirect is followed, and nothing of the answer is read but its status (rule SEC-8). Errors carry codes only: a URL
may hold a token.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from switchboard.errors import MediaRefusedError, MediaUnavailableError, SendRefusedError, SendThrottledError
from switchboard.web.download import STEP_SECONDS, resolve
from switchboard.web.guard import Target, check, choose

_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_REFUSED = "the webhook refused the alert: see its own log, and alerts.webhook in the policy"
_LATER = "the webhook was not reached: it is called again"

Post = Callable[[str, Target, Mapping[str, str], bytes], int]
"""Posts to an address what is meant for a target; returns the answer's status."""


def post(address: str, target: Target, headers: Mapping[str, str], body: bytes) -> int:
    """One POST over TLS on a connection of its own, with the host's name in SNI and in the certificate."""
    pool = urllib3.HTTPSConnectionPool(
        address,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
        timeout=urllib3.Timeout(STEP_SECONDS),
    )
    sent = {**headers, "host": target.host}
    reply = pool.urlopen(
        "POST", target.path, body=body, headers=sent, retries=False, redirect=False, preload_content=False
    )
    reply.close()
    return reply.status


def sign(body: bytes, key: bytes, at: datetime) -> str:
    """The value of `Switchboard-Signature`: HMAC-SHA256 over the time, a dot and the body."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={hmac.new(key, seconds.encode() + b'.' + body, sha256).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An operator's URL, and what it is called with."""

    url: str
    key: bytes
    post: Post = post
    resolve: Callable[[str], Sequence[str]] = resolve

    def call(self, body: bytes, call_id: str, at: datetime) -> None:
        """Call it once; raises a `SendError` that says whether calling again may help.

        The id is the same each time that one is called about the same: by it a receiver knows a copy.
        """
        headers = {
            "content-type": "application/json",
            "user-agent": "switchboard",
            "switchboard-id": call_id,
            "switchboard-signature": sign(body, self.key, at),
        }
        status = self._post(headers, body)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
            raise SendThrottledError(str(status), _LATER)
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise SendRefusedError(str(status), _REFUSED)

    def _post(self, headers: Mapping[str, str], body: bytes) -> int:
        try:
            target = check(self.url, [(urlsplit(self.url).hostname or "").lower()])
            return self.post(choose(self.resolve(target.host)), target, headers, body)
        except MediaRefusedError as error:
            failure: Exception = SendRefusedError(error.code, _REFUSED)
        except (HTTPError, OSError, MediaUnavailableError):
            failure = SendThrottledError("unreachable", _LATER)
        raise failure  # outside of the except clause: a traceback must not show the URL
