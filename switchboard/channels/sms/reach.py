"""Which numbers can be answered."""

import re

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")


def is_reachable(address: str) -> bool:
    """Tell whether an address looks like an E.164 number; short codes and alphanumeric senders can't be answered."""
    return _E164.fullmatch(address) is not None
