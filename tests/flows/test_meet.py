"""One customer, whichever of their ids a network names."""

from typing import Any

from switchboard.flows import desk
from switchboard.message import ConsentChange, Message, Party, Unhandled
from tests.world import World

PHONE, USER = "15551230001", "US.13491208655302741918"


def a_message(provider_id: str, *ids: str, **changes: Any) -> Message:
    parties = tuple(Party(address=one) for one in ids)
    known = {"channel": "whatsapp", "account": "acme-whatsapp", "text": f"hello {provider_id}"}
    more = {"sender": parties[0], "from_mailboxes": parties if len(parties) > 1 else ()}
    return Message(**{**known, **more, "provider_id": provider_id, **changes})


def customers(world: World) -> set[str]:
    return {known.customer_id for known in world.all_conversations()}


def test_WA_1_a_customer_who_is_first_known_by_both_ids_is_one_by_either(world: World) -> None:
    world.route(a_message("m1", PHONE, USER))
    world.route(a_message("m2", USER))
    assert len(world.all_conversations()) == 1


def test_WA_1_an_id_that_comes_later_is_the_same_customers(world: World) -> None:
    world.route(a_message("m1", USER))
    world.route(a_message("m2", PHONE, USER))
    world.route(a_message("m3", PHONE))
    assert len(world.all_conversations()) == 1


def test_WA_2_a_changed_number_is_linked_to_its_customer(world: World) -> None:
    world.route(a_message("m1", PHONE))
    notice = {"channel": "whatsapp", "account": "acme-whatsapp", "provider_id": "s1"}
    old_and_new = (Party(address=PHONE), Party(address="15551239999"))
    world.route(Unhandled(kind="system", from_mailboxes=old_and_new, **notice))
    world.route(a_message("m2", "15551239999"))
    assert len(customers(world)) == 1


def test_WA_2_a_change_of_somebody_unknown_is_nothing(world: World) -> None:
    ids = (Party(address=PHONE), Party(address="15551239999"))
    world.route(
        Unhandled(kind="system", channel="whatsapp", account="acme-whatsapp", provider_id="s1", from_mailboxes=ids)
    )
    assert world.board.customers.contact(f"whatsapp:{PHONE}") is None


def test_TW_7_an_opt_out_by_one_id_holds_for_the_other(world: World) -> None:
    world.route(a_message("m1", PHONE, USER))
    ids = (Party(address=USER), Party(address=PHONE))
    world.route(
        ConsentChange(
            kind="opt_out",
            channel="whatsapp",
            account="acme-whatsapp",
            provider_id="m2",
            sender=ids[0],
            from_mailboxes=ids,
            wording="STOP",
        )
    )
    contact = world.board.customers.contact(f"whatsapp:{PHONE}")
    assert contact
    assert not contact.consent("acme-whatsapp").allows_replies


def test_an_opt_out_goes_with_the_customer_to_a_new_number(world: World) -> None:
    world.route(a_message("m1", PHONE))
    stop = {"kind": "opt_out", "channel": "whatsapp", "account": "acme-whatsapp", "provider_id": "m2"}
    world.route(ConsentChange(sender=Party(address=PHONE), wording="STOP", **stop))
    notice = {"channel": "whatsapp", "account": "acme-whatsapp", "provider_id": "s1"}
    ids = (Party(address=PHONE), Party(address="15551239999"))
    world.route(Unhandled(kind="system", from_mailboxes=ids, **notice))
    contact = world.board.customers.contact("whatsapp:15551239999")
    assert contact
    assert not contact.consent("acme-whatsapp").allows_replies


def test_two_authors_of_a_mail_are_two_customers(world: World) -> None:
    world.agent("ann")
    parties = (Party(address="jane@customer.example"), Party(address="bob@customer.example"))
    changes = {"channel": "email", "account": "acme-sms", "sender": parties[0], "from_mailboxes": parties}
    world.route(a_message("m1", PHONE, **changes))
    assert world.board.customers.contact("email:bob@customer.example") is None
    assert desk.my_conversations(desk.Caller("ann"), world.board)
