"""Agents' files and what became of them go with their customer, whether a message has them or not."""

from dataclasses import replace

from tests.erasing import Erasing
from tests.world import World


def test_SEC_16_uploads_of_a_conversation_go_also_those_that_no_message_has(world: World) -> None:
    world.text()
    known, erasing = world.only(), Erasing(world)
    for key in (f"uploads/{known.id}/ann/u1", f"outgoing/{known.id}/u2", f"outgoing/{known.id}0/u3"):
        erasing.bucket.keep(key, b"?")
    erasing.ask()
    erasing.finish()
    assert list(erasing.bucket.objects) == [f"outgoing/{known.id}0/u3"]


def test_TW_11_the_provider_deletes_its_copies_of_every_part(world: World) -> None:
    world.agent("ann")
    world.text()
    world.settle()
    (ack,) = [entry for entry in world.entries(world.only()) if entry.direction == "outbound"]
    world.conversations.advance(ack, replace(ack, sent_parts=("part1", "part2")))
    erasing = Erasing(world)
    erasing.ask()
    erasing.finish()
    assert {"part1", "part2", ack.provider_id} <= set(erasing.provider.forgotten)
