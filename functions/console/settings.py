"""What the stage tells this function (`infra/console.py`).

Read here and not by `switchboard.wiring`, whose AWS clients it has no use for: agents wait for a cold start.
"""

import os
from dataclasses import dataclass
from functools import cache

_API = "/agent"
"""The agents' API, at the page's own origin."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses, as they stand in the environment."""

    stage: str
    issuer: str
    client_id: str
    sign_in_url: str
    """The user pool's hosted pages."""
    push_url: str
    file_origins: str
    """Where files of conversations are loaded from and kept; separated by spaces."""
    framed_by: str
    """The origin of a page that may show the console in a frame; empty is none."""

    @property
    def token_url(self) -> str:
        return f"{self.sign_in_url}/oauth2/token"

    @property
    def revoke_url(self) -> str:
        return f"{self.sign_in_url}/oauth2/revoke"

    def told(self) -> dict[str, str]:
        """What the page is told."""
        return {
            "stage": self.stage,
            "issuer": self.issuer,
            "client_id": self.client_id,
            "authorize_url": f"{self.sign_in_url}/oauth2/authorize",
            "token_url": self.token_url,
            "revoke_url": self.revoke_url,
            "logout_url": f"{self.sign_in_url}/logout",
            "api": _API,
        }


@cache
def settings() -> Settings:
    """Of this process; raises `KeyError` for what the stack forgot to say."""
    names = ("STAGE", "ISSUER", "CLIENT_ID", "SIGN_IN_URL", "PUSH_URL", "FILE_ORIGINS", "FRAMED_BY")
    return Settings(*(os.environ[name] for name in names))
