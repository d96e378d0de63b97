"""Asking and erasing, killed after each step and begun again: in the end it is as if nothing had happened (SEC-16).

A step is what changes something: a write to AWS, a copy deleted at the provider or in the bucket, a message put into a
queue. Killed after a read, a process leaves what it leaves killed after the write before it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.model import OperationModel

from switchboard.erasure import State
from switchboard.flows import desk, identity
from switchboard.message import Attachment, Message, Party
from switchboard.ports import Contact
from tests.erasing import Erasing, Provider
from tests.world import CUSTOMER, World, make_world

MOST_STEPS = 300
READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
IDS = (Party(address="US.canary"), Party(address="canary15551230001"))
ADDRESSES = (*(f"whatsapp:{one.address}" for one in IDS), f"sms:{CUSTOMER}")
CANARY = "canary"
LEAD = desk.Caller("dee", is_lead=True)


class KilledError(BaseException):
    """Not an Exception: no `except` in the code under test may survive its process."""


@dataclass
class Killer:
    """Kills after the n-th step."""

    at: int
    steps: int = 0
    armed: bool = False

    def called(self, model: OperationModel, **_: Any) -> None:
        if model.name not in READS:
            self.step()

    def step(self) -> None:
        self.steps += self.armed
        if self.armed and self.steps == self.at:
            self.armed = False
            raise KilledError

    def after(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any) -> Any:
            done = act(*arguments)
            self.step()
            return done

        return stepping


def _converse(world: World) -> Erasing:
    """A customer known by two ids and merged with a number, with an answer, a file, and conversations of ann's."""
    erasing = Erasing(world, provider=Provider(channel="whatsapp"))
    ann = world.agent("ann", units=2)
    world.route(
        Message(
            channel="whatsapp",
            account="acme-whatsapp",
            provider_id="wamid.1",
            sender=IDS[0],
            from_mailboxes=IDS,
            text=CANARY,
            attachments=(Attachment(key="media/canary/0"),),
        )
    )
    desk.reply(ann, world.only().id, CANARY, "k1", world.board)
    world.text(CANARY)
    one, other = (contact.customer_id for contact in _contacts(world))
    identity.merge(LEAD, one, other, world.board)
    erasing.bucket.keep("media/canary/0", b"x")
    return erasing


def _contacts(world: World) -> list[Contact]:
    """Of the customer's two channels."""
    found = [world.board.customers.contact(address) for address in (ADDRESSES[0], ADDRESSES[-1])]
    return [contact for contact in found if contact]


def _work_through(erasing: Erasing, killer: Killer) -> None:
    """What the queue does: a message that was not worked off comes again."""
    while erasing.queue:
        code, delay = erasing.queue[0]
        erasing.world.now += delay
        try:
            erasing.work(code)
        except KilledError:
            continue
        erasing.queue.remove((code, delay))


def _ask(erasing: Erasing) -> None:
    erasing.ask("whatsapp:US.canary")


def _run(at: int) -> bool:
    """Kill after the step of that number; whether there was one."""
    killer = Killer(at)
    with make_world() as world:
        erasing = _converse(world)
        erasing.look = killer.after(erasing.look)  # type: ignore[method-assign]  # a step like the others
        erasing.bucket.remove = killer.after(erasing.bucket.remove)  # type: ignore[method-assign]  # the same
        erasing.provider.forget = killer.after(erasing.provider.forget)  # type: ignore[method-assign]  # the same
        world.client.meta.events.register("after-call", killer.called)
        killer.armed = True
        try:
            _ask(erasing)
        except KilledError:
            _ask(erasing)  # nobody was told that it was taken: they ask again
        _work_through(erasing, killer)
        killed = not killer.armed
        killer.armed = False
        world.client.meta.events.unregister("after-call", killer.called)
        _check(erasing)
        return killed


def _check(erasing: Erasing) -> None:
    world = erasing.world
    assert CANARY not in erasing.stored()
    assert erasing.bucket.objects == {}
    assert world.all_conversations() == []
    assert world.free("ann") == 2
    assert "customer#" not in erasing.stored()
    for address in ADDRESSES:
        erasures = world.board.erasures
        known = erasures.get(erasures.code_of(address))
        assert known
        assert known.state is State.DONE


def test_SEC_16_killed_after_any_step_and_called_again_everything_is_erased_in_the_end() -> None:
    steps = next(at for at in range(1, MOST_STEPS) if not _run(at)) - 1
    assert steps > 30


@pytest.mark.parametrize("times", [2, 3])
def test_SEC_16_the_queue_may_bring_a_request_as_often_as_it_likes(times: int) -> None:
    with make_world() as world:
        erasing = _converse(world)
        _ask(erasing)
        while erasing.queue:
            code, delay = erasing.queue.pop(0)
            world.now += delay
            for _ in range(times):
                erasing.work(code)
            erasing.queue = list(dict.fromkeys(erasing.queue))
        _check(erasing)
