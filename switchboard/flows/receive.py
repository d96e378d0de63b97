"""Ingest: a provider's delivery is verified, normalised and durable on the bus before it is answered."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from switchboard.channels import Account, Channel, Request, Secret
from switchboard.errors import BusRefusedError, SecretMissingError, UnavailableError, UnparseableError
from switchboard.events import Event, MessageQuarantined, MessageReceived
from switchboard.message import DeliveryReport, DeliveryStatus, Received, Unhandled
from switchboard.policy import Policy
from switchboard.ports import Bus, Clock, RawStore, Secrets

_PUZZLING = {"malformed", "other_account"}
_PASSING = {DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.SENT}
"""Reports that tell nothing the sender does not know: answered, not forwarded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer, and why, as a code for logs and metrics."""

    status: HTTPStatus
    outcome: str
    events: int = 0
    body: str | None = None
    """What to answer where it isn't the channel's usual answer."""

    @property
    def metric(self) -> str:
        """The count that an operator watches; a wrong signature has its own (rule X-6)."""
        if self.outcome == "unverified":
            return "SignatureFailed"
        return "Received" if self.status is HTTPStatus.OK else "Refused"


FAILED = Verdict(HTTPStatus.SERVICE_UNAVAILABLE, "failed")
"""Something broke that should not: nothing is kept, and the provider comes again."""


def receive(
    request: Request,
    account_key: str,
    *,
    channel: Channel,
    policy: Policy,
    secrets: Secrets,
    bus: Bus,
    raw: Callable[[], RawStore],
    clock: Clock,
) -> Verdict:
    """Take a webhook call (rules X-1, X-2): nothing is kept of what isn't verified, nothing lost of what is."""
    known = policy.accounts.get(account_key)
    if known is None or known.channel != channel.name:
        return Verdict(HTTPStatus.FORBIDDEN, "unknown_account")
    account = Account(account_key, known.address)
    try:
        if request.method == "GET" and channel.handshake:
            return _shake_hands(channel.handshake(request, account, secrets.of(account.key)))
        return _refuse(request, account, channel, secrets) or _take(request, account, channel, bus, raw, clock())
    except BusRefusedError:
        return Verdict(HTTPStatus.SERVICE_UNAVAILABLE, "bus_refused")
    except UnavailableError:
        return Verdict(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
    except SecretMissingError:
        return Verdict(HTTPStatus.FORBIDDEN, "unverified")


def catch(request: Request, channel: Channel, keep: Callable[[Request], None]) -> Verdict:
    """Keep a webhook call unread, for whoever verifies it later (rule X-3)."""
    if refusal := _refuse_unread(request, channel):
        return refusal
    try:
        keep(request)
    except UnavailableError:
        return Verdict(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
    return Verdict(HTTPStatus.OK, "caught")


def _shake_hands(challenge: str | None) -> Verdict:
    if challenge is None:
        return Verdict(HTTPStatus.FORBIDDEN, "unverified")
    return Verdict(HTTPStatus.OK, "handshake", body=challenge)


def _refuse(request: Request, account: Account, channel: Channel, secrets: Secrets) -> Verdict | None:
    if refusal := _refuse_unread(request, channel):
        return refusal
    if not _is_verified(request, account, channel, secrets):
        return Verdict(HTTPStatus.FORBIDDEN, "unverified")
    return None


def _refuse_unread(request: Request, channel: Channel) -> Verdict | None:
    if request.method not in {"POST", "GET"}:
        return Verdict(HTTPStatus.METHOD_NOT_ALLOWED, "wrong_method")
    if len(request.body) > channel.body_limit:
        return Verdict(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "oversize")
    return None


def _take(
    request: Request, account: Account, channel: Channel, bus: Bus, raw: Callable[[], RawStore], now: datetime
) -> Verdict:
    reading = read(request, account, channel, now)
    events: list[Event] = list(reading.events)
    if reading.puzzle:
        events.append(_quarantine(request, account, channel, reading.puzzle, raw(), now))
    if events:
        bus.publish(events)
    return Verdict(HTTPStatus.OK, reading.outcome, len(reading.events))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a verified delivery comes to: its events, what it was, and why a person should look at it, as codes."""

    outcome: str
    events: Sequence[MessageReceived] = ()
    puzzle: str | None = None


def read(request: Request, account: Account, channel: Channel, at: datetime) -> Reading:
    """Read a delivery that is known to be the provider's."""
    try:
        received = channel.parse(request, account)
    except UnparseableError as error:
        return Reading(f"quarantined:{error.reason}", puzzle=error.reason)
    return Reading(
        received[0].kind if received else "empty",
        [MessageReceived(at=at, message=message) for message in received if _tells(message)],
        "element_not_understood" if any(_is_puzzling(message) for message in received) else None,
    )


def _is_puzzling(message: Received) -> bool:
    """An element that a person should look at: it can't be read, or is for another account (rules X-8, SEC-13)."""
    return isinstance(message, Unhandled) and not _PUZZLING.isdisjoint(message.flags)


def _tells(message: Received) -> bool:
    """Whether anybody further on has to know.

    Not of progress that the sender knows of, of what needs nothing done, or of what is said in groups.
    """
    if isinstance(message, DeliveryReport):
        return message.delivery.status not in _PASSING
    if "group" in message.flags or "other_account" in message.flags:
        return False
    if isinstance(message, Unhandled) and message.kind == "system":
        return len(message.from_mailboxes) > 1  # somebody's number or id changed
    return not isinstance(message, Unhandled) or message.kind in {"echo", "block", "unblock"}


def _is_verified(request: Request, account: Account, channel: Channel, secrets: Secrets) -> bool:
    """Try the secrets at hand; on failure once more with fresh ones, in case they were rotated (rule SEC-12)."""

    def holds() -> bool:
        try:
            known: list[Secret] = list(secrets.of(account.key))
        except SecretMissingError:
            return False
        return channel.verify(request, account, known)

    return holds() or (secrets.refresh(account.key) and holds())


def _quarantine(
    request: Request, account: Account, channel: Channel, reason: str, raw: RawStore, now: datetime
) -> MessageQuarantined:
    """Keep the raw bytes first, then say where: a redelivery of the same bytes is the same item.

    What a GET says stands in its query: that is kept in place of a body.
    """
    quarantine_id = hashlib.sha256(request.body or request.url.encode()).hexdigest()[:32]
    key = f"quarantine/{account.key}/{quarantine_id}"
    query = urlsplit(request.url).query
    kept = request.body or query.encode("utf-8", "surrogateescape")
    raw.keep(key, kept)
    return MessageQuarantined(
        at=now,
        account=account.key,
        channel=channel.name,
        quarantine_id=quarantine_id,
        reason=reason,
        key=key,
        size=len(kept),
        query=query if request.body else "",
    )
