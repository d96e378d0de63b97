"""Whether Meta still tells our app of an account: it takes subscriptions away after an hour of failures (rule MT-4).

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps, and the same edge of Instagram and
WhatsApp accounts. Where webhooks go is set in the app's dashboard, and can't be asked with an account's token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from switchboard.channels import Account, Look
from switchboard.channels.meta_graph import Graph
from switchboard.channels.payload import child, ident


@dataclass(frozen=True, slots=True)
class SubscriptionWatcher:
    """One account's subscription; implements `channels.Watcher`. `node` is the account's id where that isn't ours."""

    graph: Graph
    fields: Sequence[str] = ()
    app_id: str | None = None
    node: str | None = None

    def look(self, account: Account, _url: str) -> Look:
        """Look for our app, or without its id for any that is told of all that we want."""
        apps = self.graph.subscribed_apps(self.node or account.address)
        ours = [app for app in apps if self.app_id in {None, _id(app)}]
        if not ours:
            return Look(wrong=("not_subscribed",))
        missing = min((self._missing(app) for app in ours), key=len)
        return Look(wrong=tuple(f"no_{field}" for field in missing))

    def subscribe(self, account: Account, _url: str) -> None:
        """Subscribe our app, whose token this is."""
        self.graph.subscribe(self.node or account.address, self.fields)

    def _missing(self, app: dict[str, Any]) -> list[str]:
        told = app.get("subscribed_fields")
        return [field for field in self.fields if not isinstance(told, list) or field not in told]


def _id(app: dict[str, Any]) -> str | None:
    return ident(child(app, "whatsapp_business_api_data") or app, "id")
