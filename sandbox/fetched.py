"""Files that we send: a provider fetches each from the URL that it is given, and a phone shows it."""

import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote, urlsplit

import httpx

LONGEST_URL = 2048
_STAR = re.compile(r"filename\*=UTF-8''([^;]+)")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it came from its URL."""

    name: str
    content_type: str
    content: bytes


class UnfetchedError(Exception):
    """A URL that gives no file, or a larger one than the provider takes."""


def is_url(url: object) -> bool:
    """Whether a provider would ask there: by https, or on this machine."""
    parts = urlsplit(url) if isinstance(url, str) and len(url) <= LONGEST_URL else urlsplit("")
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname == "127.0.0.1")


async def fetch(client: httpx.AsyncClient, url: str, limit: int) -> Fetched:
    """Get a file as providers do, who follow redirects; raises `UnfetchedError`."""
    try:
        answer = await client.get(url, follow_redirects=True)
    except httpx.HTTPError as error:
        raise UnfetchedError("nobody answered") from error
    if not answer.is_success or len(answer.content) > limit:
        raise UnfetchedError(f"answered {answer.status_code}, {len(answer.content)} bytes")
    content_type = answer.headers.get("content-type", "").partition(";")[0]
    return Fetched(_name(answer.headers.get("content-disposition", "")), content_type, answer.content)


def _name(disposition: str) -> str:
    if found := _STAR.search(disposition):
        return unquote(found.group(1))
    header = Message()
    header["content-disposition"] = disposition
    return header.get_filename() or "file"
