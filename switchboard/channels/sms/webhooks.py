"""The URLs at which Twilio is told to call us (rule X-3).

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: what follows the # tells Twilio to call up to
three times more, whatever went wrong, for 15 seconds in all. Without it Twilio tries again only if it could not
connect, and a 503 of ours would lose the message.
"""

from dataclasses import dataclass

OVERRIDES = "rc=3&rp=all&tt=15000"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where messages come, where they come if that fails, and where delivery reports come that name no URL."""

    messages: str
    fallback: str
    statuses: str

    @classmethod
    def at(cls, base_url: str, path: str, caught_path: str) -> "Webhooks":
        """Of an account whose paths these are, below the base that providers call."""
        base = base_url.rstrip("/")
        return cls(f"{base}{path}#{OVERRIDES}", f"{base}{caught_path}#{OVERRIDES}", f"{base}{path}")
