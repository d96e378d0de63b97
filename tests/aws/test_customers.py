"""The customers table: one contact per address, consents with their evidence, and the daily budget."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from switchboard.consent import Consent, ConsentState
from switchboard.errors import ConflictError
from switchboard.ports import Contact, Evidence
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
    assert len(world.client.scan(TableName="customers")["Items"]) == 2


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
