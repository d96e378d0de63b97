"""Whether LINE signed a request, and for this account (rule LN-1).

https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256

from switchboard.channels import Account, Request, Secret
from switchboard.channels.line.credentials import credential
from switchboard.channels.payload import ident, read_object
from switchboard.errors import UnparseableError


def verify(request: Request, account: Account, secrets: Sequence[Secret]) -> bool:
    """Tell whether one of the secrets signed this and it is for our bot; one that can't be read is quarantined."""
    known = [found for secret in secrets if (found := credential(secret, "channel_secret"))]
    if not any(is_signed(request, channel_secret) for channel_secret in known):
        return False
    named = addresses(request)
    return not named or account.address in named


def is_signed(request: Request, channel_secret: str) -> bool:
    """Tell whether this secret signed exactly these bytes; an empty one has signed nothing (rule X-13)."""
    given = request.headers.get("x-line-signature", "")
    signature = hmac.digest(channel_secret.encode(errors="replace"), request.body, sha256)
    return bool(channel_secret) and hmac.compare_digest(base64.b64encode(signature), given.encode(errors="replace"))


def addresses(request: Request) -> frozenset[str]:
    """Which of our bots a delivery is for, by its user id; none if it can't be read."""
    try:
        destination = ident(read_object(request.body), "destination")
    except UnparseableError:
        return frozenset()
    return frozenset({destination} if destination else ())
