"""Whether Meta signed a request, and for this phone number."""

from collections.abc import Sequence

from switchboard.channels import Account, Request, Secret
from switchboard.channels.meta import entries, is_from, is_signed
from switchboard.channels.payload import child, ident, items

__all__ = ["addresses", "is_signed", "verify"]


def verify(request: Request, account: Account, secrets: Sequence[Secret]) -> bool:
    """Tell whether one of the secrets signed this and it is for our number's id, or for no number."""
    return is_from(request, account, secrets, addresses)


def addresses(request: Request) -> frozenset[str]:
    """Which of our phone numbers' ids a delivery is for; none where it can't be read or is about the business."""
    changes = [child({"": change}, "") for entry in entries(request) for change in items(entry, "changes")]
    return frozenset(found for change in changes if (found := ident(child(change, "value", "metadata"), _NUMBER)))


_NUMBER = "phone_number_id"
