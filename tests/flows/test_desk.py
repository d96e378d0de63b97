"""What agents and leads may do, and what is refused with which remedy."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard.conversation import Status
from switchboard.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from switchboard.flows import desk
from switchboard.message import ConsentChange, DeliveryStatus, Party
from switchboard.routing import Presence
from tests.doubles import Overridden
from tests.world import CUSTOMER, World

LEAD = desk.Caller("lea", is_lead=True)


def reply(who: desk.Caller, world: World, text: str = "done", key: str = "k") -> tuple[str, bool]:
    entry, is_new = desk.reply(who, world.only().id, text, key, world.board)
    return entry.text, is_new


# -- presence ---------------------------------------------------------------------------------------


def test_whom_no_lead_has_added_can_do_nothing(world: World) -> None:
    with pytest.raises(NotFoundError, match="a lead must add them first"):
        desk.set_presence(desk.Caller("nobody"), Presence.ONLINE, world.board)
    with pytest.raises(NotFoundError):
        desk.me(desk.Caller("nobody"), world.board)


def test_a_heartbeat_moves_the_time_at_which_an_agent_is_gone(world: World) -> None:
    ann = world.agent("ann")
    world.later(seconds=60)
    due_at = desk.set_presence(ann, Presence.ONLINE, world.board).due_at
    assert due_at
    assert (due_at - world.now).total_seconds() == 90


def test_coming_online_shows_the_work_that_was_taken_at_once(world: World) -> None:
    world.text()
    ann = world.agent("ann", online=False)
    assert desk.set_presence(ann, Presence.ONLINE, world.board).free == 4


def test_a_heartbeat_lists_an_agent_whose_capacity_was_raised(world: World) -> None:
    ann = world.agent("ann", units=1)
    world.text()
    world.text(sender="+15551230002")
    world.agent("ann", units=2, online=False)
    desk.set_presence(ann, Presence.ONLINE, world.board)
    world.text(sender="+15551230003")
    assert world.free("ann") == 0


def test_who_is_away_keeps_their_work_and_gets_no_more(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.set_presence(ann, Presence.AWAY, world.board)
    world.text(sender="+15551230002")
    assert {known.address: known.owner for known in world.all_conversations()} == {
        CUSTOMER: "ann",
        "+15551230002": None,
    }


def test_who_goes_offline_hands_their_work_on(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.agent("bob")
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    assert world.only().owner == "bob"
    assert (world.free("ann"), world.free("bob")) == (5, 4)


def test_what_was_answered_when_its_agent_goes_offline_is_idle(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    reply(ann, world)
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    assert world.only().status is Status.IDLE


# -- reading ----------------------------------------------------------------------------------------


def test_my_conversations_show_the_longest_waiting_first(world: World) -> None:
    ann = world.agent("ann")
    for n in range(3):
        world.text(sender=f"+1555123000{n}")
        world.later(seconds=1)
    first = desk.my_conversations(ann, world.board)[0]
    desk.reply(ann, first.id, "done", "k", world.board)
    assert [known.address[-1] for known in desk.my_conversations(ann, world.board)] == ["1", "2", "0"]


def test_an_agent_reads_what_is_in_their_queues(world: World) -> None:
    world.text()
    known, entries, _ = desk.read(world.agent("bob", online=False), world.only().id, world.board)
    assert known == world.only()
    assert [entry.text for entry in entries] == ["hello"]


@pytest.mark.parametrize("identifier", ["acme-sms.nobody.1", "nonsense", ""])
def test_what_does_not_exist_is_not_found(world: World, identifier: str) -> None:
    with pytest.raises(NotFoundError, match="no such conversation"):
        desk.read(LEAD, identifier, world.board)


def test_a_conversation_of_another_queue_does_not_exist_for_an_agent_and_does_for_a_lead(world: World) -> None:
    world.text()
    carl = world.agent("carl", queues=("returns",))
    with pytest.raises(NotFoundError, match="no such conversation"):
        desk.read(carl, world.only().id, world.board)
    assert desk.read(LEAD, world.only().id, world.board)[0].queue == "support"


# -- replying ---------------------------------------------------------------------------------------


def test_the_same_idempotency_key_writes_one_message(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    assert reply(ann, world, "done") == ("done", True)
    assert reply(ann, world, "other words") == ("done", False)
    assert reply(ann, world, "more", key="k2") == ("more", True)
    assert world.only().outbound == 2


def test_the_same_key_again_is_answered_even_when_the_conversation_is_no_longer_theirs(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    reply(ann, world)
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=False)
    assert reply(ann, world) == ("done", False)


def test_a_reply_is_queued_at_its_position(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    entry, _ = desk.reply(ann, world.only().id, "done", "k", world.board)
    assert (entry.position, entry.status, entry.agent_id) == (1, DeliveryStatus.QUEUED, "ann")


@pytest.mark.parametrize("has_owner", [True, False])
def test_only_the_owner_may_reply(world: World, *, has_owner: bool) -> None:
    if has_owner:
        world.agent("ann")
    world.text()
    bob = world.agent("bob", online=False)
    for who in (bob, LEAD):
        with pytest.raises(ForbiddenError):
            reply(who, world)
    assert world.only().outbound == 0


def test_the_last_agent_may_still_write_to_an_idle_conversation(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    reply(ann, world)
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    assert reply(ann, world, "one more thing", "k2") == ("one more thing", True)
    assert world.only().status is Status.IDLE


def test_nobody_writes_to_a_resolved_conversation(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    with pytest.raises(RefusedError, match="opens a new one"):
        reply(ann, world)


def test_nobody_writes_to_who_opted_out(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.route(
        ConsentChange(
            channel="sms", account="acme-sms", provider_id="SM9", sender=Party(address=CUSTOMER), kind="opt_out"
        )
    )
    with pytest.raises(RefusedError, match="START"):
        reply(ann, world)


def test_a_reply_that_loses_a_race_to_a_message_is_written_all_the_same(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    tried: list[int] = []

    def write(*changed: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            raise ConflictError("the customer wrote again")
        return world.conversations.write(*changed)

    conversations: Any = Overridden(world.conversations, write=write)
    world.board = replace(world.board, conversations=conversations)
    assert reply(ann, world) == ("done", True)
    assert world.only().outbound == 1


# -- resolving --------------------------------------------------------------------------------------


def test_resolving_is_refused_while_an_answer_is_owed(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    with pytest.raises(RefusedError, match="leave_unanswered"):
        desk.resolve(ann, world.only().id, world.board, leave_unanswered=False)
    assert world.only().owner == "ann"


def test_resolving_gives_the_slot_to_the_next(world: World) -> None:
    ann = world.agent("ann", units=1)
    world.text()
    world.later(seconds=1)
    world.text(sender="+15551230002")
    (first,) = desk.my_conversations(ann, world.board)
    desk.resolve(ann, first.id, world.board, leave_unanswered=True)
    (second,) = desk.my_conversations(ann, world.board)
    assert second.address == "+15551230002"
    assert world.free("ann") == 0


def test_resolving_twice_is_resolving_once(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    identifier = world.only().id
    first = desk.resolve(ann, identifier, world.board, leave_unanswered=True)
    assert desk.resolve(ann, identifier, world.board, leave_unanswered=True) == first
    assert world.free("ann") == 5


def test_who_does_not_own_it_may_not_resolve_it_unless_they_lead(world: World) -> None:
    world.agent("ann")
    world.text()
    bob = world.agent("bob", online=False)
    with pytest.raises(ForbiddenError):
        desk.resolve(bob, world.only().id, world.board, leave_unanswered=True)
    desk.resolve(LEAD, world.only().id, world.board, leave_unanswered=True)
    assert (world.only().status, world.free("ann")) == (Status.RESOLVED, 5)


def test_a_lead_may_end_what_nobody_has(world: World) -> None:
    world.text()
    assert desk.resolve(LEAD, world.only().id, world.board, leave_unanswered=True).status is Status.RESOLVED
