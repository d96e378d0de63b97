"""A customer's tier, which others write beside their contact, is what rules see."""

from switchboard.policy import Priority, Rule
from tests.world import CUSTOMER, World

GOLD = Rule(name="gold", tiers=("gold",), priority=Priority.HIGH)


def test_a_customer_of_a_tier_is_placed_by_its_rule(world: World) -> None:
    world.with_policy(tiers=("gold",), rules=(GOLD,))
    world.text("hello")
    assert world.only().priority is Priority.NORMAL
    world.client.update_item(
        TableName="customers",
        Key={"address": {"S": f"sms:{CUSTOMER}"}, "item": {"S": "contact"}},
        UpdateExpression="SET tier = :tier",
        ExpressionAttributeValues={":tier": {"S": "gold"}},
    )
    world.text("hello again")
    assert world.only().priority is Priority.HIGH
