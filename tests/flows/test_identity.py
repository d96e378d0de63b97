"""One customer over many addresses: merged by agents, proven by codes, never guessed; and the story goes on."""

from dataclasses import replace
from typing import Any

import pytest

from switchboard.conversation import Conversation, Entry
from switchboard.customer import Person
from switchboard.errors import ForbiddenError, NotFoundError, RefusedError, UnfitError
from switchboard.flows import desk, identity, standing, timeline
from switchboard.invitation import MOST_ATTEMPTS, VALID
from switchboard.message import Automation, ConsentChange, Message, Party
from switchboard.policy import Priority, Rule
from switchboard.routing import Presence
from tests.erasing import Erasing
from tests.world import CUSTOMER, World

LEAD = desk.Caller("dee", is_lead=True)
MIA, BOB = "mia@customers.example", "bob@customers.example"


def mail(world: World, text: str = "hello by mail", sender: str = MIA, sid: str = "", **changes: Any) -> str:
    """A mail reaches the router; returns its id."""
    sid = sid or f"mail{next(world.ids)}"
    message = Message(
        channel="email",
        account="acme-email",
        provider_id=sid,
        sender=Party(address=sender),
        to=(Party(address="support@acme.example"),),
        text=text,
    )
    world.route(message.model_copy(update=changes))
    return sid


def customer(world: World, address: str = f"sms:{CUSTOMER}") -> str:
    contact = world.board.customers.contact(address)
    assert contact
    return contact.customer_id


def person(world: World, address: str = f"sms:{CUSTOMER}") -> Person:
    return world.board.customers.person(customer(world, address))


def conversation(world: World, channel: str) -> Conversation:
    """The newest of a channel."""
    found = [one for one in world.all_conversations() if one.channel == channel]
    return max(found, key=lambda one: (one.opened_at, one.id))


def strangers(world: World) -> tuple[str, str]:
    """A customer who texts and one who mails: their ids."""
    world.text("hello by text")
    mail(world)
    return customer(world), customer(world, f"email:{MIA}")


def both(world: World) -> tuple[str, str]:
    one, other = strangers(world)
    identity.merge(LEAD, one, other, world.board)
    return one, other


def invited(world: World, account: str = "acme-email") -> str:
    """Ann answers a text with a code; returns the code."""
    ann = world.agent("ann")
    world.text("hello by text")
    world.settle()
    entry, _ = identity.invite(ann, conversation(world, "sms").id, account, "k1", world.board)
    return entry.text.rpartition("=")[2]


def entry(world: World, message_id: str) -> Entry:
    found = [e for one in world.all_conversations() for e in world.entries(one) if e.id == message_id]
    return found[0]


# -- merging --------------------------------------------------------------------------------------


def test_strangers_are_never_joined_by_a_guess(world: World) -> None:
    one, other = strangers(world)
    assert world.board.customers.person(one).customers == (one,)
    assert world.board.customers.person(other).customers == (other,)


def test_a_merge_makes_one_person_of_two_customers_and_says_who_did_it_when(world: World) -> None:
    one, other = strangers(world)
    joined = identity.merge(LEAD, one, other, world.board)
    assert joined.customers == (one, other)
    assert [(made.by, made.at) for made in joined.joins] == [("agent:dee", world.now)]
    assert world.board.customers.person(other) == joined


def test_merging_again_from_either_side_changes_nothing(world: World) -> None:
    one, other = both(world)
    known = person(world)
    assert identity.merge(LEAD, one, other, world.board) == known
    assert identity.merge(LEAD, other, one, world.board) == known


def test_merges_are_transitive(world: World) -> None:
    one, other = both(world)
    mail(world, sender=BOB)
    third = customer(world, f"email:{BOB}")
    identity.merge(LEAD, other, third, world.board)
    assert {one, other, third} == set(world.board.customers.person(one).customers)
    assert identity.merge(LEAD, third, one, world.board) == person(world)


def test_two_merges_at_once_in_opposite_directions_are_one(world: World) -> None:
    one, other = strangers(world)
    stores: Any = world.board.customers
    regroup, raced = stores.regroup, list[bool]()

    class Racing(type(stores)):  # type: ignore[misc]  # a double of whatever it is
        def regroup(self, *arguments: Any) -> None:
            if not raced:
                raced.append(True)
                identity.merge(LEAD, other, one, world.board)
            regroup(*arguments)

    slow = Racing(stores.client, stores.table, stores.pause)
    joined = identity.merge(LEAD, one, other, replace(world.board, customers=slow))
    assert len(joined.joins) == 1
    assert joined == world.board.customers.person(other)


