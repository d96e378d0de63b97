"""What a Telegram secret holds, and whether a value in it is real (rule X-13).

    {"token": "123456:…", "secret_token": "…"}

The bot's token sends; the secret token is ours: `setWebhook` tells it to Telegram, and every call shows it. It needs at
least 16 of Telegram's 1 to 256 letters, digits, `_` and `-`. A value without its shape counts as absent.
"""

import re

from switchboard.channels import Secret

_SHAPES = {
    "token": re.compile(r"\d{3,20}:[A-Za-z0-9_-]{30,64}"),
    "secret_token": re.compile(r"[A-Za-z0-9_-]{16,256}"),
}


def credential(secret: Secret, name: str) -> str | None:
    """The named value of a secret, or None where it is absent, empty or a placeholder."""
    value = secret.get(name)
    return value if isinstance(value, str) and _SHAPES[name].fullmatch(value) else None
