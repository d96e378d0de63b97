"""Who has a conversation by a person's decision: assigned, taken over, passed on, put aside, taken up again."""

from datetime import timedelta

import pytest

from switchboard.conversation import Conversation, Status
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows import assignments, desk, remarks
from switchboard.flows.assignments import Target
from switchboard.flows.deliver import deliver
from switchboard.routing import Presence
from tests.world import BASE_URL, World

LEAD = desk.Caller("lea", is_lead=True)
OTHER = "+15551230002"
HOUR = timedelta(hours=1)


def of(world: World, address: str) -> Conversation:
    return next(known for known in world.all_conversations() if known.address == address)


def transfer(who: desk.Caller, world: World, target: Target, key: str = "k") -> Conversation:
    known, _, _ = assignments.transfer(who, world.only().id, target, "please look", key, world.board)
    return known


# -- assigning and taking over ----------------------------------------------------------------------


def test_a_lead_assigns_what_somebody_else_has_and_both_loads_follow(world: World) -> None:
    world.agent("ann")
    world.text()
    world.agent("bob")
    given = assignments.assign(LEAD, world.only().id, "bob", world.board)
    assert (given.owner, given.assigned_by, given.status) == ("bob", "lea", Status.ASSIGNED)
    assert (world.free("ann"), world.free("bob")) == (5, 4)


def test_an_assignment_may_exceed_the_capacity_and_the_load_heals(world: World) -> None:
    ann = world.agent("ann", units=1)
    world.text()
    world.text(sender=OTHER)
    assignments.assign(LEAD, of(world, OTHER).id, "ann", world.board)
    assert world.free("ann") == -1
    for known in desk.my_conversations(ann, world.board):
        desk.resolve(ann, known.id, world.board, leave_unanswered=True)
    assert world.free("ann") == 1


def test_assigning_twice_is_assigning_once(world: World) -> None:
    world.agent("ann")
    world.text()
    first = assignments.assign(LEAD, world.only().id, "ann", world.board)
    assert assignments.assign(LEAD, world.only().id, "ann", world.board) == first
    assert world.free("ann") == 4


