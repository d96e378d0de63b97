"""What a LINE secret holds, and whether a value in it is real (rule X-13).

    {"channel_secret": "…", "channel_access_token": "…"}

The channel secret (32 hexadecimal digits) signs webhooks, the access token sends. A value without that shape is a
placeholder and counts as absent.
"""

import re

from switchboard.channels import Secret

_SHAPES = {
    "channel_secret": re.compile(r"[0-9a-fA-F]{32}"),
    "channel_access_token": re.compile(r"[A-Za-z0-9+/=._-]{40,1024}"),
}


def credential(secret: Secret, name: str) -> str | None:
    """The named value of a secret, or None where it is absent, empty or a placeholder."""
    value = secret.get(name)
    return value if isinstance(value, str) and _SHAPES[name].fullmatch(value) else None
