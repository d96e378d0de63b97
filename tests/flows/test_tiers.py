"""A customer's tier, which a lead gives them, is what rules see, and why tells it."""

from switchboard.flows import desk, identity
from switchboard.policy import Priority, Rule
from tests.world import CUSTOMER, World

GOLD = Rule(name="gold", tiers=("gold",), priority=Priority.HIGH)


def test_a_customer_of_a_tier_is_placed_by_its_rule_and_told_so(world: World) -> None:
    world.with_policy(tiers=("gold",), rules=(GOLD,))
    world.text("hello")
    assert world.only().priority is Priority.NORMAL
    contact = world.board.customers.contact(f"sms:{CUSTOMER}")
    assert contact
    identity.rank(desk.Caller("lea", is_lead=True), contact.customer_id, "gold", world.board)
    world.text("hello", account="acme-returns")
    placed = next(known for known in world.all_conversations() if known.account == "acme-returns")
    assert placed.priority is Priority.HIGH
    assert "rule gold: high, as the customer is of tier gold" in placed.why


def test_who_writes_on_in_an_open_conversation_is_of_their_tier_at_once(world: World) -> None:
    world.with_policy(tiers=("gold",), rules=(GOLD,))
    world.text("hello")
    identity.rank(desk.Caller("lea", is_lead=True), world.only().customer_id, "gold", world.board)
    world.text("hello again")
    assert world.only().priority is Priority.HIGH