def test_only_a_lead_assigns_to_others(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    with pytest.raises(ForbiddenError, match="lead"):
        assignments.assign(ann, world.only().id, "ann", world.board)


def test_nobody_is_assigned_to_who_is_offline_or_unknown(world: World) -> None:
    world.text()
    world.agent("bob", online=False)
    with pytest.raises(RefusedError, match="offline"):
        assignments.assign(LEAD, world.only().id, "bob", world.board)
    with pytest.raises(NotFoundError, match="no such agent"):
        assignments.assign(LEAD, world.only().id, "nobody", world.board)
    assert world.only().status is Status.WAITING


def test_who_is_away_may_be_assigned_to_knowingly(world: World) -> None:
    world.text()
    bob = world.agent("bob", online=False)
    desk.set_presence(bob, Presence.AWAY, world.board)
    assert assignments.assign(LEAD, world.only().id, "bob", world.board).owner == "bob"


def test_the_slot_that_an_assignment_frees_takes_other_work_at_once(world: World) -> None:
    world.agent("ann", units=1)
    world.text()
    world.text(sender=OTHER)
    world.agent("bob", units=1, queues=("returns",))
    first = next(known for known in world.all_conversations() if known.owner == "ann")
    assignments.assign(LEAD, first.id, "bob", world.board)
    assert world.free("ann") == 0
    assert {known.owner for known in world.all_conversations()} == {"ann", "bob"}


def test_no_dispatch_and_no_sweep_undoes_a_persons_decision(world: World) -> None:
    world.agent("ann")
    world.text()
    bob = world.agent("bob", units=1, queues=("returns",))
    assignments.assign(LEAD, world.only().id, "bob", world.board)
    world.settle()
    world.later(minutes=5)
    desk.set_presence(bob, Presence.ONLINE, world.board)
    world.sweep()
    assert world.only().owner == "bob"


def test_a_lease_that_lapses_takes_even_what_a_lead_assigned(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    bob = world.agent("bob")
    assignments.assign(LEAD, world.only().id, "bob", world.board)
    world.later(minutes=10)
    for who in (ann, bob):
        desk.set_presence(who, Presence.ONLINE, world.board)
    world.sweep()
    assert (world.only().owner, world.only().assigned_by) == ("ann", None)


def test_an_agent_of_the_queue_takes_over_what_waits_or_is_anothers(world: World) -> None:
    ann = world.agent("ann", units=1)
    world.text()
    world.text(sender=OTHER)
    bob = world.agent("bob", units=0)
    for known in world.all_conversations():
        assert assignments.take(bob, known.id, world.board).owner == "bob"
    assert world.free("bob") == -2
    assert desk.my_conversations(ann, world.board) == []


def test_an_agent_of_another_queue_takes_over_nothing(world: World) -> None:
    world.text()
    carl = world.agent("carl", queues=("returns",))
    with pytest.raises(NotFoundError):
        assignments.take(carl, world.only().id, world.board)


def test_what_a_person_assigned_shows_no_decision_of_the_machine(world: World) -> None:
    world.agent("ann")
    world.text()
    world.agent("bob")
    assignments.assign(LEAD, world.only().id, "bob", world.board)
    _, _, decision, *_ = desk.read(LEAD, world.only().id, world.board)
    assert decision is None


# -- transfer ---------------------------------------------------------------------------------------


def test_a_transfer_to_an_agent_moves_units_and_leaves_a_note(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.agent("bob")
    assert transfer(ann, world, Target(agent_id="bob")).owner == "bob"
    assert (world.free("ann"), world.free("bob")) == (5, 4)
    note = world.entries(world.only())[-1]
    assert (note.kind, note.text, note.agent_id) == ("note", "please look", "ann")


def test_a_transfer_to_a_queue_waits_there_at_its_age_and_is_offered(world: World) -> None:
    ann = world.agent("ann", queues=("support",))
    world.text()
    since = world.only().awaiting_since
    world.later(minutes=3)
    world.agent("cho", queues=("returns",))
    moved = transfer(ann, world, Target(queue="returns"))
    assert (moved.queue, moved.owner, moved.awaiting_since) == ("returns", "cho", since)
    assert (world.free("ann"), world.free("cho")) == (5, 4)


def test_whoever_transfers_to_their_own_queue_does_not_get_it_back_at_once(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    assert transfer(ann, world, Target(queue="support")).status is Status.WAITING
    world.settle()
    assert world.only().status is Status.WAITING
    world.later(minutes=10)
    desk.set_presence(ann, Presence.ONLINE, world.board)
    world.sweep()
    assert world.only().owner == "ann"


def test_what_was_answered_waits_from_the_transfer_on(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.later(minutes=1)
    assert transfer(ann, world, Target(queue="returns")).awaiting_since == world.now


def test_the_same_key_transfers_once(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.agent("bob")
    transfer(ann, world, Target(agent_id="bob"))
    assert transfer(ann, world, Target(queue="returns")).owner == "bob"
    assert world.only().queue == "support"
    assert len([entry for entry in world.entries(world.only()) if entry.kind == "note"]) == 1


def test_a_repetition_is_answered_even_where_the_conversation_left_ones_sight(world: World) -> None:
    ann = world.agent("ann", queues=("support",))
    world.text()
    world.agent("cho", queues=("returns",))
    transfer(ann, world, Target(queue="returns"))
    assert transfer(ann, world, Target(queue="returns")).owner == "cho"
    with pytest.raises(NotFoundError):
        desk.read(ann, world.only().id, world.board)


def test_a_transfer_to_who_is_offline_is_refused_and_changes_nothing(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.agent("bob", online=False)
    before = world.only()
    with pytest.raises(RefusedError, match="transfer it to a queue"):
        transfer(ann, world, Target(agent_id="bob"))
    assert world.only() == before
    assert all(entry.kind != "note" for entry in world.entries(before))


def test_only_its_agent_or_a_lead_transfers(world: World) -> None:
    world.agent("ann")
    world.text()
    bob = world.agent("bob")
    with pytest.raises(ForbiddenError, match="take it over"):
        transfer(bob, world, Target(queue="returns"))
    assert transfer(LEAD, world, Target(agent_id="bob")).owner == "bob"


@pytest.mark.parametrize(
    ("target", "error"),
    [(Target(queue="nowhere"), UnfitError), (Target(), UnfitError), (Target(agent_id="ann"), RefusedError)],
)
def test_a_transfer_to_nowhere_is_refused(world: World, target: Target, error: type[Exception]) -> None:
    ann = world.agent("ann")
    world.text()
    with pytest.raises(error):
        transfer(ann, world, target)


def test_what_is_outbound_never_picks_a_note(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.settle()
    world.provider.taken.clear()
    note, _ = remarks.note(ann, world.only().id, "internal words", (), "k", world.board)
    place = (note.thread, note.number, note.id)
    assert deliver(*place, world.board, lambda *_: world.provider, BASE_URL) == "waits_its_turn"
    desk.reply(ann, world.only().id, "for the customer", "k", world.board)
    world.settle()
    assert [sent.text for sent in world.provider.taken] == ["for the customer"]


# -- snooze -----------------------------------------------------------------------------------------


def test_a_snooze_frees_the_slot_and_comes_back_to_the_same_agent(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    world.agent("bob", units=9)
    ann_has = world.only().owner == "ann"
    assert ann_has
    assignments.snooze(ann, world.only().id, world.now + HOUR, world.board)
    assert (world.only().status, world.free("ann")) == (Status.SNOOZED, 5)
    world.later(hours=1)
    for who in (ann, desk.Caller("bob")):
        desk.set_presence(who, Presence.ONLINE, world.board)
    world.sweep()
    assert (world.only().owner, world.free("ann")) == ("ann", 4)


def test_a_snooze_whose_agent_is_gone_comes_back_to_the_queue(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    assignments.snooze(ann, world.only().id, world.now + HOUR, world.board)
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    bob = world.agent("bob")
    world.later(hours=1)
    desk.set_presence(bob, Presence.ONLINE, world.board)
    world.sweep()
    assert world.only().owner == "bob"


def test_a_customers_message_ends_the_snooze_at_once(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "I'll look into it", "k", world.board)
    assignments.snooze(ann, world.only().id, world.now + HOUR, world.board)
    world.later(minutes=1)
    world.text("never mind, it's urgent now")
    assert (world.only().owner, world.only().awaiting_since) == ("ann", world.now)


def test_snoozing_until_the_same_time_again_changes_nothing_and_another_time_moves_it(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    first = assignments.snooze(ann, world.only().id, world.now + HOUR, world.board)
    assert assignments.snooze(ann, first.id, world.now + HOUR, world.board) == first
    assert assignments.snooze(ann, first.id, world.now + 2 * HOUR, world.board).due_at == world.now + 2 * HOUR
    assert world.free("ann") == 5


def test_only_its_agent_or_a_lead_snoozes(world: World) -> None:
    world.agent("ann")
    world.text()
    bob = world.agent("bob")
    with pytest.raises(ForbiddenError):
        assignments.snooze(bob, world.only().id, world.now + HOUR, world.board)
    assert assignments.snooze(LEAD, world.only().id, world.now + HOUR, world.board).last_agent == "ann"


def test_its_agent_may_write_to_what_is_snoozed(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    assignments.snooze(ann, world.only().id, world.now + HOUR, world.board)
    desk.reply(ann, world.only().id, "soon", "k", world.board)
    assert (world.only().status, world.only().due_at) == (Status.SNOOZED, world.now + HOUR)


# -- reopening --------------------------------------------------------------------------------------


def test_an_agent_reopens_what_they_resolved(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    identifier = world.only().id
    desk.resolve(ann, identifier, world.board, leave_unanswered=True)
    assert assignments.reopen(ann, identifier, world.board).owner == "ann"
    assert assignments.reopen(ann, identifier, world.board).owner == "ann"
    assert world.free("ann") == 4
    desk.reply(ann, identifier, "one more thing", "k2", world.board)


def test_somebody_else_does_not_reopen_it(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.resolve(ann, world.only().id, world.board, leave_unanswered=True)
    with pytest.raises(ForbiddenError):
        assignments.reopen(world.agent("bob"), world.only().id, world.board)


def test_what_has_a_newer_conversation_is_not_reopened(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    first = world.only().id
    desk.resolve(ann, first, world.board, leave_unanswered=True)
    world.text("it broke again")
    with pytest.raises(RefusedError, match="newer"):
        assignments.reopen(ann, first, world.board)


# -- whoever owes an answer -------------------------------------------------------------------------


def test_whoever_is_silent_past_the_lease_loses_a_conversation_in_the_middle_of_it(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "which order?", "k", world.board)
    world.later(minutes=5)
    world.text("number 4711")
    bob = world.agent("bob")
    world.later(minutes=10)
    for who in (ann, bob):
        desk.set_presence(who, Presence.ONLINE, world.board)
    world.sweep()
    assert (world.only().owner, world.only().number) == ("bob", 1)
    assert [entry.text for entry in world.entries(world.only())][-1] == "number 4711"


def test_whoever_is_gone_past_the_grace_loses_a_conversation_in_the_middle_of_it(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    desk.reply(ann, world.only().id, "which order?", "k", world.board)
    world.text("number 4711")
    assert world.only().owner == "ann"
    world.later(seconds=89)
    bob = world.agent("bob")
    world.sweep()
    assert world.only().owner == "ann"
    world.later(seconds=1)
    desk.set_presence(bob, Presence.ONLINE, world.board)
    world.sweep()
    assert (world.only().owner, world.free("ann"), world.free("bob")) == ("bob", 5, 4)
