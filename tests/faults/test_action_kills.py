"""What people do by hand, and what arrives besides messages, killed after each step and done again.

Over tables in memory, with every promise audited in the end: it is as if nothing had happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any

import pytest

from switchboard.channels.media import Download
from switchboard.conversation import Conversation, Status
from switchboard.flows import assignments, desk, outreach, remarks, shifts, standing
from switchboard.flows.assignments import Target
from switchboard.flows.media import Means, fetch_files
from switchboard.message import Attachment, Deletion, Edit, Message, Party, Reaction, Received, Unhandled
from switchboard.policy import Priority, load_policy
from switchboard.routing import Presence
from tests.deployment import Deployment
from tests.promises import Auditor
from tests.unit.test_channel_media import SMS
from tests.world import CUSTOMER, ROOT

MOST_STEPS = 200
ANN, BOB = desk.Caller("ann"), desk.Caller("bob", is_lead=True)
UNTIL = timedelta(minutes=30)
ROUND = timedelta(seconds=40)


@dataclass
class Stage:
    """Ann has a customer's conversation, bob is there too."""

    deployment: Deployment = field(default_factory=lambda: Deployment.make(load_policy(ROOT / "policy.yaml")))
    kept: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.auditor = Auditor(self.deployment)
        self.deployment.agent("ann", units=1)
        self.receive(self.message("m1", text="hello", attachments=(Attachment(url="https://api.twilio.com/f"),)))
        self.deployment.settle()
        self.deployment.agent("bob", units=2)
        self.until = self.deployment.now + UNTIL
        self.home = self.known.id

    @property
    def board(self) -> Any:
        return self.deployment.board

    @property
    def known(self) -> Conversation:
        return min(self.auditor.conversations(), key=lambda one: one.number)

    def message(self, name: str, **more: Any) -> Message:
        return Message(channel="sms", account="acme-sms", provider_id=name, sender=Party(address=CUSTOMER), **more)

    def receive(self, message: Received) -> None:
        self.auditor.note(self.deployment.ingest(message))

    def get(self, download: Download, hosts: Sequence[str], limit: int, into: IO[bytes]) -> int:
        into.write(b"\x89PNG\r\n\x1a\n")
        return 200

    def put(self, key: str, content: IO[bytes]) -> None:
        self.kept[key] = content.read()
        self.deployment.faults.after()

    def of(self, account: str) -> Sequence[dict[str, str]]:
        return [SMS]

    @property
    def means(self) -> Means:
        stores: Any = self
        return Means(
            conversations=self.board.conversations,
            secrets=stores,
            raw=stores,
            store=stores,
            web=lambda _: stores,
            clock=self.deployment.clock,
        )


@dataclass(frozen=True)
class Scenario:
    """What somebody does, and what is true in the end of the conversation besides the promises."""

    name: str
    act: Callable[[Stage], object]
    holds: Callable[[Stage], bool]
    before: Callable[[Stage], object] = lambda _: None


def _resolve(stage: Stage) -> None:
    desk.resolve(ANN, stage.home, stage.board, leave_unanswered=True)


def _begin(stage: Stage) -> None:
    """A console that had no answer asks again with its key, and is told what the first call did."""
    outreach.begin(BOB, "acme-sms", "+15551230009", "news", None, "k", stage.board)


def _amend(message: type[Edit] | type[Deletion] | type[Reaction], **more: Any) -> Callable[[Stage], None]:
    told = message(
        channel="sms", account="acme-sms", provider_id="e1", sender=Party(address=CUSTOMER), target="m1", **more
    )

    def act(stage: Stage) -> None:
        stage.receive(told)
        stage.deployment.settle()

    return act


def _block_by_app(stage: Stage) -> None:
    told = Unhandled(channel="sms", account="acme-sms", provider_id="b1", sender=Party(address=CUSTOMER), kind="block")
    stage.receive(told)
    stage.deployment.settle()


def _entry(stage: Stage, name: str) -> Any:
    return next((entry for entry in stage.auditor.entries() if entry.id == name), None)


def _contact(stage: Stage) -> Any:
    return stage.auditor.sight.customers.contact(f"sms:{CUSTOMER}")


def _has_files(stage: Stage) -> bool:
    return len(stage.kept) == 1 and _entry(stage, "m1").attachments[0].key in stage.kept


