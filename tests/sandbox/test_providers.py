"""All doubles behind one address, and phones of every network on one page."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.double import Note
from sandbox.fetched import Fetched
from sandbox.lines import make_providers, make_ses, networks_of
from sandbox.providers import Providers
from switchboard.policy import load_policy
from tests.sandbox.mail import Aws
from tests.world import ROOT

POLICY = load_policy(ROOT / "policy.yaml")
NETWORKS = networks_of(POLICY)
ADA, ADAS = {"number": "+1 (500) 555-0101", "name": "Ada"}, "ada@customers.example"


def call(providers: Providers, method: str, path: str, document: dict[str, Any] | None = None) -> httpx.Response:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=providers.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://providers") as client:
            answer = await client.request(method, path, json=document)
            for double in providers.networks.values():
                await double.settle()
            return answer

    return asyncio.run(call())


@pytest.fixture
def providers(tmp_path: Path) -> Providers:
    made = make_providers(POLICY, "http://127.0.0.1:9", tmp_path, make_ses(POLICY, Aws()))  # where nobody listens
    for network in made.networks.values():
        asyncio.run(network._client.aclose())
        network._client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    return made


@pytest.mark.parametrize("network", NETWORKS)
def test_what_a_customer_writes_on_a_network_reaches_its_double_and_the_page(
    providers: Providers, network: str
) -> None:
    phone = call(providers, "POST", "/phones", {**ADA, "channel": network}).json()
    (ours,) = providers.networks[network].ends
    document = {"channel": network, "to": ours, "body": "Hi"}
    assert call(providers, "POST", f"/phones/{phone['number']}/messages", document).status_code == 201

    shown = call(providers, "GET", "/phones").json()
    assert shown["phones"] == [{"channel": network, "number": phone["number"], "name": "Ada", "on": True, "mail": ADAS}]
    (text,) = shown["texts"]
    assert (text["channel"], text["sender"], text["recipient"]) == (network, phone["number"], ours)
    assert (text["body"], text["direction"], text["webhook"]) == ("Hi", "inbound", "200")
    assert [note.body for note in providers.networks[network].notes] == ["Hi"]


def test_the_page_offers_the_accounts_of_every_network(providers: Providers) -> None:
    lines = call(providers, "GET", "/phones").json()["lines"]
    assert {(line["channel"], line["number"]) for line in lines} == {
        (account.channel, account.address) for account in POLICY.accounts.values()
    }


@pytest.mark.parametrize("document", [{"channel": "fax", **ADA}, {"channel": "line", "number": "5"}])
def test_a_phone_needs_a_network_and_a_number(providers: Providers, document: dict[str, str]) -> None:
    assert call(providers, "POST", "/phones", document).status_code == 400


@pytest.mark.parametrize("changes", [{"channel": "fax"}, {"to": "nobody"}])
def test_writing_to_nobody_is_refused(providers: Providers, changes: dict[str, str]) -> None:
    (bot,) = providers.networks["telegram"].ends
    document = {"channel": "telegram", "to": bot, "body": "Hi"} | changes
    assert call(providers, "POST", "/phones/15005550101/messages", document).status_code == 400


@pytest.mark.parametrize(
    ("network", "path"),
    [
        ("sms", "/2010-04-01/Accounts/AC0/Messages.json"),
        ("whatsapp", "/v25.0/1/messages"),
        ("messenger", "/v25.0/1/messages"),
        ("instagram", "/v25.0/1/messages"),
        ("telegram", "/bot1:x/sendMessage"),
        ("line", "/v2/bot/message/push"),
    ],
)
def test_every_providers_api_is_under_its_channels_name(providers: Providers, network: str, path: str) -> None:
    assert call(providers, "POST", f"/{network}{path}", {}).status_code == 401
    assert call(providers, "POST", path, {}).status_code == 404


@pytest.mark.parametrize("network", NETWORKS)
def test_yesterdays_conversations_come_back_with_ids_that_go_on(
    providers: Providers, tmp_path: Path, network: str
) -> None:
    (ours,) = providers.networks[network].ends
    document = {"channel": network, "to": ours, "body": "Hi"}
    call(providers, "POST", "/phones/15005550101/messages", document)
    today = make_providers(POLICY, "http://127.0.0.1:9", tmp_path).networks[network]

    (note,) = today.notes
    assert (note.body, list(today.phones)) == ("Hi", ["15005550101"])
    assert today.new_message_id(ours) != note.id


def test_a_phone_shows_a_file_of_ours_as_a_picture_or_by_its_name(providers: Providers) -> None:
    telegram = providers.networks["telegram"]
    (bot,) = telegram.ends
    for number, (name, kind) in enumerate((("lamp.png", "image/png"), ("invoice.pdf", "application/pdf"))):
        note = Note(str(900 + number), bot, "5005550101", "", inbound=False, at=datetime.now(UTC))
        telegram.keep_file(note, Fetched(name, kind, b"?"))
        telegram.keep(note)
    shown = [text for text in call(providers, "GET", "/phones").json()["texts"] if text["files"]]
    assert [(text["names"], text["media"]) for text in shown] == [
        (["lamp.png"], ["image/png"]),
        (["invoice.pdf"], ["application/pdf"]),
    ]
    picture, paper = (call(providers, "GET", text["files"][0]) for text in shown)
    assert (picture.content, picture.headers["content-type"]) == (b"?", "image/png")
    assert picture.headers["content-disposition"].startswith("inline;")
    assert paper.headers["content-disposition"].startswith("attachment;")
    assert call(providers, "GET", "/phones/files/telegram/none").status_code == 404
