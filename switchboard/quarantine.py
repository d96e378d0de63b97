"""What was verified and could not be understood, and what people did about it. Pure.

An item stays until somebody has it read again with a newer code or policy, or dismisses it. Nothing is ever removed, so
that it can be told who did what; the raw bytes go by themselves (docs/architecture.md says when).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from switchboard.errors import RefusedError
from switchboard.instant import Instant

NOWHERE = "unknown"
"""Under which account stands what is for none of ours."""
VIRUS = "virus"


class State(StrEnum):
    """What has become of an item."""

    OPEN = "open"
    RETRIED = "retried"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A delivery in quarantine. `key` is where its raw bytes are, `query` the query of the webhook beside them."""

    account: str
    channel: str
    quarantine_id: str
    reason: str
    """Why it could not be understood, as a code: the newest."""
    key: str
    size: int
    at: Instant
    """When it came."""
    query: str = ""
    state: State = State.OPEN
    asked_at: Instant | None = None
    """When somebody last asked to have it read again."""
    asked_by: str | None = None
    retried_at: Instant | None = None
    """When it was last read again."""
    outcome: str | None = None
    """What it then was, as a code; None where it still could not be understood."""
    dismissed_at: Instant | None = None
    dismissed_by: str | None = None
    revision: int = 1

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state is State.OPEN


def ask(item: Quarantined, by: str, at: datetime) -> Quarantined:
    """Somebody wants it read again, also what was dismissed; what was understood is left alone.

    Raises `RefusedError` for what is infected: no part of it is ever opened (rule EM-3).
    """
    if item.reason == VIRUS:
        raise RefusedError("it holds a virus and is never opened (EM-3): dismiss it")
    if item.state is State.RETRIED:
        return item
    return replace(item, state=State.OPEN, asked_at=at, asked_by=by, dismissed_at=None, dismissed_by=None)


def understand(item: Quarantined, outcome: str, at: datetime) -> Quarantined:
    """It was read, and what came of it is on the bus."""
    return replace(item, state=State.RETRIED, retried_at=at, outcome=outcome)


def puzzle(item: Quarantined, reason: str, at: datetime) -> Quarantined:
    """It was read again and still not understood."""
    return replace(item, reason=reason, retried_at=at)


def dismiss(item: Quarantined, by: str, at: datetime) -> Quarantined:
    """Somebody decided that nothing is to be done; raises `RefusedError` for what was understood after all."""
    if item.state is State.RETRIED:
        raise RefusedError("it was read again and understood: there is nothing to dismiss")
    if item.state is State.DISMISSED:
        return item
    return replace(item, state=State.DISMISSED, dismissed_at=at, dismissed_by=by)
