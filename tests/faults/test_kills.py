"""Each function killed after each of its steps, and called again with the same input: nothing lost, nothing doubled.

A step is a call to AWS, to the bus or to the provider; nothing durable happens between two of them, so dying after one
is dying before the next. Then the input comes again, time passes, and the plumbing does what it does. What must hold in
the end is the same as had nothing happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from switchboard.channels import Request, channel
from switchboard.conversation import Conversation, Status
from switchboard.customer import Person
from switchboard.errors import NotYetError, RefusedError
from switchboard.events import Event, MessageReceived
from switchboard.flows import desk, identity
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.deliver import deliver
from switchboard.flows.receive import receive
from switchboard.message import ConsentChange, Delivery, DeliveryReport, DeliveryStatus, Outgoing, Party, Sent
from switchboard.policy import load_policy
from switchboard.ports import RawStore
from switchboard.routing import Presence
from tests import tables
from tests.dynamodb import Dynamo
from tests.world import BASE_URL, CUSTOMER, ROOT, World

POLICY = load_policy(ROOT / "policy.yaml")
MOST_STEPS = 200
OTHER = "+15551230002"
_LEAD = desk.Caller("dee", is_lead=True)


class KilledError(BaseException):
    """Not an Exception: no `except` in the code under test may survive its process."""


@dataclass
class Killer:
    """Kills after the n-th step, counted from when it is armed."""

    at: int
    steps: int = 0
    armed: bool = False

    def step(self, *_: Any) -> None:
        self.steps += self.armed
        if self.armed and self.steps == self.at:
            self.armed = False
            raise KilledError


@dataclass(frozen=True)
class Scenario:
    """What happened before, the input under test, and what must be true in the end besides the invariants."""

    name: str
    prepare: Callable[[World], None]
    act: Callable[[World], object]
    check: Callable[[World], None]
    repeat: Callable[[World], object] | None = None
    """What brings the input again, if it isn't the same call."""

    def again(self, world: World) -> None:
        (self.repeat or self.act)(world)


def _nothing(world: World) -> None:
    """No prologue."""


def _team(world: World) -> None:
    world.agent("ann", units=2)
    world.agent("ben", units=2)


def _opened(world: World) -> None:
    _team(world)
    world.text("hello", sid="SM0")


def _settled(world: World) -> None:
    _opened(world)
    world.settle()


def _answered(world: World) -> None:
    _settled(world)
    known = world.only()
    world.later(seconds=10)
    desk.reply(desk.Caller(known.owner or ""), known.id, "yes?", "k0", world.board)
    world.settle()


def _replied(world: World) -> None:
    _settled(world)
    known = world.only()
    desk.reply(desk.Caller(known.owner or ""), known.id, "yes?", "k1", world.board)


def _resolved(world: World) -> None:
    _answered(world)
    known = world.only()
    desk.resolve(desk.Caller(known.owner or ""), known.id, world.board, leave_unanswered=False)
    world.settle()


def _owner(world: World) -> desk.Caller:
    (known,) = [known for known in world.all_conversations() if known.number == 1]
    return desk.Caller(known.owner or known.last_agent or "")


def _texts(world: World, count: int) -> None:
    entries = [entry for known in world.all_conversations() for entry in world.entries(known)]
    assert sum(entry.direction == "inbound" for entry in entries) == count


def _sent(world: World, text: str) -> int:
    return sum(sent.text == text for sent in world.provider.taken)


def _check_opened(world: World) -> None:
    assert world.only().status is Status.ASSIGNED
    _texts(world, 1)


def _check_second(world: World) -> None:
    known = world.only()
    assert known.awaiting_since is not None
    assert known.owner is not None
    _texts(world, 2)


def _check_reopened(world: World) -> None:
    first, second = sorted(world.all_conversations(), key=lambda known: known.number)
    assert (first.status, second.status) == (Status.RESOLVED, Status.ASSIGNED)
    _texts(world, 2)


def _check_acknowledged(world: World) -> None:
    told = world.only().acknowledgement
    assert told
    assert told.sent


def _check_replied(world: World) -> None:
    assert _sent(world, "yes?") == 1
    (reply,) = [entry for entry in world.entries(world.only()) if entry.author == "agent"]
    assert reply.status is DeliveryStatus.SENT


def _check_resolved(world: World) -> None:
    assert world.only().status is Status.RESOLVED


def _check_moved_on(world: World) -> None:
    known = world.only()
    assert known.status is Status.ASSIGNED
    assert known.owner == "ben"


def _silent(world: World) -> None:
    world.agent("ann", units=2)
    world.text("hello", sid="SM0")
    world.settle()
    world.agent("ben", units=2)
    world.later(minutes=11)
    desk.set_presence(desk.Caller("ann"), Presence.ONLINE, world.board)
    desk.set_presence(desk.Caller("ben"), Presence.ONLINE, world.board)