def test_an_undone_merge_leaves_each_side_as_it_was_with_what_it_learned_meanwhile(world: World) -> None:
    one, other = both(world)
    mail(world, sender=BOB)
    third = customer(world, f"email:{BOB}")
    identity.merge(LEAD, other, third, world.board)
    first = next(made for made in person(world).joins if {made.one, made.other} == {one, other})
    left = identity.undo(LEAD, one, first.join_id, world.board)
    assert left.customers == (one,)
    assert set(world.board.customers.person(third).customers) == {other, third}
    assert [made.undone_by for made in left.joins] == ["dee"]
    assert identity.undo(LEAD, one, first.join_id, world.board) == left


def test_who_was_parted_can_be_merged_again(world: World) -> None:
    one, other = both(world)
    identity.undo(LEAD, one, person(world).joins[0].join_id, world.board)
    joined = identity.merge(LEAD, other, one, world.board)
    assert set(joined.customers) == {one, other}
    assert [made.holds for made in joined.joins] == [False, True]


def test_an_agent_merges_only_customers_whom_they_talked_to(world: World) -> None:
    ann = world.agent("ann", units=1)
    one, other = strangers(world)
    with pytest.raises(ForbiddenError):
        identity.merge(ann, one, other, world.board)
    desk.resolve(ann, conversation(world, "sms").id, world.board, leave_unanswered=True)
    assert conversation(world, "email").owner == "ann"
    assert len(identity.merge(ann, one, other, world.board).customers) == 2


