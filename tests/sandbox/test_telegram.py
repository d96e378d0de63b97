"""The double of Telegram does what Telegram documents, and our channel understands it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.telegram import Bot, Telegram
from switchboard.channels import Account, Request
from switchboard.channels.telegram import CHANNEL

if TYPE_CHECKING:
    from switchboard.message import Received

TOKEN, BOT, CUSTOMER = "123456789:" + "x" * 35, "123456789", "5005550101"
SECRET = {"token": TOKEN, "secret_token": "s" * 16}


class World:
    """A double in process; our end verifies and parses what it is called with."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._webhook))
        self.telegram = Telegram([Bot(TOKEN, SECRET["secret_token"], "https://us.example/x")], client=client)

    def _webhook(self, call: httpx.Request) -> httpx.Response:
        request = Request(call.method, str(call.url), dict(call.headers), call.content)
        if not CHANNEL.verify(request, Account("support", BOT), [SECRET]):
            return httpx.Response(403)
        self.received += CHANNEL.parse(request, Account("support", BOT))
        return httpx.Response(200)

    def run(self, act: Callable[[], Any]) -> Any:
        async def run() -> Any:
            done = act()
            await self.telegram.settle()
            return done

        return asyncio.run(run())

    def call(self, method: str, document: dict[str, Any], token: str = TOKEN) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.telegram.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://telegram") as api:
                return await api.post(f"/bot{token}/{method}", json=document)

        return asyncio.run(call())


@pytest.fixture
def world() -> World:
    return World()


def test_a_customers_doings_reach_us(world: World) -> None:
    note = world.run(lambda: world.telegram.text(CUSTOMER, BOT, "Grüße 📦"))
    world.run(lambda: world.telegram.text(CUSTOMER, BOT, "And?", answers=note))
    world.run(lambda: world.telegram.edit(note, "Hello"))
    world.run(lambda: world.telegram.react(CUSTOMER, BOT, note, "👍"))
    world.run(lambda: world.telegram.block(CUSTOMER, BOT))
    world.run(lambda: world.telegram.block(CUSTOMER, BOT, blocked=False))
    assert [event.kind for event in world.received] == ["message", "message", "edit", "reaction", "block", "unblock"]
    assert world.received[1].thread is not None
    assert world.received[1].thread.in_reply_to == world.received[0].provider_id


def test_what_we_send_is_on_the_phone(world: World) -> None:
    world.telegram.record_inbound(CUSTOMER, BOT, "Hi")
    answer = world.call("sendMessage", {"chat_id": CUSTOMER, "text": "Hello"})
    assert answer.json()["ok"] is True
    assert [note.body for note in world.telegram.on_phone(CUSTOMER)] == ["Hi", "Hello"]


@pytest.mark.parametrize(
    ("document", "description"),
    [
        ({"chat_id": CUSTOMER, "text": " "}, "Bad Request: message text is empty"),
        ({"chat_id": CUSTOMER, "text": "😀" * 2049}, "Bad Request: message is too long"),
        ({"chat_id": "7", "text": "Hi"}, "Bad Request: chat not found"),
    ],
)
def test_what_telegram_refuses_is_refused(world: World, document: dict[str, Any], description: str) -> None:
    world.telegram.record_inbound(CUSTOMER, BOT, "Hi")
    assert world.call("sendMessage", document).json() == {"ok": False, "error_code": 400, "description": description}


def test_a_wrong_token_is_refused(world: World) -> None:
    assert world.call("sendMessage", {}, token=TOKEN[:-1] + "y").status_code == 401


def test_a_webhook_can_be_set(world: World) -> None:
    assert world.call("setWebhook", {"url": "https://other.example/x", "secret_token": "t" * 16}).json()["ok"] is True
    world.run(lambda: world.telegram.text(CUSTOMER, BOT, "Hi"))
    assert world.telegram.answers == [403]  # we don't know the new secret