def _vanished(world: World) -> None:
    world.agent("ann", units=2)
    world.text("hello", sid="SM0")
    world.settle()
    world.agent("ben", units=2)
    world.later(minutes=3)
    desk.set_presence(desk.Caller("ben"), Presence.ONLINE, world.board)


def _waiting(world: World) -> None:
    world.text("hello", sid="SM0")
    world.settle()


def _stop(world: World) -> None:
    world.route(
        ConsentChange(
            channel="sms",
            account="acme-sms",
            provider_id="SM9",
            sender=Party(address=CUSTOMER),
            kind="opt_out",
            wording="STOP",
        )
    )


def _check_stopped(world: World) -> None:
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert not contact.consent("acme-sms").allows_replies


def _delivered(world: World) -> None:
    known = world.only()
    world.route(
        DeliveryReport(
            channel="sms",
            account="acme-sms",
            provider_id="SMx:delivered",
            sender=Party(address=CUSTOMER),
            delivery=Delivery(status=DeliveryStatus.DELIVERED),
            conversation_id=known.id,
            message_id=f"ack.{known.number}",
        )
    )


def _check_delivered(world: World) -> None:
    (told,) = [entry for entry in world.entries(world.only()) if entry.kind == "acknowledgement"]
    assert told.status is DeliveryStatus.DELIVERED


def _two_customers(world: World) -> None:
    _team(world)
    world.text("hello", sid="SM0")
    world.text("hello", sender=OTHER, sid="SM00")
    world.settle()


def _merged(world: World) -> None:
    _two_customers(world)
    _merge(world)
    world.with_policy(tiers=("gold",))
    identity.rank(_LEAD, _customer(world, OTHER), "gold", world.board)


def _invited(world: World) -> None:
    _two_customers(world)
    (known,) = [known for known in world.all_conversations() if known.address == CUSTOMER]
    identity.invite(desk.Caller(known.owner or ""), known.id, "acme-returns", "k1", world.board)
    world.settle()


def _customer(world: World, address: str = CUSTOMER) -> str:
    contact = world.board.customers.contact(f"sms:{address}")
    assert contact
    return contact.customer_id


def _persons(world: World) -> list[Person]:
    return [world.board.customers.person(_customer(world, address)) for address in (CUSTOMER, OTHER)]


def _merge(world: World) -> None:
    identity.merge(_LEAD, _customer(world), _customer(world, OTHER), world.board)


def _undo(world: World) -> None:
    (made,) = world.board.customers.person(_customer(world)).joins
    identity.undo(_LEAD, _customer(world), made.join_id, world.board)


def _quote(world: World) -> None:
    """The code comes back from another address."""
    (told,) = [
        entry for known in world.all_conversations() for entry in world.entries(known) if entry.id == "reply.1.k1"
    ]
    world.text(told.text.rpartition("=")[2], sender=OTHER, account="acme-returns", sid="SM1")


def _check_joined(world: World) -> None:
    one, other = _persons(world)
    assert one == other
    assert [made.holds for made in one.joins] == [True]


def _check_parted(world: World) -> None:
    one, other = _persons(world)
    assert (one.customers, other.customers) == ((_customer(world),), (_customer(world, OTHER),))
    assert [made.undone_by for made in one.joins] == ["dee"]
    assert (one.tier, other.tier) == (None, "gold")


def _check_quoted(world: World) -> None:
    _check_joined(world)
    (quoted,) = [e for known in world.all_conversations() for e in world.entries(known) if e.id == "SM1"]
    assert quoted.flags == ("joined",)


def _resolve(world: World) -> None:
    try:
        desk.resolve(_owner(world), world.only().id, world.board, leave_unanswered=True)
    except RefusedError:
        assert world.only().status is Status.RESOLVED


def _stream_again(world: World) -> None:
    """The stream brings everything again that was not published for certain."""
    world.seen.clear()


def _deliver_webhook(world: World) -> None:
    """Twilio calls; if nobody answers, it calls again."""
    secret = {"account_sid": f"AC{'0' * 32}", "auth_token": "0" * 32}
    ours = world.policy.accounts["acme-sms"].address
    form = {"MessageSid": "SM1", "AccountSid": secret["account_sid"], "From": CUSTOMER, "To": ours, "Body": "hello"}
    url = f"{BASE_URL}/sms/acme-sms"
    signature = RequestValidator(secret["auth_token"]).compute_signature(url, form)
    headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded"}
    receive(
        Request("POST", url, headers, urlencode(form).encode()),
        "acme-sms",
        channel=channel("sms"),
        policy=world.policy,
        secrets=_Secrets([secret]),
        bus=world,
        raw=_no_raw_store,
        clock=world.clock,
    )


@dataclass(frozen=True)
class _Secrets:
    known: list[dict[str, str]]

    def of(self, account: str) -> list[dict[str, str]]:
        return self.known

    def refresh(self, account: str) -> bool:
        return False


def _no_raw_store() -> RawStore:
    raise AssertionError("a message that can be parsed is not quarantined")


