"""What may be connected to: https, a listed host, and an address of the public internet (rule SEC-8). Pure.

https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html. A URL is taken
apart here, strictly, and put together again: so no other parser can read another host out of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from switchboard.errors import MediaRefusedError

LONGEST_URL = 4096

_URL = re.compile(r"https://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::443)?", re.IGNORECASE)
_PRINTABLE = re.compile(r"[!-~]+")

_NOT_PUBLIC = tuple(  # https://www.iana.org/assignments/iana-ipv4-special-registry
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
_PUBLIC_6 = ip_network("2000::/3")
"""All that is assigned for use. IPv4 in disguise (mapped, NAT64), local, link-local and multicast are outside."""
_NOT_PUBLIC_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
"""Within it: Teredo and other protocols', examples, 6to4, AS112, examples."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked: its host, in lower case, and the path with its query."""

    host: str
    path: str

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"


def check(url: str, hosts: Sequence[str]) -> Target:
    """Take a URL apart; raises `MediaRefusedError` unless it is https at one of the hosts and nothing else.

    A host is a name, or `*.` and the end of one, which then starts at a dot.
    """
    if len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url):
        raise MediaRefusedError("unreadable")
    found = _URL.fullmatch(url)
    if found is None:
        raise MediaRefusedError("not_https")
    authority = _AUTHORITY.fullmatch(found["authority"])
    if authority is None or not _is_listed(authority["host"].lower(), hosts):
        raise MediaRefusedError("host_not_allowed")
    return Target(authority["host"].lower(), (found["path"] or "/") + (found["query"] or ""))


def choose(addresses: Sequence[str]) -> str:
    """The address to connect to, IPv4 first; raises `MediaRefusedError` if any of a host's is not public.

    One that is not says that somebody plays with the name, and the others are not to be trusted either.
    """
    known = sorted(map(_public, addresses), key=lambda address: address.version)
    if not known:
        raise MediaRefusedError("address_not_allowed")
    return str(known[0])


def _is_listed(host: str, hosts: Sequence[str]) -> bool:
    return any(host.endswith(listed[1:]) if listed.startswith("*.") else host == listed for listed in hosts)


def _public(text: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(text)
    except ValueError:
        raise MediaRefusedError("address_not_allowed") from None
    if not _is_public(address):
        raise MediaRefusedError("address_not_allowed")
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)
