"""GET, guarded: each hop is checked, the name is looked up once, and that very address is connected to (rule SEC-8).

No proxy of the environment, no cookies, no decompression, no connection that is used twice. Errors carry codes only: a
URL may hold a token.
"""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, Protocol, TypeAlias
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from switchboard.channels.media import Download
from switchboard.errors import MediaRefusedError, MediaUnavailableError
from switchboard.web.guard import Target, check, choose

MOST_REDIRECTS = 3
STEP_SECONDS = 10.0
"""To connect, and for each wait for bytes."""
TOTAL_SECONDS = 35.0
"""For all of it, however steadily bytes drip."""
_BLOCK = 64 * 1024
_REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}
logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # its warnings show URLs
_HEADERS = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "switchboard"}


class Reply(Protocol):
    """What is used of urllib3's response."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def read1(self, amt: int, /) -> bytes: ...
    def close(self) -> None: ...


Request: TypeAlias = Callable[[Target, Mapping[str, str]], Reply]
"""Asks for what has passed the checks; nothing is read yet but the head."""


def resolve(host: str) -> list[str]:
    """Every address of a name; raises `MediaUnavailableError`."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        raise MediaUnavailableError("the network's name has no address now") from None
    return [str(entry[4][0]) for entry in found]


def connect(
    address: str,
    target: Target,
    headers: Mapping[str, str],
    port: int = 443,
    trusted: ssl.SSLContext | None = None,  # None is what the system trusts
) -> Reply:
    """Ask over TLS: connected to the address, with the host's name in SNI and in the certificate."""
    pool = urllib3.HTTPSConnectionPool(
        address,
        port,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
        ssl_context=trusted,
        timeout=urllib3.Timeout(STEP_SECONDS),
    )
    return _get(pool, target.path, {**headers, "host": target.host})


@dataclass(frozen=True, slots=True)
class Internet:
    """The networks themselves: a `Request` that looks a name up once and connects to the very address it checked."""

    resolve: Callable[[str], Sequence[str]] = resolve
    connect: Callable[[str, Target, Mapping[str, str]], Reply] = connect

    def __call__(self, target: Target, headers: Mapping[str, str]) -> Reply:
        return self.connect(choose(self.resolve(target.host)), target, headers)


@dataclass(frozen=True, slots=True)
class StandIn:
    """A double that stands for all of a network's hosts: the sandbox's `Request`."""

    base_url: str

    def __call__(self, target: Target, headers: Mapping[str, str]) -> Reply:
        base = urlsplit(self.base_url)
        pool = urllib3.HTTPConnectionPool(base.hostname or "", base.port, timeout=urllib3.Timeout(STEP_SECONDS))
        return _get(pool, base.path.rstrip("/") + target.path, headers)


@dataclass(frozen=True, slots=True)
class GuardedWeb:
    """Implements `ports.Web`."""

    request: Request = field(default_factory=Internet)
    clock: Callable[[], float] = time.monotonic
    """Seconds."""

    def get(self, download: Download, hosts: Sequence[str], limit: int, into: IO[bytes]) -> int:
        """See `ports.Web`. Redirects are followed, the credentials only to the host that they were meant for."""
        until = self.clock() + TOTAL_SECONDS
        target, headers = check(download.url, hosts), download.headers
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._ask(target, headers)
            try:
                if reply.status not in _REDIRECTS:
                    self._read(reply, limit, into, until)
                    return reply.status
                following = check(_joined(target, reply.headers.get("location", "")), hosts)
            finally:
                reply.close()
            headers = headers if following.host == target.host else {}
            target = following
            self._be_in_time(until)
        raise MediaRefusedError("too_many_redirects")

    def _ask(self, target: Target, headers: Mapping[str, str]) -> Reply:
        try:
            return self.request(target, {**_HEADERS, **headers})
        except HTTPError:
            failure = MediaUnavailableError("the network was not reached")
        raise failure  # outside of the except clause: a traceback must not show the URL

    def _read(self, reply: Reply, limit: int, into: IO[bytes], until: float) -> None:
        """Copy the body block by block: its length is what comes, whatever the head says of it."""
        length = 0
        while block := self._block(reply):
            length += len(block)
            if length > limit:
                raise MediaRefusedError("too_large")
            self._be_in_time(until)
            into.write(block)

    def _block(self, reply: Reply) -> bytes:
        """What has come so far, without waiting for more."""
        try:
            return reply.read1(_BLOCK)
        except HTTPError:
            failure = MediaUnavailableError("the network broke off")
        raise failure  # outside of the except clause, as above

    def _be_in_time(self, until: float) -> None:
        if self.clock() > until:
            raise MediaUnavailableError("the network is too slow")


def _joined(target: Target, location: str) -> str:
    try:
        return urljoin(target.url, location)
    except ValueError:
        raise MediaRefusedError("unreadable") from None


def _get(pool: urllib3.HTTPConnectionPool, path: str, headers: Mapping[str, str]) -> Reply:
    """One GET on a connection of its own."""
    return pool.urlopen(
        "GET", path, headers=headers, retries=False, redirect=False, preload_content=False, decode_content=False
    )
