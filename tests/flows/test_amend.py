"""What opens nothing and yet changes something: reactions to us, answers by other programs, blocks."""

from typing import Any

import pytest

from switchboard.conversation import Entry
from switchboard.errors import RefusedError
from switchboard.flows import desk
from switchboard.flows.acknowledge import acknowledge
from switchboard.message import Edit, Message, Party, Reaction, Thread, Unhandled
from tests.world import World

CUSTOMER, OURS = "psid1", "204880129547331"


def a_message(provider_id: str = "mid.1", **changes: Any) -> Message:
    return Message(**{**common(), "provider_id": provider_id, "text": f"hello {provider_id}", **changes})


def common(**changes: Any) -> dict[str, Any]:
    sender = Party(address=CUSTOMER)
    return {"channel": "messenger", "account": "acme-messenger", "sender": sender, "provider_id": "e", **changes}


def an_echo(provider_id: str = "mid.9") -> Unhandled:
    ends = {"sender": Party(address=OURS), "to": (Party(address=CUSTOMER),)}
    return Unhandled(kind="echo", thread=Thread(message_id=provider_id), **common(**ends))


def acknowledgement(world: World) -> Entry:
    (found,) = [entry for entry in world.entries(world.only()) if entry.kind == "acknowledgement"]
    return found


def test_FB_3_a_reaction_to_a_message_of_ours_belongs_to_it(world: World) -> None:
    world.route(a_message())
    world.settle()
    world.route(Reaction(**common(), target=acknowledgement(world).provider_id or "", emoji="👍"))
    assert acknowledgement(world).reaction == "👍"


def test_FB_3_a_reaction_to_what_we_do_not_know_changes_nothing(world: World) -> None:
    world.route(a_message())
    before = world.entries(world.only())
    world.route(Reaction(**common(), target="mid.unknown", emoji="👍"))
    assert world.entries(world.only()) == before


def test_a_customer_cannot_edit_a_message_of_ours(world: World) -> None:
    world.route(a_message())
    world.settle()
    world.route(Edit(**common(), target=acknowledgement(world).provider_id or "", text="something else"))
    assert acknowledgement(world).text != "something else"


def test_X_14_an_answer_by_another_program_cancels_the_acknowledgement(world: World) -> None:
    world.route(a_message())
    world.route(an_echo())
    world.settle()
    told = world.only().acknowledgement
    assert told
    assert (told.sent, told.reason) == (False, "already_answered")


def test_X_14_an_acknowledgement_that_was_not_sent_yet_is_held_back(world: World) -> None:
    world.route(a_message())
    acknowledge(world.only().thread, 1, world.board)
    world.route(an_echo())
    world.settle()
    assert world.provider.taken == []
    assert acknowledgement(world).code == "already_answered"


def test_X_14_an_echo_of_our_own_message_cancels_nothing(world: World) -> None:
    world.route(a_message())
    world.settle()
    world.route(an_echo(acknowledgement(world).provider_id or ""))
    assert not world.only().answered_elsewhere


def test_X_14_an_echo_to_nobody_we_know_is_nothing(world: World) -> None:
    world.route(an_echo())
    assert world.all_conversations() == []


def test_TG_4_LN_5_whoever_blocked_us_is_not_written_to(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_message())
    world.route(Unhandled(kind="block", **common()))
    world.settle()
    assert world.provider.taken == []
    with pytest.raises(RefusedError):
        desk.reply(ann, world.only().id, "hello?", "k", world.board)


def test_TG_4_an_unblock_lets_us_write_again(world: World) -> None:
    world.route(a_message())
    world.route(Unhandled(kind="block", **common()))
    world.route(Unhandled(kind="unblock", **common()))
    world.settle()
    assert len(world.provider.taken) == 1


def test_TG_4_a_message_lifts_the_block(world: World) -> None:
    ann = world.agent("ann")
    world.route(a_message())
    world.route(Unhandled(kind="block", **common()))
    world.route(a_message("mid.2"))
    desk.reply(ann, world.only().id, "welcome back", "k", world.board)
    world.settle()
    assert "welcome back" in [sent.text for sent in world.provider.taken]


def test_a_block_by_a_stranger_is_nothing(world: World) -> None:
    world.route(Unhandled(kind="block", **common()))
    assert world.all_conversations() == []
