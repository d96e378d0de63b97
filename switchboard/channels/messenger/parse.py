"""From Meta's webhook to events; `meta_messaging` reads what Messenger and Instagram have in common."""

from switchboard.channels import Account, Request
from switchboard.channels.meta_messaging import parse_messaging
from switchboard.message import Received


def parse(request: Request, account: Account) -> list[Received]:
    """Read every event of a delivery; raises `UnparseableError` with a code that names what is wrong."""
    return parse_messaging(request, account, "messenger")
