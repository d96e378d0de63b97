"""Each function may do exactly what it needs, on the deployed roles, with IAM enforced (promise 10, rule SEC-17).

Every statement of every role has an exercise: a call that succeeds, and that fails once the statement is gone. What the
emulator doesn't check is listed with the reason, and held in the template instead.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.permissions import GRANTS, Resource
from sandbox.twilio import Text
from switchboard.alerts import Preference
from switchboard.aws.alerts import DynamoPreferences
from switchboard.aws.consoles import DynamoConsoles
from switchboard.aws.quarantine import DynamoQuarantine
from switchboard.channels import channel
from switchboard.conversation import Conversation, Entry, pass_on
from switchboard.erasure import Asked, ask
from switchboard.events import (
    ConversationAssigned,
    ConversationMessageAdded,
    ConversationOpened,
    ConversationPromiseBroken,
    Event,
    MessageQuarantined,
    MessageReceived,
)
from switchboard.flows import desk, route
from switchboard.instant import system_clock, to_text
from switchboard.message import Attachment, Message, Party
from switchboard.push import Connection, Look
from switchboard.routing import Presence
from switchboard.wiring import pause
from tests import aws_events
from tests.e2e.lab import CUSTOMER, OURS, Lab

ACCOUNT, MAIL_ACCOUNT = "acme-sms", "acme-email"
MAIL_KEY = f"mail/{MAIL_ACCOUNT}/m1"
QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:queue"

NOT_ENFORCED: Mapping[str, str] = {
    "WriteOwnLog": "the emulator writes functions' logs itself",
    "TakeFromOwnQueue": "the emulator polls queues itself",
    "ReadStream": "the emulator reads streams itself",
    "SetFailuresAside": "the emulator sets a stream's failures aside itself",
    "SendMail": "mail goes to SES's double, which asks for no rights; tests/infra/test_mail.py holds it",
}
"""Statements that Lambda uses in a function's name, which ministack 1.5.33 does without asking the role."""

SOURCED: Mapping[str, set[str]] = {
    "ingest_sms": {"WriteOwnLog", "TakeFromOwnQueue"},
    "catch_sms": {"WriteOwnLog"},
    "reconcile_sms": {"WriteOwnLog"},
    "ingest_email": {"WriteOwnLog", "TakeFromOwnQueue"},
    "router": {"WriteOwnLog", "TakeFromOwnQueue"},
    "auto_ack": {"WriteOwnLog", "TakeFromOwnQueue"},
    "outbound": {"WriteOwnLog", "TakeFromOwnQueue", "SendMail"},
    "fetch_media": {"WriteOwnLog", "TakeFromOwnQueue"},
    "outbox": {"WriteOwnLog", "ReadStream", "SetFailuresAside"},
    "agent_api": {"WriteOwnLog"},
    "console": {"WriteOwnLog"},
    "push": {"WriteOwnLog"},
    "notify": {"WriteOwnLog", "TakeFromOwnQueue"},
    "hand_out": {"WriteOwnLog"},
    "alert": {"WriteOwnLog", "TakeFromOwnQueue", "SendMail"},
    "retry_quarantined": {"WriteOwnLog", "TakeFromOwnQueue"},
    "erasure_api": {"WriteOwnLog"},
    "erase": {"WriteOwnLog", "TakeFromOwnQueue"},
    "watch_channels": {"WriteOwnLog"},
}
"""Which of those each role has."""


@pytest.fixture
def alone(lab: Lab) -> Iterator[Lab]:
    """The functions are called by the test only: their queues wait."""
    with lab.unattended_queues():
        yield lab


# -- how each function is exercised ----------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """What an exercise finds: a customer's conversation that Dee owns."""

    lab: Lab
    known: Conversation

    def batch(self, function: str, event: Event | Mapping[str, Any]) -> bool:
        """Whether a function handles one message of its queue."""
        body = aws_events.on_bus(event) if isinstance(event, Event) else event
        batch = aws_events.batch(json.loads(json.dumps(body)))
        batch["Records"][0]["eventSourceARN"] = QUEUE_ARN
        return bool(self.lab.invoke(function, batch) == {"batchItemFailures": []})

    def change(self, before: dict[str, Any] | None, after: dict[str, Any]) -> bool:
        """Whether the outbox publishes one change of the conversations table."""
        return bool(self.lab.invoke("outbox", aws_events.stream((before, after))) == {"batchItemFailures": []})

    def item(self, name: str) -> dict[str, Any]:
        """An item of the conversation's thread, as the stream would show it."""
        key = {"thread": {"S": self.known.thread}, "item": {"S": name}}
        found = self.lab.dynamodb.get_item(TableName=self.lab.outputs["ConversationsTable"], Key=key)
        return dict(found["Item"])

    def asks(self, method: str, path: str, body: Any = None) -> bool:
        """Whether the API answers a lead."""
        headers = {"idempotency-key": "once"}
        return self.lab.call("dee", method, path, body, headers).is_success


def _received(sender: str) -> MessageReceived:
    party = Party(address=sender)
    return MessageReceived(
        at=system_clock(),
        message=Message(channel="sms", account=ACCOUNT, provider_id=f"SM{sender[1:]}", sender=party, text="hello"),
    )


def _quarantined() -> MessageQuarantined:
    return MessageQuarantined(
        at=system_clock(),
        account=ACCOUNT,
        channel="sms",
        quarantine_id="q1",
        reason="no_message_sid",
        key=f"quarantine/{ACCOUNT}/q1",
        size=1,
    )


def _opened(known: Conversation) -> ConversationOpened:
    return ConversationOpened(
        at=system_clock(),
        conversation_id=known.id,
        account=known.account,
        channel=known.channel,
        queue=known.queue,
        priority=known.priority,
        policy=known.policy,
    )


def _added(known: Conversation, message_id: str) -> ConversationMessageAdded:
    return ConversationMessageAdded(
        at=system_clock(),
        conversation_id=known.id,
        account=known.account,
        channel=known.channel,
        message_id=message_id,
        direction="outbound",
        author="agent",
        kind="message",
    )


