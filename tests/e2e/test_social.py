"""Social networks on the deployed template: each provider's double, by its own protocol, there and back."""

import asyncio
from typing import Any

import pytest

from sandbox.lines import credentials_of, make_network
from sandbox.meta import Meta
from tests.e2e.lab import CUSTOMER, Lab

META = ["whatsapp", "messenger", "instagram"]
NETWORKS = [*META, "telegram", "line"]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_message_is_acknowledged_once_assigned_answered_and_delivered(lab: Lab, network: str) -> None:
    ann = lab.agent("ann")
    lab.write(network, "Hello, where is my order?")
    mine: dict[str, Any] = lab.wait_for(lambda: next(iter(ann.conversations()), {}), "a conversation to be assigned")
    lab.wait_for(lambda: lab.arrived(network), "the acknowledgement")
    ann.reply(mine["conversation_id"], "It is on its way.")
    lab.wait_for(lambda: "It is on its way." in lab.arrived(network), "the answer on the phone")
    lab.write(network, "Thank you!")
    lab.wait_for(lambda: len(ann.conversation(mine["conversation_id"])["messages"]) == 4, "the thanks")
    lab.await_quiet()

    acknowledgement, answer = lab.arrived(network)
    assert "Acme" in acknowledgement
    assert answer == "It is on its way."
    messages = ann.conversation(mine["conversation_id"])["messages"]
    assert [(message["author"], message["kind"]) for message in messages] == [
        ("customer", "message"),
        ("system", "acknowledgement"),
        ("agent", "message"),
        ("customer", "message"),
    ]
    assert [known.id for known in lab.all_conversations()] == [mine["conversation_id"]]
    assert set(lab.running.providers.networks[network].answers) == {200}, "every webhook was taken"


@pytest.mark.parametrize("network", META)
def test_MT_1_meta_is_shown_its_challenge_for_the_right_word_only(lab: Lab, network: str) -> None:
    account, meta = f"acme-{network}", make_network(network, lab.policy, lab.outputs["PublicBaseUrl"])
    assert isinstance(meta, Meta)
    (ours,) = meta.ends

    async def ask() -> tuple[bool, bool]:
        word = credentials_of(account, lab.policy)["verify_token"]
        async with meta.lifespan(meta.app):
            return await meta.subscribe(ours, word, "1158201444"), await meta.subscribe(ours, word[::-1], "1158201444")

    assert asyncio.run(ask()) == (True, False)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_forged_signature_is_refused_and_nothing_is_kept(lab: Lab, network: str) -> None:
    before, stranger = lab.settled(), lab.stranger(network)
    (ours,) = stranger.ends

    async def forge() -> None:
        async with stranger.lifespan(stranger.app):
            stranger.text(stranger.customer(CUSTOMER), ours, "hello")
            await stranger.settle()

    asyncio.run(forge())
    lab.await_quiet()
    assert stranger.answers == [403]
    assert lab.kept() == before
