"""What is expected of each conversation, one renewal where a promise would break, and what became of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from switchboard import conversation as transition
from switchboard.conversation import Conversation, Entry, Status
from switchboard.errors import SendUnknownError
from switchboard.events import ConversationAnswered, ConversationPromiseBroken, ConversationPromiseRenewed
from switchboard.flows import desk
from switchboard.flows.expect import expect
from switchboard.flows.learn import learn
from switchboard.flows.promises import look
from switchboard.message import DeliveryStatus
from switchboard.policy import Policy, Priority
from switchboard.routing import Presence
from tests.doubles import Overridden, raising
from tests.world import CUSTOMER, MONDAY, World


def told(world: World) -> Conversation:
    """A customer who was promised an answer, and whom nobody serves."""
    world.text()
    world.settle()
    known = world.only()
    assert known.promised_at
    return known


def renew(world: World) -> str | None:
    known = world.only()
    return look((known.thread, known.number), world.board)


def until_due(world: World) -> None:
    due = world.only().promise_due_at
    assert due
    world.now = due


def renewals(world: World) -> list[Entry]:
    return [entry for entry in world.entries(world.only()) if entry.id.startswith("renewal.")]


def with_policy(world: World, **changes: Any) -> None:
    document = world.policy.model_dump(mode="json")
    world.policy = Policy.model_validate({**document, **changes})
    world.board = replace(world.board, policy=world.policy)


def with_contact(world: World, **attributes: Any) -> None:
    for name, value in attributes.items():
        world.client.update_item(
            TableName="customers",
            Key={"address": {"S": f"sms:{CUSTOMER}"}, "item": {"S": "contact"}},
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": {"S": value}},
        )


# -- what is expected -------------------------------------------------------------------------------


def test_what_is_expected_is_kept_with_what_it_was_made_of(world: World) -> None:
    world.agent("ann", units=0)
    known = told(world)
    assert known.expected
    assert known.acknowledgement
    assert known.expected.said == known.acknowledgement.promised_at
    assert known.opened_at < known.expected.bound <= known.expected.said
    assert (known.expected.queue, known.expected.priority) == ("support", Priority.NORMAL)


def test_before_anybody_was_ever_there_the_target_is_promised(world: World) -> None:
    known = told(world)
    assert known.expected
    assert known.expected.bound == world.policy.hours_of("support").after(
        MONDAY, world.policy.target("support", Priority.NORMAL)
    )
    assert known.expected.point is None


def test_whoever_is_with_an_agent_already_is_promised_sooner_than_who_waits(world: World) -> None:
    world.agent("ann", units=1)
    for n in range(5):
        world.text(sender=f"+1555123000{n}")
        world.settle()
    bounds = {known.status: known.expected.bound for known in world.all_conversations() if known.expected}
    assert bounds[Status.ASSIGNED] < bounds[Status.WAITING]


def test_the_more_wait_the_later_is_the_promise(world: World) -> None:
    world.agent("ann", units=1)
    for n in range(8):
        world.text(sender=f"+1555123000{n}")
        world.settle()
    waiting = sorted(
        (known for known in world.all_conversations() if known.status is Status.WAITING),
        key=lambda known: known.address,
    )
    needs = [known.expected.need for known in waiting if known.expected]
    assert needs == sorted(needs)
    assert needs[-1] - needs[0] == pytest.approx(len(needs) - 1, abs=0.5)


def test_a_roster_makes_a_promise_from_who_is_planned_to_be_there(world: World) -> None:
    document = world.policy.model_dump(mode="json")
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    document["queues"]["support"]["roster"] = [{"days": days, "hours": "08:00-22:00", "units": 40}]
    with_policy(world, queues=document["queues"])
    known = told(world)
    assert known.expected
    assert known.expected.point is not None, "somebody is planned, though nobody was ever seen"
    assert known.expected.bound < MONDAY + world.policy.target("support", Priority.NORMAL)


def test_of_a_conversation_that_is_not_acknowledged_the_estimate_is_kept_all_the_same(world: World) -> None:
    accounts = {
        key: account.model_copy(update={"acknowledge": False}) for key, account in world.policy.accounts.items()
    }
    world.with_policy(accounts=accounts)
    world.text()
    world.settle()
    known = world.only()
    assert known.expected
    assert known.promised_at is None
    assert known.promise_due_at is None


def test_an_estimate_takes_one_request_whatever_the_backlog_and_the_team(world: World) -> None:
    for n in range(30):
        world.agent(f"agent{n}", units=0)
        world.text(sender=f"+155512301{n:02}")
    for change in world.changes():
        learn(change, world.policy, world.board.estimates)
    known = world.all_conversations()[0]
    requests: list[str] = []
    world.client.meta.events.register("before-call.dynamodb", lambda model, **_: requests.append(model.name), "count")
    expected = expect(known, world.board, world.now)
    world.client.meta.events.unregister("before-call.dynamodb", unique_id="count")
    assert expected
    assert requests == ["BatchGetItem"]


# -- renewing ---------------------------------------------------------------------------------------


def test_a_promise_is_renewed_shortly_before_it_breaks_with_an_apology_and_a_later_time(world: World) -> None:
    first = told(world).promised_at
    assert first
    until_due(world)
    assert first - timedelta(minutes=6) < world.now < first
    assert world.look_at_promises() == {"renewed": 1}
    known = world.only()
    assert known.renewal
    assert known.promised_at == known.renewal.promised_at
    assert known.promised_at
    assert known.promised_at > first
    assert known.promise == "pending"
    world.settle()
    assert len(world.provider.taken) == 2
    assert "sorry" in world.provider.taken[-1].text.casefold()
    (event,) = [event for event in world.published if isinstance(event, ConversationPromiseRenewed)]
    assert (event.sent, event.promised_before, event.promised_at) == (True, first, known.promised_at)


def test_nothing_is_due_before_its_time(world: World) -> None:
    told(world)
    until_due(world)
    world.later(seconds=-1)
    assert renew(world) is None


def test_a_promise_is_renewed_once_however_often_it_is_looked_at(world: World) -> None:
    told(world)
    until_due(world)
    assert [renew(world) for _ in range(3)] == ["renewed", None, None]
    assert len(renewals(world)) == 1


def test_who_loses_the_race_to_renew_sends_nothing(world: World) -> None:
    told(world)
    until_due(world)
    board = world.board

    def be_late(before: Conversation, after: Conversation, entry: Entry) -> Conversation:
        assert look((before.thread, before.number), world.board) == "renewed"
        return world.conversations.write(before, after, entry)

    methods: Any = Overridden(world.conversations, write=be_late)
    known = world.only()
    assert look((known.thread, known.number), replace(board, conversations=methods)) is None
    assert len(renewals(world)) == 1


def test_a_crash_before_the_write_renews_once_and_counts_once(world: World) -> None:
    told(world)
    until_due(world)
    known, board = world.only(), world.board
    broken: Any = Overridden(world.conversations, write=raising(InterruptedError()))
    with pytest.raises(InterruptedError):
        look((known.thread, known.number), replace(board, conversations=broken))
    assert renew(world) == "renewed"
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert set(contact.acknowledged) == {known.id, f"{known.id}.renewal"}


def test_an_answer_before_it_is_due_cancels_it(world: World) -> None:
    told(world)
    ann = world.agent("ann")
    world.settle()
    desk.reply(ann, world.only().id, "done", "k", world.board)
    assert world.only().promise_due_at is None
    world.later(days=1)
    assert renew(world) is None
    assert renewals(world) == []


def test_AK_5_an_answer_between_the_write_and_the_send_cancels_it(world: World) -> None:
    told(world)
    ann = world.agent("ann")
    world.settle()
    until_due(world)
    assert renew(world) == "renewed"
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.settle()
    (entry,) = renewals(world)
    assert (entry.status, entry.code) == (DeliveryStatus.FAILED, "already_answered")
    assert [sent.text for sent in world.provider.taken][1:] == ["done"]


def test_AK_5_a_promise_that_passed_on_its_way_is_not_sent(world: World) -> None:
    told(world)
    until_due(world)
    renew(world)
    promised = world.only().promised_at
    assert promised
    world.now = promised
    world.settle()
    (entry,) = renewals(world)
    assert (entry.status, entry.code) == (DeliveryStatus.FAILED, "too_late")


def test_AK_3_a_renewal_whose_send_is_unknown_is_not_repeated(world: World) -> None:
    told(world)
    until_due(world)
    renew(world)
    world.provider.raising.append(SendUnknownError("time-out", "timeout"))
    world.settle()
    (entry,) = renewals(world)
    assert entry.status is DeliveryStatus.UNKNOWN
    assert len(world.provider.taken) == 1
    assert renew(world) is None


def test_who_may_never_have_got_the_promise_gets_no_apology(world: World) -> None:
    world.provider.raising.append(SendUnknownError("time-out", "timeout"))
    told(world)
    until_due(world)
    assert renew(world) == "not_told"
    assert renewals(world) == []


def test_AK_5_whoever_opted_out_meanwhile_is_not_told(world: World) -> None:
    told(world)
    world.text("stop writing to me please")
    until_due(world)
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    if contact.consent("acme-sms").allows_automation:
        world.board.customers.suppress(contact, "bounced")
    assert renew(world) in {"opted_out", "suppressed"}
    assert renewals(world) == []


def test_X_15_a_renewal_counts_in_the_daily_budget(world: World) -> None:
    told(world)
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    others = {f"acme-sms.other.{n}": world.now for n in range(2)}
    world.board.customers.count_acknowledgement(contact, {**contact.acknowledged, **others}, {})
    until_due(world)
    assert renew(world) == "rate_limited"


def test_a_team_may_do_without_renewals(world: World) -> None:
    with_policy(world, renewal={"enabled": False})
    known = told(world)
    assert known.promise_due_at == known.promised_at
    until_due(world)
    assert renew(world) == "broken"


def test_a_renewal_never_comes_in_the_customers_night(world: World) -> None:
    world.text()
    with_contact(world, zone="Asia/Tokyo")
    world.settle()
    known = world.only()
    assert known.promise_due_at == known.promised_at, "it is midnight there: nobody is woken for a new time"
    until_due(world)
    assert renew(world) == "broken"
    assert renewals(world) == []


def test_AK_5_at_night_a_delayed_renewal_is_not_sent(world: World) -> None:
    told(world)
    until_due(world)
    renew(world)
    with_contact(world, zone="Asia/Tokyo")
    world.settle()
    (entry,) = renewals(world)
    assert (entry.status, entry.code) == (DeliveryStatus.FAILED, "quiet_hours")


# -- what became of it ------------------------------------------------------------------------------


def test_a_renewed_promise_that_passes_is_broken_and_told_once(world: World) -> None:
    told(world)
    until_due(world)
    world.look_at_promises()
    world.settle()
    until_due(world)
    assert world.look_at_promises() == {"broken": 1}
    world.settle()
    known = world.only()
    assert (known.promise, known.promise_broken_at, known.promise_due_at) == ("broken", known.promised_at, None)
    (event,) = [event for event in world.published if isinstance(event, ConversationPromiseBroken)]
    assert (event.promised_at, event.renewed) == (known.promised_at, True)
    assert world.look_at_promises() == {}


def test_a_promise_is_kept_by_an_answer_in_time(world: World) -> None:
    told(world)
    ann = world.agent("ann")
    world.settle()
    desk.reply(ann, world.only().id, "done", "k", world.board)
    world.settle()
    assert world.only().promise == "kept"
    (event,) = [event for event in world.published if isinstance(event, ConversationAnswered)]
    assert (event.promise_kept, event.renewed) == (True, False)
    assert event.bound


def test_a_late_answer_has_broken_the_promise(world: World) -> None:
    known = told(world)
    ann = world.agent("ann", online=False)
    assert known.promised_at
    world.now = known.promised_at + timedelta(minutes=1)
    world.look_at_promises()
    desk.set_presence(ann, Presence.ONLINE, world.board)
    desk.reply(ann, world.only().id, "sorry", "k", world.board)
    assert world.only().promise == "broken"


def test_a_resolved_conversation_is_not_looked_at_any_more(world: World) -> None:
    known = told(world)
    world.conversations.save(known, transition.resolve(known, world.now, leave_unanswered=True))
    assert world.only().promise_due_at is None
    assert world.only().promise is None
