"""Many at once, on the deployed template: one effect each, one owner each, nobody over capacity, order kept."""

from collections import Counter
from functools import partial

from switchboard.conversation import Status
from switchboard.flows import desk
from tests.e2e.lab import CUSTOMER, Lab


def test_SEC_18_fifty_identical_deliveries_at_once_have_one_effect(lab: Lab) -> None:
    lab.add_agent("solo")
    form = lab.fields("hello")
    assert set(lab.at_once([lambda: lab.deliver(form) for _ in range(50)])) == {200}
    lab.wait_for(lab.phone, "the acknowledgement")
    lab.await_quiet()
    assert len(lab.all_conversations()) == 1
    assert Counter((entry.author, entry.kind) for entry in lab.all_entries()) == {
        ("customer", "message"): 1,
        ("system", "acknowledgement"): 1,
    }
    assert len(lab.phone()) == 1


def test_twenty_different_messages_of_a_new_customer_at_once_open_one_conversation(lab: Lab) -> None:
    lab.add_agent("solo")
    forms = [lab.fields(f"part {n}") for n in range(20)]
    assert set(lab.at_once([partial(lab.deliver, form) for form in forms])) == {200}
    lab.wait_for(lambda: sum(e.author == "customer" for e in lab.all_entries()) == 20, "all twenty messages")
    lab.wait_for(lab.phone, "the acknowledgement")
    lab.await_quiet()
    (known,) = lab.all_conversations()
    assert {entry.conversation_id for entry in lab.all_entries()} == {known.id}
    assert len(lab.phone()) == 1
    agent = lab.agents.get("solo")
    assert agent
    assert agent.free == agent.units - 1


def test_two_hundred_conversations_raced_onto_few_agents_leave_one_owner_each_and_nobody_over_capacity(
    lab: Lab,
) -> None:
    team = [f"agent{n}" for n in range(8)]
    for agent_id in team:
        lab.add_agent(agent_id, units=5)
    customers = [f"+1555124{n:04d}" for n in range(200)]
    forms = [lab.fields("hello", sender=customer) for customer in customers]
    assert set(lab.at_once([partial(lab.deliver, form) for form in forms])) == {200}
    lab.wait_for(lambda: len(lab.all_conversations()) == 200, "all two hundred conversations", patience=180)
    lab.await_quiet()
    lab.sweep()
    lab.await_quiet()
    _hold(lab, team)
    known = lab.all_conversations()
    assert Counter(one.status for one in known) == {Status.ASSIGNED: 40, Status.WAITING: 160}

    waiting = sorted((one for one in known if one.status is Status.WAITING), key=lambda one: str(one.awaiting_since))
    for owned in [one for one in known if one.owner == "agent0"]:
        desk.resolve(desk.Caller("agent0"), owned.id, lab.board, leave_unanswered=True)
    lab.await_quiet()
    _hold(lab, team)
    after = {one.id: one for one in lab.all_conversations()}
    taken = [one.id for one in waiting if after[one.id].status is Status.ASSIGNED]
    assert taken == [one.id for one in waiting[:5]], "the longest waiting first"


def _hold(lab: Lab, team: list[str]) -> None:
    taken: Counter[str] = Counter()
    for known in lab.all_conversations():
        assert (known.owner is not None) == (known.status is Status.ASSIGNED)
        if known.owner:
            taken[known.owner] += known.cost
    for agent_id in team:
        agent = lab.agents.get(agent_id)
        assert agent
        assert 0 <= agent.free <= agent.units
        assert agent.units - agent.free == taken[agent_id]


def test_answers_sent_twice_with_one_key_reach_the_customer_once(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("hello")
    mine = lab.wait_for(lambda: next(iter(ann.conversations()), None), "a conversation")
    assert mine
    sent = lab.at_once([lambda: ann.reply(mine["conversation_id"], "Hi!", key="once") for _ in range(5)])
    assert len({one["message_id"] for one in sent}) == 1
    lab.wait_for(lambda: "Hi!" in lab.phone(), "the answer")
    lab.await_quiet()
    assert lab.phone(CUSTOMER).count("Hi!") == 1


def test_answers_reach_the_customer_in_the_order_in_which_they_were_written(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("hello")
    mine = lab.wait_for(lambda: next(iter(ann.conversations()), None), "a conversation")
    assert mine
    lab.wait_for(lab.phone, "the acknowledgement")
    written = [f"part {n}" for n in range(6)]
    for text in written:
        ann.reply(mine["conversation_id"], text)
    lab.wait_for(lambda: len(lab.phone()) == 7, "all parts")
    assert lab.phone()[1:] == written