def _webhook(stage: Stage) -> bool:
    return stage.lab.webhook(stage.lab.fields()).status_code == 200


def _unreadable_webhook(stage: Stage) -> bool:
    form = {name: value for name, value in stage.lab.fields().items() if name in {"AccountSid", "From", "To"}}
    return stage.lab.webhook(form).status_code == 200


def _collects(stage: Stage, more: str = "") -> bool:
    raw = f"From: jane@customer.example\r\n{more}\r\n<p>Hello</p>".encode()
    stage.lab.s3.put_object(Bucket=stage.lab.outputs["RawBucket"], Key=MAIL_KEY, Body=raw)
    described = {"bucket": {"name": "raw"}, "object": {"key": MAIL_KEY, "size": len(raw)}}
    return stage.batch("ingest_email", {"Records": [{"eventName": "ObjectCreated:Put", "s3": described}]})


def _collects_html(stage: Stage) -> bool:
    return _collects(stage, "Content-Type: text/html\r\n")


def _puts_a_notice_aside(stage: Stage) -> bool:
    return stage.batch("ingest_email", {"what": "nobody knows"})


def _catches(stage: Stage) -> bool:
    url = f"{stage.lab.outputs['PublicBaseUrl']}/caught/sms/{ACCOUNT}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return stage.lab.http.post(url, content=b"Body=Hi", headers=headers).status_code == 200


def _finds_a_lost_text(stage: Stage) -> bool:
    """Of a customer who is known, so that their conversation is looked into."""
    stage.lab.compared_an_hour_ago()
    stage.lab.lose("hello again")
    return bool(stage.lab.invoke("reconcile_sms", {}).get("failed") == 0)


def _routes(stage: Stage) -> bool:
    return stage.batch("router", _received("+15551230002"))


def _routes_to_nobody(stage: Stage) -> bool:
    now = system_clock()
    stage.lab.agents.set_presence(stage.lab.agent_id("dee"), Presence.OFFLINE, now, now)
    return _routes(stage)


def _sweeps(stage: Stage) -> bool:
    return stage.batch("router", {"detail-type": "dispatch.again", "detail": {"due": "more"}})


def _fills_a_place(stage: Stage) -> bool:
    return stage.batch("router", {"detail-type": "dispatch.again", "detail": {"source": "@robot.example support"}})


def _shows_what_is_held(stage: Stage) -> bool:
    return stage.asks("GET", "held")


def _offers(stage: Stage) -> bool:
    agent_id = stage.lab.agent_id("dee")
    return stage.batch("router", {"detail-type": "dispatch.again", "detail": {"agent_id": agent_id}})


def _quarantines(stage: Stage) -> bool:
    return stage.batch("router", _quarantined())


def _acknowledges(stage: Stage) -> bool:
    return stage.batch("auto_ack", _opened(stage.known))


def _looks_at_promises(stage: Stage) -> bool:
    return stage.batch("auto_ack", {"detail-type": "promises.due", "detail": {}})


def _sends(stage: Stage) -> bool:
    return stage.batch("outbound", _added(stage.known, "reply.1.first"))


def _publishes(stage: Stage) -> bool:
    return stage.change(None, stage.item("conversation#000001"))


def _counts_who_left_the_line(stage: Stage) -> bool:
    owned = stage.item("conversation#000001")
    return stage.change({**owned, "status": {"S": "waiting"}}, owned)


def _shows_a_conversation(stage: Stage) -> bool:
    return stage.asks("GET", f"conversations/{stage.known.id}")


def _shows_own_conversations(stage: Stage) -> bool:
    return stage.asks("GET", "me/conversations")


def _lists_a_queue(stage: Stage) -> bool:
    return stage.asks("GET", "conversations?view=all")


def _surveys_the_queues(stage: Stage) -> bool:
    return stage.asks("GET", "queues")


def _lists_a_team(stage: Stage) -> bool:
    return stage.asks("GET", "queues/support/agents")


def _shows_the_agent(stage: Stage) -> bool:
    return stage.asks("GET", "me")


def _comes_online(stage: Stage) -> bool:
    now = system_clock()
    stage.lab.agents.set_presence(stage.lab.agent_id("dee"), Presence.OFFLINE, now, now)
    return stage.asks("PUT", "me/presence", {"presence": "online"})


def _hands_on(stage: Stage) -> bool:
    return stage.asks("PUT", "me/presence", {"presence": "offline"})


def _replies(stage: Stage) -> bool:
    return stage.asks("POST", f"conversations/{stage.known.id}/replies", {"text": "Hi!"})


def _holds_for_spam(stage: Stage) -> bool:
    return stage.asks("PUT", f"conversations/{stage.known.id}/spam")


def _shows_a_timeline(stage: Stage) -> bool:
    return stage.asks("GET", f"customers/{stage.known.customer_id}/timeline")


def _places(stage: Stage) -> bool:
    return stage.asks("PUT", f"conversations/{stage.known.id}/place", {"priority": "low"})


def _lists_the_quarantine(stage: Stage) -> bool:
    return stage.asks("GET", f"quarantine/{ACCOUNT}")


def _shows_raw_bytes(stage: Stage) -> bool:
    return stage.asks("GET", f"quarantine/{ACCOUNT}/q1")


def _message_with_a_file(stage: Stage, **changes: Any) -> Entry:
    """A message of the customer's whose picture lies at Twilio, and another each time."""
    twilio = stage.lab.running.twilio
    found = twilio.line(OURS)
    assert found
    account = found[0]
    sid = f"MM{secrets.token_hex(16)}"
    now = system_clock()
    text = Text(
        sid=sid,
        account_sid=account.sid,
        sender=CUSTOMER,
        recipient=OURS,
        body="",
        direction="inbound",
        status="received",
        created=now,
        media=["image/png"],
    )
    twilio.state.texts.append(text)
    (media,) = text.media_sids
    url = f"https://api.twilio.com/2010-04-01/Accounts/{account.sid}/Messages/{sid}/Media/{media}"
    known = stage.known
    entry = Entry(
        id=sid,
        thread=known.thread,
        number=known.number,
        account=known.account,
        channel=known.channel,
        direction="inbound",
        author="customer",
        kind="message",
        text="",
        at=now,
        attachments=(Attachment(url=url),),
    )
    entry = replace(entry, **changes)
    stage.lab.conversations.record(entry)
    return entry


