"""Canned responses: who is offered which, and how they read in a conversation."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from switchboard.audit import tag_of
from switchboard.aws.settings import DynamoSettings
from switchboard.canned import Canned
from switchboard.errors import NotFoundError, OutdatedError, RefusedError, UnfitError
from switchboard.flows import canned
from switchboard.flows.desk import Caller
from switchboard.flows.identity import describe
from tests.world import ROOT, World

LEA = Caller("lea", is_lead=True)
THANKS = Canned(shortcut="thanks", title="Thanks", texts={"en": "Thanks, {{customer_first_name}}!", "es": "¡Gracias!"})


@pytest.fixture
def settings(world: World) -> DynamoSettings:
    return DynamoSettings(world.client, "settings", "agents", "queues", lambda _: None)


@pytest.fixture
def write(world: World, settings: DynamoSettings) -> Callable[..., Canned]:
    def written(shortcut: str, text: str = "Hello", queues: tuple[str, ...] = (), **texts: str) -> Canned:
        new = Canned(shortcut=shortcut, title=shortcut.title(), texts=texts or {"en": text}, queues=queues)
        return canned.write(LEA, new, world.board, settings)[0]

    return written


def reads(world: World, settings: DynamoSettings, who: Caller) -> list[tuple[str, tuple[str, ...]]]:
    """How all there are read in the only conversation."""
    found = canned.filled_in(who, world.only().id, None, 50, world.board, settings)
    return [(reply.filled.text, reply.filled.missing) for reply in found.items]


def test_an_agent_is_offered_everybodys_and_their_queues(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    ann = world.agent("ann", queues=("support",))
    for shortcut, queues in (("all", ()), ("mine", ("support", "returns")), ("theirs", ("returns",))):
        write(shortcut, queues=queues)
    assert [one.shortcut for one in canned.offered(ann, None, 50, world.board, settings).items] == ["all", "mine"]
    assert len(canned.offered(LEA, None, 50, world.board, settings).items) == 3


def test_pages_follow_one_another_by_shortcut(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    for shortcut in ("c", "a", "b"):
        write(shortcut)
    first = canned.offered(LEA, None, 2, world.board, settings)
    rest = canned.offered(LEA, first.cursor, 2, world.board, settings)
    assert [[one.shortcut for one in page.items] for page in (first, rest)] == [["a", "b"], ["c"]]
    assert rest.cursor is None


def test_a_conversation_fills_in_what_is_known_of_it(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    ann = world.agent("ann", name="Ann Novak")
    world.text()
    known = world.only()
    describe(ann, known.customer_id, "Mia", None, world.board)
    write("all", "{{agent_name}} {{brand}} {{customer_first_name}} {{our_address}} {{queue}} {{reference}}")
    ((text, missing),) = reads(world, settings, ann)
    assert text == f"Ann Novak Acme Mia {world.policy.accounts['acme-sms'].address} support {known.reference}"
    assert missing == ()


def test_a_name_that_nobody_confirmed_stays_a_variable(world: World, settings: DynamoSettings) -> None:
    ann = world.agent("ann")
    world.text()
    canned.write(LEA, THANKS, world.board, settings)
    assert reads(world, settings, ann) == [("Thanks, {{customer_first_name}}!", ("customer_first_name",))]


def test_the_language_is_the_customers_where_there_is_a_text(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    ann = world.agent("ann")
    world.text("Hola, ¿dónde está mi pedido? Lo compré la semana pasada y todavía no ha llegado")
    assert world.only().language == "es"
    write("both", en="Hello", es="Buenas")
    write("english", en="Hello")
    write("german", de="Guten Tag")
    assert [text for text, _ in reads(world, settings, ann)] == ["Buenas", "Hello", "Guten Tag"]


def test_a_promise_is_told_by_the_customers_clock(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    world.text()
    world.settle()
    ann = world.agent("ann")
    known = world.only()
    assert known.promised_at
    write("when", "By {{promised_time}}")
    ((ours, _),) = reads(world, settings, ann)
    describe(ann, known.customer_id, None, "Asia/Shanghai", world.board)
    ((theirs, _),) = reads(world, settings, ann)
    assert (ours, theirs) == ("By 12:00", "By Tuesday, 24 November, 01:00")
    world.now = known.promised_at
    assert reads(world, settings, ann) == [("By {{promised_time}}", ("promised_time",))]


def test_what_is_another_queues_is_not_offered_in_a_conversation(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    ann = world.agent("ann")
    world.text()
    write("returns", queues=("returns",))
    assert reads(world, settings, ann) == []


def test_nobody_reads_a_conversation_by_its_canned_responses(world: World, settings: DynamoSettings) -> None:
    world.text()
    ben = world.agent("ben", queues=("returns",))
    with pytest.raises(NotFoundError):
        reads(world, settings, ben)


# -- writing them ----------------------------------------------------------------------------------


def test_writing_the_same_again_writes_nothing(world: World, settings: DynamoSettings) -> None:
    assert [canned.write(LEA, THANKS, world.board, settings)[1] for _ in range(2)] == [True, False]
    assert len(settings.changes(None, 50)[0]) == 1


def test_a_shortcut_is_one_responses(world: World, settings: DynamoSettings, write: Callable[..., Canned]) -> None:
    write("thanks")
    with pytest.raises(RefusedError, match="another one with this shortcut"):
        canned.write(LEA, THANKS, world.board, settings)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"texts": {"en": "Hi {{name}}"}}, r"texts.en: {{name}} is no variable: use one of {{agent_name}}"),
        ({"texts": {"en": "Hi", "es": "{{brand"}}, "texts.es: a variable is not closed"),
        ({"queues": ("sales",)}, "queues: there is no 'sales': use support, returns"),
    ],
)
def test_what_can_not_be_filled_in_is_named_when_it_is_written(
    world: World, settings: DynamoSettings, changes: dict[str, Any], named: str
) -> None:
    wrong = Canned(**{"shortcut": "x", "title": "X", "texts": {"en": "x"}, **changes})
    canned.write(LEA, Canned(shortcut="x", title="X", texts={"en": "x"}), world.board, settings)
    for act in (
        lambda: canned.write(LEA, wrong, world.board, settings),
        lambda: canned.rewrite(LEA, wrong, None, world.board, settings),
    ):
        with pytest.raises(UnfitError, match=named):
            act()


def test_of_two_leads_who_change_one_at_once_the_second_is_told(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    seen = tag_of(canned.values_of(write("thanks")))
    canned.rewrite(LEA, THANKS, seen, world.board, settings)
    for act in (
        lambda: canned.rewrite(LEA, THANKS, seen, world.board, settings),
        lambda: canned.remove(LEA, "thanks", seen, world.board, settings),
    ):
        with pytest.raises(OutdatedError, match="read it again"):
            act()
    assert canned.one("thanks", settings).texts == THANKS.texts


def test_a_change_is_on_record_language_by_language(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    write("thanks", en="Thanks", fr="Merci")
    canned.rewrite(LEA, THANKS, None, world.board, settings)
    canned.rewrite(LEA, THANKS, None, world.board, settings)
    newest, first = settings.changes(None, 50)[0]
    assert (newest.kind, newest.subject, newest.by, newest.at) == ("canned", "thanks", "lea", world.now)
    assert {one.field: (one.before, one.after) for one in newest.differences} == {
        "texts.en": ("Thanks", THANKS.texts["en"]),
        "texts.fr": ("Merci", None),
        "texts.es": (None, "¡Gracias!"),
    }
    assert all(one.before is None for one in first.differences)


def test_removing_one_twice_is_removing_it_once(
    world: World, settings: DynamoSettings, write: Callable[..., Canned]
) -> None:
    write("thanks")
    for _ in range(2):
        canned.remove(LEA, "thanks", None, world.board, settings)
    with pytest.raises(NotFoundError):
        canned.one("thanks", settings)
    with pytest.raises(NotFoundError):
        canned.rewrite(LEA, THANKS, None, world.board, settings)
    assert len(settings.changes(None, 50)[0]) == 2


def test_babel_is_imported_only_for_a_time_that_is_written_out() -> None:
    code = "import sys, functions.agent_api.canned; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
