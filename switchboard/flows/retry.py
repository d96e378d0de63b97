"""Reads again what is in quarantine, with today's code and policy, and does with it what the ingest functions do.

What comes of it is put on the bus before that is written down: whoever dies in between does it again, and a delivery
counts once however often it is on the bus.
"""

from dataclasses import dataclass

from switchboard import quarantine as transition
from switchboard.channels import Account, Request, channel
from switchboard.errors import ConflictError, NotFoundError
from switchboard.flows.collect import collect_again
from switchboard.flows.receive import Reading, read
from switchboard.policy import Policy
from switchboard.ports import Bus, Clock, MailStore, Quarantine, Secrets
from switchboard.quarantine import NOWHERE, VIRUS, Quarantined, State

EXPIRED, UNKNOWN_ACCOUNT = "bytes_expired", "unknown_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What reading again takes."""

    policy: Policy
    secrets: Secrets
    bus: Bus
    store: MailStore
    quarantine: Quarantine
    clock: Clock


def retry(account: str, quarantine_id: str, means: Means) -> str:
    """Read one again; returns what came of it, as a code. Raises only for what may succeed later."""
    item = means.quarantine.get(account, quarantine_id)
    if item is None or not item.is_open:
        return "settled"
    reading = _read(item, means)
    if reading.events:
        means.bus.publish(list(reading.events))
    return _conclude(item, reading, means)


def _conclude(item: Quarantined, reading: Reading, means: Means) -> str:
    now = means.clock()
    after = (
        transition.puzzle(item, reading.puzzle, now)
        if reading.puzzle
        else transition.understand(item, reading.outcome, now)
    )
    try:
        means.quarantine.save(item, after)
    except ConflictError:
        current = means.quarantine.get(item.account, item.quarantine_id)
        if current is None or current.state is not State.OPEN:
            return "settled"  # another copy of this task was faster, or somebody dismissed it
        raise
    return reading.outcome


def _read(item: Quarantined, means: Means) -> Reading:
    if item.reason == VIRUS:
        return Reading(f"quarantined:{VIRUS}", puzzle=VIRUS)  # no part of it is ever opened (rule EM-3)
    known = means.policy.accounts.get(item.account)
    if item.channel == "email":
        return collect_again(
            item, policy=means.policy, secrets=means.secrets, bus=means.bus, store=means.store, clock=means.clock
        )
    if known is None or known.channel != item.channel or item.account == NOWHERE:
        return Reading(f"quarantined:{UNKNOWN_ACCOUNT}", puzzle=UNKNOWN_ACCOUNT)
    try:
        body = means.store.fetch(item.key)
    except NotFoundError:
        return Reading(f"quarantined:{EXPIRED}", puzzle=EXPIRED)
    found = channel(item.channel)
    url = found.path(item.account) + (f"?{item.query}" if item.query else "")
    request = Request(method="POST", url=url, headers={}, body=body)  # what was a GET's query is read as a form
    return read(request, Account(item.account, known.address), found, item.at)
