"""Whether Twilio signed a request, and for this account.

https://www.twilio.com/docs/usage/security#validating-requests. The SDK computes the signature; what to compute it over
is ours, because `RequestValidator.validate` drops a trailing "?", loses the host of an IPv6 URL that has a port, and
takes a dict, which forgets repeated fields.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from switchboard.channels import Account, Request, Secret
from switchboard.channels.sms.credentials import credential
from switchboard.channels.sms.form import is_ours, read_pairs, status_of
from switchboard.channels.sms.webhooks import OVERRIDES

_URL = re.compile(r"(https?://)(\[[^\]/?#]*\]|[^:/?#]*)(:\d+)?(.*)", re.DOTALL)
_DEFAULT_PORTS = {"https://": ":443", "http://": ":80"}


def verify(request: Request, account: Account, secrets: Sequence[Secret]) -> bool:
    """Tell whether a secret signed this, for its own Twilio account and about our number (rules TW-1, SEC-13)."""
    return any(_is_from(request, account, secret) for secret in secrets)


def is_signed(request: Request, token: str) -> bool:
    """Tell whether this token signed the request; an empty token has signed nothing (rule X-13)."""
    try:
        return bool(token) and _body_matches(request) and _signature_matches(request, token)
    except Exception:  # noqa: BLE001  # rule X-12: a verifier that fails has not verified
        return False


def _is_from(request: Request, account: Account, secret: Secret) -> bool:
    account_sid, token = credential(secret, "account_sid"), credential(secret, "auth_token")
    if account_sid is None or token is None or not is_signed(request, token):
        return False
    try:
        fields = dict(read_pairs(request))
    except UnicodeDecodeError:  # of a body that its hash signed, or a GET's query
        return False
    sent_by_us = status_of(fields) is not None or is_ours(fields, account.address)
    ours = fields.get("From" if sent_by_us else "To")
    return fields.get("AccountSid") == account_sid and ours == account.address


def _body_matches(request: Request) -> bool:
    """Check a body that is not a form, which is bound to the signed URL by its hash (rule TW-2)."""
    expected = _body_hash(request)
    return expected is None or compare_digest(sha256(request.body).hexdigest().encode(), expected.encode())


def _body_hash(request: Request) -> str | None:
    return parse_qs(urlsplit(request.url).query).get("bodySHA256", [None])[0]


def _signature_matches(request: Request, token: str) -> bool:
    from twilio.request_validator import RequestValidator  # noqa: PLC0415  # only where webhooks come in

    given = request.headers.get("x-twilio-signature", "").encode()
    form = "" if request.method == "GET" or _body_hash(request) is not None else _signed_form(request)
    compute = RequestValidator(token).compute_signature
    matches = [compare_digest(compute(url + form, {}).encode(), given) for url in _signed_urls(request.url)]
    return any(matches)


def _signed_form(request: Request) -> str:
    """Join each distinct field, by name and then by value, nothing between them."""
    return "".join(name + value for name, value in sorted(set(read_pairs(request))))


def _signed_urls(url: str) -> list[str]:
    """Return the URL without and with its port, the rest byte for byte: Twilio signs either, as it pleases.

    Each also with the overrides that it was registered with: Twilio doesn't say whether they are signed.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError("not an http URL")
    scheme, host, port, rest = match.groups()
    plain = [f"{scheme}{host}{rest}", f"{scheme}{host}{port or _DEFAULT_PORTS[scheme]}{rest}"]
    return plain + [f"{variant}#{OVERRIDES}" for variant in plain]
