"""How pressing a message is, which skills it asks for and which queue takes it, with the reasons."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from switchboard.policy import Policy, Priority

_RANK = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a message belongs: its queue, priority and skills, and the names of the rules that said so."""

    queue: str
    priority: Priority
    skills: tuple[str, ...]
    reasons: tuple[str, ...]


def place(text: str, account: str, policy: Policy) -> Placement:
    """Apply the policy's rules to a customer's words; without a match it is normal work of the account's queue."""
    plain = _fold(text)
    matching = [rule for rule in policy.rules if any(_phrase(word).search(plain) for word in rule.words)]
    queue = next((rule.queue for rule in matching if rule.queue), policy.accounts[account].queue)
    asked = {skill for rule in matching for skill in rule.skills} | set(policy.queues[queue].skills)
    raised = [rule.priority for rule in matching if rule.priority is not None]
    return Placement(
        queue=queue,
        priority=most_pressing(Priority.NORMAL, *raised) if raised else Priority.NORMAL,
        skills=tuple(sorted(asked)),
        reasons=tuple(rule.name for rule in matching),
    )


def most_pressing(*priorities: Priority) -> Priority:
    """The one that is due first."""
    return min(priorities, key=_RANK.__getitem__)


def _fold(text: str) -> str:
    """Case, accents and width don't matter to a rule."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=1024)
def _phrase(words: str) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(word) for word in _fold(words).split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)")
