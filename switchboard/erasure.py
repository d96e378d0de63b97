"""Forgetting a person: how far a request got, and what may stay of them. Pure.

A request is known by its code, a keyed hash of the customer's address: it names nobody to whoever has not the key, it
can't be guessed, and asking twice is asking once. When it is done the address is gone from it and a tombstone is left:
until when everything is erased, and what the customer had forbidden us, which must outlive them (rule SEC-16).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from switchboard.consent import Consent
from switchboard.instant import Instant

SETTLING = timedelta(minutes=2)
"""After it began, an erasure looks once more: by then every process that was just writing has ended."""

_CODE_LENGTH = 32
"""Hexadecimal digits: 128 bits."""


class State(StrEnum):
    """How far a request got."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked, and when. `by` is `agent:<id>`, `provider:<account>`, `link:<code>` or `restore`."""

    by: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How much there was to erase."""

    conversations: int = 0
    messages: int = 0
    files: int = 0
    left_at_provider: int = 0
    """Messages that the provider refuses to delete for good: it deletes them by its own rules."""

    def __or__(self, other: "Found") -> "Found":
        """The larger of each: a look that was interrupted is repeated and finds only the rest."""
        return Found(
            conversations=max(self.conversations, other.conversations),
            messages=max(self.messages, other.messages),
            files=max(self.files, other.files),
            left_at_provider=max(self.left_at_provider, other.left_at_provider),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A request to erase a customer, and in the end the tombstone."""

    code: str
    state: State
    asked: tuple[Asked, ...]
    address: str | None = None
    """The customer's contact, `{channel}:{address}`; absent once it is done."""
    customer_ids: tuple[str, ...] = ()
    """Whose conversations go; absent once it is done."""
    until: Instant | None = None
    """What was there until then goes and stays gone."""
    done_at: Instant | None = None
    found: Found = Found()
    consents: Mapping[str, Consent] = field(default_factory=dict)
    """What the customer had forbidden, by account: in force again as soon as they write."""
    undeliverable: str | None = None
    """Why nothing may be sent to the address, where that was known."""
    revision: int = 1


def code_of(address: str, pepper: bytes) -> str:
    """The code of a contact, `{channel}:{address}`."""
    return hmac.digest(pepper, address.encode("utf-8", "replace"), sha256).hex()[:_CODE_LENGTH]


def is_code(text: str) -> bool:
    """Whether this could be a code at all."""
    return len(text) == _CODE_LENGTH and set(text) <= set("0123456789abcdef")


def ask(known: Erasure | None, code: str, address: str, asked: Asked) -> Erasure:
    """What a request becomes when somebody asks for it, perhaps again: what came meanwhile goes, too.

    The tombstone of an earlier one stays. The same asker is noted once per erasure, however often a provider repeats.
    """
    if known is None:
        return Erasure(code=code, state=State.ASKED, asked=(asked,), address=address)
    if known.state is State.DONE:
        return replace(known, state=State.ASKED, asked=(*known.asked, asked), address=address, found=Found())
    is_noted = asked.by in {each.by for each in known.asked if known.done_at is None or each.at > known.done_at}
    return replace(known, state=State.ASKED, asked=known.asked if is_noted else (*known.asked, asked))


def revive(known: Erasure, address: str, at: datetime) -> Erasure:
    """A backup brought back what had been erased: the same is to go again, and nothing that came since."""
    asked = Asked(by="restore", at=at)
    return replace(known, state=State.RUNNING, asked=(*known.asked, asked), address=address)


def begin(erasure: Erasure, at: datetime) -> Erasure:
    """Everything that is there now is to go."""
    return replace(erasure, state=State.RUNNING, until=at) if erasure.state is State.ASKED else erasure


def identify(erasure: Erasure, customer_id: str, consents: Mapping[str, Consent], reason: str | None) -> Erasure:
    """Remember whose conversations go, and what the customer had forbidden, before their contact goes."""
    forbidden = {account: consent for account, consent in consents.items() if not consent.allows_automation}
    lifted = {account: consent for account, consent in erasure.consents.items() if account not in consents}
    return replace(
        erasure,
        customer_ids=tuple(dict.fromkeys((*erasure.customer_ids, customer_id))),
        consents={**lifted, **forbidden},
        undeliverable=reason,
    )


def is_over(erasure: Erasure, at: datetime) -> bool:
    """Whether this look at it was the last one needed."""
    return erasure.until is not None and at - erasure.until >= SETTLING


def finish(erasure: Erasure, at: datetime) -> Erasure:
    """Nothing is left but the tombstone."""
    return replace(erasure, state=State.DONE, done_at=at, address=None, customer_ids=())


def covers(erasure: Erasure, at: datetime) -> bool:
    """Whether what is of this time belongs to what is erased."""
    return erasure.until is not None and at <= erasure.until


def is_stale(erasure: Erasure, received_at: datetime, sent_at: datetime | None) -> bool:
    """Whether a message is a late copy of one from before the erasure.

    `sent_at` is the network's time, never one that the sender chose. Some networks tell whole seconds: the message may
    be as late as the end of that second, and what may be new is not lost.
    """
    if sent_at is not None and sent_at.microsecond == 0:
        sent_at += timedelta(seconds=1)
    return covers(erasure, min(received_at, sent_at) if sent_at else received_at)
