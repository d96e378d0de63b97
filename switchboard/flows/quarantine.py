"""What leads see of the quarantine and do about it; reading again is another function's (`flows.retry`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from switchboard import quarantine as transition
from switchboard.errors import NotFoundError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.flows.pages import Page, newest
from switchboard.ports import Quarantine, RetryQueue
from switchboard.quarantine import NOWHERE, Quarantined, State

MOST = 100
"""Items on a page."""
MOST_COUNTED = 1000
"""Items of an account that are counted."""


@dataclass(frozen=True, slots=True)
class Depot:
    """Where things lie in quarantine, and whom one asks to read them again."""

    quarantine: Quarantine
    retries: RetryQueue


def accounts_of(board: Board) -> Sequence[str]:
    """Every account under which something can lie."""
    return [*sorted(board.policy.accounts), NOWHERE]


def browse(
    accounts: Sequence[str], state: State, cursor: str | None, limit: int, quarantine: Quarantine
) -> Page[Quarantined]:
    """A page of what some accounts received in this state, the newest first."""
    return newest(accounts, lambda account, before, n: quarantine.page(account, state, before, n), cursor, limit)


def count(accounts: Iterable[str], quarantine: Quarantine) -> Mapping[str, int]:
    """How many are open per account, up to a thousand; accounts without any are left out."""
    counts = {account: quarantine.count_open(account, MOST_COUNTED) for account in accounts}
    return {account: known for account, known in counts.items() if known}


def find(account: str, quarantine_id: str, quarantine: Quarantine) -> Quarantined:
    """One of them; raises `NotFoundError`."""
    item = quarantine.get(account, quarantine_id)
    if item is None:
        raise NotFoundError("nothing of this id is in quarantine: GET /quarantine shows what is")
    return item


def ask(caller: Caller, account: str, quarantine_id: str, board: Board, depot: Depot) -> Quarantined:
    """Have one read again; asking twice is asking once. Raises `NotFoundError`, and `RefusedError` for a virus."""

    def attempt() -> Quarantined:
        known = find(account, quarantine_id, depot.quarantine)
        return _save(known, transition.ask(known, caller.agent_id, board.clock()), depot.quarantine)

    asked = board.settle(attempt)
    if asked.is_open:
        depot.retries.retry(account, quarantine_id)
    return asked


def dismiss(caller: Caller, account: str, quarantine_id: str, board: Board, quarantine: Quarantine) -> Quarantined:
    """Take one off the list; raises `NotFoundError`, and `RefusedError` for what was understood after all."""

    def attempt() -> Quarantined:
        known = find(account, quarantine_id, quarantine)
        return _save(known, transition.dismiss(known, caller.agent_id, board.clock()), quarantine)

    return board.settle(attempt)


def _save(before: Quarantined, after: Quarantined, quarantine: Quarantine) -> Quarantined:
    return before if after is before else quarantine.save(before, after)
