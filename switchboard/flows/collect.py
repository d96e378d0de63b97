"""Mail's way in: a notice says what has come, its bytes are read and normalised, and the bus takes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from switchboard.channels.email import events, notices, verdicts
from switchboard.channels.email.addresses import canonical
from switchboard.channels.email.mail import Envelope, read
from switchboard.channels.email.parse import Ours, parse_mail
from switchboard.channels.email.verdicts import Verdict
from switchboard.errors import NotFoundError, SecretMissingError, UnparseableError
from switchboard.events import MessageQuarantined, MessageReceived
from switchboard.flows.abridge import abridge
from switchboard.flows.receive import Reading
from switchboard.message import Message, Received
from switchboard.policy import Policy
from switchboard.ports import Bus, Clock, MailStore, Secrets
from switchboard.quarantine import NOWHERE, VIRUS, Quarantined

CHANNEL = "email"
HEAD = 256 * 1024
"""Bytes that are read of a mail too large to be read whole: the headers, at their longest (rules EM-4, EM-6)."""

_NOTICES = "quarantine/"
"""Where notices lie that nobody understood; a mail lies elsewhere."""
_MAIL_KEY = re.compile(r"(?:mail|content)/([a-z0-9][a-z0-9-]{0,39})/[^/]+")
_DEGRADED = {"malformed", "oversize", "shortened"}


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of something that a notice told of, as a code: its kind, or `quarantined:` and why."""

    outcome: str
    is_degraded: bool = False
    """Something of it was left out; the raw bytes have it."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The counts that an operator watches."""
        if self.outcome.startswith("quarantined:"):
            return ("Quarantined",)
        return ("Received", "Degraded") if self.is_degraded else ("Received",)


@dataclass(frozen=True, slots=True)
class _Office:
    """Where mail comes in."""

    policy: Policy
    secrets: Secrets
    bus: Bus
    store: MailStore
    clock: Clock
    largest: int

    @property
    def addresses(self) -> dict[str, str]:
        """Our mail accounts' addresses, by the accounts' keys."""
        return {key: known.address for key, known in self.policy.accounts.items() if known.channel == CHANNEL}

    @property
    def own(self) -> tuple[str, ...]:
        """All addresses as which we write, that of alerts to agents included."""
        sender = self.policy.alerts.sender
        return (*self.addresses.values(), *([sender] if sender else []))


def collect(
    notice: str,
    *,
    policy: Policy,
    secrets: Secrets,
    bus: Bus,
    store: MailStore,
    clock: Clock,
    largest: int = events.LARGEST,
) -> Sequence[Collected]:
    """Take one notice of AWS's: mail that has come, or what became of mail that we sent (rules EM-1, EM-4, EM-25).

    The same notice gives the same keys and the same events however often it comes. Nothing in a mail makes it raise:
    only what is out of reach does, and then the notice has to come again. A mail of more than `largest` bytes is read
    as far as its headers.
    """
    office = _Office(policy, secrets, bus, store, clock, largest)
    try:
        if event := notices.sending_event(notice):
            return _report(event, office)
        return [_take(arrival, office) for arrival in events.arrivals(notice)]
    except UnparseableError as error:
        return [_put_aside(notice.encode("utf-8", "replace"), error.reason, office)]


def collect_again(
    item: Quarantined, *, policy: Policy, secrets: Secrets, bus: Bus, store: MailStore, clock: Clock
) -> Reading:
    """Read what lies in quarantine once more: a mail where it lies, or a notice that nobody understood.

    The events are on the bus when it returns. Raises only what is out of reach.
    """
    office = _Office(policy, secrets, bus, store, clock, events.LARGEST)
    try:
        found = _collect_notice(item, office) if item.key.startswith(_NOTICES) else [_take_kept(item, office)]
    except UnparseableError as error:
        return Reading(f"quarantined:{error.reason}", puzzle=error.reason)
    except NotFoundError:
        return Reading("quarantined:bytes_expired", puzzle="bytes_expired")
    outcome = found[0].outcome if found else "empty"
    _, is_puzzling, reason = outcome.partition("quarantined:")
    return Reading(outcome, puzzle=reason if is_puzzling else None)


def _collect_notice(item: Quarantined, office: _Office) -> Sequence[Collected]:
    notice = office.store.fetch(item.key).decode("utf-8", "replace")
    if event := notices.sending_event(notice):
        return _report(event, office)
    return [_take(arrival, office) for arrival in events.arrivals(notice)]


def _take_kept(item: Quarantined, office: _Office) -> Collected:
    name = item.key.rpartition("/")[2].removesuffix(".eml")
    return _take(events.Arrival(Envelope(provider_id=name, received_at=item.at), key=item.key), office)


def _report(event: Mapping[str, Any], office: _Office) -> Sequence[Collected]:
    """Pass on what became of a mail that we sent; of sends, opens and clicks nothing."""
    reported = notices.report(event, office.addresses)
    if reported is None:
        return []
    return [_publish(reported, reported.sent_at, office)]


