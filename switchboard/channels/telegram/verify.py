"""Whether a request shows the secret that we told Telegram; it signs nothing (rule TG-1).

https://core.telegram.org/bots/api#setwebhook. The secret is the bot's own, so it tells the account too.
"""

import hmac
from collections.abc import Sequence

from switchboard.channels import Account, Request, Secret
from switchboard.channels.telegram.credentials import credential


def verify(request: Request, _account: Account, secrets: Sequence[Secret]) -> bool:
    """Tell whether the request shows one of the secrets' tokens."""
    known = [token for secret in secrets if (token := credential(secret, "secret_token"))]
    return any(is_signed(request, token) for token in known)


def is_signed(request: Request, secret_token: str) -> bool:
    """Tell whether the request shows this token; an empty one counts for nothing (rule X-13)."""
    given = request.headers.get("x-telegram-bot-api-secret-token", "")
    return bool(secret_token) and hmac.compare_digest(
        secret_token.encode(errors="replace"), given.encode(errors="replace")
    )
