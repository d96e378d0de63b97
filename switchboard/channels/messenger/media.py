"""Files of Messenger's messages: at URLs of Meta's CDN that expire and want no credentials (rule FB-5)."""

from collections.abc import Mapping

from switchboard.channels.media import MEGABYTE, Ask, Download, Remote


def locate(reference: str, _secret: Mapping[str, str], _ask: Ask) -> Download:
    """The file itself."""
    return Download(reference)


MEDIA = Remote(hosts=("*.fbcdn.net", "*.fbsbx.com"), limit=25 * MEGABYTE, locate=locate)
