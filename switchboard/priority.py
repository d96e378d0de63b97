"""How pressing a message is, which skills it asks for and which queue takes it, with the reasons.

Also what waiting adds to that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from switchboard.conversation import Conversation
from switchboard.policy import Policy, Priority, Rule
from switchboard.skills import combined
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
    pending: tuple[str, ...] = ()
    """Names of the rules that will hold once it has waited as long as they say: see `aged`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the conditions of rules are about."""

    words: str
    channel: str
    account: str
    language: str | None
    tier: str | None
    signals: frozenset[str]
    repeats: int


def place(
    text: str,
    account: str,
    policy: Policy,
    *,
    subject: str | None = None,
    language: str | None = None,
    tier: str | None = None,
    repeats: int = 0,
    signals: Sequence[Signal] | None = None,
) -> Placement:
    """Apply the policy's rules to a customer's words, and weigh how pressing they are.

    Without either it is normal work of the account's queue. A rule's priority is never undercut; the weighing may
    raise further, or lower what no rule raised. `language` is a BCP 47 tag, None where it is unknown; `tier` is the
    customer's, if they have one; `repeats` counts their contacts in the 72 hours before that are unanswered or were
    just resolved; `signals` are read from the text where they aren't given.
    """
    ours = policy.accounts[account]
    found = tuple(_read(text, language, subject, policy) if signals is None else signals)
    facts = _Facts(
        words=fold(f"{subject or ''}\n{text}"),
        channel=ours.channel,
        account=account,
        language=language.partition("-")[0].lower() if language else None,
        tier=tier,
        signals=frozenset(signal.kind for signal in found),
        repeats=repeats,
    )
    fitting = [rule for rule in policy.rules if _fits(rule, facts)]
    matching = [rule for rule in fitting if rule.waited is None]
    queue = next((rule.queue for rule in matching if rule.queue), ours.queue)
    raised = [rule.priority for rule in matching if rule.priority is not None]
    score = weigh(found, repeats) if policy.urgency else _NOTHING_READ
    return Placement(
        queue=queue,
        priority=most_pressing(score.priority, *([Priority.NORMAL, *raised] if raised else ())),
        skills=combined(policy.queues[queue].skills, *(rule.skills for rule in matching)),
        reasons=_codes(matching, found, repeats) if policy.urgency else _codes(matching, (), 0),
        score=score.points,
        why=(*(_told(rule, tier) for rule in matching), *score.reasons),
        pending=tuple(rule.name for rule in fitting if rule.waited is not None),
    )


def aged(conversation: Conversation, policy: Policy, now: datetime) -> Placement | None:
    """Where a conversation belongs by the rules whose waiting time is over; None while it belongs where it is.

    They only raise, and the first that names a queue decides it. What a person chose stands.
    """
    since = conversation.waiting_since
    if since is None or conversation.placed_at is not None:
        return None
    waited = policy.hours_of(conversation.queue).elapsed(since, now)
    due = [rule for rule in _pending(conversation, policy) if rule.waited is not None and rule.waited <= waited]
    if not due:
        return None
    queue = next((rule.queue for rule in due if rule.queue), conversation.queue)
    given_up = policy.queues[conversation.queue].skills if queue != conversation.queue else ()
    kept = [skill for skill in conversation.skills if skill not in given_up]
    raised = [rule.priority for rule in due if rule.priority is not None]
    names = tuple(rule.name for rule in due)
    return Placement(
        queue=queue,
        priority=most_pressing(conversation.priority, *raised),
        skills=combined(kept, policy.queues[queue].skills, *(rule.skills for rule in due)),
        reasons=tuple(dict.fromkeys((*conversation.reasons, *names))),
        score=conversation.score,
        why=(*conversation.why, *(_told(rule) for rule in due)),
        pending=tuple(name for name in conversation.pending if name not in names),
    )


def ages_at(conversation: Conversation, policy: Policy) -> datetime | None:
    """When `aged` first has something to say of a waiting conversation, be it past; None if it never has."""
    since = conversation.waiting_since
    if since is None or conversation.placed_at is not None:
        return None
    hours = policy.hours_of(conversation.queue)
    times = (hours.after(since, rule.waited) for rule in _pending(conversation, policy) if rule.waited is not None)
    return min((at for at in times if at is not None), default=None)


def sort_out(placement: Placement, policy: Policy) -> Placement:
    """Return where what is taken for spam goes: to its own queue if the policy has one, last in line anyway."""
    queue = policy.spam or placement.queue
    return Placement(
        queue, Priority.LOW, policy.queues[queue].skills, ("spam",), why=("the mail provider takes it for spam",)
    )


def most_pressing(*priorities: Priority) -> Priority:
    """The one that is due first."""
    return min(priorities, key=_RANK.__getitem__)


def _read(text: str, language: str | None, subject: str | None, policy: Policy) -> tuple[Signal, ...]:
    """The text's signals, where the policy makes use of them."""
    is_used = policy.urgency or any(rule.signals for rule in policy.rules)
    return read(text, language, subject) if is_used else ()


def _fits(rule: Rule, facts: _Facts) -> bool:
    """Whether all of a rule's conditions hold but for the waiting."""
    return all(
        (
            rule.words is None or any(_phrase(word).search(facts.words) for word in rule.words),
            rule.channels is None or facts.channel in rule.channels,
            rule.accounts is None or facts.account in rule.accounts,
            rule.languages is None or facts.language in rule.languages,
            rule.tiers is None or facts.tier in rule.tiers,
            rule.signals is None or not facts.signals.isdisjoint(rule.signals),
            rule.repeats is None or facts.repeats >= rule.repeats,
        )
    )


def _pending(conversation: Conversation, policy: Policy) -> list[Rule]:
    return [rule for rule in policy.rules if rule.name in conversation.pending]


def _codes(rules: list[Rule], signals: tuple[Signal, ...], repeats: int) -> tuple[str, ...]:
    repeated = ("repeated",) if repeats > 0 else ()
    return tuple(dict.fromkeys((*(rule.name for rule in rules), *(signal.kind for signal in signals), *repeated)))


def _told(rule: Rule, tier: str | None = None) -> str:
    of_tier = f", as the customer is of tier {tier}" if tier and rule.tiers else ""
    return f"rule {rule.name}: {rule.priority or 'routed'}{of_tier}"


@lru_cache(maxsize=1024)
def _phrase(words: str) -> re.Pattern[str]:
    spaced = r"\s+".join(re.escape(word) for word in fold(words).split())
    return re.compile(rf"(?<!\w){spaced}(?!\w)")
