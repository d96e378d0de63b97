"""How pressing a message is, which skills it asks for and which queue takes it, with the reasons."""

import re
from dataclasses import dataclass
from functools import lru_cache

from switchboard.policy import Policy, Priority, Rule
from switchboard.urgency import Score, Signal, fold, read, weigh

_RANK = {priority: rank for rank, priority in enumerate(Priority)}
_NOTHING_READ = Score(0, ())


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a message belongs: its queue, priority and skills, and why.

    `reasons` are codes: the names of the policy's rules and the kinds of signals. `why` says the same to agents, in
    words that hold nothing of the customer's; `score` is the sum of the points in it.
    """

    queue: str
    priority: Priority
    skills: tuple[str, ...]
    reasons: tuple[str, ...]
    score: int = 0
    why: tuple[str, ...] = ()


def place(
    text: str,
    account: str,
    policy: Policy,
    *,
    subject: str | None = None,
    language: str | None = None,
    repeats: int = 0,
) -> Placement:
    """Apply the policy's rules to a customer's words, and weigh how pressing they are.

    Without either it is normal work of the account's queue. A rule's priority is never undercut; the weighing may
    raise further, or lower what no rule raised. `language` is a BCP 47 tag, None where it is unknown; `repeats` counts
    the customer's contacts in the 72 hours before that are unanswered or were just resolved.
    """
    plain = fold(f"{subject or ''}\n{text}")
    matching = [rule for rule in policy.rules if any(_phrase(word).search(plain) for word in rule.words)]
    queue = next((rule.queue for rule in matching if rule.queue), policy.accounts[account].queue)
    asked = {skill for rule in matching for skill in rule.skills} | set(policy.queues[queue].skills)
    raised = [rule.priority for rule in matching if rule.priority is not None]
    signals = read(text, language, subject) if policy.urgency else ()
    score = weigh(signals, repeats) if policy.urgency else _NOTHING_READ
    return Placement(
        queue=queue,
        priority=most_pressing(score.priority, *([Priority.NORMAL, *raised] if raised else ())),
        skills=tuple(sorted(asked)),
        reasons=_codes(matching, signals, repeats if policy.urgency else 0),
        score=score.points,
        why=(*(_told(rule) for rule in matching), *score.reasons),
    )


def sort_out(placement: Placement, policy: Policy) -> Placement:
    """Return where what is taken for spam goes: to its own queue if the policy has one, last in line anyway."""
    queue = policy.spam or placement.queue
    return Placement(
        queue, Priority.LOW, policy.queues[queue].skills, ("spam",), why=("the mail provider takes it for spam",)
    )


def most_pressing(*priorities: Priority) -> Priority:
    """The one that is due first."""
    return min(priorities, key=_RANK.__getitem__)


def _codes(rules: list[Rule], signals: tuple[Signal, ...], repeats: int) -> tuple[str, ...]:
    repeated = ("repeated",) if repeats > 0 else ()
    return tuple(dict.fromkeys((*(rule.name for rule in rules), *(signal.kind for signal in signals), *repeated)))


def _told(rule: Rule) -> str:
    return f"rule {rule.name}: {rule.priority or 'routed'}"


@lru_cache(maxsize=1024)
def _phrase(words: str) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(word) for word in fold(words).split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)")
