"""Which addresses can be answered."""

import re

from switchboard.channels.sms.networks import network_of

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")


def is_reachable(address: str) -> bool:
    """Tell whether this is an E.164 number or a network's address; short codes and senders' names can't be answered."""
    return _E164.fullmatch(address) is not None or network_of(address) is not None
