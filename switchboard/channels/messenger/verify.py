"""Whether Meta signed a request, and for this account."""

from collections.abc import Sequence

from switchboard.channels import Account, Request, Secret
from switchboard.channels.meta import entry_ids as addresses
from switchboard.channels.meta import is_from, is_signed

__all__ = ["addresses", "is_signed", "verify"]


def verify(request: Request, account: Account, secrets: Sequence[Secret]) -> bool:
    """Tell whether one of the secrets signed this and it has an entry of our page."""
    return is_from(request, account, secrets, addresses)
