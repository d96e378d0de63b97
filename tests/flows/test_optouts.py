"""Who refuses what we send: found by leads, written down by people, and lifted only where a person may."""

import pytest

from switchboard.consent import ConsentState
from switchboard.errors import NotFoundError, OptedOutError, RefusedError, UnfitError
from switchboard.flows import desk, optouts
from switchboard.flows.desk import Caller
from switchboard.flows.optouts import Refused
from switchboard.message import ConsentChange, Party
from tests.world import CUSTOMER, World

DEE = Caller("dee", is_lead=True)
OTHER = "+15551230002"


def listed(world: World, account: str | None = None) -> list[Refused]:
    return optouts.browse(account, None, 10, world.board).items


def says(world: World, kind: str, wording: str, sender: str = CUSTOMER, account: str = "acme-sms") -> None:
    """A customer's keyword reaches the router."""
    world.later(minutes=1)
    world.route(
        ConsentChange.model_validate(
            {
                "channel": "sms",
                "account": account,
                "provider_id": f"SM{next(world.ids):032x}",
                "sender": Party(address=sender),
                "kind": kind,
                "wording": wording,
            }
        )
    )


def confirm(world: World, address: str = CUSTOMER) -> Refused:
    world.later(minutes=1)
    return optouts.confirm(DEE, "acme-sms", address, "said so on the phone", world.board)


def lift(world: World, address: str = CUSTOMER) -> Refused:
    world.later(minutes=1)
    return optouts.lift(DEE, "acme-sms", address, "they meant another shop", world.board)


# -- the list --------------------------------------------------------------------------------------


def test_TW_4_a_stop_is_listed_with_its_word_and_that_only_the_customer_lifts_it(world: World) -> None:
    says(world, "opt_out", "Stop!")
    (one,) = listed(world)
    assert (one.account, one.channel, one.address) == ("acme-sms", "sms", CUSTOMER)
    assert (one.state, one.since, one.how, one.said) == (ConsentState.STOPPED, world.now, "word", "Stop!")
    assert not one.can_be_lifted
    assert one.remedy
    assert "START" in one.remedy
    assert "Twilio" in one.remedy


def test_TW_5_wording_that_only_sounds_like_it_is_listed_and_may_be_lifted(world: World) -> None:
    world.text("please stop texting me")
    (one,) = listed(world)
    assert (one.state, one.how, one.can_be_lifted) == (ConsentState.SUSPECTED, "wording", True)


def test_TW_6_what_the_provider_said_is_told_as_that(world: World) -> None:
    world.agent("ann")
    world.text()
    world.settle()
    world.provider.raising.append(OptedOutError("21610", "opted out"))
    desk.reply(Caller("ann"), world.only().id, "hi", "k1", world.board)
    world.settle()
    (one,) = listed(world)
    assert (one.how, one.said, one.can_be_lifted) == ("provider", None, False)


def test_the_newest_is_first_over_all_accounts_and_pages_leave_nobody_out(world: World) -> None:
    senders = [f"+1555123{n:04}" for n in range(7)]
    for count, sender in enumerate(senders):
        says(world, "opt_out", "STOP", sender, "acme-returns" if count % 2 else "acme-sms")
    seen, cursor = [], None
    while True:
        page = optouts.browse(None, cursor, 3, world.board)
        seen += [one.address for one in page.items]
        if (cursor := page.cursor) is None:
            break
    assert seen == senders[::-1]


def test_START_takes_a_customer_off_the_list(world: World) -> None:
    says(world, "opt_out", "STOP")
    says(world, "opt_in", "START")
    assert listed(world) == []


def test_a_list_of_no_account_of_ours_is_refused(world: World) -> None:
    with pytest.raises(NotFoundError, match="account"):
        listed(world, "nobody")


def test_a_cursor_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(UnfitError, match="cursor"):
        optouts.browse(None, "?", 3, world.board)


@pytest.mark.parametrize("written", [CUSTOMER, "+1 (555) 123-0001", f" {CUSTOMER} "])
def test_an_address_is_found_however_it_is_written(world: World, written: str) -> None:
    says(world, "opt_out", "STOP")
    says(world, "opt_out", "STOP", OTHER)
    assert [one.address for one in optouts.search(written, world.board).items] == [CUSTOMER]


def test_who_refuses_nothing_is_not_found(world: World) -> None:
    world.text()
    assert optouts.search(CUSTOMER, world.board).items == []


def test_an_opt_out_from_before_they_were_listed_is_found_by_its_address(world: World) -> None:
    says(world, "opt_out", "STOP")
    key = {"address": {"S": f"sms:{CUSTOMER}"}, "item": {"S": "consent#acme-sms"}}
    world.client.delete_item(TableName="customers", Key=key)
    (one,) = optouts.search(CUSTOMER, world.board).items
    assert (one.state, one.how, one.can_be_lifted) == (ConsentState.STOPPED, None, False)


# -- what people do --------------------------------------------------------------------------------


def test_what_a_customer_told_a_person_stops_everything_and_says_who_wrote_it_down(world: World) -> None:
    one = confirm(world)
    assert (one.state, one.how, one.by, one.said) == (ConsentState.STOPPED, "agent", "dee", "said so on the phone")
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    assert not contact.consent("acme-sms").allows_replies


def test_saying_it_twice_is_saying_it_once(world: World) -> None:
    first = confirm(world)
    assert confirm(world) == first


def test_what_a_person_wrote_down_a_person_lifts(world: World) -> None:
    confirm(world)
    assert lift(world).state is ConsentState.GRANTED
    assert listed(world) == []


def test_what_only_sounded_like_it_a_person_lifts(world: World) -> None:
    world.text("please stop texting me")
    assert lift(world).state is ConsentState.GRANTED


def test_TW_7_a_customers_stop_no_person_lifts_even_after_confirming_it(world: World) -> None:
    says(world, "opt_out", "STOP")
    confirm(world)
    with pytest.raises(RefusedError, match="sending START"):
        lift(world)
    assert len(listed(world)) == 1


def test_TW_7_a_stop_after_a_persons_word_outlasts_it(world: World) -> None:
    confirm(world)
    says(world, "opt_out", "STOP")
    with pytest.raises(RefusedError, match="sending START"):
        lift(world)


def test_TW_7_START_leaves_what_a_person_wrote_down(world: World) -> None:
    confirm(world)
    says(world, "opt_in", "START")
    assert [one.can_be_lifted for one in listed(world)] == [True]


def test_lifting_what_nobody_said_changes_nothing(world: World) -> None:
    world.text()
    assert lift(world).state is ConsentState.GRANTED


def test_whom_nobody_knows_has_nothing_to_lift(world: World) -> None:
    with pytest.raises(NotFoundError, match="search"):
        lift(world, "+15559999999")
