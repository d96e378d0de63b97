"""A whole deployment in one process over tables in memory: its bus, queues and stream, as unkind as the cloud's.

Deliveries come late, twice and in any order, processes die after any step, requests are throttled, indexes lag, and
functions run side by side. What was not worked off comes again, as SQS brings it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from typing_extensions import override

from functions.router.tasks import handle
from switchboard.aws.queues import DynamoQueues
from switchboard.aws.stream import change_of
from switchboard.conversation import split_id
from switchboard.errors import SendThrottledError, SendUnknownError, SwitchboardError
from switchboard.events import (
    ConversationMessageAdded,
    ConversationOpened,
    ConversationQueued,
    Event,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.flows.acknowledge import acknowledge
from switchboard.flows.deliver import deliver, report
from switchboard.flows.learn import learn
from switchboard.flows.promises import look_at_due
from switchboard.flows.publish import publish
from switchboard.flows.record import record
from switchboard.flows.sweep import SETTLING
from switchboard.message import DeliveryReport, Outgoing, Received, Sent
from switchboard.policy import Policy
from tests import tables
from tests.dynamodb import Dynamo, refuse
from tests.erasing import Erasing
from tests.interleaving import Turn
from tests.world import BASE_URL, World

Queue: TypeAlias = Literal["router", "auto_ack", "outbound", "erase"]
Act: TypeAlias = Callable[[], object]

MOST_TRIES = 20
"""More than any queue's, since a history may be unluckier than a life: but a poison would come for ever."""
FIRST_DELAY, GROWTH, LONGEST = timedelta(seconds=5), 3, timedelta(minutes=10)
SOON = timedelta(seconds=2)
"""What is due so soon is waited for: a second look."""
THROTTLED = "ProvisionedThroughputExceededException"


class KilledError(BaseException):
    """A process died. Not an Exception: no `except` in the code under test may survive it."""


@dataclass(frozen=True)
class Delivery:
    """Something in a queue."""

    queue: Queue
    task: str
    detail: dict[str, Any]
    at: datetime
    """Not before."""
    tries: int = 0


@dataclass
class Faults:
    """What goes wrong next: counted in steps, which are requests, messages put somewhere, and calls of the provider."""

    dies_in: int = 0
    throttled_in: int = 0
    is_racing: bool = False

    def before(self, *_: object) -> None:
        if self.throttled_in:
            self.throttled_in -= 1
            if not self.throttled_in:
                refuse("Any", THROTTLED)

    def after(self, *_: object) -> None:
        if self.dies_in:
            self.dies_in -= 1
            if not self.dies_in:
                raise KilledError


@dataclass
class Provider:
    """A provider that takes what it is given, unless told how to fail: with what, and whether it took it anyway."""

    deployment: "Deployment"
    taken: list[Outgoing] = field(default_factory=list)
    failing: list[tuple[Exception, bool]] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Sent:
        for witness in self.deployment.witnesses:
            witness(outgoing)
        error, takes = self.failing.pop(0) if self.failing else (None, True)
        if takes:
            self.taken.append(outgoing)
        if error:
            raise error
        self.deployment.faults.after()
        return Sent(provider_id=f"P{len(self.taken)}", at=self.deployment.now)

    def find(self, outgoing: Outgoing, since: datetime) -> list[Sent]:
        return [
            Sent(provider_id=f"P{n}", at=self.deployment.now)
            for n, sent in enumerate(self.taken, start=1)
            if (sent.recipient, sent.text) == (outgoing.recipient, outgoing.text)
        ]