def _take(arrival: events.Arrival, office: _Office) -> Collected:
    """Read one mail. With a virus, or for nobody, it is quarantined where it lies: no part of it is opened (EM-3)."""
    account = _account_of(arrival, office.addresses)
    key = arrival.key or _keep(arrival, account, office.store)
    size = _size(arrival, key, office.store)
    envelope, is_head = arrival.envelope, size > office.largest
    if account not in office.addresses:
        return _quarantine(account, key, size, "unknown_account", envelope.received_at, office)
    raw = _read(arrival, key, office.store, is_head=is_head)
    if _is_infected(raw, envelope):
        return _quarantine(account, key, size, VIRUS, envelope.received_at, office)
    ours = Ours(addresses=office.own, keys=_mail_keys(account, office.secrets))
    (message,) = parse_mail(raw, envelope, account=account, ours=ours, is_head=is_head)
    if _is_of_alert(message, office.policy.alerts.sender):
        return _quarantine(account, key, size, "own_alert", envelope.received_at, office)
    return _publish(message.model_copy(update={"raw": key}), envelope.received_at, office)


def _is_of_alert(message: Received, sender: str | None) -> bool:
    """Whether it is one of our alerts to agents, or an answer to one: as a conversation it would raise the next."""
    if sender is None:
        return False
    parties = (message.sender, *message.from_mailboxes, *message.to, *message.cc)
    return canonical(sender) in {canonical(party.address) for party in parties if party}


def _publish(message: Received, came: datetime | None, office: _Office) -> Collected:
    """Store what doesn't travel, then publish the rest."""
    light, content = abridge(message)
    if content is not None and isinstance(light, Message):
        key = f"content/{light.account}/{light.provider_id}"
        office.store.keep(key, content.model_dump_json(exclude_none=True).encode())
        light = light.model_copy(update={"content": key})
    office.bus.publish([MessageReceived(at=_at(came, office), message=light)])
    return Collected(light.kind, is_degraded=not _DEGRADED.isdisjoint(light.flags))


def _quarantine(account: str, key: str, size: int, reason: str, came: datetime | None, office: _Office) -> Collected:
    quarantined = MessageQuarantined(
        at=_at(came, office),
        account=account,
        channel=CHANNEL,
        quarantine_id=sha256(key.encode()).hexdigest()[:32],
        reason=reason,
        key=key,
        size=size,
    )
    office.bus.publish([quarantined])
    return Collected(f"quarantined:{reason}")


def _put_aside(notice: bytes, reason: str, office: _Office) -> Collected:
    """Keep a notice that nobody understands, then say where it lies."""
    key = f"quarantine/{NOWHERE}/{sha256(notice).hexdigest()[:32]}"
    office.store.keep(key, notice)
    return _quarantine(NOWHERE, key, len(notice), reason, None, office)


def _account_of(arrival: events.Arrival, addresses: Mapping[str, str]) -> str:
    """The account that a mail is for: by where it lies, else by whom it was sent to."""
    if found := _MAIL_KEY.fullmatch(arrival.key or ""):
        return found.group(1)
    ours = {canonical(address): key for key, address in addresses.items()}
    recipients = map(_untagged, arrival.envelope.recipients)
    return next((ours[recipient] for recipient in recipients if recipient in ours), NOWHERE)


def _untagged(address: str) -> str:
    local, at, domain = canonical(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _keep(arrival: events.Arrival, account: str, store: MailStore) -> str:
    """Store a mail that came inside its notice; where one lies that a notice only names, its id says."""
    if arrival.content is None and account == NOWHERE:
        raise UnparseableError("unknown_account")
    if arrival.content is None:
        return f"mail/{account}/{arrival.envelope.provider_id}"
    key = f"content/{account}/{arrival.envelope.provider_id}.eml"
    store.keep(key, arrival.content)
    return key


def _size(arrival: events.Arrival, key: str, store: MailStore) -> int:
    """Bytes of a mail, asked before anything of it is read (rule EM-4)."""
    if arrival.content is not None:
        return len(arrival.content)
    return arrival.size if arrival.size is not None else store.size(key)


def _read(arrival: events.Arrival, key: str, store: MailStore, *, is_head: bool) -> bytes:
    if arrival.content is not None:
        return arrival.content
    return store.fetch_head(key, HEAD) if is_head else store.fetch(key)


def _is_infected(raw: bytes, envelope: Envelope) -> bool:
    """Whether SES found a virus; its own headers stand on top, so that the head tells."""
    return verdicts.judged(read(raw[:HEAD], envelope)).virus is Verdict.FAIL


def _mail_keys(account: str, secrets: Secrets) -> list[bytes]:
    """With what our marks on replies were signed, current and previous; without a key none of them is believed."""
    try:
        return [known["mail_key"].encode() for known in secrets.of(account) if known.get("mail_key")]
    except SecretMissingError:
        return []


def _at(came: datetime | None, office: _Office) -> datetime:
    """When a mail came, by AWS's clock, which may be a little ahead of ours."""
    now = office.clock()
    return min(came, now) if came else now
