"""Who is planned to be there in a queue: as the policy says, or as a lead says since. Promises are made from it."""

from dataclasses import dataclass

from switchboard.audit import Values
from switchboard.errors import NotFoundError
from switchboard.flows.audit import change_by, must_be_as_read
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.policy.queues import Duty
from switchboard.ports import Roster, Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """A queue's roster that holds; `is_policys` where no lead gave it another."""

    queue: str
    duties: tuple[Duty, ...]
    is_policys: bool


def plan(queue: str, board: Board, settings: Settings) -> Plan:
    """The roster that holds; raises `NotFoundError`."""
    _must_exist(queue, board)
    return _plan(queue, settings.roster(queue), board)


def replan(
    caller: Caller, queue: str, duties: tuple[Duty, ...] | None, tag: str | None, board: Board, settings: Settings
) -> Plan:
    """Give a queue another roster, which may be empty, or the policy's again (None). What is promised next knows it.

    Raises `NotFoundError`, `OutdatedError`.
    """
    _must_exist(queue, board)

    def attempt() -> Plan:
        known = settings.roster(queue)
        before, after = (_plan(queue, roster, board) for roster in (known, Roster(duties)))
        must_be_as_read(tag, values_of(before))
        if known.duties != duties:
            record = change_by(caller, "roster", queue, values_of(before), values_of(after), board)
            settings.keep_roster(queue, known, duties, record)
        return after

    return board.settle(attempt)


def values_of(known: Plan) -> Values:
    """A roster as people read it."""
    duties = (f"{' '.join(duty.days)} {duty.hours}: {duty.units}" for duty in known.duties)
    return {"from": "policy" if known.is_policys else "lead", "duties": "; ".join(duties)}


def _plan(queue: str, roster: Roster, board: Board) -> Plan:
    policys = board.policy.queues[queue].roster
    return Plan(queue, policys if roster.duties is None else roster.duties, is_policys=roster.duties is None)


def _must_exist(queue: str, board: Board) -> None:
    if queue not in board.policy.queues:
        raise NotFoundError("there is no such queue: the policy's are in GET /settings/queues")
