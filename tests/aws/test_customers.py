"""The customers table: one contact per address, consents with their evidence, and the daily budget."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from switchboard import customer
from switchboard.consent import Consent, ConsentState
from switchboard.customer import Join, Person, alone
from switchboard.errors import ConflictError
from switchboard.invitation import VALID, Invitation
from switchboard.ports import Before, Contact, Evidence
from tests.world import MONDAY, World

ADDRESS = "sms:+15551230001"
STOPPED = Consent(ConsentState.STOPPED, MONDAY)
EVIDENCE = Evidence(kind="opt_out", wording="Stop!", provider_id="SM1", at=MONDAY)


def meet(world: World) -> Contact:
    return world.board.customers.meet(ADDRESS, "c1", MONDAY)


def reread(world: World) -> Contact:
    contact = world.board.customers.contact(ADDRESS)
    assert contact
    return contact


def test_an_address_that_never_wrote_is_unknown(world: World) -> None:
    assert world.board.customers.contact(ADDRESS) is None


def test_a_contact_is_made_once_and_keeps_its_first_id(world: World) -> None:
    assert meet(world).customer_id == "c1"
    assert world.board.customers.meet(ADDRESS, "c2", MONDAY).customer_id == "c1"
    assert reread(world).customer_id == "c1"


def test_of_two_who_meet_at_once_both_get_the_same_contact(world: World) -> None:
    meet(world)
    customers: Any = world.board.customers
    blind = type("Blind", (type(customers),), {"contact": lambda *_: None})
    late = blind(customers.client, customers.table, customers.pause)
    assert late.meet(ADDRESS, "c2", MONDAY).customer_id == "c1"


def test_a_consent_is_written_with_its_evidence(world: World) -> None:
    world.board.customers.record_consent(meet(world), "acme-sms", STOPPED, EVIDENCE)
    assert reread(world).consent("acme-sms") == STOPPED
    assert reread(world).consent("acme-returns") == Consent()
    (audit,) = [i for i in world.client.scan(TableName="customers")["Items"] if i["item"]["S"].startswith("audit#")]
    assert (audit["wording"]["S"], audit["kind"]["S"], audit["account"]["S"]) == ("Stop!", "opt_out", "acme-sms")


def test_a_consent_decided_on_what_changed_meanwhile_is_refused_with_its_evidence(world: World) -> None:
    stale = meet(world)
    world.board.customers.record_consent(stale, "acme-sms", STOPPED, EVIDENCE)
    other = replace(EVIDENCE, provider_id="SM2")
    with pytest.raises(ConflictError):
        world.board.customers.record_consent(stale, "acme-sms", Consent(), other)
    assert reread(world).consent("acme-sms") == STOPPED
    assert len(world.client.scan(TableName="customers")["Items"]) == 3  # the contact, its consent, one evidence


def test_X_15_the_budget_is_counted_only_over_what_was_read(world: World) -> None:
    stale = meet(world)
    later = MONDAY + timedelta(milliseconds=1)
    world.board.customers.count_acknowledgement(stale, {"acme-sms.c1.1": later}, {"acme-sms.c1.1": "w"})
    assert reread(world).acknowledged == {"acme-sms.c1.1": later}
    assert reread(world).wordings == {"acme-sms.c1.1": "w"}
    with pytest.raises(ConflictError):
        world.board.customers.count_acknowledgement(stale, {}, {})


def test_EM_25_nothing_more_is_sent_to_a_suppressed_address_until_that_is_lifted(world: World) -> None:
    world.board.customers.suppress(meet(world), "bounced")
    assert reread(world).undeliverable == "bounced"
    world.board.customers.suppress(reread(world), None)
    assert reread(world).undeliverable is None


def test_a_mark_stands_until_it_is_lifted_and_only_over_what_was_read(world: World) -> None:
    customers = world.board.customers
    first = customers.meet("sms:+15551230001", "c1", MONDAY)
    customers.mark(first, "blocked")
    marked = customers.contact("sms:+15551230001")
    assert marked
    assert marked.mark == "blocked"
    with pytest.raises(ConflictError):
        customers.mark(first, None)
    customers.mark(marked, None)
    lifted = customers.contact("sms:+15551230001")
    assert lifted
    assert lifted.mark is None


def test_an_error_that_is_no_lost_race_is_not_taken_for_one(world: World) -> None:
    contact = meet(world)
    stubber = Stubber(world.client)
    stubber.add_client_error("update_item", "ProvisionedThroughputExceededException")
    stubber.add_response("get_item", {})
    stubber.add_client_error("put_item", "ProvisionedThroughputExceededException")
    with stubber:
        with pytest.raises(ClientError):
            world.board.customers.count_acknowledgement(contact, {}, {})
        with pytest.raises(ClientError):
            meet(world)


# -- who is one person ----------------------------------------------------------------------------

JOIN = Join(join_id="j1", one="a", other="b", at=MONDAY, by="agent:dee")
INVITATION = Invitation(digest="d1", customer_id="a", account="acme-email", by="ann", expires_at=MONDAY + VALID)


def join(
    world: World, one: str = "a", other: str = "b", join_id: str = "j1", spent: Invitation | None = None
) -> Person:
    customers = world.board.customers
    before = customers.person(one), customers.person(other)
    made = replace(JOIN, one=one, other=other, join_id=join_id)
    customers.regroup(before, (customer.join(*before, made),), spent)
    return customers.person(one)


def records(world: World) -> dict[str, Any]:
    items = world.client.scan(TableName="customers")["Items"]
    return {item["address"]["S"]: item for item in items if item["item"]["S"] == "person"}


def test_a_customer_of_whom_nobody_said_anything_is_no_item(world: World) -> None:
    assert world.board.customers.person("a") == alone("a")
    assert records(world) == {}


def test_a_person_is_one_record_and_pointers_to_it(world: World) -> None:
    join(world)
    whole = join(world, "b", "c", "j2")
    assert (whole.customers, whole.revision) == (("a", "b", "c"), 2)
    assert [world.board.customers.person(each) for each in "bc"] == [whole, whole]
    assert {key: "joins" in item for key, item in records(world).items()} == {
        "customer#a": True,
        "customer#b": False,
        "customer#c": False,
    }


def test_parting_moves_the_record_of_whoever_leaves(world: World) -> None:
    join(world, "a", "b", "j1")
    whole = join(world, "b", "c", "j2")
    world.board.customers.regroup((whole,), customer.part(whole, "j1", "dee", MONDAY))
    assert world.board.customers.person("a").customers == ("a",)
    assert world.board.customers.person("c").customers == ("b", "c")


def test_persons_that_changed_since_they_were_read_are_not_regrouped(world: World) -> None:
    customers = world.board.customers
    strangers = customers.person("a"), customers.person("b")
    whole = join(world)
    with pytest.raises(ConflictError):
        customers.regroup(strangers, (customer.join(*strangers, JOIN),))
    customers.regroup((whole,), customer.part(whole, "j1", "dee", MONDAY))
    for stale in (strangers, (whole, customers.person("c"))):
        with pytest.raises(ConflictError):
            customers.regroup(stale, (customer.join(*stale, replace(JOIN, join_id="j3")),))


def test_who_is_forgotten_leaves_no_item(world: World) -> None:
    whole = join(world)
    world.board.customers.regroup((whole,), customer.without(whole, {"a", "b"}))
    assert records(world) == {}


def test_a_join_uses_its_invitation_up_or_is_none(world: World) -> None:
    customers = world.board.customers
    spent = replace(INVITATION, used_by="m1")
    with pytest.raises(ConflictError):
        join(world, spent=spent)
    customers.invite(INVITATION)
    assert customers.invitation("d1") == INVITATION
    join(world, spent=spent)
    assert customers.invitation("d1") == spent
    with pytest.raises(ConflictError):
        join(world, "a", "c", "j2", spent=replace(INVITATION, used_by="m2"))
    assert customers.person("c") == alone("c")


def test_an_invitation_goes_by_itself_a_day_after_it_expires(world: World) -> None:
    world.board.customers.invite(INVITATION)
    (item,) = world.client.scan(TableName="customers")["Items"]
    assert int(item["gone_at"]["N"]) == (MONDAY + VALID + timedelta(days=1)).timestamp()
    assert world.board.customers.invitation("d2") is None
    assert world.board.customers.addresses("a") == []


# -- who refuses what we send ----------------------------------------------------------------------


def refusing(world: World, account: str = "acme-sms", before: Before | None = None, limit: int = 10) -> list[str]:
    return [filed.item.address for filed in world.board.customers.refusals(account, before, limit)]


def refuse(world: World, address: str, minutes: int, account: str = "acme-sms") -> None:
    contact = world.board.customers.meet(address, "c1", MONDAY)
    stopped = Consent(ConsentState.STOPPED, MONDAY + timedelta(minutes=minutes))
    world.board.customers.record_consent(contact, account, stopped, replace(EVIDENCE, provider_id=address))


def test_who_refuses_an_account_is_listed_the_newest_first(world: World) -> None:
    refuse(world, "sms:+1", 1)
    refuse(world, "sms:+2", 2)
    refuse(world, "sms:+3", 3, "acme-returns")
    assert refusing(world) == ["sms:+2", "sms:+1"]
    (first,) = world.board.customers.refusals("acme-sms", None, 1)
    assert refusing(world, before=Before(first.place)) == ["sms:+1"]


def test_a_place_in_the_list_names_no_address(world: World) -> None:
    refuse(world, ADDRESS, 1)
    (filed,) = world.board.customers.refusals("acme-sms", None, 1)
    assert "5551230001" not in filed.place


def test_whose_refusal_was_lifted_is_listed_no_more(world: World) -> None:
    refuse(world, ADDRESS, 1)
    granted = Consent(ConsentState.GRANTED, MONDAY + timedelta(minutes=2))
    start = replace(EVIDENCE, kind="opt_in", wording="START", provider_id="SM2")
    world.board.customers.record_consent(reread(world), "acme-sms", granted, start)
    assert refusing(world) == []
    written = world.board.customers.refusal(ADDRESS, "acme-sms")
    assert written
    assert (written.kind, written.consent) == ("opt_in", granted)


def test_another_stop_leaves_what_is_written_of_the_first(world: World) -> None:
    refuse(world, ADDRESS, 1)
    again = replace(EVIDENCE, wording="STOP IT", provider_id="SM2")
    world.board.customers.record_consent(reread(world), "acme-sms", reread(world).consent("acme-sms"), again)
    written = world.board.customers.refusal(ADDRESS, "acme-sms")
    assert written
    assert written.wording == "Stop!"


def test_a_refusal_that_is_carried_over_to_another_address_is_listed_too(world: World) -> None:
    refuse(world, ADDRESS, 1)
    world.board.customers.meet_again(reread(world), "whatsapp:+15551230001", MONDAY)
    assert sorted(refusing(world)) == [ADDRESS, "whatsapp:+15551230001"]
    written = world.board.customers.refusal("whatsapp:+15551230001", "acme-sms")
    assert written
    assert written.kind == "carried"


def test_of_two_who_carry_a_refusal_over_at_once_both_get_the_same_contact(world: World) -> None:
    refuse(world, ADDRESS, 1)
    known, other = reread(world), "whatsapp:+15551230001"
    customers: Any = world.board.customers
    calls = iter([None])
    blind = type("Blind", (type(customers),), {"contact": lambda _, it: next(calls, customers.contact(it))})
    first = customers.meet_again(known, other, MONDAY)
    late = blind(customers.client, customers.table, customers.pause)
    assert late.meet_again(known, other, MONDAY + timedelta(minutes=1)) == first


def test_what_is_forgotten_of_a_contact_is_everything(world: World) -> None:
    refuse(world, ADDRESS, 1)
    world.board.customers.forget(reread(world))
    assert world.client.scan(TableName="customers")["Items"] == []
