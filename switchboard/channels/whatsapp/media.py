"""Files of WhatsApp messages, in two steps (rule WA-9).

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media. The id is good for days and gives a URL that
is good for five minutes, so the two are asked for at once; both want the token.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from switchboard.channels.media import MEGABYTE, Answer, Ask, Download, Remote, require
from switchboard.channels.meta import VERSION, appsecret_proof, credential
from switchboard.channels.payload import child, ident, read_object, text
from switchboard.errors import MediaRefusedError, MediaUnavailableError, SecretMissingError, UnparseableError

_API = "https://graph.facebook.com"
_REFERENCE = re.compile(r"whatsapp-media:([0-9A-Za-z_.-]{1,200})")
_COME_AGAIN = {"4", "17", "190", "80007", "130429", "131016"}
"""Too much for Meta, or a token that may have been rotated a moment ago: said with a 400 as well."""


def locate(reference: str, secret: Mapping[str, str], ask: Ask) -> Download:
    """Ask the Graph API where the file is."""
    token, app_secret = credential(secret, "access_token"), credential(secret, "app_secret")
    if token is None or app_secret is None:
        raise SecretMissingError("this account's secret needs app_secret and access_token")
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise MediaRefusedError("unreadable")
    headers = {"authorization": f"Bearer {token}"}
    proof = urlencode({"appsecret_proof": appsecret_proof(token, app_secret)})
    return Download(_url(ask(Download(f"{_API}/{VERSION}/{found[1]}?{proof}", headers))), headers)


def _url(answer: Answer) -> str:
    try:
        document = read_object(answer.body)
    except UnparseableError:
        document = {}
    if ident(child(document, "error"), "code") in _COME_AGAIN:
        raise MediaUnavailableError("Meta does not answer this now: it is asked again later")
    require(answer.status)
    return text(document, "url")


MEDIA = Remote(hosts=("graph.facebook.com", "lookaside.fbsbx.com"), limit=100 * MEGABYTE, locate=locate)
