"""No place of a flood's stays empty: between any two requests of one flow runs another, over stale indexes."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from switchboard.aws.agents import DynamoAgents
from switchboard.aws.conversations import DynamoConversations
from switchboard.aws.places import DynamoPlaces
from switchboard.conversation import Status
from switchboard.flows import desk
from switchboard.policy import AccountPolicy, Flood
from tests import tables
from tests.faults.test_lag import LAG, MOST_REQUESTS, Lagging
from tests.flows.test_exchanges import ACCOUNT, OURS, a_mail
from tests.world import World, make_world

FLOODER = "flood@robot.example"


def a_mail_arrives(world: World) -> None:
    world.route(a_mail(9, sender=FLOODER))


def the_next_is_taken(world: World) -> None:
    (held,) = [known for known in world.all_conversations() if known.owner == "ann"]
    desk.resolve(desk.Caller("ann"), held.id, world.board, leave_unanswered=True)


def play(first: Callable[[World], None], second: Callable[[World], None], at: int) -> bool:
    """Run the second before that request of the first; whether there was one."""
    with make_world() as world:
        account = AccountPolicy(channel="email", address=OURS, brand="acme", queue="support")
        world.with_policy(accounts={**world.policy.accounts, ACCOUNT: account}, flood=Flood(waiting=1))
        tables.create(world.client, "replica-")
        client = Lagging(world.client, 0)
        pause = lambda _: None  # noqa: E731  # a test has no time to lose
        world.conversations = DynamoConversations(client, "conversations", "agents", "decisions", world.clock, pause)  # type: ignore[arg-type]  # a client with a lag
        agents: Any = DynamoAgents(client, "agents", pause)  # type: ignore[arg-type]  # the same
        places = DynamoPlaces(client, "customers")  # type: ignore[arg-type]  # the same
        world.board = replace(world.board, conversations=world.conversations, agents=agents, places=places)
        world.agent("ann", units=1)
        for number in (1, 2):
            world.route(a_mail(number, sender=FLOODER))
        world.settle()
        client.lag, client.requests, client.interrupt_at = LAG, 0, at
        client.interrupt = lambda: second(world)
        first(world)
        interrupted = client.interrupt is None
        client.interrupt = None
        client.catch_up()
        world.settle()
        if interrupted:
            (last,) = [known for known in world.all_conversations() if known.status is Status.WAITING]
            assert not last.held
        return interrupted


@pytest.mark.parametrize(
    ("first", "second"), list(permutations((a_mail_arrives, the_next_is_taken))), ids=lambda flow: flow.__name__
)
def test_between_any_two_requests_a_place_that_becomes_free_is_given_on(
    first: Callable[[World], None], second: Callable[[World], None]
) -> None:
    requests = next(at for at in range(1, MOST_REQUESTS) if not play(first, second, at)) - 1
    assert requests > 0
