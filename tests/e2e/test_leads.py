"""What leads put right, and agents who are told though no console is open: on the deployed template."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from switchboard.aws.alerts import DynamoSlates
from switchboard.aws.quarantine import DynamoQuarantine
from switchboard.events import MessageQuarantined
from switchboard.push import Connection
from switchboard.quarantine import Quarantined, State
from tests import aws_events
from tests.e2e.lab import CUSTOMER, Lab

ACCOUNT, OTHER = "acme-sms", "+15551230002"
ADDRESS = "ann@acme.example"


def ask(lab: Lab, username: str, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = lab.call(username, method, path, body)
    assert answer.status_code == status, answer.text
    return answer.json()


# -- the quarantine --------------------------------------------------------------------------------


def quarantined(lab: Lab, raw: bytes, quarantine_id: str) -> MessageQuarantined:
    """A delivery that a former version of ours did not understand."""
    item = MessageQuarantined(
        at=lab.running.clock(),
        account=ACCOUNT,
        channel="sms",
        quarantine_id=quarantine_id,
        reason="no_body",
        key=f"quarantine/{ACCOUNT}/{quarantine_id}",
        size=len(raw),
    )
    lab.s3.put_object(Bucket=lab.outputs["RawBucket"], Key=item.key, Body=raw)
    store(lab).add(item)
    return item


def store(lab: Lab) -> DynamoQuarantine:
    return DynamoQuarantine(lab.dynamodb, lab.outputs["QuarantineTable"])


def test_a_delivery_that_is_understood_today_becomes_one_conversation_though_it_is_retried_twice(lab: Lab) -> None:
    quarantined(lab, urlencode(lab.fields("where is my parcel?")).encode(), "q1")
    listed = ask(lab, "dee", "GET", "quarantine")
    assert [(one["account"], one["quarantine_id"], one["state"]) for one in listed["items"]] == [
        (ACCOUNT, "q1", "open")
    ]
    assert listed["counts"] == [{"account": ACCOUNT, "count": 1, "is_more": False}]
    for _ in range(2):
        assert ask(lab, "dee", "POST", f"quarantine/{ACCOUNT}/q1/retry", status=202)["asked_by"]
    lab.wait_for(lambda: lab.conversation_of(CUSTOMER), "the message to become a conversation")

    def settled() -> bool:
        known = store(lab).get(ACCOUNT, "q1")
        return known is not None and known.state is State.RETRIED

    lab.wait_for(settled, "the item to say what became of it")
    lab.await_quiet()
    assert len(lab.all_conversations()) == 1
    assert [entry.text for entry in lab.all_entries() if entry.direction == "inbound"] == ["where is my parcel?"]
    done = ask(lab, "dee", "GET", f"quarantine/{ACCOUNT}/q1")
    assert (done["state"], done["outcome"]) == ("retried", "message")
    assert ask(lab, "dee", "GET", "quarantine")["items"] == []


def test_a_webhook_that_is_not_understood_today_either_stays_and_can_be_dismissed(lab: Lab) -> None:
    form = {name: value for name, value in lab.fields().items() if name in {"AccountSid", "From", "To"}}
    assert lab.webhook(form).status_code == 200
    (item,) = lab.wait_for(lambda: ask(lab, "dee", "GET", f"quarantine/{ACCOUNT}")["items"], "it to be listed")
    path = f"quarantine/{ACCOUNT}/{item['quarantine_id']}"
    ask(lab, "dee", "POST", f"{path}/retry", status=202)
    lab.wait_for(lambda: ask(lab, "dee", "GET", path)["retried_at"], "it to be read again")
    tried = ask(lab, "dee", "GET", path)
    assert (tried["state"], tried["reason"], tried["outcome"]) == ("open", "no_message_sid", None)
    gone = ask(lab, "dee", "DELETE", path)
    assert (gone["state"], gone["dismissed_by"]) == ("dismissed", lab.agent_id("dee"))
    assert ask(lab, "dee", "GET", f"quarantine/{ACCOUNT}")["items"] == []
    assert [one["state"] for one in ask(lab, "dee", "GET", "quarantine?state=dismissed")["items"]] == ["dismissed"]


def test_EM_3_a_virus_is_refused_and_agents_have_no_part_in_it(lab: Lab) -> None:
    item = quarantined(lab, b"?", "q1")
    known = Quarantined(**{name: getattr(item, name) for name in type(item).model_fields if name != "version"})
    store(lab).save(known, Quarantined(**{**_fields(known), "reason": "virus"}))
    assert "dismiss it" in ask(lab, "dee", "POST", f"quarantine/{ACCOUNT}/q1/retry", status=409)["detail"]
    for method, path in (("GET", ""), ("POST", f"/{ACCOUNT}/q1/retry"), ("DELETE", f"/{ACCOUNT}/q1")):
        ask(lab, "ann", method, f"quarantine{path}", status=403)


def _fields(item: Quarantined) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__slots__}


# -- opt-outs --------------------------------------------------------------------------------------


def test_TW_4_opt_outs_are_listed_and_only_those_of_a_person_can_be_lifted(lab: Lab) -> None:
    lab.text("STOP")
    lab.wait_for(lambda: ask(lab, "dee", "GET", "optouts")["items"], "the STOP to be listed")
    written = {"account": ACCOUNT, "address": OTHER, "reason": "said so on the phone"}
    assert ask(lab, "dee", "POST", "optouts", written)["how"] == "agent"
    listed = ask(lab, "dee", "GET", f"optouts?account={ACCOUNT}")["items"]
    assert [(one["address"], one["how"], one["can_be_lifted"]) for one in listed] == [
        (OTHER, "agent", True),
        (CUSTOMER, "word", False),
    ]
    (found,) = ask(lab, "dee", "POST", "optouts/search", {"address": CUSTOMER})["items"]
    assert (found["said"], found["state"]) == ("STOP", "stopped")
    refused = {"account": ACCOUNT, "address": CUSTOMER, "reason": "they called"}
    assert "Twilio" in ask(lab, "dee", "POST", "optouts/lift", refused, status=409)["detail"]
    lifted = {"account": ACCOUNT, "address": OTHER, "reason": "it was about another shop"}
    assert ask(lab, "dee", "POST", "optouts/lift", lifted)["state"] == "granted"
    ask(lab, "ann", "GET", "optouts", status=403)


# -- alerts ----------------------------------------------------------------------------------------


def owned_by_ann(lab: Lab) -> None:
    """Ann wants to be told, is there, and gets a conversation."""
    lab.agent("ann")
    assert ask(lab, "ann", "PUT", "me/alerts", {"mail": ADDRESS})["mail"] == ADDRESS
    lab.text("hello?")
    lab.wait_for(lambda: (known := lab.conversation_of()) and known.owner == lab.agent_id("ann"), "ann to get it")
    slates = DynamoSlates(lab.dynamodb, lab.outputs["ConsolesTable"])
    lab.wait_for(lambda: slates.slate(lab.agent_id("ann")).occasions, "it to be on her slate")


def look_in_a_while(lab: Lab) -> None:
    """What the queue holds back is done now, as of three minutes later."""
    lab.running.clock.travel(lab.running.clock() + timedelta(minutes=3))
    task = {"detail-type": "alert.look", "detail": {"agent_id": lab.agent_id("ann")}}
    batch = aws_events.batch(json.loads(json.dumps(task)))
    batch["Records"][0]["eventSourceARN"] = "arn:aws:sqs:us-east-1:000000000000:queue"
    assert lab.invoke("alert", batch) == {"batchItemFailures": []}
    lab.sqs.purge_queue(QueueUrl=lab.outputs["AlertQueueUrl"])


def test_an_agent_whose_console_is_not_open_is_told_by_mail_what_waits(lab: Lab) -> None:
    owned_by_ann(lab)
    lab.running.clock.travel(lab.running.clock() + timedelta(minutes=3))
    task = {"detail-type": "alert.look", "detail": {"agent_id": lab.agent_id("ann")}}
    for _ in range(2):
        lab.sqs.send_message(QueueUrl=lab.outputs["AlertQueueUrl"], MessageBody=json.dumps(task))
    (mail,) = lab.wait_for(lambda: lab.mailbox(ADDRESS), "the mail")
    raw = mail.raw.decode()
    assert "Auto-Submitted: auto-generated" in raw
    assert "From: alerts@acme.example" in raw
    assert lab.outputs["ConsoleUrl"] in mail.opened().text
    assert CUSTOMER not in raw
    assert "hello?" not in raw
    lab.sqs.purge_queue(QueueUrl=lab.outputs["AlertQueueUrl"])
    assert len(lab.mailbox(ADDRESS)) == 1


def test_an_agent_whose_console_is_open_is_not_told(lab: Lab) -> None:
    owned_by_ann(lab)
    ann, later = lab.agent_id("ann"), lab.running.clock() + timedelta(minutes=2)
    consoles = DynamoSlates(lab.dynamodb, lab.outputs["ConsolesTable"])
    consoles.connect(Connection(connection_id="c1", agent_id=ann, queues=("support",), connected_at=later))
    look_in_a_while(lab)
    assert consoles.slate(ann).occasions == ()
    assert lab.mailbox(ADDRESS) == []