def _has_copy(stage: Stage, entry: Entry) -> bool:
    """Whether the worker, told of a message, makes a copy of its file."""
    told = ConversationMessageAdded(
        at=entry.at,
        conversation_id=entry.conversation_id,
        account=entry.account,
        channel=entry.channel,
        message_id=entry.id,
        direction="inbound",
        author="customer",
        kind="message",
        attachments=1,
    )
    is_handled = stage.batch("fetch_media", told)
    present = stage.lab.conversations.entry(entry.thread, entry.id)
    return is_handled and present is not None and present.attachments[0].key is not None


def _fetches_a_file(stage: Stage) -> bool:
    return _has_copy(stage, _message_with_a_file(stage))


def _takes_a_file_out_of_a_mail(stage: Stage) -> bool:
    mail = (
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n"
        b"--x\nContent-Type: application/pdf; name=a.pdf\n\n%PDF-1.7\n--x--\n"
    )
    stage.lab.s3.put_object(Bucket=stage.lab.outputs["RawBucket"], Key="mail/acme-email/1", Body=mail)
    file = Attachment(content_type="application/pdf", filename="a.pdf")
    changes = {"channel": "email", "raw": "mail/acme-email/1", "attachments": (file,)}
    return _has_copy(stage, _message_with_a_file(stage, **changes))


def _shows_a_whole_message(stage: Stage) -> bool:
    entry = _message_with_a_file(stage, content="content/acme-sms/1")
    stage.lab.s3.put_object(Bucket=stage.lab.outputs["RawBucket"], Key="content/acme-sms/1", Body=b"{}")
    return stage.asks("GET", f"conversations/{entry.conversation_id}/messages/{entry.id}")


def _releases_a_file(stage: Stage) -> bool:
    """The link is good for what the function itself may read."""
    key = "media/acme-sms/1/0"
    entry = _message_with_a_file(stage, attachments=(Attachment(key=key),))
    stage.lab.s3.put_object(Bucket=stage.lab.outputs["RawBucket"], Key=key, Body=b"?")
    path = f"conversations/{entry.conversation_id}/messages/{entry.id}/attachments/0"
    released = stage.lab.call("dee", "GET", path).json()
    return stage.lab.http.get(released["url"]).is_success


def _put(stage: Stage, key: str, **more: Any) -> str:
    stage.lab.s3.put_object(Bucket=stage.lab.outputs["RawBucket"], Key=key, Body=b"?", **more)
    return key


def _releases_a_file_of_ours(stage: Stage) -> bool:
    entry = _message_with_a_file(stage, attachments=(Attachment(key=_put(stage, "outgoing/c/1")),))
    path = f"conversations/{entry.conversation_id}/messages/{entry.id}/attachments/0"
    return stage.lab.http.get(stage.lab.call("dee", "GET", path).json()["url"]).is_success


def _offers_an_upload(stage: Stage) -> bool:
    """The URL is good for what the function itself may write."""
    declared = {"filename": "a.txt", "content_type": "text/plain", "size": 1}
    asked = stage.lab.call("dee", "POST", f"conversations/{stage.known.id}/uploads", declared).json()
    return stage.lab.http.put(asked["url"], content=b"?", headers=asked["headers"]).is_success


def _answers_with_a_file(stage: Stage) -> bool:
    name, told = secrets.token_hex(4), {"filename": "a.txt", "declared-size": "1"}
    key = f"uploads/{stage.known.id}/{stage.lab.agent_id('dee')}/{name}"
    _put(stage, key, ContentType="text/plain", Metadata=told)
    return stage.asks("POST", f"conversations/{stage.known.id}/replies", {"attachments": [name]})


def _mails_a_file(stage: Stage, prefix: str = "outgoing/") -> bool:
    """As a part of the mail: the double of SES asks for the right to send such mail."""
    board, name = stage.lab.board, secrets.token_hex(4)
    sender, now = Party(address=f"{name}@customers.example"), system_clock()
    told = {"provider_id": name, "sender": sender, "subject": "Hi", "text": "hello"}
    route.route(MessageReceived(at=now, message=Message(channel="email", account="acme-email", **told)), board)
    known = stage.lab.conversation_of(sender.address)
    assert known
    after = pass_on(known, known.participants)
    answer = desk.reply_entry(after, f"reply.1.{name}", stage.lab.agent_id("dee"), "Here.", now)
    file = Attachment(key=_put(stage, f"{prefix}c/{name}"), filename="a.txt", content_type="text/plain", size=1)
    board.conversations.write(known, after, replace(answer, attachments=(file,)))
    is_handled = stage.batch("outbound", _added(known, answer.id))
    present = board.conversations.entry(known.thread, answer.id)
    return is_handled and present is not None and present.provider_id is not None


def _mails_a_customers_file(stage: Stage) -> bool:
    return _mails_a_file(stage, "media/")


def _hands_out_a_file(stage: Stage) -> bool:
    _put(stage, "outgoing/c/1", Metadata={"filename": "a.txt"})
    parts = {"conversation": "c", "file": "1"}
    event = {"requestContext": {"http": {"method": "GET"}}, "pathParameters": parts}
    return bool(stage.lab.invoke("hand_out", event)["statusCode"] == 302)


def _asks_to_erase(stage: Stage) -> bool:
    return stage.asks("POST", "erasures", {"channel": "sms", "address": "+15551230009"})


