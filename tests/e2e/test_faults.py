"""What breaks around the functions, on the deployed template: nothing is lost, nothing doubled, nobody held up."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event as Flag
from typing import Any

import httpx
import pytest

from sandbox.double import Fault
from sandbox.lines import credentials
from sandbox.ports import draw_ports
from sandbox.running import run
from switchboard.conversation import Conversation, Entry, Status
from switchboard.events import MessageReceived
from switchboard.instant import system_clock
from switchboard.message import DeliveryStatus, Message, Party
from switchboard.policy import load_policy
from tests import aws_events
from tests.e2e.lab import Lab
from tests.world import ROOT


def _from_customers(lab: Lab) -> list[str]:
    return sorted(entry.text for entry in lab.all_entries() if entry.author == "customer")


# -- the bus ---------------------------------------------------------------------------------------


def test_X_2_while_the_bus_refuses_nothing_is_half_done_and_the_retry_afterwards_has_one_effect(lab: Lab) -> None:
    form, before = lab.fields("hello"), lab.settled()
    with lab.without("ingest_sms", "PutOnBus"):
        refused = lab.webhook(form)
        assert (refused.status_code, refused.content) == (503, b"")
        lab.await_quiet()
        assert lab.kept() == before
    assert [lab.webhook(form).status_code for _ in range(2)] == [200, 200]
    lab.wait_for(lab.phone, "the acknowledgement")
    lab.await_quiet()
    assert _from_customers(lab) == ["hello"]
    assert len(lab.phone()) == 1


def test_X_2_what_was_to_be_quarantined_while_the_bus_refused_is_one_item_after_the_retry(lab: Lab) -> None:
    form = {name: value for name, value in lab.fields("?").items() if name in {"AccountSid", "From", "To", "Body"}}
    with lab.without("ingest_sms", "PutOnBus"):
        assert lab.webhook(form).status_code == 503
    assert lab.webhook(form).status_code == 200
    dee = lab.agent("dee", online=False)
    lab.wait_for(lambda: dee.quarantine("acme-sms"), "the quarantined item")
    assert len(dee.quarantine("acme-sms")) == 1


@pytest.mark.parametrize(("function", "sid"), [("ingest_sms", "KeepRawBytes"), ("ingest_sms", "ReadOwnSecrets")])
def test_X_2_a_store_of_ours_that_is_out_of_reach_has_the_provider_come_again(
    lab: Lab, function: str, sid: str
) -> None:
    form = {name: value for name, value in lab.fields("?").items() if name in {"AccountSid", "From", "To", "Body"}}
    lab.start_afresh(function)
    with lab.without(function, sid):
        refused = lab.webhook(form)
    assert (refused.status_code, refused.content) == (503, b"")


# -- the provider ----------------------------------------------------------------------------------


def _assigned(lab: Lab) -> Conversation:
    def look() -> Conversation | None:
        known = lab.conversation_of()
        return known if known and known.status is Status.ASSIGNED and known.acknowledgement else None

    found = lab.wait_for(look, "a conversation with an owner and an acknowledgement")
    assert found
    return found


@pytest.mark.parametrize("fault", ["throttled", "error", "error_after_accept", "timeout_after_accept"])
def test_TW_8_an_answer_reaches_the_phone_exactly_once_though_the_provider_fails(lab: Lab, fault: Fault) -> None:
    ann = lab.agent("ann")
    lab.text("hello")
    known = _assigned(lab)
    lab.wait_for(lab.phone, "the acknowledgement")
    lab.await_quiet()
    lab.running.twilio.fail_next(fault)
    message_id = ann.reply(known.id, "Hi!")["message_id"]

    def entry() -> Entry:
        found = lab.conversations.entry(known.thread, message_id)
        assert found
        return found

    if fault != "throttled":  # what became of it is unknown: nobody asks before the attempt is over for certain
        lab.wait_for(lambda: not lab.running.twilio.faults and entry().attempt_at, "the attempt")
        lab.let_attempt_age(entry())
    lab.wait_for(lambda: entry().status is DeliveryStatus.DELIVERED, "the delivery")
    lab.await_quiet()
    assert lab.phone().count("Hi!") == 1


@pytest.mark.parametrize(
    ("fault", "arrives"), [("throttled", 1), ("error", 0), ("error_after_accept", 1), ("timeout_after_accept", 1)]
)
def test_AK_3_an_acknowledgement_is_sent_at_most_once_though_the_provider_fails(
    lab: Lab, fault: Fault, arrives: int
) -> None:
    lab.running.twilio.fail_next(fault)
    lab.text("hello")
    lab.wait_for(lambda: [e for e in lab.all_entries() if e.kind == "acknowledgement"], "the acknowledgement's record")

    def settled() -> bool:
        (acknowledgement,) = [e for e in lab.all_entries() if e.kind == "acknowledgement"]
        return acknowledgement.status in {DeliveryStatus.DELIVERED, DeliveryStatus.UNKNOWN}

    lab.wait_for(settled, "the acknowledgement to be settled")
    lab.await_quiet()
    assert len(lab.phone()) == arrives


# -- poison ----------------------------------------------------------------------------------------

POISON = json.dumps({"detail-type": "nobody.knows", "detail": {}})


def _received(sender: str) -> dict[str, Any]:
    message = Message(channel="sms", account="acme-sms", provider_id=f"SM{sender[1:]}", sender=Party(address=sender))
    return json.loads(json.dumps(aws_events.on_bus(MessageReceived(at=system_clock(), message=message))))  # type: ignore[no-any-return]  # an object


def _healthy(lab: Lab, function: str) -> list[dict[str, Any]]:
    """Two messages that the function can handle."""
    if function == "router":
        return [_received("+15551230002"), _received("+15551230003")]
    if function == "outbound":
        return [_received("+15551230002")] * 2
    fact = {"version": 1, "at": "2026-11-02T09:00:00Z", "account": "acme-sms", "channel": "sms", "queue": "support"}
    opened = {**fact, "conversation_id": "acme-sms.nobody.1", "priority": "normal", "policy": "p"}
    return [{"detail-type": "conversation.opened", "detail": opened}] * 2


@pytest.mark.parametrize(
    ("function", "prefix"), [("router", "Router"), ("auto_ack", "AutoAck"), ("outbound", "Outbound")]
)
def test_a_poison_message_ends_in_its_dead_letter_queue_and_holds_up_nobody(
    lab: Lab, function: str, prefix: str
) -> None:
    first, second = (json.dumps(body) for body in _healthy(lab, function))
    lab.take_all(f"{prefix}DeadLettersUrl")
    with lab.quick_retries(f"{prefix}QueueUrl"):
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate([first, POISON, second])]
        lab.sqs.send_message_batch(QueueUrl=lab.outputs[f"{prefix}QueueUrl"], Entries=entries)
        lab.wait_for(lambda: lab.depth(f"{prefix}DeadLettersUrl"), "the poison to be set aside")
        lab.await_quiet()
    assert lab.take_all(f"{prefix}DeadLettersUrl") == [POISON]
    if function == "router":
        assert {known.address for known in lab.all_conversations()} == {"+15551230002", "+15551230003"}


@pytest.mark.parametrize("function", ["router", "auto_ack", "outbound"])
def test_only_the_poison_of_a_batch_is_given_back(lab: Lab, function: str) -> None:
    first, second = _healthy(lab, function)
    answer = lab.invoke(function, aws_events.batch(first, POISON, second, "not even JSON"))
    assert aws_events.failed(answer) == ["m1", "m3"]


# -- secrets ---------------------------------------------------------------------------------------

RETURNS = "acme-returns"


def _token(number: int) -> str:
    return f"{number:032x}"


@contextmanager
def _rotating(lab: Lab) -> Iterator[Callable[[str], None]]:
    """Gives the account another auth token; in the end it has its own again, as if nothing had been."""
    client = lab.running.client("secretsmanager")

    def put(token: str) -> None:
        value = json.dumps(credentials(RETURNS) | {"auth_token": token})
        client.put_secret_value(SecretId=f"switchboard/local/{RETURNS}", SecretString=value)
        lab.start_afresh("ingest_sms")

    try:
        yield put
    finally:
        put(credentials(RETURNS)["auth_token"])
        put(credentials(RETURNS)["auth_token"])


def test_SEC_12_while_a_secret_is_rotated_the_current_and_the_previous_one_verify_and_no_older_one(lab: Lab) -> None:
    def answers(*tokens: str) -> list[int]:
        forms = [lab.fields("hello", account=RETURNS) for _ in tokens]
        signed = [(form, lab.signature(form, RETURNS, token=token)) for form, token in zip(forms, tokens, strict=True)]
        return [lab.webhook(form, RETURNS, signature=signature).status_code for form, signature in signed]

    oldest, newer, newest = credentials(RETURNS)["auth_token"], _token(1), _token(2)
    with _rotating(lab) as put:
        assert answers(oldest, newer) == [200, 403]
        put(newer)
        assert answers(oldest, newer, newest) == [200, 200, 403]
        put(newest)
        assert answers(oldest, newer, newest) == [403, 200, 200]


# -- agents ----------------------------------------------------------------------------------------


def test_the_work_of_an_agent_who_is_not_heard_of_any_more_moves_on(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("hello")
    known = _assigned(lab)
    dee = lab.agent("dee")
    lab.let_heartbeat_lapse(lab.agent_id("ann"))
    lab.sweep()
    moved = lab.wait_for(dee.conversations, "the conversation to move on")
    assert [one["conversation_id"] for one in moved] == [known.id]
    assert ann.conversations() == []
    assert ann.me()["presence"] == "offline"
    assert ann.me()["free"] == ann.me()["units"]


# -- the whole -------------------------------------------------------------------------------------


def test_a_stop_in_the_middle_of_a_burst_loses_nothing_and_doubles_nothing() -> None:
    """The emulator keeps its queues and what is in flight, as AWS does; its tables' streams it does not."""
    policy = load_policy(ROOT / "policy.yaml")
    with tempfile.TemporaryDirectory(prefix="switchboard-") as directory, run(Path(directory), draw_ports()) as running:
        lab = Lab(running, policy)
        for queue in ("RouterQueueUrl", "AutoAckQueueUrl", "OutboundQueueUrl"):
            lab.hand_out_again_after(queue, seconds=10)
        forms = [lab.fields(f"message {n}", sender=f"+1555127{n % 5:04d}") for n in range(60)]
        taken = _send_and_stop(lab, forms)
        running.emulator.start()
        lab.close()
        lab = Lab(running, policy)
        lab.wait_for(lambda: set(_from_customers(lab)) >= taken, "what had been taken before the stop")
        for form in forms:
            if form["Body"] not in taken:  # the provider comes again with what had no answer
                assert lab.webhook(form).status_code == 200
        lab.wait_for(lambda: len(_from_customers(lab)) >= len(forms), "the rest")
        lab.await_quiet()
        assert _from_customers(lab) == sorted(form["Body"] for form in forms)
        assert len(lab.all_conversations()) == 5
        assert all(len(lab.phone(f"+1555127{n:04d}")) <= 1 for n in range(5))
        lab.close()


def _send_and_stop(lab: Lab, forms: list[dict[str, str]]) -> set[str]:
    """Send everything, and stop the emulator once a third has been answered; returns the bodies that were taken."""
    taken: list[str] = []
    enough = Flag()

    def send(form: dict[str, str]) -> None:
        try:
            if lab.webhook(form).status_code == 200:
                taken.append(form["Body"])
        except httpx.TransportError:
            return
        if len(taken) >= len(forms) // 3:
            enough.set()

    def stop() -> None:
        assert enough.wait(60)
        lab.running.emulator.stop()

    calls: list[Callable[[], None]] = [stop, *[partial(send, form) for form in forms]]
    lab.at_once(calls, threads=5)
    return set(taken)
