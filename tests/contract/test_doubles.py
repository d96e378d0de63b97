"""Every channel's own sender against its provider's double, with the accounts of the demonstration's policy."""

from collections.abc import Iterator

import httpx
import pytest

from sandbox.lines import SMS, credentials_of, make_providers, networks_of
from switchboard.channels import channel
from switchboard.message import Outgoing
from switchboard.policy import load_policy
from tests.contract.test_channels import NOBODY, SOON
from tests.world import ROOT

POLICY = load_policy(ROOT / "policy.yaml")
ACCOUNTS = [name for name, ours in POLICY.accounts.items() if ours.channel in {SMS, *networks_of(POLICY)}]
"""Mail is sent by the functions' role: tests/sandbox and tests/e2e send it."""


@pytest.fixture(scope="module")
def doubles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    made = make_providers(POLICY, NOBODY, tmp_path_factory.mktemp("doubles"))
    with made.serve() as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_text_is_on_the_customers_phone_and_has_the_providers_id(account: str, doubles: httpx.Client) -> None:
    ours = POLICY.accounts[account]
    phone = doubles.post("/phones", json={"channel": ours.channel, "number": "+15005550101", "name": "Ada"}).json()
    hello = {"channel": ours.channel, "to": ours.address, "body": "hello"}
    assert doubles.post(f"/phones/{phone['number']}/messages", json=hello).status_code == 201

    url = f"{doubles.base_url}".rstrip("/") + f"/{ours.channel}"
    sender = channel(ours.channel).connect(credentials_of(account, POLICY), url, SOON)
    sent = sender.send(outgoing(account, phone["number"]))

    received = [text for text in doubles.get("/phones").json()["texts"] if text["sender"] == ours.address]
    assert [(text["recipient"], text["body"]) for text in received] == [(phone["number"], "It is on its way.")]
    assert sent.provider_id


def outgoing(account: str, recipient: str) -> Outgoing:
    return Outgoing(
        account=account,
        sender=POLICY.accounts[account].address,
        recipient=recipient,
        text="It is on its way.",
        conversation_id=f"{account}.c1.1",
        message_id="reply.1",
    )