def _takes_a_callback(stage: Stage) -> bool:
    return stage.lab.ask_meta_to_erase("messenger", "218471").status_code == 200


def _erases(stage: Stage) -> bool:
    """A customer with two addresses, a file and an agent."""
    address = channel(stage.known.channel).contact(stage.known.address)
    board, asked = stage.lab.board, Asked(by="agent:dee", at=system_clock())
    if contact := board.customers.contact(address):
        board.customers.meet_again(contact, "sms:+15551230008", system_clock())
        _message_with_a_file(stage, raw="mail/acme-sms/1")
        _put(stage, f"outgoing/{stage.known.id}/1")
    code = board.erasures.code_of(address)
    known = board.erasures.get(code)
    board.erasures.save(known, ask(known, code, address, asked))
    return stage.batch("erase", {"code": code})


def _watches(stage: Stage) -> bool:
    found = stage.lab.invoke("watch_channels", {"account": "acme-telegram"})
    return bool(found["acme-telegram"]["outcome"] == "kept")


def _connects(stage: Stage) -> bool:
    soon = to_text(system_clock() + timedelta(seconds=30))
    known = {"agent_id": stage.lab.agent_id("dee"), "queues": "[]", "expires_at": soon}
    request = {"routeKey": "$connect", "connectionId": "none", "authorizer": known}
    return bool(stage.lab.invoke("push", {"requestContext": request})["statusCode"] == 200)


def _answers_a_console(stage: Stage) -> bool:
    """One that is gone: that it is can be known only by trying."""
    request = {"routeKey": "$default", "connectionId": "none"}
    event = {"requestContext": request, "body": '{"action": "ping"}'}
    return bool(stage.lab.invoke("push", event)["statusCode"] == 200)


def _looks(stage: Stage) -> bool:
    """Dee's console shows the conversation; it is gone, which is no fault of the function's."""
    name = secrets.token_hex(4)
    DynamoConsoles(stage.lab.dynamodb, stage.lab.outputs["ConsolesTable"]).connect(
        Connection(
            connection_id=name,
            agent_id=stage.lab.agent_id("dee"),
            queues=(stage.known.queue,),
            connected_at=system_clock(),
        )
    )
    said = json.dumps({"action": "look", "conversation_id": stage.known.id})
    event = {"requestContext": {"routeKey": "$default", "connectionId": name}, "body": said}
    return bool(stage.lab.invoke("push", event)["statusCode"] == 200)


def _tells_consoles(stage: Stage) -> bool:
    """Dee, whose console is long gone, and whoever watches the queue."""
    consoles = DynamoConsoles(stage.lab.dynamodb, stage.lab.outputs["ConsolesTable"])
    long_ago, queue = system_clock() - timedelta(hours=1), stage.known.queue
    for agent_id, watching in {stage.lab.agent_id("dee"): (), "somebody": (queue,)}.items():
        consoles.connect(
            Connection(
                connection_id=secrets.token_hex(4),
                agent_id=agent_id,
                queues=(queue,),
                watching=watching,
                connected_at=long_ago,
            )
        )
    hint = {"topic": {"S": f"queue#{queue}"}, "item": {"S": "hint"}}
    stage.lab.dynamodb.delete_item(TableName=stage.lab.outputs["ConsolesTable"], Key=hint)
    return stage.batch("notify", _opened(stage.known))


def _marks_as_read(stage: Stage) -> bool:
    return stage.asks("PUT", f"conversations/{stage.known.id}/read", {})


def _lists_drafts(stage: Stage) -> bool:
    return stage.asks("GET", "me/drafts")


def _hands_out_a_ticket(stage: Stage) -> bool:
    return stage.asks("POST", "push/ticket")


def _reads_a_feed(stage: Stage) -> bool:
    return stage.asks("GET", f"feed?cursor={to_text(system_clock())}")


def _lists_canned_responses(stage: Stage) -> bool:
    return stage.asks("GET", "canned")


def _writes_a_canned_response(stage: Stage) -> bool:
    written = {"shortcut": f"hello-{secrets.token_hex(4)}", "title": "Hello", "texts": {"en": "Hello"}}
    return stage.asks("POST", "settings/canned", written)


def _lists_people(stage: Stage) -> bool:
    return stage.asks("GET", "settings/agents")


def _invites(stage: Stage) -> bool:
    invited = {"email": f"{secrets.token_hex(4)}@acme.example", "name": "New", "units": 1}
    return stage.asks("POST", "settings/agents", invited)


def _admits(stage: Stage) -> bool:
    """Cho, as she is."""
    decided = {"name": "Cho Minseo", "queues": ["returns"], "skills": ["returns"], "units": 3}
    return stage.asks("PUT", f"settings/agents/{stage.lab.agent_id('cho')}", decided)


def _shuts_out(stage: Stage) -> bool:
    """Somebody who was invited just now."""
    invited = {"email": f"{secrets.token_hex(4)}@acme.example", "name": "New", "units": 1}
    made = stage.lab.call("dee", "POST", "settings/agents", invited).json()
    return stage.asks("DELETE", f"settings/agents/{made['agent_id']}")


def _ends_consoles(stage: Stage) -> bool:
    """Of somebody who is removed, whose console looked at the conversation as another does; both are gone."""
    invited = {"email": f"{secrets.token_hex(4)}@acme.example", "name": "New", "units": 1}
    agent_id = stage.lab.call("dee", "POST", "settings/agents", invited).json()["agent_id"]
    consoles = DynamoConsoles(stage.lab.dynamodb, stage.lab.outputs["ConsolesTable"])
    look = Look(conversation_id=stage.known.id, typing=False, at=system_clock())
    for whose in (agent_id, "somebody"):
        name = secrets.token_hex(4)
        console = Connection(connection_id=name, agent_id=whose, queues=(), connected_at=system_clock(), look=look)
        consoles.connect(console)
    return stage.asks("DELETE", f"settings/agents/{agent_id}")


