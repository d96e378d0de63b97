"""What one decision asks of DynamoDB, in teams of ten, a thousand and ten thousand: it should not notice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from switchboard.conversation import Conversation, Status
from switchboard.flows.dispatch import find_agent, offer_work
from switchboard.policy import Priority
from tests.team import employ
from tests.world import World

TEAMS = (10, 1_000, 10_000)


@contextmanager
def counted(client: Any) -> Iterator[Counter[str]]:
    """Requests that went to DynamoDB meanwhile, by operation."""
    requests: Counter[str] = Counter()

    def note(model: Any, **_: object) -> None:
        requests[model.name] += 1

    client.meta.events.register("before-call.dynamodb", note)
    try:
        yield requests
    finally:
        client.meta.events.unregister("before-call.dynamodb", note)


def opened(world: World, name: str, **changes: Any) -> Conversation:
    """A conversation that waits in the support queue since now."""
    waiting = Conversation(
        thread=f"acme-sms.{name}",
        number=1,
        account="acme-sms",
        channel="sms",
        customer_id=name,
        address="+15551230001",
        language="en",
        queue="support",
        priority=Priority.NORMAL,
        skills=(),
        reasons=(),
        policy=world.policy.hash,
        opened_at=world.now,
        awaiting_since=world.now,
    )
    waiting = replace(waiting, **changes)
    world.conversations.open(waiting)
    return waiting


def grow(world: World, known: int, size: int) -> None:
    """Have a team of that size; only the last of them all speaks Finnish."""
    due_at = world.now + timedelta(hours=1)
    tokens = [(f"a{n:05d}", f"{n * 7919 % 1_000_000:06d}x") for n in range(known, size)]
    employ(world.client, tokens, due_at)


def test_a_decision_takes_a_handful_of_requests_however_large_the_team(world: World) -> None:
    asked: dict[str, list[int]] = {"anybody": [], "the last agent": [], "a rare skill": [], "nobody": [], "pulled": []}
    employ(world.client, [("fin", "500000x")], world.now + timedelta(hours=1), ["finnish:3"])
    known = 0
    for size in TEAMS:
        grow(world, known, size)
        known = size
        cases: dict[str, dict[str, Any]] = {
            "anybody": {},
            "the last agent": {"last_agent": "a00003", "last_agent_at": world.now},
            "a rare skill": {"skills": ("finnish:2",)},
            "nobody": {"skills": ("welsh",)},
        }
        for name, changes in cases.items():
            waiting = opened(world, f"{name.replace(' ', '-')}-{size}", **changes)
            with counted(world.client) as requests:
                found = find_agent(waiting, world.board)
            asked[name].append(requests.total())
            assert (found.status is Status.WAITING) == (name == "nobody")
            if name != "nobody":
                assert found.owner == {"a rare skill": "fin", "the last agent": "a00003"}.get(name, found.owner)
        opened(world, f"pulled-{size}")
        with counted(world.client) as requests:
            offer_work("a00001", world.board, most=1)
        asked["pulled"].append(requests.total())
    small, *larger = zip(*(asked[name] for name in ("anybody", "the last agent", "pulled")), strict=True)
    assert all(count <= most for row in larger for count, most in zip(row, small, strict=True)), asked
    assert max(small) <= 12, asked
    assert max(asked["a rare skill"] + asked["nobody"]) <= 20, asked
