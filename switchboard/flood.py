"""One counterparty's flood: who it counts for, and what has a budget of waiting places. Pure.

Mail opens a conversation per thread, so one sender may open thousands. Up to the policy's `flood.waiting` of them wait
in the lanes like everybody's; the others are held behind all lanes, and get a place each time one is free.
"""

from dataclasses import dataclass
from typing import NamedTuple

from switchboard.conversation import Conversation, Status
from switchboard.instant import Instant
from switchboard.policy import Priority

_SEPARATOR = " "


class Source(NamedTuple):
    """What has one budget: a counterparty in a queue, what is urgent apart from the rest.

    So a pressing word gets past one's own flood, and a flood of pressing words past nobody else.
    """

    counterparty: str
    queue: str
    is_urgent: bool

    @property
    def line(self) -> str:
        """The queue, and whether it is about what is urgent in it."""
        return line_of(self.queue, is_urgent=self.is_urgent)

    @property
    def text(self) -> str:
        """All of it; neither counterparties nor queues have blanks in their names."""
        return _SEPARATOR.join((self.counterparty, self.line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Which conversations have a place of a source's; some of them may wait no more, until somebody looks."""

    members: frozenset[str] = frozenset()
    taken_at: Instant | None = None
    crowded_at: Instant | None = None
    """When lately somebody found no place: while it is set, whoever leaves a place tells the next."""
    lifted_until: Instant | None = None
    """Until then there is no budget: a lead has said so."""


def line_of(queue: str, *, is_urgent: bool) -> str:
    """What a queue's urgent conversations, or its others, are called as the home of those that are held."""
    return f"{queue}{_SEPARATOR}{Priority.URGENT}" if is_urgent else queue


def source_named(text: str) -> Source:
    """The source of a text; raises `ValueError` for what is none."""
    counterparty, queue, *urgent = text.split(_SEPARATOR)
    if urgent not in ([], [Priority.URGENT.value]):
        raise ValueError("a source is written as its counterparty, its queue and perhaps: urgent")
    return Source(counterparty, queue, bool(urgent))


def source_of(conversation: Conversation) -> Source | None:
    """Whose budget a conversation counts for; None where there is none."""
    if conversation.counterparty is None:
        return None
    return Source(conversation.counterparty, conversation.queue, conversation.priority is Priority.URGENT)


def has_place(conversation: Conversation, source: Source) -> bool:
    """Whether a conversation takes up a place of the source's as it stands."""
    is_waiting = conversation.status is Status.WAITING and not conversation.held
    return is_waiting and source_of(conversation) == source
