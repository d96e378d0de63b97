"""An answer with files, killed after each step of its sending or its writing: no part is doubled, none out of order."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from switchboard.conversation import SETTLED, Conversation, Entry
from switchboard.errors import NotYetError
from switchboard.flows import desk, uploads
from switchboard.flows.deliver import ATTEMPT, deliver
from switchboard.message import DeliveryStatus, Message, Outgoing, Party, Sent
from tests import tables
from tests.dynamodb import Dynamo
from tests.faults.test_kills import MOST_STEPS, POLICY, KilledError, Killer
from tests.shelf import MemoryShelf, upload
from tests.world import BASE_URL, World, url_of

NETWORKS = {"telegram": "5005550101", "line": "U1", "sms": "+15551230009"}


def _prepared(channel_name: str) -> tuple[World, Conversation, Callable[[], Entry]]:
    """A conversation, and how its agent answers it with words and two pictures."""
    client = Dynamo()
    tables.create(client)
    world = World(POLICY, client)
    account = next(key for key, one in POLICY.accounts.items() if one.channel == channel_name)
    sender, ours = Party(address=NETWORKS[channel_name]), Party(address=POLICY.accounts[account].address)
    told = {"channel": channel_name, "account": account, "provider_id": "in1", "sender": sender, "to": (ours,)}
    world.route(Message(**told, text="hello"))
    known = world.board.conversations.save(world.only(), replace(world.only(), last_agent="ann", owner="ann"))
    who, shelf = world.agent("ann", online=False), MemoryShelf(world.clock)
    ids = [upload(who, known.id, world.board, shelf) for _ in range(2)]

    def complete(at: Conversation, entry: Entry) -> Entry:
        return replace(entry, attachments=uploads.enclose(who, at, ids, world.board, shelf, scanned=True))

    return world, known, lambda: desk.reply(who, known.id, "words", "k", world.board, complete)[0]


def _arm(world: World, killer: Killer) -> None:
    world.client.after.append(killer.step)
    send = world.provider.send

    def send_and_step(outgoing: Outgoing) -> Sent:
        sent = send(outgoing)
        killer.step()
        return sent

    world.provider.send = send_and_step  # type: ignore[method-assign]  # a step like the others
    killer.armed = True


def _send(world: World, known: Conversation, entry: Entry) -> None:
    deliver(known.thread, known.number, entry.id, world.board, lambda *_: world.provider, BASE_URL, url_of)


def _killed_while_sending(channel_name: str, at: int) -> bool:
    world, known, answer = _prepared(channel_name)
    entry, killer = answer(), Killer(at)
    _arm(world, killer)
    try:
        _send(world, known, entry)
    except KilledError:
        with pytest.raises(NotYetError) if _is_fresh(world, entry) else nullcontext():
            _send(world, known, entry)
    was_killed, killer.armed = not killer.armed, False
    world.now += ATTEMPT + timedelta(seconds=1)
    _send(world, known, entry)
    _check(world, entry, channel_name)
    return was_killed


def _is_fresh(world: World, entry: Entry) -> bool:
    present = world.conversations.entry(entry.thread, entry.id)
    return present is not None and present.status is DeliveryStatus.SENDING


def _check(world: World, entry: Entry, channel_name: str) -> None:
    present = world.conversations.entry(entry.thread, entry.id)
    assert present
    assert present.status in SETTLED
    names = [sent.message_id for sent in world.provider.taken]
    if channel_name == "line":  # it knows a copy by its key
        names = list(dict.fromkeys(names))
    assert len(names) == len(set(names)), "a part was sent twice"
    whole = {"telegram": 3, "line": 1, "sms": 1}[channel_name]
    if present.status is not DeliveryStatus.UNKNOWN:
        assert len(names) == whole, "a part is missing"
    assert [sent.text for sent in world.provider.taken][:1] in ([], ["words"])


@pytest.mark.parametrize("channel_name", NETWORKS)
def test_X_9_killed_after_any_step_of_sending_no_part_is_sent_twice(channel_name: str) -> None:
    steps = next(at for at in range(1, MOST_STEPS) if not _killed_while_sending(channel_name, at)) - 1
    assert steps > 2


def test_X_9_killed_while_it_is_written_an_answer_with_files_is_written_once() -> None:
    def run(at: int) -> bool:
        world, known, answer = _prepared("telegram")
        killer = Killer(at)
        _arm(world, killer)
        try:
            answer()
        except KilledError:
            answer()
        was_killed, killer.armed = not killer.armed, False
        written = [entry for entry in world.entries(known) if entry.author == "agent"]
        assert [len(entry.attachments) for entry in written] == [2]
        return was_killed

    assert next(at for at in range(1, MOST_STEPS) if not run(at)) > 1
