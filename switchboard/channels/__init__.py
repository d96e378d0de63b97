"""What a channel is, and which there are.

One folder here is one channel: `parse.py`, `verify.py`, `send.py`, `README.md` and `samples/`. Its `__init__.py` names
a `CHANNEL`; the folder is the registration, there is no list to edit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, Protocol, TypeAlias

from switchboard.message import Outgoing, Received, Sent

Secret: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook call as the provider signed it.

    `url` is built from configuration and the raw query string, never from a Host header (rule X-11); `body` is the
    exact bytes (rule X-10); header names are lower-case.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """Our end of a channel: the key in the policy, and the address that customers write to."""

    key: str
    address: str


class Sender(Protocol):
    """Delivers to the provider. The only part of a channel that may import a vendor's SDK."""

    def send(self, outgoing: Outgoing) -> Sent:
        """Send once; raise a `SendError` that says whether anything may have been sent."""

    def find(self, outgoing: Outgoing, since: datetime) -> Sequence[Sent]:
        """Ask the provider which messages like this it has taken since; for sends whose result is unknown."""


def _anybody(_address: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Channel:
    """Everything the rest of the system needs to know of a channel.

    `verify(request, account, secrets)` returns whether the provider signed this request for this account with one of
    the secrets (current and previous); it never raises. `parse(request, account)` returns every event in a verified
    delivery or raises `UnparseableError`. `connect(secret, base_url, timeout)` returns a sender and imports the
    vendor's SDK only then. `body_limit` is in bytes, `text_limit` in characters.
    """

    name: str
    body_limit: int
    text_limit: int
    verify: Callable[[Request, Account, Sequence[Secret]], bool]
    parse: Callable[[Request, Account], list[Received]]
    connect: Callable[[Secret, str | None, timedelta], Sender]
    answer: Mapping[str, str]
    answer_body: str
    transport: Literal["sms", "social", "email"] = "social"
    handshake: Callable[[Request, Account, Sequence[Secret]], str | None] | None = None
    """What to answer a GET by which a provider asks whether a webhook is ours; None refuses."""
    text_length: Callable[[str], int] = len
    """How the channel counts `text_limit`: in characters unless it says bytes or UTF-16 units."""
    on_unknown: Literal["find", "repeat", "leave"] = "leave"
    """What to do about a send whose result is unknown: ask the provider, send again (it knows a copy by our key), or
    leave it: a missing answer is seen by its agent, a second one by the customer."""
    window: timedelta | None = None
    """How long after a customer's last message they may be written to freely; None is without end."""
    is_reachable: Callable[[str], bool] = _anybody
    """Whether an address can be answered at all: short codes and senders' names can't."""

    def path(self, account: str) -> str:
        """Where providers call for an account: part of what they sign."""
        return f"/sms/{account}" if self.transport == "sms" else f"/social/{self.name}/{account}"


@cache
def all_channels() -> Mapping[str, Channel]:
    """Every channel by name: each folder of this package holds one."""
    names = [found.name for found in iter_modules(__path__) if found.ispkg]
    return {name: import_module(f"{__name__}.{name}").CHANNEL for name in names}


def channel(name: str) -> Channel:
    """The channel of that name, importing no other; raises `KeyError` if there is no such folder."""
    try:
        found = import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        raise KeyError(name) from error
    return found.CHANNEL  # type: ignore[no-any-return]  # a module's attribute is untyped by nature
