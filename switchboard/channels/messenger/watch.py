"""Whether Messenger still tells us of a page's messages (rule MT-4)."""

from datetime import timedelta

from switchboard.channels import Secret
from switchboard.channels.messenger.send import API
from switchboard.channels.meta import credential
from switchboard.channels.meta_graph import Graph
from switchboard.channels.meta_watch import SubscriptionWatcher

FIELDS = (
    "messages",
    "messaging_postbacks",
    "message_edits",
    "message_reactions",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "messaging_referrals",
    "standby",
)


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> SubscriptionWatcher:
    """Make a watcher; `base_url` stands in for graph.facebook.com. Raises `SecretMissingError`."""
    return SubscriptionWatcher(Graph(secret, base_url or API, timeout), FIELDS, credential(secret, "app_id"))
