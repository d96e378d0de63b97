"""What a campaign sent, against what a deployment then holds: whether every promise that can be counted was kept."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from switchboard.acknowledgement import DAILY_LIMIT
from switchboard.conversation import SETTLED, Conversation, Entry, Status
from switchboard.instant import Instant
from switchboard.routing import Agent

DAY = timedelta(days=1)


@dataclass
class Account:
    """What was sent and taken: every message of customers and of agents has words of its own."""

    accepted: set[str] = field(default_factory=set)
    """Customers' messages that we said we have."""
    garbage: int = 0
    """Verified deliveries that nobody can understand."""
    answers: set[str] = field(default_factory=set)
    """Agents' answers that the API took."""
    overdrawn: set[str] = field(default_factory=set)
    """Agents who were once seen with less than nothing free."""


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What the deployment holds when it has come to rest, and what customers have received."""

    conversations: Sequence[Conversation]
    entries: Sequence[Entry]
    agents: Sequence[Agent]
    quarantined: int
    lists: Mapping[str, Sequence[str]]
    """Conversations that each agent's console shows as theirs."""
    received: Sequence[str]
    """Every text that reached any customer, as often as it did."""
    settled_since: Instant | None = None
    """What was written before may have lost its way with the emulator, which keeps no streams."""


@dataclass(frozen=True)
class Verdict:
    """The counts, and what was broken: which message or conversation, and where to look."""

    taken: int
    out: int
    quarantined: int
    owners: tuple[str, ...] = ()
    capacity: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def violations(self) -> tuple[str, ...]:
        return (*self.owners, *self.capacity, *self.lost, *self.doubled, *self.others)

    @property
    def summary(self) -> str:
        """The last line of a campaign."""
        return (
            f"messages in {self.taken} = out {self.out} + quarantined {self.quarantined}; "
            f"double owners {len(self.owners)}; over capacity {len(self.capacity)}; "
            f"lost {len(self.lost)}; doubled {len(self.doubled)}"
        )


def judge(account: Account, holdings: Holdings) -> Verdict:
    """Compare the two."""
    said = Counter(entry.text.strip() for entry in holdings.entries if entry.author == "customer")
    return Verdict(
        taken=len(account.accepted) + account.garbage,
        out=sum(said[words] > 0 for words in account.accepted),
        quarantined=holdings.quarantined,
        owners=tuple(_owned_twice(holdings)),
        capacity=tuple(_over_capacity(account, holdings)),
        lost=tuple(_lost(account, holdings, said)),
        doubled=tuple(_doubled(account, holdings, said)),
        others=tuple(_others(holdings)),
    )


def _owned_twice(holdings: Holdings) -> Iterator[str]:
    shown: dict[str, list[str]] = defaultdict(list)
    for agent_id, theirs in holdings.lists.items():
        for conversation in theirs:
            shown[conversation].append(agent_id)
    for conversation, agents in shown.items():
        if len(agents) > 1:
            yield f"conversation {conversation} is shown as theirs to {' and '.join(agents)}: see its decisions"


def _over_capacity(account: Account, holdings: Holdings) -> Iterator[str]:
    taken: Counter[str] = Counter()
    for one in holdings.conversations:
        taken[one.owner or ""] += one.cost
    for agent in holdings.agents:
        if agent.agent_id in account.overdrawn or agent.free < 0:
            yield f"agent {agent.agent_id} had more than their {agent.units} units: see what they were given"
        if agent.units - agent.free != taken[agent.agent_id]:
            held = f"{agent.units - agent.free} units are counted as taken and {taken[agent.agent_id]} are"
            yield f"agent {agent.agent_id}: {held}: see the agents table"


def _lost(account: Account, holdings: Holdings, said: Counter[str]) -> Iterator[str]:
    for words in sorted(account.accepted):
        if not said[words]:
            yield f"message {words!r} was taken and is in no conversation: see the router's log and its parked messages"
    if holdings.quarantined < account.garbage:
        yield f"{account.garbage - holdings.quarantined} of {account.garbage} quarantined deliveries are gone"
    written = {entry.text for entry in holdings.entries if entry.author == "agent"}
    for answer in sorted(account.answers - written):
        yield f"answer {answer!r} was taken and is in no conversation: see agent_api's log"


def _doubled(account: Account, holdings: Holdings, said: Counter[str]) -> Iterator[str]:
    for words, count in said.items():
        if count > 1:
            yield f"message {words!r} is there {count} times"
    received = Counter(holdings.received)
    for answer in sorted(account.answers):
        if received[answer] > 1:
            yield f"answer {answer!r} reached its customer {received[answer]} times: see outbound's log"
    for thread, count in Counter(one.thread for one in holdings.conversations if one.is_open).items():
        if count > 1:
            yield f"thread {thread} has {count} open conversations"
    acknowledged = Counter(entry.conversation_id for entry in _acknowledgements(holdings.entries))
    for conversation, count in acknowledged.items():
        if count > 1:
            yield f"conversation {conversation} was acknowledged {count} times"


def _others(holdings: Holdings) -> Iterator[str]:
    """What no count names: states that contradict themselves, answers that never left, too many words by machines."""
    for one in holdings.conversations:
        if (one.owner is not None) != (one.status is Status.ASSIGNED):
            yield f"conversation {one.id} is {one.status} and its owner is {one.owner}"
    since = holdings.settled_since
    for entry in holdings.entries:
        is_late = since is None or entry.at > since
        if entry.direction == "outbound" and is_late and entry.status not in SETTLED:
            yield f"message {entry.id} of {entry.conversation_id} is still {entry.status}: see outbound's log"
    yield from _over_budget(holdings)


def _over_budget(holdings: Holdings) -> Iterator[str]:
    whose = {one.id: one.customer_id for one in holdings.conversations}  # two networks may give two people one number
    times: dict[str, list[Instant]] = defaultdict(list)
    for entry in _acknowledgements(holdings.entries):
        times[whose.get(entry.conversation_id, "")].append(entry.at)
    for customer, told in times.items():
        told.sort()
        if any(later - first < DAY for first, later in zip(told, told[DAILY_LIMIT:], strict=False)):
            names = sorted(identifier for identifier, known in whose.items() if known == customer)
            yield f"a customer was acknowledged more than {DAILY_LIMIT} times a day: see {', '.join(names)}"


def _acknowledgements(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Those of openings; a promise that is renewed has a message of its own."""
    return (entry for entry in entries if entry.kind == "acknowledgement" and not entry.id.startswith("renewal."))
