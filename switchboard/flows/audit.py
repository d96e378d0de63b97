"""Leads' decisions on record: each is written together with what it changed, and kept for a while."""

from dataclasses import dataclass

from switchboard.audit import Change, Kind, Values, differences, tag_of
from switchboard.errors import OutdatedError
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller
from switchboard.instant import to_text
from switchboard.ports import Settings


@dataclass(frozen=True, slots=True)
class History:
    """A page of what was changed, the newest first. `cursor` asks for what came before; None at the beginning."""

    changes: list[Change]
    cursor: str | None


def history(cursor: str | None, limit: int, settings: Settings) -> History:
    """What leads changed lately."""
    return History(*settings.changes(cursor, limit))


def change_by(caller: Caller, kind: Kind, subject: str, before: Values, after: Values, board: Board) -> Change:
    """The record of a decision. Its id sorts by time."""
    now = board.clock()
    return Change(
        change_id=f"{to_text(now)}.{board.new_id()}",
        at=now,
        by=caller.agent_id,
        kind=kind,
        subject=subject,
        differences=differences(before, after),
    )


def must_be_as_read(tag: str | None, now: Values) -> None:
    """Raise `OutdatedError` if a setting is not what the caller decided on any more; without a tag nothing is asked."""
    if tag is not None and tag != tag_of(now):
        raise OutdatedError("somebody changed this since you read it: read it again, and decide on what it is now")