def _dismisses(stage: Stage) -> bool:
    return stage.asks("DELETE", f"quarantine/{ACCOUNT}/q1")


def _asks_to_retry(stage: Stage) -> bool:
    return stage.asks("POST", f"quarantine/{ACCOUNT}/q1/retry")


def _lists_opt_outs(stage: Stage) -> bool:
    return stage.asks("GET", "optouts")


def _wants_mail(stage: Stage, address: str) -> None:
    """Dee, who owns the conversation, wants to be told."""
    preferences = DynamoPreferences(stage.lab.dynamodb, stage.lab.outputs["AgentsTable"], pause)
    preferences.put(stage.lab.agent_id("dee"), Preference(mail=address))


def _happened(stage: Stage, event: type[Event], at: datetime, **more: Any) -> bool:
    detail = {"conversation_id": stage.known.id, "at": to_text(at), **more}
    return stage.batch("alert", {"detail-type": event.DETAIL_TYPE, "detail": detail})


def _notes_an_assignment(stage: Stage) -> bool:
    _wants_mail(stage, "dee@acme.example")
    return _happened(stage, ConversationAssigned, system_clock(), agent_id=stage.lab.agent_id("dee"))


def _notes_a_broken_promise(stage: Stage) -> bool:
    _wants_mail(stage, "dee@acme.example")
    return _happened(stage, ConversationPromiseBroken, system_clock())


def _looks_at_a_slate(stage: Stage) -> bool:
    noted = _notes_an_assignment(stage)
    look = {"detail-type": "alert.look", "detail": {"agent_id": stage.lab.agent_id("dee")}}
    return stage.batch("alert", look) and noted


def _releases_a_claim(stage: Stage) -> bool:
    """SES takes no mail now: it is claimed by nobody, so that the next try sends it."""
    _wants_mail(stage, "dee@acme.example")
    stage.lab.running.ses.faults.append("throttled")
    alert = {"alert_id": secrets.token_hex(8), "agent_id": stage.lab.agent_id("dee"), "at": to_text(system_clock())}
    tell = {"detail-type": "alert.tell", "detail": {"alert": {**alert, "count": 0, "lines": []}, "way": "mail"}}
    stage.batch("alert", tell)
    key = {"topic": {"S": f"alert#{alert['alert_id']}"}, "item": {"S": "mail"}}
    return "Item" not in stage.lab.dynamodb.get_item(TableName=stage.lab.outputs["ConsolesTable"], Key=key)


def _reads_again(stage: Stage, item: MessageQuarantined, raw: bytes) -> bool:
    quarantine = DynamoQuarantine(stage.lab.dynamodb, stage.lab.outputs["QuarantineTable"])
    quarantine.add(item)
    stage.lab.s3.put_object(Bucket=stage.lab.outputs["RawBucket"], Key=item.key, Body=raw)
    task = {"account": item.account, "quarantine_id": item.quarantine_id}
    done = stage.batch("retry_quarantined", task)
    known = quarantine.get(item.account, item.quarantine_id)
    return done and known is not None and known.outcome == "message"


def _reads_a_text_again(stage: Stage) -> bool:
    return _reads_again(stage, _quarantined(), urlencode(stage.lab.fields()).encode())


def _reads_a_mail_again(stage: Stage) -> bool:
    raw = b"From: jane@customer.example\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>"
    changes = {"account": MAIL_ACCOUNT, "channel": "email", "key": MAIL_KEY, "reason": "unknown_account"}
    return _reads_again(stage, _quarantined().model_copy(update=changes), raw)


