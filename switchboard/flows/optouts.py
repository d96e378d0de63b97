"""Who refuses what we send: listed, found by address, written down and lifted by a person where a person may.

A customer's own STOP, or the provider's word of it, no person lifts (rules TW-4, TW-7): only their START does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from switchboard.channels import channel
from switchboard.consent import Consent, ConsentEvent, ConsentState, apply
from switchboard.errors import NotFoundError, RefusedError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.flows.pages import Page, newest
from switchboard.phone import to_e164
from switchboard.ports import Contact, Evidence, Refusal

MOST = 100
"""Opt-outs on a page."""

How: TypeAlias = Literal["word", "wording", "provider", "agent", "carried"]
_HOW: Mapping[str, How] = {"opt_out": "word", "suspected": "wording", "confirmed": "agent", "carried": "carried"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Whom an account may not write to, as a lead is told; `how` is unknown of what was written down long ago."""

    account: str
    channel: str
    address: str
    customer_id: str
    state: ConsentState
    since: datetime | None
    how: How | None
    said: str | None
    by: str | None
    can_be_lifted: bool
    remedy: str | None


def browse(account: str | None, cursor: str | None, limit: int, board: Board) -> Page[Refused]:
    """A page of the opt-outs of an account of ours, or of all, the newest first; raises `NotFoundError`."""
    accounts = sorted(board.policy.accounts) if account is None else [_known(account, board)]
    page = newest(accounts, board.customers.refusals, cursor, limit)
    return Page([_told(refusal, board) for refusal in page.items], page.cursor)


def search(address: str, board: Board) -> Page[Refused]:
    """All opt-outs of an address, on whatever channel it is one."""
    found: list[Refused] = []
    for key in sorted(_keys(address, board)):
        contact = board.customers.contact(key)
        refusing = contact.consents.items() if contact else ()
        found += [
            _told(_refusal(contact, account, board), board)
            for account, consent in sorted(refusing)
            if contact and not consent.allows_automation
        ]
    return Page(found, None)


def confirm(caller: Caller, account: str, address: str, reason: str, board: Board) -> Refused:
    """A customer told a person to be left alone: from now on nothing is sent. Saying it again changes nothing."""
    key = _key(_known(account, board), address, board)

    def attempt() -> Contact:
        contact = board.customers.meet(key, board.new_id(), board.clock())
        return _record(contact, account, _evidence("confirmed", caller, reason, board), board)

    return _told(_refusal(board.settle(attempt), account, board), board)


def lift(caller: Caller, account: str, address: str, reason: str, board: Board) -> Refused:
    """Take back what a person wrote down, or what words only sounded like.

    Raises `RefusedError` for a customer's own STOP, `NotFoundError` for whom nobody knows.
    """
    key = _key(_known(account, board), address, board)

    def attempt() -> Contact:
        contact = board.customers.contact(key)
        if contact is None:
            raise NotFoundError("nobody of this address has an opt-out: POST /optouts/search finds who has")
        if contact.consent(account).is_customers_stop:
            raise RefusedError(_remedy(contact.consent(account), account, board))
        return _record(contact, account, _evidence("dismissed", caller, reason, board), board)

    return _told(_refusal(board.settle(attempt), account, board), board)


def _record(contact: Contact, account: str, evidence: Evidence, board: Board) -> Contact:
    known = contact.consent(account)
    consent = apply(known, evidence.kind, evidence.at)
    if consent == known:
        return contact
    board.customers.record_consent(contact, account, consent, evidence)
    return replace(contact, consents={**contact.consents, account: consent})


def _evidence(kind: ConsentEvent, caller: Caller, reason: str, board: Board) -> Evidence:
    return Evidence(
        kind=kind, wording=reason, provider_id=f"person:{board.new_id()}", at=board.clock(), by=caller.agent_id
    )


def _refusal(contact: Contact, account: str, board: Board) -> Refusal:
    """What is written down of it, if that is of the state as it is now; of a state from long ago nothing is."""
    consent = contact.consent(account)
    written = board.customers.refusal(contact.address, account)
    if written and written.consent == consent:
        return written
    return Refusal(address=contact.address, account=account, customer_id=contact.customer_id, consent=consent)


def _told(known: Refusal, board: Board) -> Refused:
    consent, (name, _, address) = known.consent, known.address.partition(":")
    how = _HOW.get(known.kind or "")
    is_providers = how == "word" and not known.wording
    return Refused(
        account=known.account,
        channel=name,
        address=address,
        customer_id=known.customer_id,
        state=consent.state,
        since=consent.since,
        how="provider" if is_providers else how,
        said=known.wording or None,
        by=known.by,
        can_be_lifted=not consent.allows_automation and not consent.is_customers_stop,
        remedy=_remedy(consent, known.account, board),
    )


def _remedy(consent: Consent, account: str, board: Board) -> str | None:
    """What would lift an opt-out; None where there is none."""
    if consent.allows_automation:
        return None
    if not consent.is_customers_stop:
        return "a lead may lift it, with a reason: POST /optouts/lift"
    known = board.policy.accounts.get(account)
    is_blocked = known is not None and channel(known.channel).transport == "sms"
    blocked = "; until then Twilio blocks what we send as well, which nobody here can lift" if is_blocked else ""
    return f"it is the customer's own word: only they can take it back, by sending START{blocked}"


def _known(account: str, board: Board) -> str:
    if account not in board.policy.accounts:
        raise NotFoundError("account: we have none of this name; GET /optouts shows those with opt-outs")
    return account


def _key(account: str, address: str, board: Board) -> str:
    """The contact that is meant: as it was written if that is known, else as a telephone number if it is one."""
    known = channel(board.policy.accounts[account].channel)
    spellings = [known.contact(spelt) for spelt in spellings_of(address)]
    return next((key for key in spellings if board.customers.contact(key)), spellings[-1])


def _keys(address: str, board: Board) -> set[str]:
    channels = {account.channel for account in board.policy.accounts.values()}
    return {channel(name).contact(spelt) for name in channels for spelt in spellings_of(address)}


def spellings_of(address: str) -> Sequence[str]:
    """An address as it was written, and as a telephone number if it is one."""
    written = address.strip()
    return list(dict.fromkeys((written, to_e164(written) or written)))
