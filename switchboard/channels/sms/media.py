"""Pictures and other files of text messages.

https://www.twilio.com/docs/messaging/api/media-resource. The message has a file's URL at api.twilio.com, which wants
our credentials and redirects to a URL of the CDN that lives for hours and wants none.
"""

import base64
from collections.abc import Mapping

from switchboard.channels.media import MEGABYTE, Ask, Download, Remote
from switchboard.channels.sms.credentials import credential
from switchboard.errors import SecretMissingError

_API = "https://api.twilio.com/"


def locate(reference: str, secret: Mapping[str, str], _ask: Ask) -> Download:
    """The file itself, with our credentials if it is asked of the API."""
    if not reference.startswith(_API):
        return Download(reference)
    user, password = credential(secret, "api_key"), credential(secret, "api_key_secret")
    if user is None or password is None:
        user, password = credential(secret, "account_sid"), credential(secret, "auth_token")
    if user is None or password is None:
        raise SecretMissingError("this account's secret needs api_key with api_key_secret, or auth_token")
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Download(reference, {"authorization": f"Basic {token}"})


MEDIA = Remote(
    hosts=("api.twilio.com", "mms.twiliocdn.com", "media.twiliocdn.com"),
    limit=16 * MEGABYTE,
    locate=locate,
)
