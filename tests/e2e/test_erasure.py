"""Being forgotten, on the deployed template: a lead's request and a network's, to the last store, and for good."""

import json
import re
from typing import Any

import httpx
import pytest

from sandbox.mail_program import File
from sandbox.meta import Meta
from switchboard.conversation import Conversation
from switchboard.erasure import SETTLING
from switchboard.events import MessageReceived
from switchboard.message import Message, Party
from tests import aws_events
from tests.e2e.lab import CUSTOMER, MAIL_CUSTOMER, Lab

CANARY = "canary in every word"
ADDRESS = CUSTOMER.removeprefix("+")
OTHER = "+15551230077"


def stored(lab: Lab) -> str:
    """Every item of every table, and every object with its key, as text."""
    bucket, objects = lab.outputs["RawBucket"], ""
    for found in lab.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        objects += found["Key"] + lab.s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read().decode(
            errors="replace"
        )
    return json.dumps({**lab.kept(), "objects": objects})


def traces(lab: Lab, *words: str) -> list[str]:
    """Where any of the words stands, with what is around it."""
    found = stored(lab)
    return [
        found[max(0, at.start() - 200) : at.end() + 50] for word in words for at in re.finditer(re.escape(word), found)
    ]


def finish(lab: Lab, code: str) -> dict[str, Any]:
    """Wait for the first look, let time pass, and have the second one; returns what a lead sees then."""
    lab.wait_for(lambda: seen(lab, code)["state"] == "running" and is_looking_again(lab), "the first look")
    lab.let_erasure_settle(code)
    assert lab.invoke("erase", aws_events.batch({"code": code})) == {"batchItemFailures": []}
    lab.sqs.purge_queue(QueueUrl=lab.outputs["EraseQueueUrl"])  # the second look that was to come in two minutes
    return seen(lab, code)


def seen(lab: Lab, code: str) -> dict[str, Any]:
    found: dict[str, Any] = lab.call("dee", "GET", f"erasures/{code}").json()
    return found


def is_looking_again(lab: Lab) -> bool:
    """Whether the first look is over: it asked for the second."""
    names = ["ApproximateNumberOfMessagesDelayed"]
    queue = {"QueueUrl": lab.outputs["EraseQueueUrl"]}
    return bool(lab.sqs.get_queue_attributes(**queue, AttributeNames=names)["Attributes"][names[0]] != "0")


def converse(lab: Lab) -> Conversation:
    """A text, its acknowledgement and its answer; and somebody else's conversation."""
    ann = lab.agent("ann")
    lab.text(CANARY)
    mine = lab.wait_for(ann.conversations, "the conversation")[0]
    lab.wait_for(lab.phone, "the acknowledgement")
    ann.reply(mine["conversation_id"], f"{CANARY}, answered")
    lab.wait_for(lambda: f"{CANARY}, answered" in lab.phone(), "the answer")
    lab.text("I stay", sender=OTHER)
    lab.wait_for(lambda: lab.conversation_of(OTHER), "the other's conversation")
    lab.await_quiet()
    known = lab.conversation_of()
    assert known
    return known


def free(lab: Lab, username: str) -> tuple[int, int]:
    agent = lab.agents.get(lab.agent_id(username))
    assert agent
    return agent.free, agent.units