SCENARIOS = (
    Scenario("assigning", lambda s: assignments.assign(BOB, s.home, "bob", s.board), lambda s: s.known.owner == "bob"),
    Scenario("taking over", lambda s: assignments.take(BOB, s.home, s.board), lambda s: s.known.owner == "bob"),
    Scenario(
        "transferring to a queue",
        lambda s: assignments.transfer(ANN, s.home, Target(queue="support"), "n", "k", s.board),
        lambda s: s.known.owner == "bob" and _entry(s, "transfer.1.k") is not None,
    ),
    Scenario(
        "transferring to an agent",
        lambda s: assignments.transfer(ANN, s.home, Target(agent_id="bob"), "n", "k", s.board),
        lambda s: s.known.owner == "bob" and _entry(s, "transfer.1.k") is not None,
    ),
    Scenario(
        "snoozing",
        lambda s: assignments.snooze(ANN, s.home, s.until, s.board),
        lambda s: s.known.status is Status.SNOOZED,
    ),
    Scenario(
        "reopening", lambda s: assignments.reopen(ANN, s.home, s.board), lambda s: s.known.owner == "ann", _resolve
    ),
    Scenario(
        "placing",
        lambda s: remarks.place(ANN, s.home, "returns", Priority.HIGH, s.board),
        lambda s: (s.known.queue, s.known.priority) == ("returns", Priority.HIGH),
    ),
    Scenario(
        "holding for spam", lambda s: standing.hold(ANN, s.home, "spam", s.board), lambda s: _contact(s).mark == "spam"
    ),
    Scenario("blocking", lambda s: standing.hold(BOB, s.home, "blocked", s.board), lambda s: s.known.mark == "blocked"),
    Scenario(
        "lifting a block",
        lambda s: standing.lift(BOB, s.home, "blocked", s.board),
        lambda s: (s.known.mark, _contact(s).mark) == (None, None),
        lambda s: standing.hold(BOB, s.home, "blocked", s.board),
    ),
    Scenario("tagging", lambda s: remarks.tag(ANN, s.home, ("vip",), s.board), lambda s: s.known.tags == ("vip",)),
    Scenario(
        "noting",
        lambda s: remarks.note(ANN, s.home, "look", ("bob",), "k", s.board),
        lambda s: _entry(s, "note.1.k") is not None,
    ),
    Scenario("writing first", _begin, lambda s: len(s.auditor.conversations()) == 2),
    Scenario(
        "naming the end of a shift",
        lambda s: shifts.set_shift(ANN, s.until, s.board),
        lambda s: s.auditor.sight.agents.get("ann").shift_until == s.until,  # type: ignore[union-attr]  # she is there
    ),
    Scenario("going away", lambda s: desk.set_presence(ANN, Presence.AWAY, s.board), lambda s: s.known.owner == "ann"),
    Scenario("an edit", _amend(Edit, text="changed"), lambda s: _entry(s, "m1").text == "changed"),
    Scenario("a deletion", _amend(Deletion), lambda s: _entry(s, "m1").text == ""),
    Scenario("a reaction", _amend(Reaction, emoji="+"), lambda s: _entry(s, "m1").reaction == "+"),
    Scenario("a block in the customer's app", _block_by_app, lambda s: _contact(s).undeliverable == "blocked"),
    Scenario("fetching files", lambda s: fetch_files(s.known.thread, "m1", s.means), _has_files),
)


def _run(scenario: Scenario, at: int) -> bool:
    """Kill after the step of that number, and do it again; whether there was one."""
    stage = Stage()
    deployment = stage.deployment
    scenario.before(stage)
    deployment.settle()
    deployment.faults.dies_in = at
    if not deployment.survive(lambda: scenario.act(stage)):
        scenario.act(stage)
    was_killed = deployment.faults.dies_in == 0
    deployment.faults.dies_in = 0
    for _ in range(3):
        deployment.settle()
        deployment.pass_time(ROUND)
        for agent in stage.auditor.agents():
            desk.set_presence(desk.Caller(agent.agent_id), agent.presence, deployment.board)
        deployment.sweep_up()
    stage.auditor.audit_rest()
    assert scenario.holds(stage)
    return was_killed


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_X_9_killed_after_any_step_and_done_again_it_ends_as_if_nothing_had_happened(scenario: Scenario) -> None:
    steps = next(at for at in range(1, MOST_STEPS) if not _run(scenario, at)) - 1
    assert steps > 0, "there was no step to be killed at"
