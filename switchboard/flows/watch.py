"""The watchdog: providers stop calling without a word, so each is asked whether it still does (rules X-5, MT-4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from switchboard.channels import Account, Watcher, channel
from switchboard.errors import NotFoundError, SecretMissingError, SendError, UnavailableError
from switchboard.policy import Policy

Connect: TypeAlias = Callable[[str, str], Watcher | None]
"""A watcher for a channel's name and an account's key; None where there is nothing to watch."""
Outcome: TypeAlias = Literal["kept", "restored", "lost", "unknown", "not_watched"]


@dataclass(frozen=True, slots=True)
class Seen:
    """How an account's subscription was found, and how it is left; `notes` say what was wrong, odd, or is missing."""

    channel: str
    outcome: Outcome
    notes: tuple[str, ...] = ()

    @property
    def metric(self) -> str:
        """The count that an operator watches: a lost subscription counts even if it is restored, for what it missed."""
        if self.outcome in {"lost", "restored"}:
            return "SubscriptionLost"
        return "SubscriptionUnknown" if self.outcome == "unknown" else "Watched"


def watch(account_key: str, policy: Policy, connect: Connect, public_base_url: str) -> Seen:
    """Ask an account's provider, and subscribe again where that may help. Raises `NotFoundError` for no account."""
    ours = policy.accounts.get(account_key)
    if ours is None:
        raise NotFoundError("the policy has no such account")
    account, network = Account(account_key, ours.address), channel(ours.channel)
    try:
        watcher = connect(network.name, account_key)
        if watcher is None:
            return Seen(network.name, "not_watched")
        return _compare(network.name, watcher, account, f"{public_base_url}{network.path(account_key)}")
    except SecretMissingError as error:
        return Seen(network.name, "not_watched", (str(error),))
    except SendError as error:
        return Seen(network.name, "unknown", (error.code,))
    except UnavailableError:
        return Seen(network.name, "unknown", ("unavailable",))


def _compare(name: str, watcher: Watcher, account: Account, url: str) -> Seen:
    before = watcher.look(account, url)
    if not before.wrong:
        return Seen(name, "kept", before.odd)
    if not before.can_mend:
        return Seen(name, "lost", (*before.wrong, *before.odd))
    watcher.subscribe(account, url)
    after = watcher.look(account, url)
    return Seen(name, "lost" if after.wrong else "restored", (*before.wrong, *before.odd))
