"""How signals add up to a priority, each with its share."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.policy import Priority
from switchboard.urgency.meanings import GRAVE, LOWERING, Signal

URGENT, HIGH, LOW = 70, 30, -15
"""Points from which, and for low down from which, a message has a priority."""

REPEAT = 15
_MOST_REPEATS = 4


@dataclass(frozen=True, slots=True)
class Score:
    """Points, and the share of each reason in them, in words for agents: "+100 says that something burns …"."""

    points: int
    reasons: tuple[str, ...]

    @property
    def priority(self) -> Priority:
        """How soon an answer is due by these points alone."""
        if self.points >= URGENT:
            return Priority.URGENT
        if self.points >= HIGH:
            return Priority.HIGH
        return Priority.LOW if self.points <= LOW else Priority.NORMAL


def weigh(signals: Sequence[Signal], repeats: int = 0) -> Score:
    """Add up the strongest signal of each kind and a customer's earlier tries to be heard.

    `repeats` counts earlier contacts of the last 72 hours that are unanswered or were just resolved. A thank-you
    repeats nothing. What lowers counts only where nothing raises; only danger, fraud and outages make urgent.
    """
    strongest = {
        signal.kind: signal for signal in sorted(signals, key=lambda signal: (abs(signal.points), signal.evidence))
    }
    raising = [signal for kind, signal in strongest.items() if kind not in LOWERING]
    again = 0 if "thanks" in strongest and not raising else min(max(repeats, 0), _MOST_REPEATS) * REPEAT
    counted = raising if raising or again else list(strongest.values())
    grave = sum(signal.points for signal in raising if signal.kind in GRAVE)
    told = sorted(
        ((signal.points, signal.evidence) for signal in counted), key=lambda share: (-abs(share[0]), share[1])
    )
    if again:
        told.append((again, _tries(repeats)))
    points = sum(share for share, _ in told)
    if grave < URGENT <= points:
        told.append((URGENT - 1 - points, "feelings and hurry alone are not urgent"))
    return Score(sum(share for share, _ in told), tuple(f"{share:+d} {reason}" for share, reason in told))


def _tries(repeats: int) -> str:
    return f"wrote {'once' if repeats == 1 else f'{repeats} times'} before in 72 hours"
