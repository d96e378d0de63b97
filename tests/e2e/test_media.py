"""Customers' files on the deployed template: each network's own way to them, and how an agent gets them."""

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.double import Note
from sandbox.files import PROGRAM, content_of
from sandbox.line import Line
from sandbox.lines import make_network
from tests.e2e.lab import CUSTOMER, OURS, Lab

NETWORKS = ["whatsapp", "messenger", "instagram", "telegram", "line"]


def send(lab: Lab, network: str, content_type: str) -> None:
    """The customer sends a file from their phone."""
    if network == "sms":
        customer, to = CUSTOMER, OURS
    else:
        double = lab.running.providers.networks[network]
        customer, (to,) = double.customer(CUSTOMER), double.ends
    url = f"{lab.running.phones_url}/phones/{customer.replace('+', '%2B')}/messages"
    lab.http.post(url, json={"channel": network, "to": to, "body": "", "media": [content_type]}).raise_for_status()


def take_back(lab: Lab, note: Note) -> None:
    """The customer unsends a message of theirs on LINE."""
    line = make_network("line", lab.policy, lab.outputs["PublicBaseUrl"])
    assert isinstance(line, Line)
    line.notes.append(note)

    async def act() -> None:
        async with line.lifespan(line.app):
            line.delete(note.id)
            await line.settle()

    asyncio.run(act())
    assert line.answers == [200]


def await_file(lab: Lab) -> tuple[str, dict[str, Any]]:
    """The path of the only message with a file, and the file, once somebody has looked at it."""

    def look() -> tuple[str, dict[str, Any]] | None:
        for known in lab.agent("ann").conversations():
            for message in lab.agent("ann").conversation(known["conversation_id"])["messages"]:
                for file in message["attachments"]:
                    if file["state"] != "fetching":
                        return f"conversations/{known['conversation_id']}/messages/{message['message_id']}", file
        return None

    return lab.wait_for(look, "the file to be looked at") or ("", {})


@pytest.mark.parametrize("network", ["sms", *NETWORKS])
def test_FB_5_and_WA_9_a_customers_file_reaches_its_agent(lab: Lab, network: str) -> None:
    lab.agent("ann")
    send(lab, network, "image/png")
    path, file = await_file(lab)
    assert (file["state"], file["sniffed_type"], file["size"]) == ("ready", "image/png", len(content_of("image/png")))
    released = lab.call("ann", "GET", f"{path}/attachments/0").json()
    downloaded = httpx.get(released["url"], trust_env=False)
    assert downloaded.content == content_of("image/png")
    assert downloaded.headers["content-type"] == "application/octet-stream"
    assert downloaded.headers["content-disposition"].startswith("attachment;")


def test_SEC_10_malware_never_gets_into_the_bucket(lab: Lab) -> None:
    lab.agent("ann")
    before = lab.settled()["raw"]
    send(lab, "telegram", PROGRAM)
    path, file = await_file(lab)
    assert file["state"] == "refused:malware"
    answer = lab.call("ann", "GET", f"{path}/attachments/0")
    assert (answer.status_code, answer.json()["detail"]) == (409, "refused: malware")
    assert lab.kept()["raw"] == before


def test_FB_4_a_file_that_its_sender_takes_back_is_gone_from_the_bucket(lab: Lab) -> None:
    lab.agent("ann")
    send(lab, "line", "image/png")
    path, _ = await_file(lab)
    (note,) = [note for note in lab.running.providers.networks["line"].notes if note.file]
    take_back(lab, note)
    lab.wait_for(lambda: not [key for key in lab.kept()["raw"] if f"/{note.id}/" in key], "the copy to be removed")
    assert lab.call("ann", "GET", f"{path}/attachments/0").status_code == 404


def test_SEC_10_an_agent_of_another_queue_gets_no_file(lab: Lab) -> None:
    lab.agent("ann")
    send(lab, "telegram", "image/png")
    path, _ = await_file(lab)
    assert lab.call("cho", "GET", f"{path}/attachments/0").status_code == 404


def test_SEC_9_links_in_a_text_are_not_fetched(lab: Lab) -> None:
    ann = lab.agent("ann")
    before = lab.settled()["raw"]
    lab.text("look at https://169.254.169.254/latest/meta-data/ and http://127.0.0.1/a.png")
    lab.wait_for(lambda: [known for known in ann.conversations() if ann.conversation(known["conversation_id"])], "it")
    lab.await_quiet()
    assert lab.kept()["raw"] == before
    assert lab.depth("FetchMediaQueueUrl") == 0
