"""Canaries go the whole way, errors included; no log, no metric and no archived event knows them (rule SEC-11)."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.api import LOGGED
from sandbox.api import ProblemError
from sandbox.lines import credentials
from sandbox.mail_program import File
from tests import aws_events
from tests.e2e.lab import OURS, Lab

_NONCE = secrets.token_hex(4)


def _number(last: int) -> str:
    return f"+1555{int(_NONCE[:4], 16) % 10_000:04d}{last:03d}"


CANARIES = {
    "body": f"canary body {_NONCE}",
    "name": f"canary name {_NONCE}",
    "city": f"canarytown {_NONCE}",
    "reply": f"canary reply {_NONCE}",
    "refused reply": f"canary refused {_NONCE}",
    "poison": f"canary poison {_NONCE}",
    "forgery": f"canary forgery {_NONCE}",
    "quarantined": f"canary quarantined {_NONCE}",
    "bad request": f"canary bad request {_NONCE}",
    "stored badly": f"canary stored badly {_NONCE}",
    "number": _number(100).removeprefix("+"),
    "mail text": f"canary mail {_NONCE}",
    "mail subject": f"canary subject {_NONCE}",
    "mail name": f"canary sender {_NONCE}",
    "mail address": f"canary.{_NONCE}@customers.example",
    "mail file": f"canary-file-{_NONCE}.txt",
    "mail answer": f"canary mail answer {_NONCE}",
}
"""What customers and agents wrote or are, each to be found by its text alone."""

SECRETS = {
    f"{account} {name}": credentials(account)[name]
    for account in ("acme-sms", "acme-returns")
    for name in ("auth_token", "api_key_secret")
}


@dataclass
class Seen:
    """What was to be seen after the journey, by place."""

    logs: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    tables: str = ""
    phone: str = ""
    provider: str = ""
    raw: str = ""
    mailbox: str = ""

    def told(self, prefix: str) -> str:
        """All events whose type begins like this."""
        return "\n".join(json.dumps(one) for one in self.events if one["detail-type"].startswith(prefix))


@pytest.fixture(scope="module")
def seen(deployed: Lab) -> Seen:
    """Every canary on its way, once."""
    deployed.clear()
    found = Seen()
    with _subscriber(deployed) as queue:
        _converse(deployed)
        _exchange_mail(deployed)
        _fail(deployed)
        deployed.await_quiet()
        found.logs = deployed.wait_for(lambda: _logs_to_the_end(deployed), "the logs of the last call")
        found.events = _take(deployed, queue)
    found.tables = json.dumps(deployed.kept())
    found.phone = "\n".join(deployed.phone(_number(100)))
    found.provider = "\n".join(text.body for text in deployed.running.twilio.state.texts)
    objects = deployed.s3.list_objects_v2(Bucket=deployed.outputs["RawBucket"])["Contents"]
    for one in objects:
        content = deployed.s3.get_object(Bucket=deployed.outputs["RawBucket"], Key=one["Key"])["Body"].read()
        found.raw += content.decode("utf-8", "replace").replace("+", " ")
    found.mailbox = "\n".join(mail.raw.decode() for mail in deployed.mailbox(CANARIES["mail address"]))
    return found


def _converse(lab: Lab) -> None:
    """A conversation that goes well."""
    customer, dee = _number(100), lab.agent("dee")
    named = {"ProfileName": CANARIES["name"], "FromCity": CANARIES["city"]}
    assert lab.webhook(lab.fields(CANARIES["body"], sender=customer, **named)).status_code == 200
    mine = lab.wait_for(dee.conversations, "the conversation")[0]
    lab.wait_for(lambda: lab.phone(customer), "the acknowledgement")
    dee.reply(mine["conversation_id"], CANARIES["reply"])
    lab.wait_for(lambda: CANARIES["reply"] in lab.phone(customer), "the answer")
    dee.conversation(mine["conversation_id"])


def _exchange_mail(lab: Lab) -> None:
    """A mail with a file, answered; and one that bounces."""
    address, dee = CANARIES["mail address"], lab.agent("dee")
    from_ = {"From": f'"{CANARIES["mail name"]}" <{address}>'}
    files = [File(CANARIES["mail file"], CANARIES["mail text"].encode())]
    lab.mail(CANARIES["mail text"], address, subject=CANARIES["mail subject"], headers=from_, files=files)

    def arrived() -> list[dict[str, Any]]:
        return [known for known in dee.conversations() if known["customer"] == address]

    known = lab.wait_for(arrived, "the mail's conversation")[0]
    lab.wait_for(lambda: lab.mailbox(address), "the mail's acknowledgement")
    dee.reply(known["conversation_id"], CANARIES["mail answer"])
    lab.wait_for(lambda: len(lab.mailbox(address)) > 1, "the answer by mail")


def _fail(lab: Lab) -> None:
    """Everything that goes wrong while somebody's words are at hand."""
    lab.webhook(lab.fields(CANARIES["forgery"]), signature="forged")
    lab.webhook({"AccountSid": credentials("acme-sms")["account_sid"], "To": OURS, "Body": CANARIES["quarantined"]})
    _be_refused(lab)
    _poison_every_function(lab)
    for body in (f'{{"{CANARIES["bad request"]}', {"text": CANARIES["bad request"], CANARIES["bad request"]: 1}):
        document = body.encode() if isinstance(body, str) else body
        headers = {"idempotency-key": "k"}
        assert lab.call("dee", "POST", "conversations/a.b.1/replies", document, headers).status_code == 422
    lab.call("dee", "GET", f"conversations/{CANARIES['bad request']}")