Exercise = Callable[[Stage], bool]
EXERCISES: Mapping[str, Mapping[str, Exercise]] = {
    "ingest_sms": {
        "PutOnBus": _webhook,
        "ReadOwnSecrets": _webhook,
        "KeepRawBytes": _unreadable_webhook,
    },
    "ingest_email": {
        "PutOnBus": _collects,
        "ReadOwnSecrets": _collects,
        "ReadMail": _collects,
        "KeepContent": _collects_html,
        "KeepRawBytes": _puts_a_notice_aside,
    },
    "catch_sms": {"KeepCaught": _catches},
    "reconcile_sms": {
        "PutOnBus": _finds_a_lost_text,
        "ReadOwnSecrets": _finds_a_lost_text,
        "FindKnown": _finds_a_lost_text,
        "KeepCursor": _finds_a_lost_text,
    },
    "router": {
        "RouteConversations": _routes,
        "FindWaitingAndDue": _sweeps,
        "FindHeld": _fills_a_place,
        "ClaimAgents": _offers,
        "FindCandidates": _sweeps,
        "MeetCustomers": _routes,
        "RememberLanesAndSums": _sweeps,
        "ListQuarantined": _quarantines,
        "KnowErased": _routes,
        "KnowPeople": _routes,
        "RecordDecisions": _routes_to_nobody,
        "ReadPepper": _routes,
        "LookAgain": _routes_to_nobody,
    },
    "auto_ack": {
        "WriteAcknowledgement": _acknowledges,
        "FindDue": _looks_at_promises,
        "CountAcknowledgement": _acknowledges,
        "FindAddresses": _acknowledges,
        "ReadEstimates": _acknowledges,
    },
    "outbound": {
        "SendInOrder": _sends,
        "RecordOptOut": _sends,
        "ReadSecrets": _sends,
        "SendFilesByMail": _mails_a_file,
        "ReadOutgoing": _mails_a_file,
        "PassFilesOn": _mails_a_customers_file,
    },
    "fetch_media": {
        "RecordFiles": _fetches_a_file,
        "ReadSecrets": _fetches_a_file,
        "ReadMail": _takes_a_file_out_of_a_mail,
        "KeepFiles": _fetches_a_file,
    },
    "outbox": {
        "PutOnBus": _publishes,
        "CountForPromises": _counts_who_left_the_line,
        "RecordWhatCameOfIt": _publishes,
    },
    "agent_api": {
        "WorkOnConversations": _shows_a_conversation,
        "FindOwnAndWaiting": _shows_own_conversations,
        "ShowHeld": _shows_what_is_held,
        "ListQueues": _lists_a_queue,
        "KeepBookmarks": _marks_as_read,
        "ListDrafts": _lists_drafts,
        "ListAgents": _lists_a_team,
        "ShowCoverage": _surveys_the_queues,
        "ClaimAgents": _shows_the_agent,
        "FindCandidates": _hands_on,
        "CheckConsent": _replies,
        "MeetAndMarkCustomers": _holds_for_spam,
        "FindAddresses": _holds_for_spam,
        "ShowTimeline": _shows_a_timeline,
        "ReadLanes": _comes_online,
        "RecordDecisions": _comes_online,
        "AddLanes": _places,
        "ShowQuarantined": _shows_raw_bytes,
        "ListQuarantined": _lists_the_quarantine,
        "SettleQuarantined": _dismisses,
        "ListOptOuts": _lists_opt_outs,
        "AskToRetry": _asks_to_retry,
        "ShowRawBytes": _shows_raw_bytes,
        "ShowContent": _shows_a_whole_message,
        "ReleaseFiles": _releases_a_file,
        "OfferUploads": _offers_an_upload,
        "CheckUploads": _answers_with_a_file,
        "KeepOutgoing": _answers_with_a_file,
        "ReleaseOutgoing": _releases_a_file_of_ours,
        "RecordErasure": _asks_to_erase,
        "ReadPepper": _asks_to_erase,
        "AskToErase": _asks_to_erase,
        "LookAgain": _comes_online,
        "HandOutTickets": _hands_out_a_ticket,
        "ReadFeeds": _reads_a_feed,
        "EndConsoles": _ends_consoles,
        "CallConsoles": _ends_consoles,
        "CloseConsoles": _ends_consoles,
        "ReadSettings": _lists_canned_responses,
        "ChangeSettings": _writes_a_canned_response,
        "ChangeTeam": _invites,
        "FindPeople": _lists_people,
        "InvitePeople": _invites,
        "AdmitPeople": _admits,
        "ShutOutPeople": _shuts_out,
    },
    "console": {},
    "push": {
        "KnowConsoles": _connects,
        "CallConsoles": _answers_a_console,
        "FindLookers": _looks,
        "SeeWhatIsLookedAt": _looks,
    },
    "notify": {
        "SeeWhoHasIt": _tells_consoles,
        "WriteFeeds": _tells_consoles,
        "FindConsoles": _tells_consoles,
        "ForgetConsoles": _tells_consoles,
        "CallConsoles": _tells_consoles,
        "HintLater": _tells_consoles,
    },
    "hand_out": {"ReadOutgoing": _hands_out_a_file},
    "alert": {
        "SeeWhoHasIt": _notes_a_broken_promise,
        "KnowAgents": _notes_an_assignment,
        "KeepSlates": _notes_an_assignment,
        "FindConsoles": _looks_at_a_slate,
        "ReleaseClaims": _releases_a_claim,
        "LookLater": _notes_an_assignment,
    },
    "retry_quarantined": {
        "PutOnBus": _reads_a_mail_again,
        "ReadOwnSecrets": _reads_a_mail_again,
        "ReadRawBytes": _reads_a_text_again,
        "ReadMail": _reads_a_mail_again,
        "KeepContent": _reads_a_mail_again,
        "SettleQuarantined": _reads_a_text_again,
    },
    "erasure_api": {
        "ReadSecrets": _takes_a_callback,
        "RecordErasure": _takes_a_callback,
        "ReadPepper": _takes_a_callback,
        "AskToErase": _takes_a_callback,
    },
    "erase": {
        "RecordErasure": _erases,
        "ReadPepper": _erases,
        "AskToErase": _erases,
        "EraseConversations": _erases,
        "EraseDecisions": _erases,
        "FindEverything": _erases,
        "EraseContact": _erases,
        "GiveSlotBack": _erases,
        "EraseFiles": _erases,
        "EraseAgentsFiles": _erases,
        "FindAgentsFiles": _erases,
        "ReadSecrets": _erases,
        "LookAgain": _erases,
    },
    "watch_channels": {"ReadSecrets": _watches},
}
"""Per function and statement: what fails without it."""


def _set(lab: Lab, sid: str) -> Stage:
    """A customer's conversation that Dee owns and has answered, or still owes the answer, and a quarantined item."""
    dee = desk.Caller(lab.agent_id("dee"))
    route.route(_received(CUSTOMER), lab.board)
    desk.set_presence(dee, Presence.ONLINE, lab.board)
    known = lab.conversation_of()
    assert known
    assert known.owner == dee.agent_id
    if sid in {"SendInOrder", "RecordOptOut", "ReadSecrets"}:
        desk.reply(dee, known.id, "Hi!", "first", lab.board)
    if sid in {"ShowQuarantined", "ShowRawBytes", "ListQuarantined", "SettleQuarantined", "AskToRetry"}:
        lab.invoke("router", aws_events.batch(json.loads(json.dumps(aws_events.on_bus(_quarantined())))))
        lab.s3.put_object(Bucket=lab.outputs["RawBucket"], Key=_quarantined().key, Body=b"?")
    return Stage(lab, known)


REMEMBERED = frozenset({"AddLanes", "ReadLanes", "ReadOwnSecrets", "ReadPepper", "ReadSecrets", "RememberLanesAndSums"})
"""What these let a function read it reads once per process; the others fail at the next call."""


@pytest.mark.parametrize(
    ("function", "sid"), [(function, sid) for function, exercises in EXERCISES.items() for sid in exercises]
)
def test_SEC_17_without_this_statement_the_function_fails_and_with_it_it_does_not(
    alone: Lab, function: str, sid: str
) -> None:
    stage, exercise = _set(alone, sid), EXERCISES[function][sid]
    if sid in REMEMBERED:
        alone.start_afresh(function)
    with alone.without(function, sid):
        assert not exercise(stage)
    assert exercise(stage)


