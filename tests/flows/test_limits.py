"""What an answer may be, as a console needs to know before it is written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from switchboard.channels import all_channels
from switchboard.conversation import Conversation, Status
from switchboard.flows.limits import Limits, limits_of
from tests.world import CUSTOMER, World


def of(world: World, account: str | None = None, **changes: object) -> Limits:
    """Of a conversation on another account than the one it was opened on."""
    world.text()
    known: Conversation = world.only()
    if account:
        changes |= {"account": account, "channel": world.policy.accounts[account].channel}
    return limits_of(replace(known, **changes), world.board)  # type: ignore[arg-type]  # fields of any type


def account_on(world: World, channel: str) -> str:
    return next(key for key, one in world.policy.accounts.items() if one.channel == channel)


def test_a_text_message_is_counted_in_segments_and_has_no_window(world: World) -> None:
    found = of(world)
    assert (found.text_limit, found.unit, found.is_in_segments) == (1600, "characters", True)
    assert (found.window_until, found.window_left, found.refusal) == (None, None, None)


@pytest.mark.parametrize("network", ["whatsapp", "messenger", "instagram"])
def test_a_window_tells_its_end_and_what_is_left_of_it(world: World, network: str) -> None:
    found = of(world, account_on(world, network))
    assert found.window_until == world.now + timedelta(hours=24)
    assert found.window_left == timedelta(hours=24)


def test_a_window_that_is_over_is_why_there_is_no_answer(world: World) -> None:
    account = account_on(world, "whatsapp")
    world.text()
    known = replace(world.only(), account=account, channel="whatsapp")
    world.later(hours=25)
    found = limits_of(known, world.board)
    assert found.window_left == timedelta()
    assert "too long ago" in str(found.refusal)


def test_instagram_counts_bytes(world: World) -> None:
    assert of(world, account_on(world, "instagram")).unit == "bytes"


def test_mail_has_copies(world: World) -> None:
    assert of(world, account_on(world, "email")).has_copies


def test_an_address_that_bounced_takes_no_answer(world: World) -> None:
    world.text()
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    world.board.customers.suppress(contact, "bounced")
    assert "bounced" in str(limits_of(world.only(), world.board).refusal)


def test_what_is_over_is_to_be_reopened_first(world: World) -> None:
    assert "reopen" in str(of(world, status=Status.RESOLVED).refusal)


def test_an_account_that_is_not_ours_any_more_takes_no_answer(world: World) -> None:
    world.text()
    gone = replace(world.only(), account="former")
    assert "not ours" in str(limits_of(gone, world.board).refusal)


def test_every_channel_counts_in_a_unit_that_is_told(world: World) -> None:
    from switchboard.flows import limits  # noqa: PLC0415  # its table is private

    assert {one.text_length for one in all_channels().values()} <= set(limits._UNITS)
