"""Files of LINE's messages: at its API, with the token, until LINE deletes them.

https://developers.line.biz/en/reference/messaging-api/#get-content. A file that LINE doesn't keep has its sender's own
URL: it gets no token, and is only fetched if it is at one of LINE's hosts (rule LN-6).
"""

import re
from collections.abc import Mapping

from switchboard.channels.line.credentials import credential
from switchboard.channels.media import MEGABYTE, Ask, Download, Remote
from switchboard.errors import SecretMissingError

_API = "https://api-data.line.me/v2/bot/message"
_REFERENCE = re.compile(r"line-content:([0-9A-Za-z_-]{1,100})")


def locate(reference: str, secret: Mapping[str, str], _ask: Ask) -> Download:
    """The content of the message, or the sender's own URL."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return Download(reference)
    token = credential(secret, "channel_access_token")
    if token is None:
        raise SecretMissingError("this account's secret needs channel_access_token")
    return Download(f"{_API}/{found[1]}/content", {"authorization": f"Bearer {token}"})


MEDIA = Remote(hosts=("api-data.line.me",), limit=100 * MEGABYTE, locate=locate)
