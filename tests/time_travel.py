"""What customers are told around closing times, clock changes and holidays: the flows, with the clock as an argument.

`docs/promises.md` is made from it, see `docs/generate.py`; `tests/flows/test_time_travel.py` holds what it must say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from switchboard.conversation import Acknowledgement, Conversation
from switchboard.flows import desk
from switchboard.policy import Policy, load_policy
from tests import tables
from tests.dynamodb import Dynamo
from tests.world import CUSTOMER, World

SMOKE = "There is smoke coming out of the lamp!"
POLICY = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True)
class Journey:
    """A customer writes and, some time later, an agent answers; both by the clock that the customer reads.

    `zone` is the customer's, where it is known; else they are told times in the queue's.
    """

    chapter: str
    wrote: str
    answered: str
    account: str = "shop"
    zone: str | None = None
    body: str = "Where is my lamp?"

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone or policy().hours_of(policy().accounts[self.account].queue).zone)

    def at(self, local: str) -> datetime:
        """An instant (UTC); `+` after it is the second time that an hour comes."""
        naive = datetime.fromisoformat(local.removesuffix("+"))
        return naive.replace(tzinfo=self.clock, fold=int(local.endswith("+"))).astimezone(UTC)


JOURNEYS = (
    Journey("A Friday evening", "2026-11-27 14:10", "2026-11-27 15:00"),
    Journey("A Friday evening", "2026-11-27 16:20", "2026-11-30 10:05"),
    Journey("A Friday evening", "2026-11-27 19:30", "2026-11-30 12:15"),
    Journey("A Friday evening", "2026-11-27 19:30", "2026-11-30 09:04", body=SMOKE),
    Journey("The night the clocks go forward", "2026-03-28 21:00", "2026-03-30 10:40"),
    Journey("The night the clocks go forward", "2026-03-29 01:15", "2026-03-29 04:05", account="hotline"),
    Journey("The night the clocks go back", "2026-10-25 01:30", "2026-10-25 02:10+", account="hotline"),
    Journey("The night the clocks go back", "2026-10-25 00:20", "2026-10-25 02:25", "hotline", "Europe/Berlin"),
    Journey("Christmas", "2026-12-23 17:10", "2026-12-24 10:10"),
    Journey("Christmas", "2026-12-24 11:30", "2026-12-28 09:40"),
    Journey("Christmas", "2026-12-24 20:00", "2026-12-28 16:00"),
    Journey("Christmas", "2026-12-25 12:00", "2026-12-28 10:20"),
    Journey("Christmas", "2026-12-22 10:00", "2026-12-30 11:00", account="repairs"),
    Journey("New Year", "2026-12-31 11:50", "2027-01-04 10:00"),
    Journey("New Year", "2027-01-01 00:05", "2027-01-04 11:30"),
    Journey("Customers elsewhere", "2026-11-24 15:40", "2026-11-25 08:30", zone="Europe/London"),
    Journey("Customers elsewhere", "2026-11-24 19:30", "2026-11-24 22:40", zone="Asia/Tokyo"),
    Journey("Customers elsewhere", "2026-11-25 16:30", "2026-11-27 09:20", account="america"),
    Journey("Danger", "2026-11-24 10:00", "2026-11-24 10:09", body=SMOKE),
    Journey("Danger", "2026-11-24 10:00", "2026-11-24 10:20", body=SMOKE),
    Journey("Evenings and nights", "2026-11-24 19:30", "2026-11-24 22:10", account="hotline"),
    Journey("Evenings and nights", "2026-11-24 22:30", "2026-11-25 01:15", account="hotline"),
    Journey("Evenings and nights", "2026-11-24 22:30", "2026-11-24 23:50", account="hotline"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A text that the customer got, and when (UTC)."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Travelled:
    """How a journey went: the conversation in the end, and what the customer was told until the answer."""

    journey: Journey
    known: Conversation
    told: Sequence[Told]

    @property
    def first(self) -> datetime | None:
        """What was promised first."""
        return self.known.acknowledgement.promised_at if self.known.acknowledgement else None

    @property
    def renewal(self) -> Acknowledgement | None:
        """What was said shortly before that would have been broken."""
        renewal = self.known.renewal
        return renewal if renewal and renewal.sent else None

    @property
    def is_kept(self) -> bool:
        return self.known.promise == "kept"


@cache
def policy() -> Policy:
    return load_policy(POLICY)


@cache
def travelled() -> Sequence[Travelled]:
    """Make all the journeys."""
    return tuple(map(travel, JOURNEYS))


def travel(journey: Journey) -> Travelled:
    """Make one, in a deployment where nobody was ever seen before: so it is the target that is promised."""
    client = Dynamo()
    tables.create(client)
    world = World(policy(), client, journey.at(journey.wrote))
    world.text(journey.body, account=journey.account)
    if journey.zone:
        _live_in(journey.zone, world)
    world.settle()
    told = [Told(world.now, sent.text) for sent in world.provider.taken]
    told += _wait(world, journey.at(journey.answered))
    who = world.agent("ann", queues=tuple(world.policy.queues), skills=())
    world.settle()
    desk.reply(who, world.only().id, "It is on its way.", "first", world.board)
    return Travelled(journey, world.only(), told)


def _live_in(zone: str, world: World) -> None:
    world.client.update_item(
        TableName="customers",
        Key={"address": {"S": f"sms:{CUSTOMER}"}, "item": {"S": "contact"}},
        UpdateExpression="SET #zone = :zone",
        ExpressionAttributeNames={"#zone": "zone"},
        ExpressionAttributeValues={":zone": {"S": zone}},
    )


def _wait(world: World, until: datetime) -> Iterator[Told]:
    """Let time pass, from one thing that is due to the next; what is told meanwhile."""
    while (due := world.only().check_at) and due < until:
        before = len(world.provider.taken)
        world.now = max(due, world.now + timedelta(seconds=1))
        world.sweep()
        world.look_at_promises()
        world.settle()
        assert world.only().check_at != due, "nobody does what is due"
        yield from (Told(world.now, sent.text) for sent in world.provider.taken[before:])
    world.now = until


# -- as a page --------------------------------------------------------------------------------------

_HEADS = ("", "wrote", "promised", "renewed", "promised then", "answered", "promise")


def chronicle() -> str:
    """A chapter per occasion: a row per journey, and below it what was said, word for word."""
    numbered = groupby(enumerate(travelled(), start=1), key=lambda pair: pair[1].journey.chapter)
    return "\n".join(_chapter(title, list(journeys)) for title, journeys in numbered)


def _chapter(title: str, journeys: Sequence[tuple[int, Travelled]]) -> str:
    rows = [_HEADS, ("---",) * len(_HEADS), *(_row(number, one) for number, one in journeys)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n".join((f"## {title}\n", table, "", *(_said(number, one) for number, one in journeys)))


def _row(number: int, one: Travelled) -> tuple[str, ...]:
    renewal = one.renewal
    return (
        str(number),
        _clock(one, one.known.opened_at),
        _clock(one, one.first),
        _clock(one, renewal.at if renewal else None),
        _clock(one, renewal.promised_at if renewal else None),
        _clock(one, one.known.answered_at),
        "kept" if one.is_kept else "**broken**",
    )


def _said(number: int, one: Travelled) -> str:
    whose = f", from {one.journey.zone.rpartition('/')[2]}" if one.journey.zone else ""
    quoted = "".join(f"  - {_clock(one, told.at)}: *{told.text}*\n" for told in one.told)
    return f"- {number}, to the account `{one.journey.account}`{whose}: *{one.journey.body}*\n{quoted}"


def _clock(one: Travelled, at: datetime | None) -> str:
    """By the customer's clock, with the zone's abbreviation around a night in which it changes."""
    if at is None:
        return "\N{EN DASH}"
    wrote, local = (each.astimezone(one.journey.clock) for each in (one.known.opened_at, at))
    changes = wrote.utcoffset() != (wrote + timedelta(days=1)).utcoffset()
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}" if changes else f"{local:%a} {local.day} {local:%b %H:%M}"
