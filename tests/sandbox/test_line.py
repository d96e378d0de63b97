"""The double of LINE does what LINE documents, and our channel understands it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from sandbox.line import Channel, Line
from switchboard.channels import Account, Request
from switchboard.channels.line import CHANNEL

if TYPE_CHECKING:
    from switchboard.message import Received

OURS, CUSTOMER = "U1", "U101"
SECRET = {"channel_secret": "0" * 32, "channel_access_token": "x" * 40}
TEXT = {"messages": [{"type": "text", "text": "Hello"}]}


class World:
    """A double in process; our end verifies and parses what it is called with."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        ours = Channel(OURS, SECRET["channel_secret"], SECRET["channel_access_token"], "https://us.example/x")
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._webhook))
        self.line = Line([ours], client=client, now=lambda: self.now)

    def _webhook(self, call: httpx.Request) -> httpx.Response:
        request = Request(call.method, str(call.url), dict(call.headers), call.content)
        if not CHANNEL.verify(request, Account("support", OURS), [SECRET]):
            return httpx.Response(403)
        self.received += CHANNEL.parse(request, Account("support", OURS))
        return httpx.Response(200)

    def run(self, act: Callable[[], Any]) -> Any:
        async def run() -> Any:
            done = act()
            await self.line.settle()
            return done

        return asyncio.run(run())

    def call(self, method: str, document: dict[str, Any], **headers: str) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.line.app)
            credentials = {"authorization": f"Bearer {SECRET['channel_access_token']}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://line") as api:
                return await api.post(f"/v2/bot/message/{method}", json=document, headers=credentials | headers)

        return asyncio.run(call())


@pytest.fixture
def world() -> World:
    return World()


def test_a_customers_doings_reach_us(world: World) -> None:
    note = world.run(lambda: world.line.text(CUSTOMER, OURS, "お荷物は 📦"))
    world.run(lambda: world.line.text(CUSTOMER, OURS, "And?", answers=note))
    world.run(lambda: world.line.delete(note))
    world.run(lambda: world.line.block(CUSTOMER, OURS))
    world.run(lambda: world.line.block(CUSTOMER, OURS, blocked=False))
    assert [event.kind for event in world.received] == ["message", "message", "delete", "block", "unblock"]
    assert [found.body for found in world.line.on_phone(CUSTOMER)] == ["And?"]


def test_a_reply_token_serves_once_and_for_a_minute(world: World) -> None:
    world.run(lambda: world.line.text(CUSTOMER, OURS, "Hi"))
    token = world.line.reply_token(OURS, CUSTOMER)
    assert world.call("reply", TEXT | {"replyToken": token}).status_code == 200
    assert world.call("reply", TEXT | {"replyToken": token}).json() == {"message": "Invalid reply token"}
    world.line.give_reply_token("late", OURS, CUSTOMER)
    world.now += timedelta(seconds=61)
    assert world.call("reply", TEXT | {"replyToken": "late"}).status_code == 400


def test_a_retry_key_is_accepted_once(world: World) -> None:
    key = {"x-line-retry-key": str(uuid4())}
    first = world.call("push", TEXT | {"to": CUSTOMER}, **key)
    again = world.call("push", TEXT | {"to": CUSTOMER}, **key)
    assert (first.status_code, again.status_code) == (200, 409)
    assert first.json()["sentMessages"] == again.json()["sentMessages"]
    assert len(world.line.notes) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"authorization": "Bearer other"}, 401), ({"x-line-retry-key": "no-uuid"}, 400)],
)
def test_what_line_refuses_is_refused(world: World, headers: dict[str, str], status: int) -> None:
    assert world.call("push", TEXT | {"to": CUSTOMER}, **headers).status_code == status


@pytest.mark.parametrize("count", [0, 6])
def test_a_call_has_one_to_five_messages(world: World, count: int) -> None:
    messages = {"messages": [{"type": "text", "text": "Hi"}] * count}
    assert world.call("push", messages | {"to": CUSTOMER}).status_code == 400


def test_a_push_to_someone_who_blocked_us_is_accepted_and_goes_nowhere(world: World) -> None:
    world.line.blocked.add((OURS, CUSTOMER))
    assert world.call("push", TEXT | {"to": CUSTOMER}).status_code == 200
    assert [note.status for note in world.line.notes] == ["blocked"]
