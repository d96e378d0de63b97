"""Whether a number may text people in the United States (rule TW-12).

Carriers drop texts from numbers that nobody registered: 30034 for a long code without a 10DLC campaign, 30032 for a
toll-free number that isn't verified. https://www.twilio.com/docs/messaging/compliance/a2p-10dlc
"""

import re

from switchboard.policy import Registration

_TOLL_FREE = re.compile(r"\+1(?:800|888|877|866|855|844|833)\d{7}")
_NORTH_AMERICAN = re.compile(r"\+1\d{10}")
_SHORT_CODE = re.compile(r"\d{5,6}")
_REMEDY = {
    "10dlc": "register a 10DLC campaign for it at Twilio",
    "toll-free": "have it verified at Twilio",
    "short-code": "have the short code approved",
}


def required_registration(address: str) -> Registration | None:
    """Return how a sender of this kind must be registered; None where there is no such rule.

    All of +1 counts, the Caribbean and Canada too: what matters is that people in the United States are texted.
    """
    if _TOLL_FREE.fullmatch(address):
        return "toll-free"
    if _NORTH_AMERICAN.fullmatch(address):
        return "10dlc"
    return "short-code" if _SHORT_CODE.fullmatch(address) else None


def objection(address: str, registration: Registration | None) -> str | None:
    """Return what is wrong with what the policy says of an address, and the remedy; None if nothing is."""
    required = required_registration(address)
    if required is None or registration == required:
        return None
    return f"carriers drop texts from this sender unless it is registered: {_REMEDY[required]}, then say {required}"
