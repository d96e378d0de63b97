"""What a channel is, and which there are.

One folder here is one channel: `parse.py`, `verify.py`, `send.py`, `README.md`, `supports.toml` and `samples/`. Its
`__init__.py` names a `CHANNEL`; the folder is the registration, there is no list to edit. docs/adding-a-channel.md adds
one step by step.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, Protocol, TypeAlias

from switchboard.channels.files import Files
from switchboard.channels.media import Media
from switchboard.message import Attachment, ConsentChange, Message, Outgoing, Received, Sent

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


class Eraser(Protocol):
    """Deletes at the provider what it keeps of a message (rule SEC-16)."""

    def forget(self, provider_id: str) -> None:
        """Delete a message and its files there; what is gone already is done.

        Raises a `SendError`, whose `retryable` says whether trying again later may help.
        """


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer's message as the provider lists it, when it came there, and whether it has files to ask for."""

    event: Message | ConsentChange
    at: datetime
    has_files: bool = False


class History(Protocol):
    """Lists what a provider has received for us, for those whose webhooks may get lost (rule X-3)."""

    def received(self, account: Account, since: datetime, until: datetime) -> Iterable[Listed]:
        """The events that the webhooks of that time made or would have made, without files, in any order.

        Raises a `SendError` if the provider can't be asked.
        """

    def files(self, provider_id: str) -> tuple[Attachment, ...]:
        """A message's files, by reference; raises the same."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a watchdog saw of the subscription by which an account's messages reach us, as codes (rule X-5)."""

    wrong: tuple[str, ...] = ()
    """What keeps messages from reaching us."""
    odd: tuple[str, ...] = ()
    """What a person should know, though messages arrive."""
    can_mend: bool = True
    """Whether subscribing again may help: not where somebody chose otherwise, or only a console can."""


class Watcher(Protocol):
    """Asks a provider whether it still calls us, and subscribes again."""

    def look(self, account: Account, url: str) -> Look:
        """Compare the subscription with what it should be: all our kinds of events, to `url`. Raises a `SendError`."""

    def subscribe(self, account: Account, url: str) -> None:
        """Subscribe again; raises a `SendError`."""


def _anybody(_address: str) -> bool:
    return True


def _always(_ours: str) -> timedelta | None:
    return None


def _as_links(_ours: str, _theirs: str) -> Files:
    return Files(taken={})


def _unwritten(_ours: str, _text: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Channel:
    """Everything the rest of the system needs to know of a channel; docs/adding-a-channel.md shows the fields."""

    name: str
    """The folder's name, which stands in the webhook's URL and in the policy."""
    body_limit: int
    """The largest delivery that the provider makes, in bytes; a larger one is refused (rule SEC-4)."""
    text_limit: int
    """The longest text that the provider takes, as `text_length` counts it."""
    verify: Callable[[Request, Account, Sequence[Secret]], bool]
    """Whether the provider signed this request for this account with one of the secrets (current and previous); it
    never raises."""
    parse: Callable[[Request, Account], list[Received]]
    """Every event in a verified delivery; raises `UnparseableError` if it can't be read."""
    connect: Callable[[Secret, str | None, timedelta], Sender]
    """Makes a sender that waits so long for the network, at the base URL if there is one instead of the provider's own;
    imports the vendor's SDK only then. Raises `SecretMissingError`."""
    answer: Mapping[str, str]
    """The headers of a 200."""
    answer_body: str
    """The body of a 200."""
    transport: Literal["sms", "social", "email"] = "social"
    """Which function takes its deliveries."""
    handshake: Callable[[Request, Account, Sequence[Secret]], str | None] | None = None
    """What to answer a GET by which a provider asks whether a webhook is ours; None refuses."""
    text_length: Callable[[str], int] = len
    """How the channel counts `text_limit`: in characters unless it says bytes or UTF-16 units."""
    on_unknown: Literal["find", "repeat", "leave"] = "leave"
    """What to do about a send whose result is unknown: ask the provider, send again (it knows a copy by our key), or
    leave it: a missing answer is seen by its agent, a second one by the customer."""
    window_of: Callable[[str], timedelta | None] = _always
    """How long after a customer's last message they may be written to freely from this address of ours; None is
    without end."""
    discloses: bool = False
    """Whether a machine must say that it is one (rule FB-2)."""
    is_reachable: Callable[[str], bool] = _anybody
    """Whether an address can be answered at all: short codes and senders' names can't."""
    compose: Callable[[str, str], str | None] = _unwritten
    """A link by which a customer's device writes this text to this address of ours; None where there is none."""
    identity: Callable[[str], str] = str
    """The form of an address by which two are one: for identity, never for display or for sending."""
    watch: Callable[[Secret, str | None, timedelta], Watcher] | None = None
    """Makes a watcher of the account's subscription; None where the provider can't take it away."""
    whom_to_erase: Callable[[bytes, Sequence[Secret]], str | None] | None = None
    """The address that a network's deletion callback is about; None if the network did not sign it (rule MT-5)."""
    media: Media | None = None
    """Where customers' files are; None where there can't be any."""
    files_of: Callable[[str, str], Files] = _as_links
    """What files may be sent from this address of ours to this customer's; what isn't taken as a file is a link."""
    known_as: Callable[[str], str] = str
    """Our name for a message that the network's events call by this id: a mail of ours has SES's."""

    forget: Callable[[Secret, str | None, timedelta], Eraser] | None = None
    """As `connect`, what deletes at the provider; None where nothing can be deleted there."""
    history: Callable[[Secret, str | None, timedelta], History] | None = None
    """As `connect`, what lists what the provider received; None where it keeps no list, or repeats for long enough."""

    def contact(self, address: str) -> str:
        """The key of whoever has this address, over all channels."""
        return f"{self.name}:{self.identity(address)}"

    def path(self, account: str) -> str:
        """Where providers call for an account: part of what they sign."""
        return f"/sms/{account}" if self.transport == "sms" else f"/social/{self.name}/{account}"

    def caught_path(self, account: str) -> str:
        """Where a provider calls instead if it could not reach us at `path`: also part of what it signs (rule X-3)."""
        return f"/caught{self.path(account)}"


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