def _be_refused(lab: Lab) -> None:
    """The provider knows of an opt-out that we missed."""
    customer, dee = _number(101), lab.agent("dee")
    lab.webhook(lab.fields("hello", sender=customer))
    known = lab.wait_for(lambda: [c for c in dee.conversations() if c["customer"] == customer], "the conversation")[0]
    lab.wait_for(lambda: lab.phone(customer), "the acknowledgement")
    lab.running.twilio.state.stopped.add((OURS, customer))
    dee.reply(known["conversation_id"], CANARIES["refused reply"])

    def failed() -> bool:
        return any(entry.text == CANARIES["refused reply"] and entry.code == "21610" for entry in lab.all_entries())

    lab.wait_for(failed, "the refusal")


def _poison_every_function(lab: Lab) -> None:
    """What no function can read, with somebody's words in it; and a record that is broken in the table's stream."""
    bodies = [
        {"detail-type": "message.received", "detail": {"message": {"text": CANARIES["poison"]}}},
        {"detail-type": CANARIES["poison"], "detail": {}},
        {"detail-type": "conversation.opened", "detail": {"conversation_id": CANARIES["poison"]}},
    ]
    for function in ("router", "auto_ack", "outbound", "fetch_media", "erase"):
        batch = aws_events.batch(*bodies, f'{{"text": "{CANARIES["poison"]}')
        assert len(lab.invoke(function, batch)["batchItemFailures"]) == len(batch["Records"])
    item = {
        "thread": {"S": "acme-sms.x"},
        "item": {"S": "message#1"},
        "text": {"S": CANARIES["stored badly"]},
        "number": {"S": CANARIES["stored badly"]},
        "skills": {"S": "-"},
        "changed_at": {"S": CANARIES["stored badly"]},
    }
    assert lab.invoke("outbox", aws_events.stream((None, item)))["batchItemFailures"]
    _read_a_broken_record(lab, {**item, "item": {"S": "conversation#000001"}})


def _read_a_broken_record(lab: Lab, item: dict[str, Any]) -> None:
    """An agent asks for it: the API fails with the record in its hands. Nobody is told of it: it is gone at once."""
    table = lab.outputs["ConversationsTable"]
    lab.dynamodb.put_item(TableName=table, Item=item)
    try:
        with pytest.raises(ProblemError):
            lab.agent("dee").conversation("acme-sms.x.1")
    finally:
        lab.dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("thread", "item")})