def test_customers_of_other_queues_are_unknown_to_an_agent(world: World) -> None:
    one, other = strangers(world)
    out = world.agent("out", queues=("returns",), online=False)
    for attempt in (
        lambda: identity.merge(out, one, other, world.board),
        lambda: timeline.profile(out, one, world.board),
        lambda: timeline.timeline(out, one, None, 10, world.board),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_an_agent_who_undid_a_merge_may_repeat_it(world: World) -> None:
    ann = world.agent("ann")
    one, other = strangers(world)
    join_id = identity.merge(ann, one, other, world.board).joins[0].join_id
    identity.undo(ann, other, join_id, world.board)
    assert identity.undo(ann, other, join_id, world.board).customers == (other,)


def test_nobody_is_merged_with_themselves_or_with_nobody(world: World) -> None:
    one, _ = strangers(world)
    with pytest.raises(UnfitError):
        identity.merge(LEAD, one, one, world.board)
    with pytest.raises(NotFoundError):
        identity.merge(LEAD, one, "nobody", world.board)
    with pytest.raises(NotFoundError):
        identity.undo(LEAD, one, "nothing", world.board)


# -- proof ----------------------------------------------------------------------------------------


def test_a_code_that_comes_back_from_another_address_joins_them(world: World) -> None:
    code = invited(world)
    sid = mail(world, f"me again, {code.lower()} as you said")
    joined = person(world)
    assert joined.customers == (customer(world), customer(world, f"email:{MIA}"))
    assert [made.by for made in joined.joins] == ["code:ann"]
    assert (entry(world, sid).text, entry(world, sid).flags) == ("me again,  as you said", ("joined",))


def test_a_link_that_writes_the_mail_has_the_code_in_its_subject(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    told, _ = identity.invite(ann, conversation(world, "sms").id, "acme-email", "k1", world.board)
    code = told.text.rpartition("=")[2]
    assert f"mailto:support@acme.example?subject={code}" in told.text
    mail(world, "it is me", subject=code)
    assert len(person(world).customers) == 2
    assert conversation(world, "email").subject is None


def test_a_message_that_proved_something_may_come_as_often_as_it_likes(world: World) -> None:
    code = invited(world)
    for _ in range(3):
        mail(world, code, sid="m1")
    assert len(person(world).joins) == 1
    contact = world.board.customers.contact(f"email:{MIA}")
    assert contact
    assert contact.attempts == {}


def test_a_code_is_good_once(world: World) -> None:
    code = invited(world)
    mail(world, code)
    sid = mail(world, code, sender=BOB)
    assert entry(world, sid).flags == ("code_refused",)
    assert len(person(world).customers) == 2


def test_a_code_is_good_for_a_day(world: World) -> None:
    code = invited(world)
    world.now += VALID
    mail(world, code)
    assert len(person(world).customers) == 1


def test_a_code_is_good_at_its_account_only(world: World) -> None:
    code = invited(world, "acme-email")
    world.text(code, sender="+15551230009")
    assert len(person(world).customers) == 1


def test_who_quotes_a_code_from_where_it_was_sent_to_uses_nothing_up(world: World) -> None:
    code = invited(world)
    sid = world.text(f"what is {code}?")
    assert entry(world, sid).flags == ()
    mail(world, code)
    assert len(person(world).customers) == 2


@pytest.mark.parametrize("changes", [{"flags": ("unverified",)}, {"auto": Automation(generated=True)}])
def test_EM_5_a_forged_sender_and_a_machine_prove_nothing(world: World, changes: dict[str, Any]) -> None:
    code = invited(world)
    sid = mail(world, code, **changes)
    assert "code_refused" in entry(world, sid).flags
    assert len(person(world).customers) == 1
    mail(world, code)
    assert len(person(world).customers) == 2


def test_an_address_that_guesses_is_not_listened_to_for_a_day(world: World) -> None:
    code = invited(world)
    for _ in range(MOST_ATTEMPTS):
        mail(world, "LINK-AAAAA-AAAAA")
    mail(world, code)
    assert len(person(world).customers) == 1
    contact = world.board.customers.contact(f"email:{MIA}")
    assert contact
    assert len(contact.attempts) == MOST_ATTEMPTS


def test_a_code_is_kept_as_a_hash_and_read_by_nobody_else(world: World) -> None:
    code = invited(world)
    assert code not in str(world.client.scan(TableName="customers")["Items"])
    sid = mail(world, code)
    assert entry(world, sid).text == ""


def test_no_code_is_sent_where_several_people_read_it(world: World) -> None:
    ann = world.agent("ann")
    mail(world, to=(Party(address="support@acme.example"), Party(address=BOB)))
    with pytest.raises(RefusedError, match="several people"):
        identity.invite(ann, conversation(world, "email").id, "acme-sms", "k1", world.board)


def test_an_invitation_names_another_account_of_ours(world: World) -> None:
    ann = world.agent("ann")
    world.text()
    for account, refusal in (("acme-sms", RefusedError), ("nowhere", UnfitError)):
        with pytest.raises(refusal):
            identity.invite(ann, conversation(world, "sms").id, account, "k1", world.board)


# -- the story goes on ----------------------------------------------------------------------------


def test_who_moves_from_text_to_mail_goes_on_with_the_same_agent_in_their_language(world: World) -> None:
    world.agent("ann", units=9)
    world.text("hola, ¿dónde está mi pedido? gracias")
    known = conversation(world, "sms")
    assert (known.owner, known.language) == ("ann", "es")
    for name in ("ben", "cas", "eve", "fay"):
        world.agent(name)
    code = identity.invite(desk.Caller("ann"), known.id, "acme-email", "k1", world.board)[0].text.rpartition("=")[2]
    world.later(minutes=5)
    mail(world, code)
    moved = conversation(world, "email")
    assert (moved.owner, moved.language) == ("ann", "es")
    assert "the customer's last agent spoke with them on sms" in moved.why


def test_coming_back_on_another_channel_counts_as_coming_back(world: World) -> None:
    both(world)
    world.later(minutes=45)
    mail(world, "any news?", sid="later")
    assert "repeated" in conversation(world, "email").reasons


def test_X_15_the_budget_of_acknowledgements_is_a_persons_over_all_channels(world: World) -> None:
    one, other = both(world)
    world.settle()
    for _ in range(3):
        mail(world, f"another {next(world.ids)}")
        world.settle()
    told = [known.acknowledgement for known in world.all_conversations()]
    assert sum(bool(each and each.sent) for each in told) == 3
    assert sum(bool(each and each.reason == "rate_limited") for each in told) == 2
    assert {one, other} == {known.customer_id for known in world.all_conversations()}


def test_consent_stays_with_the_address(world: World) -> None:
    both(world)
    world.route(
        ConsentChange(
            channel="sms",
            account="acme-sms",
            provider_id="SM9",
            sender=Party(address=CUSTOMER),
            kind="opt_out",
            wording="STOP",
        )
    )
    shown = {one.address: one for one in timeline.profile(LEAD, customer(world), world.board).contacts}
    assert not shown[f"sms:{CUSTOMER}"].consent("acme-sms").allows_replies
    assert shown[f"email:{MIA}"].consents == {}


def test_a_block_holds_for_all_addresses_of_a_person(world: World) -> None:
    both(world)
    standing.hold(LEAD, conversation(world, "sms").id, "blocked", world.board)
    contact = world.board.customers.contact(f"email:{MIA}")
    assert contact
    assert contact.mark == "blocked"


def test_a_tier_is_an_input_of_routing_on_every_channel_until_they_are_parted(world: World) -> None:
    world.with_policy(tiers=("gold",), rules=(Rule(name="gold", tiers=("gold",), priority=Priority.HIGH),))
    one, other = both(world)
    assert identity.rank(LEAD, one, "gold", world.board).tier == "gold"
    world.later(minutes=1)
    mail(world, "hello again")
    assert conversation(world, "email").priority is Priority.HIGH
    identity.undo(LEAD, one, person(world).joins[0].join_id, world.board)
    assert [world.board.customers.person(each).tier for each in (one, other)] == ["gold", None]


def test_a_tier_is_one_of_the_policys_or_none(world: World) -> None:
    world.with_policy(tiers=("gold",))
    one, _ = strangers(world)
    with pytest.raises(UnfitError, match="gold"):
        identity.rank(LEAD, one, "platinum", world.board)
    identity.rank(LEAD, one, "gold", world.board)
    assert identity.rank(LEAD, one, None, world.board).tier is None
    assert [(each.tier, each.by) for each in person(world).rankings] == [("gold", "dee"), (None, "dee")]


# -- one timeline ---------------------------------------------------------------------------------


def _texts(page: timeline.Page) -> list[str]:
    return [one.text for one in page.entries]


def test_a_timeline_is_of_all_channels_in_order_of_time_page_by_page(world: World) -> None:
    said = []
    for n in range(7):
        world.later(minutes=1)
        said.append(f"message {n}")
        (world.text if n % 2 else lambda text: mail(world, text))(said[-1])
    one, other = customer(world), customer(world, f"email:{MIA}")
    identity.merge(LEAD, one, other, world.board)
    assert _texts(timeline.timeline(LEAD, one, None, 50, world.board)) == said[::-1]
    pages, cursor = [], None
    while True:
        page = timeline.timeline(LEAD, other, cursor, 3, world.board)
        pages += _texts(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert pages == said[::-1]


def test_messages_of_one_moment_are_on_one_page_each(world: World) -> None:
    both(world)
    for _ in range(5):
        world.text("at once")
    seen, cursor = 0, None
    while seen == 0 or cursor:
        page = timeline.timeline(LEAD, customer(world), cursor, 1, world.board)
        seen, cursor = seen + len(page.entries), page.cursor
    assert seen == 7


def test_what_an_agent_may_not_read_is_left_out_and_counted(world: World) -> None:
    both(world)
    world.text("about a return", account="acme-returns")
    ann = world.agent("ann", queues=("returns",), online=False)
    page = timeline.timeline(ann, customer(world), None, 50, world.board)
    assert (_texts(page), page.withheld) == (["about a return"], 2)
    found = timeline.profile(ann, customer(world), world.board)
    assert ([one.account for one in found.conversations], found.withheld) == (["acme-returns"], 2)


def test_a_cursor_that_is_none_is_refused(world: World) -> None:
    both(world)
    for cursor in ("x", "eHg=", "é"):
        with pytest.raises(UnfitError, match="cursor"):
            timeline.timeline(LEAD, customer(world), cursor, 5, world.board)


def test_what_is_open_elsewhere_is_shown(world: World) -> None:
    one, _ = both(world)
    found = timeline.profile(LEAD, one, world.board)
    assert {known.channel for known in found.conversations if known.is_open} == {"sms", "email"}
    assert {contact.address for contact in found.contacts} == {f"sms:{CUSTOMER}", f"email:{MIA}"}


def test_a_sticky_agent_who_is_gone_is_not_waited_for(world: World) -> None:
    ann = world.agent("ann")
    both(world)
    desk.set_presence(ann, Presence.OFFLINE, world.board)
    world.agent("ben")
    world.later(minutes=5)
    mail(world, "and again")
    assert conversation(world, "email").owner == "ben"


# -- erasure --------------------------------------------------------------------------------------


def test_SEC_16_erasing_one_address_reaches_all_that_were_joined_with_it(world: World) -> None:
    one, other = both(world)
    join_id = person(world).joins[0].join_id
    erasing = Erasing(world)
    erasing.ask(f"email:{MIA}")
    erasing.finish()
    assert world.all_conversations() == []
    stored = erasing.stored()
    assert [trace for trace in (MIA, CUSTOMER, "hello", "customer#") if trace in stored] == []
    for attempt in (
        lambda: identity.undo(LEAD, one, join_id, world.board),
        lambda: timeline.profile(LEAD, other, world.board),
        lambda: timeline.timeline(LEAD, one, None, 5, world.board),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_SEC_16_who_was_parted_before_is_not_erased_and_knows_nothing_of_the_other(world: World) -> None:
    one, other = both(world)
    identity.undo(LEAD, one, person(world).joins[0].join_id, world.board)
    erasing = Erasing(world)
    erasing.ask(f"email:{MIA}")
    erasing.finish()
    assert [known.address for known in world.all_conversations()] == [CUSTOMER]
    assert other not in str(world.client.scan(TableName="customers")["Items"])
    assert world.board.customers.person(one).joins == ()


def test_SEC_16_a_code_of_somebody_who_was_erased_proves_nothing(world: World) -> None:
    code = invited(world)
    erasing = Erasing(world)
    erasing.ask(f"sms:{CUSTOMER}")
    erasing.finish()
    mail(world, code)
    assert person(world, f"email:{MIA}").customers == (customer(world, f"email:{MIA}"),)
