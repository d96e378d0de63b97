"""The double of Meta does what Meta documents, and our channels understand it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sandbox.meta import App, Line, Meta, Product
from switchboard.channels import Account, Request, channel
from switchboard.channels.meta import handshake
from switchboard.message import DeliveryReport, Received

SECRET = {"app_secret": "0" * 32, "access_token": "x" * 40, "verify_token": "a-verify-token-1"}
CUSTOMER = "15005550101"
PRODUCTS: list[Product] = ["whatsapp", "messenger", "instagram"]
OURS = {"whatsapp": "106540352242922", "messenger": "100000000000001", "instagram": "17841400000000001"}


class World:
    """A double in process; our end verifies and parses what it is called with."""

    def __init__(self, product: Product) -> None:
        self.product, self.ours = product, OURS[product]
        self.received: list[Received] = []
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        line = Line(product, self.ours, f"https://us.example/social/{product}/support")
        self.meta = Meta(
            App(SECRET["app_secret"], SECRET["access_token"], [line]),
            client=httpx.AsyncClient(transport=httpx.MockTransport(self._webhook)),
            now=lambda: self.now,
        )

    def _webhook(self, call: httpx.Request) -> httpx.Response:
        request = Request(call.method, str(call.url), dict(call.headers), call.content)
        account, secrets = Account("support", self.ours), [SECRET]
        if call.method == "GET":
            challenge = handshake(request, account, secrets)
            return httpx.Response(403 if challenge is None else 200, text=challenge or "")
        if not channel(self.product).verify(request, account, secrets):
            return httpx.Response(403)
        self.received += channel(self.product).parse(request, account)
        return httpx.Response(200)

    def run(self, act: Callable[[], Any]) -> Any:
        """Do something as the double, and wait until it has told us."""

        async def run() -> Any:
            done = act()
            done = await done if isinstance(done, Awaitable) else done
            await self.meta.settle()
            return done

        return asyncio.run(run())

    def send(self, **changes: Any) -> httpx.Response:
        """Send a text by the API."""
        if self.product == "whatsapp":
            document = {
                "messaging_product": "whatsapp",
                "to": CUSTOMER,
                "text": {"body": "Hello"},
                "biz_opaque_callback_data": "support.c1.1 ack",
            }
        else:
            message = {"text": "Hello", "metadata": "support.c1.1 ack"}
            document = {"recipient": {"id": CUSTOMER}, "messaging_type": "RESPONSE", "message": message}
        proof = self.meta._sign(SECRET["access_token"].encode())

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.meta.app)
            headers = {"authorization": f"Bearer {SECRET['access_token']}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://meta", headers=headers) as api:
                path = f"/v25.0/{self.ours}/messages?appsecret_proof={proof}"
                return await api.post(path, json=document | changes)

        answer = self.run(call)
        assert isinstance(answer, httpx.Response)
        return answer

    def kinds(self) -> list[str]:
        return [event.kind for event in self.received]


@pytest.fixture(params=PRODUCTS)
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def test_a_customers_text_reaches_us_signed(world: World) -> None:
    note = world.run(lambda: world.meta.text(CUSTOMER, world.ours, "Grüße 📦"))
    [event] = world.received
    assert event.kind == "message"
    assert (event.text, event.sender.address, event.provider_id) == ("Grüße 📦", CUSTOMER, note)
    assert world.meta.answers == [200]


def test_a_customers_other_doings_reach_us(world: World) -> None:
    note = world.run(lambda: world.meta.text(CUSTOMER, world.ours, "Hi"))
    world.run(lambda: world.meta.react(CUSTOMER, world.ours, note, "👍"))
    world.run(lambda: world.meta.edit(note, "Hello"))
    world.run(lambda: world.meta.delete(note))
    assert world.kinds() == ["message", "reaction", "edit", "delete"]
    assert world.meta.on_phone(CUSTOMER) == []


def test_what_we_send_is_told_back(world: World) -> None:
    world.meta.record_inbound(CUSTOMER, world.ours, "Hi")
    assert world.send().status_code == 200
    told = {
        "whatsapp": ["delivery_status", "delivery_status"],
        "messenger": ["delivery_status", "delivery_status"],
        "instagram": ["echo"],
    }
    assert world.kinds() == told[world.product]
    marked = [event for event in world.received if isinstance(event, DeliveryReport) and event.message_id]
    assert {(event.conversation_id, event.message_id) for event in marked} <= {("support.c1.1", "ack")}
    assert [note.body for note in world.meta.on_phone(CUSTOMER)] == ["Hi", "Hello"]


def test_reading_a_message_is_told(world: World) -> None:
    world.meta.record_inbound(CUSTOMER, world.ours, "Hi")
    world.send()
    world.run(lambda: world.meta.read(world.meta.notes[-1].id))
    assert world.kinds()[-1] == ("delivery_status" if world.product == "whatsapp" else "read")


def test_the_handshake_succeeds_with_our_word_alone(world: World) -> None:
    assert world.run(lambda: world.meta.subscribe(world.ours, SECRET["verify_token"], "1158201444"))
    assert not world.run(lambda: world.meta.subscribe(world.ours, "another-word-of-16", "1158201444"))


def test_nobody_is_written_to_first_or_late(world: World) -> None:
    assert world.send().status_code == 400
    world.meta.record_inbound(CUSTOMER, world.ours, "Hi")
    world.now += timedelta(hours=25)
    code = 131047 if world.product == "whatsapp" else 10
    assert world.send().json()["error"]["code"] == code


def test_a_forged_call_is_refused_by_us(world: World) -> None:
    world.meta._app.secret = "1" * 32
    world.run(lambda: world.meta.text(CUSTOMER, world.ours, "Hi"))
    assert world.meta.answers == [403]
