"""Whether Telegram still calls us (rule X-5): it forgets a webhook that answers 410 for a day.

https://core.telegram.org/bots/api#getwebhookinfo. A webhook of somebody else is left alone: two who set theirs again
and again would only take turns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from switchboard.channels import Account, Look, Secret
from switchboard.channels.payload import at_seconds, child, number, text
from switchboard.channels.rest import Answer, Api, failure
from switchboard.channels.telegram.credentials import credential
from switchboard.channels.telegram.send import API
from switchboard.errors import SecretMissingError
from switchboard.instant import system_clock

UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
LATELY = timedelta(days=1)
MANY = 100
"""Updates that wait: Telegram delivers them within seconds unless we refuse."""


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "TelegramWatcher":
    """Make a watcher; `base_url` stands in for api.telegram.org. Raises `SecretMissingError`."""
    token, secret_token = credential(secret, "token"), credential(secret, "secret_token")
    if token is None or secret_token is None:
        raise SecretMissingError("this account's secret needs token and secret_token")
    return TelegramWatcher(Api(f"{(base_url or API).rstrip('/')}/bot{token}", timeout, {}), secret_token)


@dataclass(frozen=True, slots=True)
class TelegramWatcher:
    """One bot; implements `channels.Watcher`."""

    api: Api
    secret_token: str
    clock: Callable[[], datetime] = system_clock

    def look(self, _account: Account, url: str) -> Look:
        """Compare the webhook's URL and kinds of updates; deliveries that failed lately are worth knowing."""
        known = child(_result(self.api.get("/getWebhookInfo")), "result")
        odd = self._odd(known)
        if text(known, "url") not in {"", url}:
            return Look(wrong=("elsewhere",), odd=odd, can_mend=False)
        if not text(known, "url"):
            return Look(wrong=("no_webhook",), odd=odd)
        told = known.get("allowed_updates")
        missing = [update for update in UPDATES if not isinstance(told, list) or update not in told]
        return Look(wrong=tuple(f"no_{update}" for update in missing), odd=odd)

    def subscribe(self, _account: Account, url: str) -> None:
        """Set the webhook again; what waits is delivered then."""
        webhook = {"url": url, "secret_token": self.secret_token, "allowed_updates": UPDATES}
        _result(self.api.post("/setWebhook", webhook))

    def _odd(self, known: dict[str, Any]) -> tuple[str, ...]:
        failed_at = at_seconds(known, "last_error_date")
        is_failing = failed_at is not None and self.clock() - failed_at < LATELY
        is_behind = (number(known, "pending_update_count") or 0) > MANY
        return (*(["deliveries_failed"] if is_failing else []), *(["many_pending"] if is_behind else []))


def _result(answer: Answer) -> dict[str, Any]:
    if answer.is_success and answer.document.get("ok") is True:
        return answer.document
    raise failure(answer.status, str(answer.status))
