"""One counterparty's flood waits behind everybody else, loses nothing, and moves up as its places become free."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.router.tasks import handle
from switchboard.conversation import Conversation, Status
from switchboard.errors import ForbiddenError, NotFoundError, UnfitError
from switchboard.flood import Source, source_named, source_of
from switchboard.flows import assignments, desk, held, remarks
from switchboard.flows.dispatch import find_agent
from switchboard.flows.places import counterparty_of, take, tidy
from switchboard.message import Automation
from switchboard.policy import AccountPolicy, Flood, Priority, Rule
from tests.flows.test_exchanges import ACCOUNT, OURS, a_mail
from tests.world import World

FLOODER = "flood@robot.example"
LEAD = desk.Caller("lea", is_lead=True)


@pytest.fixture
def world(world: World) -> World:
    account = AccountPolicy(channel="email", address=OURS, brand="acme", queue="support", languages=("en", "es"))
    world.with_policy(accounts={**world.policy.accounts, ACCOUNT: account}, flood=Flood(waiting=2))
    return world


def flood(world: World, count: int, start: int = 1, **changes: Any) -> None:
    for number in range(start, start + count):
        world.route(a_mail(number, sender=FLOODER, **changes))
        world.later(seconds=1)


def waiting(world: World) -> tuple[list[Conversation], list[Conversation]]:
    """What is in the lanes, and what is held."""
    known = sorted(world.all_conversations(), key=lambda one: one.opened_at)
    still = [one for one in known if one.status is Status.WAITING]
    return [one for one in still if not one.held], [one for one in still if one.held]


def others(world: World, count: int) -> None:
    for number in range(count):
        world.route(a_mail(1000 + number, sender=f"person{number}@customer.example"))


def resolve_all(world: World, agent: desk.Caller) -> None:
    for one in desk.my_conversations(agent, world.board):
        desk.resolve(agent, one.id, world.board, leave_unanswered=True)


def test_beyond_the_budget_conversations_are_held_with_their_messages(world: World) -> None:
    flood(world, 5)
    placed, behind = waiting(world)
    assert (len(placed), len(behind)) == (2, 3)
    assert all(len(world.entries(one)) == 1 for one in (*placed, *behind))


def test_others_are_served_before_what_is_held_however_old_it_is(world: World) -> None:
    flood(world, 6)
    world.later(hours=5)
    others(world, 3)
    ann = world.agent("ann", units=5)
    owned = desk.my_conversations(ann, world.board)
    assert Counter(one.address for one in owned)[FLOODER] == 2
    assert len(owned) == 5


def test_an_agent_without_other_work_takes_what_is_held(world: World) -> None:
    world.agent("ann", units=10)
    flood(world, 6)
    assert waiting(world) == ([], [])


def test_a_place_that_becomes_free_goes_to_the_oldest_which_ages_from_then_on(world: World) -> None:
    flood(world, 5)
    _, (oldest, *_) = waiting(world)
    world.later(hours=1)
    world.agent("ann", units=1)
    others(world, 1)
    world.settle()
    placed, behind = waiting(world)
    assert len(behind) == 2
    (moved,) = [one for one in placed if one.id == oldest.id]
    assert (moved.waiting_since, moved.awaiting_since) == (world.now, oldest.awaiting_since)


def test_a_flood_takes_turns_with_others_who_come_later(world: World) -> None:
    flood(world, 9)
    ann, served = world.agent("ann", units=1), []
    for number in range(8):
        world.later(minutes=1)
        world.route(a_mail(2000 + number, sender=f"later{number}@customer.example"))
        served += [one.address for one in desk.my_conversations(ann, world.board)]
        resolve_all(world, ann)
        world.settle()
    assert served[:2] == [FLOODER, FLOODER]
    assert Counter(served)[FLOODER] <= 6


def test_everything_that_is_held_is_served_in_the_end(world: World) -> None:
    flood(world, 8)
    ann = world.agent("ann", units=1)
    order = []
    for _ in range(8):
        world.settle()
        order += [one.opened_at for one in desk.my_conversations(ann, world.board)]
        world.later(seconds=1)
        resolve_all(world, ann)
    assert len(order) == 8
    assert order == sorted(order)


def test_a_budget_is_per_queue_and_urgent_words_have_one_of_their_own(world: World) -> None:
    flood(world, 4)
    flood(world, 4, start=5, text="There is smoke, somebody is injured!")
    placed, behind = waiting(world)
    assert Counter(one.priority for one in placed) == {"normal": 2, "urgent": 2}
    assert Counter(one.priority for one in behind) == {"normal": 2, "urgent": 2}


def test_a_pressing_word_gets_what_is_held_out_of_ones_own_flood(world: World) -> None:
    flood(world, 3)
    _, (one,) = waiting(world)
    more = a_mail(9, sender=FLOODER, text="Somebody is injured!")
    alias = replace_thread(more, one, world)
    world.route(alias)
    placed, behind = waiting(world)
    assert one.id in {each.id for each in placed}
    assert behind == []


def replace_thread(message: Any, known: Conversation, world: World) -> Any:
    (first,) = world.entries(known)
    assert first.mail
    return message.model_copy(
        update={"thread": message.thread.model_copy(update={"in_reply_to": first.mail.message_id})}
    )


def test_a_chat_is_one_place_however_much_is_written(world: World) -> None:
    for number in range(20):
        world.text(f"message {number}")
    assert world.only().counterparty is None


def test_machines_and_senders_that_prove_nothing_count_for_their_domain() -> None:
    assert counterparty_of(a_mail(), "c1") == "c1"
    assert counterparty_of(a_mail(flags=("unverified",)), "c1") == "@customer.example"
    assert counterparty_of(a_mail(auto=Automation(generated=True)), "c1") == "@customer.example"


def test_a_robot_that_names_another_address_each_time_has_one_budget(world: World) -> None:
    for number in range(6):
        sender = f"ticket-{number}@robot.example"
        world.route(a_mail(number + 1, sender=sender, auto=Automation(generated=True)))
    placed, behind = waiting(world)
    assert (len(placed), len(behind)) == (2, 4)


def test_a_redelivery_takes_no_second_place(world: World) -> None:
    for _ in range(3):
        world.route(a_mail(1, sender=FLOODER))
    world.route(a_mail(2, sender=FLOODER))
    assert [len(part) for part in waiting(world)] == [2, 0]


def test_a_place_taken_by_a_try_that_died_is_given_to_another_after_a_minute(world: World) -> None:
    flood(world, 1)
    source = source_of(world.only())
    assert source
    world.board.places.take(source, f"{ACCOUNT}.ghost.1", 2, world.now)
    flood(world, 1, start=2)
    assert [len(part) for part in waiting(world)] == [1, 1]
    world.later(minutes=2)
    flood(world, 1, start=3)
    assert [len(part) for part in waiting(world)] == [2, 1]


def test_a_place_that_somebody_is_filling_just_now_is_nobody_elses(world: World) -> None:
    flood(world, 5)
    world.agent("ann", units=1)
    oldest = waiting(world)[1][0]
    source = source_of(oldest)
    assert source
    assert take(source, oldest.id, world.board), "one look has taken it, and has not written yet that it waits"
    assert tidy(source, world.board.places.get(source), world.board) == []
    held.fill(source, world.board)
    assert [one.id for one in waiting(world)[0]][-1] == oldest.id
    assert len(waiting(world)[0]) == 2


def test_the_sweep_finds_a_place_that_no_event_gave(world: World) -> None:
    flood(world, 4)
    (first, _), _ = waiting(world)
    world.conversations.save(first, replace(first, status=Status.RESOLVED, awaiting_since=None))
    world.later(minutes=1)
    assert world.sweep().placed == 1
    assert [len(part) for part in waiting(world)] == [2, 1]


def test_whom_a_person_gives_an_agent_leaves_a_place(world: World) -> None:
    flood(world, 4)
    (first, _), _ = waiting(world)
    world.agent("ann", units=1, queues=("returns",))
    assignments.assign(LEAD, first.id, "ann", world.board)
    world.settle()
    assert [len(part) for part in waiting(world)] == [2, 1]


def test_what_waiting_moves_into_another_line_takes_a_place_there(world: World) -> None:
    rule = Rule(name="old", channels=("email",), waited=timedelta(hours=1), priority=Priority.URGENT)
    world.with_policy(rules=(rule,))
    flood(world, 6)
    world.later(hours=2)
    for one in world.all_conversations():
        find_agent(one, world.board)
    assert Counter((one.priority, one.held) for one in world.all_conversations()) == {
        ("urgent", False): 2,
        ("urgent", True): 4,
    }


def test_what_a_person_places_is_held_no_more(world: World) -> None:
    flood(world, 4)
    _, (first, _) = waiting(world)
    remarks.place(LEAD, first.id, None, Priority.HIGH, world.board)
    assert [len(part) for part in waiting(world)] == [3, 1]


def test_a_lead_sees_who_floods_and_lifts_the_budget(world: World) -> None:
    flood(world, 7)
    (one,) = held.overview(LEAD, world.board)
    assert (one.count, one.source.queue, one.source.is_urgent) == (5, "support", False)
    assert held.lift(LEAD, one.source.text, world.board) == one
    world.settle()
    assert [len(part) for part in waiting(world)] == [7, 0]
    flood(world, 2, start=20)
    assert [len(part) for part in waiting(world)] == [9, 0]
    world.later(days=2)
    flood(world, 2, start=30)
    assert [len(part) for part in waiting(world)] == [9, 2]


def test_only_a_lead_sees_and_releases_what_is_held(world: World) -> None:
    with pytest.raises(ForbiddenError, match="lead"):
        held.overview(desk.Caller("ann"), world.board)
    with pytest.raises(NotFoundError, match="held"):
        held.lift(LEAD, "nobody support", world.board)
    with pytest.raises(UnfitError, match="GET /agent/held"):
        held.lift(LEAD, "nobody support late", world.board)


def test_once_nothing_is_held_leaving_a_place_tells_nobody(world: World) -> None:
    flood(world, 3)
    ann = world.agent("ann", units=5)
    resolve_all(world, ann)
    world.settle()
    source = Source(str(world.all_conversations()[0].counterparty), "support", is_urgent=False)
    assert world.board.places.get(source).crowded_at
    world.later(minutes=2)
    held.fill(source, world.board)
    assert world.board.places.get(source).crowded_at is None


def test_a_source_is_written_and_read_alike() -> None:
    for source in (Source("c1", "support", is_urgent=True), Source("@robot.example", "returns", is_urgent=False)):
        assert source_named(source.text) == source


def test_sweeps_that_piled_up_are_one_sweep(world: World) -> None:
    def swept() -> str:
        return handle("sweep.due", {}, world.board, world.quarantine).outcome

    assert [swept(), swept()] == ["swept", "swept_already"]
    world.later(minutes=1)
    assert swept() == "swept"


def test_while_the_router_is_behind_a_sweep_does_only_what_is_due(world: World) -> None:
    ann = world.agent("ann", units=1)
    world.text(sender="+15551230001")
    flood(world, 4)
    assert desk.my_conversations(ann, world.board)
    world.later(minutes=15)
    done = handle("sweep.due", {}, world.board, world.quarantine, timedelta(minutes=1))
    assert done.outcome == "swept_due_only"
    assert done.metrics["Lapsed"] == 1
