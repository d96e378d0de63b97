"""Why a conversation is where it is, in sentences for agents and leads. Pure: everything is in the records."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from switchboard.conversation import Decision
from switchboard.decisions import Answered, Freed, Given, Placed, Record, Seen, unpack, was_asked_for
from switchboard.routing import Case, Presence, decide

_EFFECTS = {
    "opened": "A new conversation, placed in",
    "returned": "The customer is back and it waits again, in",
    "raised": "Something more pressing was said; now in",
}
_FATES = {
    "waiting": "and it waits for somebody again",
    "idle": "since the customer was silent after the answer",
    "resolved": "and the conversation is resolved",
    "snoozed": "and it sleeps until later",
    "assigned": "and somebody else has it",
}
_ABSENT = (
    "only who is listed as online with free capacity, in a queue and with the skills that it asks for, is looked at, "
    "and of many a few drawn at random"
)
_AT_ONCE = timedelta(seconds=2)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, and when."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom one asks "why not?": their id, and what is known of their comings and goings, in order of time."""

    agent_id: str
    seen: Sequence[Seen] = ()


def tell(records: Iterable[Record], names: Mapping[str, str], asked: Asked | None = None) -> list[Sentence]:
    """Tell what was decided, in the order of `records`; after each decision, why it was not whoever is asked about.

    `names` are of agents by their ids; who has left the team is told by their id.
    """

    def called(agent_id: str) -> str:
        return names.get(agent_id, agent_id)

    return list(_told(records, called, asked))


def agents_in(records: Iterable[Record]) -> set[str]:
    """Whose names a story needs."""
    found = set()
    for record in records:
        if isinstance(record, Decision):
            found |= {agent_id for agent_id, _ in record.considered} | ({record.agent_id} if record.agent_id else set())
        elif isinstance(record, Given):
            found |= {record.agent_id, record.by}
        elif not isinstance(record, Placed):
            found.add(record.agent_id)
    return found


def _told(records: Iterable[Record], called: Callable[[str], str], asked: Asked | None) -> Iterator[Sentence]:
    for record in records:
        match record:
            case Placed():
                yield Sentence(record.at, _of_placement(record))
            case Decision():
                yield Sentence(record.at, _of_decision(record, called))
                if asked:
                    yield Sentence(record.at, why_not(record, asked, called))
            case Given():
                yield Sentence(record.at, _of_gift(record, called))
            case Answered():
                spent = span(timedelta(seconds=record.response_seconds))
                first = "the first answer" if record.first else "the answer"
                yield Sentence(record.at, f"{called(record.agent_id)} sent {first} after {spent} of business time.")
            case Freed():
                held = span(record.at - record.assigned_at)
                fate = _FATES.get(record.to, f"and it is {record.to}")
                yield Sentence(record.at, f"{called(record.agent_id)} held it for {held}; the slot is free, {fate}.")
            case Seen():
                yield Sentence(record.at, f"{called(record.agent_id)} is {record.presence}.")


def _of_placement(placed: Placed) -> str:
    needs = f" for somebody with {_listed(placed.skills)}" if placed.skills else ""
    why = f", because of {'; '.join(placed.why)}" if placed.why else ", as nothing said is out of the ordinary"
    return f"{_EFFECTS[placed.effect]} {placed.queue} as {placed.priority}{needs}{why} (policy {placed.policy})."


def _of_gift(given: Given, called: Callable[[str], str]) -> str:
    if given.by == given.agent_id:
        return f"{called(given.agent_id)} took it by hand."
    return f"{called(given.by)} gave it to {called(given.agent_id)} by hand."


def _of_decision(decision: Decision, called: Callable[[str], str]) -> str:
    waited = _waited(decision)
    looked_at = len(decision.considered) + sum(count for _, count in decision.others)
    others = _verdicts(decision, called)
    if decision.agent_id is None:
        if not looked_at:
            return f"Nobody was there{waited}: no agent was listed as online with free capacity."
        lost = f" {decision.tries} were tried, and each was taken or gone by then." if decision.tries else ""
        return f"Nobody could take it{waited}.{lost} Looked at {_agents(looked_at)}: {others}."
    taken = dict(decision.considered).get(decision.agent_id, "was among the many looked at")
    tried = f", at try {decision.tries}" if decision.tries > 1 else ""
    passed = f" Passed over: {others}." if others else ""
    name = called(decision.agent_id)
    return f"{name} got it{waited}{tried}: {name} {_as_clause(taken)}.{passed}"


def _waited(decision: Decision) -> str:
    case = unpack(decision.case)
    waited = case.at - case.waiting_since
    return " at once" if waited < _AT_ONCE else f" after {span(waited)} of waiting"


def _verdicts(decision: Decision, called: Callable[[str], str]) -> str:
    named = [f"{called(who)} {_as_clause(said)}" for who, said in decision.considered if who != decision.agent_id]
    counted = [f"{count} more {_as_clause(said)}" for said, count in decision.others]
    return "; ".join([*named, *counted])


def _as_clause(verdict: str) -> str:
    """A verdict after a name: objections and merits are clauses already, the draw is not."""
    return f"was {verdict}" if verdict.startswith(("drawn", "not drawn")) else verdict


def why_not(decision: Decision, asked: Asked, called: Callable[[str], str]) -> str:
    """Why a decision did not give the conversation to somebody."""
    name = called(asked.agent_id)
    if decision.agent_id == asked.agent_id:
        return f"Why not {name}? It was {name} who got it."
    if was_asked_for(decision):
        return f"Why not {name}? Nobody was compared: {called(decision.agent_id or '')} had room and was first to ask."
    case = unpack(decision.case)
    choice = decide(case)
    said = dict(choice.considered).get(asked.agent_id)
    if said is None:
        return f"Why not {name}? {_absence(name, asked, case)}"
    if asked.agent_id not in choice.order:
        return f"Why not {name}? {name} {said}."
    place = choice.order.index(asked.agent_id) + 1
    ahead = choice.order[0]
    better = dict(choice.considered)[ahead]
    return (
        f"Why not {name}? {name} could have taken it and stood at place {place} of {len(choice.order)} ("
        f"{said}); first was {called(ahead)}, who {_as_clause(better)}."
    )


def _absence(name: str, asked: Asked, case: Case) -> str:
    """Who was not looked at: for what is known of them then, else for what the sample is made of."""
    known = next((seen for seen in reversed(asked.seen) if seen.at <= case.at), None)
    if known is None:
        return f"{name} was not looked at: {_ABSENT}."
    if known.presence is not Presence.ONLINE:
        return f"{name} was {known.presence}, since {known.at:%d %B %H:%M} UTC."
    if set(case.terms.queues).isdisjoint(known.queues):
        return f"{name} is not in {_listed(case.terms.queues)}."
    return f"{name} was online but not looked at: {_ABSENT}."


def span(length: timedelta) -> str:
    """A duration as one would say it, to its two largest parts: `2 min 10 s`."""
    seconds = max(0, round(length.total_seconds()))
    parts = (
        (seconds // _DAY, "d"),
        (seconds % _DAY // _HOUR, "h"),
        (seconds % _HOUR // _MINUTE, "min"),
        (seconds % _MINUTE, "s"),
    )
    first = next((n for n, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count or first == len(parts) - 1)


def _agents(count: int) -> str:
    return "1 agent" if count == 1 else f"{count} agents"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
