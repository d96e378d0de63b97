"""Asking for an erasure, and what holds after one: late copies are dropped, old opt-outs count, backups erase again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeAlias

from switchboard.channels import Request, Secret, channel
from switchboard.erasure import Asked, Erasure, State, ask, covers, is_stale, revive
from switchboard.errors import ConflictError, SecretMissingError, UnavailableError
from switchboard.flows.board import Board
from switchboard.flows.meet import keys_of
from switchboard.message import ConsentChange, Message, Received
from switchboard.policy import Policy
from switchboard.ports import Clock, Contact, EraseQueue, Erasures, Secrets

LARGEST_CALLBACK = 64 * 1024
LONGEST_ADDRESS = 320
_NOW = timedelta(0)

Read: TypeAlias = Callable[[bytes, Sequence[Secret]], str | None]
"""Reads whom a callback is about; None if none of the secrets signed it."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where requests are taken: none of it reaches a customer's data."""

    erasures: Erasures
    queue: EraseQueue
    clock: Clock


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network's callback is told, with the request that it made, and a code for the log."""

    status: HTTPStatus
    outcome: str
    erasure: Erasure | None = None


def ask_for(address: str, by: str, office: Office) -> Erasure:
    """Take a request to erase a contact, `{channel}:{address}`; asking twice is asking once.

    It is durable and on its way when this returns; raises `ConflictError` where others ask at the same moment.
    """
    code, asked = office.erasures.code_of(address), Asked(by=by, at=office.clock())
    known = office.erasures.get(code)
    after = ask(known, code, address, asked)
    taken = after if after == known else office.erasures.save(known, after)
    office.queue.look(code, _NOW)
    return taken


def take_callback(
    request: Request, network_name: str, account: str, *, policy: Policy, secrets: Secrets, office: Office
) -> Answer:
    """A person asked a network that we forget them (rule MT-5): believed only if the network signed it."""
    known = policy.accounts.get(account)
    network = channel(network_name) if known and known.channel == network_name else None
    if network is None or network.whom_to_erase is None:
        return Answer(HTTPStatus.FORBIDDEN, "unknown_account")
    if request.method != "POST":
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, "wrong_method")
    if len(request.body) > LARGEST_CALLBACK:
        return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "oversize")
    try:
        person = _person(request, account, network.whom_to_erase, secrets)
        if person is None:
            return Answer(HTTPStatus.FORBIDDEN, "unverified")
        return Answer(HTTPStatus.OK, "asked", ask_for(network.contact(person), f"provider:{account}", office))
    except (UnavailableError, ConflictError):
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")


def _person(request: Request, account: str, read: Read, secrets: Secrets) -> str | None:
    """Try the secrets at hand; on failure once more with fresh ones, in case they were rotated (rule SEC-12)."""

    def attempt() -> str | None:
        try:
            found = read(request.body, secrets.of(account))
        except SecretMissingError:
            return None
        return found if found and len(found) <= LONGEST_ADDRESS else None

    return attempt() or (attempt() if secrets.refresh(account) else None)


def admit(message: Received, at: datetime, board: Board) -> bool:
    """Whether what was received at `at` is to be routed: not if it is a late copy of what was erased (rule SEC-16).

    Whoever writes again after an erasure is somebody new, but for what they had forbidden.
    """
    if not isinstance(message, Message | ConsentChange):
        return True  # these change what is there, and make nobody known
    keys = keys_of(message)
    found = [erasure for key in keys if (erasure := board.erasures.get(board.erasures.code_of(key)))]
    is_dated = channel(message.channel).transport != "email"  # a mail's date is its sender's own
    if any(is_stale(erasure, at, message.sent_at if is_dated else None) for erasure in found):
        return False
    if found and not any(board.customers.contact(key) for key in keys):
        first = board.customers.meet(keys[0], board.new_id(), at, after=found[0])
        for key in keys[1:]:
            board.customers.meet_again(first, key, at)
    return True


def erase_again(contacts: Iterable[Contact], office: Office) -> int:
    """After a backup was restored: have everyone who is back although they were erased go again; returns how many.

    What has come since the erasure stays.
    """
    found = 0
    for contact in contacts:
        known = office.erasures.get(office.erasures.code_of(contact.address))
        if known and known.state is State.DONE and contact.met_at and covers(known, contact.met_at):
            office.erasures.save(known, revive(known, contact.address, office.clock()))
            office.queue.look(known.code, _NOW)
            found += 1
    return found
