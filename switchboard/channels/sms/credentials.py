"""What a Twilio secret holds, and whether a value in it is real (rule X-13).

    {"account_sid": "AC…", "auth_token": "…", "api_key": "SK…", "api_key_secret": "…"}

The auth token signs webhooks; the API key, which can be revoked by itself, sends. A value that has not the shape that
Twilio gives it is a placeholder and counts as absent.
"""

import re

from switchboard.channels import Secret

_SHAPES = {
    "account_sid": re.compile(r"AC[0-9a-fA-F]{32}"),
    "auth_token": re.compile(r"[0-9A-Za-z]{32}"),
    "api_key": re.compile(r"SK[0-9a-fA-F]{32}"),
    "api_key_secret": re.compile(r"[0-9A-Za-z]{32}"),
}


def credential(secret: Secret, name: str) -> str | None:
    """Return the named value of a secret, or None where it is absent, empty or a placeholder."""
    value = secret.get(name)
    return value if isinstance(value, str) and _SHAPES[name].fullmatch(value) else None
