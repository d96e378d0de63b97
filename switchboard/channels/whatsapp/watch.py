"""Whether WhatsApp still tells us of a business account's messages (rule MT-4).

Which fields it tells is the app's own setting, for all accounts: only that it is subscribed can be asked.
"""

from datetime import timedelta

from switchboard.channels import Secret
from switchboard.channels.meta import credential
from switchboard.channels.meta_graph import Graph
from switchboard.channels.meta_watch import SubscriptionWatcher
from switchboard.channels.whatsapp.send import API
from switchboard.errors import SecretMissingError


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> SubscriptionWatcher:
    """Make a watcher; `base_url` stands in for graph.facebook.com. Raises `SecretMissingError`."""
    graph, waba_id = Graph(secret, base_url or API, timeout), credential(secret, "waba_id")
    if waba_id is None:
        raise SecretMissingError("to be watched, this account's secret needs waba_id: its WhatsApp Business Account")
    return SubscriptionWatcher(graph, app_id=credential(secret, "app_id"), node=waba_id)