def _route_published(world: World) -> None:
    """What the bus took is routed, as often as it took it."""
    for event in world.published:
        if isinstance(event, MessageReceived):
            world.route(event.message)
    _check_opened(world)


SCENARIOS = (
    Scenario("a webhook", _team, _deliver_webhook, _route_published),
    Scenario("a first text", _team, lambda w: w.text("hello", sid="SM0"), _check_opened),
    Scenario("a second text after an answer", _answered, lambda w: w.text("and?", sid="SM1"), _check_second),
    Scenario("a text after the end", _resolved, lambda w: w.text("again", sid="SM1"), _check_reopened),
    Scenario("an opt-out", _answered, _stop, _check_stopped),
    Scenario("an acknowledgement", _opened, lambda w: acknowledge(w.only().thread, 1, w.board), _check_acknowledged),
    Scenario("publishing and all that follows", _opened, lambda w: w.settle(), _check_acknowledged, _stream_again),
    Scenario(
        "an agent's answer",
        _settled,
        lambda w: desk.reply(_owner(w), w.only().id, "yes?", "k1", w.board),
        _check_replied,
    ),
    Scenario("sending an answer", _replied, lambda w: w.settle(), _check_replied, _stream_again),
    Scenario("a delivery report", _settled, _delivered, _check_delivered),
    Scenario("resolving", _answered, _resolve, _check_resolved),
    Scenario("a merge", _two_customers, _merge, _check_joined),
    Scenario("an undone merge", _merged, _undo, _check_parted),
    Scenario("a code that joins", _invited, _quote, _check_quoted),
    Scenario("a lapsed lease", _silent, lambda w: w.sweep(), _check_moved_on),
    Scenario("an agent who is gone", _vanished, lambda w: w.sweep(), _check_moved_on),
    Scenario("coming online", _waiting, lambda w: w.agent("ann", units=2), _check_opened),
    Scenario(
        "going offline",
        _vanished,
        lambda w: desk.set_presence(desk.Caller("ann"), Presence.OFFLINE, w.board),
        _check_moved_on,
    ),
)


def _arm(world: World, killer: Killer) -> None:
    world.client.after.append(killer.step)
    send = world.provider.send

    def send_and_step(outgoing: Outgoing) -> Sent:
        sent = send(outgoing)
        killer.step()
        return sent

    world.provider.send = send_and_step  # type: ignore[method-assign]  # a step like the others
    publish = world.publish

    def publish_and_step(events: Sequence[Event]) -> None:
        publish(events)
        killer.step()

    world.publish = publish_and_step  # type: ignore[method-assign]  # the same
    killer.armed = True


def _calm(world: World) -> None:
    """Time passes; queues redeliver what failed; the sweep comes by. Agents at their desks keep sending heartbeats."""
    for _ in range(3):
        world.later(seconds=40)
        for agent_id in ("ann", "ben"):
            agent = world.board.agents.get(agent_id)
            if agent and agent.presence is Presence.ONLINE and agent.due_at and agent.due_at > world.now:
                desk.set_presence(desk.Caller(agent_id), Presence.ONLINE, world.board)
        for known in world.all_conversations():
            for entry in world.entries(known):
                if entry.direction == "outbound":
                    _redeliver(world, known, entry.id)
        world.settle()
        world.sweep()
        world.settle()


def _redeliver(world: World, known: Conversation, entry_id: str) -> None:
    try:
        deliver(known.thread, known.number, entry_id, world.board, lambda *_: world.provider, BASE_URL)
    except NotYetError:
        return  # the queue brings it again


def _hold_invariants(world: World) -> None:
    owned: dict[str, int] = {}
    for known in world.all_conversations():
        assert (known.owner is not None) == (known.status is Status.ASSIGNED)
        if known.owner:
            owned[known.owner] = owned.get(known.owner, 0) + known.cost
        entries = world.entries(known)
        assert sum(entry.kind == "acknowledgement" for entry in entries) <= 1
    for agent_id in ("ann", "ben"):
        if agent := world.board.agents.get(agent_id):
            assert agent.units - agent.free == owned.get(agent_id, 0)
    ids = [(sent.conversation_id, sent.message_id) for sent in world.provider.taken]
    assert len(ids) == len(set(ids)), "a message was sent twice"


def _run(scenario: Scenario, at: int) -> bool:
    """Kill after the step of that number; whether there was one."""
    killer = Killer(at)
    client = Dynamo()
    tables.create(client)
    world = World(POLICY, client)
    scenario.prepare(world)
    _arm(world, killer)
    try:
        scenario.act(world)
    except KilledError:
        scenario.again(world)
    killed = not killer.armed
    killer.armed = False
    _calm(world)
    _hold_invariants(world)
    scenario.check(world)
    return killed


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_X_9_killed_after_any_step_and_called_again_it_ends_as_if_nothing_had_happened(scenario: Scenario) -> None:
    steps = next(at for at in range(1, MOST_STEPS) if not _run(scenario, at)) - 1
    assert steps > 0, "there was no step to be killed at"
