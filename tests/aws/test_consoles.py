"""The consoles table: tickets that are good once, connections, and feeds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from switchboard.alerts import Slate
from switchboard.aws.alerts import DynamoSlates
from switchboard.aws.consoles import DynamoConsoles
from switchboard.push import KEPT, Connection, Happened, Look, Note, Ticket
from tests.world import MONDAY, World

TICKET = Ticket(agent_id="ann", queues=("support",), expires_at=MONDAY + timedelta(seconds=30))
CONNECTION = Connection(connection_id="c1=", agent_id="ann", queues=("support", "returns"), connected_at=MONDAY)

LOOK = Look(conversation_id="a.b.1", typing=True, at=MONDAY)


@pytest.fixture
def consoles(world: World) -> DynamoConsoles:
    return DynamoConsoles(world.client, "consoles")


def items(world: World) -> list[dict[str, str]]:
    found = world.client.scan(TableName="consoles")["Items"]
    return [{name: str(next(iter(value.values()))) for name, value in item.items()} for item in found]


def test_a_ticket_is_good_once(consoles: DynamoConsoles) -> None:
    consoles.issue("secret", TICKET)
    assert consoles.redeem("secret", MONDAY) == TICKET
    assert consoles.redeem("secret", MONDAY) is None


def test_a_ticket_is_good_for_half_a_minute(consoles: DynamoConsoles) -> None:
    consoles.issue("secret", TICKET)
    assert consoles.redeem("secret", MONDAY + timedelta(seconds=30)) is None
    assert consoles.redeem("secret", MONDAY) is None, "it is gone"


def test_nobody_guesses_a_ticket_nor_finds_it_in_the_table(consoles: DynamoConsoles, world: World) -> None:
    consoles.issue("secret", TICKET)
    assert consoles.redeem("secre", MONDAY) is None
    assert consoles.redeem("", MONDAY) is None
    assert "secret" not in str(items(world))


def test_a_console_is_found_by_its_agent_until_it_is_gone(consoles: DynamoConsoles, world: World) -> None:
    consoles.connect(CONNECTION)
    assert consoles.connections("agent#ann", 10) == [CONNECTION]
    assert consoles.connections("agent#ben", 10) == []
    consoles.disconnect("c1=")
    consoles.disconnect("c1=")
    assert items(world) == []


def test_a_console_that_looks_is_found_by_the_conversation_until_it_looks_elsewhere_or_is_gone(
    consoles: DynamoConsoles, world: World
) -> None:
    consoles.connect(CONNECTION)
    assert consoles.look(CONNECTION, LOOK)
    (looking,) = consoles.lookers("a.b.1", 10)
    assert (looking.look, consoles.connection("c1=")) == (LOOK, looking)
    consoles.look(looking, replace(LOOK, conversation_id="a.b.2"))
    assert consoles.lookers("a.b.1", 10) == []
    assert consoles.disconnect("c1=") == replace(looking, look=replace(LOOK, conversation_id="a.b.2"))
    assert items(world) == []


def test_a_console_that_is_cut_while_it_says_that_it_looks_is_left_nowhere(
    consoles: DynamoConsoles, world: World
) -> None:
    consoles.connect(CONNECTION)
    consoles.disconnect("c1=")
    assert not consoles.look(CONNECTION, LOOK)
    assert items(world) == []


def test_what_is_watched_looked_at_and_heard_at_once_is_all_kept(consoles: DynamoConsoles, world: World) -> None:
    consoles.connect(CONNECTION)
    consoles.watch("c1=", ["support"])
    consoles.look(CONNECTION, LOOK)
    consoles.hear("c1=", MONDAY)
    consoles.watch("c1=", ["returns"])
    known = consoles.connection("c1=")
    assert known
    assert (known.watching, known.look, known.heard_at) == (("returns",), LOOK, MONDAY)
    topics = sorted(item["topic"] for item in items(world))
    assert topics == ["agent#ann", "connection#c1=", "conversation#a.b.1", "queue#returns"]


def test_a_console_watches_the_queues_that_it_may_and_no_others(consoles: DynamoConsoles) -> None:
    consoles.connect(CONNECTION)
    assert consoles.watch("c1=", ["support", "secret", "support"]) == ("support",)
    (watching,) = consoles.connections("queue#support", 10)
    assert watching.watching == ("support",)
    assert consoles.connections("queue#secret", 10) == []


def test_what_is_watched_anew_replaces_what_was_watched(consoles: DynamoConsoles, world: World) -> None:
    consoles.connect(CONNECTION)
    consoles.watch("c1=", ["support"])
    consoles.watch("c1=", ["returns"])
    assert consoles.connections("queue#support", 10) == []
    assert len(consoles.connections("queue#returns", 10)) == 1
    consoles.disconnect("c1=")
    assert items(world) == []


def test_a_console_that_is_gone_watches_nothing(consoles: DynamoConsoles, world: World) -> None:
    assert consoles.watch("c1=", ["support"]) == ()
    assert items(world) == []


def test_the_newest_consoles_of_an_agent_are_called(consoles: DynamoConsoles) -> None:
    for n in range(4):
        at = MONDAY + timedelta(minutes=n)
        consoles.connect(Connection(connection_id=f"c{n}", agent_id="ann", queues=(), connected_at=at))
    assert [found.connection_id for found in consoles.connections("agent#ann", 2)] == ["c3", "c2"]


def test_from_a_random_point_on_as_many_watchers_as_wanted_are_found_and_each_once(consoles: DynamoConsoles) -> None:
    for name in "adgk":
        consoles.connect(Connection(connection_id=name, agent_id=name, queues=("support",), connected_at=MONDAY))
        consoles.watch(name, ["support"])
    found = [[one.connection_id for one in consoles.connections("queue#support", limit, "e")] for limit in (1, 3, 9)]
    assert found == [["g"], ["g", "k", "a"], ["g", "k", "a", "d"]]


def test_one_of_all_who_want_to_hint_within_a_second_does(consoles: DynamoConsoles) -> None:
    second = timedelta(seconds=1)
    claims = [consoles.claim_hint("queue#support", MONDAY + n * second / 4, second) for n in range(5)]
    assert claims == [True, False, False, False, True]


def test_a_feed_is_read_from_a_time_on_in_order_of_time(consoles: DynamoConsoles) -> None:
    notes = [Note(at=MONDAY + timedelta(seconds=n), happened=(Happened(f"c{n}", "added"),)) for n in range(5)]
    for note in reversed(notes):
        consoles.write("agent#ann", note, "x")
    assert consoles.notes("agent#ann", MONDAY + timedelta(seconds=2), 10) == notes[2:]
    assert consoles.notes("agent#ann", MONDAY, 2) == notes[:2]
    assert consoles.notes("agent#ben", MONDAY, 10) == []


def test_two_notes_of_the_same_millisecond_are_both_kept(consoles: DynamoConsoles) -> None:
    note = Note(at=MONDAY, happened=(Happened("c", "added"),))
    consoles.write("agent#ann", note, "x")
    consoles.write("agent#ann", note, "y")
    assert len(consoles.notes("agent#ann", MONDAY, 10)) == 2


def test_everything_goes_by_itself_and_a_note_not_before_a_day_has_passed(
    consoles: DynamoConsoles, world: World
) -> None:
    consoles.issue("secret", TICKET)
    consoles.connect(CONNECTION)
    consoles.claim_hint("queue#support", MONDAY, timedelta(seconds=1))
    consoles.write("agent#ann", Note(at=MONDAY, happened=()), "x")
    gone_at = {item["item"].partition("#")[0]: int(item["gone_at"]) for item in items(world)}
    assert gone_at.keys() == {"ticket", "connection", "hint", "feed"}
    assert gone_at["feed"] > (MONDAY + KEPT).timestamp()


def test_all_of_an_agents_consoles_are_found(consoles: DynamoConsoles) -> None:
    opened = [replace(CONNECTION, connection_id=f"c{n}") for n in range(30)]
    for one in (*opened, replace(CONNECTION, connection_id="other", agent_id="ben")):
        consoles.connect(one)
    assert sorted(one.connection_id for one in consoles.consoles_of("ann")) == sorted(f"c{n}" for n in range(30))


def test_since_when_tickets_are_void_is_remembered_for_longer_than_any_is_good(
    consoles: DynamoConsoles, world: World
) -> None:
    assert consoles.voided_at("ann") is None
    for at in (MONDAY, MONDAY + timedelta(minutes=1)):
        consoles.void("ann", at)
        assert consoles.voided_at("ann") == at
    assert consoles.voided_at("ben") is None
    (item,) = items(world)
    assert int(item["gone_at"]) > (MONDAY + timedelta(hours=1)).timestamp()


def test_all_that_was_to_be_told_to_an_agent_is_forgotten_but_not_that_their_tickets_are_void(
    consoles: DynamoConsoles, world: World
) -> None:
    slates = DynamoSlates(world.client, "consoles")
    for name in ("ann", "ben"):
        slates.save_slate(slates.slate(name), Slate(agent_id=name))
        for n in range(60):
            consoles.write(f"agent#{name}", Note(at=MONDAY, happened=()), f"{n}")
    consoles.void("ann", MONDAY)
    consoles.forget("ann")
    assert [(one["topic"], one["item"]) for one in items(world) if one["topic"] != "agent#ben"] == [
        ("agent#ann", "voided")
    ]
    assert len(consoles.notes("agent#ben", MONDAY, 100)) == 60
    consoles.forget("ann")
