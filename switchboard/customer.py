"""Who a customer is over many addresses, and what is known of them before they write again. Pure.

An address belongs for good to the customer as whom it was first met, and conversations to that customer. That two
customers are one person is a fact of its own, a join: an agent's word, or a proof (invitation.py). A person is what
joins connect. Taking a join back takes away that one fact, so each side is again exactly who it was, with whatever
was learned of it meanwhile.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from switchboard.conversation import Conversation, repeats
from switchboard.errors import NotFoundError, RefusedError
from switchboard.instant import Instant

MOST_CUSTOMERS = 20
"""Customers that one person may be: a join is one transaction, a page a bounded number of reads."""
MOST_REMEMBERED = 50
"""Joins that were taken back, and former tiers, that are remembered of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Somebody or something said that two customers are one person."""

    join_id: str
    one: str
    other: str
    at: Instant
    by: str
    """`agent:<id>` who merged them, or `code:<id>` of the agent whose code came back from the other address."""
    undone_at: Instant | None = None
    undone_by: str | None = None
    """Id of the agent who took it back."""

    @property
    def holds(self) -> bool:
        """Whether nobody took it back."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A lead gave a customer a tier of the policy's, or none any more."""

    customer: str
    tier: str | None = None
    at: Instant
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Customers who are one, and what was said about them."""

    customers: tuple[str, ...]
    """Their ids; the record is kept with the first."""
    joins: tuple[Join, ...] = ()
    """Those that hold connect the customers, without a circle."""
    rankings: tuple[Ranking, ...] = ()
    """In order of time."""
    revision: int = 0
    """0 where nothing is recorded: a customer of whom nobody said anything."""

    @property
    def tier(self) -> str | None:
        """The newest that any of the customers was given."""
        return self.rankings[-1].tier if self.rankings else None


def alone(customer: str) -> Person:
    """A customer of whom nobody said anything."""
    return Person(customers=(customer,))


def join(one: Person, other: Person, made: Join) -> Person:
    """Two persons as one; raises `RefusedError` where that would be too many customers to be one person."""
    customers = tuple(dict.fromkeys((*one.customers, *other.customers)))
    if len(customers) > MOST_CUSTOMERS:
        raise RefusedError(f"one person has at most {MOST_CUSTOMERS} customers' addresses: undo a merge first")
    joins = {each.join_id: each for each in (*one.joins, *other.joins, made)}
    rankings = sorted({*one.rankings, *other.rankings}, key=lambda ranking: ranking.at)
    return _abridged(Person(customers=customers, joins=tuple(joins.values()), rankings=tuple(rankings)))


def find(person: Person, join_id: str) -> Join:
    """One of a person's joins; raises `NotFoundError`."""
    found = next((each for each in person.joins if each.join_id == join_id), None)
    if found is None:
        raise NotFoundError("this customer has no such merge")
    return found


def part(person: Person, join_id: str, by: str, at: datetime) -> tuple[Person, ...]:
    """The two persons that are left when a join is taken back; the same one if it was before. Raises as `find`."""
    if not find(person, join_id).holds:
        return (person,)
    joins = tuple(
        replace(each, undone_at=at, undone_by=by) if each.join_id == join_id else each for each in person.joins
    )
    return tuple(_pieces(replace(person, joins=joins)))


def without(person: Person, gone: Collection[str]) -> tuple[Person, ...]:
    """Who is left when customers are erased: nothing says that there were others."""
    left = replace(
        person,
        customers=tuple(customer for customer in person.customers if customer not in gone),
        joins=tuple(each for each in person.joins if each.one not in gone and each.other not in gone),
    )
    return tuple(_pieces(left))


def rank(person: Person, ranking: Ranking) -> Person:
    """Give a person a tier."""
    return _abridged(replace(person, rankings=(*person.rankings, ranking)))


def _pieces(person: Person) -> Iterable[Person]:
    """What the joins that hold still connect: each with what was said of its own customers."""
    holding = [each for each in person.joins if each.holds]
    left = list(person.customers)
    while left:
        reached = {left[0]}
        while more := {end for each in holding for end in _ends(each, reached)} - reached:
            reached |= more
        left = [customer for customer in left if customer not in reached]
        yield Person(
            customers=tuple(customer for customer in person.customers if customer in reached),
            joins=tuple(each for each in person.joins if {each.one, each.other} & reached),
            rankings=tuple(each for each in person.rankings if each.customer in reached),
        )


def _ends(joined: Join, reached: Collection[str]) -> set[str]:
    ends = {joined.one, joined.other}
    return ends if ends & set(reached) else set()


def _abridged(person: Person) -> Person:
    """All joins that hold, and the newest of what doesn't any more."""
    undone = sorted((each.undone_at, each.join_id) for each in person.joins if each.undone_at)
    dropped = {join_id for _, join_id in undone[:-MOST_REMEMBERED]}
    return replace(
        person,
        joins=tuple(each for each in person.joins if each.join_id not in dropped),
        rankings=person.rankings[-MOST_REMEMBERED:],
    )


# -- the story so far -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of a person when they open a conversation: an input of routing."""

    conversations: int = 0
    """How many there were before, of those that were looked at."""
    last_agent: str | None = None
    last_agent_at: Instant | None = None
    last_agent_on: str | None = None
    """The channel on which they were with that agent."""
    language: str | None = None
    """Of their newest conversation."""
    repeats: int = 0
    """How often they came back over what is unanswered, or was just resolved, in their other conversations."""


def history(past: Iterable[Conversation], at: datetime) -> History:
    """The story of a person, from their newest conversations of any channel."""
    known = sorted(past, key=lambda one: (one.opened_at, one.id))
    if not known:
        return History()
    helped = [one for one in known if one.last_agent]
    last = max(helped, key=lambda one: one.last_agent_at or one.opened_at, default=None)
    return History(
        conversations=len(known),
        last_agent=last.last_agent if last else None,
        last_agent_at=last.last_agent_at if last else None,
        last_agent_on=last.channel if last else None,
        language=known[-1].language,
        repeats=sum(repeats(one, at) for one in known),
    )


def told(known: History, latest: Conversation | None, channel: str, language: str | None) -> tuple[str, ...]:
    """What of a history made a difference to a new conversation on `channel`, in words for agents.

    `latest` is the conversation before it in its own thread, `language` what the message itself is written in.
    """
    lines: Sequence[tuple[object, str]] = (
        (known.last_agent and latest is None, _met_before(known, channel)),
        (known.language and language is None, f"the customer's last conversation was in {known.language}"),
    )
    return tuple(line for applies, line in lines if applies)


def _met_before(known: History, channel: str) -> str:
    where = "in another conversation" if known.last_agent_on == channel else f"on {known.last_agent_on}"
    return f"the customer's last agent spoke with them {where}"
