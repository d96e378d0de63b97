"""What most flows work on, and how they retry a lost race."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from switchboard.errors import ConflictError
from switchboard.policy import Policy
from switchboard.ports import (
    Agents,
    Bookmarks,
    Clock,
    Conversations,
    Customers,
    Decisions,
    Erasures,
    Estimates,
    Queues,
    RouterQueue,
    WaitingPlaces,
)

Result = TypeVar("Result")

ATTEMPTS = 25
"""Each round of a race has a winner, so this many cover a burst of as many messages from one customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The policy, the stores, and the world's time and chance.

    `new_id` makes a random text; `pause` waits a moment before the n-th retry.
    """

    policy: Policy
    clock: Clock
    new_id: Callable[[], str]
    pause: Callable[[int], None]
    conversations: Conversations
    bookmarks: Bookmarks
    agents: Agents
    customers: Customers
    erasures: Erasures
    queues: Queues
    estimates: Estimates
    decisions: Decisions
    places: WaitingPlaces
    router_queue: RouterQueue

    def settle(self, attempt: Callable[[], Result]) -> Result:
        """Run an attempt that reads, decides and writes, again after each lost race; raises the last conflict."""
        for count in range(ATTEMPTS - 1):
            try:
                return attempt()
            except ConflictError:
                self.pause(count)
        return attempt()