@contextmanager
def _subscriber(lab: Lab) -> Iterator[str]:
    """A queue that is told of everything on the bus, as any subscriber's."""
    events, bus = lab.running.client("events"), lab.outputs["BusName"]
    queue = lab.sqs.create_queue(QueueName="privacy")["QueueUrl"]
    arn = lab.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="privacy", EventBusName=bus, EventPattern=json.dumps({"source": ["switchboard"]}))
    events.put_targets(Rule="privacy", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    try:
        yield queue
    finally:
        events.remove_targets(Rule="privacy", EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name="privacy", EventBusName=bus)
        lab.sqs.delete_queue(QueueUrl=queue)


def _take(lab: Lab, queue: str) -> list[dict[str, Any]]:
    taken: list[dict[str, Any]] = []
    while messages := lab.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        taken += [json.loads(message["Body"]) for message in messages]
        for message in messages:
            lab.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return taken


def _logs_to_the_end(lab: Lab) -> str:
    """All logs, once the call after the last one is in them."""
    request = lab.call("dee", "GET", "me")
    assert request.is_success
    return lab.log_text()


@pytest.mark.parametrize("canary", CANARIES)
def test_SEC_11_no_log_and_no_metric_shows_what_people_wrote_or_are(seen: Seen, canary: str) -> None:
    assert CANARIES[canary] not in seen.logs
    assert json.dumps(CANARIES[canary])[1:-1] not in seen.logs


@pytest.mark.parametrize("canary", CANARIES)
def test_SEC_11_no_event_of_a_conversation_carries_what_people_wrote_or_are(seen: Seen, canary: str) -> None:
    assert CANARIES[canary] not in seen.told("conversation.")


@pytest.mark.parametrize("secret", SECRETS)
def test_SEC_12_no_secret_is_logged_announced_or_stored(seen: Seen, secret: str) -> None:
    for place in (seen.logs, seen.told(""), seen.tables, seen.raw):
        assert SECRETS[secret] not in place


def test_SEC_11_the_access_log_names_neither_callers_nor_paths(deployed: Lab) -> None:
    gateway = deployed.running.client("apigatewayv2")
    (api,) = [api for api in gateway.get_apis()["Items"] if api["ProtocolType"] == "HTTP"]
    (stage,) = gateway.get_stages(ApiId=api["ApiId"])["Items"]
    written = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert written == {f"$context.{name}" for name in LOGGED}
    assert not [name for name in written if any(word in name.lower() for word in ("ip", "path", "agent", "claims"))]


# -- the journey did carry them, or nothing of the above would mean anything -------------------------


def test_the_canaries_were_where_they_belong(seen: Seen) -> None:
    for canary in ("body", "reply", "refused reply", "number"):
        assert CANARIES[canary] in seen.tables
    assert CANARIES["reply"] in seen.phone
    assert CANARIES["body"] in seen.told("message.received")
    assert CANARIES["number"] in seen.told("message.received")
    assert CANARIES["quarantined"] in seen.raw
    for canary in ("mail text", "mail subject", "mail address"):
        assert CANARIES[canary] in seen.tables
        assert CANARIES[canary] in seen.told("message.received")
    assert CANARIES["mail answer"] in seen.mailbox


def test_the_journey_was_announced_counted_and_logged(seen: Seen) -> None:
    told = {one["detail-type"] for one in seen.events}
    assert told >= {
        "message.received",
        "message.quarantined",
        "conversation.opened",
        "conversation.assigned",
        "conversation.message_added",
        "conversation.acknowledged",
        "conversation.answered",
        "conversation.delivery_changed",
    }
    for name in ("SignatureFailed", "Received", "Routed", "Acknowledged", "Failed"):
        assert f'"{name}"' in seen.logs
    for line in ("left in the queue", "not published", "21610"):
        assert line in seen.logs or line in seen.told("conversation.delivery_changed")
