"""Run recorded decisions again: the same code must choose the same agents for the same reasons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from switchboard.conversation import Decision
from switchboard.decisions import abridge, unpack, was_asked_for
from switchboard.routing import decide


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision that would be another today: what about it, as it was and as it is."""

    decision: Decision
    about: str
    recorded: object
    replayed: object


def replay(decision: Decision) -> Difference | None:
    """Decide a recorded case again; None if nothing differs. Raises `ValueError` where there is no readable case."""
    choice = decide(unpack(decision.case))
    considered, others = abridge(choice.considered)
    if was_asked_for(decision):
        considered, others = decision.considered, decision.others  # said of whoever asked, not of candidates
    for about, recorded, replayed in (
        ("order", decision.order, choice.order),
        ("considered", decision.considered, considered),
        ("others", decision.others, others),
    ):
        if recorded != replayed:
            return Difference(decision, about, recorded, replayed)
    return None


@dataclass(slots=True)
class Replay:
    """How far a replay has come."""

    same: int = 0
    different: int = 0

    def run(self, decisions: Iterable[Decision]) -> Iterator[Difference]:
        """Yield what differs as it is found, and count; holds one decision at a time."""
        for decision in decisions:
            if difference := replay(decision):
                self.different += 1
                yield difference
            else:
                self.same += 1
