"""Our ids as tags of a mail that we send: SES gives them back with everything that becomes of it.

A tag's value is 1 to 256 of `A-Za-z0-9_-`
(https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html). Any other character of an id, and `_`
itself, is written as its bytes in UTF-8, each as `_` and two hexadecimal digits, so that the id can be read back.
"""

import re

LONGEST = 256

_ESCAPED = re.compile(rb"[^A-Za-z0-9-]")
_ESCAPE = re.compile(rb"_([0-9a-f]{2})")
_VALUE = re.compile(rf"(?:[A-Za-z0-9-]|_[0-9a-f]{{2}}){{1,{LONGEST}}}")


def encode(identifier: str) -> str | None:
    """Return an id as a tag's value; None for one that a tag can't hold: cut, it would name something else.

    >>> encode("acme-mail.k3j.1")
    'acme-mail_2ek3j_2e1'
    """
    value = _ESCAPED.sub(lambda found: b"_%02x" % found[0][0], identifier.encode()).decode()
    return value if 0 < len(value) <= LONGEST else None


def decode(value: str) -> str | None:
    """Return the id that `encode` was given; None for a value that it can't have made."""
    if not _VALUE.fullmatch(value):
        return None
    try:
        return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), value.encode()).decode()
    except UnicodeDecodeError:
        return None
