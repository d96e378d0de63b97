"""Whether LINE still calls us (rule X-5).

https://developers.line.biz/en/reference/messaging-api/#webhook-settings. The URL can be set by API; whether webhooks
are used at all is a switch in LINE's console.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from switchboard.channels import Account, Look, Secret
from switchboard.channels.line.credentials import credential
from switchboard.channels.line.send import API
from switchboard.channels.payload import text
from switchboard.channels.rest import Answer, Api, failure
from switchboard.errors import SecretMissingError

_ENDPOINT = "/v2/bot/channel/webhook/endpoint"
_TEST = "/v2/bot/channel/webhook/test"


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> "LineWatcher":
    """Make a watcher; `base_url` stands in for api.line.me. Raises `SecretMissingError`."""
    token = credential(secret, "channel_access_token")
    if token is None:
        raise SecretMissingError("this account's secret needs channel_access_token")
    return LineWatcher(Api(base_url or API, timeout, {"authorization": f"Bearer {token}"}))


@dataclass(frozen=True, slots=True)
class LineWatcher:
    """One LINE Official Account; implements `channels.Watcher`."""

    api: Api

    def look(self, _account: Account, url: str) -> Look:
        """Compare the URL and the switch, and have LINE call us once to see that it can."""
        answer = self.api.get(_ENDPOINT)
        if answer.status == HTTPStatus.NOT_FOUND:
            return Look(wrong=("no_webhook",))
        known = _checked(answer)
        if text(known.document, "endpoint") not in {"", url}:
            return Look(wrong=("elsewhere",), can_mend=False)
        if not text(known.document, "endpoint"):
            return Look(wrong=("no_webhook",))
        if known.document.get("active") is not True:
            return Look(wrong=("switched_off",), can_mend=False)
        called = _checked(self.api.post(_TEST, {}))
        return Look() if called.document.get("success") is True else Look(wrong=("cannot_call",), can_mend=False)

    def subscribe(self, _account: Account, url: str) -> None:
        """Set the URL again."""
        _checked(self.api.put(_ENDPOINT, {"endpoint": url}))


def _checked(answer: Answer) -> Answer:
    if answer.is_success:
        return answer
    raise failure(answer.status, str(answer.status))
