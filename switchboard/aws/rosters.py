"""How a queue's roster stands in the table of queues, for whoever writes it and for whoever makes promises from it."""

from collections.abc import Iterable
from typing import Any

from switchboard.aws.records import Attributes, values
from switchboard.policy.queues import Duty
from switchboard.ports import Roster

ROSTER = "roster"
"""The item of a queue that has it. It stays when a lead goes back to the policy's, without duties."""


def roster_of(item: Attributes | None) -> Roster:
    """What an item says; there is none as long as no lead gave a roster."""
    read = values(item) if item else {}
    duties = tuple(map(Duty.model_validate, read["duties"])) if "duties" in read else None
    return Roster(duties, int(read.get("revision", 0)))


def plain(duties: Iterable[Duty]) -> list[dict[str, Any]]:
    """Duties as an item has them."""
    return [duty.model_dump(mode="json") for duty in duties]
