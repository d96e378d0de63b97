"""Files that customers send: where a channel keeps them, and how they are asked for. Nothing here does I/O.

A network's own knowledge (hosts, credentials, steps) stands in the `media.py` of its folder. Who asks is
`switchboard.web`, which goes to no other host than those named here (rule SEC-8).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

from switchboard.errors import MediaRefusedError, MediaUnavailableError

MEGABYTE = 1_000_000

_COME_AGAIN = {
    HTTPStatus.ACCEPTED,  # LINE is still preparing it
    HTTPStatus.UNAUTHORIZED,  # the secret may have been rotated a moment ago
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_GONE = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
"""403 too: what CDNs say of a URL that has expired."""


@dataclass(frozen=True, slots=True)
class Download:
    """One GET. `headers` are credentials: they go to the URL's own host and not along with a redirect to another."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network's API says to a question on the way to a file."""

    status: int
    body: bytes


Ask: TypeAlias = Callable[[Download], Answer]
"""Puts one question to the network, under the same guard as the file itself."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Files that the network keeps.

    `hosts` are all that may be connected to, each a name or `*.` and the end of one; `limit` is in bytes.
    `locate(reference, secret, ask)` says where a file is: the reference is its `Attachment.url`. It raises
    `MediaRefusedError`, `MediaUnavailableError` or `SecretMissingError`.
    """

    hosts: tuple[str, ...]
    limit: int
    locate: Callable[[str, Mapping[str, str], Ask], Download]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Files that came within the delivery: `files(raw)` takes them out of its raw bytes, as its event lists them."""

    files: Callable[[bytes], Sequence[bytes]]


Media: TypeAlias = Remote | Enclosed


def require(status: int) -> None:
    """Go on only with a success; raises `MediaUnavailableError` where coming again may help, `MediaRefusedError`."""
    if status == HTTPStatus.OK:
        return
    if status in _COME_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise MediaUnavailableError(f"the network answered {status}: it is asked again later")
    raise MediaRefusedError("gone" if status in _GONE else "refused")