@pytest.mark.parametrize("function", EXERCISES)
def test_every_statement_of_a_deployed_role_is_exercised_or_known_not_to_be_enforced(
    deployed: Lab, function: str
) -> None:
    assert {statement["Sid"] for statement in deployed.statements(function)} == (
        set(EXERCISES[function]) | SOURCED[function]
    )
    assert SOURCED[function] <= set(NOT_ENFORCED)


@pytest.mark.parametrize("function", EXERCISES)
def test_what_is_not_enforced_reaches_only_the_functions_own_log_queue_and_stream(deployed: Lab, function: str) -> None:
    own = {
        "logs": deployed.functions[function]["LoggingConfig"]["LogGroup"],
        "sqs": "Queue" if function != "outbox" else "Failures",
        "dynamodb": "/stream/",
    }
    for statement in deployed.statements(function):
        if statement["Sid"] in set(NOT_ENFORCED) - {"SendMail"}:
            service = json.dumps(statement["Action"]).strip('["').split(":")[0]
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            assert all(own[service] in resource for resource in resources), statement["Sid"]


# -- and nothing beyond it -------------------------------------------------------------------------

FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "ingest_sms": (
        "dynamodb:GetItem ConversationsTable",
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "dynamodb:PutItem QuarantineTable",
        "s3:GetObject RawBucket",
        "sqs:SendMessage RouterQueueUrl",
        "secretsmanager:PutSecretValue secret",
    ),
    "ingest_email": (
        "secretsmanager:GetSecretValue secret",
        "dynamodb:GetItem ConversationsTable",
        "dynamodb:PutItem QuarantineTable",
        "s3:GetObject RawBucket",
        "s3:PutObject Mail",
        "s3:DeleteObject Mail",
        "sqs:SendMessage RouterQueueUrl",
        "ses:SendEmail identity",
    ),
    "catch_sms": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "dynamodb:GetItem ConversationsTable",
        "s3:PutObject RawBucket",
        "sqs:ReceiveMessage IngestSmsQueueUrl",
        "sqs:SendMessage RouterQueueUrl",
    ),
    "reconcile_sms": (
        "secretsmanager:PutSecretValue secret",
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:Query ConversationsTable",
        "dynamodb:UpdateItem CustomersTable",
        "dynamodb:GetItem AgentsTable",
        "s3:GetObject RawBucket",
        "s3:PutObject RawBucket",
        "sqs:SendMessage IngestSmsQueueUrl",
        "sqs:SendMessage RouterQueueUrl",
    ),
    "router": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "s3:GetObject RawBucket",
        "s3:PutObject RawBucket",
        "dynamodb:GetItem QuarantineTable",
        "dynamodb:DeleteItem ConversationsTable",
        "sqs:SendMessage OutboundQueueUrl",
    ),
    "auto_ack": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "dynamodb:GetItem AgentsTable",
        "dynamodb:UpdateItem QueuesTable",
        "sqs:SendMessage OutboundQueueUrl",
        "s3:GetObject RawBucket",
    ),
    "outbound": (
        "events:PutEvents BusName",
        "dynamodb:GetItem AgentsTable",
        "dynamodb:GetItem QueuesTable",
        "sqs:SendMessage RouterQueueUrl",
        "secretsmanager:PutSecretValue secret",
        "s3:GetObject RawBucket",
    ),
    "fetch_media": (
        "events:PutEvents BusName",
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:Query ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "s3:GetObject RawBucket",
        "s3:PutObject RawBucket",
        "sqs:SendMessage RouterQueueUrl",
        "secretsmanager:PutSecretValue secret",
    ),
    "outbox": (
        "secretsmanager:GetSecretValue secret",
        "dynamodb:GetItem ConversationsTable",
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "dynamodb:UpdateItem AgentsTable",
        "s3:GetObject RawBucket",
    ),
    "agent_api": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "dynamodb:DeleteItem CustomersTable",
        "dynamodb:PutItem QueuesTable",
        "s3:PutObject RawBucket",
        "s3:DeleteObject RawBucket",
        "s3:GetObject Mail",
        "ses:SendEmail identity",
        "sqs:SendMessage OutboundQueueUrl",
        "cognito-idp:AdminSetUserPassword UserPool",
        "cognito-idp:AdminDeleteUser UserPool",
        "cognito-idp:ListUsers *",
    ),
    "push": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "dynamodb:Query ConversationsTable",
        "dynamodb:UpdateItem ConversationsTable",
        "dynamodb:Scan ConsolesTable",
        "dynamodb:GetItem AgentsTable",
        "dynamodb:UpdateItem AgentsTable",
        "s3:GetObject RawBucket",
        "sqs:SendMessage NotifyQueueUrl",
    ),
    "notify": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "dynamodb:Query ConversationsTable",
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:GetItem ConsolesTable",
        "dynamodb:UpdateItem AgentsTable",
        "s3:GetObject RawBucket",
        "sqs:SendMessage RouterQueueUrl",
    ),
    "hand_out": (
        "dynamodb:GetItem ConversationsTable",
        "secretsmanager:GetSecretValue secret",
        "s3:GetObject RawBucket",
        "s3:GetObject Mail",
        "s3:PutObject RawBucket",
    ),
    "alert": (
        "secretsmanager:GetSecretValue secret",
        "events:PutEvents BusName",
        "dynamodb:Query ConversationsTable",
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "dynamodb:UpdateItem AgentsTable",
        "s3:GetObject RawBucket",
        "sqs:SendMessage RouterQueueUrl",
    ),
    "retry_quarantined": (
        "dynamodb:GetItem ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "dynamodb:GetItem AgentsTable",
        "s3:PutObject RawBucket",
        "s3:DeleteObject RawBucket",
        "secretsmanager:GetSecretValue secret",
        "sqs:SendMessage RouterQueueUrl",
    ),
    "erasure_api": (
        "dynamodb:GetItem ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "dynamodb:Query CustomersTable",
        "dynamodb:UpdateItem AgentsTable",
        "s3:GetObject RawBucket",
        "s3:DeleteObject RawBucket",
        "events:PutEvents BusName",
        "sqs:SendMessage RouterQueueUrl",
        "secretsmanager:GetSecretValue secret",
    ),
    "erase": (
        "dynamodb:PutItem ConversationsTable",
        "dynamodb:UpdateItem ConversationsTable",
        "dynamodb:UpdateItem CustomersTable",
        "dynamodb:DeleteItem AgentsTable",
        "dynamodb:GetItem QuarantineTable",
        "s3:GetObject RawBucket",
        "s3:DeleteObject RawBucket",
        "events:PutEvents BusName",
        "sqs:SendMessage OutboundQueueUrl",
    ),
    "watch_channels": (
        "dynamodb:GetItem ConversationsTable",
        "dynamodb:GetItem CustomersTable",
        "s3:GetObject RawBucket",
        "events:PutEvents BusName",
        "sqs:SendMessage RouterQueueUrl",
        "secretsmanager:GetSecretValue secret",
        "secretsmanager:PutSecretValue secret",
    ),
}
"""What would do harm in the hands of whoever took a function over: an action, and on what."""
MAY_DELETE = "erase"
DELETIONS = tuple(f"dynamodb:DeleteItem {kind}Table" for kind in ("Conversations", "Customers", "Decisions"))

