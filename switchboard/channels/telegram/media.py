"""Files of Telegram's messages, in two steps.

https://core.telegram.org/bots/api#getfile. The id gives a path, good for an hour. Bots get no file over 20 MB. The
token stands in both URLs, so no URL may reach an error or a log (rule TG-1).
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from switchboard.channels.media import MEGABYTE, Answer, Ask, Download, Remote, require
from switchboard.channels.payload import child, number, read_object, text
from switchboard.channels.telegram.credentials import credential
from switchboard.errors import MediaRefusedError, SecretMissingError, UnparseableError

LIMIT = 20 * MEGABYTE
_API = "https://api.telegram.org"
_REFERENCE = re.compile(r"telegram-file:([0-9A-Za-z_-]{1,300})")
_PATH = re.compile(r"[^/.][^/]*(/[^/.][^/]*)*")
"""No step in it leads upwards."""


def locate(reference: str, secret: Mapping[str, str], ask: Ask) -> Download:
    """Ask the Bot API where the file is."""
    token = credential(secret, "token")
    if token is None:
        raise SecretMissingError("this account's secret needs the bot's token")
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise MediaRefusedError("unreadable")
    path = _path(ask(Download(f"{_API}/bot{token}/getFile?{urlencode({'file_id': found[1]})}")))
    return Download(f"{_API}/file/bot{token}/{quote(path)}")


def _path(answer: Answer) -> str:
    try:
        document = read_object(answer.body)
    except UnparseableError:
        document = {}
    if "file is too big" in text(document, "description"):
        raise MediaRefusedError("too_large")
    require(answer.status)
    file = child(document, "result")
    if (number(file, "file_size") or 0) > LIMIT:
        raise MediaRefusedError("too_large")
    path = text(file, "file_path")
    if not _PATH.fullmatch(path):
        raise MediaRefusedError("unreadable")
    return path


MEDIA = Remote(hosts=("api.telegram.org",), limit=LIMIT, locate=locate)
