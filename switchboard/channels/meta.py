"""What WhatsApp, Messenger and Instagram have in common: signatures, the handshake, erasure, the messaging window.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started. A secret of a Meta account is

    {"app_secret": "…", "verify_token": "…", "access_token": "…"}

the app's secret (32 hexadecimal digits), a word of our own choice (letters, digits, `_`, `-`; at least 16) that Meta
shows when it first calls, and the token that sends. A value without that shape is a placeholder and counts as absent.
Two more help the watchdog: `app_id` tells our app from others at the same account, `waba_id` is the business account of
a WhatsApp number, without which its subscription can't be asked about.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from switchboard.channels import Account, Request, Secret
from switchboard.channels.payload import ident, read_object
from switchboard.errors import UnparseableError

VERSION = "v25.0"
"""Of the Graph API, pinned (rule MT-6): Meta retires a version about two years after its release."""
BODY_LIMIT = 3 * 1024 * 1024  # rule SEC-4: Meta's own limit
WINDOW = timedelta(hours=24)
"""After the customer's last message; later only templates (WhatsApp) and tags may be sent (rules WA-3, FB-1)."""

_SHAPES = {
    "app_secret": re.compile(r"[0-9a-fA-F]{32}"),
    "verify_token": re.compile(r"[A-Za-z0-9_-]{16,256}"),
    "access_token": re.compile(r"[!-~]{20,}"),
    "app_id": re.compile(r"[0-9]{5,20}"),
    "waba_id": re.compile(r"[0-9]{5,20}"),
}
_CHALLENGE = re.compile(r"[0-9A-Za-z_-]{1,64}")


def credential(secret: Secret, name: str) -> str | None:
    """The named value of a secret, or None where it is absent, empty or a placeholder (rule X-13)."""
    value = secret.get(name)
    return value if isinstance(value, str) and _SHAPES[name].fullmatch(value) else None


def is_signed(request: Request, app_secret: str) -> bool:
    """Whether this app's secret signed exactly these bytes (rule X-10); an empty secret has signed nothing."""
    given = request.headers.get("x-hub-signature-256", "")
    expected = f"sha256={_hmac(app_secret, request.body).hex()}"
    return bool(app_secret) and hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def is_from(
    request: Request, account: Account, secrets: Sequence[Secret], addresses: Callable[[Request], frozenset[str]]
) -> bool:
    """Whether one of the secrets signed this and it is for our account (rules MT-2, SEC-13).

    What names no account can do nothing to another's, so it passes: to be quarantined if it can't be read.
    """
    known = [app_secret for secret in secrets if (app_secret := credential(secret, "app_secret"))]
    if not any(is_signed(request, app_secret) for app_secret in known):
        return False
    named = addresses(request)
    return not named or account.address in named


def handshake(request: Request, _account: Account, secrets: Sequence[Secret]) -> str | None:
    """What to answer when Meta asks whether this webhook is ours; None refuses (rule MT-1)."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    token, challenge = asked.get("hub.verify_token", ""), asked.get("hub.challenge", "")
    known = [word for secret in secrets if (word := credential(secret, "verify_token"))]
    matches = [hmac.compare_digest(word.encode(), token.encode(errors="replace")) for word in known]
    is_asked = request.method == "GET" and asked.get("hub.mode") == "subscribe"
    return challenge if is_asked and any(matches) and _CHALLENGE.fullmatch(challenge) else None


def user_to_erase(body: bytes, secrets: Sequence[Secret]) -> str | None:
    """Whom a data-deletion (or deauthorise) callback is about, as the app knows them; None if Meta didn't sign it.

    https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback (rule MT-5).
    """
    given = parse_qs(body.decode(errors="replace")).get("signed_request", [""])[0]
    signature, _, payload = given.partition(".")
    signed = _unbase64(signature)
    known = [app_secret for secret in secrets if (app_secret := credential(secret, "app_secret"))]
    matches = [hmac.compare_digest(_hmac(app_secret, payload.encode()), signed) for app_secret in known]
    if not any(matches):
        return None
    try:
        request = read_object(_unbase64(payload))
    except UnparseableError:
        return None
    return ident(request, "user_id") if str(request.get("algorithm")).upper() == "HMAC-SHA256" else None


def erasure_answer(code: str, base_url: str) -> str:
    """The answer to a data-deletion callback: where to look how it went, and under which code."""
    return json.dumps({"url": f"{base_url}/erasure/{code}", "confirmation_code": code})


def appsecret_proof(access_token: str, app_secret: str) -> str:
    """Prove to the Graph API that whoever sends a token has the app's secret too (rule MT-6)."""
    return _hmac(app_secret, access_token.encode()).hex()


def window_of(last_inbound_at: datetime) -> datetime:
    """Until when a free text may be sent: only what the customer says opens the window, no echo and no receipt."""
    return last_inbound_at + WINDOW


def entry_ids(request: Request) -> frozenset[str]:
    """Whose pages or accounts a delivery of Messenger or Instagram is about; empty if it can't be read."""
    return frozenset(found for entry in entries(request) if (found := ident(entry, "id")))


def entries(request: Request) -> list[dict[str, Any]]:
    """The entries of a delivery that are objects; empty if it can't be read."""
    try:
        found = read_object(request.body).get("entry")
    except UnparseableError:
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _hmac(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(errors="replace"), message, sha256)


def _unbase64(encoded: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(encoded.encode(errors="replace") + b"=" * (-len(encoded) % 4))
    except binascii.Error:
        return b""