def test_SEC_16_and_TW_11_erased_to_the_last_store_and_for_good(lab: Lab) -> None:
    known = converse(lab)
    assert CANARY in stored(lab)
    answer = lab.call("dee", "POST", "erasures", {"channel": "sms", "address": CUSTOMER})
    assert answer.status_code == 202
    done = finish(lab, answer.json()["code"])

    assert (done["state"], done["conversations"], done["messages"]) == ("done", 1, 3)
    assert traces(lab, CANARY, ADDRESS) == []
    assert known.customer_id not in json.dumps(lab.kept()["ErasuresTable"])
    assert lab.phone() == [], "Twilio has deleted its copies"
    other = lab.conversation_of(OTHER)
    assert other
    assert other.owner
    held = sum(one.cost for one in lab.all_conversations() if one.owner == lab.agent_id("ann"))
    units = free(lab, "ann")
    assert units[0] == units[1] - held, "the agent's units are back"

    old = Message(channel="sms", account="acme-sms", provider_id="SM-old", sender=Party(address=CUSTOMER), text=CANARY)
    lab.router(aws_events.on_bus(MessageReceived(at=known.opened_at - SETTLING, message=old)))
    lab.await_quiet()
    assert traces(lab, CANARY, ADDRESS) == []

    lab.text("hello again")
    anew = lab.wait_for(lab.conversation_of, "a conversation")
    assert anew
    assert (anew.number, anew.customer_id != known.customer_id) == (1, True)


def test_SEC_16_a_mail_goes_with_its_raw_bytes_its_content_and_our_copies_of_its_files(lab: Lab) -> None:
    before = set(lab.settled()["raw"])
    lab.mail(f"Hello,\n\n{CANARY}", subject=CANARY, files=[File("canary.txt", CANARY.encode())])
    lab.wait_for(lab.mailbox, "the acknowledgement")
    lab.await_quiet()
    assert {key.partition("/")[0] for key in set(lab.kept()["raw"]) - before} >= {"mail", "media"}
    answer = lab.call("dee", "POST", "erasures", {"channel": "email", "address": MAIL_CUSTOMER.upper()})
    done = finish(lab, answer.json()["code"])
    assert (done["state"], done["conversations"], done["files"]) == ("done", 1, 1)
    assert traces(lab, CANARY, MAIL_CUSTOMER, MAIL_CUSTOMER.partition("@")[0]) == []
    assert set(lab.kept()["raw"]) == before


@pytest.mark.parametrize("network", ["messenger", "instagram", "whatsapp"])
def test_MT_5_what_a_person_asks_meta_for_is_done_and_shown(lab: Lab, network: str) -> None:
    lab.write(network, CANARY)
    lab.wait_for(lab.all_conversations, "the conversation")
    lab.await_quiet()
    (known,) = lab.all_conversations()
    assert lab.ask_meta_to_erase(network, known.address, secret="0" * 32).status_code == 403
    answer = lab.ask_meta_to_erase(network, known.address)
    assert answer.status_code == 200
    url, code = answer.json()["url"], answer.json()["confirmation_code"]
    assert url.endswith(f"/erasure/{code}")
    assert finish(lab, code)["state"] == "done"
    page = look(lab, url)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Your data is erased" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert traces(lab, CANARY, known.address) == []


def look(lab: Lab, url: str) -> httpx.Response:
    return lab.http.get(url)


def test_whoever_guesses_a_code_sees_nothing(lab: Lab) -> None:
    assert look(lab, f"{lab.outputs['PublicBaseUrl']}/erasure/{'0' * 32}").status_code == 404


def lose(double: Any, ours: str) -> None:
    """A network stops calling us."""
    (double.unsubscribe if isinstance(double, Meta) else double.lose_webhook)(ours)


def test_X_5_and_MT_4_the_watchdog_finds_and_restores_what_was_taken_away(lab: Lab) -> None:
    networks = lab.running.providers.networks
    before = lab.invoke("watch_channels", {})
    assert {before[f"acme-{name}"]["outcome"] for name in networks} == {"kept"}
    for double in networks.values():
        (ours,) = double.ends
        lose(double, ours)
    restored = lab.invoke("watch_channels", {})
    assert {restored[f"acme-{name}"]["outcome"] for name in networks} == {"restored"}
    after = lab.invoke("watch_channels", {})
    assert {after[f"acme-{name}"]["outcome"] for name in networks} == {"kept"}
    assert lab.metric("watch_channels", "SubscriptionLost") >= len(networks)
    lab.write("telegram", "hello")
    lab.wait_for(lab.all_conversations, "a message by the restored webhook")