@dataclass
class Deployment(World):
    """What `World` is, with queues in which things wait until a test has them worked off."""

    waiting: list[Delivery] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    witnesses: list[Callable[[Outgoing], None]] = field(default_factory=list)
    """Look at each message just before the provider gets it."""
    was_disturbed: bool = False
    """Something died, was throttled or waited so long that the sweep may find what was overlooked."""
    repaired: int = 0
    """What sweeps found overlooked although nothing had been disturbed."""

    @classmethod
    def make(cls, policy: Policy) -> "Deployment":
        """An empty one."""
        dynamo = Dynamo()
        tables.create(dynamo)
        return cls(policy, dynamo)

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.dynamo: Dynamo = self.client
        self.dynamo.clock = lambda: self.now.timestamp()  # noqa: PLW0108  # it is another time each time
        self.dynamo.before.append(self.faults.before)
        self.dynamo.after.append(self.faults.after)
        self.network = Provider(self)
        self.erasing = Erasing(self)
        self.erasing.look = self._look  # type: ignore[method-assign]  # into the same queues as everything else
        self._running = threading.local()
        self.dynamo.before.append(self._await_turn)

    # -- what is put where ------------------------------------------------------------------------

    @override
    def look_again(self, detail: dict[str, str], delay: timedelta) -> None:
        self._put("router", "dispatch.again", detail, delay)
        self.faults.after()

    def _look(self, code: str, delay: timedelta) -> None:
        self._put("erase", "erase", {"code": code}, delay)
        self.faults.after()

    @override
    def publish(self, events: Sequence[Event]) -> None:
        for event in events:
            for queue in _subscribers(event):
                self._put(queue, event.DETAIL_TYPE, event.model_dump(mode="json"))
        self.published.extend(events)
        self.faults.after()

    def ingest(self, message: Received) -> MessageReceived:
        """A verified delivery reaches the bus, and is answered."""
        received = MessageReceived(at=self.now, message=message)
        self.publish([received])
        return received

    def _put(self, queue: Queue, task: str, detail: dict[str, Any], delay: timedelta = timedelta(0)) -> None:
        self.waiting.append(Delivery(queue, task, detail, self.now + delay))

    # -- what is worked off -----------------------------------------------------------------------

    def survive(self, act: Act) -> bool:
        """Do something as a process that may die or be throttled on the way; whether it came to its end."""
        try:
            act()
        except KilledError:
            self.board = replace(self.board, queues=DynamoQueues(self.client, "queues"))  # what it knew dies with it
            self.was_disturbed = True
            return False
        except SwitchboardError as error:
            if not error.retryable:
                raise
            return False
        except Exception as error:
            if THROTTLED not in str(error):
                raise
            self.was_disturbed = True
            return False
        return True

    def due(self) -> list[Delivery]:
        return [delivery for delivery in self.waiting if delivery.at <= self.now]

    def work(self, delivery: Delivery, *, again: bool = False) -> None:
        """Have a function take a delivery; with `again` the queue brings it once more although all went well."""
        self.waiting.remove(delivery)
        if self.survive(lambda: self._handle(delivery)):
            if again:
                self.waiting.append(delivery)
            return
        assert delivery.tries < MOST_TRIES, f"a poison: {delivery.task} {delivery.detail}"
        delay = min(FIRST_DELAY * GROWTH**delivery.tries, LONGEST)
        self.waiting.append(replace(delivery, tries=delivery.tries + 1, at=self.now + delay))

    def _handle(self, delivery: Delivery) -> None:
        match delivery.queue:
            case "router":
                done = handle(delivery.task, delivery.detail, self.board, self.quarantine)
                self.repaired += 0 if self.was_disturbed else done.metrics.get("Repaired", 0)
            case "auto_ack" if delivery.task == "promises.due":
                look_at_due(self.board)
            case "auto_ack":
                acknowledge(*split_id(delivery.detail["conversation_id"]), self.board)
            case "erase":
                self.erasing.work(delivery.detail["code"])
            case "outbound" if delivery.task == MessageReceived.DETAIL_TYPE:
                message = MessageReceived.model_validate(delivery.detail).message
                assert isinstance(message, DeliveryReport)
                report(message, self.board)
            case "outbound":
                added = ConversationMessageAdded.model_validate(delivery.detail)
                place = split_id(added.conversation_id)
                deliver(*place, added.message_id, self.board, lambda *_: self.network, BASE_URL)

    def tell(self, most: int | None = None) -> None:
        """The outbox publishes what was committed, in its order; after a death it begins again where it was."""
        for _ in range(len(self.dynamo.stream) if most is None else most):
            if not self.dynamo.stream or not self.survive(self._tell_first):
                return

    def _tell_first(self) -> None:
        change = change_of(self.dynamo.stream[0])
        if change:
            learn(change, self.policy, self.board.estimates)
            publish([change], self)
            record(change, self.board.decisions)
        self.dynamo.stream.pop(0)

    @override
    def settle(self) -> None:
        """Work everything off that is due now or in a moment, with what follows from it."""
        while self.dynamo.stream or self._soon():
            self.tell()
            for delivery in self.due():
                if delivery in self.waiting:
                    self.work(delivery)
            if not self.dynamo.stream and not self.due() and self._soon():
                self.pass_time(timedelta(seconds=1))

    def _soon(self) -> bool:
        return any(delivery.at <= self.now + SOON for delivery in self.waiting)

    def pass_time(self, span: timedelta) -> None:
        """Time passes, and indexes catch up. What has waited long is found by the sweep, and rightly."""
        self.was_disturbed |= span >= SETTLING and bool(self.dynamo.stream or self.due())
        self.now += span
        self.dynamo.catch_up()

    def sweep_up(self) -> None:
        """The minute is over: a sweep comes by, and what follows from it. Then nothing is overlooked any more."""
        self._put("router", "sweep.due", {})
        self._put("auto_ack", "promises.due", {})
        self.settle()
        self.was_disturbed &= bool(self.waiting)

    def change_policy(self, policy: Policy) -> None:
        """Another policy is deployed: what may be taken by it is found by the sweep."""
        self.policy, self.was_disturbed = policy, True
        self.board = replace(self.board, policy=policy)

    # -- side by side -----------------------------------------------------------------------------

    def race(self, acts: Sequence[Act], schedule: Sequence[int]) -> None:
        """Run several side by side: before each request the schedule says whose turn it is."""
        turns = [Turn(self._playing(act)) for act in acts]
        order = _rounds(schedule)
        with self._racing():
            for turn in turns:
                turn.start()
            try:
                while able := [turn for turn in turns if not turn.is_done]:
                    able[next(order) % len(able)].move()
            finally:
                for turn in turns:
                    turn.abandon()

    def _playing(self, act: Act) -> Callable[[Turn], object]:
        def play(turn: Turn) -> None:
            self._running.turn = turn
            act()

        return play

    @contextmanager
    def _racing(self) -> Iterator[None]:
        self.faults.is_racing = True
        try:
            yield
        finally:
            self.faults.is_racing = False

    def _await_turn(self, *_: object) -> None:
        turn: Turn | None = getattr(self._running, "turn", None)
        if turn:
            turn.step()


def _rounds(schedule: Sequence[int]) -> Iterator[int]:
    while True:
        yield from schedule or (0,)
        yield 1  # whatever the schedule, everybody moves in the end


def _subscribers(event: Event) -> list[Queue]:
    """Who is told of an event (`infra.messaging.SUBSCRIPTIONS`)."""
    if isinstance(event, MessageReceived):
        return ["outbound" if isinstance(event.message, DeliveryReport) else "router"]
    if isinstance(event, MessageQuarantined | ConversationQueued):
        return ["router"]
    if isinstance(event, ConversationOpened):
        return ["auto_ack"]
    is_outgoing = isinstance(event, ConversationMessageAdded) and event.direction == "outbound"
    return ["outbound"] if is_outgoing else []


FAILURES: tuple[tuple[Exception, bool], ...] = (
    (SendThrottledError("429", "later"), False),
    (SendUnknownError("timeout", "no answer"), False),
    (SendUnknownError("timeout", "no answer"), True),
)
"""How a provider may fail for a moment, and whether it took the message."""