EVERYWHERE = (
    "dynamodb:Scan ConversationsTable",
    "dynamodb:DeleteTable ConversationsTable",
    "dynamodb:Scan DecisionsTable",
    "dynamodb:UpdateItem DecisionsTable",
    "dynamodb:DeleteItem QuarantineTable",
    "dynamodb:DeleteItem ErasuresTable",
    "iam:PutRolePolicy *",
    "sts:AssumeRole *",
    "lambda:UpdateFunctionCode *",
    "lambda:InvokeFunction *",
    "kms:Decrypt *",
)


def _arn(lab: Lab, what: str) -> str:
    if what.endswith("Table"):
        return f"arn:aws:dynamodb:us-east-1:000000000000:table/{lab.outputs[what]}"
    if what.endswith("QueueUrl"):
        return f"arn:aws:sqs:us-east-1:000000000000:{lab.outputs[what].rpartition('/')[2]}"
    return {
        "*": "*",
        "BusName": f"arn:aws:events:us-east-1:000000000000:event-bus/{lab.outputs['BusName']}",
        "RawBucket": f"arn:aws:s3:::{lab.outputs['RawBucket']}/quarantine/{ACCOUNT}/q1",
        "Mail": f"arn:aws:s3:::{lab.outputs['RawBucket']}/{MAIL_KEY}",
        "UserPool": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{lab.outputs['UserPoolId']}",
        "identity": "arn:aws:ses:us-east-1:000000000000:identity/acme.example",
        "secret": f"arn:aws:secretsmanager:us-east-1:000000000000:secret:switchboard/local/{ACCOUNT}-a1B2c3",
    }[what]


def _may(lab: Lab, function: str, action: str, what: str) -> bool:
    role = lab.functions[function]["Role"]
    answer = lab.iam.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=[action], ResourceArns=[_arn(lab, what)]
    )
    return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


@pytest.mark.parametrize("function", FORBIDDEN)
def test_SEC_17_a_function_that_was_taken_over_can_do_no_more_than_its_job(deployed: Lab, function: str) -> None:
    wishes = (*FORBIDDEN[function], *EVERYWHERE, *(DELETIONS if function != MAY_DELETE else ()))
    allowed = [wish for wish in wishes if _may(deployed, function, *wish.split())]
    assert allowed == []


def test_the_simulation_knows_what_is_allowed(deployed: Lab) -> None:
    assert _may(deployed, "ingest_sms", "secretsmanager:GetSecretValue", "secret")
    assert _may(deployed, "ingest_sms", "s3:PutObject", "RawBucket")
    assert _may(deployed, "ingest_email", "s3:GetObject", "Mail")
    assert _may(deployed, "outbound", "ses:SendEmail", "identity")
    assert _may(deployed, "agent_api", "s3:GetObject", "RawBucket")
    assert _may(deployed, "agent_api", "cognito-idp:ListUsers", "UserPool")
    assert _may(deployed, "router", "sqs:SendMessage", "RouterQueueUrl")
    assert _may(deployed, "outbox", "events:PutEvents", "BusName")


def test_the_deployed_roles_are_the_table_of_grants(deployed: Lab) -> None:
    has_social_accounts = any(channel(a.channel).transport == "social" for a in deployed.policy.accounts.values())
    for function, grants in GRANTS.items():
        granted = {
            statement["Sid"]: set(
                statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            )
            for statement in deployed.statements(function)
            if statement["Sid"] not in NOT_ENFORCED
        }
        written = {
            grant.sid: {f"{grant.service}:{action}" for action in grant.actions}
            for grant in grants
            if (grant.resources != (Resource.SOCIAL_SECRETS,) or has_social_accounts)
            and (grant.resources != (Resource.WEBHOOK_KEY,) or deployed.policy.alerts.webhook)
            and grant.sid not in NOT_ENFORCED
        }
        assert granted == written


@pytest.mark.parametrize(
    "function",
    [
        "ingest_sms",
        "catch_sms",
        "reconcile_sms",
        "ingest_email",
        "router",
        "auto_ack",
        "outbound",
        "outbox",
        "agent_api",
        "push",
        "notify",
        "hand_out",
        "alert",
        "retry_quarantined",
        "erasure_api",
        "erase",
        "watch_channels",
    ],
)
def test_no_role_can_be_taken_by_anybody_but_lambda(deployed: Lab, function: str) -> None:
    role = deployed.iam.get_role(RoleName=deployed.role(function))["Role"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Action"], trust["Principal"]) == ("sts:AssumeRole", {"Service": "lambda.amazonaws.com"})
